"""Whether an input's REF bases and variants are those of the assembly that it is read on."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence

from pgx.base.errors import AssemblyMismatchError
from pgx.base.genes import Assembly
from pgx.genotypes.normalize import Variation, trim
from pgx.genotypes.sites import GeneLocus
from pgx.vcf.records import ScannedRecord

__all__ = ["AssemblyCheck", "check_reference"]

_MAX_MISMATCHES = 2
_MAX_MISMATCH_SHARE = 0.01
_MIN_AROUND = 3
_MAX_AROUND_SHARE = 0.2

# natural logarithms of how much likelier an observation is on the true assembly than elsewhere
_MATCH = 1.2  # REF is the known base: 0.999 against 0.3
_MISMATCH = -6.5  # 0.001 against 0.7
_DOCUMENTED = 6.0  # a documented substitution, at its position
_SURE = 6.9  # odds of a thousand to one

_Key = tuple[str, Variation]


def check_reference(
    loci: Sequence[GeneLocus], records: Sequence[ScannedRecord], where: str
) -> set[int]:
    """Compare REF with the known bases at and around defining positions.

    The bases between the sites come from RefSeqGene records, which differ from the assembly
    at a few common variants, so a single disagreement there says nothing.

    Returns
    -------
    set of int
        Indices of records whose REF disagrees at a defining position; their sites are unknown.

    Raises
    ------
    AssemblyMismatchError
        At defining positions two records or more, or over 1%, disagree, or around them over
        a fifth of three or more: another assembly, strand or species.
    """
    tally = _ReferenceTally()
    by_contig: dict[str, list[GeneLocus]] = {}
    for locus in loci:
        by_contig.setdefault(locus.gene.contig, []).append(locus)
    for index, record in enumerate(records):
        for locus in by_contig.get(record.contig, ()):
            tally.add(index, record, locus)
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

    def says_other_assembly(self) -> bool:
        n = len(self.at_sites)
        if n >= _MAX_MISMATCHES or n > _MAX_MISMATCH_SHARE * self.compared_at_sites:
            return True
        around = len(self.around)
        return around >= _MIN_AROUND and around > _MAX_AROUND_SHARE * self.compared


class AssemblyCheck:
    """Compares how well records fit the assembly they are read on, and the other ones.

    Parameters
    ----------
    known
        All genes that help to tell, by assembly; the same genes on each.
    """

    def __init__(self, known: Mapping[Assembly, Sequence[GeneLocus]]) -> None:
        self._known = known

    @functools.cached_property
    def _documented(self) -> dict[Assembly, set[_Key]]:
        return {assembly: _substitutions(loci) for assembly, loci in self._known.items()}

    def check(self, own: Assembly, records: Sequence[ScannedRecord], where: str) -> None:
        """Compare the records of one input at defining positions of all assemblies.

        ``own`` is the assembly that it is read on, ``where`` the file name for messages.

        Raises
        ------
        AssemblyMismatchError
            Another assembly fits better, beyond doubt.
        """
        seen = _seen(records)
        mine = self._documented[own]
        here = _support(self._known[own], records, seen & mine)
        for other, loci in self._known.items():
            if other is own:
                continue
            there = _support(loci, records, seen & (self._documented[other] - mine))
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
    loci: Sequence[GeneLocus], records: Sequence[ScannedRecord], documented: set[_Key]
) -> float:
    """Return the logarithm of the odds that the records lie on the loci's assembly.

    ``documented`` are those of the records' substitutions that are documented there alone.
    """
    by_contig: dict[str, list[GeneLocus]] = {}
    for locus in loci:
        by_contig.setdefault(locus.gene.contig, []).append(locus)
    answers = [_agrees(record, by_contig.get(record.contig, ())) for record in records]
    score = _MATCH * answers.count(True) + _MISMATCH * answers.count(False)
    return score + _DOCUMENTED * len(documented)


def _agrees(record: ScannedRecord, loci: Iterable[GeneLocus]) -> bool | None:
    """Whether REF is the known sequence, None where it is not known."""
    for locus in loci:
        if locus.reference.base(record.position) is not None:
            return not locus.reference.disagreements(record.position, record.ref)
    return None
