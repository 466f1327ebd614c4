"""Build a release: published source files and curated tables in, tables and manifest out."""

from __future__ import annotations

from pathlib import Path

from pgx.knowledge.importers.genes import build_gene_tables
from pgx.knowledge.manifest import Manifest, write_manifest
from pgx.knowledge.tables import format_table

__all__ = ["build_release"]


def build_release(source: Path, folder: Path, release: str) -> Manifest:
    """Write the tables of a release into ``folder`` and its manifest last.

    ``folder/curated`` and ``folder/readings`` are read, never written.
    """
    for name, rows in build_gene_tables(source, folder / "curated").items():
        (folder / f"{name}.tsv").write_text(format_table(name, rows), encoding="utf-8")
    files = [path.name for path in folder.glob("*.tsv")]
    return write_manifest(folder, release, files)
