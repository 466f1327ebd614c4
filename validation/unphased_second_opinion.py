"""Without phase: who is right more often, ours or the second opinion.

Both call the same people from the same files without phase; both are held against our calls of
the same people with phase. Several answers of theirs count as right where they are one answer
and it is the truth; that the truth is among several is a column of its own. In genes that are
compared by phenotype, variants that theirs lists without pairing them are read as the two most
serious ones on different haplotypes, which is what ours does.

Run ``python -m validation.unphased_second_opinion``.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pgx.phenotypes.translate import PhenotypeTable
from validation.compare import Diplotype, diplotype
from validation.data import DATA, genes, read_table, reference_name
from validation.judging import BY_PHENOTYPE, Judged
from validation.scores import Difference, Score, differences_table, score_table
from validation.second_opinion import RUNS
from validation.tables import show, table
from validation.unphased import judged

__all__ = ["Contest", "measure", "measured", "report"]


@dataclass(slots=True)
class Contest:
    """Right answers of both by gene, and where theirs is right and ours is not."""

    people: set[str] = field(default_factory=set)
    ours: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    theirs: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    among_theirs: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    lost: list[Difference] = field(default_factory=list)


def measure(found: Sequence[Judged] | None = None) -> Contest:
    """Compare on the people whom the second opinion called without phase."""
    rows = {
        (row["gene"], row["sample"]): row
        for row in read_table(DATA / "second_opinion" / RUNS["unphased"].table)
    }
    contest = Contest()
    for item in judged() if found is None else found:
        row = rows.get((item.gene, item.sample))
        if row is not None:
            _count(contest, item, row)
    return contest


def _count(contest: Contest, ours: Judged, row: Mapping[str, str]) -> None:
    gene = ours.gene
    right, among, silent = _answer(gene, ours.truth, row)
    contest.people.add(ours.sample)
    contest.ours[gene] += Score(int(ours.right), int(not ours.right))
    contest.theirs[gene] += Score(int(right), int(not right and not silent), int(silent))
    contest.among_theirs[gene] += among
    if right and not ours.right:
        contest.lost.append(Difference(gene, ours.sample, ours.truth, ours.ours, ours.reason))


def _answer(gene: str, truth: str, row: Mapping[str, str]) -> tuple[bool, bool, bool]:
    """Return whether theirs is right, has the truth among its answers, says nothing."""
    names = [name for name in row["diplotypes"].split(" OR ") if name]
    if gene in BY_PHENOTYPE:
        listed = [name for name in row["haplotypes_lowest_function"].split(";") if name]
        results = {_result(gene, diplotype(name)) for name in names}
        if not names and listed:
            results = {_result(gene, _most_serious(gene, listed))}
        wanted = truth.rsplit(": ", 1)[1]
        return results == {wanted}, wanted in results, not results
    answers = {diplotype(name) for name in names}
    return answers == {diplotype(truth)}, diplotype(truth) in answers, not answers


@functools.cache
def _functions(gene: str) -> Mapping[str, str]:
    definition = genes()[gene]
    return {a.name: a.function or definition.uncertain_function for a in definition.alleles}


def _seriousness(gene: str, name: str) -> int:
    order = genes()[gene].function_order
    function = _functions(gene)[name]
    return order.index(function) if function in order else len(order)


def _most_serious(gene: str, listed: Sequence[str]) -> Diplotype:
    ordered = sorted(listed, key=lambda name: _seriousness(gene, name))
    two = [*ordered, reference_name(gene), reference_name(gene)][:2]
    return tuple((name,) for name in two)


@functools.cache
def _result(gene: str, haplotypes: Diplotype) -> str:
    """Return phenotype and score of a diplotype as `Judged.truth` writes them."""
    worst = [min(parts, key=lambda name: _seriousness(gene, name)) for parts in haplotypes]
    functions = [_functions(gene)[name] for name in worst]
    found = PhenotypeTable(genes()[gene]).translate(functions[0], functions[1], "/".join(worst))
    return f"{found.term}, score {found.score}" if found.score else f"{found.term}"


def measured() -> str:
    """Measure and return the tables."""
    return report(measure())


def report(contest: Contest) -> str:
    """Return the tables."""
    counts = {
        gene: (
            ours.n,
            ours.concordant,
            contest.theirs[gene].concordant,
            contest.among_theirs[gene],
            contest.theirs[gene].no_call,
        )
        for gene, ours in sorted(contest.ours.items())
    }
    rows = [[gene, *row] for gene, row in counts.items()]
    totals = [sum(column) for column in zip(*counts.values(), strict=True)]
    header = ["gene", "n", "ours right", "theirs right", "truth among theirs", "theirs no call"]
    return "\n\n".join(
        [
            f"People: {len(contest.people)}.",
            table(header, [*rows, ["all", *totals]]),
            "Ours:",
            score_table(contest.ours),
            "Theirs:",
            score_table(contest.theirs),
            "Theirs right, ours not:",
            differences_table(contest.lost, wanted="phased"),
        ]
    )


def main() -> None:
    """Measure and print."""
    show(measured())


if __name__ == "__main__":
    main()
