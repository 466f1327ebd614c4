"""Whether codes of medicines and conditions are well-formed."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from typing import Final

from pgx.base.findings import FaultCode, Finding
from pgx.base.genes import GeneCode

__all__ = ["ATC", "CONDITION_SYSTEMS", "RXNORM", "code_faults", "gene_code_faults"]

RXNORM: Final = re.compile(r"[1-9]\d{0,7}")
ATC: Final = re.compile(r"[A-V]\d\d[A-Z]{2}\d\d")
CONDITION_SYSTEMS: Final = {
    "ICD-10": re.compile(r"[A-Z]\d\d(\.[0-9A-Z]{1,4})?"),
    "SNOMED": re.compile(r"[1-9]\d{5,17}"),
    "name": re.compile(r"[^A-Z\s][^A-Z]*"),
}


_GENE_CODES: Final = {
    "HGNC": re.compile(r"HGNC:[1-9]\d{0,5}"),
    "REFSEQ": re.compile(r"NC_\d{6}\.\d{1,2}"),
}


def gene_code_faults(codes: Iterable[GeneCode], genes: Container[str]) -> Iterator[Finding]:
    """Yield identifiers of genes that are none, of no gene, or stand twice."""
    seen: set[tuple[str, str]] = set()
    owner: dict[str, str] = {}
    for code in codes:
        pattern, what = _GENE_CODES.get(code.system), ""
        if pattern is None or not pattern.fullmatch(code.code):
            what = f"{code.code!r} is no code of {code.system!r}"
        elif code.gene not in genes:
            what = f"there is no gene {code.gene!r}"
        elif (code.gene, code.system) in seen:
            what = f"a second code of {code.system}"
        elif code.system == "HGNC" and owner.setdefault(code.code, code.gene) != code.gene:
            what = f"{code.code} is {owner[code.code]}'s"
        seen.add((code.gene, code.system))
        if what:
            yield Finding(code=FaultCode.TERM, table="gene_codes", where=code.gene, what=what)


def code_faults(table: str, where: str, rxnorm: str, atc: Iterable[str]) -> Iterator[Finding]:
    """Yield codes that are no RxNorm concept number or no ATC code of a substance."""
    if rxnorm and not RXNORM.fullmatch(rxnorm):
        what = f"{rxnorm!r} is no RxNorm number"
        yield Finding(code=FaultCode.TERM, table=table, where=where, what=what)
    for code in atc:
        if not ATC.fullmatch(code):
            what = f"{code!r} is no ATC code of a substance"
            yield Finding(code=FaultCode.TERM, table=table, where=where, what=what)
