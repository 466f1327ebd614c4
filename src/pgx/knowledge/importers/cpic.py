"""CPIC's tables of definitions and results, as JSON arrays or CSV of its database's views."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from pgx.errors import InputError
from pgx.knowledge.importers.definitions import Result, fold_rules
from pgx.knowledge.importers.gene_documents import (
    BASES,
    CODES,
    Allele,
    check_alleles,
    gene_document,
    position,
)
from pgx.knowledge.importers.pharmcat_guidance import plain_text
from pgx.knowledge.importers.published import PublishedRelease
from pgx.knowledge.importers.source_files import (
    Skipped,
    SourceFile,
    document,
    gene_symbol,
    label,
    parse_json,
    prose,
    read_tables,
)
from pgx.knowledge.tables import Row

__all__ = [
    "Table",
    "cell_mapping",
    "cell_text",
    "cpic_releases",
    "definer",
    "index_by",
    "is_true",
]


_TRUE: Final = frozenset({"true", "t", "1", "yes"})
_NONE: Final = frozenset({"", "null", "None"})
_ABOUT: Final = {"source": "CPIC", "version": "", "chromosome": "", "refseq": ""}
"""Fields of a document that CPIC's tables lack; the release knows the chromosome."""

Table = list[dict[str, Any]]


def cell_text(value: object, where: str) -> str:
    """Return a cell as text: empty for null; a number in CPIC's own notation."""
    if value is None:
        return ""
    if isinstance(value, str):
        return "" if value.strip() in _NONE else prose(value, where)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float) and abs(value) < 1e12:
        return str(value)
    raise InputError("a cell is neither text nor a number", where=where)


def cell_mapping(value: object, where: str) -> dict[str, Any]:
    """Return a cell that holds a JSON object, which CSV stores as text."""
    if isinstance(value, str) and value.strip() not in _NONE:
        value = parse_json(value.encode("utf-8", "replace"), where, dict[str, Any])
    return document(value, where, dict[str, Any]) if isinstance(value, dict) else {}


def is_true(value: object) -> bool:
    """Whether a cell is true, as JSON or PostgreSQL's CSV writes it."""
    return value is True or (isinstance(value, str) and value.strip().casefold() in _TRUE)


def index_by(rows: Table, column: str, where: str) -> dict[str, dict[str, Any]]:
    """Return rows by the value of a column that is unique per row."""
    found = {cell_text(row[column], where): row for row in rows}
    if len(found) < len(rows):
        raise InputError(f"two rows have the same {column}", where=where)
    return found


def definer(tables: Mapping[str, Table]) -> Callable[[str, Table], dict[str, Any]]:
    """Return a function that makes a gene's document from its rows of ``allele_definition``."""
    cells: dict[str, list[tuple[str, str]]] = {}
    for row in tables["allele_location_value"]:
        where = "allele_location_value"
        cell = (cell_text(row["locationid"], where), cell_text(row["variantallele"], where))
        cells.setdefault(cell_text(row["alleledefinitionid"], where), []).append(cell)
    locations = index_by(tables["sequence_location"], "id", "sequence_location")

    def make(gene: str, rows: Table) -> dict[str, Any]:
        where = f"allele_definition, {gene}"
        alleles = []
        by_allele: list[dict[int, str]] = []
        used: dict[int, Mapping[str, Any]] = {}
        for row in rows:
            name = label(cell_text(row["name"], where), "an allele's name", where)
            own: dict[int, str] = {}
            for location, sequence in cells.get(cell_text(row["id"], where), []):
                if location not in locations:
                    raise InputError("a location is not in sequence_location", where=where)
                place = position(cell_text(locations[location]["position"], where), where)
                if place in own:
                    raise InputError(f"allele {name} has two cells at {place}", where=where)
                used[place] = locations[location]
                own[place] = _sequence(sequence, place, where)
            by_allele.append(own)
            alleles.append(
                Allele(
                    name=name,
                    identifier=cell_text(row.get("pharmvarid"), where),
                    reference=is_true(row["matchesreferencesequence"]),
                    structural=is_true(row["structuralvariation"]),
                )
            )
        return _document(gene, alleles, by_allele, used, where)

    return make


def _sequence(cell: str, place: int, where: str) -> str:
    """Return a cell of bases; CPIC's descriptions of insertions and deletions are refused.

    Without the allele its carriers would be called another one, so the whole gene is not used.
    """
    if not BASES.fullmatch(cell) and cell not in CODES:
        raise InputError(
            f"the cell at {place} is not a sequence of bases",
            where=where,
            remedy="take this gene's definitions from PharmCAT's or PharmVar's files",
        )
    return cell


def _document(
    gene: str,
    alleles: Sequence[Allele],
    cells: Sequence[Mapping[int, str]],
    used: Mapping[int, Mapping[str, Any]],
    where: str,
) -> dict[str, Any]:
    check_alleles(alleles, where)
    listed = list(zip(alleles, cells, strict=True))
    reference = next(own for allele, own in listed if allele.reference)
    lacking = sorted(set(used) - set(reference))
    if lacking:
        raise InputError(f"the reference has no sequence at {lacking[0]}", where=where)
    variants = [_variant(p, reference[p], cells, used[p], where) for p in sorted(used)]
    return gene_document(gene, _ABOUT, variants, listed)


def _variant(
    place: int,
    ref: str,
    cells: Sequence[Mapping[int, str]],
    location: Mapping[str, Any],
    where: str,
) -> dict[str, Any]:
    found = [own[place] for own in cells if place in own]
    alts = {base for cell in found for base in CODES.get(cell, (cell,))} - {ref}
    if ref in CODES or not alts:
        raise InputError(f"no reference, or no other sequence, at {place}", where=where)
    return {
        "position": place,
        "ref": ref,
        "alts": sorted(alts),
        "rsid": cell_text(location["dbsnpid"], where) or None,
        "hgvs_g": cell_text(location["chromosomelocation"], where) or None,
    }


_COLUMNS: Final = {
    "allele": ("genesymbol", "name", "clinicalfunctionalstatus", "activityvalue"),
    "allele_definition": (
        "id", "genesymbol", "name", "matchesreferencesequence", "structuralvariation",
    ),
    "allele_location_value": ("alleledefinitionid", "locationid", "variantallele"),
    "sequence_location": ("id", "genesymbol", "position", "dbsnpid", "chromosomelocation"),
    "gene_result": ("id", "genesymbol", "result", "activityscore"),
    "gene_result_diplotype": ("functionphenotypeid", "diplotype"),
    "gene_result_lookup": ("id", "phenotypeid", "lookupkey"),
    "recommendation": (
        "guidelineid", "drugid", "implications", "drugrecommendation", "classification",
        "lookupkey", "population", "version",
    ),
    "drug": ("drugid", "name"),
    "guideline": ("id", "name", "pharmgkbid"),
}  # fmt: skip
_TOGETHER: Final = (
    ("allele_definition", "allele_location_value", "sequence_location"),
    ("allele", "gene_result", "gene_result_diplotype"),
    ("recommendation", "drug", "guideline"),
)
"""Tables of which each set is used whole, or not at all."""
_ALONE: Final = frozenset({"allele"})
"""Tables that are also used without the others of their set."""
_UNUSED: Final = {
    "pair": "levels of evidence are read from cpic_levels_*.csv",
    "publication": "citations are those of the guideline's page",
    "gene": "the gene's properties are our own",
}
_FLAGS: Final = {
    "dosing_information": "dosinginformation",
    "alternate_drug": "alternatedrugavailable",
    "other_guidance": "otherprescribingguidance",
}


def cpic_releases(files: Sequence[SourceFile]) -> list[PublishedRelease]:
    """Read CPIC's tables; damaged tables, and those without their companions, are skipped."""
    tables, unread = read_tables(files, _COLUMNS, lambda table: _UNUSED.get(table, ""))
    # half of a set would define alleles without some of their variants
    for group in _TOGETHER:
        missing = [name for name in group if name not in tables]
        for name in group if missing else ():
            if name in tables and name not in _ALONE:
                unread.append(Skipped(name, "table", f"without {', '.join(missing)}"))
    definitions: dict[str, dict[str, Any]] = {}
    guidance: list[dict[str, Any]] = []
    functions: dict[str, list[Row]] = {}
    rules: dict[str, list[Row]] = {}
    if tables.keys() >= set(_TOGETHER[0]):
        definitions = _definitions(tables, unread)
    if "allele" in tables:
        _each(_by_gene(tables["allele"], unread), functions, unread, _functions)
    if tables.keys() >= set(_TOGETHER[1]):
        rules = _rules(tables, functions, unread)
    if tables.keys() >= set(_TOGETHER[2]):
        guidance = _guidance(tables, unread)
    return [
        PublishedRelease(
            source="cpic-tables",
            name="CPIC tables of alleles, phenotypes and recommendations",
            version="",
            date="",
            licence="CC0 1.0",
            url="https://cpicpgx.org",
            definitions=definitions,
            functions=functions,
            rules=rules,
            guidance=guidance,
            unread=unread,
        )
    ]


def _definitions(tables: Mapping[str, Table], unread: list[Skipped]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    try:
        define = definer(tables)
    except InputError as error:
        unread.append(Skipped("allele_definition", "table", error.line()))
    else:
        _each(_by_gene(tables["allele_definition"], unread), found, unread, define)
    return found


def _each(
    by_gene: Mapping[str, Table],
    into: dict[str, Any],
    unread: list[Skipped],
    read: Callable[[str, Table], Any],
) -> None:
    """Read a part of each gene; an unusable gene is skipped with the reason."""
    for gene, rows in sorted(by_gene.items()):
        try:
            into[gene] = read(gene, rows)
        except InputError as error:
            unread.append(Skipped("CPIC's tables", f"gene {gene}", error.line()))


def _by_gene(rows: Table, unread: list[Skipped]) -> dict[str, Table]:
    found: dict[str, Table] = {}
    for row in rows:
        try:
            found.setdefault(gene_symbol(row["genesymbol"], "genesymbol"), []).append(row)
        except InputError as error:
            unread.append(Skipped("CPIC's tables", "a row", error.line()))
    return found


def _functions(gene: str, rows: Table) -> list[Row]:
    """Return rows of functions; if alleles have activity values, these are the function."""
    where = f"allele, {gene}"
    found = []
    for row in rows:
        value = cell_text(row["activityvalue"], where)
        # lookup keys write `1.0` where this table has `1`
        value = f"{value}.0" if value.isdecimal() else value
        status = cell_text(row["clinicalfunctionalstatus"], where)
        name = label(cell_text(row["name"], where), "an allele's name", where)
        found.append({"allele": name, "function": value or status, "activity_value": value})
    if len({row["allele"] for row in found}) < len(found):
        raise InputError("an allele stands twice", where=where)
    return found


def _rules(
    tables: Mapping[str, Table], functions: Mapping[str, list[Row]], unread: list[Skipped]
) -> dict[str, list[Row]]:
    """Reduce the results of all diplotypes to rules for pairs of functions."""
    where = "gene_result_diplotype"
    try:
        results = index_by(tables["gene_result"], "id", "gene_result")
        lookups = index_by(tables.get("gene_result_lookup", []), "id", "gene_result_lookup")
        folded: dict[str, list[Result]] = {}
        known = {g: {row["allele"]: row["function"] for row in f} for g, f in functions.items()}
        for row in tables["gene_result_diplotype"]:
            identifier = cell_text(row["functionphenotypeid"], where)
            # without a table of lookups, diplotypes point at the result itself
            lookup = lookups.get(identifier, {"phenotypeid": identifier})
            result = results.get(cell_text(lookup["phenotypeid"], where))
            if result is None:
                raise InputError("a diplotype's result is not in gene_result", where=where)
            gene = gene_symbol(result["genesymbol"], where)
            pair = _pair(cell_text(row["diplotype"], where), known.get(gene, {}))
            folded.setdefault(gene, []).append((pair, _result(result, lookup, where)))
    except InputError as error:
        unread.append(Skipped(where, "rules", error.line()))
        return {}
    rules = {}
    for gene, diplotypes in sorted(folded.items()):
        rules[gene], passed = fold_rules(diplotypes, gene, where)
        unread += passed
    return rules


def _pair(diplotype: str, known: Mapping[str, str]) -> tuple[str, ...] | None:
    """Return the functions of two alleles separated by a slash; None if one is unknown.

    An allele's name may contain a slash, so every slash is tried.
    """
    cuts = [i for i, sign in enumerate(diplotype) if sign == "/"]
    ways = [(diplotype,), *((diplotype[:i], diplotype[i + 1 :]) for i in cuts)]
    for way in ways:
        if all(known.get(allele) for allele in way):
            return tuple(sorted(known[allele] for allele in way))
    return None


def _result(
    result: Mapping[str, Any], lookup: Mapping[str, Any], where: str
) -> tuple[str, str, str]:
    score = cell_text(result["activityscore"], where)
    phenotype = label(cell_text(result["result"], where), "a result", where)
    key = score or phenotype
    if "lookupkey" in lookup:
        keys = list(cell_mapping(lookup["lookupkey"], where).values())
        key = label(keys[0], "a lookup key", where) if keys else key
    return score, phenotype, key


def _guidance(tables: Mapping[str, Table], unread: list[Skipped]) -> list[dict[str, Any]]:
    try:
        drugs = index_by(tables["drug"], "drugid", "drug")
        guidelines = index_by(tables["guideline"], "id", "guideline")
    except InputError as error:
        unread.append(Skipped("recommendation", "table", error.line()))
        return []
    rows = []
    for number, row in enumerate(tables["recommendation"], 1):
        where = f"recommendation, row {number}"
        try:
            rows.append(_recommendation(row, drugs, guidelines, where))
        except InputError as error:
            unread.append(Skipped("recommendation", f"row {number}", error.line()))
    return rows


def _recommendation(
    row: Mapping[str, Any],
    drugs: Mapping[str, Mapping[str, Any]],
    guidelines: Mapping[str, Mapping[str, Any]],
    where: str,
) -> dict[str, Any]:
    drug = drugs.get(cell_text(row["drugid"], where))
    guideline = guidelines.get(cell_text(row["guidelineid"], where))
    if drug is None or guideline is None:
        raise InputError("its drug or guideline is not in the tables", where=where)
    keys = {
        gene_symbol(gene, where): label(key, "a lookup key", where)
        for gene, key in cell_mapping(row["lookupkey"], where).items()
    }
    if not keys:
        raise InputError("it has no lookup key", where=where)
    implied = cell_mapping(row["implications"], where)
    texts = {
        gene: prose(plain_text(cell_text(said, where)), where) for gene, said in implied.items()
    }
    return {
        "source": "CPIC",
        "guideline_id": _identifier(guideline, where),
        "guideline": cell_text(guideline["name"], where),
        "genes": sorted(keys),
        "drugs": [label(cell_text(drug["name"], where), "a drug's name", where)],
        "population": cell_text(row["population"], where),
        "classification": cell_text(row["classification"], where),
        "text": prose(plain_text(cell_text(row["drugrecommendation"], where)), where),
        "implications": [f"{gene}: {said}" for gene, said in sorted(texts.items()) if said],
        **{ours: is_true(row.get(theirs)) for ours, theirs in _FLAGS.items()},
        "lookup_keys": [keys],
        "citations": [],
        "version": cell_text(row["version"], where),
    }


def _identifier(guideline: Mapping[str, Any], where: str) -> str:
    """Return ClinPGx's identifier of a guideline, the first of several; else CPIC's own number."""
    value = guideline["pharmgkbid"]
    listed = value if isinstance(value, list) else re.findall(r"PA\d+", cell_text(value, where))
    known = [one for one in listed if isinstance(one, str) and re.fullmatch(r"PA\d+", one)]
    return known[0] if known else f"CPIC-{label(cell_text(guideline['id'], where), 'id', where)}"
