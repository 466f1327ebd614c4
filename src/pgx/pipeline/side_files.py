"""Read the small text files beside the variants: sample table, untyped sites, outside calls."""

from __future__ import annotations

from pathlib import Path

from pgx.base.assemblies import canonical_contig
from pgx.base.errors import InputError, OutsideCallError
from pgx.base.texts import has_hidden
from pgx.pipeline.outside import OutsideCall
from pgx.pipeline.settings import SampleInfo

__all__ = ["read_outside_calls", "read_rows", "read_sample_info", "read_untyped"]

_MAX_BYTES = 64 * 2**20
_MAX_CELL = 1_000
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
        if path.stat().st_size > _MAX_BYTES:
            raise kind("the file is larger than 64 MiB", where=path.name)
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise kind(
            "the file is not UTF-8 text", where=path.name, remedy="save it as UTF-8"
        ) from error
    except OSError as error:
        raise InputError(
            "the file cannot be read", where=path.name, remedy="check path and permissions"
        ) from error
    lines = [(n, line) for n, line in enumerate(text.split("\n"), 1) if line.strip()]
    if not lines:
        raise kind("the file is empty", where=path.name)
    _refuse_hidden(lines, path.name, kind)
    header = [name.strip().lower().lstrip("#") for name in lines[0][1].split("\t")]
    lacking = [name for name in required if name not in header]
    if lacking:
        raise kind(
            f"column {lacking[0]} is missing",
            where=f"{path.name} line {lines[0][0]}",
            remedy=f"write a header line with {', '.join(required)}, separated by tabs",
        )
    if len(set(header)) < len(header):
        raise kind(
            "a column stands twice", where=f"{path.name} line {lines[0][0]}", remedy="keep one"
        )
    rows = []
    for number, line in lines[1:]:
        cells = [cell.strip() for cell in line.split("\t")]
        if len(cells) > len(header):
            raise kind(
                f"{len(cells)} columns, the header has {len(header)}",
                where=f"{path.name} line {number}",
                remedy="separate columns by single tabs",
            )
        if max(map(len, cells)) > _MAX_CELL:
            raise kind(
                f"a cell is longer than {_MAX_CELL} characters",
                where=f"{path.name} line {number}",
                remedy="correct the line or remove it",
            )
        cells += [""] * (len(header) - len(cells))
        rows.append((number, dict(zip(header, cells, strict=True))))
    return rows


def _refuse_hidden(lines: list[tuple[int, str]], name: str, kind: type[InputError]) -> None:
    """Refuse what nobody sees: other readers take some of it for the end of a line."""
    for number, line in lines:
        if has_hidden(line, "\t"):
            raise kind(
                "the line holds a character that cannot be seen",
                where=f"{name} line {number}",
                remedy="write the line again by hand",
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
    """Read calls of other tools: sample (optional), gene, diplotype, phenotype, activity_score.

    Raises
    ------
    OutsideCallError
        Missing columns, or a line without a gene or without any result.
    """
    calls = []
    for number, row in read_rows(path, ("gene",)):
        call = OutsideCall(
            sample=row.get("sample", ""),
            gene=row["gene"],
            diplotype=row.get("diplotype", ""),
            phenotype=row.get("phenotype", ""),
            activity_score=row.get("activity_score", ""),
            where=f"{path.name} line {number}",
        )
        if not call.gene or not (call.diplotype or call.phenotype or call.activity_score):
            raise OutsideCallError(
                "no gene, or neither diplotype, phenotype nor activity score",
                where=call.where,
                remedy="fill in the line or remove it",
            )
        calls.append(call)
    return calls
