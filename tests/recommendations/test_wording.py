"""Sentences: every fact finds its words, and every number its place."""

from __future__ import annotations

import re

import pytest

from cases import one_test
from pgx.errors import SnapshotSchemaError
from pgx.knowledge.importers.readings import numbers_in
from pgx.messages.arguments import join_names, phrase
from pgx.messages.catalogue import ENGLISH_PHRASES as ENGLISH
from pgx.recommendations.wording import render_implications, render_statement
from pgx.records.advice import ADVICE_FIELDS, NOT_CODED, REMARKS, coded
from recommendations.made import statement
from recommendations.numbers import numbers_of


def test_every_statement_renders_with_all_its_numbers(every_statement):
    for it in every_statement:
        text = render_statement(it)
        assert numbers_of(it) <= numbers_in(text), (it.id, text)
        assert it.drug.casefold() in text.casefold(), (it.id, text)
        if it.dose_as in ("half", "by_titration"):
            assert " half of " in text, (it.id, text)


def test_every_sentence_is_well_formed(every_statement):
    for it in every_statement:
        text = render_statement(it)
        assert text == text.strip()
        assert text.endswith(".")
        assert not re.search(r"[{}\t\n]|  |\.\.| ,| \.|=|\|", text), text
        assert text[0].isupper() or not text[0].isalpha()


def test_every_implication_renders_with_its_gene(every_statement):
    for it in every_statement:
        shown = render_implications(it)
        assert len(shown) == len(it.implications)
        for words, code in zip(shown, it.implications, strict=True):
            gene, _, fact = code.partition(":")
            assert words.startswith(f"{gene}: ")
            assert ";" not in words
            assert numbers_in(fact.replace("|", " ").replace("=", " ")) <= numbers_in(words)


def test_every_population_has_words(every_statement):
    assert {it.population for it in every_statement} <= set(ENGLISH["population"])


def test_no_phrase_is_left_over(every_statement):
    used = {
        coded(fact)[0]
        for it in every_statement
        for name in ADVICE_FIELDS
        for fact in (
            [getattr(it, name)]
            if isinstance(getattr(it, name), str)
            else getattr(it, name) or ()
            if isinstance(getattr(it, name), tuple)
            else ()
        )
    }
    used |= {coded(i.partition(":")[2])[0] for it in every_statement for i in it.implications}
    for table in (
        "reason",
        "titration",
        "titration_phrase",
        "alternatives",
        "alternatives_when",
        "avoid_also",
        "monitoring",
        "conditions",
        "duration",
        "notes",
        "implications",
        "dose_when",
        "qualifier",
        "lead",
    ):
        # a laboratory's own words, and texts that nobody has read, are in no release
        ours = used | {"", "local_note", NOT_CODED}
        left = {code for code in ENGLISH[table] if re.sub(r"_\d$", "", code) not in ours}
        assert not left, (table, left)


def test_remarks_are_notes():
    assert set(ENGLISH["notes"]) | set(ENGLISH["lead"]) >= REMARKS


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        (("avoid",), "Avoid examplol."),
        (("use_as_directed",), "Use examplol at its standard dose."),
        (("no_recommendation",), "No recommendation for examplol on this result."),
    ],
)
def test_plain_actions(facts, text):
    assert render_statement(statement(1, "AAA=x", *facts)) == text


@one_test
@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"dose_factor_min": 0.5, "dose_factor_max": 0.75, "dose_as": "reduce_by"},
         "Examplol: use a starting dose reduced by 25–50%."),
        ({"dose_factor_min": 0.3, "dose_factor_max": 0.8, "dose_as": "to_percent"},
         "Examplol: use 30–80% of the normal starting dose."),
        ({"dose_factor_max": 0.25, "dose_as": "to_percent"},
         "Examplol: use less than 25% of the normal starting dose."),
        ({"dose_factor_max": 0.25, "dose_as": "at_most"},
         "Examplol: use at most 25% of the normal starting dose."),
        ({"dose_factor_min": 0.1, "dose_factor_max": 0.1, "dose_as": "fold_lower"},
         "Examplol: use a 10-fold lower starting dose."),
        ({"dose_factor_min": 1.5, "dose_factor_max": 2.0, "dose_as": "times"},
         "Examplol: use 1.5–2 times the standard starting dose."),
        ({"dose_factor_min": 1.5, "dose_factor_max": 2.0, "dose_as": "increase_by"},
         "Examplol: use a starting dose increased by 50–100%."),
        ({"dose_factor_min": 1.5, "dose_as": "increase_by"},
         "Examplol: use a starting dose increased by 50% or more."),
    ],
)  # fmt: skip
def test_dose_factors(fields, text):
    it = statement(1, "AAA=x", "reduce_dose", dose_of="starting", **fields)
    assert render_statement(it) == text


def test_alternatives_group_examples_after_their_class():
    it = statement(
        1,
        "AAA=x",
        "alternative",
        alternatives=("not_metabolized_by=AAA", "onol", "twool", "statin"),
    )
    assert render_statement(it) == (
        "Instead of examplol, choose a drug not mainly metabolized by AAA, such as onol or twool,"
        " or another statin of the potency needed."
    )


def test_codeine_says_what_not_to_use_instead(cpic_statements):
    known = [s for s in cpic_statements if s.drug == "codeine"]
    [it] = [s for s in known if "'0.0'" in str(s.lookup)]
    assert render_statement(it) == (
        "Avoid codeine: pain relief is likely to be poor."
        " If an opioid is needed, consider another opioid (not tramadol)."
    )


def test_a_code_without_words_is_refused():
    with pytest.raises(SnapshotSchemaError):
        render_statement(statement(1, "AAA=x", "avoid", notes=("nobody_wrote_this",)))
    with pytest.raises(SnapshotSchemaError):
        phrase(ENGLISH, "notes", "latency=4 days")


def test_names_are_joined():
    assert join_names([], " or ") == ""
    assert join_names(["a", "b"], " or ") == "a or b"
