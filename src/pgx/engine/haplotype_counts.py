"""Count haplotype frequencies of phased call sets by group, and store them in a release."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pgx.base.assemblies import Assembly
from pgx.engine.reading import read_inputs
from pgx.errors import SnapshotSchemaError, UnknownGeneError, UsageError
from pgx.genotypes.matrix import ABSENT, MISSING, UNPHASED, GeneGenotypes, Unknown
from pgx.haplotypes.definitions import CompiledGene, compile_gene
from pgx.haplotypes.naming import describe_codes
from pgx.inputs.settings import Absent, RunSettings
from pgx.inputs.side_files import read_sample_info, read_untyped
from pgx.knowledge.build import COUNTED, replace_tables
from pgx.knowledge.gene_records import count_rows
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.knowledge.tables import Row
from pgx.records.genes import GeneDefinition, GeneFrequencies, HaplotypeCount

__all__ = [
    "count_haplotypes",
    "count_release",
]


def count_haplotypes(
    genotypes: GeneGenotypes, group_of: Mapping[str, str], only: Sequence[str] = ()
) -> GeneFrequencies | None:
    """Count one gene's haplotypes.

    Parameters
    ----------
    genotypes
        Phased observations; untyped positions remain missing.
    group_of
        Sample name → group; samples without a group are left out.
    only
        Restrict the count to these samples; all by default.

    Returns
    -------
    GeneFrequencies or None
        Haplotypes by decreasing count; None if no haplotype is complete.

    Notes
    -----
    A sample counts only if its heterozygous positions are in one phase block and all positions
    except the untyped ones are known.
    """
    gene = compile_gene(genotypes.gene)
    groups = tuple(sorted({group for group in group_of.values() if group}))
    untyped = (genotypes.reason == Unknown.UNTYPED).any(axis=1)
    counts: dict[bytes, npt.NDArray[np.int64]] = {}
    wanted = set(only) if only else None
    for sample, name in enumerate(genotypes.samples):
        group = group_of.get(name, "")
        # a haplotype frequency needs a population: samples without a group are not counted
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
    """Yield the sample's haplotypes if they are complete, untyped sites as `MISSING`."""
    codes = genotypes.call[:, sample].copy()
    codes[untyped] = np.where(codes[untyped] == ABSENT, ABSENT, MISSING)
    typed = codes[~untyped]
    if (typed == MISSING).any():
        return
    differs = (typed[:, 0] != typed[:, 1]) & (typed[:, 1] != ABSENT)
    blocks = np.unique(genotypes.phase_block[~untyped, sample][differs])
    # a single heterozygous site needs no phase; several must share one phase block
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


def count_release(
    inputs: Sequence[str | Path],
    *,
    folder: Path,
    source: str,
    sample_info: Path,
    assembly: Assembly | None,
    genes: Sequence[str],
    absent: Absent | str,
    untyped: Path | None,
) -> list[GeneFrequencies]:
    """Count haplotypes and write them into the release at ``folder``; see `count_haplotypes`.

    Raises
    ------
    InputError
        An input was refused; nothing is written.
    SnapshotSchemaError
        ``source`` is not among the release's sources.
    UnknownGeneError
        The release does not contain the gene.
    UsageError
        No sample has a superpopulation.
    """
    kb = KnowledgeBase(folder)
    if source not in {row["source"] for row in kb.table("sources")}:
        raise SnapshotSchemaError(
            f"source {source!r} is not in sources.tsv",
            where="sources.tsv",
            remedy="add it to curated/sources.tsv and run `pgx kb build`",
        )
    info = read_sample_info(sample_info)
    group_of = {name: known.superpopulation for name, known in info.items()}
    if not any(group_of.values()):
        raise UsageError("no sample has a superpopulation", remedy="fill in the sample table")
    settings = RunSettings(
        assembly=assembly,
        absent=Absent(absent),
        untyped=read_untyped(untyped) if untyped else frozenset(),
        with_sites=False,
    )
    chosen = _chosen(kb, genes)
    read = read_inputs(inputs, chosen, settings, info, known=list(kb.genes.values()))
    if read.refused:
        raise read.refused[0]
    answered = {name for item in read.inputs for name in item.genes}
    counted = [
        found
        for gene in chosen
        if gene.gene in answered and (found := count_haplotypes(read.combined(gene), group_of))
    ]
    _write(kb, folder, counted, source)
    return counted


def _chosen(kb: KnowledgeBase, names: Sequence[str]) -> list[GeneDefinition]:
    for name in names:
        if name not in kb.genes:
            raise UnknownGeneError(f"no gene {name!r} in the knowledge base")
    return [g for g in kb.genes.values() if g.variants and (not names or g.gene in names)]


def _write(
    kb: KnowledgeBase, folder: Path, counted: Sequence[GeneFrequencies], source: str
) -> None:
    done = {found.gene for found in counted}
    tables: dict[str, list[Row]] = {}
    for name in COUNTED:
        kept = kb.table(name) if f"{name}.tsv" in kb.manifest.tables else []
        rows = [row for row in kept if row["gene"] not in done]
        rows += [row for found in counted for row in count_rows(found, source)[name]]
        tables[name] = sorted(rows, key=lambda row: row["gene"])
    replace_tables(folder, tables)
