"""Whether a code can be one of its system: LOINC's check digit, the form of the others."""

from __future__ import annotations

import re
from typing import Any

__all__ = ["check_digit", "coding_fault"]

_FORMS = {
    "http://www.genenames.org": re.compile(r"HGNC:[1-9]\d*"),
    "http://www.nlm.nih.gov/research/umls/rxnorm": re.compile(r"[1-9]\d{0,7}"),
    "http://www.whocc.no/atc": re.compile(r"[A-V](\d\d([A-Z]([A-Z](\d\d)?)?)?)?"),
    "https://www.clinpgx.org": re.compile(r"PA\d+"),
}
_LOINC = re.compile(r"(\d+)-(\d)")
_ANSWER = re.compile(r"L[AP]\d+-\d")


def check_digit(number: str) -> int:
    """Return LOINC's check digit (modulus 10) of a number.

    >>> check_digit("84413"), check_digit("51969")
    (4, 4)
    """
    doubled = str(int("".join(reversed(number))[::2]) * 2)
    total = sum(map(int, doubled)) + sum(map(int, "".join(reversed(number))[1::2]))
    return -total % 10


def coding_fault(coding: dict[str, Any]) -> str:
    """Return what is wrong with a code as such, empty if nothing can be seen."""
    system, code = coding.get("system", ""), coding.get("code", "")
    if not isinstance(system, str) or not isinstance(code, str):
        return ""
    if system == "http://loinc.org":
        found = _LOINC.fullmatch(code)
        right = found and check_digit(found[1]) == int(found[2])
        if not right and not _ANSWER.fullmatch(code):
            return f"{code!r} is no code of LOINC"
    form = _FORMS.get(system)
    if form and not form.fullmatch(code):
        return f"{code!r} is no code of {system}"
    return ""
