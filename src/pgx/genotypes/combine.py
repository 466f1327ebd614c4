"""Join what several inputs say of one gene, by sample name and site."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from pgx.base.errors import InputConflictError
from pgx.base.genes import GeneDefinition, Ploidy
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

__all__ = ["combine"]

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
    """Join observations of several inputs by sample name.

    A site that one input leaves without an answer takes the other's; one that an input finds
    contradictory stays unknown. Phase never holds across inputs. ``inputs`` are the names of the
    parts, for a refusal.

    Raises
    ------
    InputConflictError
        Two inputs answer one site of one sample differently.
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
    """Add what a part says of copies; where two say different things nothing is known."""
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
    """Whether a part's answer replaces the one that is there already."""
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
