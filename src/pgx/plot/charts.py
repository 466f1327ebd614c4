"""Charts of one gene, of a result's recommendations and of a cohort, drawn into matplotlib axes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pgx.base.texts import did_you_mean
from pgx.errors import UnknownDrugError, UnknownGeneError, UsageError
from pgx.knowledge.importers.guideline_rows import AUTHORITIES
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.messages.catalogue import ENGLISH
from pgx.plot.chart_style import (
    EDGE,
    GROUP_STYLES,
    INK,
    KINDS,
    NOT_CALLED,
    OTHER,
    axes,
    kind_of,
    label,
    legend,
    title,
)
from pgx.records.advice import LOCAL
from pgx.records.calls import CallStatus, GeneCall, PatientResult, Recommendation
from pgx.records.genes import GeneDefinition
from pgx.records.notes import NoteCode
from pgx.reports.content.drug_ranking import (
    ACTIONABLE,
    BUCKETS,
    COLOURS,
    SIGNS,
    bucket,
    drug_order,
    row_order,
)
from pgx.reports.content.phrases import percent
from pgx.reports.figures.figure_data import allele_counts

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from pgx.records.genes import GeneFrequencies

__all__ = ["activity", "cohort_phenotypes", "drug_matrix", "frequencies"]

_LEAST_HEIGHT: Final = 0.012  # smallest height at which a bar is visible


def activity(
    result: PatientResult,
    gene: str,
    *,
    knowledge: KnowledgeBase | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the probability of each activity score, or phenotype, of one gene.

    Parameters
    ----------
    result
        A result of `pgx.annotate`.
    gene
        The gene; it must have activity scores or phenotypes.
    knowledge
        The knowledge base with the scale; the installed one by default.
    ax
        Target axes; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        One bar per value of the gene's scale, colored by the kind of phenotype; ▼ marks the best
        result. A possible value without a probability is marked ``?``.

    Raises
    ------
    UnknownGeneError
        The result, or the knowledge base, has no such gene.
    UsageError
        The gene has no scale, or no result; or matplotlib is not installed (extra ``plots``).
    """
    call = _call_of(result, gene)
    kb = knowledge or KnowledgeBase()
    scale = _scale(kb.gene(gene))
    chances = _chances(call)
    if not scale or not chances:
        raise UsageError(
            f"{gene} has no {'result' if scale else 'scale of scores or phenotypes'} to draw",
            remedy="see column phenotype of the calls",
        )
    scale |= {key: key for key in chances if key not in scale}
    keys = list(scale)
    ax = axes(ax, 5.0 + 0.42 * len(keys), 3.8)
    for x, key in enumerate(keys):
        _chance(ax, x, chances.get(key, 0.0), KINDS[kind_of(scale[key])])
    best = keys.index(next(iter(chances)))
    ax.text(best, 1.13, "▼", ha="center", va="center", fontsize=10, color=INK)
    scored = kb.gene(gene).scored
    # names of phenotypes are too long to be placed side by side
    slant = {} if scored else {"rotation": 25, "ha": "right"}
    ax.set_xticks(range(len(keys)), [label(key) for key in keys], fontsize=8, **slant)  # type: ignore[arg-type]
    ax.set_xlabel("activity score" if scored else "phenotype")
    ax.set_xlim(-0.5, len(keys) - 0.5)
    ax.set_ylim(0, 1.3)
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1.0])
    ax.set_ylabel("probability")
    ax.tick_params(colors=INK)
    said = ", ".join(filter(None, (call.diplotype, call.phenotype)))
    lines = (f"{gene} of {result.sample}", said, _doubt(call))
    title(ax, "\n".join(label(line) for line in lines if line))
    seen = {kind_of(term) for term in scale.values()}
    legend(ax, {f"{s}  {k}": (c, h) for k, (c, h, s) in KINDS.items() if k in seen})
    return ax


def _doubt(call: GeneCall) -> str:
    """Return why the displayed result is uncertain, empty if it is certain."""
    doubts = [call.status.value] if call.status is not CallStatus.CALLED else []
    if NoteCode.COPY_NUMBER_NOT_ASSESSED in call.notes:
        doubts.append("gene copies not determined")
    return "; ".join(doubts)


def _call_of(result: PatientResult, gene: str) -> GeneCall:
    for call in result.calls:
        if call.gene == gene:
            return call
    raise UnknownGeneError(
        f"the result has no call of {gene!r}",
        remedy=did_you_mean(gene, (c.gene for c in result.calls), "see column gene of the calls"),
    )


def _scale(gene: GeneDefinition) -> dict[str, str]:
    """Return lookup keys with their phenotypes, by increasing activity."""
    found = {rule.lookup_key: rule.phenotype for rule in gene.rules}
    if gene.scored:
        return dict(sorted(found.items(), key=lambda item: _score(item[0])))
    kinds = list(KINDS)
    return dict(sorted(found.items(), key=lambda item: kinds.index(kind_of(item[1]))))


def _score(key: str) -> tuple[int, float, bool]:
    """Sort key of scores; non-numeric values come last.

    >>> sorted(["n/a", "≥3.0", "3.0", "0.25"], key=_score)
    ['0.25', '3.0', '≥3.0', 'n/a']
    """
    try:
        return 0, float(key.lstrip("≥")), key.startswith("≥")
    except ValueError:
        return 1, 0.0, False


def _chances(call: GeneCall) -> dict[str, float | None]:
    """Return the probability of each lookup key, the best first; None if unknown."""
    if call.key_evidence:
        return {found.lookup_key: found.probability for found in call.key_evidence}
    # without a prior a single key is certain, and several have no probabilities
    single = len(call.lookup_keys) == 1
    return dict.fromkeys(call.lookup_keys, 1.0 if single else None)


def _chance(ax: Axes, x: int, chance: float | None, style: tuple[str, str, str]) -> None:
    colour, hatch, sign = style
    ax.axvspan(x - 0.5, x + 0.5, facecolor=colour, alpha=0.12, linewidth=0)
    ax.text(x, 1.24, sign, ha="center", va="center", fontsize=8, color=INK)
    if chance is None:
        ax.text(x, 0.05, "?", ha="center", va="bottom", fontsize=11, color=INK)
    elif chance > 0:
        height = max(chance, _LEAST_HEIGHT)
        ax.bar(x, height, width=0.7, color=colour, hatch=hatch, edgecolor=EDGE, linewidth=0.6)
        ax.text(x, height + 0.015, percent(chance), ha="center", va="bottom", fontsize=7)


def frequencies(
    gene: str,
    *,
    at_most: int = 10,
    knowledge: KnowledgeBase | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the frequencies of a gene's alleles in the reference populations.

    Parameters
    ----------
    gene
        The gene.
    at_most
        Maximum number of alleles, the most frequent in any population first; the rest share a bar.
    knowledge
        The knowledge base; the installed one by default.
    ax
        Target axes; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        Shares of chromosomes, one bar per population; the legend gives the sample sizes.

    Raises
    ------
    UnknownGeneError
        The knowledge base has no such gene.
    UsageError
        The gene has no counts, or matplotlib is not installed (extra ``plots``).
    """
    kb = knowledge or KnowledgeBase()
    kb.gene(gene)
    counted = kb.frequencies.get(gene)
    if counted is None or not counted.haplotypes:
        raise UsageError(
            f"no haplotypes of {gene} were counted",
            remedy=f"draw one of {', '.join(sorted(kb.frequencies))}",
        )
    shares = _shares(counted, at_most)
    # 0.16 of a row separates alleles
    width = 0.84 / len(counted.groups)
    ax = axes(ax, 8.0, 1.6 + 0.13 * len(shares) * len(counted.groups))
    for i in range(len(counted.groups)):
        colour, hatch = GROUP_STYLES[i % len(GROUP_STYLES)]
        places = [y - 0.42 + width * (i + 0.5) for y in range(len(shares))]
        values = [share[i] for share in shares.values()]
        ax.barh(places, values, width, color=colour, hatch=hatch, edgecolor=EDGE, linewidth=0.4)
    ax.set_ylim(len(shares) - 0.5, -0.5)
    ax.set_yticks(range(len(shares)), [label(name) for name in shares], fontsize=8)
    ax.set_xlim(0, 1.02 * max(max(share) for share in shares.values()))
    ax.set_xlabel("share of chromosomes")
    ax.set_ylabel("allele")
    ax.tick_params(colors=INK)
    title(ax, f"Alleles of {gene} by population{_open_note(len(counted.untyped))}")
    names = [f"{g} (n = {n})" for g, n in zip(counted.groups, counted.totals, strict=True)]
    legend(ax, {n: GROUP_STYLES[i % len(GROUP_STYLES)] for i, n in enumerate(names)})
    return ax


def _open_note(n_untyped: int) -> str:
    if not n_untyped:
        return ""
    return f"\n{n_untyped} defining position(s) not typed: names are those of the rest"


def _shares(counted: GeneFrequencies, at_most: int) -> dict[str, list[float]]:
    """Return the share of chromosomes in each group by allele, most frequent first."""
    totals = counted.totals
    shares = {
        name: [n / total if total else 0.0 for n, total in zip(own, totals, strict=True)]
        for name, own in allele_counts(counted).items()
    }
    order = sorted(shares, key=lambda name: (-max(shares[name]), name))
    found = {name: shares[name] for name in order[:at_most]}
    rest = [shares[name] for name in order[at_most:]]
    if rest:
        found[f"{len(rest)} others"] = [sum(parts) for parts in zip(*rest, strict=True)]
    return found


if TYPE_CHECKING:
    from matplotlib.axes import Axes

_AUTHORITIES: Final = (*(authority.name for authority in AUTHORITIES), LOCAL)


def drug_matrix(
    result: PatientResult,
    *,
    drugs: Iterable[str] = (),
    at_most: int = 40,
    ax: Axes | None = None,
) -> Axes:
    """Draw each source's recommendation for each drug, with a sign and a color per cell.

    Parameters
    ----------
    result
        A result of `pgx.annotate`.
    drugs
        Drug names as in the result; by default those for which a source recommends a change.
    at_most
        Maximum number of drugs, most serious recommendations first; the rest are counted.
    ax
        Target axes; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        Rows are drugs with their genes, columns are sources. A cell shows the most serious of a
        source's recommendations for any population, by genotype; empty if the source has none.
        The title gives the number of drugs with other recommendations due to current medicines, and
        the laboratory's decisions: neither changes a cell.

    Raises
    ------
    UnknownDrugError
        The result has no such drug.
    UsageError
        There is nothing to draw, or matplotlib is not installed (extra ``plots``).
    """
    cells = _cells(result)
    chosen = _chosen_drugs(cells, tuple(drugs))
    if not chosen:
        raise UsageError("the result has no drug to draw", remedy="name some with drugs=")
    shown, more = chosen[:at_most], len(chosen) - at_most
    # sources unknown to this program are drawn last
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
    """Return what no cell shows: effects of current medicines, a laboratory's decisions."""
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


def _chosen_drugs(cells: dict[str, dict[str, Recommendation]], drugs: tuple[str, ...]) -> list[str]:
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


if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WIDE_ENOUGH: Final = 0.06
_LETTER: Final = 0.017  # width of a letter as a fraction of the axes
_OTHER_HATCHES: Final = ("", "..", "++", "oo")


class Segment(NamedTuple):
    """A segment of a gene's bar; ``term`` is set if the kind does not identify it."""

    kind: str
    term: str = ""


def cohort_phenotypes(
    calls: Any,  # noqa: ANN401 - a frame of either library, or records
    *,
    genes: Iterable[str] = (),
    ax: Axes | None = None,
) -> Axes:
    """Draw the share of samples with each kind of phenotype, one bar per gene.

    Parameters
    ----------
    calls
        A frame with the columns ``gene``, ``status`` and ``phenotype`` (polars of `pgx.call`, or
        pandas of `pgx.to_pandas`), results of `pgx.annotate`, or `GeneCall` records.
    genes
        Genes to draw; by default all with a phenotype in some sample.
    ax
        Target axes; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        Terms are grouped by kind (Likely Poor Metabolizer with Poor Metabolizer), except terms
        that do not describe activity; ambiguous calls count by their best phenotype. Genes are
        ordered A–Z from top to bottom.

    Raises
    ------
    UnknownGeneError
        A gene has no call.
    UsageError
        No call has a phenotype, or matplotlib is not installed (extra ``plots``).
    """
    rows = [*_rows(calls)]
    counts: dict[str, Counter[Segment]] = {}
    for gene, phenotype in _phenotypes(rows):
        counts.setdefault(gene, Counter())[_segment(phenotype)] += 1
    chosen = _chosen_genes(counts, tuple(genes))
    ax = axes(ax, 8.4, 1.4 + 0.32 * max(len(chosen), 6))
    for y, gene in enumerate(chosen):
        _bar(ax, y, counts[gene])
    n = max(sum(counts[gene].values()) for gene in chosen)
    ax.set_xlim(0, 1)
    ax.set_ylim(len(chosen) - 0.5, -0.5)
    ax.set_yticks(range(len(chosen)), [label(gene) for gene in chosen], fontsize=8)
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
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
    """Yield gene and phenotype of each call; None if there is no call."""
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


def _chosen_genes(counts: dict[str, Counter[Segment]], genes: tuple[str, ...]) -> list[str]:
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
