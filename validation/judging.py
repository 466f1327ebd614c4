"""One call compared with the truth, and whether its posterior probability is calibrated.

Diplotypes are compared by name, whatever the order of haplotypes and of parts in brackets. Genes
that list variants and name only the two most serious ones of unphased data (`BY_PHENOTYPE`) are
compared by phenotype and activity score. Where the cohort's call set could not type a defining
position, the truth is known up to that position: every diplotype that fits the typed ones is right.

A posterior is calibrated if the share of right calls among those that carry it equals it:
`reliability_report` compares both by bin, `sure_table` counts the calls of 0.99 and more.
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median

from pgx.genotypes.matrix import GeneGenotypes
from pgx.records.calls import CallStatus, GeneCall, Recommendation
from pgx.records.genes import core_allele, parse_bracket
from validation import callers
from validation.data import cohort_genotypes
from validation.tables import counted, share, table, wilson

__all__ = [
    "BY_PHENOTYPE",
    "EDGES",
    "Bin",
    "Diplotype",
    "Haplotype",
    "Judged",
    "Truth",
    "among_all",
    "binned",
    "diplotype",
    "haplotype",
    "judge",
    "judge_people",
    "median_size",
    "reliability_plot",
    "reliability_report",
    "sure_table",
    "truths",
    "what_to_do",
    "without_undocumented",
]

Haplotype = tuple[str, ...]
Diplotype = tuple[Haplotype, ...]
_HAPLOTYPES = re.compile(r"/(?![^\[]*\])")


@functools.lru_cache(maxsize=65536)
def haplotype(name: str) -> Haplotype:
    """Return the parts of one haplotype in a fixed order, suballeles by their core allele.

    >>> haplotype("[*5 + *3]"), haplotype("*45.001")
    (('*3', '*5'), ('*45',))
    """
    return tuple(sorted(core_allele(part.strip()) for part in parse_bracket(name.strip())))


@functools.lru_cache(maxsize=65536)
def diplotype(name: str) -> Diplotype:
    """Return haplotypes and their parts in a fixed order.

    >>> diplotype("*2/[*5 + *3]") == diplotype("[*3 + *5]/*2")
    True
    """
    return tuple(sorted(haplotype(part) for part in _HAPLOTYPES.split(name) if part.strip()))


def without_undocumented(name: str, reference: str, undocumented: Collection[str]) -> Diplotype:
    """Return a diplotype with alleles that no definition names read as the reference.

    ``undocumented`` are the ``chrN:pos:ref>alt`` labels of the call.

    >>> without_undocumented("*3/[*1 + g.100A>T]", "*1", ["chr1:100:A>T"])
    (('*1',), ('*3',))
    """
    names = {f"g.{label.split(':', 1)[1].replace(':', '')}" for label in undocumented}
    haplotypes = []
    for parts in diplotype(name):
        kept = tuple(part for part in parts if part not in names)
        haplotypes.append(kept or (reference,))
    return tuple(sorted(haplotypes))


# unphased, these genes name the two most serious variants of several: a name is no full diplotype
BY_PHENOTYPE = frozenset({"DPYD", "RYR1"})

COMBINATION = "no definition covers a true haplotype, and defined alleles fit as well"
RANKED = "the truth fits and is ranked lower"
UNLISTED = "the truth fits; it is too unlikely to be listed"
NOT_SPELLED_OUT = "combinations that missing positions may add are not spelled out"
UNEXPLAINED = "unexplained"


@dataclass(frozen=True, slots=True)
class Judged:
    """One person's call of one gene against the truth.

    ``listed`` and ``among`` say whether the truth is among the listed candidates and among all
    that fit; ``size`` is how many fit; ``reason`` is empty where the best is right.
    """

    gene: str
    sample: str
    truth: str
    ours: str
    status: CallStatus
    right: bool
    listed: bool
    among: bool
    probability: float | None
    size: int
    reason: str = ""

    @property
    def assessed(self) -> bool:
        """Whether the input says anything about the gene."""
        return self.status is not CallStatus.NOT_ASSESSED


@dataclass(frozen=True, slots=True)
class Truth:
    """The call from complete, phased data, and every diplotype that counts as true."""

    call: GeneCall
    names: frozenset[Diplotype]

    @classmethod
    def of(cls, call: GeneCall, *others: GeneCall) -> Truth:
        """Return the truth of one call; the candidates of the others count as true too."""
        names = [call.diplotype or "", *(c.diplotype for o in others for c in o.candidates)]
        return cls(call, frozenset(diplotype(name) for name in names))


@functools.cache
def truths(gene: str) -> tuple[Truth | None, ...]:
    """Return the truth of every person of the cohort; None where phased data leave it open."""
    phased = cohort_genotypes(gene)
    untyped = callers.open_where_untyped(phased)
    # a caller keeps what it knows of all columns of one object: one object after the other
    kinds = [phased] if untyped is phased else [phased, untyped]
    calls = [[callers.call(g, column) for column in range(len(g.samples))] for g in kinds]
    return tuple(
        Truth.of(*own) if own[0].status is CallStatus.CALLED else None
        for own in zip(*calls, strict=True)
    )


def judge_people(
    genotypes: GeneGenotypes, known: Sequence[Truth | None], columns: Iterable[int]
) -> list[Judged]:
    """Judge the calls of some people (columns); those without a known truth are left out."""
    judged = []
    for column in columns:
        truth = known[column]
        if truth is not None:
            judged.append(judge(callers.call(genotypes, column), truth))
    return judged


def judge(call: GeneCall, known: Truth) -> Judged:
    """Hold a call against the truth."""
    truth = known.call
    if call.gene in BY_PHENOTYPE:
        right, listed, among = _by_phenotype(call, truth)
    else:
        right, listed, among = _by_name(call, known.names)
    return Judged(
        gene=call.gene,
        sample=call.sample,
        truth=_text(truth),
        ours=_text(call),
        status=call.status,
        right=right,
        listed=listed,
        among=among,
        probability=call.probability,
        size=call.n_candidates,
        reason="" if right else _reason(call, truth, listed=listed, among=among),
    )


def _text(call: GeneCall) -> str:
    name = call.diplotype or call.status.value
    if call.gene not in BY_PHENOTYPE:
        return name
    scored = f", score {call.activity_score}" if call.activity_score else ""
    return f"{name}: {call.phenotype}{scored}"


def _by_name(call: GeneCall, wanted: frozenset[Diplotype]) -> tuple[bool, bool, bool]:
    right = call.diplotype is not None and diplotype(call.diplotype) in wanted
    listed = right or any(diplotype(c.diplotype) in wanted for c in call.candidates)
    return right, listed, listed or any(among_all(call, name) for name in wanted)


def _by_phenotype(call: GeneCall, truth: GeneCall) -> tuple[bool, bool, bool]:
    result = call.phenotype, call.activity_score
    right = call.diplotype is not None and result == (truth.phenotype, truth.activity_score)
    possible = {*truth.lookup_keys} <= {*call.lookup_keys} and truth.phenotype in call.phenotypes
    return right, possible, possible


def among_all(call: GeneCall, wanted: Sequence[tuple[str, ...]]) -> bool:
    """Say whether a diplotype is in the whole candidate set, listed or not."""
    for factor in call.candidate_factors:
        first, second = _parsed(factor[0]), _parsed(factor[1])
        if not second:
            if len(wanted) == 1 and wanted[0] in first:
                return True
        elif len(wanted) == 2:
            one, two = wanted
            if (one in first and two in second) or (two in first and one in second):
                return True
    return False


@functools.lru_cache(maxsize=4096)
def _parsed(names: tuple[str, ...]) -> frozenset[tuple[str, ...]]:
    return frozenset(haplotype(name) for name in names)


def _reason(call: GeneCall, truth: GeneCall, *, listed: bool, among: bool) -> str:
    if call.status in (CallStatus.NOT_ASSESSED, CallStatus.NO_CALL):
        return call.status.value
    if listed:
        return RANKED
    if among:
        return UNLISTED
    if "[" in (truth.diplotype or ""):
        return COMBINATION
    if "candidates_not_all_listed" in call.notes:
        return NOT_SPELLED_OUT
    return UNEXPLAINED


def median_size(judged: Iterable[Judged]) -> str:
    """Return the median number of diplotypes that fit where anything was assessed."""
    sizes = [j.size for j in judged if j.assessed]
    return f"{median(sizes):g}" if sizes else "–"


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
        # a posterior of exactly 1 belongs to the last bin, which would be half-open otherwise
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


def reliability_report(judged: Sequence[Judged]) -> str:
    """Return the table of bins, and how far posterior and share lie apart on average."""
    bins = binned(open_calls(judged))
    if not bins:
        return NO_PRIOR
    rows = [[b.label, b.n, f"{b.mean:.4f}", b.right, share(b.right, b.n)] for b in bins]
    n = sum(b.n for b in bins)
    # the expected calibration error: bins count by the number of calls in them
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


def reliability_plot(series: Sequence[tuple[str, Sequence[Judged]]], path: Path) -> bool:
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


def what_to_do(row: Recommendation) -> tuple[object, ...]:
    """Return what a row tells to do, and when; two rows with the same give the same advice.

    Source, strength and wording are left out: they differ between guidelines that agree.
    """
    return row.action, row.dose_factor_min, row.dose_factor_max, row.condition
