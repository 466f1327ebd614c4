"""Phase taken away: the cohort's unphased calls against the phased calls of the same people.

The truth is our own call of the same person from complete, phased data, which
`validation.second_opinion` holds against another program. Nobody is called with haplotype
frequencies counted in his own half of the cohort.

Run ``python -m validation.unphased``.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pgx.records.calls import CallStatus
from validation.blurring import without_phase
from validation.intervals import counted, share
from validation.judging import BY_PHENOTYPE, Judged, judge_people, median_size, truths
from validation.reading import cohort_genes, cohort_genotypes
from validation.reliability import plot, sure_table
from validation.reliability import report as reliability_report
from validation.scores import Difference, Score, differences_table, score_table
from validation.tables import show, table

__all__ = ["by_gene", "candidates_table", "differences", "judged", "measured", "scores"]

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
        plot([("phase taken away", found)], images / PLOT)
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


def main() -> None:
    """Measure and print."""
    show(measured())


if __name__ == "__main__":
    main()
