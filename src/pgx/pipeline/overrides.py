"""What a laboratory says instead of a call or an advice: read, checked, and set beside both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import msgspec

from pgx.base.decoding import shape_problem
from pgx.base.errors import (
    InputError,
    OverrideFileError,
    SampleNotFoundError,
    UnknownDrugError,
    UnknownGeneError,
)
from pgx.base.local import Override, iso_day
from pgx.base.texts import has_hidden
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.pipeline.drugs import named_drugs
from pgx.pipeline.read import Observations
from pgx.pipeline.side_files import read_rows

__all__ = ["check_overrides", "overrides_by_sample", "read_overrides"]

_NEEDED: Final = ("sample", "says", "by", "date", "reason")
_COLUMNS: Final = (*_NEEDED, "gene", "drug")
_MAX_BYTES: Final = 16 * 2**20
_MAX_TEXT: Final = 1_000
_REMEDY: Final = "see docs/how-to/local-rules.md"


class _Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One override of a JSON file."""

    sample: str = ""
    gene: str = ""
    drug: str = ""
    says: str = ""
    by: str = ""
    date: str = ""
    reason: str = ""


def read_overrides(path: Path) -> list[Override]:
    """Read overrides: ``sample``, ``gene`` or ``drug``, ``says``, ``by``, ``date``, ``reason``.

    A tab-separated file with a header, or (``.json``) a list of objects with these names.

    Raises
    ------
    OverrideFileError
        Neither form, something is missing, both or neither of gene and drug, no day, or a
        second line on one gene or drug of one sample.
    """
    rows = _json_rows(path) if path.suffix.casefold() == ".json" else _tsv_rows(path)
    found: dict[tuple[str, str, str], Override] = {}
    for where, row in rows:
        override = _override(row, where)
        place = (override.sample, override.gene, override.drug.casefold())
        if place in found:
            raise OverrideFileError(
                "a second override of this gene or drug for this sample",
                where=where,
                remedy="keep one",
            )
        found[place] = override
    return list(found.values())


def _tsv_rows(path: Path) -> list[tuple[str, Mapping[str, str]]]:
    rows = read_rows(path, _NEEDED, OverrideFileError)
    for number, row in rows:
        strange = [n for n, name in enumerate(row, 1) if name not in _COLUMNS]
        if strange:
            raise OverrideFileError(
                f"column {strange[0]} is unknown; known are {', '.join(_COLUMNS)}",
                where=f"{path.name} line {number}",
                remedy=_REMEDY,
            )
    return [(f"{path.name} line {number}", row) for number, row in rows]


def _json_rows(path: Path) -> list[tuple[str, Mapping[str, str]]]:
    try:
        with path.open("rb") as handle:
            data = handle.read(_MAX_BYTES + 1)
    except OSError as error:
        raise InputError(
            "the file cannot be read", where=path.name, remedy="check path and permissions"
        ) from error
    if len(data) > _MAX_BYTES:
        raise OverrideFileError("larger than 16 MiB", where=path.name, remedy=_REMEDY)
    try:
        lines = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"), type=list[_Line])
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise OverrideFileError(
            f"no JSON list of overrides: {shape_problem(error, list[_Line])}",
            where=path.name,
            remedy=_REMEDY,
        ) from error
    return [
        (f"{path.name} entry {number}", {k: v.strip() for k, v in msgspec.to_builtins(x).items()})
        for number, x in enumerate(lines, 1)
    ]


def _override(row: Mapping[str, str], where: str) -> Override:
    """Return a line as a record.

    Raises
    ------
    OverrideFileError
        See `read_overrides`.
    """
    gene, drug = row.get("gene", ""), row.get("drug", "")
    lacking = [name for name in _NEEDED if not row[name]]
    problem = ""
    if lacking:
        problem = f"no {lacking[0]}"
    elif bool(gene) == bool(drug):
        problem = "name a gene or a drug, one of them"
    elif iso_day(row["date"]) is None:
        problem = "date is no day like 2025-10-01"
    elif any(len(text) > _MAX_TEXT or has_hidden(text) for text in row.values()):
        problem = f"a value holds over {_MAX_TEXT} characters, or one that cannot be seen"
    if problem:
        raise OverrideFileError(problem, where=where, remedy=_REMEDY)
    return Override(gene=gene, drug=drug, **{name: row[name] for name in _NEEDED})


def check_overrides(overrides: Iterable[Override], knowledge: KnowledgeBase) -> list[Override]:
    """Return overrides with drugs as the knowledge base writes them.

    Raises
    ------
    UnknownGeneError, UnknownDrugError
        A gene or drug that the knowledge base does not have.
    OverrideFileError
        An override without sample, gene or drug, text, person, day or reason; two of one gene or
        drug for one sample; a drug that is several of the knowledge base's.
    """
    found = []
    for number, given in enumerate(overrides, 1):
        where = f"override {number}"
        override = _override(msgspec.to_builtins(given), where)
        if override.gene and override.gene not in knowledge.genes:
            raise UnknownGeneError(
                "its gene is not in the knowledge base",
                where=where,
                remedy="see `pgx kb genes` for the list",
            )
        drug = _drug_meant(override.drug, knowledge, where) if override.drug else ""
        found.append(msgspec.structs.replace(override, drug=drug))
    if len({(o.sample, o.gene, o.drug) for o in found}) < len(found):
        raise OverrideFileError(
            "two overrides of one gene or drug for one sample", where="overrides", remedy="keep one"
        )
    return found


def _drug_meant(word: str, knowledge: KnowledgeBase, where: str) -> str:
    """Return the one drug that a word means; messages do not hold the word.

    Raises
    ------
    UnknownDrugError
        There is no guidance on it.
    OverrideFileError
        It means several drugs.
    """
    try:
        meant = named_drugs(knowledge, [word])
    except UnknownDrugError as error:
        raise UnknownDrugError(
            "no guidance on its drug", where=where, remedy=error.remedy
        ) from error
    if len(meant) > 1:
        raise OverrideFileError(
            f"its drug is several: {', '.join(meant)}", where=where, remedy="write a line for each"
        )
    return meant[0]


def overrides_by_sample(
    overrides: Iterable[Override], observed: Observations
) -> dict[str, tuple[Override, ...]]:
    """Return overrides by sample: genes A–Z, then drugs A–Z.

    Raises
    ------
    SampleNotFoundError
        A sample that no input has, and no input was refused that might have it.
    """
    found: dict[str, list[Override]] = {}
    for override in overrides:
        found.setdefault(override.sample, []).append(override)
    lacking = found.keys() - set(observed.samples)
    if lacking and not observed.refused:  # else the refusal says why
        raise SampleNotFoundError(
            f"{len(lacking)} of the samples with overrides are in no input that could be read",
            remedy="check column sample against the #CHROM line",
        )
    return {
        sample: tuple(sorted(own, key=lambda o: (not o.gene, o.subject.casefold())))
        for sample, own in found.items()
    }
