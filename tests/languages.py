"""What tests of languages share."""

from __future__ import annotations

import re
import string

from pgx.messages.catalogue import catalogue

GERMAN = catalogue("de")
GERMAN_PHRASES = GERMAN["phrases"]
ENGLISH_WORDS = re.compile(
    r"\b(the|and|or|of|with|for|is|are|to|not|by|from|at|on|per|patients?|doses?|about|use|other|"
    r"than|more|less|higher|lower|children|adults|weeks|days|months|hours|day|inhibitors?|"
    r"metabolizers|function|without|under|as|above|below|if|avoid|start|twice|once|years?|yes|no|"
    r"called|record|unknown|increased|decreased|strong|moderate|drugs?|genes|settled)\b"
)
"""Frequent English words; none of them, as it is spelled, is a German word of a report."""


def fields(template: str) -> set[str]:
    """Return the fields of a template, without what they say on the form."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}
