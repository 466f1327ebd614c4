"""Advice of a cohort: each distinct row once, and which of them are whose.

A topic (one guideline on one drug) reads little of a call (`AdviceView`). Samples whose calls
look alike to it share its rows, so that advice is made once for each combination that occurs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from pgx.engine.calling import GeneTable
from pgx.engine.parts import FolderParts, Parts
from pgx.recommendations.index import GuidanceIndex
from pgx.recommendations.lookup import recommend_on
from pgx.recommendations.open_keys import SampleKeys
from pgx.recommendations.result_keys import DIPLOTYPES
from pgx.recommendations.topics import Topic
from pgx.recommendations.views import AdviceView, advice_view
from pgx.records.calls import GeneCall, Recommendation

__all__ = [
    "CHUNK_SAMPLES",
    "CohortAdvice",
    "KeptAdvice",
    "kept_advice",
]

CHUNK_SAMPLES: Final = 4096
"""Samples that are advised together."""

Numbers = npt.NDArray[np.int32]
_Reads = tuple[tuple[str, bool], ...]


class CohortAdvice:
    """Distinct rows of advice; `rows` grows as `of_samples` meets new combinations of calls.

    Parameters
    ----------
    guidance
        Index of the knowledge base's guidance.
    tables
        The cohort's calls, a table a gene.
    drugs
        Names to advise on; None for all.

    Raises
    ------
    UnknownDrugError
        The index has no such drug.
    """

    def __init__(
        self,
        guidance: GuidanceIndex,
        tables: Iterable[GeneTable],
        drugs: Iterable[str] | None = None,
    ) -> None:
        self._guidance = guidance
        self._tables = {table.gene: table for table in tables}
        self._views: dict[tuple[str, bool], Numbers] = {}
        self.rows: list[Recommendation] = []
        self._groups, self.width = self._grouped(guidance.select(drugs))

    def _grouped(self, topics: Sequence[Topic]) -> tuple[list[_TopicGroup], int]:
        """Group topics that read the same of the same genes; number the rows of a sample."""
        groups: dict[_Reads, _TopicGroup] = {}
        width = 0
        for topic in topics:
            pairs = zip(topic.genes, topic.alleles, strict=True)
            reads = tuple((gene, allele == DIPLOTYPES) for gene, allele in pairs)
            known = tuple(r for r in reads if r[0] in self._tables)
            group = groups.setdefault(known, _TopicGroup(known))
            group.topics.append(topic)
            n_rows = len(topic.populations)
            group.places += range(width, width + n_rows)
            width += n_rows
        return list(groups.values()), width

    def of_samples(self, first: int, last: int) -> Numbers:
        """Return which rows are whose: (last - first, width) int32, indices into `rows`.

        ``first``, ``last`` are the numbers of samples, half-open. Columns are drugs A–Z, then
        as `pgx.recommendations.lookup.recommend` orders them.
        """
        found = np.empty((last - first, self.width), np.int32)
        for group in self._groups:
            codes = np.zeros(last - first, np.int64)
            for gene, by_pairs in group.reads:
                views = self._views_of(gene, by_pairs=by_pairs)
                own = views[self._tables[gene].index[first:last]]
                codes = codes * (int(views.max(initial=0)) + 1) + own
            distinct, where, inverse = np.unique(codes, return_index=True, return_inverse=True)
            shared = np.empty((len(distinct), len(group.places)), np.int32)
            for i, (code, sample) in enumerate(zip(distinct.tolist(), where.tolist(), strict=True)):
                known = group.known.get(code)
                if known is None:
                    known = group.known[code] = self._advise(group, first + sample)
                shared[i] = known
            found[:, group.places] = shared[inverse.ravel()]
        return found

    def _views_of(self, gene: str, *, by_pairs: bool) -> Numbers:
        """Return, for each distinct call of a gene, the number of what advice reads of it."""
        key = gene, by_pairs
        found = self._views.get(key)
        if found is None:
            numbers: dict[AdviceView, int] = {}
            calls = self._tables[gene].calls
            views = (advice_view(call, by_pairs=by_pairs) for call in calls)
            found = np.array([numbers.setdefault(v, len(numbers)) for v in views], np.int32)
            self._views[key] = found
        return found

    def _advise(self, group: _TopicGroup, sample: int) -> Numbers:
        """Make the rows of one combination of calls, that of a sample; return their indices."""
        keys = SampleKeys(self._calls(group, sample))
        start = len(self.rows)
        for topic in group.topics:
            self.rows += recommend_on(self._guidance, topic, "", keys)
        return np.arange(start, len(self.rows), dtype=np.int32)

    def _calls(self, group: _TopicGroup, sample: int) -> Mapping[str, GeneCall]:
        tables = (self._tables[gene] for gene, _ in group.reads)
        return {table.gene: table.calls[int(table.index[sample])] for table in tables}


class _TopicGroup:
    """Topics that read the same of the same genes.

    ``places`` are the columns of their rows, ``known`` the rows by what samples' calls look like.
    """

    def __init__(self, reads: _Reads) -> None:
        self.reads = reads
        self.topics: list[Topic] = []
        self.places: list[int] = []
        self.known: dict[int, Numbers] = {}


class KeptAdvice:
    """The advice of finished chunks, as `pgx.engine.advising.CohortAdvice` gives it.

    ``rows`` grows as `of_samples` comes to chunks with other rows; one chunk is held at a time.

    Parameters
    ----------
    parts
        Where all chunks are kept.

    Raises
    ------
    OutputError
        The first chunk is absent or damaged.
    """

    def __init__(self, parts: FolderParts) -> None:
        self._parts = parts
        self._numbers: dict[Recommendation, int] = {}
        self.rows: list[Recommendation] = []
        self._held = -1
        self._index = np.zeros((0, 0), np.int32)
        self.width = self._chunk(0).shape[1]

    def of_samples(self, first: int, last: int) -> Numbers:
        """Return (last - first, width) int32 indices of rows; samples half-open.

        Raises
        ------
        OutputError
            A chunk is absent or damaged.
        """
        found = []
        for chunk in range(first // CHUNK_SAMPLES, (last - 1) // CHUNK_SAMPLES + 1):
            start = chunk * CHUNK_SAMPLES
            found.append(self._chunk(chunk)[max(0, first - start) : last - start])
        return np.concatenate(found)

    def _chunk(self, chunk: int) -> Numbers:
        if chunk != self._held:
            records, index = self._parts.advice(chunk)
            own = np.array([self._number(record) for record in records], np.int32)
            self._held, self._index = chunk, own[index]
        return self._index

    def _number(self, record: Recommendation) -> int:
        number = self._numbers.setdefault(record, len(self.rows))
        if number == len(self.rows):
            self.rows.append(record)
        return number


def kept_advice(parts: Parts, n_samples: int) -> KeptAdvice | None:
    """Return the advice that was found before, None where any of it is not there."""
    if not isinstance(parts, FolderParts) or not n_samples:
        return None
    chunks = range(-(-n_samples // CHUNK_SAMPLES))
    return KeptAdvice(parts) if all(map(parts.has_advice, chunks)) else None
