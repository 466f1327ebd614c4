"""Whether results and statements meet: keys that no result has, results without a statement.

Enters: genes, the index of guidance, and the gaps that the published sources are known to
have. Leaves: findings. A gap is a key for which a topic has no statement, whatever the other
genes are; sources that speak of some results only have none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import product

from pgx.recommendations.index import GuidanceIndex
from pgx.recommendations.reach import Reach
from pgx.recommendations.result_keys import DIPLOTYPES, WHOLE_GENE
from pgx.recommendations.topics import Combination, Topic
from pgx.records.advice import ANY_KEY, UNINFORMATIVE_KEYS, FaultCode, Finding, KnownGap, Statement
from pgx.records.genes import GeneDefinition

__all__ = ["coverage_findings"]

_Place = tuple[str, str, str]  # authority, drug, gene


class _Gaps:
    """The known gaps, and which of them were met."""

    def __init__(self, known: Iterable[KnownGap]) -> None:
        self._known = tuple(known)
        self._keys: dict[_Place, set[str]] = {}
        for gap in self._known:
            for drug in gap.drug:
                self._keys.setdefault((gap.authority, drug, gap.gene), set()).update(gap.keys)
        self._met: set[tuple[_Place, str]] = set()

    def excuse(self, place: _Place, key: str) -> bool:
        """Whether a gap is known; remembers that it was met."""
        authority, drug, gene = place
        for name in (drug, ANY_KEY):
            if key in self._keys.get((authority, name, gene), ()):
                self._met.add(((authority, name, gene), key))
                return True
        return False

    def closed(self) -> Iterator[Finding]:
        """Yield entries that were not met: no gaps any more."""
        for line, gap in enumerate(self._known, 2):
            for drug in gap.drug:
                place = (gap.authority, drug, gap.gene)
                idle = [key for key in gap.keys if (place, key) not in self._met]
                if idle:
                    yield Finding(
                        code=FaultCode.NO_GAP, table="known_gaps", where=f"line {line}",
                        what=f"{gap.authority} on {drug}, {gap.gene}: no gap is {', '.join(idle)}",
                        remedy="remove it from curated/known_gaps.tsv and rebuild",
                    )  # fmt: skip


def coverage_findings(
    genes: Mapping[str, GeneDefinition],
    statements: Iterable[Statement],
    index: GuidanceIndex,
    known_gaps: Iterable[KnownGap],
    complete: Collection[str],
) -> list[Finding]:
    """Compare what results can be with what statements answer.

    Parameters
    ----------
    genes
        Genes by name.
    statements, index
        Statements, and the index built of them.
    known_gaps
        Gaps of the published sources.
    complete
        Authorities that are expected to speak of every result.

    Returns
    -------
    list of Finding
        Unreachable keys, unanswered results, and known gaps that are none any more.
    """
    reach = {name: Reach(gene) for name, gene in genes.items()}
    gaps = _Gaps(known_gaps)
    found = list(_unreachable(statements, reach, gaps))
    for topic in index.topics:
        if topic.drug.authority in complete and _is_read_by_result(topic, reach):
            found.extend(_unanswered(topic, reach, gaps))
    return [*found, *gaps.closed()]


def _unreachable(
    statements: Iterable[Statement], reach: Mapping[str, Reach], gaps: _Gaps
) -> Iterator[Finding]:
    for statement in statements:
        pairs = {(g, k) for factors in statement.lookup for g, keys in factors for k in keys}
        for gene, key in sorted(pairs):
            if gene in reach and reach[gene].holds(key):
                continue
            if not gaps.excuse((statement.authority, statement.drug, gene), key):
                yield Finding(
                    code=FaultCode.UNREACHABLE, table="statements", where=statement.id,
                    what=f"no result of {gene} is {key}" + ("" if gene in reach else ", no gene"),
                    remedy="read the source's key into ours, or list it in known_gaps.tsv",
                )  # fmt: skip


def _is_read_by_result(topic: Topic, reach: Mapping[str, Reach]) -> bool:
    """Whether a topic has statements by phenotype, score or test; pairs of alleles are too many.

    Where it has statements of both kinds, each phenotype needs one of its own: a pair of alleles
    that no statement names is looked up by it.
    """
    own = [gene for gene in topic.genes if gene not in topic.anything]
    return (
        bool(topic.statements)
        and (DIPLOTYPES,) not in topic.languages
        and all(gene in reach for gene in own)
    )


def _results(topic: Topic, reach: Mapping[str, Reach]) -> list[tuple[str, ...]]:
    """Return, by gene, every key that a result has in the language of the topic."""
    results: list[tuple[str, ...]] = []
    for gene, languages in zip(topic.genes, topic.languages, strict=True):
        positive = tuple(f"{allele} positive" for allele in languages)
        tests = (f"{languages[0]} negative", *positive)  # the first stands for all that are absent
        keys = tuple(sorted(reach[gene].keys)) if WHOLE_GENE in languages else tests
        results.append((ANY_KEY,) if gene in topic.anything else keys)
    return results


def _unanswered(topic: Topic, reach: Mapping[str, Reach], gaps: _Gaps) -> Iterator[Finding]:
    results = _results(topic, reach)
    for population in topic.populations:
        everything = list(product(*results))
        silent = [c for c in everything if not _is_mute(c) and topic.find(population, c) is None]
        left = set(silent)
        for position, gene in enumerate(topic.genes):
            for key in results[position]:
                own = {c for c in everything if c[position] == key}
                is_gap = bool(own) and own <= set(silent)
                if is_gap and gaps.excuse((topic.drug.authority, topic.drug.drug, gene), key):
                    left -= own
        if left:
            yield _silence(topic, population, sorted(left))


def _is_mute(combination: Combination) -> bool:
    """Whether none of several genes has a result of which a guideline could speak."""
    return len(combination) > 1 and UNINFORMATIVE_KEYS.issuperset(combination)


def _silence(topic: Topic, population: str, left: list[Combination]) -> Finding:
    drug = topic.drug
    shown = "; ".join(", ".join(combination) for combination in left[:5])
    more = f" and {len(left) - 5} more" if len(left) > 5 else ""
    return Finding(
        code=FaultCode.UNANSWERED,
        table="statements",
        where=f"{drug.authority} {drug.drug}",
        what=f"{topic.guideline_id} has no statement for {', '.join(topic.genes)}"
        f" {shown}{more} ({population})",
        remedy="read the missing rows, or list them in known_gaps.tsv with the reason",
    )
