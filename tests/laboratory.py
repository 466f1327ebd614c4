"""A laboratory's folder to change at will: a copy of the example's."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "local-rules"
GENE_VCF = ROOT / "examples" / "local.vcf"
TPMT_SITE = 18_130_800  # C, within a segment of the release, no defining position


def folder_in(path: Path) -> Path:
    """Return a copy of the example's folder."""
    return Path(shutil.copytree(EXAMPLE, path / "lab"))


def rows_of(folder: Path, table: str) -> list[dict[str, str]]:
    header, *lines = (folder / f"{table}.tsv").read_text(encoding="utf-8").splitlines()
    names = header.split("\t")
    return [dict(zip(names, line.split("\t"), strict=True)) for line in lines]


def write(folder: Path, table: str, rows: list[dict[str, str]]) -> None:
    """Write a table; columns that a row does not have are empty."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [names, *([row.get(name, "") for name in names] for row in rows)]
    text = "".join("\t".join(cells) + "\n" for cells in lines)
    (folder / f"{table}.tsv").write_text(text, encoding="utf-8")


def change(folder: Path, table: str, number: int, **cells: str) -> None:
    """Change cells of one row of a table."""
    rows = rows_of(folder, table)
    rows[number] |= cells
    write(folder, table, rows)


def add(folder: Path, table: str, **cells: str) -> None:
    """Add a row to a table."""
    write(folder, table, [*rows_of(folder, table), cells])


def drop(folder: Path, table: str, number: int) -> None:
    """Take a row out of a table."""
    rows = rows_of(folder, table)
    del rows[number]
    write(folder, table, rows)


def vcf(path: Path, *records: str, sample: str = "S1", contig: str = "chr20") -> Path:
    """Write a VCF on GRCh38 with genotypes only: ``"5000100 G A 0/1"`` a record."""
    lines = [
        "##fileformat=VCFv4.3",
        "##reference=GRCh38",
        '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
        f"##contig=<ID={contig},assembly=GRCh38>",
        "\t".join(
            ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", sample]
        ),
    ]
    for record in records:
        position, ref, alt, genotype = record.split()
        lines.append("\t".join([contig, position, ".", ref, alt, ".", "PASS", ".", "GT", genotype]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
