"""What a scan returns: records at wanted positions and matrices of their genotypes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.vcf.symbolic import SymbolicRecord

__all__ = ["Block", "Scan", "ScannedRecord", "Sink"]


class ScannedRecord(msgspec.Struct, frozen=True, gc=False):
    """One record that overlaps a wanted interval.

    ``contig`` is canonical; ``position`` is POS and ``end`` the last base covered, both
    1-based. ``ref`` and base alleles of ``alts`` are upper-case, symbolic ones as
    written; ``alts`` is empty for ``.``. ``block`` is ``NON_REF`` or ``*`` for a
    reference block, else empty. ``line`` counts from 1, header included. ``symbolic`` is what
    else a line with a symbolic structural allele says, None of other records and where it
    could not be read.
    """

    contig: str
    position: int
    end: int
    ref: str
    alts: tuple[str, ...]
    filter: str
    filter_passed: bool
    block: str
    line: int
    symbolic: SymbolicRecord | None = None


class Block(NamedTuple):
    """Some records (K) in file order, and what their cells (K, N) say.

    The arrays are those of `Scan`, C-contiguous, and valid until the sink returns; ``phased``
    is uint8, and ``likelihoods`` and ``reads`` are None where no record of the block has any.
    """

    records: list[ScannedRecord]
    genotypes: npt.NDArray[np.int8]
    phased: npt.NDArray[np.uint8]
    phase_set: npt.NDArray[np.int32]
    reason: npt.NDArray[np.uint8]
    gq: npt.NDArray[np.int16]
    dp: npt.NDArray[np.int32]
    likelihoods: npt.NDArray[np.int16] | None
    reads: npt.NDArray[np.int32] | None = None


class Sink(Protocol):
    """Takes what a scan finds, block by block, so that nobody need hold all of it."""

    def take(self, block: Block) -> None:
        """Take the next records of the file."""

    def restart(self) -> None:
        """Forget all that was taken: the file is read again from its start."""


@dataclass(frozen=True, slots=True)
class Scan:
    """Records (R) in file order and arrays over records and samples (N).

    ``genotypes`` (R, N, 2) int8 are indices into REF+ALT, -1 missing, -2 no second
    allele; ``phased`` (R, N) bool; ``phase_set`` (R, N) int32, 0 none; ``reason`` (R, N)
    uint8, codes of `SiteReason`; ``gq`` int16 and ``dp`` int32 (R, N), -1 absent, for
    blocks MIN_DP where given. ``likelihoods`` (R, N, 6) int16, None where no record has
    any, are phred-scaled, the best 0, of the genotypes 0/0, 0/1, 1/1, 0/2, 1/2, 2/2; a
    haploid cell uses the slots of 0/0, 1/1, 2/2; -1 where there is no such genotype or no
    value, and throughout records of more than two ALTs. They are those of PL or GL, else of AD
    or of GQ and DP where a genotype is unsure (`pgx.vcf.read_likelihoods`). ``reads`` (R, N, 3)
    int32, None where no mitochondrial record has any, are the reads of alleles 0, 1 and 2 of
    mitochondrial cells, -1 elsewhere. ``region_first`` and
    ``region_last`` (G,) int64 are the first and last POS seen in each region among all
    records, 0 if none.
    ``sites_only`` hints that the file lists variant sites only: it has records, and not
    one whose called genotypes are all reference. ``hg19_chrm`` says that the
    mitochondrion is hg19's own sequence, whose records were left out.
    """

    samples: tuple[str, ...]
    records: list[ScannedRecord]
    genotypes: npt.NDArray[np.int8]
    phased: npt.NDArray[np.bool_]
    phase_set: npt.NDArray[np.int32]
    reason: npt.NDArray[np.uint8]
    gq: npt.NDArray[np.int16]
    dp: npt.NDArray[np.int32]
    likelihoods: npt.NDArray[np.int16] | None
    region_first: npt.NDArray[np.int64]
    region_last: npt.NDArray[np.int64]
    n_records: int
    sites_only: bool
    has_depth: bool
    hg19_chrm: bool
    reads: npt.NDArray[np.int32] | None = None
