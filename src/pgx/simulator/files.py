"""Files at the edge of the simulator: tables of diplotypes in, a VCF out."""

from __future__ import annotations

import gzip
import os
import tempfile
from pathlib import Path
from typing import Final

import msgspec

from pgx.base.files import read_whole
from pgx.errors import OutputError, UsageError
from pgx.simulator.haplotypes import parse_diplotype
from pgx.simulator.settings import Sex

__all__ = ["COLUMNS", "SampleTable", "parse_samples", "read_samples", "write_vcf"]

_MAX_BYTES: Final = 1 << 26
COLUMNS = ("sample", "gene", "diplotype")


class SampleTable(msgspec.Struct, frozen=True, kw_only=True):
    """Samples in file order with their diplotypes, and the sex of those that state one."""

    samples: dict[str, dict[str, tuple[str, ...]]]
    sex_of: dict[str, Sex]


def read_samples(path: Path) -> SampleTable:
    """Read a table of diplotypes; see `parse_samples`.

    Raises
    ------
    UsageError
        The file cannot be read, or a line cannot be used.
    """
    try:
        return parse_samples(read_whole(path, _MAX_BYTES).decode("utf-8"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("the table of diplotypes cannot be read", where=path.name) from error


def parse_samples(text: str, where: str = "table") -> SampleTable:
    """Parse tab-separated lines ``sample gene diplotype`` below a header.

    Lines that start with ``#`` are comments. The gene ``sex`` gives the sample's sex
    (``male`` or ``female``) instead of a diplotype.

    Raises
    ------
    UsageError
        Wrong columns, a gene twice in one sample, or an unknown sex.
    """
    lines = [(n, line) for n, line in enumerate(text.splitlines(), 1) if not _is_empty(line)]
    if not lines or tuple(lines[0][1].split("\t")) != COLUMNS:
        raise UsageError(
            "a table of diplotypes needs the header sample, gene, diplotype (tab-separated)",
            where=where,
        )
    table = SampleTable(samples={}, sex_of={})
    for number, line in lines[1:]:
        _add(table, line.split("\t"), f"{where} line {number}")
    return table


def _is_empty(line: str) -> bool:
    return not line.strip() or line.startswith("#")


def _add(table: SampleTable, cells: list[str], where: str) -> None:
    if len(cells) != len(COLUMNS):
        raise UsageError(f"{len(cells)} columns, expected {len(COLUMNS)}", where=where)
    sample, gene, value = cells
    diplotypes = table.samples.setdefault(sample, {})
    if gene in diplotypes or (gene == "sex" and sample in table.sex_of):
        raise UsageError(f"{gene} is given twice for one sample", where=where)
    if gene != "sex":
        diplotypes[gene] = parse_diplotype(value)
    elif value in set(Sex):
        table.sex_of[sample] = Sex(value)
    else:
        raise UsageError(f"unknown sex {value!r}", where=where, remedy="write male or female")


def write_vcf(path: Path, text: str) -> None:
    """Write a file's text, gzip-compressed where the name ends in ``.gz``; whole or not at all.

    Raises
    ------
    OutputError
        The folder is absent, not writable or full.
    """
    data = text.encode("utf-8")
    if path.suffix == ".gz":
        data = gzip.compress(data, mtime=0)
    temporary: Path | None = None
    try:
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as handle:
            temporary = Path(handle.name)
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
        temporary.chmod(0o666 & ~_umask())
        os.replace(temporary, path)  # noqa: PTH105 (one atomic step is the point)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise OutputError(
            f"cannot write: {error.strerror}", where=str(path), remedy="check folder and disk"
        ) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
