"""Build a release: from published source files and curated tables to tables and a manifest."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from pgx.errors import UnreviewedError
from pgx.knowledge.importers.guidelines import GUIDELINE_COLUMNS, Unread
from pgx.knowledge.tables import (
    MANIFEST,
    Manifest,
    Row,
    format_table,
    read_manifest,
    write_manifest,
)
from pgx.records.genes import core_allele

__all__ = [
    "COUNTED",
    "BuildReport",
    "other_names",
    "replace_tables",
    "unreviewed",
    "write_release",
]


_NAMED = 8
"""Maximum number of drugs named in an error."""
COUNTED = ("haplotype_counts", "untyped_sites")
"""Tables made by `pgx kb frequencies`; a build copies them."""


class BuildReport(msgspec.Struct, frozen=True):
    """A built release, and the source sentences that have not been reviewed yet."""

    manifest: Manifest
    unread: tuple[Unread, ...]


def unreviewed(unread: Sequence[Unread]) -> UnreviewedError:
    """Return the error for a build with unreviewed texts."""
    drugs = sorted({item.drug for item in unread})
    named = ", ".join(drugs[:_NAMED]) + (
        f" and {len(drugs) - _NAMED} more" if drugs[_NAMED:] else ""
    )
    texts = {(item.authority, item.digest) for item in unread}
    return UnreviewedError(
        f"{len(texts)} texts are not read into facts: {named}",
        remedy="build with --allow-unreviewed, list them with `pgx kb review`, fill the table, and"
        " build again with --readings",
    )


def other_names(rows: Iterable[Row], alleles: Iterable[Row]) -> list[Row]:
    """Return other names of alleles in the release, without those that are themselves alleles.

    A name that was withdrawn in favor of another one occurs in older definitions.
    """
    known = {(row["gene"], core_allele(row["allele"])) for row in alleles}
    return [
        row
        for row in rows
        if (row["gene"], core_allele(row["allele"] or row["name"])) in known
        and not (row["meaning"] == "same_as" and (row["gene"], row["name"]) in known)
    ]


def write_release(folder: Path, release: str, tables: Mapping[str, list[Row]]) -> Manifest:
    """Write the tables of a release into a folder, its manifest last."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".build-") as place:
        new = Path(place)
        for name, rows in tables.items():
            text = format_table(name, rows, GUIDELINE_COLUMNS.get(name))
            (new / f"{name}.tsv").write_text(text, encoding="utf-8")
        files = sorted(path.name for path in new.glob("*.tsv"))
        manifest = write_manifest(new, release, files)
        before = set(read_manifest(folder).tables) if (folder / MANIFEST).exists() else set()
        # the manifest last: until then, the digests of the old manifest refuse the mixture
        for name in [*files, MANIFEST]:
            shutil.move(new / name, folder / name)
    # a table that the new release lacks would remain without a digest
    for name in before - set(files):
        (folder / name).unlink(missing_ok=True)
    return manifest


def replace_tables(folder: Path, tables: Mapping[str, list[Row]]) -> Manifest:
    """Replace some tables of a release and rewrite its manifest, keeping the release name."""
    release = read_manifest(folder)
    for name, rows in tables.items():
        text = format_table(name, rows, GUIDELINE_COLUMNS.get(name))
        (folder / f"{name}.tsv").write_text(text, encoding="utf-8")
    # tables that are not replaced keep their bytes, and so their digests
    files = {*release.tables, *(f"{name}.tsv" for name in tables)}
    return write_manifest(folder, release.release, sorted(files))
