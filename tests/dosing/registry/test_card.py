"""A card says what the files say, and of the rest that nobody reported it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosing.registry.made import LINEAGE, METRICS, MODEL, approved, made, model_of
from pgx_dosing.registry.card import render_card
from pgx_dosing.registry.card_facts import ITEMS, CardFacts, answer, facts_of, in_cell

NUMBERS = [
    "1", "2", "3a", "3b", "3c", "4", "5a", "5b", "6a", "6b", "6c", "7", "8a",
    "8b", "8c", "9a", "9b", "9c", "10", "11", "12a", "12b", "12c", "12d", "12e", "12f",
    "12g", "13", "14", "15", "16", "17", "18a", "18b", "18c", "18d", "18e", "18f", "19",
    "20a", "20b", "20c", "21", "22", "23a", "23b", "24", "25", "26", "27a", "27b", "27c",
]  # fmt: skip


def said(facts: CardFacts) -> dict[str, str]:
    return {item.number: answer(item, facts) for item in ITEMS}


@pytest.fixture
def facts(tmp_path):
    return facts_of(approved(tmp_path / "examplol" / "1", tmp_path))


def test_every_item_is_there_once():
    assert [item.number for item in ITEMS] == NUMBERS


def test_what_the_files_say_is_reported(facts):
    found = said(facts)
    assert found["5a"] == f"an invented table; table with SHA-256 {'ab' * 32}"
    assert found["12a"].startswith("leave-one-site-out; ")
    assert found["12d"].endswith("; the inputs tell the site rather well")
    assert found["25"] == "high doses come out too low"
    assert found["6a"] == "2: 1: 100, 2: 200"
    assert found["10"] == "300 in training, 300 in evaluation"
    assert found["11"] == "age_years: refuse, smoker: assume"
    assert found["14"].startswith("race and ancestry are no inputs; measured by race")
    assert found["18a"] == "no funding"
    assert found["20a"] == "left out: no dose: 5"
    assert found["23a"].startswith("mean absolute error, mg/week: 8.5; ")
    assert facts.digest in found["22"]


def test_what_they_do_not_say_is_not_made_up():
    found = said(CardFacts(model={"name": "x", "version": "1", "kind": "trained"}))
    for number, text in found.items():
        if number not in {"12f", "24"}:  # that there was no updating, the file does say
            assert text.startswith("not reported: "), number
    assert found["17"] == "not reported: the makers left no statement"
    assert "metrics.json" in found["23a"]


def test_of_a_published_model_the_publication_is_named():
    model = {**MODEL, "kind": "published"}
    assert said(CardFacts(model=model))["17"].endswith("see the publication: nowhere; PMID 1")


def test_performance_stands_with_its_intervals_by_group(facts):
    text = render_card(facts)
    assert "| all |  | 300 | 8.5 (patients 8.1–8.9; sites 7.9–9.3) | 0.45 | 0.9 |" in text
    assert "| race | B | 90 | 9.4 | not measured | 0.87 |" in text
    assert "| old | 300 | 9 | 0.4 | not measured |" in text


def test_use_states_plan_and_limits_are_there(facts):
    text = render_card(facts)
    assert "**Out of scope:** children" in text
    assert "| 2025-03-01 | approved | Anna Beispiel | made for a test | Examplol 2025 |" in text
    assert "| /recalibration/shift | intercept of a site | -0.5 to 0.5 | 0.3 |" in text
    assert "- made of nothing" in text
    assert "| age_years | age | years | 18 to 90 | refuse |" in text


@pytest.mark.parametrize(
    ("uses_race", "words"),
    [(True, "is an input."), (False, "are no inputs."), ("?", "is not reported")],
)
def test_race_is_spoken_of_whatever_the_model_does(uses_race, words):
    text = render_card(CardFacts(model={**MODEL, "uses_race": uses_race}))
    assert words in text.partition("## Race and ancestry")[2].partition("##")[0]


def test_a_card_of_a_model_that_is_not_written_yet():
    text = render_card(CardFacts(model=MODEL, lineage=LINEAGE, metrics=METRICS))
    assert "not written yet" in text
    assert "Draft: nothing is recorded yet." in text


def test_the_same_model_gives_the_same_card(tmp_path):
    one = render_card(facts_of(made(tmp_path / "a" / "1")))
    assert one == render_card(facts_of(made(tmp_path / "b" / "1")))


@given(st.text())
def test_no_text_breaks_a_table_or_brings_markup(text):
    cell = in_cell(text)
    assert len(cell.splitlines()) <= 1
    assert not re.search(r"(?<!\\)(\\\\)*\|", cell)
    assert "<" not in cell


@given(st.text())
def test_no_title_and_no_reason_adds_a_section(text):
    model = model_of(title=text, population=text, limits=[text])
    titles = [
        line for line in render_card(CardFacts(model=model)).splitlines() if line[:3] == "## "
    ]
    assert len(titles) == 10


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2)
    | st.dictionaries(
        st.sampled_from(["groups", "by_baseline", "n", "intervals", "data", "sites", "dropped",
                         "mae_mg_per_week", "statements", "changes", "settings", "17", "inputs"]),
        inner, max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip
OBJECTS = st.dictionaries(
    st.sampled_from(["groups", "by_baseline", "n", "data", "sites", "statements", "changes",
                     "settings", "citation", "predicts", "inputs", "helps", "intervals"]),
    VALUES, max_size=5,
)  # fmt: skip


@given(OBJECTS, OBJECTS, OBJECTS, OBJECTS)
def test_any_content_has_a_card(model, lineage, metrics, plan):
    text = render_card(CardFacts(model=model, lineage=lineage, metrics=metrics, plan=plan))
    assert text.endswith("|\n")
