"""Whether a text can be a code of a classification, so that it is no name or number of a person."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["is_icd10_code", "is_snomed_concept"]

_ICD10 = re.compile(r"[A-Z][0-9][0-9AB](\.[0-9X]{1,3}[0-9A-Z]?)?")
_CONCEPT = re.compile(r"[1-9][0-9]{2,14}[01]0[0-9]")
# Verhoeff's check: the dihedral group of order 10, and the powers of a permutation.
_TIMES: Final = (
    "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
    "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
)  # fmt: skip
_POWERS: Final = (
    "0123456789", "1576283094", "5803796142", "8916043527", "9453126870", "4286573901",
    "2793806415", "7046913258",
)  # fmt: skip


def is_icd10_code(text: str) -> bool:
    """Whether a text has the form of an ICD-10 or ICD-10-CM code.

    >>> is_icd10_code("I21.4"), is_icd10_code("Smith"), is_icd10_code("A00.JOHN")
    (True, False, False)
    """
    return _ICD10.fullmatch(text) is not None


def is_snomed_concept(text: str) -> bool:
    """Whether a text is an identifier of a SNOMED CT concept: its form and its check digit.

    >>> is_snomed_concept("22298006"), is_snomed_concept("22298007")
    (True, False)
    """
    if not _CONCEPT.fullmatch(text):
        return False
    check = 0
    for place, digit in enumerate(reversed(text)):
        check = int(_TIMES[check][int(_POWERS[place % 8][int(digit)])])
    return check == 0
