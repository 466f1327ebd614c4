"""Positions hidden at random, phase taken away: how often the truth stays a candidate.

5%, 20% and 50% of the defining positions of each person and gene are hidden, chosen with a
fixed seed. The truth is the call of the same person from complete, phased data.

Run ``python -m validation.hiding``.
"""

from __future__ import annotations

from collections.abc import Sequence

from pgx.records.calls import CallStatus
from validation.blurring import chosen_at_random, hidden, without_phase
from validation.intervals import counted
from validation.judging import Judged, judge_people, truths
from validation.reading import cohort_genes, cohort_genotypes
from validation.scores import Difference, differences_table
from validation.tables import show, table
from validation.unphased import candidates_table

__all__ = ["SHARES", "judged", "measured", "report"]

SHARES = (0.05, 0.2, 0.5)
SEED = 2026


def judged(part: float, genes: Sequence[str] = (), limit: int = 0) -> list[Judged]:
    """Hide a part of the positions and judge; ``genes`` and ``limit`` (people) shorten it."""
    found: list[Judged] = []
    for gene in genes or cohort_genes():
        phased = cohort_genotypes(gene)
        blurred = hidden(without_phase(phased), chosen_at_random(phased, part, SEED))
        columns = range(min(limit or len(phased.samples), len(phased.samples)))
        found += judge_people(blurred, truths(gene), columns)
    return found


def measured(part: float) -> str:
    """Measure one part and return its tables."""
    return report(judged(part))


def report(found: Sequence[Judged]) -> str:
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


def main() -> None:
    """Measure every part and print."""
    show("\n\n".join(f"## {part:.0%}\n\n{measured(part)}" for part in SHARES))


if __name__ == "__main__":
    main()
