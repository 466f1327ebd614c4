"""The cohort without phase, and with positions hidden, against the phased calls of the same people.

The truth is our own call of the same person from complete, phased data, which
`validation.second_opinion` compares with another program. Nobody is called with haplotype
frequencies counted in their own half of the cohort. Of the defining positions of each person and
gene, 5%, 20% and 50% are hidden (`SHARES`), chosen with a fixed seed.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pgx.records.calls import CallStatus
from validation.callers import chosen_at_random, hidden, without_phase
from validation.data import cohort_genes, cohort_genotypes
from validation.judging import (
    BY_PHENOTYPE,
    Judged,
    judge_people,
    median_size,
    reliability_plot,
    reliability_report,
    sure_table,
    truths,
)
from validation.tables import (
    Difference,
    Score,
    counted,
    differences_table,
    score_table,
    share,
    table,
)

__all__ = [
    "SHARES",
    "by_gene",
    "candidates_table",
    "differences",
    "judged",
    "judged_hidden",
    "measured",
    "measured_hidden",
    "report_hidden",
    "scores",
]

PLOT = "reliability.png"


@functools.cache
def judged(genes: tuple[str, ...] = (), limit: int = 0) -> tuple[Judged, ...]:
    """Judge every person and gene without phase; ``genes`` and ``limit`` (people) shorten it."""
    found: list[Judged] = []
    for gene in genes or cohort_genes():
        phased = cohort_genotypes(gene)
        columns = range(min(limit or len(phased.samples), len(phased.samples)))
        found += judge_people(without_phase(phased), truths(gene), columns)
    return tuple(found)


def by_gene(found: Iterable[Judged]) -> Mapping[str, list[Judged]]:
    """Group by gene, A–Z."""
    groups: dict[str, list[Judged]] = defaultdict(list)
    for item in found:
        groups[item.gene].append(item)
    return {gene: groups[gene] for gene in sorted(groups)}


def scores(found: Iterable[Judged]) -> dict[str, Score]:
    """Count the best diplotypes, whatever the status, by gene."""
    counts: dict[str, Score] = defaultdict(Score)
    for item in found:
        # an ambiguous call names its most probable diplotype, which is right or wrong like any
        # other
        named = item.status in (CallStatus.CALLED, CallStatus.AMBIGUOUS)
        counts[item.gene] += Score(
            concordant=int(item.right),
            discordant=int(named and not item.right),
            no_call=int(not named),
        )
    return dict(counts)


def differences(found: Iterable[Judged]) -> list[Difference]:
    """Return what is not right, with the reason."""
    return [Difference(j.gene, j.sample, j.truth, j.ours, j.reason) for j in found if not j.right]


def candidates_table(found: Sequence[Judged]) -> str:
    """Return by gene how often the truth is called and among the candidates.

    Shares are of people of whom the input says something about the gene.
    """
    rows = [_candidates_row(gene, group) for gene, group in by_gene(found).items()]
    rows.append(_candidates_row("all", found))
    header = ["gene", "assessed", "called", "right of called", "truth among listed"]
    return table([*header, "truth among all", "median number that fit"], rows)


def _candidates_row(name: str, group: Sequence[Judged]) -> list[object]:
    assessed = [j for j in group if j.assessed]
    called = [j for j in assessed if j.status is CallStatus.CALLED]
    n = len(assessed)
    return [
        name,
        f"{n} of {len(group)}",
        share(len(called), n),
        counted(sum(j.right for j in called), len(called)),
        share(sum(j.listed for j in assessed), n),
        share(sum(j.among for j in assessed), n),
        median_size(assessed),
    ]


def measured(images: Path | None = None) -> str:
    """Measure and return the tables; draw the plot where a folder for images is given."""
    found = judged()
    if images is not None:
        reliability_plot([("phase taken away", found)], images / PLOT)
    return report(found)


def report(found: Sequence[Judged]) -> str:
    """Return the tables."""
    named = [j for j in found if j.gene not in BY_PHENOTYPE]
    scored = [j for j in found if j.gene in BY_PHENOTYPE]
    return "\n\n".join(
        [
            "By name, best diplotype whatever the status:",
            score_table(scores(named), total="all by name"),
            "By phenotype and activity score:",
            score_table(scores(scored), total="all by phenotype"),
            "Candidates:",
            candidates_table(found),
            "Calls by posterior:",
            sure_table(found),
            "Reliability of the posterior of the best diplotype:",
            reliability_report(found),
            "Every discordant sample:",
            differences_table(differences(found), wanted="phased"),
        ]
    )


SHARES = (0.05, 0.2, 0.5)
SEED = 2026


def judged_hidden(part: float, genes: Sequence[str] = (), limit: int = 0) -> list[Judged]:
    """Hide a part of the positions and judge; ``genes`` and ``limit`` (people) shorten it."""
    found: list[Judged] = []
    for gene in genes or cohort_genes():
        phased = cohort_genotypes(gene)
        blurred = hidden(without_phase(phased), chosen_at_random(phased, part, SEED))
        columns = range(min(limit or len(phased.samples), len(phased.samples)))
        found += judge_people(blurred, truths(gene), columns)
    return found


def measured_hidden(part: float) -> str:
    """Measure one part and return its tables."""
    return report_hidden(judged_hidden(part))


def report_hidden(found: Sequence[Judged]) -> str:
    """Return the tables."""
    return "\n\n".join(
        [
            candidates_table(found),
            "Truth not among the candidates:",
            _lost_table(found),
            "Called, and not the truth:",
            differences_table(_wrong(found), wanted="phased"),
        ]
    )


def _lost_table(found: Sequence[Judged]) -> str:
    """Return why the truth is not among all candidates, by gene."""
    lost = [j for j in found if j.assessed and not j.among]
    keys = sorted({(j.gene, j.reason, j.status.value) for j in lost})
    n = sum(j.assessed for j in found)
    rows = [[*key, sum((j.gene, j.reason, j.status.value) == key for j in lost)] for key in keys]
    rows.append(["all", "", "", counted(len(lost), n)])
    return table(["gene", "reason", "status", "persons"], rows)


def _wrong(found: Sequence[Judged]) -> list[Difference]:
    return [
        Difference(j.gene, j.sample, j.truth, j.ours, j.reason)
        for j in found
        if j.status is CallStatus.CALLED and not j.right
    ]
