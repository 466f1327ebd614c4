"""The tables of a release: columns, checks of a row, text in and out, manifest of digests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from pgx.base.files import read_whole
from pgx.base.shipped import check_release
from pgx.errors import SnapshotIntegrityError, SnapshotSchemaError

__all__ = [
    "FORBIDDEN_IN_NAMES",
    "MANIFEST",
    "MAX_TABLE_BYTES",
    "READING_DIGITS",
    "SCHEMA_VERSION",
    "SIGNATURE",
    "TABLES",
    "TEXTS",
    "Manifest",
    "check_allele_name",
    "check_header",
    "format_table",
    "parse_manifest",
    "parse_table",
    "read_manifest",
    "read_table",
    "read_text",
    "write_manifest",
]

SCHEMA_VERSION: Final = "1"

TABLES: Final[dict[str, tuple[str, ...]]] = {
    "sources": ("source", "name", "version", "date", "licence", "url"),
    "genes": (
        "gene", "contig", "strategy", "ploidy", "default_allele", "scored",
        "uncertain_function", "function_order", "preferred", "proxies", "notes", "source",
    ),
    "variants": (
        "gene", "position_grch38", "position_grch37", "ref_grch38", "ref_grch37", "alts",
        "rsid", "hgvs_g", "required", "source",
    ),
    "alleles": (
        "gene", "allele", "identifier", "reference", "structural", "definition",
        "function", "activity_value", "source", "function_source",
    ),
    "phenotype_rules": (
        "gene", "function_1", "function_2", "activity_score", "phenotype", "lookup_key", "source",
    ),
    "segments": ("gene", "start", "sequence", "source"),
    "structures": ("gene", "units", "allele", "frequencies", "source"),
    "structure_segments": (
        "gene", "unit", "start", "end", "share", "spread", "own", "source",
    ),
    "structure_partners": ("gene", "units", "allele", "odds", "hybrid", "source"),
    "structure_sites": ("gene", "position", "kind", "source"),
    "structural_alleles": (
        "gene", "allele", "kind", "start_grch38", "end_grch38", "first_grch38", "last_grch38",
        "start_grch37", "end_grch37", "first_grch37", "last_grch37", "tolerance", "source",
    ),
    "paralogue_sites": (
        "gene", "position", "base", "paralogue_position", "paralogue_base", "position_grch37",
        "paralogue_grch37", "segment", "source",
    ),
    "exons": ("gene", "paralogue_of", "exon", "start", "end", "source"),
    "haplotype_counts": ("gene", "haplotype", "allele", "counts", "source"),
    "untyped_sites": ("gene", "position", "source"),
    "published_frequencies": (
        "gene", "allele", "group", "frequency", "n_chromosomes", "pmid", "note", "source",
    ),
    "core_alleles": ("gene", "allele", "tier", "pmid", "source"),
    "core_positions": (
        "gene", "allele", "position_grch38", "alt", "tier", "pmid", "source",
    ),
    "core_proxies": (
        "gene", "position_grch38", "alt", "proxy_position_grch38", "proxy_alt", "r2",
        "sensitivity", "carriers", "pmid", "source",
    ),
    "substances": (
        "substance", "rxnorm", "atc", "synonyms", "brands", "ingredients", "source",
    ),
    "modulators": ("substance", "gene", "effect", "strength", "source", "note"),
    "unwanted_pairs": ("drug", "gene", "substances", "source"),
    "conversion_rules": (
        "gene", "effect", "strength", "method", "value", "evidence", "pmids", "source", "note",
    ),
    "score_ranges": (
        "gene", "phenotype", "low", "low_included", "high", "high_included", "pmids", "source",
    ),
    "populations": (
        "population", "age_from", "age_below", "weight_over", "exposure", "conditions",
        "judgement", "source",
    ),
    "texts": ("authority", "digest", "kind", "text", "source"),
    "known_gaps": ("authority", "drug", "gene", "keys", "reason", "source"),
    "statement_sets": (
        "authority", "drug", "guidelines", "genes", "alleles", "relation", "reason", "source",
    ),
    "gene_codes": ("gene", "system", "code", "source"),
    "allele_names": ("gene", "name", "meaning", "allele", "source"),
    "conditions": (
        "condition", "kind", "arguments", "decided_by", "while_unknown", "note", "source",
    ),
    "condition_codes": ("condition", "system", "code", "source"),
    "changes": (
        "date", "authority", "genes", "drugs", "what", "state", "facts", "brought", "source",
    ),
}  # fmt: skip

FORBIDDEN_IN_NAMES: Final = frozenset(";=/|\t")


def check_allele_name(gene: str, name: str) -> None:
    """Refuse an allele name that would be ambiguous in a diplotype or a list.

    Raises
    ------
    SnapshotSchemaError
        The name is empty, not printable, looks like a bracket of several alleles, or holds
        ``;``, ``=``, ``/``, ``|`` or a tab.
    """
    bracketed = name.startswith("[") or " + " in name
    if not name or not name.isprintable() or bracketed or FORBIDDEN_IN_NAMES & set(name):
        raise SnapshotSchemaError(
            f"allele name {name!r} of {gene} is empty, bracketed, or holds one of ; = / |"
            " or a character that cannot be printed",
            where="alleles.tsv",
            remedy="rename the allele in the source or its importer",
        )


def check_header(table: str, header: tuple[str, ...], where: str) -> None:
    """Refuse a table whose columns are not those of its schema.

    Raises
    ------
    SnapshotSchemaError
        The columns differ from `TABLES`.
    """
    expected = TABLES.get(table)
    if expected is not None and header != expected:
        raise SnapshotSchemaError(
            f"columns of table {table} are {', '.join(header)}; expected {', '.join(expected)}",
            where=where,
            remedy="rebuild the knowledge base with this version of pgx",
        )


TEXTS: Final = "texts"
"""Table of the sources' own texts, by digest; only in releases built from published files."""
READING_DIGITS: Final = 12
"""Number of digits of a text's digest in a statement."""
MAX_TABLE_BYTES: Final = 1 << 26
"""Maximum size of a table; the largest table of a release has 1% of that."""

Row = dict[str, str]


def parse_table(table: str, text: str, where: str = "") -> list[Row]:
    """Parse a table's text into rows.

    Raises
    ------
    SnapshotSchemaError
        Wrong columns, or a row of another width.
    """
    lines = text.split("\n")
    if lines[-1] != "":
        raise SnapshotSchemaError("the last line has no line end", where=where or table)
    header = tuple(lines[0].split("\t"))
    check_header(table, header, where or table)
    rows = []
    width = len(header)
    for number, line in enumerate(lines[1:-1], 2):
        cells = line.split("\t")
        if len(cells) != width:
            raise SnapshotSchemaError(
                f"{len(cells)} columns, expected {width}", where=f"{where or table} line {number}"
            )
        rows.append(dict(zip(header, cells, strict=True)))
    return rows


def read_table(folder: Path, table: str) -> list[Row]:
    """Read ``folder/table.tsv``; see `parse_table` for what is refused, and `read_text`."""
    path = folder / f"{table}.tsv"
    return parse_table(table, read_text(path), path.name)


def read_text(path: Path, most: int = MAX_TABLE_BYTES) -> str:
    """Return the text of a file of a release, up to ``most`` bytes.

    Raises
    ------
    SnapshotSchemaError
        It cannot be read, is larger, or is not UTF-8.
    """
    try:
        return read_whole(path, most).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise SnapshotSchemaError(f"cannot be read: {why}", where=path.name) from error


def format_table(table: str, rows: Iterable[Row], columns: Sequence[str] | None = None) -> str:
    """Return a table's text; every cell must be free of tabs and line ends.

    Raises
    ------
    SnapshotSchemaError
        A cell holds a tab or a line end.
    """
    names = tuple(columns or TABLES[table])
    lines = ["\t".join(names)]
    for row in rows:
        cells = [row[name] for name in names]
        if any(c in cell for cell in cells for c in "\t\r\n"):
            raise SnapshotSchemaError(
                f"a cell of {table} holds a tab or line end", where=str(cells)
            )
        lines.append("\t".join(cells))
    return "\n".join(lines) + "\n"


MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig"

_MAX_BYTES = 1 << 20


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """One release; ``tables`` maps a file name to the SHA-256 of its bytes (hex)."""

    release: str
    schema_version: str
    tables: dict[str, str]

    @property
    def digest(self) -> str:
        """SHA-256 over the sorted table digests: one value for the whole release."""
        text = "\n".join(f"{name} {value}" for name, value in sorted(self.tables.items()))
        return hashlib.sha256(f"{self.release}\n{text}".encode()).hexdigest()

    def text(self) -> str:
        """Return the canonical text of the manifest."""
        content = msgspec.to_builtins(self) | {"digest": self.digest}
        return json.dumps(content, indent=2, sort_keys=True) + "\n"


class _ManifestFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A manifest as stored."""

    digest: str
    release: str
    schema_version: str
    tables: dict[str, str]


def read_manifest(folder: Path) -> Manifest:
    """Read and check the manifest of a release in a folder.

    Raises
    ------
    SnapshotIntegrityError
        The manifest is missing, unreadable, not canonical, or not signed by the pinned key.
    SnapshotSchemaError
        It has another schema version.
    """
    path = folder / MANIFEST
    try:
        data = read_whole(path, _MAX_BYTES)
    except (OSError, ValueError) as error:
        raise _unreadable() from error
    return parse_manifest(data, lambda: check_release(path, data))


def parse_manifest(data: bytes, check: Callable[[], None]) -> Manifest:
    """Return the manifest in some bytes; ``check`` refuses an invalid signature.

    Raises
    ------
    SnapshotIntegrityError, SnapshotSchemaError
        See `read_manifest`.
    """
    try:
        file = msgspec.json.decode(data, type=_ManifestFile)
    except (ValueError, msgspec.MsgspecError) as error:
        raise _unreadable() from error
    check()
    manifest = Manifest(
        release=file.release, schema_version=file.schema_version, tables=file.tables
    )
    if manifest.schema_version != SCHEMA_VERSION:
        raise SnapshotSchemaError(
            f"schema version {manifest.schema_version}, this pgx reads {SCHEMA_VERSION}",
            where=MANIFEST,
            remedy="use the knowledge base that came with this version",
        )
    # a manifest has one canonical encoding, so a signature of its bytes covers all content
    if manifest.text().encode() != data:
        raise SnapshotIntegrityError(
            "the manifest is not as it was written", where=MANIFEST, remedy="reinstall pgx"
        )
    # a manifest from elsewhere could name files outside its folder
    if any(Path(name).name != name for name in manifest.tables):
        raise SnapshotIntegrityError("a table lies outside the release", where=MANIFEST)
    return manifest


def _unreadable() -> SnapshotIntegrityError:
    return SnapshotIntegrityError(
        "the knowledge base has no readable manifest",
        where=MANIFEST,
        remedy="reinstall pgx or rebuild with `pgx kb build`",
    )


def write_manifest(folder: Path, release: str, files: list[str]) -> Manifest:
    """Digest the named files of a folder and write its manifest."""
    tables = {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in sorted(files)
    }
    manifest = Manifest(release=release, schema_version=SCHEMA_VERSION, tables=tables)
    (folder / MANIFEST).write_text(manifest.text(), encoding="utf-8")
    return manifest
