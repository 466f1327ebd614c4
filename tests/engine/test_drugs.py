"""Drugs are found by name, synonym, brand or code; what nobody knows ends the run."""

from __future__ import annotations

import pytest

from cases import one_test
from pgx import KnowledgeBase
from pgx.errors import UnknownDrugError
from pgx.inputs.release import named_drugs


@pytest.fixture(scope="module")
def kb() -> KnowledgeBase:
    return KnowledgeBase()


@one_test
@pytest.mark.parametrize(
    ("words", "drugs"),
    [
        ((), ()),
        (("clopidogrel",), ("clopidogrel",)),
        (("WARFARIN", "warfarin", "Coumadin"), ("warfarin",)),
        (("Plavix", "32968", "B01AC04"), ("clopidogrel",)),
        (("tacrolimus", "Plavix"), ("tacrolimus", "clopidogrel")),
        (("Ascorbic acid (vitamin C)", "plain"), ("Ascorbic acid (vitamin C), plain",)),
    ],
)
def test_words_are_found(kb, words, drugs):
    assert named_drugs(kb, words) == drugs


def test_a_combination_means_its_ingredients_with_guidance(kb):
    found = named_drugs(kb, ["acetaminophen / codeine"])
    assert found == ("codeine",)


@pytest.mark.parametrize("word", ["mysterium", "", "99999999", "N02AA"])
def test_what_nobody_knows_is_named(kb, word):
    with pytest.raises(UnknownDrugError) as caught:
        named_drugs(kb, ["clopidogrel", word])
    assert caught.value.exit_status == 2
    assert repr(word)[1:-1] in str(caught.value)
