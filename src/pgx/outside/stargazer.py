"""Stargazer: ``genotype-calls.tsv`` (``genotype.txt`` of older versions)."""

from __future__ import annotations

from typing import Final

from pgx.base.errors import OutsideCallError
from pgx.outside.calls import OutsideCall, Unanswered, tool_call
from pgx.outside.file import OutsideFile, parse_rows

__all__ = ["is_stargazer", "read_stargazer"]

_TOOL: Final = "Stargazer"
_COLUMNS: Final = ("name", "hap1_main", "hap2_main")
_MAX_CELL: Final = 1_000_000  # a cell lists all variants of a haplotype
_GENOTYPED: Final = frozenset({"", "g", "genotyped"})


def is_stargazer(file: OutsideFile) -> bool:
    """Whether a text has Stargazer's columns."""
    return file.header >= set(_COLUMNS)


def read_stargazer(file: OutsideFile) -> list[OutsideCall]:
    """Return one call a line; the gene from a column, else from the file's name.

    Raises
    ------
    OutsideCallError
        The table cannot be read, a line has no sample, or nothing tells the gene.
    """
    gene = "" if "gene" in file.header else file.gene_in_name()
    rows = parse_rows(file.text, file.name, _COLUMNS, max_cell=_MAX_CELL)
    return [_call(row, gene, f"{file.name} line {number}") for number, row in rows]


def _call(row: dict[str, str], gene: str, where: str) -> OutsideCall:
    own = gene or row["gene"].upper()
    if not row["name"] or not own:
        raise OutsideCallError(
            "no sample, or no gene", where=where, remedy="fill in the line or remove it"
        )
    haplotypes = (row["hap1_main"], row["hap2_main"])
    genotyped = row.get("status", "").casefold() in _GENOTYPED
    lacking = not genotyped or any(haplotype in ("", ".") for haplotype in haplotypes)
    reason = Unanswered.NO_RESULT.value if lacking else ""
    return tool_call(_TOOL, own, row["name"], ["/".join(haplotypes)], where, reason)
