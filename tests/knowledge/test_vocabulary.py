"""Names and codes to drugs: what is meant is found, what may be meant is not guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import one_test
from pgx.knowledge.medicines import Vocabulary
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.patient import Substance

SUBSTANCES = (
    Substance(substance="alfa", rxnorm="1", atc=("A01AA01",), synonyms=("alpha",),
              brands=("Alfex", "Alfex with Betol")),
    Substance(substance="beta", rxnorm="2", atc=("B01AA01",)),
    Substance(substance="alfa / beta", atc=("C01AA01",), ingredients=("alfa", "beta"),
              brands=("Both",)),
    Substance(substance="gamma sodium", rxnorm="9", ingredients=("gamma",)),
    Substance(substance="gamma", rxnorm="9"),
)  # fmt: skip
OWN = Vocabulary(SUBSTANCES, ("alfa", "alfa / beta", "gamma"))


def found(vocabulary=OWN, **said):
    substances, unknown = vocabulary.find(**said)
    return [s.substance for s in substances], list(unknown)


@pytest.fixture(scope="module")
def knowledge():
    return KnowledgeBase()


@one_test
@pytest.mark.parametrize(
    "name",
    [
        "alfa", "ALFA", " alfa ", "alpha", "Alfex", "alfa 20 mg", "Alfa 20 mg Oral Tablet",
        "alfa hydrochloride hemihydrate 22.8 mg", "24 HR alfa 50 MG Extended Release Oral Tablet",
        "alfa 50 MG Oral Tablet [Whatever]", "alfa (Alfex) 20 mg", "Alfex (alfa)", "alfa XL 300",
        "alfa 1% cream", "alfa eye drops", "alfa 2 mg/ml syrup", "alfa prn",
        "gastro-resistant alfa capsules",
    ],
)  # fmt: skip
def test_one_substance_by_name(name):
    assert found(name=name) == (["alfa"], [])


@pytest.mark.parametrize("name", ["alfa / beta", "Both", "BOTH 20/40 mg"])
def test_a_combination_by_its_own_name(name):
    assert found(name=name) == (["alfa / beta"], [])


@pytest.mark.parametrize(
    "name", ["alfa 20 mg + beta 5 mg", "alfa and beta", "alfa;beta", "alfa with beta hcl"]
)
def test_several_substances_in_a_name(name):
    assert found(name=name) == (["alfa", "beta"], [])


def test_a_brand_that_holds_a_joining_word_is_whole():
    assert found(name="Alfex with Betol") == (["alfa"], [])


@one_test
@pytest.mark.parametrize(
    "name",
    [
        "delta", "no alfa", "not alfa", "stop alfa", "alfa (stopped)", "alfa stopped 2020",
        "allergic to alfa", "alfax", "\u0430lfa", "a\u200blfa", "alf\u0430", "afla", "nor-alfa",
        "alfa (delta)", "alfa (beta)",
    ],
)  # fmt: skip
def test_a_name_that_may_mean_something_else_is_unknown(name):
    assert found(name=name) == ([], [name])


def test_what_is_known_of_a_list_is_kept_and_the_rest_is_named():
    assert found(name="alfa 5 mg / delta 5 mg") == (["alfa"], ["delta 5 mg"])
    assert found(name="alfa / alfa") == (["alfa"], [])


@one_test
@pytest.mark.parametrize("name", ["", "  ", "/", "mg", "20", "tablet", "()", "+"])
def test_nothing_is_nothing(name):
    assert found(name=name)[0] == []


def test_codes():
    assert found(rxnorm="1") == (["alfa"], [])
    assert found(atc=" a01aa01 ") == (["alfa"], [])
    assert found(rxnorm="77") == ([], ["77"])
    assert found(rxnorm="77", name="alfa") == (["alfa"], [])
    assert found(rxnorm="1", name="something else") == (["alfa"], [])


def test_a_code_of_several_substances_is_none():
    assert found(rxnorm="9") == ([], ["9"])
    assert found(rxnorm="9", name="gamma") == (["gamma"], [])


def test_of_a_part_and_the_whole_the_whole_counts():
    assert found(name="alfa", atc="C01AA01") == (["alfa / beta"], [])
    assert found(name="alfa and beta", rxnorm="2") == (["alfa", "beta"], [])
    assert found(name="alfa and delta", rxnorm="1") == (["alfa"], ["delta"])


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ({"name": "alfa", "rxnorm": "2"}, "alfa (2)"),
        ({"rxnorm": "1", "atc": "B01AA01"}, "1, B01AA01"),
        ({"name": "gamma", "rxnorm": "1", "atc": "A01AA01"}, "gamma (1, A01AA01)"),
    ],
)
def test_what_contradicts_itself_is_nobodys_drug(said, shown):
    assert found(**said) == ([], [shown])


def test_drugs_with_guidance():
    by_name = {s.substance: s for s in SUBSTANCES}
    assert OWN.guided(by_name["alfa / beta"]) == ("alfa / beta", "alfa")
    assert OWN.guided(by_name["beta"]) == ()
    assert OWN.parts(by_name["gamma sodium"]) == ("gamma",)
    assert OWN.drugs_of("Both") == ("alfa / beta", "alfa")
    assert OWN.drugs_of("ALFEX") == OWN.drugs_of("1") == OWN.drugs_of("a01aa01") == ("alfa",)
    assert OWN.drugs_of("delta") == ()


def test_codes_of_a_drug():
    assert OWN.code_of("Alfex") == {"rxnorm": "1", "atc": "A01AA01"}
    assert OWN.code_of("delta") == {}


@given(st.text(max_size=40), st.text(max_size=8), st.text(max_size=8))
def test_nothing_is_lost(name, rxnorm, atc):
    substances, unknown = OWN.find(name=name, rxnorm=rxnorm, atc=atc)
    assert substances or unknown


# the release


def test_every_drug_with_guidance_is_found_by_its_own_name(knowledge):
    for name in {d.drug for d in knowledge.drugs}:
        substances, unknown = knowledge.vocabulary.find(name=name)
        guided = [d for s in substances for d in knowledge.vocabulary.guided(s)]
        assert name in guided, name
        assert not unknown


def test_no_name_and_no_code_is_of_two_substances(knowledge):
    seen: dict[str, str] = {}
    for substance in knowledge.medicines.substances:
        names = {n.casefold() for n in
                 (substance.substance, *substance.synonyms, *substance.brands)}  # fmt: skip
        for name in names | set(filter(None, (substance.rxnorm, *substance.atc))):
            assert seen.setdefault(name, substance.substance) == substance.substance, name


def test_every_brand_and_code_leads_to_its_substance(knowledge):
    for substance in knowledge.medicines.substances:
        for name in (*substance.synonyms, *substance.brands):
            assert knowledge.vocabulary.find(name=name) == ((substance,), ()), name
        for code in substance.atc:
            assert knowledge.vocabulary.find(atc=code) == ((substance,), ()), code


def test_what_acts_on_enzymes_and_every_ingredient_is_a_substance(knowledge):
    names = {s.substance for s in knowledge.medicines.substances}
    assert {m.substance for m in knowledge.medicines.modulators} <= names
    lower = {name.casefold() for name in names}
    assert {i.casefold() for s in knowledge.medicines.substances for i in s.ingredients} <= lower


@one_test
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Prozac", ["fluoxetine"]),
        ("Tylenol with Codeine", ["acetaminophen / codeine"]),
        ("codeine 30 mg/paracetamol 500 mg", ["codeine", "acetaminophen"]),
        ("5-fluorouracil", ["fluorouracil"]),
        ("24 HR metoprolol succinate 50 MG Extended Release Oral Tablet [Toprol]", ["metoprolol"]),
        ("Nuedexta", ["dextromethorphan / quinidine"]),
    ],
)  # fmt: skip
def test_names_of_the_release(knowledge, name, expected):
    assert found(knowledge.vocabulary, name=name) == (expected, [])


def test_other_names_are_synonyms_brands_and_brands_of_combinations():
    assert OWN.other_names("Alfa") == ("alpha", "Alfex", "Alfex with Betol")
    assert OWN.other_names("beta") == ()
    without_both = Vocabulary(SUBSTANCES, ("alfa", "gamma"))
    assert without_both.other_names("alfa")[-1] == "Both"
    assert OWN.other_names("nothing") == ()


@one_test
@pytest.mark.parametrize(
    ("name", "drug"),
    [
        ("Plavix", "clopidogrel"), ("iscover", "clopidogrel"), ("Coumadin", "warfarin"),
        ("Marcumar", "phenprocoumon"), ("Zocor", "simvastatin"), ("Sortis", "atorvastatin"),
        ("Advil", "ibuprofen"), ("Saroten", "amitriptyline"), ("Amitriptylin", "amitriptyline"),
        ("Trevilor", "venlafaxine"), ("Imurek", "azathioprine"), ("5-FU", "fluorouracil"),
        ("Codein", "codeine"), ("Vytorin", "simvastatin"), ("Glibenclamid", "glyburide"),
    ],
)  # fmt: skip
def test_brands_and_german_names_of_the_release(knowledge, name, drug):
    assert knowledge.vocabulary.drugs_of(name) == (drug,)
    assert name.casefold() in {other.casefold() for other in knowledge.other_names[drug]}


@one_test
@pytest.mark.parametrize(
    ("name", "substance"),
    [
        ("Trevilor 75 mg Retardkapseln", "venlafaxine"),
        ("Metoprololsuccinat 47,5 mg Retardtabletten", "metoprolol"),
        ("Amitriptylin 25 mg Filmtabletten", "amitriptyline"),
        ("Codein phosphat 30 mg Tropfen", "codeine"), ("Tylenol 500 mg", "acetaminophen"),
        ("Clotrimazol 1% Creme", "clotrimazole"),
    ],
)  # fmt: skip
def test_german_names_with_strength_and_form(knowledge, name, substance):
    assert found(knowledge.vocabulary, name=name) == ([substance], [])


def test_other_names_lead_back_to_their_drug(knowledge):
    assert set(knowledge.other_names) == {d.drug for d in knowledge.drugs}
    for drug, names in knowledge.other_names.items():
        for name in names:
            assert drug in knowledge.vocabulary.drugs_of(name), (drug, name)
