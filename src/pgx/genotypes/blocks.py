"""Reference evidence of gVCF blocks: at one base, and against an insertion or deletion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

import numpy as np
import numpy.typing as npt

from pgx.genotypes.matrix import (
    ABSENT,
    MISSING,
    UNPHASED,
    Evidence,
    LikelyGenotype,
    Unknown,
)
from pgx.genotypes.observations import UNSURE, SiteWriter
from pgx.genotypes.sites import Site, is_sequence
from pgx.io.records import ScannedRecord

__all__ = ["BlockReader"]

ASSEMBLED: Final = 50
"""Bases up to which HaplotypeCaller's assembly is expected to find an insertion or deletion."""
UNSEEN_PHRED: Final = 10
"""Phred-scaled probability that it misses one beyond its reference model: a careful guess.

Its recall of such indels at 30x is higher in published comparisons; blocks themselves rule
nothing out there.
"""
_NO_EVIDENCE, _BLOCK = int(Evidence.NONE), int(Evidence.REFERENCE_BLOCK)
_Block = tuple[npt.NDArray[np.int8], npt.NDArray[np.uint8], npt.NDArray[np.int32]]


class BlockReader:
    """Adds the evidence of a scan's reference blocks.

    ``indel_limit`` is the largest indel (bases) that they exclude, None if none.
    """

    def __init__(self, writer: SiteWriter, indel_limit: int | None) -> None:
        self._writer, self._indel_limit = writer, indel_limit
        self._out, self._scan = writer.out, writer.scan
        self._blocks: dict[int, _Block] = {}

    def add_alone(self, touching: Mapping[int, Sequence[int]]) -> set[int]:
        """Read the blocks at substitutions' sites that no other record is over, all at once.

        ``touching`` maps sites to the records over them; the result are the sites that are read.
        """
        sites, records = self._writer.locus.sites, self._scan.records
        alone = [
            (index, numbers[0])
            for index, numbers in touching.items()
            if len(numbers) == 1 and records[numbers[0]].block and not sites[index].is_indel
        ]
        inside = [(i, n) for i, n in alone if _is_inside(sites[i], records[n])]
        if inside:
            self._write_alone(*np.array(inside).T)
        return {index for index, _ in alone}

    def _write_alone(self, at: npt.NDArray[np.intp], numbers: npt.NDArray[np.intp]) -> None:
        """Write blocks at sites without other data."""
        writer, scan, out = self._writer, self._scan, self._out
        reason = np.array([writer.reasons(number) for number in numbers.tolist()])
        codes = _codes(scan.genotypes[numbers], reason)
        references = np.array([writer.locus.sites[i].reference_code for i in at.tolist()], np.int8)
        out.call[at] = np.where(codes == 0, references[:, None, None], codes)
        out.phase_block[at] = UNPHASED
        out.reason[at], out.evidence[at] = reason, _BLOCK
        out.gq[at], out.dp[at] = scan.gq[numbers], scan.dp[numbers]
        if scan.likelihoods is None:
            return
        for row, sample in np.argwhere(UNSURE[reason]).tolist():
            table = _table(int(references[row]))
            writer.keep_likelihood(int(at[row]), sample, int(numbers[row]), table)

    def add(self, index: int, site: Site, number: int, named: AbstractSet[int]) -> None:
        """Read a reference block at a substitution's site.

        Records outrank blocks; but a passing block over an alternative that a record of the
        same site carries and names (``named``) contradicts it, and so do two blocks that differ.
        """
        if not _is_inside(site, self._scan.records[number]):
            return
        codes, reason, block = self._block(number)
        if site.reference_code:
            codes = np.where(codes == 0, np.int8(site.reference_code), codes)
        before = self._out.evidence[index].copy()
        fresh = before == _NO_EVIDENCE
        if not fresh.all():
            self._check(index, codes, before, named - {site.reference_code})
        self._writer.write(index, fresh, codes, block, reason, number, Evidence.REFERENCE_BLOCK)
        table = _table(site.reference_code)
        self._writer.keep_likelihoods(index, fresh, reason, number, table)

    def _check(
        self,
        index: int,
        codes: npt.NDArray[np.int8],
        before: npt.NDArray[np.uint8],
        named: AbstractSet[int],
    ) -> None:
        """Set a site to missing where a block contradicts earlier data."""
        call = self._out.call[index]
        differs = (before == Evidence.REFERENCE_BLOCK) & (codes != call).any(axis=1)
        carried = np.isin(call, sorted(named)).any(axis=1)
        contradicted = (before == Evidence.RECORD) & carried & (codes >= 0).any(axis=1)
        for sample in np.flatnonzero(differs | contradicted).tolist():
            self._writer.set_conflict(index, sample)

    def _block(self, number: int) -> _Block:
        """Return a block's codes (0 is reference), reasons and phase; one serves many sites."""
        known = self._blocks.get(number)
        if known is None:
            genotypes = self._scan.genotypes[number]
            reason = self._writer.reasons(number)
            codes = _codes(genotypes, reason)
            known = codes, reason, np.full(len(codes), UNPHASED, np.int32)
            self._blocks[number] = known
        return known

    def add_indel_reference(self, index: int, site: Site, records: Sequence[int]) -> None:
        """Read evidence against an indel: passing ``<NON_REF>`` records over its whole repeat.

        Only up to the indel size of HaplotypeCaller's reference model.
        """
        writer, scan = self._writer, self._scan
        open_samples = self._out.evidence[index] == _NO_EVIDENCE
        usable = [
            r
            for r in sorted(records, key=lambda r: scan.records[r].position)
            if scan.records[r].block == "NON_REF" or "<NON_REF>" in scan.records[r].alts
        ]
        if not usable or not open_samples.any():
            return
        weakest = np.zeros(len(open_samples), np.uint8)
        covered = np.zeros(len(open_samples), np.bool_)
        if self._indel_limit is not None:
            reach, seen = self._reach(site, usable)
            whole = open_samples & (reach > site.high)
            if site.longest_change <= self._indel_limit:
                covered, weakest = whole, seen
            elif site.longest_change <= ASSEMBLED:
                self._keep_unseen(index, site, whole)
        codes = np.full((len(covered), 2), site.reference_code, np.int8)
        codes[(scan.genotypes[usable] == ABSENT).any(axis=(0, 2)), 1] = ABSENT
        unphased = np.full(len(covered), UNPHASED, np.int32)
        reason = np.zeros(len(covered), np.uint8)
        writer.write(index, covered, codes, unphased, reason, usable[-1], Evidence.REFERENCE_BLOCK)
        why = np.where(weakest != 0, weakest, Unknown.INDEL_NOT_EXCLUDED)
        left = open_samples & ~covered
        self._out.reason[index][left] = why[left]

    def _keep_unseen(self, index: int, site: Site, whole: npt.NDArray[np.bool_]) -> None:
        """Keep the likelihood that a long indel was missed in samples with blocks over it."""
        reference = site.reference_code
        others = [c for c in range(len(site.variant.alleles)) if c != reference]
        likely = [LikelyGenotype(reference, reference, 0)]
        for other in others:
            pair = min(reference, other), max(reference, other)
            likely.append(LikelyGenotype(*pair, UNSEEN_PHRED))
            likely.append(LikelyGenotype(other, other, UNSEEN_PHRED))
        for sample in np.flatnonzero(whole).tolist():
            self._out.likelihoods[index, sample] = tuple(sorted(likely))

    def _reach(
        self, site: Site, usable: list[int]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
        """Return, for each sample, the first base without evidence, and a reason for it."""
        n_samples = self._scan.genotypes.shape[1]
        reach = np.full(n_samples, site.low, np.int64)
        weakest = np.zeros(n_samples, np.uint8)
        for number in usable:
            record = self._scan.records[number]
            reason = self._writer.reasons(number)
            good = (reason == Unknown.NONE) & (record.position <= reach) & self._no_indel(number)
            reach = np.where(good, np.maximum(reach, record.end + 1), reach)
            weakest = np.where((weakest == 0) & (reason != 0), reason, weakest)
        return reach, weakest

    def _no_indel(self, number: int) -> npt.NDArray[np.bool_]:
        """Whether a record's called alleles leave the site's repeat at its length."""
        record = self._scan.records[number]
        changes = [is_sequence(alt) and len(alt) == len(record.ref) for alt in record.alts]
        table = np.array([True, *changes, True, False])  # genotype codes -2 and -1
        return np.asarray(table[self._scan.genotypes[number]].all(axis=1))


def _is_inside(site: Site, record: ScannedRecord) -> bool:
    """Whether a block covers all bases of a site."""
    return record.position <= site.position <= record.end - len(site.ref) + 1


def _codes(genotypes: npt.NDArray[np.int8], reason: npt.NDArray[np.uint8]) -> npt.NDArray[np.int8]:
    """Return (..., N, 2) codes of blocks, 0 is the reference, from genotypes and reasons."""
    unsure = (genotypes > 0) | ((reason != 0)[..., None] & (genotypes != ABSENT))
    return np.where(unsure, np.int8(MISSING), genotypes)


def _table(reference_code: int) -> npt.NDArray[np.int8]:
    """Return a site's codes of a block's alleles: REF, any other, no second haplotype, unknown."""
    return np.array([reference_code, MISSING, ABSENT, MISSING], np.int8)
