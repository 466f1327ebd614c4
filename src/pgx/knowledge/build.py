"""Build a release: published source files and curated tables in, tables and manifest out."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from pgx.errors import UnreviewedError
from pgx.knowledge.gene_records import CORE_TABLES, STRUCTURE_TABLES, core_rows
from pgx.knowledge.importers.codes import with_codes, with_conditions, with_critical
from pgx.knowledge.importers.genes import build_gene_tables
from pgx.knowledge.importers.guidelines import (
    GUIDELINE_COLUMNS,
    GuidelineTables,
    Unread,
    build_guidelines,
)
from pgx.knowledge.importers.layers import (
    SourceFolders,
    known_counts,
    known_gaps,
    medicine_rows,
    named_sources,
    statement_sets,
)
from pgx.knowledge.later import CHANGES, EVERYTHING, Until, until_month
from pgx.knowledge.medicines import CONDITIONS
from pgx.knowledge.review import Review, with_reviews
from pgx.knowledge.tables import (
    MANIFEST,
    TABLES,
    TEXTS,
    Manifest,
    Row,
    format_table,
    read_manifest,
    read_table,
    write_manifest,
)
from pgx.records.genes import core_allele

__all__ = [
    "COUNTED",
    "BuildReport",
    "build_release",
    "other_names",
    "replace_tables",
    "unreviewed",
    "write_release",
]

_CURATED_POPULATIONS = ("published_frequencies", "core_alleles")
_KNOWN_GAPS = "known_gaps"
_STATEMENT_SETS = "statement_sets"
# identifiers and structures of today: none in a release of an earlier month
_OF_TODAY = ("gene_codes", *STRUCTURE_TABLES)
_MONTH = re.compile(r"-\d{4}-\d{2}$")
_NAMED = 8
"""Drugs that a refusal names."""
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
    reviews: Sequence[Review] = (),
    allow_unreviewed: bool = False,
    with_texts: bool = False,
) -> BuildReport:
    """Write the tables of a release into ``folder`` and its manifest last.

    ``folders`` hold source files; each is laid over those before it.
    ``curated`` and ``readings`` of ``written`` (by default of ``folder``) are read, and the counts
    that stand beside them; never changed. ``until`` (``YYYY-MM``) ends the release there: rows
    and names that came later are left out. All tables are made before the first is replaced, so
    that a failed build leaves the old release whole. ``reviews`` are readings of texts that
    ``readings`` lacks. Texts that remain open end the build, unless ``allow_unreviewed``: then
    they stand in the release as they are, without an action of ours. ``with_texts`` puts the
    sources' own texts of all rows beside it.

    Raises
    ------
    InputError
        A source file is missing or unreadable.
    SnapshotSchemaError
        A source or curated table breaks the schema.
    UnreviewedError
        Texts are open, and that is not allowed.
    UsageError
        ``until`` is not a month.
    """
    sources = SourceFolders.of(folders)
    inputs = written or folder
    curated = inputs / "curated"
    changes = read_table(curated, CHANGES) if until else []
    limit = until_month(until, changes)
    read = build_guidelines(
        sources, inputs / "readings", limit, lambda own, name: with_reviews(own, reviews, name)
    )
    if read.unread and not allow_unreviewed:
        raise unreviewed(read.unread)
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
    tables |= _texts(guidance, with_all=with_texts)
    tables["sources"] = [*_newer_sources(tables), *tables["sources"]]
    if until:
        tables["sources"] = named_sources(tables)
    return BuildReport(write_release(folder, release, tables), guidance.unread)


def unreviewed(unread: Sequence[Unread]) -> UnreviewedError:
    """Return the refusal of a build with texts that nobody has read."""
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


def _newer_sources(tables: Mapping[str, list[Row]]) -> list[Row]:
    """Return rows for sources of a later month than those that ``sources`` lists.

    ``cpic-2027-01`` is what ``cpic-2026-07`` is, under its own date.
    """
    listed = {row["source"]: row for row in tables["sources"]}
    named = {
        row[column]
        for name, rows in tables.items()
        if name != "sources"
        for row in rows
        for column in ("source", "function_source")
        if row.get(column)
    }
    found = []
    for source in sorted(named - set(listed)):
        prefix, month = source[:-8], source[-7:]
        known = sorted(s for s in listed if s.startswith(f"{prefix}-") and _MONTH.search(s))
        if known and _MONTH.search(source):
            found.append({**listed[known[-1]], "source": source, "version": month, "date": month})
    return found


def _texts(guidance: GuidelineTables, *, with_all: bool) -> dict[str, list[Row]]:
    """Return the sources' own texts: of all rows, or of those that nobody has read."""
    open_ = {(item.authority, item.digest) for item in guidance.unread}
    rows = [
        {name: getattr(text, name) for name in TABLES[TEXTS]}
        for text in guidance.texts
        if with_all or (text.authority, text.digest) in open_
    ]
    return {TEXTS: rows} if rows else {}


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
    rows = other_names(read_table(curated, _ALLELE_NAMES), alleles)
    return {_ALLELE_NAMES: rows} if rows else {}


def other_names(rows: Iterable[Row], alleles: Iterable[Row]) -> list[Row]:
    """Return other names of alleles that there are, without those that are alleles of their own.

    A name that was withdrawn in favour of another is one in older definitions.
    """
    known = {(row["gene"], core_allele(row["allele"])) for row in alleles}
    return [
        row
        for row in rows
        if (row["gene"], core_allele(row["allele"] or row["name"])) in known
        and not (row["meaning"] == "same_as" and (row["gene"], row["name"]) in known)
    ]


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
        for name in [*files, MANIFEST]:
            shutil.move(new / name, folder / name)
    for name in before - set(files):
        (folder / name).unlink(missing_ok=True)
    return manifest


def replace_tables(folder: Path, tables: Mapping[str, list[Row]]) -> Manifest:
    """Replace some tables of a release and write its manifest anew, under the same name."""
    release = read_manifest(folder)
    for name, rows in tables.items():
        text = format_table(name, rows, GUIDELINE_COLUMNS.get(name))
        (folder / f"{name}.tsv").write_text(text, encoding="utf-8")
    files = {*release.tables, *(f"{name}.tsv" for name in tables)}
    return write_manifest(folder, release.release, sorted(files))
