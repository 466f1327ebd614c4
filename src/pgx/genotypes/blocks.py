"""Reference evidence of gVCF blocks: at one base, and against an insertion or deletion."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from pgx.genotypes.matrix import ABSENT, MISSING, UNPHASED, Evidence, Unknown
from pgx.genotypes.sites import Site

if TYPE_CHECKING:
    from pgx.genotypes.evidence import SiteReader

__all__ = ["add_block", "add_indel_reference"]


def add_block(
    reader: SiteReader, index: int, site: Site, number: int, named: AbstractSet[int]
) -> None:
    """Read a reference block at a substitution's site.

    Records outrank blocks; but a passing block over an alternative that a record of the
    same site names (``named``) contradicts it.
    """
    record = reader.scan.records[number]
    if not record.position <= site.position <= record.end - len(site.ref) + 1:
        return
    out = reader.out
    genotypes = reader.scan.genotypes[number]
    reason = reader.reasons(number)
    good = reason == Unknown.NONE
    codes = np.where(genotypes == 0, site.reference_code, genotypes).astype(np.int8)
    codes = np.where(genotypes > 0, MISSING, codes)
    codes = np.where(~good[:, None] & (codes != ABSENT), MISSING, codes).astype(np.int8)
    unphased = np.full(len(good), UNPHASED, np.int32)
    before = out.evidence[index].copy()
    fresh = before == Evidence.NONE
    reader.write(index, fresh, codes, unphased, reason, number, Evidence.REFERENCE_BLOCK)
    differs = (before == Evidence.REFERENCE_BLOCK) & (codes != out.call[index]).any(axis=1)
    carried = np.isin(out.call[index], sorted(named - {site.reference_code})).any(axis=1)
    denied = (before == Evidence.RECORD) & carried & good & (genotypes >= 0).any(axis=1)
    for sample in np.flatnonzero(differs | denied).tolist():
        reader.set_conflict(index, sample)


def add_indel_reference(reader: SiteReader, index: int, site: Site, records: list[int]) -> None:
    """Read evidence against an indel: passing ``<NON_REF>`` records over its whole repeat.

    Only up to the indel size that HaplotypeCaller says its reference model looks at.
    """
    out, scan = reader.out, reader.scan
    open_samples = out.evidence[index] == Evidence.NONE
    usable = [
        r
        for r in sorted(records, key=lambda r: scan.records[r].position)
        if scan.records[r].block == "NON_REF" or "<NON_REF>" in scan.records[r].alts
    ]
    if not usable or not open_samples.any():
        return
    weakest = np.zeros(len(open_samples), np.uint8)
    covered = np.zeros(len(open_samples), np.bool_)
    if reader.indel_limit is not None and site.longest_change <= reader.indel_limit:
        reach, weakest = _reach(reader, site, usable)
        covered = open_samples & (reach > site.high)
    codes = np.full((len(covered), 2), site.reference_code, np.int8)
    codes[(scan.genotypes[usable] == ABSENT).any(axis=(0, 2)), 1] = ABSENT
    unphased = np.full(len(covered), UNPHASED, np.int32)
    reason = np.zeros(len(covered), np.uint8)
    reader.write(index, covered, codes, unphased, reason, usable[-1], Evidence.REFERENCE_BLOCK)
    why = np.where(weakest != 0, weakest, Unknown.INDEL_NOT_EXCLUDED)
    left = open_samples & ~covered
    out.reason[index][left] = why[left]


def _reach(
    reader: SiteReader, site: Site, usable: list[int]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    """Return, for each sample, the first base without evidence, and a reason for it."""
    n_samples = reader.scan.genotypes.shape[1]
    reach = np.full(n_samples, site.low, np.int64)
    weakest = np.zeros(n_samples, np.uint8)
    for number in usable:
        record = reader.scan.records[number]
        reason = reader.reasons(number)
        good = (reason == Unknown.NONE) & (record.position <= reach) & _no_indel(reader, number)
        reach = np.where(good, np.maximum(reach, record.end + 1), reach)
        weakest = np.where((weakest == 0) & (reason != 0), reason, weakest)
    return reach, weakest


def _no_indel(reader: SiteReader, number: int) -> npt.NDArray[np.bool_]:
    """Whether a record's called alleles leave the site's repeat at its length."""
    record = reader.scan.records[number]
    genotypes = reader.scan.genotypes[number]
    changes = [True]
    for alt, allele in zip(record.alts, reader.alleles(number), strict=True):
        changes.append(allele is not None and len(alt) == len(record.ref))
    table = np.array([*changes, True, False])  # genotype codes -2 and -1
    return np.asarray(table[genotypes].all(axis=1))
