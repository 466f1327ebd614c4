"""Data of one sample at a gene's defining positions: alleles, phase, likelihoods."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.genotypes.matrix import ABSENT, MISSING, UNPHASED, Evidence, GeneGenotypes, Unknown
from pgx.haplotypes.definitions import CompiledGene
from pgx.records.notes import NoteCode

__all__ = [
    "REASON_NOTES",
    "Columns",
    "Observation",
    "PhasedPair",
    "SoftGenotype",
    "SoftSite",
    "apply_proxies",
    "columns_of",
    "failed_sites",
    "known_phasings",
    "observe",
    "phase_state",
    "phased_pairs",
    "phasings",
    "reason_notes",
    "tries_all",
    "undocumented_alleles",
]


def undocumented_alleles(genotypes: GeneGenotypes, observation: Observation) -> tuple[str, ...]:
    """Return the labels of undocumented alleles."""
    n_known = np.array([len(v.alts) + 1 for v in genotypes.gene.variants], np.int64)
    found: dict[str, None] = {}
    for index, haplotype in np.argwhere(observation.codes >= n_known[:, None]).tolist():
        found[genotypes.label(index, int(observation.codes[index, haplotype]))] = None
    return tuple(found)


REASON_NOTES = {
    Unknown.LOW_GQ: NoteCode.LOW_GQ,
    Unknown.LOW_DP: NoteCode.LOW_DP,
    Unknown.AD_CONTRADICTS: NoteCode.AD_CONTRADICTS_GT,
    Unknown.FILTERED: NoteCode.FILTERED,
    Unknown.PLOIDY: NoteCode.PLOIDY,
    Unknown.REF_MISMATCH: NoteCode.REF_MISMATCH,
    Unknown.CONFLICT: NoteCode.CONFLICT,
    Unknown.INDEL_NOT_EXCLUDED: NoteCode.INDEL_NOT_EXCLUDED,
    Unknown.AMBIGUOUS_BASE: NoteCode.AMBIGUOUS_BASE,
    Unknown.UNTYPED: NoteCode.UNTYPED_SITES,
    Unknown.PARALOGUE: NoteCode.PARALOGUE_READS,
    Unknown.LOW_GP: NoteCode.LOW_GP,
}


def reason_notes(genotypes: GeneGenotypes) -> list[frozenset[str]]:
    """Return, for each sample, a note for each reason of missing positions."""
    there = np.bincount(genotypes.reason.ravel(), minlength=1).tolist()
    noted = [r for r in REASON_NOTES if r < len(there) and there[r]]
    if not noted:
        return [frozenset()] * len(genotypes.samples)
    has = np.array([(genotypes.reason == r).any(axis=0) for r in noted])
    return [
        frozenset(REASON_NOTES[r] for r, own in zip(noted, column, strict=True) if own)
        for column in has.T.tolist()
    ]


def failed_sites(genotypes: GeneGenotypes, sample: int) -> npt.NDArray[np.bool_]:
    """(P,) bool: positions with a record that could not be used completely."""
    unknown = (genotypes.call[:, sample] == MISSING).any(axis=1)
    recorded = genotypes.evidence[:, sample] == Evidence.RECORD
    conflict = genotypes.reason[:, sample] == Unknown.CONFLICT
    return np.asarray(unknown & (recorded | conflict))


class Columns(NamedTuple):
    """Genotypes of N samples, complete haplotypes of each, if any, and notes on gaps.

    ``extra`` encodes the labels of undocumented alleles: equal ones have equal codes.
    """

    genotypes: GeneGenotypes
    pairs: list[PhasedPair | None]
    reasons: list[frozenset[str]]
    extra: bytes


def columns_of(genotypes: GeneGenotypes, *, whole: bool) -> Columns:
    """Return all columns; if ``whole`` is False none is a pair of complete haplotypes."""
    return Columns(
        genotypes,
        phased_pairs(genotypes) if whole else [None] * len(genotypes.samples),
        reason_notes(genotypes),
        repr(genotypes.extra or "").encode(),
    )


def apply_proxies(gene: CompiledGene, observation: Observation) -> tuple[Observation, list[str]]:
    """Use the causal site of a two-site allele, and its proxy only if the former is missing.

    DPYD HapB3: the intronic c.1129-5923C>G is used; the exonic c.1236G>A only if the intronic site
    is missing (CPIC DPYD guideline, 2024 allele definitions).
    """
    if not gene.gene.proxies:
        return observation, []
    codes, block = observation.codes.copy(), observation.block.copy()
    notes: list[str] = []
    where = {v.position: i for i, v in enumerate(gene.gene.variants)}
    weighed = {site.site for site in observation.soft}
    for proxy in gene.gene.proxies:
        decisive, substitute = where[proxy.decisive], where[proxy.substitute]
        if decisive in weighed:
            continue  # its likelihoods say more than a substitute
        d, s = codes[decisive], codes[substitute]
        if (d == MISSING).all() and (s != MISSING).all():
            codes[decisive] = _stand_in(gene, substitute, s)
            block[decisive] = block[substitute]
            notes.append(NoteCode.SUBSTITUTE_SITE_USED)
        elif block[decisive] == block[substitute] >= 0 and ((d == MISSING) & (s != MISSING)).any():
            stands_in = (d == MISSING) & (s != MISSING)
            codes[decisive] = np.where(stands_in, _stand_in(gene, substitute, s), d)
            notes.append(NoteCode.SUBSTITUTE_SITE_USED)
        elif (d != MISSING).all() and (s != MISSING).all():
            together = block[decisive] >= 0 and block[substitute] >= 0
            if together and block[decisive] != block[substitute]:
                codes[substitute] = s if d[0] == s[0] else s[::-1]
                block[substitute] = block[decisive]
            if ((codes[substitute] > 0) & (codes[decisive] == 0)).any():
                notes.append(NoteCode.SUBSTITUTE_SITE_CONFLICT)
    return _renumbered(codes, block, observation), notes


def _stand_in(gene: CompiledGene, site: int, codes: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
    """Return the causal genotype implied by a proxy; an undocumented allele implies none."""
    documented = codes < len(gene.gene.variants[site].alleles)
    return np.where(documented, np.minimum(codes, 1), MISSING).astype(np.int8)


def _renumbered(
    codes: npt.NDArray[np.int8], block: npt.NDArray[np.int32], observation: Observation
) -> Observation:
    block[codes[:, 0] == codes[:, 1]] = -1
    used = sorted(set(block[block >= 0].tolist()))
    numbers = {old: new for new, old in enumerate(used)}
    renumbered = np.array([numbers.get(b, -1) for b in block.tolist()], np.int32)
    return Observation(codes, renumbered, len(used), observation.haploid, observation.soft)


class SoftGenotype(NamedTuple):
    """One genotype of a soft site: codes of the haplotypes, and the genotype likelihood."""

    first: int
    second: int
    likelihood: float


class SoftSite(NamedTuple):
    """A position with genotype likelihoods only; every ordered genotype once.

    ``contradicted`` means that the reads support another genotype far better than the written one;
    then no genotype is omitted, however unlikely.
    """

    site: int
    genotypes: tuple[SoftGenotype, ...]
    contradicted: bool = False


@dataclass(frozen=True, slots=True)
class Observation:
    """Data of one sample at a gene's P positions.

    Attributes
    ----------
    codes
        (P, 2) int8 allele codes, -1 missing; column 0 for a haploid locus.
    block
        (P,) int32: phase block 0..n_blocks-1 of positions whose haplotypes differ, -1 elsewhere.
    n_blocks
        Number of phase blocks; their relative orientation is unknown.
    haploid
        Whether there is only one haplotype.
    soft
        Positions that are missing in ``codes`` but have genotype likelihoods.
    """

    codes: npt.NDArray[np.int8]
    block: npt.NDArray[np.int32]
    n_blocks: int
    haploid: bool
    soft: tuple[SoftSite, ...] = ()

    @property
    def answered(self) -> npt.NDArray[np.bool_]:
        """(P,) bool: positions with at least one known haplotype."""
        return np.asarray((self.codes != MISSING).any(axis=1))

    @property
    def missing(self) -> npt.NDArray[np.bool_]:
        """(P,) bool: positions that are not fully called."""
        return np.asarray((self.codes == MISSING).any(axis=1))

    def key(self) -> bytes:
        """Equal keys mean equal observations."""
        soft = repr(self.soft).encode() if self.soft else b""
        return self.codes.tobytes() + self.block.tobytes() + bytes([self.haploid]) + soft


# One in ten thousand: candidates of such a probability are not listed either.
_NEGLIGIBLE_PHRED = 40
_LARGEST_PHRED = 200  # of what reads contradict; products of several are still above zero
_ONE_HAPLOTYPE = -1
# Every combination of soft genotypes and phases is tried; a site more multiplies them.
_MAX_SOFT_BRANCHES = 1024


def _soft_sites(
    genotypes: GeneGenotypes, sample: int, codes: npt.NDArray[np.int8], n_blocks: int
) -> tuple[SoftSite, ...]:
    """Return the missing positions with likelihoods, limited to what can be enumerated."""
    found: list[SoftSite] = []
    if not genotypes.likelihoods:
        return ()
    haploid = n_blocks == _ONE_HAPLOTYPE
    branches = 1 << max(n_blocks - 1, 0)
    for index in np.flatnonzero((codes == MISSING).all(axis=1)).tolist():
        likely = genotypes.likelihoods.get((index, sample), ())
        contradicted = bool(genotypes.reason[index, sample] == Unknown.AD_CONTRADICTS)
        most = _LARGEST_PHRED if contradicted else _NEGLIGIBLE_PHRED
        choices: list[SoftGenotype] = []
        for first, second, phred in likely:
            if (phred > most and not contradicted) or (haploid and first != second):
                continue
            weight = 10 ** (-min(phred, most) / 10)
            choices.append(SoftGenotype(first, second, weight))
            if first != second:
                choices.append(SoftGenotype(second, first, weight))
        if choices and branches * len(choices) <= _MAX_SOFT_BRANCHES:
            branches *= len(choices)
            found.append(SoftSite(index, tuple(choices), contradicted))
    return tuple(found)


def _order(codes: npt.NDArray[np.int8], unphased: npt.NDArray[np.bool_]) -> None:
    """Order the haplotypes of unphased positions by code, missing ones last, in place.

    Their order in the file has no meaning, so it must not affect a result.
    """
    # An unknown allele sorts last, after the largest code, so that 0/. and ./0 are the same.
    later = np.where(codes == MISSING, np.int8(127), codes)
    swapped = unphased & (later[:, 0] > later[:, 1])
    codes[swapped] = codes[swapped][:, ::-1]


def observe(genotypes: GeneGenotypes, sample: int) -> Observation:
    """Return one sample's observation (``sample`` is a column index)."""
    codes = genotypes.call[:, sample].copy()  # of one sample a view would be the matrix itself
    haploid = bool((codes[:, 1] == ABSENT).any())
    if haploid:
        codes = np.stack([codes[:, 0], codes[:, 0]], axis=1)
        soft = _soft_sites(genotypes, sample, codes, _ONE_HAPLOTYPE)
        return Observation(codes, np.full(len(codes), -1, np.int32), 0, haploid=True, soft=soft)
    differs = codes[:, 0] != codes[:, 1]
    written = genotypes.phase_block[:, sample]
    _order(codes, differs & (written == UNPHASED))
    block = np.full(len(codes), -1, np.int32)
    numbers: dict[int, int] = {}
    count = 0
    for index in np.flatnonzero(differs):
        name = int(written[index])
        if name == UNPHASED:
            block[index] = count
            count += 1
        else:
            if name not in numbers:
                numbers[name] = count
                count += 1
            block[index] = numbers[name]
    soft = _soft_sites(genotypes, sample, codes, count)
    return Observation(codes, block, count, haploid=False, soft=soft)


def phase_state(observation: Observation) -> str:
    """Return ``true``, ``partial`` or ``false``, as in the ``phased`` column."""
    heterozygous = int((observation.block >= 0).sum())
    if observation.n_blocks <= 1:
        return "true"
    return "partial" if observation.n_blocks < heterozygous else "false"


MAX_PHASINGS = 512


def phasings(
    observation: Observation, order: Sequence[int] = ()
) -> Iterator[tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]]:
    """Yield the two haplotypes for every relative orientation of the phase blocks.

    2^(B-1) orientations, at most `MAX_PHASINGS`; the first is the one as written. ``order``
    lists the blocks with the most relevant orientation, in case not all are tried.
    """
    blocks = [*order, *(b for b in range(observation.n_blocks) if b not in order)]
    for choice in range(min(2 ** len(blocks[1:]), MAX_PHASINGS)):
        flip = np.zeros(len(observation.codes), np.bool_)
        for place, b in enumerate(blocks[1:]):
            if choice >> place & 1:
                flip |= observation.block == b
        first = np.where(flip, observation.codes[:, 1], observation.codes[:, 0])
        second = np.where(flip, observation.codes[:, 0], observation.codes[:, 1])
        yield first, second


def tries_all(observation: Observation) -> bool:
    """Whether `phasings` yields every orientation."""
    return observation.n_blocks - 1 <= MAX_PHASINGS.bit_length() - 1


def known_phasings(
    observation: Observation, known: npt.NDArray[np.int8]
) -> list[tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]]:
    """Return the orientations of the phase blocks in which a known haplotype fits.

    Each known haplotype fits at most one orientation, so there are few however many blocks there
    are. Also empty if half a genotype is missing: then it may fit several.

    Parameters
    ----------
    observation
        What one sample shows.
    known
        (K, P) codes of the known haplotypes.
    """
    first, second = observation.codes.T
    in_block = observation.block >= 0
    if ((first == MISSING) != (second == MISSING)).any():
        return []
    fits = ((known == first) | (first == MISSING) | in_block).all(axis=1)
    turned = np.zeros((len(known), observation.n_blocks), np.bool_)
    for block in range(observation.n_blocks):
        sites = observation.block == block
        turned[:, block] = (known[:, sites] == second[sites]).all(axis=1)
        fits &= turned[:, block] | (known[:, sites] == first[sites]).all(axis=1)
    flips = turned[fits] ^ turned[fits][:, :1]  # the first block stays as written
    found = []
    for flip in np.unique(flips, axis=0):
        swapped = in_block & flip[np.maximum(observation.block, 0)]
        found.append((np.where(swapped, second, first), np.where(swapped, first, second)))
    return found


class PhasedPair(NamedTuple):
    """Two haplotypes as the bytes of their (P,) int8 codes, sorted.

    Both are equal for a haploid locus. ``undocumented`` are the labels of undocumented alleles, by
    position.
    """

    first: bytes
    second: bytes
    haploid: bool
    undocumented: tuple[str, ...] = ()


def phased_pairs(genotypes: GeneGenotypes) -> list[PhasedPair | None]:
    """Return the haplotypes of each column, None if anything is unresolved.

    Unresolved are missing positions, phase, and the order of two undocumented alleles at one
    position.
    """
    calls = genotypes.call
    if not len(calls):
        return [None] * calls.shape[1]
    found: list[PhasedPair | None] = [None] * calls.shape[1]
    whole = ((calls[:, :, 0] >= 0) & (calls[:, :, 1] != MISSING)).all(axis=0)
    if not whole.any():
        return found
    n_known = np.array([len(v.alts) + 1 for v in genotypes.gene.variants])[:, None]
    haploid = (calls[:, :, 1] == ABSENT).any(axis=0)
    strange = (calls >= n_known[:, :, None]).sum(axis=2)
    whole &= ((strange < 2) | (calls[:, :, 0] == calls[:, :, 1])).all(axis=0)
    whole &= haploid | _in_one_block(genotypes)
    haplotypes = np.ascontiguousarray(calls.transpose(1, 2, 0))
    is_strange = strange.any(axis=0).tolist()
    for column in np.flatnonzero(whole).tolist():
        pair = _phased_pair(haplotypes[column], bool(haploid[column]))
        if is_strange[column]:
            pair = pair._replace(undocumented=_labels(genotypes, column, n_known))
        found[column] = pair
    return found


def _phased_pair(haplotypes: npt.NDArray[np.int8], haploid: bool) -> PhasedPair:  # noqa: FBT001
    one = haplotypes[0].tobytes()
    two = one if haploid else haplotypes[1].tobytes()
    return PhasedPair(one, two, haploid) if one <= two else PhasedPair(two, one, haploid)


def _labels(
    genotypes: GeneGenotypes, column: int, n_known: npt.NDArray[np.int64]
) -> tuple[str, ...]:
    """Return the labels of the undocumented alleles of one column."""
    calls = genotypes.call[:, column]
    codes = calls[:, 0] if (calls[:, 1] == ABSENT).any() else calls.max(axis=1)
    return tuple(
        genotypes.label(index, int(codes[index]))
        for index in np.flatnonzero(codes >= n_known[:, 0]).tolist()
    )


def _in_one_block(genotypes: GeneGenotypes) -> npt.NDArray[np.bool_]:
    """(N,) bool: columns whose haplotypes differ in one phase block, or at one position."""
    differs = genotypes.call[:, :, 0] != genotypes.call[:, :, 1]
    block = genotypes.phase_block
    highest = np.where(differs, block, UNPHASED).max(axis=0)
    alike = (~differs | (block == highest)).all(axis=0) & (highest != UNPHASED)
    return np.asarray(alike | (differs.sum(axis=0) <= 1))
