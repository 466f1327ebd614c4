"""Hold answered positions against the text of a file, by a reader of another kind.

Lines are split, nothing more: a position that a result answers must lie under a record that
passed its filters and has a called genotype of that sample.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from pgx.base.assemblies import Assembly, canonical_contig
from validation.bad_input_run import Run, plain_text
from validation.data import genes

__all__ = ["unsupported_sites"]

REPEAT: Final = 60
"""Bases around an indel's position within which its record may stand."""

Span = tuple[int, int]


def unsupported_sites(path: Path, run: Run) -> list[str]:
    """Return answered positions that no record of the file supports, as lines to print."""
    text = plain_text(path) if run.results else None
    if text is None:
        return []
    found = []
    for result in run.results:
        spans = called_spans(text, result["sample"])
        for gene, site, position in answered(result):
            slack = REPEAT if any(len(a) != 1 for a in (site["ref"], *site["alleles"])) else 0
            if not any(a - slack <= position <= b + slack for a, b in spans.get(gene[1], ())):
                found.append(f"{path.name}, {gene[0]}, {site['position']}")
    return found


def answered(result: dict[str, Any]) -> Iterator[tuple[tuple[str, str], dict[str, Any], int]]:
    """Yield (gene, contig), site and position on the input's assembly of what is known."""
    is_38 = result["provenance"]["assembly"] == Assembly.GRCH38.value
    for call in result["calls"]:
        gene = genes().get(call["gene"])
        if gene is None:
            continue
        for variant, site in zip(gene.variants, call["sites"], strict=True):
            if any(allele != "." for allele in site["alleles"]):
                assembly = Assembly.GRCH38 if is_38 else Assembly.GRCH37
                yield (gene.gene, gene.contig), site, gene.position_on(variant, assembly)


def called_spans(text: str, sample: str) -> dict[str, list[Span]]:
    """Return first and last base of each record with a called genotype, by contig."""
    spans: dict[str, list[Span]] = {}
    column = -1
    for line in text.replace("\r\n", "\n").split("\n"):
        columns = line.split("\t")
        if line.startswith("#CHROM"):
            column = columns.index(sample)
        elif line and not line.startswith("#") and columns[6] in ("PASS", "."):
            contig = canonical_contig(columns[0])
            if contig and re.match(r"[^:]*\d", columns[column]):
                start = int(columns[1])
                ends = re.findall(r"(?:^|;)END=(\d+)", columns[7])
                end = max([start + len(columns[3]) - 1, *map(int, ends)])
                spans.setdefault(contig, []).append((start, end))
    return spans
