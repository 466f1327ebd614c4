"""Read the small text files beside the variants: sample table, untyped sites, outside calls."""

from __future__ import annotations

import errno
from pathlib import Path

from pgx.base.assemblies import canonical_contig
from pgx.base.errors import InputError, OutsideCallError
from pgx.base.files import read_whole
from pgx.outside.calls import OutsideCall
from pgx.outside.file import MAX_BYTES, parse_rows
from pgx.outside.formats import read_calls
from pgx.pipeline.settings import SampleInfo

__all__ = ["read_outside_calls", "read_rows", "read_sample_info", "read_untyped"]

_MAX_DIGITS = 10
_SEXES = {"male": "male", "m": "male", "female": "female", "f": "female"}


def read_rows(
    path: Path, required: tuple[str, ...], kind: type[InputError] = OutsideCallError
) -> list[tuple[int, dict[str, str]]]:
    """Return (line number, cells by column) of a tab-separated file with a header.

    Raises
    ------
    InputError
        The file cannot be read; of ``kind`` where it can, and is no such table.
    """
    try:
        text = read_whole(path, MAX_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise kind(
            "the file is not UTF-8 text", where=path.name, remedy="save it as UTF-8"
        ) from error
    except OSError as error:
        raise _unread(path, error, kind) from error
    return parse_rows(text, path.name, required, kind)


def _unread(path: Path, error: OSError, kind: type[InputError]) -> InputError:
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
        Missing columns, an unknown contig, or a position that is no number.
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

    The table has the columns sample (optional), gene, diplotype, phenotype, activity_score. Which
    tool wrote a file is told by what is in it (`pgx.outside.formats`).

    Raises
    ------
    InputError
        The file cannot be read; `OutsideCallError` where it can, and is of no known format,
        broken, or a line of our table is wrong.
    """
    try:
        data = read_whole(path, MAX_BYTES)
    except OSError as error:
        raise _unread(path, error, OutsideCallError) from error
    return read_calls(path.name, data)
