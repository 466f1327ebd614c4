"""Definitions from CPIC's tables of alleles and locations, and the cells of such tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from pgx.base.errors import InputError
from pgx.knowledge.importers.published_files import document, label, parse_json, prose
from pgx.knowledge.importers.published_sites import BASES, CODES, Allele, position

__all__ = ["Table", "cell_mapping", "cell_text", "definer", "index_by", "is_true"]

_TRUE: Final = frozenset({"true", "t", "1", "yes"})
_NONE: Final = frozenset({"", "null", "None"})

Table = list[dict[str, Any]]


def cell_text(value: object, where: str) -> str:
    """Return a cell as text: empty for null; a number as CPIC's own texts write it."""
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
    """Return a cell that holds a JSON object, in CSV as its text."""
    if isinstance(value, str) and value.strip() not in _NONE:
        value = parse_json(value.encode("utf-8", "replace"), where, dict[str, Any])
    return document(value, where, dict[str, Any]) if isinstance(value, dict) else {}


def is_true(value: object) -> bool:
    """Whether a cell is true, as JSON or PostgreSQL's CSV writes it."""
    return value is True or (isinstance(value, str) and value.strip().casefold() in _TRUE)


def index_by(rows: Table, column: str, where: str) -> dict[str, dict[str, Any]]:
    """Return rows by the text in a column that names each row once."""
    found = {cell_text(row[column], where): row for row in rows}
    if len(found) < len(rows):
        raise InputError(f"two rows have the same {column}", where=where)
    return found


def definer(tables: Mapping[str, Table]) -> Callable[[str, Table], dict[str, Any]]:
    """Return what makes a gene's document from its rows of ``allele_definition``."""
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
    """Return a cell of bases; CPIC's own words for insertions and deletions are refused.

    Without the allele its carriers would be called another one, so the gene is not used.
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
    references = [own for allele, own in zip(alleles, cells, strict=True) if allele.reference]
    if len(references) != 1:
        raise InputError("not exactly one allele is the reference sequence", where=where)
    (reference,) = references
    lacking = sorted(set(used) - set(reference))
    if lacking:
        raise InputError(f"the reference has no sequence at {lacking[0]}", where=where)
    if len({allele.name for allele in alleles}) < len(alleles):
        raise InputError("an allele stands twice", where=where)
    return {
        "gene": gene,
        "source": "CPIC",
        "version": "",
        "build": "GRCh38",
        "chromosome": "",
        "refseq": "",
        "variants": [_variant(p, reference[p], cells, used[p], where) for p in sorted(used)],
        "alleles": [
            {
                "name": allele.name,
                "id": allele.identifier or None,
                "reference": allele.reference,
                "structural": allele.structural,
                "core_positions": [] if allele.reference else sorted(own),
                "defining": {str(place): own[place] for place in sorted(own)},
            }
            for allele, own in zip(alleles, cells, strict=True)
        ],
    }


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
