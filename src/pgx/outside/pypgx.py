"""PyPGx: ``results.zip`` (one gene, or several archives' folders in one), or its table alone."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

from pgx.base.errors import OutsideCallError
from pgx.outside.calls import OutsideCall, split_solutions, tool_call
from pgx.outside.file import OutsideFile, parse_rows

__all__ = ["is_pypgx_table", "read_pypgx_archive", "read_pypgx_table"]

_TOOL: Final = "PyPGx"
_DATA, _METADATA = "data.tsv", "metadata.txt"
_RESULTS: Final = frozenset({"SampleTable[Results]", "SampleTable[Genotypes]"})
_MAX_CELL: Final = 1_000_000  # a cell lists all variants of a sample
_SAMPLES: Final = ("", "sample", "samplename", "name")
_GENES: Final = ("gene", "symbol")


def is_pypgx_table(file: OutsideFile) -> bool:
    """Whether a text has the columns of PyPGx's results."""
    return {"genotype", "haplotype1", "haplotype2"} <= file.header


def read_pypgx_table(file: OutsideFile) -> list[OutsideCall]:
    """Return one call a line; the gene from a column, else from the file's name.

    Raises
    ------
    OutsideCallError
        The table cannot be read, or nothing tells the gene.
    """
    has_gene = not file.header.isdisjoint(_GENES)
    return _calls(file.text, file.name, "" if has_gene else file.gene_in_name())


def read_pypgx_archive(file: OutsideFile) -> list[OutsideCall]:
    """Return one call a line of every table of results.

    Raises
    ------
    OutsideCallError
        The archive cannot be read, or is none of PyPGx's results.
    """
    members = file.members()
    calls: list[OutsideCall] = []
    for path, data in members.items():
        if PurePosixPath(path).name != _DATA:
            continue
        beside = members.get(str(PurePosixPath(path).with_name(_METADATA)))
        metadata = _metadata(OutsideFile(file.name, beside or b"").text)
        if metadata.get("SemanticType") not in _RESULTS or not metadata.get("Gene"):
            continue
        calls += _calls(OutsideFile(file.name, data).text, file.name, metadata["Gene"])
    if not calls:
        raise OutsideCallError(
            "the archive has no table of results",
            where=file.name,
            remedy="give results.zip of pypgx run-ngs-pipeline",
        )
    return calls


def _metadata(text: str) -> dict[str, str]:
    pairs = (line.partition("=") for line in text.split("\n"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def _calls(text: str, name: str, gene: str) -> list[OutsideCall]:
    calls = []
    for number, row in parse_rows(text, name, ("genotype",), max_cell=_MAX_CELL):
        where = f"{name} line {number}"
        sample = next((row[c] for c in _SAMPLES if row.get(c)), "")
        own = gene or next((row[c] for c in _GENES if row.get(c)), "")
        if not sample or not own:
            raise OutsideCallError(
                "no sample, or no gene", where=where, remedy="fill in the line or remove it"
            )
        calls.append(tool_call(_TOOL, own, sample, split_solutions(row["genotype"]), where))
    return calls
