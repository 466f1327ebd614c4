"""Readings: sentences by digest, their quantities and marks, held to the sources."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from cases import one_test
from knowledge.reading_checks import flag_gaps
from pgx.knowledge.importers.guideline_rows import AUTHORITIES, SourceRow
from pgx.knowledge.importers.readings import (
    READING_COLUMNS,
    load_readings,
    normalise_sentence,
    number_gaps,
    numbers_in,
    sentence_digest,
)
from pgx.knowledge.importers.source_folders import SourceFolders, files_of, source_rows
from pgx.records.advice import ACTIONS
from release_sources import source_folders

ROOT = Path(__file__).resolve().parents[2]
TABLES = ROOT / "data" / "knowledgebase"


@pytest.fixture(scope="module", params=AUTHORITIES, ids=lambda authority: authority.name)
def authority(request):
    return request.param


@pytest.fixture(scope="module")
def readings(authority):
    return load_readings(TABLES / "readings", authority.name.lower())


@pytest.fixture(scope="module")
def rows(readings):
    """All rows of a table of readings."""
    return [row for own in readings.sentences.values() for row in own]


@pytest.fixture(scope="module")
def reference() -> Path:
    shared = Path(os.environ.get("PGX_VALIDATION_DATA", ROOT.parent / "shared"))
    if not (shared / "reference").is_dir():
        pytest.skip("the validation data folder is not here")
    return shared / "reference"


@pytest.fixture(scope="module")
def source(reference, authority, readings) -> list[SourceRow]:
    """Every drug and lookup of the releases."""
    return source_rows(
        files_of(authority, SourceFolders(source_folders(reference))),
        authority,
        readings.keys,
    )


# --- sentences and their digests -------------------------------------------------------


def test_markup_and_spacing_do_not_change_the_digest():
    plain = "Avoid use. Other Considerations Monitor."
    marked = 'Avoid  use.\n<h4 id="x">Other Considerations</h4> Monitor.'
    assert sentence_digest(plain) == sentence_digest(marked)
    assert sentence_digest(plain) != sentence_digest(plain.replace("Avoid", "Prefer"))
    assert normalise_sentence(None) == ""


@one_test
@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("30%-80% of 2-3 mg/kg/day (PMID 20354201, 11302950)", {30, 80, 2, 3}),
        ("CYP2C19*1/*17, HLA-B*15:02, c.2846A>T, rs12777823", set()),
        ("22.5-60 mg/m2/day thrice weekly", {22.5, 60, 3}),
        ("(see Figure 1 of PMID: 35152405) >20mg", {20}),
        ("5-fluorouracil at <25%", {25}),
    ],
)
def test_quantities_of_a_text(text, numbers):
    assert numbers_in(text) == numbers


def reading(**fields) -> dict[str, str]:
    return {**dict.fromkeys(READING_COLUMNS, ""), "action": "reduce_dose", **fields}


def test_number_gaps_work_both_ways():
    half = reading(dose_factor_min="0.5", dose_factor_max="0.5", dose_as="reduce_by")
    assert number_gaps("Reduce by 50%.", half) == (set(), set())
    assert number_gaps("Reduce by 50% up to 20 mg.", half) == ({20}, set())
    assert number_gaps("Reduce by 25%.", half) == ({25}, {50})


def test_flag_gaps_name_what_is_not_borne_out():
    assert flag_gaps({"dosing_information"}, reading()) == set()
    assert flag_gaps({"alternate_drug"}, reading()) == {"dosing_information", "alternate_drug"}
    assert flag_gaps({"other_guidance"}, reading(action="use_as_directed")) == {"other_guidance"}


# --- readings in the repository --------------------------------------------------------


def test_readings_use_the_vocabulary(readings, rows):
    for row in rows:
        assert re.fullmatch(r"[0-9a-f]{64}", row["digest"])
        actions = row["action"].split(";")
        assert set(actions) <= set(ACTIONS)
        assert len(set(actions)) == len(actions)
        assert bool(row["dose_as"]) == bool(row["dose_factor_min"] or row["dose_factor_max"])
    for implications in readings.implications.values():
        assert all(re.fullmatch(r"[A-Z0-9-]+(=[A-Z][^:]+)?:[a-z_]+(=.+)?", i) for i in implications)


def test_a_dose_factor_goes_the_way_of_its_action(rows):
    for row in rows:
        actions = row["action"].split(";")
        factors = [float(f) for f in (row["dose_factor_min"], row["dose_factor_max"]) if f]
        assert factors == sorted(factors)
        if factors and "reduce_dose" in actions:
            assert max(factors) < 1
        elif factors:
            assert "increase_dose" in actions
            assert min(factors) > 1


@pytest.mark.validation
def test_every_sentence_of_the_source_has_a_reading(readings, source):
    for row in source:
        digest = sentence_digest(row.sentence)
        assert readings.reading_of(digest, row.drug, row.keys), (row.drug, row.keys)
        assert all(sentence_digest(i) in readings.implications for i in row.implications)


@pytest.mark.validation
def test_no_reading_is_for_a_sentence_that_is_not_there(rows, source):
    assert {row["digest"] for row in rows} <= {sentence_digest(row.sentence) for row in source}


@pytest.mark.validation
def test_readings_hold_exactly_the_numbers_of_their_sentences(readings, source):
    checked = 0
    for row in source:
        facts = readings.reading_of(sentence_digest(row.sentence), row.drug, row.keys)
        if not facts["note"].startswith("exempt"):
            assert number_gaps(row.sentence, facts) == (set(), set()), (row.drug, facts)
            checked += 1
    assert checked > 0.9 * len(source) > 0


@pytest.mark.validation
def test_marks_agree_with_the_readings_or_the_exception_is_noted(readings, source):
    for row in source:
        facts = readings.reading_of(sentence_digest(row.sentence), row.drug, row.keys)
        if facts["action"] == "no_recommendation":
            continue  # a mark there is a slip, and is not taken over
        gaps = flag_gaps(set(row.flags), facts)
        assert not gaps or "flags:" in facts["note"], (row.drug, gaps, facts["action"])


@pytest.mark.validation
def test_no_sentence_of_the_source_is_in_the_repository(source):
    text = "\n".join(p.read_text(encoding="utf-8") for p in sorted(TABLES.rglob("*.tsv")))
    for row in source:
        for sentence in [row.sentence, *row.implications]:
            plain = normalise_sentence(sentence)
            if len(plain.split()) >= 5:
                assert plain not in text
