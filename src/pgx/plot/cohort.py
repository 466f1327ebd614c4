"""Phenotypes of many samples, gene by gene."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pgx.base.texts import did_you_mean
from pgx.errors import UnknownGeneError, UsageError
from pgx.plot.style import EDGE, INK, KINDS, NOT_CALLED, OTHER, axes, kind_of, label, legend, title
from pgx.records.calls import CallStatus, GeneCall, PatientResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["cohort_phenotypes"]

_WIDE_ENOUGH: Final = 0.06
_LETTER: Final = 0.017  # what a letter takes of the width
_OTHER_HATCHES: Final = ("", "..", "++", "oo")


class Segment(NamedTuple):
    """A part of a gene's bar; ``term`` is given where the kind does not say what it is."""

    kind: str
    term: str = ""


def cohort_phenotypes(
    calls: Any,  # noqa: ANN401 - a frame of either library, or records
    *,
    genes: Iterable[str] = (),
    ax: Axes | None = None,
) -> Axes:
    """Draw the share of samples with each kind of phenotype, a bar a gene.

    Parameters
    ----------
    calls
        A frame with the columns ``gene``, ``status`` and ``phenotype`` (polars of `pgx.call`, or
        pandas of `pgx.to_pandas`), results of `pgx.annotate`, or `GeneCall` records.
    genes
        Only these; by default all with a phenotype in some sample.
    ax
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        Terms are drawn by their kind (Likely Poor Metabolizer with Poor Metabolizer), those that
        tell of no activity each by itself; ambiguous calls by their best phenotype. Genes A–Z
        from above.

    Raises
    ------
    UnknownGeneError
        There is no call of a gene.
    UsageError
        No call has a phenotype, or matplotlib is not installed (extra ``plots``).
    """
    rows = [*_rows(calls)]
    counts: dict[str, Counter[Segment]] = {}
    for gene, phenotype in _phenotypes(rows):
        counts.setdefault(gene, Counter())[_segment(phenotype)] += 1
    chosen = _chosen(counts, tuple(genes))
    ax = axes(ax, 8.4, 1.4 + 0.32 * max(len(chosen), 6))
    for y, gene in enumerate(chosen):
        _bar(ax, y, counts[gene])
    n = max(sum(counts[gene].values()) for gene in chosen)
    ax.set_xlim(0, 1)
    ax.set_ylim(len(chosen) - 0.5, -0.5)
    ax.set_yticks(range(len(chosen)), [label(gene) for gene in chosen], fontsize=8)
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    ax.set_xlabel(f"share of {n} sample(s)")
    ax.set_ylabel("gene")
    ax.tick_params(colors=INK)
    open_calls = sum(_is_open(row) for row in rows if row[0] in chosen)
    note = f"\n{open_calls} ambiguous call(s) drawn by the best phenotype" if open_calls else ""
    title(ax, f"Phenotypes by gene{note}")
    seen = {segment.kind for gene in chosen for segment in counts[gene]}
    styles = {f"{s}  {k}": (c, h) for k, (c, h, s) in KINDS.items() if k in seen}
    legend(ax, styles)
    return ax


def _is_open(row: tuple[str, str, Any]) -> bool:
    return str(row[1]) == CallStatus.AMBIGUOUS.value and isinstance(row[2], str)


def _segment(phenotype: str | None) -> Segment:
    kind = kind_of(phenotype)
    return Segment(kind, phenotype or "") if kind == OTHER else Segment(kind)


def _phenotypes(rows: Iterable[tuple[str, str, Any]]) -> Iterator[tuple[str, str | None]]:
    """Yield gene and phenotype of each call; None where nothing was called."""
    answered = {CallStatus.CALLED.value, CallStatus.AMBIGUOUS.value}
    for gene, status, phenotype in rows:
        known = isinstance(phenotype, str) and str(status) in answered
        yield gene, phenotype if known else None


def _rows(calls: Any) -> Iterator[tuple[str, str, Any]]:  # noqa: ANN401 - see above
    columns = getattr(calls, "columns", None)
    if columns is not None:
        yield from zip(*(calls[n].to_list() for n in ("gene", "status", "phenotype")), strict=True)
        return
    for item in [calls] if isinstance(calls, PatientResult | GeneCall) else calls:
        for call in item.calls if isinstance(item, PatientResult) else [item]:
            yield call.gene, call.status.value, call.phenotype


def _chosen(counts: dict[str, Counter[Segment]], genes: tuple[str, ...]) -> list[str]:
    for gene in genes:
        if gene not in counts:
            raise UnknownGeneError(
                f"no call of {gene!r}", remedy=did_you_mean(gene, counts, "see column gene")
            )
    chosen = sorted(genes or (g for g, c in counts.items() if set(c) != {Segment(NOT_CALLED)}))
    if not chosen:
        raise UsageError("no call has a phenotype", remedy="draw calls of a gene with phenotypes")
    return chosen


def _bar(ax: Axes, y: int, counts: Counter[Segment]) -> None:
    total, left, n_other = sum(counts.values()), 0.0, 0
    order = list(KINDS)
    for segment in sorted(counts, key=lambda s: (order.index(s.kind), s.term)):
        share = counts[segment] / total
        colour, hatch, sign = KINDS[segment.kind]
        if segment.term:
            hatch = _OTHER_HATCHES[n_other % len(_OTHER_HATCHES)]
            n_other += 1
        ax.barh(y, share, 0.8, left, color=colour, hatch=hatch, edgecolor=EDGE, linewidth=0.6)
        if share >= _WIDE_ENOUGH:
            term = label(segment.term) if share >= len(segment.term) * _LETTER else ""
            _write(
                ax,
                left + share / 2,
                y,
                " ".join(filter(None, (sign, term))) + f" {counts[segment]}",
            )
        left += share


def _write(ax: Axes, x: float, y: int, text: str) -> None:
    ground = {"facecolor": "white", "edgecolor": "none", "pad": 1.0, "alpha": 0.85}
    ax.text(x, y, text, ha="center", va="center", fontsize=7, color="black", bbox=ground)
