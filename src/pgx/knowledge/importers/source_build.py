"""Build a release from folders of source files and from curated tables.

Only this module and `source_folders` know the layout of such folders. The project builds its own
releases from them (``pgx kb build --from SOURCES --curated``); a build from public releases loads
neither.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from pgx.knowledge.build import COUNTED, BuildReport, other_names, unreviewed, write_release
from pgx.knowledge.gene_records import CORE_TABLES, STRUCTURE_TABLES, core_rows
from pgx.knowledge.importers.curated import (
    medicine_rows,
    with_codes,
    with_conditions,
    with_critical,
)
from pgx.knowledge.importers.definitions import (
    add_functions,
    definition_rows,
    rule_rows,
    sort_gene_tables,
)
from pgx.knowledge.importers.guideline_rows import AUTHORITIES, Authority
from pgx.knowledge.importers.guidelines import DrugCodes, GuidelineTables, build_authority
from pgx.knowledge.importers.readings import Readings, load_readings
from pgx.knowledge.importers.source_folders import (
    SourceFolders,
    files_of,
    known_counts,
    known_gaps,
    known_genes,
    named_sources,
    read_columns,
    source_rows,
    statement_sets,
)
from pgx.knowledge.later import CHANGES, EVERYTHING, Until, until_month
from pgx.knowledge.medicines import CONDITIONS
from pgx.knowledge.review import Review, with_reviews
from pgx.knowledge.tables import TABLES, TEXTS, Row, check_allele_name, read_table, read_text

__all__ = [
    "build_gene_tables",
    "build_release",
    "read_levels",
]


def build_gene_tables(
    sources: SourceFolders, curated: Path, until: Until = EVERYTHING
) -> dict[str, list[Row]]:
    """Return rows of the tables sources, genes, variants, alleles, phenotype_rules, segments.

    The files hold one state of the definitions; ``until`` defines which of it is later than the
    release to be built.

    Raises
    ------
    SnapshotSchemaError
        A curated table has other columns, or an allele name cannot be used.
    """
    tables = {
        name: read_table(curated, name)
        for name in ("sources", "genes", "variants", "alleles", "segments")
    }
    tables["phenotype_rules"] = []
    builds = _by_position(sources.rows("build_positions*.tsv"))
    contexts = sources.rows("contexts*.tsv")
    known = {row["gene"] for row in tables["genes"]}
    documents = [(path, _document(path)) for path in sources.newest("alleles/*.json")]
    defined = {document["gene"] for _, document in documents}
    for name in ("variants", "alleles", "segments"):  # curated by hand where no source had the gene
        tables[name] = [row for row in tables[name] if row["gene"] not in defined]
    for path, document in documents:
        source = sources.definition_source(path, document["gene"])
        for name, rows in definition_rows(document, builds, contexts, source).items():
            tables[name] += rows
    for path in sources.newest("phenotypes/*.functions.tsv"):
        gene = path.name.split(".")[0].replace("_", "-")
        if gene in known:
            source = sources.definition_source(path, gene)
            add_functions(gene, read_columns(path), tables["alleles"], source)
            # functions without rules give no phenotype: a gene has both files or neither
            rules = path.with_name(path.name.replace("functions", "rules"))
            tables["phenotype_rules"] += rule_rows(gene, read_columns(rules), source)
    return _checked(known_genes(tables, until))


def _document(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(read_text(path))
    return document


def _by_position(rows: list[Row]) -> dict[tuple[str, int], Row]:
    return {(row["gene"], int(row["grch38_position"])): row for row in rows}


def _checked(tables: dict[str, list[Row]]) -> dict[str, list[Row]]:
    for row in tables["alleles"]:
        check_allele_name(row["gene"], row["allele"])
    sort_gene_tables(tables)
    return tables


def read_levels(path: Path) -> dict[str, DrugCodes]:
    """Read CPIC's table of gene–drug pairs (columns Gene, Drug, RxNorm, ATC, CPICLevel)."""
    codes: dict[str, DrugCodes] = {}
    with io.StringIO(read_text(path), newline="") as lines:
        for row in csv.DictReader(lines):
            seen = codes.get(row["Drug"], DrugCodes())
            rxnorm = "" if row["RxNorm"] == "NA" else row["RxNorm"]
            atc = tuple(sorted(filter(None, row["ATC"].replace("NA", "").split(", "))))
            levels = {**seen.levels, row["Gene"]: row["CPICLevel"]}
            codes[row["Drug"]] = DrugCodes(seen.rxnorm or rxnorm, seen.atc or atc, levels)
    return codes


def build_guidelines(
    sources: SourceFolders,
    readings_dir: Path,
    until: Until = EVERYTHING,
    extend: Callable[[Readings, str], Readings] = lambda readings, _authority: readings,
) -> GuidelineTables:
    """Import the guidelines of every authority with reviewed sentences.

    Parameters
    ----------
    sources
        Folders of releases as JSON lines; the year, or ``YYYY-MM``, in a name is the release.
        Of two rows for the same guideline, drug, population and lookup, the last one wins.
        CPIC's gene–drug pairs with RxNorm and ATC codes are also there.
    readings_dir
        Folder with ``cpic.tsv`` and its companions, and those of the other authorities, see
        `load_readings`.
    until
        Defines what a release up to an earlier month omits.
    extend
        Adds readings to those of an authority, given its name.

    Raises
    ------
    SnapshotSchemaError
        A table of readings is malformed, or a population has no code.
    """
    codes = read_levels(sources.files("cpic_levels_*.csv")[-1])
    read = [a for a in AUTHORITIES if (readings_dir / f"{a.name.lower()}.tsv").exists()]
    made = (
        _build_authority(authority, sources, readings_dir, codes, until, extend)
        for authority in read
    )
    parts = [part for part in made if part is not None]
    return GuidelineTables(
        drugs=tuple(sorted((d for p in parts for d in p.drugs), key=lambda d: d.drug.casefold())),
        guidelines=tuple(g for p in parts for g in p.guidelines),
        statements=tuple(s for p in parts for s in p.statements),
        unread=tuple(u for p in parts for u in p.unread),
        texts=tuple(t for p in parts for t in p.texts),
    )


def _build_authority(
    authority: Authority,
    sources: SourceFolders,
    readings_dir: Path,
    codes: Mapping[str, DrugCodes],
    until: Until,
    extend: Callable[[Readings, str], Readings],
) -> GuidelineTables | None:
    """Import the guidelines of one authority; None if all are too recent."""
    readings = extend(_readings(authority, readings_dir, until), authority.name)
    every = source_rows(files_of(authority, sources), authority, readings.keys)
    rows = [
        row
        for row in every
        if until.knows(row.date) and all(until.has_gene(gene) for gene, _ in row.keys)
    ]
    if not rows:
        return None
    return build_authority(authority, rows, readings, codes, sources.editions())


def _readings(authority: Authority, folder: Path, until: Until) -> Readings:
    """Return the readings; drugs that wait for a later guideline are not pending yet."""
    readings = load_readings(folder, authority.name.lower())
    waiting = tuple(r for r in readings.pending if (authority.name, r["drug"]) not in until.drugs)
    return msgspec.structs.replace(readings, pending=waiting)


_CURATED_POPULATIONS = ("published_frequencies", "core_alleles")

_KNOWN_GAPS = "known_gaps"

_STATEMENT_SETS = "statement_sets"

# today's identifiers and structures: not in a release of an earlier month
_OF_TODAY = ("gene_codes", *STRUCTURE_TABLES)

_MONTH = re.compile(r"-\d{4}-\d{2}$")

_ALLELE_NAMES = "allele_names"


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

    ``folders`` hold source files; each overrides those before it. ``curated`` and ``readings`` of
    ``written`` (by default of ``folder``) and the adjacent counts are read, never changed.
    ``until`` (``YYYY-MM``) is the last month of the release: later rows and names are omitted.
    All tables are made before the first is replaced, so a failed build leaves the old release
    intact. ``reviews`` are readings of texts that ``readings`` lacks. Texts that remain
    unreviewed end the build, unless ``allow_unreviewed``: then they are included as they are,
    without an action of ours. ``with_texts`` stores the sources' own texts of all rows with the
    release.

    Raises
    ------
    InputError
        A source file is missing or unreadable.
    SnapshotSchemaError
        A source or curated table breaks the schema.
    UnreviewedError
        Texts are unreviewed, and that is not allowed.
    UsageError
        ``until`` is not a month.
    """
    sources = SourceFolders.of(folders)
    inputs = written or folder
    curated = inputs / "curated"
    changes = read_table(curated, CHANGES) if until else []
    # first of all: an invalid month ends the command at once
    limit = until_month(until, changes)
    read = build_guidelines(
        sources, inputs / "readings", limit, lambda own, name: with_reviews(own, reviews, name)
    )
    # before tables are made: the old release is still unchanged
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
    # an older release must not name later sources
    if until:
        tables["sources"] = named_sources(tables)
    return BuildReport(write_release(folder, release, tables), guidance.unread)


def _newer_sources(tables: Mapping[str, list[Row]]) -> list[Row]:
    """Return rows for sources of a later month than those in ``sources``.

    ``cpic-2027-01`` is described like ``cpic-2026-07``, under its own date.
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
    """Return the sources' own texts: of all rows, or of unreviewed ones."""
    open_ = {(item.authority, item.digest) for item in guidance.unread}
    rows = [
        {name: getattr(text, name) for name in TABLES[TEXTS]}
        for text in guidance.texts
        if with_all or (text.authority, text.digest) in open_
    ]
    return {TEXTS: rows} if rows else {}


def _taken_over(inputs: Path, variants: list[Row], until: Until) -> dict[str, list[Row]]:
    """Return tables without a source file: curated ones, and population counts."""
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
    """Return other names of alleles in the release; no table if there are none.

    They are today's names, so a release of an earlier month has none.
    """
    if until != EVERYTHING or not (curated / f"{_ALLELE_NAMES}.tsv").exists():
        return {}
    rows = other_names(read_table(curated, _ALLELE_NAMES), alleles)
    return {_ALLELE_NAMES: rows} if rows else {}


def _core(curated: Path, tables: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
    """Return causal variants, and their proxies, for alleles and positions in the release."""
    written = {
        name: read_table(curated, name)
        for name in CORE_TABLES
        if (curated / f"{name}.tsv").exists()
    }
    alleles = {(row["gene"], row["allele"]) for row in tables["alleles"]}
    positions = {(row["gene"], row["position_grch38"]) for row in tables["variants"]}
    return core_rows(written, alleles, positions)
