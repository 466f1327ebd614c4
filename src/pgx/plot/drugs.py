"""Drugs by source: what each authority says of each drug for one result."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from pgx.base.texts import did_you_mean
from pgx.errors import UnknownDrugError, UsageError
from pgx.knowledge.importers.guideline_rows import AUTHORITIES
from pgx.messages.catalogue import ENGLISH
from pgx.plot.style import EDGE, INK, axes, label, legend, title
from pgx.records.advice import LOCAL
from pgx.records.calls import PatientResult, Recommendation
from pgx.reports.content.drug_ranking import (
    ACTIONABLE,
    BUCKETS,
    COLOURS,
    SIGNS,
    bucket,
    drug_order,
    row_order,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["drug_matrix"]

_AUTHORITIES: Final = (*(authority.name for authority in AUTHORITIES), LOCAL)


def drug_matrix(
    result: PatientResult,
    *,
    drugs: Iterable[str] = (),
    at_most: int = 40,
    ax: Axes | None = None,
) -> Axes:
    """Draw what each source says of each drug: a sign and a colour a cell.

    Parameters
    ----------
    result
        A result of `pgx.annotate`.
    drugs
        Names of drugs as in the result; those for which a source asks for a change by default.
    at_most
        So many drugs are drawn, the most serious advice first; the rest are counted.
    ax
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        Rows are drugs with their genes, columns are sources. A cell is the most serious of a
        source's advice for any population, by the genotype; an empty one says that the source has
        none. The title says how many drugs get other advice by current medicines, and on what a
        laboratory decided: neither changes a cell.

    Raises
    ------
    UnknownDrugError
        The result has no such drug.
    UsageError
        There is nothing to draw, or matplotlib is not installed (extra ``plots``).
    """
    cells = _cells(result)
    chosen = _chosen(cells, tuple(drugs))
    if not chosen:
        raise UsageError("the result has no drug to draw", remedy="name some with drugs=")
    shown, more = chosen[:at_most], len(chosen) - at_most
    used = {source for drug in shown for source in cells[drug]}
    sources = [name for name in _AUTHORITIES if name in used] + sorted(used - {*_AUTHORITIES})
    ax = axes(ax, 6.4 + 0.5 * len(sources), 1.2 + 0.24 * max(len(shown), 12))
    seen: set[str] = set()
    for y, drug in enumerate(shown):
        for x, source in enumerate(sources):
            row = cells[drug].get(source)
            if row is not None:
                seen.add(bucket(row))
                _draw(ax, x, y, bucket(row))
    _frame(ax, [_drug_label(drug, cells[drug]) for drug in shown], sources)
    title(ax, f"Advice for {label(result.sample)} by source{_unseen(result)}")
    ax.set_xlabel(f"source of the advice{f' ({more} more drugs not shown)' if more > 0 else ''}")
    names = ENGLISH["bucket"]
    styles = {f"{SIGNS[k]}  {names[k]}": (COLOURS[k], "") for k in BUCKETS if k in seen}
    legend(ax, styles)
    return ax


def _unseen(result: PatientResult) -> str:
    """Return what no cell shows: other advice by current medicines, a laboratory's decisions."""
    changed = {row.drug for row in result.phenoconverted}
    decided = dict.fromkeys(said.subject for said in result.overrides)
    lines = [f"not shown: other advice by current medicines on {len(changed)} drug(s)"] * bool(
        changed
    )
    lines += [f"a laboratory decided on: {label(', '.join(decided))}"] * bool(decided)
    return "".join(f"\n{line}" for line in lines)


def _cells(result: PatientResult) -> dict[str, dict[str, Recommendation]]:
    """Return the most serious row of each drug and source, drugs by seriousness."""
    found: dict[str, dict[str, Recommendation]] = {}
    for row in sorted(result.by_genotype, key=row_order):
        found.setdefault(row.drug, {}).setdefault(row.source, row)

    def order(drug: str) -> tuple[int, tuple[int, int, str]]:
        rows = list(found[drug].values())
        return BUCKETS.index(bucket(rows[0])), drug_order(rows, drug.casefold())

    return {drug: found[drug] for drug in sorted(found, key=order)}


def _chosen(cells: dict[str, dict[str, Recommendation]], drugs: tuple[str, ...]) -> list[str]:
    own = {drug.casefold(): drug for drug in cells}
    for name in drugs:
        if name.casefold() not in own:
            raise UnknownDrugError(
                f"the result has no drug {name!r}",
                remedy=did_you_mean(name, cells, "name a drug of column drug in recommendations"),
            )
    if drugs:
        wanted = {own[name.casefold()] for name in drugs}
        return [drug for drug in cells if drug in wanted]
    return [d for d, rows in cells.items() if any(bucket(r) in ACTIONABLE for r in rows.values())]


def _drug_label(drug: str, rows: dict[str, Recommendation]) -> str:
    genes = sorted({gene for row in rows.values() for gene in row.genes})
    return f"{label(drug)} ({label(', '.join(genes))})"


def _draw(ax: Axes, x: int, y: int, key: str) -> None:
    ax.fill(
        [x - 0.5, x + 0.5, x + 0.5, x - 0.5],
        [y - 0.5, y - 0.5, y + 0.5, y + 0.5],
        facecolor=COLOURS[key],
        edgecolor=EDGE,
        linewidth=0.6,
    )
    ax.text(x, y, SIGNS[key], ha="center", va="center", fontsize=9, color="black")


def _frame(ax: Axes, drugs: list[str], sources: list[str]) -> None:
    names = ENGLISH["authority"]
    ax.set_xlim(-0.52, len(sources) - 0.48)
    ax.set_ylim(len(drugs) - 0.48, -0.52)
    ax.set_xticks(range(len(sources)), [label(names.get(s, s)) for s in sources], fontsize=8)
    ax.set_yticks(range(len(drugs)), drugs, fontsize=8)
    ax.set_ylabel("drug (genes)")
    ax.tick_params(length=0, colors=INK)
    for side in ax.spines.values():
        side.set_visible(False)
