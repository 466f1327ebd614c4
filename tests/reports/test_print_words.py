"""Words of printed reports: every language says the same things, with glyphs for all of it."""

from __future__ import annotations

import re
import string

import pytest

from pgx.reports.english import print as english
from pgx.reports.german import print as german
from pgx.reports.print_text import shown

TABLES = ("AREAS", "PLAIN", "PRINT")


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("table", TABLES)
def test_german_has_the_keys_and_gaps_of_english(table):
    ours, theirs = getattr(english, table), getattr(german, table)
    assert list(ours) == list(theirs)
    assert {k: fields(v) for k, v in ours.items()} == {k: fields(v) for k, v in theirs.items()}


@pytest.mark.parametrize("table", TABLES)
def test_german_words_can_be_printed(table):
    for text in getattr(german, table).values():
        assert shown(text).replace("\u200b", "") == text


def test_areas_of_one_name_in_english_have_one_name_in_german():
    pairs = {(english.AREAS[code], german.AREAS[code]) for code in english.AREAS}
    assert len(pairs) == len({ours for ours, _ in pairs}) == len({theirs for _, theirs in pairs})


def test_areas_are_beginnings_of_atc_codes():
    assert all(re.fullmatch(r"([A-Z](\d\d)?)?", code) for code in english.AREAS)
