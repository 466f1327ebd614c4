"""One sample's genotypes at one gene, with its phase blocks numbered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.genotypes.matrix import ABSENT, MISSING, UNPHASED, GeneGenotypes, Unknown

__all__ = ["Observation", "SoftGenotype", "SoftSite", "observe", "phase_state"]


class SoftGenotype(NamedTuple):
    """One genotype of a soft site: codes of the haplotypes, and how likely it makes the reads."""

    first: int
    second: int
    likelihood: float


class SoftSite(NamedTuple):
    """A position of which only likelihoods are known; every ordered genotype once.

    ``contradicted`` says that the reads make another genotype far likelier than the written one;
    then no genotype is left out, however unlikely it is.
    """

    site: int
    genotypes: tuple[SoftGenotype, ...]
    contradicted: bool = False


@dataclass(frozen=True, slots=True)
class Observation:
    """What one sample shows at a gene's P positions.

    Attributes
    ----------
    codes
        (P, 2) int8 allele codes, -1 unknown; of a haploid locus column 0 counts.
    block
        (P,) int32: phase block 0..n_blocks-1 of positions whose haplotypes differ, -1 elsewhere.
    n_blocks
        Number of phase blocks; their orientation to each other is unknown.
    haploid
        Whether there is one haplotype only.
    soft
        Positions that are unknown in ``codes`` but whose genotypes have likelihoods.
    """

    codes: npt.NDArray[np.int8]
    block: npt.NDArray[np.int32]
    n_blocks: int
    haploid: bool
    soft: tuple[SoftSite, ...] = ()

    @property
    def answered(self) -> npt.NDArray[np.bool_]:
        """(P,) bool: positions of which at least one haplotype is known."""
        return np.asarray((self.codes != MISSING).any(axis=1))

    @property
    def missing(self) -> npt.NDArray[np.bool_]:
        """(P,) bool: positions that the input cannot answer in full."""
        return np.asarray((self.codes == MISSING).any(axis=1))

    def key(self) -> bytes:
        """Equal keys mean equal observations."""
        soft = repr(self.soft).encode() if self.soft else b""
        return self.codes.tobytes() + self.block.tobytes() + bytes([self.haploid]) + soft


_NEGLIGIBLE_PHRED = 40
_LARGEST_PHRED = 200  # of what reads contradict; products of several are still above zero
_ONE_HAPLOTYPE = -1
_MAX_SOFT_BRANCHES = 1024


def _soft_sites(
    genotypes: GeneGenotypes, sample: int, codes: npt.NDArray[np.int8], n_blocks: int
) -> tuple[SoftSite, ...]:
    """Return the unknown positions that have likelihoods, as far as all can be tried."""
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
    """Order the haplotypes of unphased positions by code, unknown ones last, in place.

    Their order in the file says nothing, so that it must not show in a result.
    """
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
    """Return ``true``, ``partial`` or ``false``, as the ``phased`` column says it."""
    heterozygous = int((observation.block >= 0).sum())
    if observation.n_blocks <= 1:
        return "true"
    return "partial" if observation.n_blocks < heterozygous else "false"
