"""Why an outcome is right although a suite's own expectation is another.

Suites test a whole specification. This package reads of it what a genotype at a defining
position rests on: a defect elsewhere can be accepted if nothing is said on its account.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from validation.bad_input_run import plain_text

__all__ = ["ACCEPTED_THOUGH", "REFUSED_THOUGH", "cause_of", "reason_for"]

_CAUSE = re.compile(r"^##CauseOfFailure=(.*?)\s*$", re.MULTILINE)

ACCEPTED_THOUGH: Final[Mapping[str, str]] = {
    r"^INFO |^invalid info|SVCLAIM|\bRN\b|RUC|CICN|invalid SV": (
        "INFO: nothing of it is read but END and SVLEN, by rules of their own; a symbolic"
        " allele near a gene leaves it open, whatever INFO adds"
    ),
    r"^cardinality in PL": "PL or GL of a wrong length: read as absent",
    r"^Sample field does not match": "FORMAT keys that are not read (DS, AL): skipped",
    r"^FORMAT (starts with|contains an illegal)": "a FORMAT key that is not read: skipped",
    r"^FILTER ": "FILTER is neither PASS nor `.`: the record's genotypes are unknown",
    r"^(ALT|REF) has a non-valid base": "IUPAC code in REF or ALT: the genotypes are unknown",
    r"non-contiguous|non-sorted": "order of the records: nothing relies on it",
    r"duplicated variant|triplicated variant": (
        "one variant in several records: merged by allele and haplotype, a contradiction is unknown"
    ),
    r"^ID ": "ID is not read",
    r"^QUAL is a negative": "QUAL never decides",
}
"""Pattern of the cause that a file of a suite names → why accepting it says nothing wrong."""

REFUSED_THOUGH: Final[Mapping[str, str]] = {
    r"PGX-VCF-055": "a genotype `0|1` of a record without ALT: which allele it has is unknown",
    r"PGX-VCF-049": "END lies before POS: what the record covers is unknown",
    r"PGX-VCF-031": "a blank line: a line was lost; other readers crash on it",
    r"PGX-VCF-047": "ALT equals REF: `1` would mean the reference",
}
"""Code of the refusal → why the file is not accepted all the same."""


def cause_of(path: Path) -> str:
    """Return the cause of failure that a file of a suite names, else its base name."""
    text = plain_text(path) or ""
    found = _CAUSE.search(text)
    return found[1] if found else path.name


def reason_for(cause: str, reasons: Mapping[str, str]) -> str | None:
    """Return the reason whose pattern is found in a cause, None if there is none.

    >>> reason_for("ID ends with a semi-colon", ACCEPTED_THOUGH)
    'ID is not read'
    """
    return next((why for pattern, why in reasons.items() if re.search(pattern, cause)), None)
