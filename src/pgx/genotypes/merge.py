"""Merge several records, or several inputs, at one site of one sample.

A record's ``0`` means "none of my ALT alleles": two records of one site are merged if they fit on
the haplotypes of the sample. More ALT alleles than haplotypes, or the same alternative with two
genotypes, is a conflict. Half calls keep their known allele.

Inputs are stricter: only one may call a site, and contradictory calls are rejected.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.errors import InputConflictError
from pgx.genotypes.matrix import (
    ABSENT,
    MISSING,
    UNPHASED,
    Evidence,
    GeneGenotypes,
    LikelyGenotype,
    Unknown,
)
from pgx.genotypes.ploidy import refuse_mixed
from pgx.genotypes.sites import STAR, GeneLocus, Site
from pgx.records.genes import GeneDefinition, Ploidy
from pgx.records.notes import NoteCode

__all__ = [
    "SampleGenotype",
    "apply_spanning_deletion",
    "combine",
    "merge",
]

_CLASH = -99  # two alternatives on one haplotype


class SampleGenotype(NamedTuple):
    """Allele codes of two haplotypes and the phase block they are written in."""

    first: int
    second: int
    block: int

    def alternatives(self, reference: int) -> list[int]:
        """Return the known codes that are not the reference."""
        return [c for c in self[:2] if c not in (reference, ABSENT, MISSING)]

    @property
    def is_unknown(self) -> bool:
        """Whether no haplotype is known."""
        return all(c in (MISSING, ABSENT) for c in self[:2])

    @property
    def is_haploid(self) -> bool:
        """Whether there is one haplotype."""
        return ABSENT in self[:2]


def merge(one: SampleGenotype, two: SampleGenotype, reference: int) -> SampleGenotype | None:
    """Return the merged genotype, None if the two contradict each other.

    Parameters
    ----------
    one, two
        Genotype of each record; codes as in `pgx.genotypes.matrix`.
    reference
        Code of the input assembly's reference allele.
    """
    if one.is_unknown or two.is_unknown:
        haploid = one.is_haploid or two.is_haploid
        return SampleGenotype(MISSING, ABSENT if haploid else MISSING, UNPHASED)
    if one.is_haploid != two.is_haploid:
        return None
    if sorted(one[:2]) == sorted(two[:2]):
        return _agreed(one, two)
    if MISSING in one[:2] or MISSING in two[:2]:
        return _merge_half(one, two, reference)
    a, b = one.alternatives(reference), two.alternatives(reference)
    if not a or not b:
        return one if a else two
    if set(a) & set(b) or len(a) + len(b) > 2 - one.is_haploid:
        return None
    return _place(one, two, reference)


def _agreed(one: SampleGenotype, two: SampleGenotype) -> SampleGenotype:
    """Return equal alleles with the phase that neither record contradicts."""
    if one.block == UNPHASED:
        return two
    swapped = one[:2] != two[:2] and one.block == two.block
    return one._replace(block=UNPHASED) if swapped else one


def _same_block(one: SampleGenotype, two: SampleGenotype) -> bool:
    return one.block == two.block != UNPHASED


def _merge_half(one: SampleGenotype, two: SampleGenotype, reference: int) -> SampleGenotype | None:
    """Keep every known allele; a haplotype missing in either record stays missing."""
    a, b = one.alternatives(reference), two.alternatives(reference)
    both = set(a) & set(b)
    haplotypes = list(zip(one[:2], two[:2], strict=True))
    moved = any(reference in pair and both & set(pair) for pair in haplotypes)
    if _same_block(one, two) and not moved:
        joined = [_join(x, y, reference) for x, y in haplotypes]
        return None if _CLASH in joined else SampleGenotype(joined[0], joined[1], one.block)
    found = [c for c in sorted(both) for _ in range(min(a.count(c), b.count(c)))]
    found += [c for c in a + b if c not in both]
    if len(found) > 2:
        return None
    if not found:
        return SampleGenotype(MISSING, reference, UNPHASED)
    return SampleGenotype(found[0], found[1] if len(found) == 2 else MISSING, UNPHASED)


def _join(x: int, y: int, reference: int) -> int:
    """Return the merged allele of one haplotype."""
    if x == y or y == reference:
        return x
    if x in (reference, MISSING):
        return y
    return x if y == MISSING else _CLASH


def _place(one: SampleGenotype, two: SampleGenotype, reference: int) -> SampleGenotype | None:
    """Put one alternative of each record on its haplotype."""
    if _same_block(one, two):
        first = _join(one.first, two.first, reference)
        second = _join(one.second, two.second, reference)
        return None if _CLASH in (first, second) else SampleGenotype(first, second, one.block)
    anchor, other = (one, two) if one.block != UNPHASED else (two, one)
    alternative = other.alternatives(reference)[0]
    if anchor.first == reference:
        return SampleGenotype(alternative, anchor.second, anchor.block)
    return SampleGenotype(anchor.first, alternative, anchor.block)


_SILENT = (
    Unknown.NONE, Unknown.NO_RECORD, Unknown.NO_GENOTYPE, Unknown.LOW_GQ, Unknown.LOW_DP,
    Unknown.FILTERED, Unknown.INDEL_NOT_EXCLUDED, Unknown.UNTYPED, Unknown.UNREADABLE,
    Unknown.LOW_GP,
)  # fmt: skip
"""Reasons for which an input tells nothing, so that another input's answer counts."""

_PER_SITE = ("call", "phase_block", "evidence", "reason", "gq", "dp")


def combine(
    parts: list[GeneGenotypes],
    gene: GeneDefinition,
    samples: tuple[str, ...],
    inputs: Sequence[str] = (),
) -> GeneGenotypes:
    """Merge observations of several inputs by sample name.

    A site missing in one input takes the genotype of the other; a conflict within an input stays
    missing. Phase is never assumed across inputs. ``inputs`` are the names of the parts, for
    messages.

    Raises
    ------
    InputConflictError
        Two inputs contradict each other at one site of one sample.
    """
    if len(parts) == 1 and parts[0].samples == samples:
        return parts[0]
    whole = GeneGenotypes.empty(gene, samples)
    column = {name: i for i, name in enumerate(samples)}
    for number, part in enumerate(parts):
        columns = np.array([column[name] for name in part.samples], np.intp)
        _add_part(whole, part, columns, ", ".join(inputs[: number + 1]))
    if gene.ploidy is Ploidy.X_LINKED:
        for sample in range(len(samples)):
            refuse_mixed(whole, sample)
    return whole


def _add_part(
    whole: GeneGenotypes, part: GeneGenotypes, columns: npt.NDArray[np.intp], inputs: str
) -> None:
    part = _fitted(whole, part, columns)
    new = part.evidence != Evidence.NONE
    old = whole.evidence[:, columns] != Evidence.NONE
    fill = new & ~old
    unanswered = ~new & ~old & (part.reason != Unknown.NO_RECORD)
    for site, sample in np.argwhere(new & old).tolist():
        column = int(columns[sample])
        fill[site, sample] = _is_better(whole, part, site, sample, column, inputs)
        if part.likelihoods.get((site, sample)) != whole.likelihoods.get((site, column)):
            whole.likelihoods.pop((site, column), None)  # two inputs spoke: neither alone counts
    for name in _PER_SITE:
        target, source = getattr(whole, name), getattr(part, name)
        taken = fill[:, :, None] if name == "call" else fill
        target[:, columns] = np.where(taken, source, target[:, columns])
    whole.reason[:, columns] = np.where(unanswered, part.reason, whole.reason[:, columns])
    for (site, sample), likely in part.likelihoods.items():
        if fill[site, sample] or unanswered[site, sample]:
            whole.likelihoods[site, int(columns[sample])] = likely
    for (site, sample), share in part.shares.items():
        if fill[site, sample]:
            whole.shares[site, int(columns[sample])] = share
    whole.structural[columns] |= part.structural
    whole.haploid_samples |= {int(columns[sample]) for sample in part.haploid_samples}
    _add_copies(whole, part, columns)
    for sample, codes in part.notes.items():
        for code in codes:
            whole.add_note(int(columns[sample]), code)


def _add_copies(whole: GeneGenotypes, part: GeneGenotypes, columns: npt.NDArray[np.intp]) -> None:
    """Add a part's copy numbers; contradictory ones are dropped."""
    for sample, seen in part.copies.items():
        column = int(columns[sample])
        known = whole.copies.setdefault(column, seen)
        if known._replace(quality=None) != seen._replace(quality=None):
            whole.structural[column] = True


def _is_better(
    whole: GeneGenotypes,
    part: GeneGenotypes,
    site: int,
    sample: int,
    column: int,
    inputs: str,
) -> bool:
    """Whether a part's genotype replaces the existing one."""
    before = sorted(whole.call[site, column].tolist())
    after = sorted(part.call[site, sample].tolist())
    if before == after:
        return False
    for codes, reason, replaces in (
        (before, whole.reason[site, column], True),
        (after, part.reason[site, sample], False),
    ):
        if all(c in (MISSING, ABSENT) for c in codes):
            return replaces if reason in _SILENT else not replaces
    if not _agree(before, after):
        raise InputConflictError(
            "two input files answer this site of one sample differently",
            where=f"{inputs} {part.gene.contig}:{part.gene.variants[site].position}".lstrip(),
            remedy="give each sample's site in one file only",
        )
    return MISSING in before and MISSING not in after


def _agree(before: list[int], after: list[int]) -> bool:
    """Whether some genotype fits both: at least one of them names one haplotype only."""
    if MISSING in before and MISSING in after:
        return True
    half, full = (before, after) if MISSING in before else (after, before)
    return MISSING in half and max(half) in full


def _fitted(
    whole: GeneGenotypes, part: GeneGenotypes, columns: npt.NDArray[np.intp]
) -> GeneGenotypes:
    """Return a part with undocumented alleles coded, and phase blocks numbered, as the whole's."""
    call, phase = part.call.copy(), part.phase_block.copy()
    fresh: dict[tuple[int, int], int] = {}
    for site, labels in enumerate(part.extra):
        base = len(part.gene.variants[site].alleles)
        for index, label in enumerate(labels):
            fresh[site, base + index] = whole.code_of_extra(site, label)
            call[site][part.call[site] == base + index] = fresh[site, base + index]
    for sample, column in enumerate(columns.tolist()):
        if (whole.evidence[:, column] != Evidence.NONE).any():
            used = set(whole.phase_block[:, column].tolist())
            phase[:, sample] = _renumbered(phase[:, sample], used)
    return GeneGenotypes(
        part.gene, part.samples, call, phase, part.evidence, part.reason, part.gq, part.dp,
        part.structural, part.extra, part.notes, _recoded(part, fresh), part.shares,
        part.haploid_samples, part.copies,
    )  # fmt: skip


def _recoded(
    part: GeneGenotypes, fresh: Mapping[tuple[int, int], int]
) -> dict[tuple[int, int], tuple[LikelyGenotype, ...]]:
    """Return a part's likelihoods with fresh codes, by (site, code), of undocumented alleles."""
    found = {}
    for (site, sample), likely in part.likelihoods.items():
        pairs = [
            (*sorted(fresh.get((site, code), code) for code in genotype[:2]), genotype.phred)
            for genotype in likely
        ]
        found[site, sample] = tuple(LikelyGenotype(*pair) for pair in sorted(pairs))
    return found


def _renumbered(blocks: npt.NDArray[np.int32], used: set[int]) -> npt.NDArray[np.int32]:
    """Return phase blocks under numbers that are not in use."""
    fresh = (number for number in itertools.count(1) if number not in used)
    numbers = {UNPHASED: UNPHASED}
    for block in blocks.tolist():
        if block not in numbers:
            numbers[block] = next(fresh)
    return np.array([numbers[block] for block in blocks.tolist()], np.int32)


def apply_spanning_deletion(locus: GeneLocus, out: GeneGenotypes) -> None:
    """Match each ``*`` to a defined deletion over the site; otherwise it is undocumented.

    If it is unknown whether the sample carries such a deletion, the haplotype is missing.
    """
    stars = out.call == STAR
    if not stars.any():
        return
    for index, sample in np.unique(np.argwhere(stars)[:, :2], axis=0).tolist():
        site = locus.sites[index]
        haplotypes = np.flatnonzero(out.call[index, sample] == STAR).tolist()
        deletions = _deletions_over(locus, index)
        if len(haplotypes) <= sum(_n_deleted(locus, out, d, sample, index) for d in deletions):
            out.call[index, sample, haplotypes] = site.reference_code
            continue
        out.add_note(sample, NoteCode.SPANNING_DELETION)
        if any((out.call[d, sample] == MISSING).any() for d in deletions):
            out.call[index, sample, haplotypes] = MISSING
            continue
        label = f"{out.gene.contig}:{site.variant.position}:{site.variant.ref}>*"
        out.call[index, sample, haplotypes] = out.code_of_extra(index, label)


def _deletions_over(locus: GeneLocus, index: int) -> list[int]:
    """Return the sites of defined deletions over a site."""
    position = locus.sites[index].position
    return [
        other
        for other, site in enumerate(locus.sites)
        if site.position < position < site.position + len(site.ref)
        and any(_ends_before(site, allele, position) for allele in site.variant.alleles)
    ]


def _ends_before(site: Site, allele: str, position: int) -> bool:
    return site.position + len(allele) <= position


def _n_deleted(locus: GeneLocus, out: GeneGenotypes, other: int, sample: int, index: int) -> int:
    """Return how many haplotypes carry a site's deletion of another site."""
    site, position = locus.sites[other], locus.sites[index].position
    alleles = site.variant.alleles
    codes = out.call[other, sample].tolist()
    return sum(0 <= c < len(alleles) and _ends_before(site, alleles[c], position) for c in codes)
