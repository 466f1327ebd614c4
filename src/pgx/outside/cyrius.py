"""Cyrius: a table of Sample, Genotype and Filter, or the JSON beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pgx.base.errors import OutsideCallError
from pgx.outside.calls import OutsideCall, Unanswered, split_solutions, tool_call
from pgx.outside.file import OutsideFile, parse_rows

__all__ = ["is_cyrius_json", "is_cyrius_table", "read_cyrius_json", "read_cyrius_table"]

_TOOL: Final = "Cyrius"
_TARGET: Final = "cyp2d6"  # the one target, named as in DRAGEN, which took the method over
_JSON_FIELDS: Final = frozenset({"Genotype", "Filter", "CNV_group"})
_PASSED: Final = "pass"
_SEVERAL: Final = "more_than_one_possible_genotype"
_UNASSIGNED: Final = "not_assigned_to_haplotypes"


def is_cyrius_table(file: OutsideFile) -> bool:
    """Whether a text is Cyrius's table: its three columns, and no gene."""
    return {"sample", "genotype", "filter"} <= file.header and "gene" not in file.header


def is_cyrius_json(file: OutsideFile) -> bool:
    """Whether a JSON file is Cyrius's: every entry is a sample with genotype and CNV group."""
    entries = list(file.tree.values()) if file.is_json else []
    return bool(entries) and all(isinstance(e, dict) and e.keys() >= _JSON_FIELDS for e in entries)


def read_cyrius_table(file: OutsideFile) -> list[OutsideCall]:
    """Return one call a sample.

    Raises
    ------
    OutsideCallError
        The table cannot be read, or a line has no sample.
    """
    rows = parse_rows(file.text, file.name, ("sample", "genotype", "filter"))
    return [
        _call(row["sample"], row["genotype"], row["filter"], f"{file.name} line {number}")
        for number, row in rows
    ]


def read_cyrius_json(file: OutsideFile) -> list[OutsideCall]:
    """Return one call a sample.

    Raises
    ------
    OutsideCallError
        A genotype or filter is neither a text nor null.
    """
    return list(_entries(file))


def _entries(file: OutsideFile) -> Iterator[OutsideCall]:
    for number, (sample, entry) in enumerate(file.tree.items(), 1):
        where = f"{file.name} entry {number}"
        genotype, passed = _text(entry["Genotype"], where), _text(entry["Filter"], where)
        yield _call(sample, genotype, passed, where)


def _text(value: object, where: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise OutsideCallError(
            "a genotype or filter is no text",
            where=where,
            remedy="let the tool write the file again",
        )
    return value


def _call(sample: str, genotype: str, passed: str, where: str) -> OutsideCall:
    if not sample:
        raise OutsideCallError("no sample", where=where, remedy="fill in the line or remove it")
    said = split_solutions(genotype)
    return tool_call(
        _TOOL, _TARGET.upper(), sample, said, where, _reason(said, passed.strip().casefold())
    )


def _reason(said: list[str], passed: str) -> str:
    if not said or said[0].casefold() == "none":
        return Unanswered.NO_RESULT.value
    if passed == _UNASSIGNED or any("/" not in text for text in said):
        return Unanswered.NOT_ASSIGNED.value
    expected = (_PASSED, _SEVERAL) if len(said) > 1 else (_PASSED,)
    return "" if passed in expected else Unanswered.NOT_PASSED.value
