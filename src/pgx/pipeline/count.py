"""Rebuild a release's population tables from phased call sets."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pgx.base.assemblies import Assembly
from pgx.engine.haplotype_counts import count_haplotypes
from pgx.engine.reading import read_inputs
from pgx.errors import SnapshotSchemaError, UnknownGeneError, UsageError
from pgx.inputs.settings import Absent, RunSettings
from pgx.inputs.side_files import read_sample_info, read_untyped
from pgx.knowledge.build import COUNTED, replace_tables
from pgx.knowledge.frequencies import count_rows
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.knowledge.tables import Row
from pgx.records.genes import GeneDefinition, GeneFrequencies

__all__ = ["count_release"]


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
        An input was refused: nothing is written.
    SnapshotSchemaError
        ``source`` is not in the release's sources.
    UnknownGeneError
        The release has no such gene.
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
    answered = {name for item in read.inputs for name in item.genotypes}
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
