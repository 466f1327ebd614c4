"""Releases of guideline rows: JSON lines enter, one record per drug and lookup leaves."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from pgx.base.advice import ANY_KEY
from pgx.base.errors import SnapshotSchemaError

__all__ = ["AUTHORITY", "FLAGS", "Keys", "SourceRow", "source_id", "source_rows"]

AUTHORITY: Final = "CPIC"
FLAGS: Final = ("dosing_information", "alternate_drug", "other_guidance")

Keys = tuple[tuple[str, str], ...]


class SourceRow(msgspec.Struct, frozen=True, kw_only=True):
    """One lookup of one recommendation row of a release."""

    guideline_id: str
    drug: str
    population: str
    keys: Keys
    sentence: str
    implications: tuple[str, ...]
    classification: str
    flags: tuple[str, ...]
    pmids: tuple[str, ...]
    years: tuple[str, ...]
    source: str


def source_id(path: Path) -> str:
    """Return the name of a release, ``cpic-YYYY-MM``, from its file's name.

    Raises
    ------
    SnapshotSchemaError
        The name has no ``YYYY-MM``.
    """
    month = re.search(r"\d{4}-\d{2}", path.name)
    if month is None:
        raise SnapshotSchemaError("the file name has no release month", where=path.name)
    return f"{AUTHORITY.lower()}-{month[0]}"


def _key_lists(lookup: Mapping[str, str | list[str]], usual: Mapping[str, set[str]]) -> Keys:
    keys: list[tuple[str, str]] = []
    for gene, value in sorted(lookup.items()):
        given = [value] if isinstance(value, str) else value
        wanted = [k for k in given if k in usual.get(gene, set())] or given
        keys.extend((gene, key) for key in wanted or [ANY_KEY])
    return tuple(keys)


def _own_rows(path: Path) -> list[dict[str, Any]]:
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
        rows = [json.loads(line) for line in lines if line]
        return [row for row in rows if str(row["source"]).startswith(AUTHORITY)]
    except (ValueError, KeyError, TypeError) as error:
        raise SnapshotSchemaError("not JSON lines of guideline rows", where=path.name) from error


def _usual_keys(rows: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, set[str]]]:
    usual: dict[str, dict[str, set[str]]] = {}
    for row in rows:
        for lookup in row["lookup_keys"]:
            for gene, value in lookup.items():
                if isinstance(value, str):
                    usual.setdefault(row["guideline_id"], {}).setdefault(gene, set()).add(value)
    return usual


def source_rows(paths: Sequence[Path]) -> list[SourceRow]:
    """Read the releases, one row per drug and lookup; files in the order given.

    A row that lists several keys of one gene describes one person: only the keys that the
    guideline uses elsewhere are kept; a gene without a key means any result.
    """
    own = [(source_id(path), _own_rows(path)) for path in paths]
    usual = _usual_keys(row for _, rows in own for row in rows)
    found: list[SourceRow] = []
    for source, rows in own:
        for row in rows:
            for lookup in row["lookup_keys"]:
                keys = _key_lists(lookup, usual.get(row["guideline_id"], {}))
                found.extend(_source_row(row, drug, keys, source) for drug in row["drugs"])
    return found


def _source_row(row: Mapping[str, Any], drug: str, keys: Keys, source: str) -> SourceRow:
    grade = row["classification"] or ""
    return SourceRow(
        guideline_id=row["guideline_id"],
        drug=drug,
        population=row["population"] or "",
        keys=keys,
        sentence=row["text"] or "",
        implications=tuple(" ".join(i.split()) for i in row["implications"]),
        classification="" if grade == "N/A" else grade,
        flags=tuple(flag for flag in FLAGS if row[flag]),
        pmids=tuple(sorted({c["pmid"] for c in row["citations"]}, key=int, reverse=True)),
        years=tuple(str(y) for y in sorted({c["year"] for c in row["citations"]}, reverse=True)),
        source=source,
    )
