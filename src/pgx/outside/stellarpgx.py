"""StellarPGx: ``SAMPLE_GENE.alleles``, and the summary of several samples."""

from __future__ import annotations

import re
from typing import Final

from pgx.base.errors import OutsideCallError
from pgx.outside.calls import OutsideCall, Unanswered, split_solutions, tool_call
from pgx.outside.file import OutsideFile

__all__ = [
    "is_stellarpgx",
    "is_stellarpgx_summary",
    "read_stellarpgx",
    "read_stellarpgx_summary",
]

_TOOL: Final = "StellarPGx"
_TITLE: Final = re.compile(r"^(\S+) Star Allele Calling with StellarPGx", re.MULTILINE)
_FILE: Final = re.compile(r"(.+)_[^_.]+\.alleles", re.IGNORECASE)
_GENE: Final = re.compile(r"(CYP|HLA-|UGT|SLCO|NUDT|NAT|ABCG)[A-Z0-9]+", re.ASCII)
_RESULT: Final = "result:"
_NOVEL: Final = "novel allele"
_MARKS: Final = ("duplication present", "deletion (*5) present")


def is_stellarpgx(file: OutsideFile) -> bool:
    """Whether a text has StellarPGx's title."""
    return _TITLE.search(file.text[:2_000]) is not None


def read_stellarpgx(file: OutsideFile) -> list[OutsideCall]:
    """Return the call of the one gene; the sample is told by the file's name alone.

    Raises
    ------
    OutsideCallError
        No line says ``Result:``, or more than one.
    """
    title = _TITLE.search(file.text[:2_000])
    places = [i for i, (_, line) in enumerate(file.lines) if line.strip().casefold() == _RESULT]
    if title is None or len(places) != 1:
        raise OutsideCallError(
            f"{len(places)} lines say Result:, expected one",
            where=file.name,
            remedy="let the tool write the file again",
        )
    named = _FILE.fullmatch(file.name)
    below = file.lines[places[0] + 1 :]
    number, result = below[0] if below else (file.lines[-1][0], "")
    sample = named[1] if named else ""
    return [_call(title[1].upper(), sample, result, f"{file.name} line {number}")]


def is_stellarpgx_summary(file: OutsideFile) -> bool:
    """Whether every line has a sample and a result, and no line is a header."""
    lines = file.cells
    return bool(lines) and all(_is_summary(cells) for cells in lines)


def _is_summary(cells: list[str]) -> bool:
    if not 2 <= len(cells) <= 3 or not cells[0] or _GENE.fullmatch(cells[0]):
        return False  # a gene in front: a table of genes, of which the header is lacking
    return cells[1].lstrip("[").startswith("*") or _NOVEL in cells[1].casefold()


def read_stellarpgx_summary(file: OutsideFile) -> list[OutsideCall]:
    """Return one call a sample; the gene is told by the file's name.

    Raises
    ------
    OutsideCallError
        The file's name tells no gene.
    """
    gene = file.gene_in_name()
    return [
        _call(gene, cells[0], "\t".join(cells[1:]), f"{file.name} line {number}")
        for (number, _), cells in zip(file.lines, file.cells, strict=True)
    ]


def _call(gene: str, sample: str, result: str, where: str) -> OutsideCall:
    text = result.casefold()
    reason = ""
    if _NOVEL in text or "[" in text:  # in brackets stands what the novel allele resembles
        reason = Unanswered.NOVEL.value
    elif any(mark in text for mark in _MARKS):
        reason = Unanswered.NOT_ASSIGNED.value
    elif "*" not in text:
        reason = Unanswered.NO_RESULT.value
    return tool_call(_TOOL, gene, sample, split_solutions(result), where, reason)
