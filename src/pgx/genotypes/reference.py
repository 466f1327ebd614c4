"""Check an input's REF bases and variants against its assembly."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.base.assemblies import Assembly
from pgx.errors import AssemblyMismatchError
from pgx.genotypes.sites import GeneLocus, Variation, trim
from pgx.io.records import ScannedRecord

__all__ = ["AssemblyCheck", "check_reference"]

# at defining positions: one wrong REF may be a broken line, two are another sequence
_MAX_MISMATCHES = 2
_MAX_MISMATCH_SHARE = 0.01
# around them RefSeqGene itself differs from the assembly at a few common variants, so a fifth of
# the records, and three at least, must disagree; a random base disagrees in three of four
_MIN_AROUND = 3
_MAX_AROUND_SHARE = 0.2

# natural logarithms of how much likelier an observation is on the true assembly than elsewhere
_MATCH = 1.2  # REF is the known base: 0.999 against 0.3
_MISMATCH = -6.5  # 0.001 against 0.7
_DOCUMENTED = 6.0  # a documented substitution, at its position
_SURE = 6.9  # odds of a thousand to one

_Key = tuple[str, Variation]
_LETTERS: Final = {base: ord(base) for base in "ACGT"}


def check_reference(
    loci: Sequence[GeneLocus], records: Sequence[ScannedRecord], where: str
) -> set[int]:
    """Compare REF with the known bases at and around defining positions.

    The bases between the sites come from RefSeqGene records, which differ from the assembly at a
    few common variants, so a single disagreement there is not conclusive.

    Returns
    -------
    set of int
        Indices of records whose REF disagrees at a defining position; their sites are missing.

    Raises
    ------
    AssemblyMismatchError
        At defining positions two records or more, or over 1%, disagree, or around them over
        a fifth of three or more: another assembly, haplotype or species.
    """
    tally = _ReferenceTally()
    written = _Written(records)
    for locus in loci:
        contig = written.by_contig.get(locus.gene.contig)
        if contig is not None:
            tally.add_bases(contig, locus)
            for index in contig.longer:
                tally.add(index, records[index], locus)
    if tally.says_other_assembly():
        bad = tally.at_sites or tally.around
        first = records[min(bad)]
        raise AssemblyMismatchError(
            f"REF differs from the assembly's base in {len(tally.at_sites | tally.around)} of"
            f" {tally.compared} records near defining positions, first at"
            f" {first.contig}:{first.position}",
            where=f"{where} line {first.line}",
            remedy="check the assembly (--assembly), the strand and the species of this file",
        )
    return tally.at_sites


class _Bases(NamedTuple):
    """Records of one contig: those of one base as arrays, the indices of ``longer`` ones.

    ``numbers`` and ``positions`` are (n,) int64, ``letters`` (n,) uint8: REF in ASCII, 0 where
    it is no base that could disagree.
    """

    numbers: npt.NDArray[np.int64]
    positions: npt.NDArray[np.int64]
    letters: npt.NDArray[np.uint8]
    longer: list[int]


class _Written:
    """REF of the records, by contig."""

    def __init__(self, records: Sequence[ScannedRecord]) -> None:
        rows: dict[str, tuple[list[tuple[int, int, int]], list[int]]] = {}
        for index, record in enumerate(records):
            own = rows.get(record.contig)
            if own is None:
                own = rows[record.contig] = [], []
            if len(record.ref) == 1:
                own[0].append((index, record.position, _LETTERS.get(record.ref, 0)))
            else:
                own[1].append(index)
        self.by_contig = {contig: _bases(*own) for contig, own in rows.items()}


def _bases(single: list[tuple[int, int, int]], longer: list[int]) -> _Bases:
    table = np.array(single, np.int64).reshape(-1, 3)
    return _Bases(table[:, 0], table[:, 1], table[:, 2].astype(np.uint8), longer)


class _ReferenceTally:
    """Counts of records whose REF was compared with known bases."""

    def __init__(self) -> None:
        self.compared = 0
        self.compared_at_sites = 0
        self.at_sites: set[int] = set()
        self.around: set[int] = set()

    def add(self, index: int, record: ScannedRecord, locus: GeneLocus) -> None:
        covered = range(record.position, record.position + len(record.ref))
        if all(locus.reference.base(p) is None for p in covered):
            return
        positions = locus.defining_bases
        self.compared += 1
        self.compared_at_sites += any(p in positions for p in covered)
        wrong = locus.reference.disagreements(record.position, record.ref)
        if any(p in positions for p in wrong):
            self.at_sites.add(index)
        elif wrong:
            self.around.add(index)

    def add_bases(self, contig: _Bases, locus: GeneLocus) -> None:
        """Add all records of one base at once, as `add` adds each of them."""
        known = locus.reference.letters(contig.positions)
        at_sites = np.isin(contig.positions, locus.defining_positions)
        wrong = (known != 0) & (contig.letters != 0) & (contig.letters != known)
        self.compared += int((known != 0).sum())
        self.compared_at_sites += int((at_sites & (known != 0)).sum())
        self.at_sites.update(contig.numbers[wrong & at_sites].tolist())
        self.around.update(contig.numbers[wrong & ~at_sites].tolist())

    def says_other_assembly(self) -> bool:
        n = len(self.at_sites)
        if n >= _MAX_MISMATCHES or n > _MAX_MISMATCH_SHARE * self.compared_at_sites:
            return True
        around = len(self.around)
        return around >= _MIN_AROUND and around > _MAX_AROUND_SHARE * self.compared


class AssemblyCheck:
    """Compares the fit of records to their assembly and to the others.

    Parameters
    ----------
    known
        Informative genes by assembly; the same genes on each.
    """

    def __init__(self, known: Mapping[Assembly, Sequence[GeneLocus]]) -> None:
        self._known = known

    @functools.cached_property
    def _documented(self) -> dict[Assembly, set[_Key]]:
        return {assembly: _substitutions(loci) for assembly, loci in self._known.items()}

    def check(self, own: Assembly, records: Sequence[ScannedRecord], where: str) -> None:
        """Compare the records of one input at defining positions of all assemblies.

        ``own`` is the assumed assembly, ``where`` the file name for messages.

        Raises
        ------
        AssemblyMismatchError
            Another assembly fits clearly better.
        """
        seen, written = _seen(records), _Written(records)
        mine = self._documented[own]
        here = _support(self._known[own], records, written, seen & mine)
        for other, loci in self._known.items():
            if other is own:
                continue
            documented = seen & (self._documented[other] - mine)
            there = _support(loci, records, written, documented)
            if there >= _SURE and there > here:
                raise AssemblyMismatchError(
                    f"REF bases and variants near defining positions are those of {other.value}",
                    where=where,
                    remedy="check the assembly (--assembly) and the header of this file",
                )


def _substitutions(loci: Iterable[GeneLocus]) -> set[_Key]:
    """Return the documented substitutions: contig and change."""
    return {
        (locus.gene.contig, trim(site.position, site.ref, allele))
        for locus in loci
        for site in locus.sites
        for allele in site.variant.alleles
        if len(allele) == len(site.ref) and allele != site.ref
    }


def _seen(records: Iterable[ScannedRecord]) -> set[_Key]:
    """Return the substitutions that records write: contig and change."""
    return {
        (record.contig, trim(record.position, record.ref, alt))
        for record in records
        for alt in record.alts
        if alt[0] in "ACGT" and len(alt) == len(record.ref)
    }


def _support(
    loci: Sequence[GeneLocus],
    records: Sequence[ScannedRecord],
    written: _Written,
    documented: set[_Key],
) -> float:
    """Return the log odds that the records are on the loci's assembly.

    ``written`` is what the records write, ``documented`` are those of their substitutions that
    are documented there alone.
    """
    by_contig: dict[str, list[GeneLocus]] = {}
    for locus in loci:
        by_contig.setdefault(locus.gene.contig, []).append(locus)
    n_right = n_wrong = 0
    for name, contig in written.by_contig.items():
        here = by_contig.get(name, [])
        right, wrong = _agreements(contig, here)
        answers = [_agrees(records[index], here) for index in contig.longer]
        n_right += right + answers.count(True)
        n_wrong += wrong + answers.count(False)
    return _MATCH * n_right + _MISMATCH * n_wrong + _DOCUMENTED * len(documented)


def _agreements(contig: _Bases, loci: Iterable[GeneLocus]) -> tuple[int, int]:
    """Return the numbers of single-base records that agree and disagree."""
    positions, letters = contig.positions, contig.letters
    n_right = n_wrong = 0
    for locus in loci:
        known = locus.reference.letters(positions)
        wrong = int(((known != 0) & (letters != 0) & (letters != known)).sum())
        n_wrong += wrong
        n_right += int((known != 0).sum()) - wrong
        positions, letters = positions[known == 0], letters[known == 0]
    return n_right, n_wrong


def _agrees(record: ScannedRecord, loci: Iterable[GeneLocus]) -> bool | None:
    """Whether REF is the known sequence, None where it is not known."""
    for locus in loci:
        if locus.reference.base(record.position) is not None:
            return not locus.reference.disagreements(record.position, record.ref)
    return None
