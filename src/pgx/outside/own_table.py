"""PGx's own table of outside calls, with a header or, as PharmCAT reads it, without one.

Every line has to be valid, because a person wrote the table and expects each line to count.
"""

from __future__ import annotations

import re
from typing import Final

from pgx.errors import OutsideCallError
from pgx.outside.calls import OutsideCall
from pgx.outside.file import OutsideFile, parse_rows
from pgx.outside.text_formats import is_gene

__all__ = ["is_bare_table", "read_bare_table", "read_table"]

_COLUMNS: Final = ("gene", "diplotype", "phenotype", "activity_score")
_SYMBOL: Final = re.compile(r"[A-Z][A-Z0-9-]{1,15}", re.ASCII)
_COMMENT: Final = "#"


def read_table(file: OutsideFile) -> list[OutsideCall]:
    """Return one call a line of PGx's own table.

    Columns: sample (optional), gene, diplotype, phenotype, activity_score.

    Raises
    ------
    OutsideCallError
        Missing columns, or a line without a gene or without any result.
    """
    rows = parse_rows(file.text, file.name, ("gene",))
    return [_call(row, f"{file.name} line {number}") for number, row in rows]


def is_bare_table(file: OutsideFile) -> bool:
    """Whether a text is a table of genes without a header: PharmCAT's outside calls.

    The first line has to begin with a known pharmacogene, so that no sample is taken for a gene.
    """
    rows = [cells for cells in file.cells if not cells[0].startswith(_COMMENT)]
    return bool(rows) and is_gene(rows[0][0]) and all(_is_bare(cells) for cells in rows)


def _is_bare(cells: list[str]) -> bool:
    return 2 <= len(cells) <= len(_COLUMNS) and _SYMBOL.fullmatch(cells[0]) is not None


def read_bare_table(file: OutsideFile) -> list[OutsideCall]:
    """Return one call a line: gene, diplotype, phenotype, activity score; ``#`` is a comment.

    A phenotype or score has to agree with its diplotype; PharmCAT gives it precedence.

    Raises
    ------
    OutsideCallError
        A line without any result, or with an invisible character.
    """
    kept = ("" if line.startswith(_COMMENT) else line for line in file.text.split("\n"))
    rows = parse_rows("\n".join(kept), file.name, ("gene",), header=_COLUMNS)
    return [_call(row, f"{file.name} line {number}") for number, row in rows]


def _call(row: dict[str, str], where: str) -> OutsideCall:
    call = OutsideCall(
        sample=row.get("sample", ""),
        gene=row["gene"],
        diplotype=row.get("diplotype", ""),
        phenotype=row.get("phenotype", ""),
        activity_score=row.get("activity_score", ""),
        where=where,
    )
    if not call.gene or not (call.diplotype or call.phenotype or call.activity_score):
        raise OutsideCallError(
            "no gene, or neither diplotype, phenotype nor activity score",
            where=where,
            remedy="fill in the line or remove it",
        )
    return call
