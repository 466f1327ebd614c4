"""Call genes and look up recommendations for a chunk of samples, each distinct case once.

`annotate`, `cohort` and its partitions all use this module. Samples of a chunk that share a
genotype column share a call. Calls that are equivalent for every guideline (`AdviceView`) share
rows of recommendations. Samples are compared nowhere else, so a chunk of one sample and a chunk
of a million give the same calls and recommendations.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.engine.reading import Piece, ReadInput
from pgx.errors import UsageError
from pgx.genotypes.grouping import first_of_groups, number_groups
from pgx.haplotypes.caller import GeneCaller
from pgx.inputs.choices import marker_alleles
from pgx.inputs.outside_calls import answer, compared
from pgx.inputs.release import marked_local
from pgx.inputs.settings import AVERAGE, INFERRED, RECORDED, Prior, RunSettings, SampleInfo
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.outside.calls import OutsideCall
from pgx.recommendations.index import GuidanceIndex
from pgx.recommendations.lookup import recommend_on
from pgx.recommendations.result_keys import DIPLOTYPES, AdviceView, advice_view
from pgx.recommendations.topics import SampleKeys, Topic
from pgx.records.calls import CallStatus, GeneCall, Recommendation
from pgx.records.genes import GeneDefinition, GeneFrequencies, Strategy
from pgx.records.notes import NoteCode

__all__ = [
    "AdviceTable",
    "Ancestry",
    "CalledFromReads",
    "ChunkCaller",
    "GeneTable",
    "PopulationEvidence",
    "check_ancestry",
    "notes_of",
    "unrecorded",
]

SOURCE_READS: Final = "reads"
"""Value of the ``source`` column for a gene called from reads."""

PopulationEvidence = Mapping[str, Sequence[Mapping[str, float] | None]]
"""By gene, for each sample, the log-likelihood of each group (natural logarithms)."""


@dataclass(frozen=True, slots=True)
class Ancestry:
    """Weights of population groups for one sample.

    ``choice`` is the setting, ``recorded`` the group in the sample table, ``evidence`` the
    log-likelihood (natural logarithm) of each group for each gene, if groups are inferred.
    """

    choice: str
    recorded: str
    evidence: Mapping[str, Mapping[str, float] | None]

    def weights(self, gene: str) -> Mapping[str, float] | None:
        """Return the weight of each group for one gene, None if all groups weigh the same.

        Inferred weights use only the other genes that were counted in the same groups: this gene's
        genotypes must not be used twice, as evidence for the group and for the diplotype.
        """
        if self.choice == INFERRED:
            own = self.evidence.get(gene) or {}
            others = (e for name, e in self.evidence.items() if name != gene and e)
            return _inferred(e for e in others if e.keys() == own.keys())
        if self.choice == AVERAGE:
            return None
        return {self.recorded if self.choice == RECORDED else self.choice: 1.0}


def _inferred(evidence: Iterable[Mapping[str, float]]) -> Mapping[str, float] | None:
    total: dict[str, float] = {}
    # genes are treated as independent given the group: log-likelihoods add up
    for gene in evidence:
        for group, value in gene.items():
            total[group] = total.get(group, 0.0) + value
    # no evidence, or no group explains the genotypes: all groups get the same weight
    if not total or max(total.values()) == -math.inf:
        return None
    # relative to the best group, so that exp does not underflow for all groups
    most = max(total.values())
    return {group: math.exp(value - most) for group, value in total.items()}


def unrecorded(
    samples: Iterable[str], recorded: Mapping[str, str], frequencies: Iterable[GeneFrequencies]
) -> list[str]:
    """Return a hint if the sample table lacks a known population group for some samples."""
    groups = {group for gene in frequencies for group in gene.groups}
    lacking = sum(recorded.get(sample, "") not in groups for sample in samples)
    if not lacking:
        return []
    what = f"{lacking} sample(s) have no superpopulation of the knowledge base in the sample table"
    return [f"{what}; all groups count alike for them ({', '.join(sorted(groups))})"]


def check_ancestry(choice: str, frequencies: Iterable[GeneFrequencies]) -> None:
    """Refuse an ancestry that is neither a rule nor a population group of the knowledge base.

    Raises
    ------
    UsageError
        No population table contains the group.
    """
    groups = sorted({group for gene in frequencies for group in gene.groups})
    if choice not in (AVERAGE, INFERRED, RECORDED, *groups):
        raise UsageError(
            f"unknown ancestry {choice!r}",
            remedy=f"choose {AVERAGE}, {INFERRED}, {RECORDED} or one of {', '.join(groups)}",
        )


Numbers = npt.NDArray[np.int32]


@dataclass(slots=True)
class GeneTable:
    """A gene's distinct calls without sample names, and (N,) int32 the call index per sample."""

    gene: str
    calls: list[GeneCall] = field(default_factory=list)
    index: Numbers = field(default_factory=lambda: np.zeros(0, np.int32))


class CalledFromReads(msgspec.Struct, frozen=True):
    """Genes called from aligned reads, and whether the run has no other input."""

    genes: frozenset[str] = frozenset()
    is_alone: bool = False


_NO_READS: Final = CalledFromReads()


class ChunkCaller:
    """Calls genes of chunks of samples.

    Parameters
    ----------
    knowledge, guidance
        The knowledge base, and the index of its guidelines.
    settings
        Calling settings.
    sample_info
        Population by sample name.
    outside
        Calls of other tools by sample and gene.
    reads
        The genes that are called from aligned reads.
    """

    def __init__(
        self,
        knowledge: KnowledgeBase,
        guidance: GuidanceIndex,
        settings: RunSettings,
        sample_info: Mapping[str, SampleInfo],
        outside: Mapping[tuple[str, str], OutsideCall],
        reads: CalledFromReads = _NO_READS,
    ) -> None:
        self._knowledge, self._guidance, self._settings = knowledge, guidance, settings
        self._info, self._outside, self._reads = sample_info, outside, reads
        self._frequencies = knowledge.frequencies if settings.prior is not Prior.NONE else {}
        self._callers: dict[str, GeneCaller] = {}

    def caller(self, gene: GeneDefinition) -> GeneCaller:
        """Return the caller of a gene that variants define; it is built once."""
        found = self._callers.get(gene.gene)
        if found is None:
            known = self._frequencies.get(gene.gene)
            found = GeneCaller(gene, known, threshold=self._settings.threshold)
            self._callers[gene.gene] = found
        return found

    def call(
        self,
        gene: GeneDefinition,
        pieces: Sequence[Piece],
        samples: Sequence[str],
        notes: Sequence[tuple[str, ...]],
        evidence: PopulationEvidence,
        *,
        with_sites: bool = False,
    ) -> GeneTable:
        """Call one gene of a chunk of samples.

        Parameters
        ----------
        gene
            The gene.
        pieces
            Its genotypes; every sample of the chunk is in exactly one piece.
        samples, notes
            Sample names, and the note codes of the inputs of each sample.
        evidence
            If ancestry is inferred, the evidence of each gene for each sample's group
            (`evidence_of`); else empty.
        with_sites
            Keep the observations at each position and the support of each call.

        Raises
        ------
        OutsideCallError
            An outside call that cannot be used.
        """
        table = _Distinct(gene.gene, len(samples), self._knowledge.local_genes)
        if gene.variants:
            caller = self.caller(gene)
            for piece in pieces:
                self._add_piece(
                    table, caller, piece, samples, notes, evidence, with_sites=with_sites
                )
        else:
            note = (NoteCode.OUTSIDE_CALL_NEEDED,) if gene.strategy is Strategy.OUTSIDE else ()
            call = GeneCall(sample="", gene=gene.gene, status=CallStatus.NOT_ASSESSED, notes=note)
            table.index[:] = table.number(call)
        self._add_outside(table, gene, samples, pieces)
        return table.finished()

    def evidence_of(
        self, gene: GeneDefinition, pieces: Sequence[Piece], n_samples: int
    ) -> list[Mapping[str, float] | None]:
        """Return the log-likelihoods of the population groups for each sample at one gene."""
        caller = self.caller(gene)
        found: list[Mapping[str, float] | None] = [None] * n_samples
        for piece in pieces:
            # once per distinct column, shared by its samples
            known = {
                column: caller.evidence(piece.genotypes, column)
                for column in np.unique(piece.columns).tolist()
            }
            for sample, column in zip(piece.samples.tolist(), piece.columns.tolist(), strict=True):
                found[sample] = known[column]
        return found

    def _add_piece(
        self,
        table: _Distinct,
        caller: GeneCaller,
        piece: Piece,
        samples: Sequence[str],
        notes: Sequence[tuple[str, ...]],
        evidence: PopulationEvidence,
        *,
        with_sites: bool,
    ) -> None:
        """Call the samples of a piece, equal samples once."""
        units = self._units(piece, notes)
        first = first_of_groups(units, int(units.max(initial=-1)) + 1)
        numbers = np.empty(len(first), np.int32)
        is_read = table.gene in self._reads.genes
        owners = zip(piece.samples[first].tolist(), piece.columns[first].tolist(), strict=True)
        for unit, (sample, column) in enumerate(owners):
            call = caller.call(
                piece.genotypes,
                column,
                with_sites=with_sites,
                notes=self._notes(table.gene, notes[sample]),
                ancestry=self._ancestry(samples[sample], sample, evidence).weights(table.gene),
                copies=piece.copies[first[unit]] if piece.copies else None,
            )
            source = SOURCE_READS if is_read else call.source
            numbers[unit] = table.number(msgspec.structs.replace(call, sample="", source=source))
        table.index[piece.samples] = numbers[units]

    def _units(self, piece: Piece, notes: Sequence[tuple[str, ...]]) -> npt.NDArray[np.int32]:
        """Return, for each sample of a piece, the index of the group that shares its call."""
        # copy-number evidence and inferred ancestry are specific to a sample: no call is shared
        if self._settings.ancestry == INFERRED or piece.copies:
            return np.arange(len(piece.samples), dtype=np.int32)
        # notes are part of a call, so samples with different notes cannot share one
        if len(set(notes)) > 1:
            keys = [notes[s] for s in piece.samples.tolist()]
            return number_groups(list(zip(piece.columns.tolist(), keys, strict=True)))
        # a chunk may lack some columns, so the remaining ones are renumbered
        return np.unique(piece.columns, return_inverse=True)[1].astype(np.int32)

    def _notes(self, gene: str, notes: tuple[str, ...]) -> tuple[str, ...]:
        """Return the notes that apply to a gene: notes on variant files do not apply to reads."""
        if gene in self._reads.genes:
            return ()
        return (*notes, NoteCode.ONLY_READS_GIVEN) if self._reads.is_alone else notes

    def _ancestry(self, name: str, sample: int, evidence: PopulationEvidence) -> Ancestry:
        info = self._info.get(name)
        own = {gene: known[sample] for gene, known in evidence.items()}
        return Ancestry(self._settings.ancestry, info.superpopulation if info else "", own)

    def _add_outside(
        self,
        table: _Distinct,
        gene: GeneDefinition,
        samples: Sequence[str],
        pieces: Sequence[Piece],
    ) -> None:
        """Replace our calls by those of other tools; note any that the variants contradict."""
        given = {s: call for (s, name), call in self._outside.items() if name == gene.gene}
        if not given:
            return
        markers = marker_alleles(self._guidance, gene.gene)
        own = table.calls()
        for sample, name in enumerate(samples):
            if name not in given:
                continue
            found = answer(given[name], gene, "", markers)
            # a note code: the tool's result is not used, our own call stays with the note
            if isinstance(found, str):
                notes = tuple(sorted({*own[table.index[sample]].notes, found}))
                found = msgspec.structs.replace(own[table.index[sample]], notes=notes)
            elif gene.variants:
                found = _compared(found, self.caller(gene), sample, pieces)
            table.index[sample] = table.number(found)


def _compared(call: GeneCall, caller: GeneCaller, sample: int, pieces: Sequence[Piece]) -> GeneCall:
    """Add a note to an outside call that the input's own variants contradict."""
    for piece in pieces:
        at = np.flatnonzero(piece.samples == sample)
        if len(at):
            column = int(piece.columns[at[0]])
            return compared(call, caller.compiled, piece.genotypes, column)
    return call


def notes_of(inputs: Sequence[ReadInput], samples: Sequence[str]) -> list[tuple[str, ...]]:
    """Return, for each sample, the note codes of the inputs that contain it."""
    if all(i.notes == inputs[0].notes for i in inputs):
        return [inputs[0].notes if inputs else ()] * len(samples)
    found: dict[str, dict[str, None]] = {}
    for item in inputs:
        for name in item.samples:
            found.setdefault(name, {}).update(dict.fromkeys(item.notes))
    return [tuple(found.get(name, ())) for name in samples]


class _Distinct:
    """Number the distinct calls of one gene in order of first appearance."""

    def __init__(self, gene: str, n_samples: int, local: frozenset[str]) -> None:
        self.gene = gene
        self.index: Numbers = np.zeros(n_samples, np.int32)
        self._local = local
        self._numbers: dict[GeneCall, int] = {}

    def number(self, call: GeneCall) -> int:
        """Return the index of a call that has no sample name."""
        (marked,) = marked_local((call,), self._local)
        return self._numbers.setdefault(marked, len(self._numbers))

    def calls(self) -> list[GeneCall]:
        """Return the distinct calls so far, in index order."""
        return list(self._numbers)

    def finished(self) -> GeneTable:
        """Return the completed table."""
        return GeneTable(self.gene, self.calls(), self.index)


_Reads = tuple[tuple[str, bool], ...]


class AdviceTable:
    """Distinct recommendations; `rows` grows as `of_samples` meets new combinations of calls.

    Parameters
    ----------
    guidance
        Index of the knowledge base's guidelines.
    tables
        The samples' calls, one table per gene.
    drugs
        Drug names to include; None for all.

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
        """Group topics that use the same view of the same genes; number the rows of a sample."""
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
        """Return the rows of each sample: (last - first, width) int32 indices into `rows`.

        ``first``, ``last`` are a half-open range of sample indices. Columns are drugs A–Z, then in
        the order of `pgx.recommendations.lookup.recommend`.
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
        """Return, for each distinct call of a gene, the index of its `AdviceView`."""
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
        """Compute the rows for the call combination of one sample; return their indices."""
        keys = SampleKeys(self._calls(group, sample))
        start = len(self.rows)
        for topic in group.topics:
            self.rows += recommend_on(self._guidance, topic, "", keys)
        return np.arange(start, len(self.rows), dtype=np.int32)

    def _calls(self, group: _TopicGroup, sample: int) -> Mapping[str, GeneCall]:
        tables = (self._tables[gene] for gene, _ in group.reads)
        return {table.gene: table.calls[int(table.index[sample])] for table in tables}


class _TopicGroup:
    """Topics that use the same view of the same genes.

    ``places`` are the columns of their rows; ``known`` maps call views to rows already computed.
    """

    def __init__(self, reads: _Reads) -> None:
        self.reads = reads
        self.topics: list[Topic] = []
        self.places: list[int] = []
        self.known: dict[int, Numbers] = {}
