"""The tables of `validation.truth`. Run ``python -m validation.truth_tables``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from validation.intervals import counted, share
from validation.published import Reading
from validation.scores import Difference, Score, differences_table, score_table
from validation.tables import show, table
from validation.truth import SAID, Verdict, measure

__all__ = ["differences", "measured", "report", "scores"]

STRUCTURAL = "CYP2D6, other than two copies"


def measured() -> str:
    """Measure and return the tables."""
    return report(measure())


def report(found: Sequence[Verdict]) -> str:
    """Return the tables of both readings."""
    parts = [f"Genomes: {len({v.sample for v in found})}."]
    for reading in Reading:
        mine = [v for v in found if v.reading is reading]
        parts += [f"### {reading.value.capitalize()}", *_reading(mine)]
    return "\n\n".join(parts)


def _reading(found: Sequence[Verdict]) -> list[str]:
    usable = [v for v in found if v.usable]
    seen = [v for v in usable if not v.structural]
    return [
        "Best diplotype, whatever the status, once panels' limits are allowed for:",
        score_table(scores(usable), total="all"),
        "By name, by function, and how many are `called`:",
        _shares(seen),
        _called(seen),
        "Published without a diplotype that can be compared:",
        _unusable(found),
        "Every discordant genome:",
        differences_table(differences(usable), wanted="published"),
    ]


def _group(verdict: Verdict) -> str:
    return STRUCTURAL if verdict.structural else verdict.gene


def scores(found: Sequence[Verdict]) -> dict[str, Score]:
    """Count by gene; structural diplotypes are a row of their own."""
    counts: dict[str, Score] = defaultdict(Score)
    for v in found:
        none = v.ours in ("no_call", "not_assessed")
        counts[_group(v)] += Score(int(v.right), int(not v.right and not none), int(none))
    return dict(counts)


def differences(found: Sequence[Verdict]) -> list[Difference]:
    """Return what is not right, with the reason and the status."""
    return [
        Difference(v.gene, v.sample, v.text, f"{v.ours} ({v.status.value})", v.reason)
        for v in found
        if not v.right
    ]


def _by_gene(found: Sequence[Verdict]) -> Mapping[str, list[Verdict]]:
    groups: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in found:
        groups[verdict.gene].append(verdict)
    return {**{gene: groups[gene] for gene in sorted(groups)}, "all": list(found)}


def _shares(found: Sequence[Verdict]) -> str:
    rows = []
    for gene, group in _by_gene(found).items():
        judged = [v for v in group if v.function is not None]
        told = [v for v in group if v.told]
        complete = [v for v in group if v.complete]
        n = len(group)
        rows.append(
            [
                gene,
                n,
                counted(sum(v.same for v in group), n),
                sum(v.collapsed and not v.same for v in group),
                counted(sum(v.right for v in told), len(told)),
                f"{counted(sum(bool(v.function) for v in judged), len(judged))} of {len(judged)}",
                _functions_told(judged),
                counted(sum(v.called for v in group), n),
                f"{counted(sum(v.called for v in complete), len(complete))} of {len(complete)}",
            ]
        )
    header = [
        "gene",
        "n",
        "same diplotype",
        "more once collapsed",
        "same where panels could tell",
        "same functions",
        "same functions where panels could tell",
        "called",
        "called where all core positions have data",
    ]
    return table(header, rows)


def _functions_told(judged: Sequence[Verdict]) -> str:
    """Return the share with the same functions where the panels could tell the names apart."""
    told = [v for v in judged if v.told and (v.same or not v.collapsed)]
    return f"{counted(sum(bool(v.function) for v in told), len(told))} of {len(told)}"


def _called(found: Sequence[Verdict]) -> str:
    called = [v for v in found if v.called]
    wrong = [v for v in called if not v.right]
    return (
        f"Called and other than published: {len(wrong)} of {len(called)}"
        f" ({share(len(wrong), len(called))}); best right, called or not:"
        f" {share(sum(v.right for v in found), len(found))}."
    )


def _unusable(found: Sequence[Verdict]) -> str:
    rows = [[v.gene, v.sample, v.text, v.ours] for v in found if not v.usable]
    if not rows:
        return "None: every published row could be compared."
    return table(["gene", "genome", "published", "ours"], rows)


def unsaid(found: Sequence[Verdict]) -> list[Verdict]:
    """Return structural diplotypes of which the call does not say that it cannot see them."""
    return [v for v in found if v.structural and not v.right and v.reason != SAID]


def main() -> None:
    """Measure and print."""
    show(measured())


if __name__ == "__main__":
    main()
