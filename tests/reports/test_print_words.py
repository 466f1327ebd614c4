"""Words of printed reports: glyphs for all of them, and areas that mean the same."""

from __future__ import annotations

import re

from languages import GERMAN
from pgx.messages.catalogue import ENGLISH
from pgx.reports.safe_text import shown


def test_german_words_can_be_printed():
    for table in ("area", "plain", "print"):
        for text in GERMAN[table].values():
            assert shown(text).replace("\u200b", "") == text


def test_areas_of_one_name_in_english_have_one_name_in_german():
    pairs = {(said, GERMAN["area"][code]) for code, said in ENGLISH["area"].items()}
    assert len(pairs) == len({ours for ours, _ in pairs}) == len({theirs for _, theirs in pairs})


def test_areas_are_beginnings_of_atc_codes():
    assert all(re.fullmatch(r"([A-Z](\d\d)?)?", code) for code in ENGLISH["area"])
