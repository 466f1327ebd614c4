"""Build a release: published source files and curated tables in, tables and manifest out."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import msgspec

from pgx.base.errors import InputError
from pgx.knowledge.importers.codes import with_codes
from pgx.knowledge.importers.genes import build_gene_tables
from pgx.knowledge.importers.guidelines import GUIDELINE_COLUMNS, Unread, build_guidelines
from pgx.knowledge.manifest import MANIFEST, Manifest, read_manifest, write_manifest
from pgx.knowledge.medicines import MEDICINE_TABLES
from pgx.knowledge.tables import Row, format_table, read_table

__all__ = ["COUNTED", "BuildReport", "build_release", "replace_tables"]

_READ_FOLDERS = ("curated", "readings")
_CURATED_AS_THEY_ARE = (
    "published_frequencies",
    "core_alleles",
    "known_gaps",
    *MEDICINE_TABLES,
)
COUNTED = ("haplotype_counts", "untyped_sites")
"""Tables that `pgx kb frequencies` makes; a build takes them over."""


class BuildReport(msgspec.Struct, frozen=True):
    """A built release, and the source sentences that nobody has read into facts yet."""

    manifest: Manifest
    unread: tuple[Unread, ...]


def build_release(source: Path, folder: Path, release: str) -> BuildReport:
    """Write the tables of a release into ``folder`` and its manifest last.

    ``folder/curated`` and ``folder/readings`` are read, never written. All tables are made
    before the first is replaced, so that a failed build leaves the old release whole.

    Raises
    ------
    InputError
        A source file is missing or unreadable.
    SnapshotSchemaError
        A source or curated table breaks the schema.
    """
    levels = sorted(source.glob("cpic_levels_*.csv"))
    if (
        not list(source.glob("guidelines_*.jsonl"))
        or not levels
        or not (source / "alleles").is_dir()
    ):
        raise InputError(
            "not a folder of source files: alleles/, phenotypes/, guidelines_*.jsonl and"
            " cpic_levels_*.csv are needed",
            where=source.name,
            remedy="see docs/how-to/build-the-knowledge-base.md",
        )
    guidance = with_codes(
        build_guidelines(source, folder / "readings", levels[-1]), folder / "curated"
    )
    with tempfile.TemporaryDirectory(dir=folder, prefix=".build-") as place:
        new = Path(place)
        for name, rows in build_gene_tables(source, folder / "curated").items():
            (new / f"{name}.tsv").write_text(format_table(name, rows), encoding="utf-8")
        for name, rows in guidance.rows().items():
            text = format_table(name, rows, GUIDELINE_COLUMNS[name])
            (new / f"{name}.tsv").write_text(text, encoding="utf-8")
        _take_over(folder, new)
        files = sorted(path.name for path in new.glob("*.tsv"))
        manifest = write_manifest(new, release, files)
        for name in [*files, MANIFEST]:
            shutil.move(new / name, folder / name)
    return BuildReport(manifest, guidance.unread)


def _take_over(folder: Path, new: Path) -> None:
    """Copy tables that no source file makes: curated ones, and counts in populations."""
    kept = [(folder / "curated", name) for name in _CURATED_AS_THEY_ARE]
    kept += [(folder, name) for name in COUNTED]
    for place, name in kept:
        if (place / f"{name}.tsv").exists():
            text = format_table(name, read_table(place, name))
            (new / f"{name}.tsv").write_text(text, encoding="utf-8")


def replace_tables(folder: Path, tables: Mapping[str, list[Row]]) -> Manifest:
    """Replace some tables of a release and write its manifest anew, under the same name."""
    release = read_manifest(folder)
    for name, rows in tables.items():
        text = format_table(name, rows, GUIDELINE_COLUMNS.get(name))
        (folder / f"{name}.tsv").write_text(text, encoding="utf-8")
    files = {*release.tables, *(f"{name}.tsv" for name in tables)}
    return write_manifest(folder, release.release, sorted(files))
