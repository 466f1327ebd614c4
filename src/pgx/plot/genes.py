"""One gene: what a sample's result may be, and how common its alleles are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pgx.base.texts import did_you_mean
from pgx.errors import UnknownGeneError, UsageError
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.plot.style import EDGE, GROUP_STYLES, INK, KINDS, axes, kind_of, label, legend, title
from pgx.records.calls import CallStatus, GeneCall, PatientResult
from pgx.records.genes import GeneDefinition
from pgx.records.notes import NoteCode
from pgx.reports.chances import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from pgx.records.genes import GeneFrequencies

__all__ = ["activity", "frequencies"]

_LEAST_HEIGHT: Final = 0.012  # a bar that is nearly nothing is still seen


def activity(
    result: PatientResult,
    gene: str,
    *,
    knowledge: KnowledgeBase | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how probable each activity score, or phenotype, of one gene is.

    Parameters
    ----------
    result
        A result of `pgx.annotate`.
    gene
        The gene; it must have scores or phenotypes.
    knowledge
        The knowledge base that has the scale; the installed one by default.
    ax
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        A bar each value of the gene's scale, coloured by the kind of phenotype; ▼ marks the best
        result. A value that is possible, but has no probability, has a ``?``.

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
    """Return why the result that is named is not sure, empty if it is."""
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
    """Return lookup keys with their phenotypes, from little activity to much."""
    found = {rule.lookup_key: rule.phenotype for rule in gene.rules}
    if gene.scored:
        return dict(sorted(found.items(), key=lambda item: _score(item[0])))
    kinds = list(KINDS)
    return dict(sorted(found.items(), key=lambda item: kinds.index(kind_of(item[1]))))


def _score(key: str) -> tuple[int, float, bool]:
    """Order scores; what is no number comes last.

    >>> sorted(["n/a", "≥3.0", "3.0", "0.25"], key=_score)
    ['0.25', '3.0', '≥3.0', 'n/a']
    """
    try:
        return 0, float(key.lstrip("≥")), key.startswith("≥")
    except ValueError:
        return 1, 0.0, False


def _chances(call: GeneCall) -> dict[str, float | None]:
    """Return how probable each lookup key is, the best first; None where nothing says so."""
    if call.key_evidence:
        return {found.lookup_key: found.probability for found in call.key_evidence}
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
    """Draw how common a gene's alleles are in the populations that were counted.

    Parameters
    ----------
    gene
        The gene.
    at_most
        So many alleles, the most frequent in any population first; the rest are one bar.
    knowledge
        The knowledge base; the installed one by default.
    ax
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        Shares of chromosomes, a bar a population; the legend says how many were counted.

    Raises
    ------
    UnknownGeneError
        The knowledge base has no such gene.
    UsageError
        Nothing was counted for it, or matplotlib is not installed (extra ``plots``).
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
    """Return the share of chromosomes in each group by allele, the most frequent first."""
    totals = counted.totals
    sums: dict[str, list[int]] = {}
    for haplotype in counted.haplotypes:
        own = sums.setdefault(haplotype.allele, [0] * len(totals))
        for i, count in enumerate(haplotype.counts):
            own[i] += count
    shares = {
        name: [n / total if total else 0.0 for n, total in zip(own, totals, strict=True)]
        for name, own in sums.items()
    }
    order = sorted(shares, key=lambda name: (-max(shares[name]), name))
    found = {name: shares[name] for name in order[:at_most]}
    rest = [shares[name] for name in order[at_most:]]
    if rest:
        found[f"{len(rest)} others"] = [sum(parts) for parts in zip(*rest, strict=True)]
    return found
