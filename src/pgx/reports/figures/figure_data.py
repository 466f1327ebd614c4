"""Data of the figures of one gene: finite numbers from a call and counts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from pgx.records.calls import CallStatus, GeneCall, PatientResult
from pgx.records.genes import GeneFrequencies
from pgx.records.patient import ScoreRange
from pgx.records.structures import CopyNumber, DepthWindow, Exon, StructuralModel, StructureEvidence
from pgx.reports.content.release_facts import ReportFacts

__all__ = [
    "AlleleShare",
    "Bar",
    "ChromosomeShare",
    "CopyPanel",
    "CopyPicture",
    "GenePictures",
    "ScoreFacts",
    "allele_counts",
    "build_copies",
    "build_pictures",
    "wilson",
]

_PAD: Final = 150  # base pairs beside the outermost window or exon
_MOST_GENES: Final = 2
_MOST_WINDOWS: Final = 4000  # a saved result is untrusted
_MOST_EXONS: Final = 60


class CopyPanel(msgspec.Struct, frozen=True):
    """One gene: an interval (1-based inclusive, GRCh38), its windows and exons by position."""

    gene: str
    start: int
    end: int
    windows: tuple[DepthWindow, ...]
    exons: tuple[Exon, ...]


class CopyPicture(msgspec.Struct, frozen=True):
    """Depth as copy number along a gene and its paralogue, the gene first if both are named.

    ``copies`` and ``model`` are the most probable ones, None if not determined.
    """

    gene: str
    panels: tuple[CopyPanel, ...]
    copies: CopyNumber | None = None
    model: StructuralModel | None = None


def build_copies(found: StructureEvidence | None) -> CopyPicture | None:
    """Return the copy-number figure data; None if nothing was assessed or measured."""
    if found is None or not found.is_assessed:
        return None
    windows = [w for w in found.windows if _is_drawable(w)][:_MOST_WINDOWS]
    if not windows:
        return None
    named = dict.fromkeys([*(w.gene for w in windows), *(e.gene for e in found.exons)])
    genes = sorted(named, key=lambda gene: gene != found.gene)[:_MOST_GENES]
    panels = (_panel(gene, windows, found.exons) for gene in genes)
    return CopyPicture(
        found.gene, tuple(panels), next(iter(found.copies), None), next(iter(found.models), None)
    )


def _is_drawable(window: DepthWindow) -> bool:
    numbers = (window.copies, window.spread, window.expected)
    return window.start <= window.end and all(math.isfinite(n) and n >= 0 for n in numbers)


def _panel(gene: str, windows: Sequence[DepthWindow], exons: Sequence[Exon]) -> CopyPanel:
    own = sorted((w for w in windows if w.gene == gene), key=lambda w: (w.start, w.end))
    coding = [e for e in exons if e.gene == gene and e.start <= e.end][:_MOST_EXONS]
    coding.sort(key=lambda e: (e.start, e.end))
    places = [*((w.start, w.end) for w in own), *((e.start, e.end) for e in coding)]
    if not places:
        return CopyPanel(gene, 0, 2 * _PAD, (), ())
    start, end = min(p[0] for p in places), max(p[1] for p in places)
    return CopyPanel(gene, start - _PAD, end + _PAD, tuple(own), tuple(coding))


# the remaining candidates share one bar
_SHOWN_CANDIDATES: Final = 6
_Z: Final = 1.959964  # 97.5% quantile of the standard normal distribution
_CALLED: Final = (CallStatus.CALLED, CallStatus.AMBIGUOUS)


class ChromosomeShare(msgspec.Struct, frozen=True):
    """Number of a group's chromosomes with an allele; ``low``, ``high``: 95% interval, 0–1."""

    group: str
    count: int
    total: int
    low: float
    high: float


class AlleleShare(msgspec.Struct, frozen=True):
    """The frequency of one allele in each group."""

    allele: str
    shares: tuple[ChromosomeShare, ...]


class ScoreFacts(msgspec.Struct, frozen=True, kw_only=True):
    """An activity score (unitless) on the scale of its gene.

    ``possible`` are the scores of other candidates, ``converted`` is the score after
    phenoconversion, None if medicines do not change it.
    """

    score: float
    ranges: tuple[ScoreRange, ...]
    possible: tuple[float, ...] = ()
    converted: float | None = None


class Bar(msgspec.Struct, frozen=True):
    """A candidate and its probability, 0–1."""

    diplotype: str
    probability: float


class GenePictures(msgspec.Struct, frozen=True, kw_only=True):
    """Figure data of one gene; empty or None if there is nothing to show.

    ``n_others`` candidates are not among the bars; ``rest`` is their total probability.
    ``copies`` is drawn whatever the status of the call.
    """

    gene: str
    score: ScoreFacts | None = None
    alleles: tuple[AlleleShare, ...] = ()
    bars: tuple[Bar, ...] = ()
    n_others: int = 0
    rest: float = 0.0
    copies: CopyPicture | None = None


def build_pictures(result: PatientResult, facts: ReportFacts) -> tuple[GenePictures, ...]:
    """Return the figure data of each gene, A–Z."""
    return tuple(_of_gene(call, result, facts) for call in sorted(result.calls, key=_by_gene))


def _by_gene(call: GeneCall) -> str:
    return call.gene


def _of_gene(call: GeneCall, result: PatientResult, facts: ReportFacts) -> GenePictures:
    copies = build_copies(call.structure)
    if call.status not in _CALLED:
        return GenePictures(gene=call.gene, copies=copies)
    bars = _bars(call)
    shown = sum(bar.probability for bar in bars)
    return GenePictures(
        gene=call.gene,
        score=_score(call, result, facts.score_ranges),
        alleles=_alleles(call, facts.frequencies.get(call.gene)),
        bars=bars,
        n_others=call.n_candidates - len(bars) if bars else 0,
        rest=max(1.0 - shown, 0.0) if bars else 0.0,
        copies=copies,
    )


def _bars(call: GeneCall) -> tuple[Bar, ...]:
    """Return the best candidates with a probability; none if only one fits."""
    if call.n_candidates < 2:
        return ()
    listed = call.candidates[:_SHOWN_CANDIDATES]
    return tuple(
        Bar(c.diplotype, min(max(c.probability, 0.0), 1.0))
        for c in listed
        if c.probability is not None
    )


def _score(
    call: GeneCall, result: PatientResult, ranges: Sequence[ScoreRange]
) -> ScoreFacts | None:
    own = tuple(r for r in ranges if r.gene == call.gene)
    score = _number(call.activity_score)
    if not own or score is None:
        return None
    others = {n for key in call.lookup_keys if (n := _number(key)) is not None and n != score}
    changes = result.context.conversions if result.context else ()
    left = [_number(c.activity_score) for c in changes if c.gene == call.gene and not c.drug]
    return ScoreFacts(
        score=score,
        ranges=own,
        possible=tuple(sorted(others)),
        converted=next((n for n in left if n is not None), None),
    )


def _number(text: str | None) -> float | None:
    """Return the score named by a key, None if it names none."""
    try:
        found = float((text or "").lstrip("≥"))
    except ValueError:
        return None
    return found if math.isfinite(found) and found >= 0 else None


def _alleles(call: GeneCall, found: GeneFrequencies | None) -> tuple[AlleleShare, ...]:
    """Return the frequencies of the alleles that the assembly does not carry itself.

    Unknown if a site could not be counted, or if the call uses another method.
    """
    # without a defining position the counts combine several alleles
    if found is None or found.untyped or not found.haplotypes or call.source != "vcf":
        return ()
    usual = {h.allele for h in found.haplotypes if not h.differences}
    names = dict.fromkeys(h.name for h in call.haplotypes if h.name not in usual)
    if call.structure and call.structure.is_assessed:  # haplotypes were counted without copy number
        names = {name: None for name in names if name in {h.allele for h in found.haplotypes}}
    if not names:
        return ()
    counts, totals, nobody = allele_counts(found), found.totals, (0,) * len(found.groups)
    return tuple(
        AlleleShare(name, tuple(_shares(found.groups, totals, counts.get(name, nobody))))
        for name in names
    )


def _shares(
    groups: Sequence[str], totals: Sequence[int], counts: Sequence[int]
) -> Iterable[ChromosomeShare]:
    for group, total, count in zip(groups, totals, counts, strict=True):
        if total:
            yield ChromosomeShare(group, count, total, *wilson(count, total))


def allele_counts(found: GeneFrequencies) -> dict[str, tuple[int, ...]]:
    """Return the number of chromosomes of each group with an allele, by allele name."""
    by_name: dict[str, tuple[int, ...]] = {}
    for haplotype in found.haplotypes:
        earlier = by_name.get(haplotype.allele, (0,) * len(found.groups))
        summed = zip(earlier, haplotype.counts, strict=True)
        by_name[haplotype.allele] = tuple(a + b for a, b in summed)
    return by_name


def wilson(count: int, total: int) -> tuple[float, float]:
    """Return Wilson's 95% interval (0–1) of a proportion ``count`` of ``total``.

    >>> [round(end, 4) for end in wilson(8, 556)]
    [0.0073, 0.0281]
    >>> [round(end, 4) for end in wilson(0, 100)]
    [0.0, 0.037]
    """
    share, square = count / total, _Z * _Z
    # Wilson (1927) J Am Stat Assoc 22:209-212: the interval stays within 0 and 1 for rare alleles
    middle = share + square / (2 * total)
    half = _Z * math.sqrt(share * (1 - share) / total + square / (4 * total * total))
    scale = 1 + square / total
    return max((middle - half) / scale, 0.0), min((middle + half) / scale, 1.0)
