"""Whether codes of medicines and conditions are well-formed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from pgx.base.findings import FaultCode, Finding

__all__ = ["ATC", "CONDITION_SYSTEMS", "RXNORM", "code_faults"]

RXNORM: Final = re.compile(r"[1-9]\d{0,7}")
ATC: Final = re.compile(r"[A-V]\d\d[A-Z]{2}\d\d")
CONDITION_SYSTEMS: Final = {
    "ICD-10": re.compile(r"[A-Z]\d\d(\.[0-9A-Z]{1,4})?"),
    "SNOMED": re.compile(r"[1-9]\d{5,17}"),
    "name": re.compile(r"[^A-Z\s][^A-Z]*"),
}


def code_faults(table: str, where: str, rxnorm: str, atc: Iterable[str]) -> Iterator[Finding]:
    """Yield codes that are no RxNorm concept number or no ATC code of a substance."""
    if rxnorm and not RXNORM.fullmatch(rxnorm):
        what = f"{rxnorm!r} is no RxNorm number"
        yield Finding(code=FaultCode.TERM, table=table, where=where, what=what)
    for code in atc:
        if not ATC.fullmatch(code):
            what = f"{code!r} is no ATC code of a substance"
            yield Finding(code=FaultCode.TERM, table=table, where=where, what=what)
