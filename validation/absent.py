"""Absent sites taken as missing: the cohort's variant-only files without any assumption.

Every position without a record is unknown, which is how a file of variant sites has to be read
by whoever does not know how it was made. The truth is the call of the same person with absent
sites read as the reference. Measured are the candidates, and the advice: how much of it is
`certain` although its gene is `ambiguous`, and whether such advice is that of the truth.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pgx.inputs.settings import Absent
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.recommendations.index import guidance_of
from pgx.recommendations.lookup import recommend
from pgx.records.calls import CallStatus, Certainty, GeneCall, Recommendation
from validation import callers
from validation.data import cohort_genes, cohort_genotypes
from validation.judging import Judged, judge, truths
from validation.tables import Difference, counted, score_table, share, table
from validation.unphased import candidates_table, scores

__all__ = ["Advice", "Measured", "measure", "measured", "report"]


@dataclass(slots=True)
class Advice:
    """Pairs of a drug and a person, by gene, whose gene is ambiguous.

    ``rows_certain`` are rows of advice that say `certain`; ``rows_other`` those of them that
    are not the advice of the truth.
    """

    pairs: Counter[str] = field(default_factory=Counter)
    certain: Counter[str] = field(default_factory=Counter)
    rows_certain: int = 0
    rows_other: int = 0
    others: list[Difference] = field(default_factory=list)


@dataclass(slots=True)
class Measured:
    """Judged calls, and what was advised on them."""

    judged: list[Judged] = field(default_factory=list)
    advice: Advice = field(default_factory=Advice)


_Calls = Mapping[int, list[GeneCall]]


def measure(genes: Sequence[str] = (), limit: int = 0) -> Measured:
    """Call every person, once as measured and once complete; advise on both."""
    found = Measured()
    open_calls: dict[int, list[GeneCall]] = defaultdict(list)
    complete: dict[int, list[GeneCall]] = defaultdict(list)
    for gene in genes or cohort_genes():
        known = truths(gene)
        genotypes = cohort_genotypes(gene, Absent.NO_CALL)
        for column, truth in enumerate(known[: limit or None]):
            if truth is None:
                continue  # the complete call is ambiguous: nothing says which advice is right
            call = callers.call(genotypes, column)
            open_calls[column].append(call)
            complete[column].append(truth.call)
            found.judged.append(judge(call, truth))
    _advise(found.advice, open_calls, complete)
    return found


def _advise(found: Advice, open_calls: _Calls, complete: _Calls) -> None:
    knowledge = KnowledgeBase()
    index = guidance_of(knowledge)
    for column, calls in open_calls.items():
        ambiguous = {c.gene for c in calls if c.status is CallStatus.AMBIGUOUS}
        sample = calls[0].sample
        rows = recommend(index, sample, calls)
        wanted = recommend(index, sample, complete[column])
        _count_pairs(found, rows, ambiguous)
        for row, right in zip(rows, wanted, strict=True):
            if row.certainty is Certainty.CERTAIN and ambiguous & {*row.genes}:
                found.rows_certain += 1
                if _substance(row) != _substance(right):
                    found.rows_other += 1
                    found.others.append(
                        Difference(row.drug, sample, right.lookup, row.lookup, "certain")
                    )


def _count_pairs(found: Advice, rows: Sequence[Recommendation], ambiguous: set[str]) -> None:
    """Count drugs whose every row on an ambiguous gene is certain."""
    by_pair: dict[tuple[str, str], bool] = {}
    for row in rows:
        for gene in ambiguous & {*row.genes}:
            sure = row.certainty is Certainty.CERTAIN
            for key in ((gene, row.drug), ("", row.drug)):
                by_pair[key] = by_pair.get(key, True) and sure
    for (gene, _), sure in by_pair.items():
        found.pairs[gene] += 1
        found.certain[gene] += sure


def _substance(row: Recommendation) -> tuple[object, ...]:
    """Return what to do; how strongly it is recommended makes no other advice of it."""
    return row.action, row.dose_factor_min, row.dose_factor_max


def measured() -> str:
    """Measure and return the tables."""
    return report(measure())


def report(found: Measured) -> str:
    """Return the tables."""
    advice = found.advice
    rows = [
        [gene or "all", advice.pairs[gene], share(advice.certain[gene], advice.pairs[gene])]
        for gene in [*sorted(filter(None, advice.pairs)), ""]
    ]
    lines = [
        "By name (DPYD and RYR1 by phenotype and score), best diplotype whatever the status:",
        score_table(scores(found.judged)),
        "Candidates:",
        candidates_table(found.judged),
        "Pairs of a drug and a person whose gene is `ambiguous`:",
        table(["ambiguous gene", "pairs", "advice certain"], rows),
        (
            f"Rows of `certain` advice on an ambiguous gene: {advice.rows_certain}; other than"
            f" the truth's advice: {counted(advice.rows_other, advice.rows_certain)}."
        ),
    ]
    if advice.others:
        lines.append(_others(advice.others))
    return "\n\n".join(lines)


def _others(found: Sequence[Difference]) -> str:
    groups: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for item in found:
        groups[item.gene, item.wanted, item.ours].append(item.sample)
    header = ["drug", "looked up by the truth", "looked up by ours", "rows", "samples"]
    rows = [[*key, len(who), ", ".join(sorted({*who}))] for key, who in sorted(groups.items())]
    return table(header, rows)
