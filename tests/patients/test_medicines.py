"""A patient's medicines in the terms of the knowledge base: shown as named, never dropped."""

from __future__ import annotations

import pytest

from cases import one_test
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.patients.read import known_medicines
from pgx.records.patient import Medicine, MedicineUse, Outcome, Patient, Reaction


@pytest.fixture(scope="module")
def vocabulary():
    return KnowledgeBase().vocabulary


def known(vocabulary, *medicines, **fields):
    return known_medicines(Patient(medicines=medicines, **fields), vocabulary)


def test_current_ones_first(vocabulary):
    made = [Medicine(name=use.value, use=use) for use in reversed(MedicineUse)]
    names = [m.name for m in known(vocabulary, *made)]
    assert names == ["current", "unknown", "planned", "stopped"]


@one_test
@pytest.mark.parametrize(
    "name", ["Zzzz", "\u0420aroxetine", "paroxetine\u200b", "\u202eenitexorap", "no paroxetine"]
)
def test_names_that_nobody_knows_are_kept(vocabulary, name):
    [found] = known(vocabulary, Medicine(name=name))
    assert (found.name, found.unrecognised, found.substances, found.drugs) == (
        name,
        (name,),
        (),
        (),
    )


def test_a_combination_is_its_parts(vocabulary):
    [found] = known(vocabulary, Medicine(name="Symbyax"))
    assert found.substances == ("fluoxetine", "olanzapine")
    assert found.drugs == ("fluoxetine / olanzapine", "fluoxetine")


def test_a_code_alone_has_the_name_of_its_substance(vocabulary):
    [found] = known(vocabulary, Medicine(rxnorm="32937"))
    assert (found.name, found.substances) == ("paroxetine", ("paroxetine",))
    [found] = known(vocabulary, Medicine(rxnorm="999999999"))
    assert (found.name, found.unrecognised) == ("999999999", ("999999999",))


def test_local_forms_are_marked(vocabulary):
    made = [
        Medicine(name="terbinafine cream"),
        Medicine(name="terbinafine", form="on the skin, topical"),
        Medicine(name="terbinafine"),
    ]
    assert {m.local for m in known(vocabulary, *made[:2])} == {True}
    assert not known(vocabulary, made[2])[0].local


def test_reactions_and_answers_under_another_name(vocabulary):
    [found] = known(
        vocabulary,
        Medicine(name="Tegretol"),
        reactions=(
            Reaction(medicine="carbamazepine", reaction="rash", severity="severe"),
            Reaction(medicine="codeine"),
        ),
        outcomes=(Outcome(question="Better?", answer="no", medicine="Carbamazepine 200 mg"),),
    )
    assert found.reactions == ("rash, severe",)
    assert found.outcomes == ("Better?: no",)


@pytest.mark.parametrize("text", ["1" * 1999 + "x", "1," * 999 + "x", "x" * 501])
def test_endless_names_are_kept_and_cost_nothing(vocabulary, text):
    made = [Medicine(name=text)] * 1000
    reactions = (Reaction(medicine=text),) * 1000
    assert {m.unrecognised for m in known(vocabulary, *made, reactions=reactions)} == {(text,)}
