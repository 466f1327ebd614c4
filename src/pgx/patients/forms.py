"""Whether a medicine stays where it is applied: on skin, eye or ear.

What hardly reaches the blood does not act on the liver's enzymes. Where a name says both (a
tablet and a cream), or nothing, the medicine counts as acting.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["is_local"]

_LOCAL: Final = re.compile(
    r"\b(?:topical(?:ly)?|cutaneous|cream|ointment|lotion|shampoo|gel|nail (?:lacquer|varnish)"
    r"|eye|ophthalmic|ear|otic|auricular)\b",
    re.IGNORECASE,
)
_SYSTEMIC: Final = re.compile(
    r"\b(?:oral(?:ly)?|oromucosal|buccal|tablets?|tabs?|capsules?|caps?|syrup|injections?"
    r"|injectable|infusion|intravenous(?:ly)?|intramuscular(?:ly)?|subcutaneous(?:ly)?|iv|im|sc|po"
    r"|transdermal|patch(?:es)?|suppository|suppositories|rectal|vaginal|by mouth)\b",
    re.IGNORECASE,
)
_LOCAL_ATC: Final = re.compile("D(?!01B|05B|10B|11AH08)|S0[123]|M02A")
"""Groups for skin, eye, ear and sore joints, without those of the skin that are swallowed."""


def is_local(*, name: str = "", form: str = "", atc: str = "") -> bool:
    """Whether name, form or ATC code say that a medicine is applied to skin, eye or ear.

    >>> is_local(name="Terbinafine 1% cream"), is_local(name="Terbinafine 250 mg tablet")
    (True, False)
    """
    words = f"{name} {form}"
    if _SYSTEMIC.search(words):
        return False
    return bool(_LOCAL.search(words) or _LOCAL_ATC.match(atc.strip().upper()))
