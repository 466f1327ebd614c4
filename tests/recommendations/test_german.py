"""Advice in German: the same codes, the same gaps, all numbers, and no English left."""

from __future__ import annotations

import re

import pytest

from cases import one_test
from languages import ENGLISH_WORDS
from languages import GERMAN_PHRASES as GERMAN
from pgx.errors import SnapshotSchemaError
from pgx.knowledge.importers.readings import numbers_in
from pgx.messages.arguments import in_words
from pgx.messages.catalogue import ENGLISH_PHRASES as ENGLISH
from pgx.recommendations.wording import render_implications, render_statement
from recommendations.made import statement
from recommendations.numbers import numbers_of


def points(text: str) -> str:
    """Return a text with decimal points, as the search for numbers reads them."""
    return re.sub(r"(?<=\d),(?=\d)", ".", text)


@one_test
@pytest.mark.parametrize("table", sorted(set(ENGLISH) - {"style", "number", "between"}))
def test_spaces_and_stops_at_the_ends_are_those_of_english(table):
    for code, text in ENGLISH[table].items():
        said = GERMAN[table][code]
        assert bool(text) == bool(said), code
        assert text.endswith(" ") == said.endswith(" ") or code.startswith("instead"), code
        assert text.rstrip().endswith(".") == said.rstrip().endswith("."), code


def test_every_statement_renders_with_all_its_numbers(every_statement):
    for it in every_statement:
        text = render_statement(it, GERMAN)
        assert numbers_of(it) <= numbers_in(points(text)), (it.id, text)
        assert in_words(it.drug, GERMAN).casefold() in text.casefold(), (it.id, text)
        if it.dose_as in ("half", "by_titration"):
            assert " die Hälfte " in text, (it.id, text)


def test_every_sentence_is_well_formed(every_statement):
    for it in every_statement:
        text = render_statement(it, GERMAN)
        assert text == text.strip()
        assert text.endswith(".")
        assert not re.search(r"[{}\t\n]|  |\.\.| ,| \.|=|\|", text), text
        assert text[0].isupper() or not text[0].isalpha()


def test_every_implication_renders_with_its_gene(every_statement):
    for it in every_statement:
        shown = render_implications(it, GERMAN)
        for words, code in zip(shown, it.implications, strict=True):
            gene, _, fact = code.partition(":")
            assert words.startswith(f"{gene}: ")
            told = numbers_in(points(words))
            assert numbers_in(fact.replace("|", " ").replace("=", " ")) <= told


def test_no_english_is_left_in_any_advice(every_statement):
    for it in every_statement:
        said = " ".join([render_statement(it, GERMAN), *render_implications(it, GERMAN)])
        assert not ENGLISH_WORDS.findall(said), said


def test_no_decimal_point_is_left(every_statement):
    for it in every_statement:
        assert not re.search(r"\d\.\d", render_statement(it, GERMAN)), it.id


def test_every_drug_of_the_release_has_a_german_name(drugs):
    assert {d.drug for d in drugs} <= set(GERMAN["term"])


@one_test
@pytest.mark.parametrize(
    ("facts", "fields_", "text"),
    [
        (("avoid",), {}, "Vermeiden Sie Codein."),
        (("avoid",), {"reason": "less_pain_relief"},
         "Vermeiden Sie Codein: Die Schmerzlinderung ist wahrscheinlich unzureichend."),
        (("reduce_dose",),
         {"dose_of": "starting", "dose_as": "reduce_by", "dose_factor_min": 0.625,
          "dose_factor_max": 0.75},
         "Codein: Verwenden Sie eine um 25–37,5\u00a0% verringerte Anfangsdosis."),
        (("reduce_dose",),
         {"dose_of": "starting", "dose_as": "times", "dose_factor_min": 1.5,
          "dose_factor_max": 2.0},
         "Codein: Verwenden Sie das 1,5–2-Fache der üblichen Anfangsdosis."),
        (("alternative",),
         {"alternatives": ("not_metabolized_by=AAA", "morphine", "oxycodone", "statin")},
         ("Wählen Sie anstelle von Codein ein nicht hauptsächlich über AAA verstoffwechseltes"
         " Arzneimittel, z. B. Morphin oder Oxycodon, oder ein anderes Statin mit der"
         " erforderlichen Wirkstärke.")),
        (("no_recommendation",), {"notes": ("latency=4–28 days|3 months",)},
         ("Keine Empfehlung zu Codein bei diesem Ergebnis. Solche Reaktionen beginnen bald"
         " (4–28 Tage), meist innerhalb von 3 Monaten.")),
    ],
)  # fmt: skip
def test_sentences(facts, fields_, text):
    it = statement(1, "AAA=x", *facts, drug="codeine", **fields_)
    assert render_statement(it, GERMAN) == text


def test_a_laboratorys_own_words_stay_as_they_are():
    own = "Call Dr. 0.5 and ask for 20 mg/day or less."
    it = statement(1, "AAA=x", "avoid", notes=(f"local_note={own}",))
    assert render_statement(it, GERMAN).endswith(own)


@one_test
@pytest.mark.parametrize("hostile", ["{0}", "{drug.__class__}", "%s", "<b>", "a\u202eb", ""])
def test_hostile_arguments_are_only_text(hostile):
    it = statement(1, "AAA=x", "avoid", drug="codeine", notes=(f"also_written={hostile}x",))
    assert f"{hostile}x" in render_statement(it, GERMAN)


def test_a_code_without_words_is_refused():
    with pytest.raises(SnapshotSchemaError):
        render_statement(statement(1, "AAA=x", "avoid", notes=("nobody_wrote_this",)), GERMAN)


def test_what_is_not_to_be_used_is_no_adjective(every_statement):
    """In German, "(nicht halogenierte …)" would name the very drugs that are safe."""
    said = [render_statement(it, GERMAN) for it in every_statement]
    assert not [text for text in said if re.search(r"\(nicht (?!geeignet:)\w", text)]
    assert any("(nicht geeignet: halogenierte Inhalationsanästhetika" in text for text in said)


def test_a_dose_after_unter_is_an_upper_limit(every_statement):
    """In German, "unter 80 mg" is "on 80 mg" and "below 80 mg": only the latter is said so."""
    for it in every_statement:
        if re.search(r"\bunter [\d,.]+\s?(mg|µg|g|kg)\b", render_statement(it, GERMAN)):
            assert re.search(r"\b(below|under)\b", render_statement(it, ENGLISH)), it.id


def test_no_two_numbers_stand_side_by_side(every_statement):
    for it in every_statement:
        assert not re.search(r"\d \d", render_statement(it, GERMAN)), it.id


def test_what_is_to_be_considered_is_so_in_both_languages(every_statement):
    for it in every_statement:
        asked = len(re.findall(r"\bconsider(?:ed)?\b", render_statement(it, ENGLISH), re.I))
        said = len(re.findall(r"erwäg|erwog", render_statement(it, GERMAN), re.I))
        assert asked == said, (it.id, render_statement(it, GERMAN))


@one_test(sample=3)
@pytest.mark.parametrize(
    ("english", "german"),
    [
        (r"contraindicated", r"kontraindiziert"),
        (r"(?<!cannot be )\bavoid(?:ed)?\b", r"\bverm(?:eiden|ieden)\b"),
        (r"\bat most\b|\bno more than\b", r"\bhöchstens\b"),
        (r"\bat least\b|% or more\b", r"\bmindestens\b"),
        (r"\bmaintenance dose", r"Erhaltungsdosis"),
    ],
)
def test_words_that_decide_are_as_many_in_both_languages(every_statement, english, german):
    for it in every_statement:
        asked = re.findall(english, render_statement(it, ENGLISH), re.I)
        said = re.findall(german, render_statement(it, GERMAN), re.I)
        assert len(asked) == len(said), (it.id, render_statement(it, GERMAN))
