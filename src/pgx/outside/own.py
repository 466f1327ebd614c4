"""Our own table of outside calls: sample (optional), gene, diplotype, phenotype, activity_score."""

from __future__ import annotations

from pgx.base.errors import OutsideCallError
from pgx.outside.calls import OutsideCall
from pgx.outside.file import OutsideFile, parse_rows

__all__ = ["read_own"]


def read_own(file: OutsideFile) -> list[OutsideCall]:
    """Return one call a line; every line has to be right.

    Raises
    ------
    OutsideCallError
        Missing columns, or a line without a gene or without any result.
    """
    rows = parse_rows(file.text, file.name, ("gene",))
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
