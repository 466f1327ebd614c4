"""Build a release: published source files and curated tables in, tables and manifest out."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from pgx.alleles.names import core_allele
from pgx.knowledge.core_positions import CORE_TABLES, core_rows
from pgx.knowledge.importers.codes import with_codes, with_critical
from pgx.knowledge.importers.dated import (
    known_counts,
    known_gaps,
    medicine_rows,
    named_sources,
    statement_sets,
)
from pgx.knowledge.importers.genes import build_gene_tables
from pgx.knowledge.importers.guidelines import GUIDELINE_COLUMNS, Unread, build_guidelines
from pgx.knowledge.importers.layers import SourceFolders
from pgx.knowledge.importers.unconditional import with_conditions
from pgx.knowledge.later import CHANGES, EVERYTHING, Until, until_month
from pgx.knowledge.manifest import MANIFEST, Manifest, read_manifest, write_manifest
from pgx.knowledge.medicines import CONDITIONS
from pgx.knowledge.structures import STRUCTURE_TABLES
from pgx.knowledge.tables import Row, format_table, read_table

__all__ = ["COUNTED", "BuildReport", "build_release", "replace_tables"]

_CURATED_POPULATIONS = ("published_frequencies", "core_alleles")
_KNOWN_GAPS = "known_gaps"
_STATEMENT_SETS = "statement_sets"
# identifiers and structures of today: none in a release of an earlier month
_OF_TODAY = ("gene_codes", *STRUCTURE_TABLES)
_ALLELE_NAMES = "allele_names"
COUNTED = ("haplotype_counts", "untyped_sites")
"""Tables that `pgx kb frequencies` makes; a build takes them over."""


class BuildReport(msgspec.Struct, frozen=True):
    """A built release, and the source sentences that nobody has read into facts yet."""

    manifest: Manifest
    unread: tuple[Unread, ...]


def build_release(
    folders: Sequence[Path],
    folder: Path,
    release: str,
    *,
    until: str = "",
    written: Path | None = None,
) -> BuildReport:
    """Write the tables of a release into ``folder`` and its manifest last.

    ``folders`` hold source files; each is laid over those before it.
    ``curated`` and ``readings`` of ``written`` (by default of ``folder``) are read, and the counts
    that stand beside them; never changed. ``until`` (``YYYY-MM``) ends the release there: rows
    and names that came later are left out. All tables are made before the first is replaced, so
    that a failed build leaves the old release whole.

    Raises
    ------
    InputError
        A source file is missing or unreadable.
    SnapshotSchemaError
        A source or curated table breaks the schema.
    UsageError
        ``until`` is not a month.
    """
    sources = SourceFolders.of(folders)
    inputs = written or folder
    curated = inputs / "curated"
    changes = read_table(curated, CHANGES) if until else []
    limit = until_month(until, changes)
    read = build_guidelines(sources, inputs / "readings", limit)
    coded = with_conditions(with_codes(read, curated, limit), curated)
    guidance = with_critical(coded, curated)
    tables = build_gene_tables(sources, curated, limit)
    tables |= guidance.rows()
    tables |= _taken_over(inputs, tables["variants"], limit)
    tables |= _names(curated, tables["alleles"], limit)
    tables |= _core(curated, tables)
    if (curated / f"{_KNOWN_GAPS}.tsv").exists():
        tables[_KNOWN_GAPS] = known_gaps(curated, tables["statements"], limit)
    if (curated / f"{_STATEMENT_SETS}.tsv").exists():
        sets = statement_sets(curated, tables["statements"])
        tables |= {_STATEMENT_SETS: sets} if sets else {}
    if until:
        tables["sources"] = named_sources(tables)
    return BuildReport(_write(folder, release, tables), guidance.unread)


def _taken_over(inputs: Path, variants: list[Row], until: Until) -> dict[str, list[Row]]:
    """Return tables that no source file makes: curated ones, and counts in populations."""
    curated = inputs / "curated"
    found = medicine_rows(curated, until)
    if (curated / f"{CONDITIONS}.tsv").exists():
        found[CONDITIONS] = read_table(curated, CONDITIONS)
    changes = read_table(curated, CHANGES) if (curated / f"{CHANGES}.tsv").exists() else []
    if until == EVERYTHING:
        today = [n for n in _OF_TODAY if (curated / f"{n}.tsv").exists()]
        found |= {name: read_table(curated, name) for name in today}
    found[CHANGES] = [row for row in changes if until.knows(row["date"])]
    counted = [(curated, name) for name in _CURATED_POPULATIONS]
    for place, name in [*counted, *((inputs, name) for name in COUNTED)]:
        if (place / f"{name}.tsv").exists():
            found[name] = known_counts(read_table(place, name), variants, until)
    return {name: rows for name, rows in found.items() if rows}


def _names(curated: Path, alleles: list[Row], until: Until) -> dict[str, list[Row]]:
    """Return other names of alleles that the release has: no table where there are none.

    They are what names mean today, so that a release of an earlier month has none.
    """
    if until != EVERYTHING or not (curated / f"{_ALLELE_NAMES}.tsv").exists():
        return {}
    known = {(row["gene"], core_allele(row["allele"])) for row in alleles}
    rows = [
        row
        for row in read_table(curated, _ALLELE_NAMES)
        if (row["gene"], core_allele(row["allele"] or row["name"])) in known
    ]
    return {_ALLELE_NAMES: rows} if rows else {}


def _core(curated: Path, tables: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
    """Return causal variants, and their proxies, of alleles and positions that the release has."""
    written = {
        name: read_table(curated, name)
        for name in CORE_TABLES
        if (curated / f"{name}.tsv").exists()
    }
    alleles = {(row["gene"], row["allele"]) for row in tables["alleles"]}
    positions = {(row["gene"], row["position_grch38"]) for row in tables["variants"]}
    return core_rows(written, alleles, positions)


def _write(folder: Path, release: str, tables: Mapping[str, list[Row]]) -> Manifest:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".build-") as place:
        new = Path(place)
        for name, rows in tables.items():
            text = format_table(name, rows, GUIDELINE_COLUMNS.get(name))
            (new / f"{name}.tsv").write_text(text, encoding="utf-8")
        files = sorted(path.name for path in new.glob("*.tsv"))
        manifest = write_manifest(new, release, files)
        for name in [*files, MANIFEST]:
            shutil.move(new / name, folder / name)
    return manifest


def replace_tables(folder: Path, tables: Mapping[str, list[Row]]) -> Manifest:
    """Replace some tables of a release and write its manifest anew, under the same name."""
    release = read_manifest(folder)
    for name, rows in tables.items():
        text = format_table(name, rows, GUIDELINE_COLUMNS.get(name))
        (folder / f"{name}.tsv").write_text(text, encoding="utf-8")
    files = {*release.tables, *(f"{name}.tsv" for name in tables)}
    return write_manifest(folder, release.release, sorted(files))
