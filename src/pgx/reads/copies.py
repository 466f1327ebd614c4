"""Copy-number evidence from reads, normalised by control regions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.base.assemblies import canonical_contig, contig_length
from pgx.base.files import read_whole
from pgx.copynumber.configurations import StructuralModels, structural_models
from pgx.copynumber.evidence import (
    CONFLICT,
    CopyEvidence,
    SiteReads,
    balances_of,
    not_assessed,
    with_posterior,
)
from pgx.reads.columns import Reads, depth_over
from pgx.reads.locus import Assignment, ReadLocus
from pgx.reads.source import ReadsFile, Region, refusal
from pgx.records.structures import DepthWindow, StructureEvidence

__all__ = [
    "MIN_DEPTH",
    "NO_NORMALISER",
    "Normaliser",
    "Shares",
    "copies_from_reads",
    "gene_shares",
    "normaliser_of",
    "read_regions",
    "with_reads",
]

_MAX_BYTES: Final = 1 << 24
BIN: Final = 500
"""Bases of a flank whose mean depth is one control."""
FEWEST_BINS: Final = 4
FEWEST_REGIONS: Final = 5
FEWEST_BASES: Final = 2_000
"""Bases of chosen regions: fewer hold too few reads to say what two copies have."""
_NOT_TWO: Final = ("chrX", "chrY", "chrM")
FLOOR: Final = 0.05
"""Least standard deviation of a log depth that is taken for expected: GC content, mappability."""


@dataclass(frozen=True, slots=True)
class Normaliser:
    """Depth of two copies in reads, its noise, and the number of controls.

    ``noise`` is the standard deviation of the controls' log depth, ``spread`` that of the
    expected log depth itself.
    """

    depth: float
    noise: float
    spread: float
    n_controls: int


NO_NORMALISER: Final = Normaliser(0.0, 0.0, 0.0, 0)


def normaliser_of(
    file: ReadsFile,
    reads: Reads,
    locus: ReadLocus,
    chosen: Sequence[Region] | None,
    others: Sequence[Region],
) -> Normaliser:
    """Return the expected depth: from given regions, else other genes, else the flanks.

    ``others`` are regions on other chromosomes; they are used if at least five of them have reads
    and at most half have none. `NO_NORMALISER` if there is no control.

    Raises
    ------
    ReadsFileError
        The file is damaged.
    """
    if chosen is not None:
        return _of_depths(np.array([file.mean_depth(r) for r in chosen]))
    # Controls elsewhere come first: they average over many places, the flanks are one.
    elsewhere = np.array([file.mean_depth(r) for r in others if r[0] in file.contigs])
    if (elsewhere > 0).sum() >= max(FEWEST_REGIONS, len(elsewhere) / 2):
        return _of_depths(elsewhere)
    return _of_depths(np.concatenate([_bins(reads, f) for f in locus.flanks]), FEWEST_BINS)


def _bins(reads: Reads, flank: Region) -> Floats:
    """Return the mean depth of a flank's bins, where the file has reads.

    The first and the last bin with reads are omitted: a slice ends within them.
    """
    depth = depth_over(reads, flank[1], flank[2])
    n = len(depth) // BIN
    means = depth[: n * BIN].reshape(n, BIN).mean(axis=1)
    # A slice of a BAM file has no reads in part of the flank; empty bins there are not depth.
    filled = np.flatnonzero(means > 0)
    if not len(filled):
        return np.zeros(0)
    ends_low, ends_high = filled[0] > 0, filled[-1] < n - 1
    return np.asarray(means[filled[0] + ends_low : filled[-1] + 1 - ends_high], np.float64)


def _of_depths(depths: Floats, fewest: int = 1) -> Normaliser:
    if len(depths) < fewest or not len(depths) or np.median(depths) <= 0:
        return NO_NORMALISER
    middle = float(np.median(depths))
    # The floor keeps an empty control from being minus infinity.
    logs = np.log(np.maximum(depths, middle / 20) / middle)
    # 1.4826 turns a median absolute deviation into a standard deviation; outliers do not count.
    noise = max(1.4826 * float(np.median(np.abs(logs))), FLOOR)
    # 1.25 is the standard error of a median by that of a mean, for a normal distribution.
    spread = float(np.hypot(FLOOR, 1.25 * noise / np.sqrt(len(depths))))
    return Normaliser(middle, noise, spread, len(depths))


def read_regions(path: str | Path, file: ReadsFile, locus: ReadLocus) -> list[Region]:
    """Read a BED file of normaliser regions.

    Raises
    ------
    ReadsFileError
        It cannot be read, a line is not a region, a region is not on an autosome of the file or is
        within the gene and its paralogue, or all are too short to count reads.
    """
    place = Path(path)
    try:
        lines = read_whole(place, _MAX_BYTES).decode("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise refusal("bed", place.name, detail="it cannot be read") from error
    kept = [
        (number, line.split("\t"))
        for number, line in enumerate(lines, 1)
        if line.strip() and not line.startswith(("#", "track", "browser"))
    ]
    if not kept:
        raise refusal("bed", place.name, detail="no region")
    found = [_region(cells, file, locus, f"{place.name} line {n}") for n, cells in kept]
    if sum(end - start + 1 for _, start, end in found) < FEWEST_BASES:
        raise refusal("bed", place.name, detail=f"fewer than {FEWEST_BASES} bases")
    return found


def _region(cells: list[str], file: ReadsFile, locus: ReadLocus, where: str) -> Region:
    try:
        contig, start, end = canonical_contig(cells[0].strip()), int(cells[1]), int(cells[2])
    except (IndexError, ValueError) as error:
        raise refusal("bed", where) from error
    if contig is None or contig not in file.contigs:
        raise refusal("bed", where, detail="the reads have no such contig")
    if not 0 <= start < end <= contig_length(contig, file.assembly):
        raise refusal("bed", where, detail="no such positions")
    if contig in _NOT_TWO:
        raise refusal("bed", where, detail="not everybody has two copies of that chromosome")
    (_, _, low), (own, high, _) = locus.flanks
    if contig == own and start < high and end > low:
        raise refusal("bed", where, detail="it lies in the region whose copies are counted")
    return contig, start + 1, end


MIN_DEPTH: Final = 10.0
"""Expected reads over two copies below which the structure is not assessed."""

DECIMALS: Final = 4
"""Of log likelihoods; a saved result holds as many."""
WINDOW: Final = 300
"""Bases of a depth window."""
UNEVEN: Final = 0.35
"""Standard deviation of the windows' log depth from which a file is taken for uneven."""
LARGEST_SPREAD: Final = 0.20
"""Standard deviation of the expected log depth from which copies cannot be assessed."""
LARGEST_NOISE: Final = 0.35
"""Standard deviation of the controls' log depth from which reads are those of a panel or exome,
of which one gene's depth says nothing of another's; counting alone makes 0.21 at a depth of 10."""

PARALOGUE_COPIES: Final = (0.004, 0.04, 0.9, 0.045, 0.008, 0.003)
"""Prior of 0, 1, 2 … copies of the paralogue: usually two, but not always."""

VOTE: Final = 1.5
"""Log odds of a fragment's bases in a segment from which it has voted."""
FEWEST_VOTES: Final = 8
DISPERSION: Final = 0.01
"""Over-dispersion of a segment's share: 0 is binomial, 1 all or nothing."""
SHARED: Final = 0.6
"""Weight of each segment: neighbours share fragments."""
STRANGE: Final = 0.02
"""Probability that a segment tells nothing: a conversion, or reads that were placed wrongly."""
STRAY: Final = 0.01
"""Share of fragments that vote for the other gene by error."""
MOST_STRANGE: Final = 2
"""Segments that may contradict the best model; more are missing reads or an unknown structure."""
MOST_OFF: Final = 4.0
"""Spreads by which the depth may be off the best model."""
GENE_NOISE: Final = 0.05
"""Standard deviation of log depth over the gene beyond counting: GC content, mappability."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Shares(NamedTuple):
    """(G,) fragments of each segment that are gene-like, and that are informative."""

    own: Ints
    informative: Ints


class _Depth(NamedTuple):
    """Total copies of gene and paralogue, the SD of their log, windows of both."""

    copies: float
    spread: float
    unevenness: float
    windows: tuple[DepthWindow, ...]


def copies_from_reads(
    reads: Reads,
    locus: ReadLocus,
    assignment: Assignment,
    normaliser: Normaliser,
) -> CopyEvidence:
    """Return the likelihood of depth and fragment fractions under each structural model.

    The reason of uninformative evidence is ``no_normaliser``, ``depth_too_low``, ``depth_uneven``,
    or ``conflict`` if even the best model does not fit.
    """
    gene = locus.gene.gene
    reason = _unusable(normaliser)
    depth = _total(reads, locus, normaliser) if not reason else None
    if depth is not None and depth.unevenness > UNEVEN:
        reason = "depth_uneven"
    if reason or depth is None:
        return not_assessed(gene, "reads", reason)
    models = structural_models(locus.structure)
    shares = gene_shares(locus, assignment)
    joint = _joint(models, locus, depth, shares)
    if _fits_nothing(models, joint, locus, depth, shares):
        return not_assessed(gene, "reads", CONFLICT)
    likelihood = np.asarray(np.logaddexp.reduce(joint, axis=1).round(DECIMALS), np.float64)
    report = StructureEvidence(
        gene=gene,
        source="reads",
        mean_depth=normaliser.depth,
        noise=normaliser.noise,
        n_controls=normaliser.n_controls,
        windows=_expected(depth.windows, models, joint, locus),
        exons=locus.structure.exons,
    )
    posterior = likelihood + models.log_prior
    posterior = np.exp(posterior - np.logaddexp.reduce(posterior))
    found = CopyEvidence(likelihood, (), report)
    return replace(found, report=with_posterior(found, models, posterior))


def with_reads(copies: CopyEvidence, sites: tuple[SiteReads, ...]) -> CopyEvidence:
    """Return evidence with the allelic depths at the gene's sites."""
    report = msgspec.structs.replace(copies.report, balances=balances_of(sites))
    return replace(copies, reads=sites, report=report)


def _unusable(normaliser: Normaliser) -> str:
    """Return why an expected depth is not usable for copy number, empty if it is."""
    if not normaliser.n_controls:
        return "no_normaliser"
    if normaliser.depth < MIN_DEPTH:
        return "depth_too_low"
    is_uneven = normaliser.spread > LARGEST_SPREAD or normaliser.noise > LARGEST_NOISE
    return "depth_uneven" if is_uneven else ""


def _total(reads: Reads, locus: ReadLocus, normaliser: Normaliser) -> _Depth:
    """Measure the depth of gene and paralogue, at any mapping quality."""
    names = locus.gene.gene, locus.structure.paralogue
    spans = locus.gene_span, locus.paralogue_span
    shifts = locus.gene_shift, locus.paralogue_shift
    scale = 2.0 / normaliser.depth
    means, windows = [], []
    for name, span, shift in zip(names, spans, shifts, strict=True):
        copies = np.asarray(depth_over(reads, *span) * scale, np.float64)
        means.append(float(copies.mean()))
        windows.append(_windows(name, copies, span[0] - shift, normaliser))
    total = sum(means)
    length = sum(span[1] - span[0] + 1 for span in spans) / 2
    counted = 1.0 / np.sqrt(max(total / scale * length / _read_length(reads), 1.0))
    spread = float(np.sqrt(normaliser.spread**2 + GENE_NOISE**2 + 2 * counted**2))
    both = [a.copies + b.copies for a, b in zip(*windows, strict=False)]
    # Gene and paralogue together: a hybrid or mismapped reads move depth from one to the other.
    logs = np.log(np.maximum(both, 0.05) / max(float(np.median(both)), 0.05))
    return _Depth(total, spread, float(np.std(logs)), (*windows[0], *windows[1]))


def _read_length(reads: Reads) -> float:
    return float(np.mean(np.diff(reads.first))) if reads.n_reads else 150.0


def _windows(gene: str, copies: Floats, start: int, normaliser: Normaliser) -> list[DepthWindow]:
    """Return the windows of one gene on GRCh38, from its start; the remainder is dropped."""
    found = []
    for low in range(0, len(copies) - WINDOW + 1, WINDOW):
        mean = float(copies[low : low + WINDOW].mean())
        counting = np.sqrt(max(mean, 0.1) * 2 / normaliser.depth)
        found.append(
            DepthWindow(
                gene=gene,
                start=start + low,
                end=start + low + WINDOW - 1,
                copies=mean,
                spread=float(np.hypot(counting, mean * normaliser.noise)),
                expected=0.0,
            )
        )
    return found


def gene_shares(locus: ReadLocus, assignment: Assignment) -> Shares:
    """Count the fragments of each segment by the gene that most of their bases support."""
    n = len(locus.segments)
    scores = assignment.scores
    key = scores.fragment * n + locus.segment[scores.site]
    pairs, back = np.unique(key, return_inverse=True)
    vote = np.bincount(back, weights=scores.score, minlength=len(pairs))
    own = np.bincount(pairs[vote >= VOTE] % n, minlength=n)
    other = np.bincount(pairs[vote <= -VOTE] % n, minlength=n)
    return Shares(own, own + other)


def _joint(models: StructuralModels, locus: ReadLocus, depth: _Depth, shares: Shares) -> Floats:
    """Return (M, K) log likelihood by model and copies of the paralogue, with their prior."""
    paralogue = np.arange(len(PARALOGUE_COPIES))
    total = models.copies[:, None] + paralogue[None, :]
    # Gene and paralogue are nearly the same sequence, so depth is only reliable for both together;
    # the share of fragments then divides the sum between them.
    off = np.log(max(depth.copies, 0.05)) - np.log(np.maximum(total, 0.05))
    # A mixture with a flat part: a damaged or uneven file must not rule out every model at once.
    by_depth = np.logaddexp(
        np.log1p(-STRANGE) - 0.5 * (off / depth.spread) ** 2 - np.log(depth.spread),
        np.log(STRANGE) - np.log(3.0),
    )
    own = models.own(locus.middles)
    by_share = np.zeros(total.shape)
    # Neighbouring segments see the same fragments; the weight below 1 keeps them from counting
    # twice.
    for index in np.flatnonzero(shares.informative >= FEWEST_VOTES).tolist():
        share = own[:, index, None] / np.maximum(total, 0.05)
        by_share += SHARED * _share_fit(shares.own[index], shares.informative[index], share)
    return np.asarray(by_depth + by_share + np.log(PARALOGUE_COPIES)[None, :])


def _fits_nothing(
    models: StructuralModels, joint: Floats, locus: ReadLocus, depth: _Depth, shares: Shares
) -> bool:
    """Whether depth or fractions contradict the best model: then no model fits."""
    model, paralogue = _best(models, joint)
    total = max(float(models.copies[model] + paralogue), 0.05)
    if abs(np.log(max(depth.copies, 0.05) / total)) > MOST_OFF * depth.spread:
        return True
    own = models.own(locus.middles)[model]
    strange = 0
    for index in np.flatnonzero(shares.informative >= FEWEST_VOTES).tolist():
        informative = int(shares.informative[index])
        fit = float(_share_fit(int(shares.own[index]), informative, np.array(own[index] / total)))
        strange += fit < np.log(2 * STRANGE / (informative + 1.0))
    return strange > MOST_STRANGE


def _best(models: StructuralModels, joint: Floats) -> tuple[int, int]:
    """Return the most probable model and number of copies of the paralogue."""
    fit = joint + models.log_prior[:, None]
    model, paralogue = np.unravel_index(int(fit.argmax()), fit.shape)
    return int(model), int(paralogue)


def _share_fit(own: int, informative: int, share: Floats) -> Floats:
    """Return the log probability of ``own`` of ``informative`` votes (beta-binomial)."""
    mean = STRAY + (1 - 2 * STRAY) * np.clip(share, 0.0, 1.0)
    strength = 1 / DISPERSION - 1
    fit = _log_beta(own + mean * strength, informative - own + (1 - mean) * strength)
    fit -= _log_beta(mean * strength, (1 - mean) * strength)
    # Adds the log binomial coefficient: C(n, k) = 1 / ((n + 1) B(k + 1, n - k + 1)).
    chosen = _log_beta(np.array(own + 1.0), np.array(informative - own + 1.0))
    fit -= chosen + np.log(informative + 1.0)
    strange = np.log(STRANGE) - np.log(informative + 1.0)
    return np.asarray(np.logaddexp(np.log1p(-STRANGE) + fit, strange))


def _log_beta(a: Floats, b: Floats) -> Floats:
    return np.asarray(_log_gamma(a) + _log_gamma(b) - _log_gamma(a + b))


def _log_gamma(x: Floats) -> Floats:
    """Return log Γ for x > 0 by Stirling's series after a shift by eight."""
    x = np.asarray(x, np.float64)
    shift = np.zeros_like(x)
    for step in range(8):
        shift += np.log(x + step)
    # Stirling's series is accurate for large arguments only; after the shift by eight its first
    # three terms suffice. The function is vectorised, which math.lgamma is not, and needs no scipy.
    y = x + 8
    series = 1 / (12 * y) - 1 / (360 * y**3) + 1 / (1260 * y**5)
    return np.asarray((y - 0.5) * np.log(y) - y + 0.5 * np.log(2 * np.pi) + series - shift)


def _expected(
    windows: tuple[DepthWindow, ...], models: StructuralModels, joint: Floats, locus: ReadLocus
) -> tuple[DepthWindow, ...]:
    """Return windows with the copies predicted by the best model."""
    model, paralogue = _best(models, joint)
    starts, ends = [w.start for w in windows], [w.end for w in windows]
    shown = models.expected(starts, ends).copies[model]
    own = locus.gene.gene
    return tuple(
        msgspec.structs.replace(w, expected=float(shown[i] if w.gene == own else paralogue))
        for i, w in enumerate(windows)
    )
