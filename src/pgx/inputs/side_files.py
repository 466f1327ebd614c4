"""Side files of the variants: sample table, untyped sites, outside calls, overrides."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from pgx.base.assemblies import canonical_contig
from pgx.base.files import read_whole
from pgx.base.texts import has_hidden, shape_problem
from pgx.errors import (
    InputError,
    OutsideCallError,
    OverrideFileError,
    SampleNotFoundError,
    UnknownDrugError,
    UnknownGeneError,
)
from pgx.inputs.release import named_drugs
from pgx.inputs.settings import SampleInfo
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.outside.calls import OutsideCall
from pgx.outside.file import MAX_BYTES, parse_rows
from pgx.outside.formats import read_calls
from pgx.records.calls import Override, iso_day

__all__ = [
    "check_overrides",
    "overrides_by_sample",
    "read_outside_calls",
    "read_overrides",
    "read_rows",
    "read_sample_info",
    "read_untyped",
]

_MAX_DIGITS = 10
_SEXES = {"male": "male", "m": "male", "female": "female", "f": "female"}


def read_rows(
    path: Path, required: tuple[str, ...], kind: type[InputError] = OutsideCallError
) -> list[tuple[int, dict[str, str]]]:
    """Return (line number, cells by column) of a tab-separated file with a header.

    Raises
    ------
    InputError
        The file cannot be read; of class ``kind`` if it can, but is not such a table.
    """
    try:
        # spreadsheets write a byte-order mark, which utf-8-sig removes
        text = read_whole(path, MAX_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise kind(
            "the file is not UTF-8 text", where=path.name, remedy="save it as UTF-8"
        ) from error
    except OSError as error:
        raise _unread(path, error, kind) from error
    return parse_rows(text, path.name, required, kind)


def _unread(path: Path, error: OSError, kind: type[InputError]) -> InputError:
    # raised by read_whole, which stops at the limit
    if error.errno == errno.EFBIG:
        return kind("the file is larger than 64 MiB", where=path.name)
    return InputError(
        "the file cannot be read", where=path.name, remedy="check path and permissions"
    )


def read_sample_info(path: Path) -> dict[str, SampleInfo]:
    """Read a sample table: sample, sex, population, superpopulation.

    Raises
    ------
    OutsideCallError
        No ``sample`` column, a sex that is neither male nor female, or a sample twice.
    """
    found: dict[str, SampleInfo] = {}
    for number, row in read_rows(path, ("sample",)):
        where = f"{path.name} line {number}"
        sex = row.get("sex", "").lower()
        if sex in ("", ".", "na", "unknown"):
            sex = ""
        elif sex not in _SEXES:
            raise OutsideCallError(
                "the sex is neither male nor female",
                where=where,
                remedy="use male, female or leave it empty",
            )
        if row["sample"] in found:
            raise OutsideCallError("this sample stands twice", where=where, remedy="keep one line")
        found[row["sample"]] = SampleInfo(
            sample=row["sample"],
            sex=_SEXES.get(sex, ""),
            population=row.get("population", ""),
            superpopulation=row.get("superpopulation", ""),
        )
    return found


def read_untyped(path: Path) -> frozenset[tuple[str, int]]:
    """Read positions that a call set could not type: contig, pos (1-based, input's assembly).

    Raises
    ------
    OutsideCallError
        Missing columns, an unknown contig, or a position that is not a number.
    """
    sites = set()
    for number, row in read_rows(path, ("contig", "pos")):
        contig = canonical_contig(row["contig"])
        pos = row["pos"]
        if contig is None or not (pos.isascii() and pos.isdigit() and len(pos) <= _MAX_DIGITS):
            raise OutsideCallError(
                "not a contig and a position",
                where=f"{path.name} line {number}",
                remedy="write e.g. chr19<tab>41006936",
            )
        sites.add((contig, int(pos)))
    return frozenset(sites)


def read_outside_calls(path: Path) -> list[OutsideCall]:
    """Read calls of other tools: their own files, or a table of ours.

    The table has the columns sample (optional), gene, diplotype, phenotype, activity_score. The
    tool is recognised by the content of its file (`pgx.outside.formats`).

    Raises
    ------
    InputError
        The file cannot be read; `OutsideCallError` if it can, but its format is unknown or
        broken, or a line of our table is invalid.
    """
    try:
        data = read_whole(path, MAX_BYTES)
    except OSError as error:
        raise _unread(path, error, OutsideCallError) from error
    return read_calls(path.name, data)


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

    A tab-separated file with a header, or (``.json``) a list of objects with these fields.

    Raises
    ------
    OverrideFileError
        Neither format, a missing value, both or neither of gene and drug, an invalid date, or a
        second line for one gene or drug of one sample.
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
        An override without sample, gene or drug, text, person, date or reason; two for one gene or
        drug of one sample; a name that matches several drugs of the knowledge base.
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
    """Return the one drug with this name; messages do not contain the name.

    Raises
    ------
    UnknownDrugError
        There is no guideline for it.
    OverrideFileError
        The name matches several drugs.
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
    overrides: Iterable[Override], samples: Sequence[str], refused: Sequence[InputError]
) -> dict[str, tuple[Override, ...]]:
    """Return overrides by sample: genes A–Z, then drugs A–Z.

    Raises
    ------
    SampleNotFoundError
        A sample is in no input, and no input that might contain it was refused.
    """
    found: dict[str, list[Override]] = {}
    for override in overrides:
        found.setdefault(override.sample, []).append(override)
    lacking = found.keys() - set(samples)
    if lacking and not refused:  # otherwise the refused input is reported
        raise SampleNotFoundError(
            f"{len(lacking)} of the samples with overrides are in no input that could be read",
            remedy="check column sample against the #CHROM line",
        )
    return {
        sample: tuple(sorted(own, key=lambda o: (not o.gene, o.subject.casefold())))
        for sample, own in found.items()
    }
