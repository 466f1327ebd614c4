"""pb-StarPhase: the JSON of ``--output-calls``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from pgx.base.errors import OutsideCallError
from pgx.outside.calls import OutsideCall, tool_call
from pgx.outside.file import OutsideFile

__all__ = ["is_starphase", "read_starphase"]

_TOOL: Final = "pb-StarPhase"
_HLA: Final = "HLA-"
_FIELDS: Final = re.compile(r"\d{2,3}:\d{2,4}(:\d+)*[A-Z]?", re.ASCII)


def is_starphase(file: OutsideFile) -> bool:
    """Whether a JSON file is StarPhase's."""
    return file.is_json and {"pbstarphase_version", "gene_details"} <= set(file.tree)


def read_starphase(file: OutsideFile) -> list[OutsideCall]:
    """Return one call a gene; the file names no sample.

    Raises
    ------
    OutsideCallError
        A gene's diplotypes are not of this form.
    """
    return list(_genes(file))


def _genes(file: OutsideFile) -> Iterator[OutsideCall]:
    genes = file.tree["gene_details"]
    if not isinstance(genes, dict):
        raise _refusal(f"{file.name} gene_details")
    for number, (gene, details) in enumerate(genes.items(), 1):
        where = f"{file.name} gene {number}"
        listed = details.get("diplotypes") if isinstance(details, dict) else None
        if not isinstance(listed, list):
            raise _refusal(where)
        yield tool_call(_TOOL, gene, "", [_diplotype(gene, d, where) for d in listed], where)


def _diplotype(gene: str, entry: object, where: str) -> str:
    named = entry if isinstance(entry, dict) else {}
    haplotypes = [s for s in (named.get("hap1"), named.get("hap2")) if isinstance(s, str)]
    if len(haplotypes) != 2:
        raise _refusal(where)
    if gene.startswith(_HLA):
        haplotypes = [f"*{s}" if _FIELDS.fullmatch(s) else s for s in haplotypes]
    return "/".join(haplotypes)


def _refusal(where: str) -> OutsideCallError:
    return OutsideCallError(
        "not diplotypes with hap1 and hap2", where=where, remedy="let the tool write the file again"
    )
