"""Count haplotypes of phased call sets by group, for the knowledge base's population tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from pgx.genotypes.matrix import ABSENT, MISSING, UNPHASED, GeneGenotypes, Unknown
from pgx.haplotypes.definitions import CompiledGene, compile_gene
from pgx.haplotypes.whole import describe_codes
from pgx.records.genes import GeneFrequencies, HaplotypeCount

__all__ = [
    "count_haplotypes",
]


def count_haplotypes(
    genotypes: GeneGenotypes, group_of: Mapping[str, str], only: Sequence[str] = ()
) -> GeneFrequencies | None:
    """Count one gene's haplotypes.

    Parameters
    ----------
    genotypes
        Phased observations; positions named as untyped stay open.
    group_of
        Sample name → group; samples without a group are left out.
    only
        Count these samples only; all by default.

    Returns
    -------
    GeneFrequencies or None
        Haplotypes by falling count; None where no haplotype could be read whole.

    Notes
    -----
    A sample counts only if its heterozygous positions lie in one phase block and no position
    but the untyped ones is unknown.
    """
    gene = compile_gene(genotypes.gene)
    groups = tuple(sorted({group for group in group_of.values() if group}))
    untyped = (genotypes.reason == Unknown.UNTYPED).any(axis=1)
    counts: dict[bytes, npt.NDArray[np.int64]] = {}
    wanted = set(only) if only else None
    for sample, name in enumerate(genotypes.samples):
        group = group_of.get(name, "")
        if group and (wanted is None or name in wanted):
            for haplotype in _haplotypes(genotypes, sample, untyped):
                row = counts.setdefault(haplotype.tobytes(), np.zeros(len(groups), np.int64))
                row[groups.index(group)] += 1
    if not counts:
        return None
    found = [_described(gene, genotypes, key, row) for key, row in counts.items()]
    found.sort(key=lambda h: (-sum(h.counts), sorted(h.differences.items())))
    positions = np.array([v.position for v in genotypes.gene.variants])
    return GeneFrequencies(
        gene=genotypes.gene.gene,
        groups=groups,
        haplotypes=tuple(found),
        untyped=tuple(positions[untyped].tolist()),
    )


def _haplotypes(
    genotypes: GeneGenotypes, sample: int, untyped: npt.NDArray[np.bool_]
) -> Iterator[npt.NDArray[np.int8]]:
    """Yield the sample's haplotypes where they are known whole, open sites as `MISSING`."""
    codes = genotypes.call[:, sample].copy()
    codes[untyped] = np.where(codes[untyped] == ABSENT, ABSENT, MISSING)
    typed = codes[~untyped]
    if (typed == MISSING).any():
        return
    differs = (typed[:, 0] != typed[:, 1]) & (typed[:, 1] != ABSENT)
    blocks = np.unique(genotypes.phase_block[~untyped, sample][differs])
    if len(blocks) > 1 or (differs.sum() > 1 and UNPHASED in blocks):
        return
    yield np.ascontiguousarray(codes[:, 0])
    if not (typed[:, 1] == ABSENT).any():
        yield np.ascontiguousarray(codes[:, 1])


def _described(
    gene: CompiledGene, genotypes: GeneGenotypes, key: bytes, counts: npt.NDArray[np.int64]
) -> HaplotypeCount:
    codes = np.frombuffer(key, np.int8)
    differences = {}
    for index in np.flatnonzero(codes > 0).tolist():
        label = genotypes.label(index, int(codes[index]))
        position = genotypes.gene.variants[index].position
        differences[position] = label.rsplit(">", 1)[-1]
    return HaplotypeCount(
        differences=differences,
        allele=describe_codes(gene, codes, genotypes)[0].name,
        counts=tuple(counts.tolist()),
    )
