"""One sample's genotypes at one gene, with its phase blocks numbered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pgx.genotypes.matrix import ABSENT, MISSING, UNPHASED, GeneGenotypes

__all__ = ["Observation", "observe", "phase_state"]


@dataclass(frozen=True, slots=True)
class Observation:
    """What one sample shows at a gene's P positions.

    Attributes
    ----------
    codes
        (P, 2) int8 allele codes, -1 unknown; of a haploid locus column 0 counts.
    block
        (P,) int32: phase block 0..n_blocks-1 of positions whose strands differ, -1 elsewhere.
    n_blocks
        Number of phase blocks; their orientation to each other is unknown.
    haploid
        Whether there is one strand only.
    """

    codes: npt.NDArray[np.int8]
    block: npt.NDArray[np.int32]
    n_blocks: int
    haploid: bool

    @property
    def answered(self) -> npt.NDArray[np.bool_]:
        """(P,) bool: positions of which at least one strand is known."""
        return np.asarray((self.codes != MISSING).any(axis=1))

    @property
    def missing(self) -> npt.NDArray[np.bool_]:
        """(P,) bool: positions that the input cannot answer in full."""
        return np.asarray((self.codes == MISSING).any(axis=1))

    def key(self) -> bytes:
        """Equal keys mean equal observations."""
        return self.codes.tobytes() + self.block.tobytes() + bytes([self.haploid])


def observe(genotypes: GeneGenotypes, sample: int) -> Observation:
    """Return one sample's observation (``sample`` is a column index)."""
    codes = np.ascontiguousarray(genotypes.call[:, sample])
    haploid = bool((codes[:, 1] == ABSENT).any())
    if haploid:
        codes = np.stack([codes[:, 0], codes[:, 0]], axis=1)
        return Observation(codes, np.full(len(codes), -1, np.int32), 0, haploid=True)
    differs = codes[:, 0] != codes[:, 1]
    written = genotypes.phase_block[:, sample]
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
    return Observation(codes, block, count, haploid=False)


def phase_state(observation: Observation) -> str:
    """Return ``true``, ``partial`` or ``false``, as the ``phased`` column says it."""
    heterozygous = int((observation.block >= 0).sum())
    if observation.n_blocks <= 1:
        return "true"
    return "partial" if observation.n_blocks < heterozygous else "false"
