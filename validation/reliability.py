"""Whether a probability is what it says: share of right calls by the posterior they carry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from validation.intervals import counted, share, wilson
from validation.judging import BY_PHENOTYPE, Judged
from validation.tables import table

__all__ = ["EDGES", "Bin", "binned", "plot", "report", "sure_table"]

EDGES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, 1.0)
"""Bounds of the bins, finer above 0.9; a bin holds its lower bound, the last one both."""
SURE = 0.99
NO_PRIOR = "No call carries a probability: the callers have no prior."


@dataclass(frozen=True, slots=True)
class Bin:
    """Calls whose posterior lies between two bounds."""

    low: float
    high: float
    n: int
    right: int
    mean: float

    @property
    def label(self) -> str:
        """The bounds as text."""
        return f"{self.low:g}–{self.high:g}"


def binned(calls: Iterable[tuple[float, bool]]) -> list[Bin]:
    """Count (posterior, right) by bin; empty bins are left out.

    >>> [(b.label, b.n, b.right) for b in binned([(0.95, True), (0.96, False), (1.0, True)])]
    [('0.95–0.99', 2, 1), ('0.999–1', 1, 1)]
    """
    found = list(calls)
    bins = []
    for low, high in pairwise(EDGES):
        last = high == EDGES[-1]
        inside = [(p, right) for p, right in found if low <= p < high or (last and p == high)]
        if inside:
            mean = sum(p for p, _ in inside) / len(inside)
            bins.append(Bin(low, high, len(inside), sum(right for _, right in inside), mean))
    return bins


def open_calls(judged: Iterable[Judged]) -> list[tuple[float, bool]]:
    """Return (posterior, right) of the calls for which several diplotypes fit.

    Genes that are compared by phenotype are left out: their posterior is that of a name.
    """
    return [
        (j.probability, j.right)
        for j in judged
        if j.probability is not None and j.size > 1 and j.gene not in BY_PHENOTYPE
    ]


def report(judged: Sequence[Judged]) -> str:
    """Return the table of bins, and how far posterior and share lie apart on average."""
    bins = binned(open_calls(judged))
    if not bins:
        return NO_PRIOR
    rows = [[b.label, b.n, f"{b.mean:.4f}", b.right, share(b.right, b.n)] for b in bins]
    n = sum(b.n for b in bins)
    gap = sum(abs(b.mean * b.n - b.right) for b in bins) / n
    said, right = sum(b.mean * b.n for b in bins), sum(b.right for b in bins)
    return "\n".join(
        [
            table(["posterior", "n", "mean posterior", "right", "observed share right"], rows),
            "",
            (
                f"Calls with several fitting diplotypes: {n}; expected right by their posteriors"
                f" {said:.1f}, observed {right}; mean distance of posterior and share over the"
                f" bins {gap:.4f}."
            ),
        ]
    )


def sure_table(judged: Sequence[Judged]) -> str:
    """Return how many calls have a posterior of 0.99 or more, and how many of these are right.

    Calls for which one diplotype alone fits have the posterior 1 and are counted apart. Genes
    that are compared by phenotype are right if the phenotype and the score are.
    """
    groups: dict[str, list[Judged]] = defaultdict(list)
    for item in judged:
        groups[item.gene].append(item)
    named = {gene: groups[gene] for gene in sorted(groups)}
    named["all, one fits"] = [j for j in judged if j.size == 1]
    named["all, several fit"] = [j for j in judged if j.size > 1]
    named["all"] = list(judged)
    rows = []
    for name, group in named.items():
        sure = [j for j in group if j.probability is not None and j.probability >= SURE]
        right = sum(j.right for j in sure)
        rows.append([name, len(group), counted(len(sure), len(group)), counted(right, len(sure))])
    text = table(["gene", "n", f"posterior ≥ {SURE}", "right of these"], rows)
    return text + ("" if open_calls(judged) else f"\n\n{NO_PRIOR}")


def plot(series: Sequence[tuple[str, Sequence[Judged]]], path: Path) -> bool:
    """Draw observed share by mean posterior, whole and above 0.9; False without a prior."""
    drawn = [(name, binned(open_calls(judged))) for name, judged in series]
    if not any(bins for _, bins in drawn):
        return False
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 4.5), layout="constrained")
    for axes, low in zip(figure.subplots(1, 2), (0.0, 0.9), strict=True):
        axes.plot([low, 1], [low, 1], color="0.6", linewidth=1, linestyle="--", zorder=1)
        for place, (name, bins) in enumerate(drawn):
            shown = [b for b in bins if b.mean >= low]
            shares = [b.right / b.n for b in shown]
            bounds = [wilson(b.right, b.n) for b in shown]
            below = [s - lo for s, (lo, _) in zip(shares, bounds, strict=True)]
            above = [hi - s for s, (_, hi) in zip(shares, bounds, strict=True)]
            axes.errorbar(
                [b.mean for b in shown],
                shares,
                yerr=[below, above],
                fmt="osD^"[place % 4],
                color=f"C{place}",
                capsize=3,
                markersize=5,
                linewidth=1,
                label=name,
            )
            for b, height in zip(shown, shares, strict=True):
                if b.mean >= low + 0.9:
                    continue  # these stand apart in the second panel only
                axes.annotate(
                    str(b.n), (b.mean, height), (5, -10), textcoords="offset points", fontsize=7
                )
        axes.set_xlim(low, 1 + 0.1 * (1 - low))
        axes.set_xlabel("mean posterior of the best diplotype")
        axes.set_ylabel("observed share right (95% interval)")
        axes.set_title("all; numbers are calls" if not low else f"posterior {low:g} and more")
        axes.grid(visible=True, color="0.9")
    figure.axes[0].legend(loc="upper left", frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120, metadata={"Software": None})
    return True
