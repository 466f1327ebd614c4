"""The published numbers of label and guideline tables, row by row."""

import pytest

from cases import one_test
from dosing.rules.people import known, rule
from pgx.errors import OutOfDomainError
from pgx.records.calls import Certainty
from pgx_dosing.rules.asking import decide

NM, IM, PM = "Normal Metabolizer", "Intermediate Metabolizer", "Poor Metabolizer"
UM = "Ultrarapid Metabolizer"
ALL = {"liver": "none", "kidney": "none", "age_years": 40.0}


def said(name, **values):
    result = decide(rule(name), known(**values))
    assert result.certainty is Certainty.CERTAIN, result
    return result.answer


@one_test
@pytest.mark.parametrize("name", ["siponimod-us", "siponimod-eu"])
@pytest.mark.parametrize(
    ("genotype", "code", "amount"),
    [
        ("*1/*1", "dose", 2.0),
        ("*1/*2", "dose", 2.0),
        ("*2/*2", "dose", 2.0),
        ("*1/*3", "dose", 1.0),
        ("*2/*3", "dose", 1.0),
        ("*3/*3", "contraindicated", None),
        ("other", "not_covered", None),
    ],
)
def test_siponimod(name, genotype, code, amount):
    answer = said(name, genotype=genotype)
    assert (answer.code, answer.amount) == (code, amount)


def days(answer, last):
    return [
        next(s.amount for s in answer.schedule if s.first <= day and (not s.last or day <= s.last))
        for day in range(1, last + 1)
    ]


def test_siponimod_titration():
    five = [0.25, 0.25, 0.5, 0.75, 1.25]
    assert days(said("siponimod-us", genotype="*1/*1"), 7) == [*five, 2.0, 2.0]
    assert days(said("siponimod-us", genotype="*1/*3"), 6) == [0.25, 0.25, 0.5, 0.75, 1.0, 1.0]
    # the European pack is one for all: its fifth day is above the maintenance dose
    assert days(said("siponimod-eu", genotype="*2/*3"), 7) == [*five, 1.0, 1.0]


def eliglustat(phenotype, d="none", a="none", n="none", liver="none", kidney="none"):
    return said(
        "eliglustat-us",
        phenotype=phenotype,
        cyp2d6_inhibitor=d,
        cyp3a_inhibitor=a,
        cyp3a_inducer=n,
        liver=liver,
        kidney=kidney,
    )


@one_test
@pytest.mark.parametrize(
    ("person", "text"),
    [
        ({"phenotype": NM}, "84 mg twice a day"),
        ({"phenotype": IM}, "84 mg twice a day"),
        ({"phenotype": PM}, "84 mg once a day"),
        # the label's table of interactions
        ({"phenotype": NM, "d": "strong"}, "84 mg once a day"),
        ({"phenotype": NM, "d": "moderate"}, "84 mg once a day"),
        ({"phenotype": IM, "d": "strong"}, "84 mg once a day"),
        ({"phenotype": IM, "d": "moderate"}, "84 mg once a day"),
        ({"phenotype": PM, "d": "strong"}, "84 mg once a day"),
        ({"phenotype": NM, "d": "weak"}, "84 mg twice a day"),
        ({"phenotype": NM, "a": "strong"}, "84 mg once a day"),
        ({"phenotype": NM, "a": "moderate"}, "84 mg once a day"),
        ({"phenotype": NM, "a": "weak"}, "84 mg twice a day"),
        ({"phenotype": IM, "a": "weak"}, "84 mg twice a day"),
        ({"phenotype": NM, "liver": "mild"}, "84 mg twice a day"),
        ({"phenotype": NM, "liver": "mild", "d": "weak"}, "84 mg once a day"),
        ({"phenotype": NM, "liver": "mild", "a": "weak"}, "84 mg once a day"),
        ({"phenotype": NM, "liver": "mild", "a": "strong"}, "84 mg once a day"),
        ({"phenotype": NM, "kidney": "impaired"}, "84 mg twice a day"),
    ],
)
def test_eliglustat_doses(person, text):
    assert eliglustat(**person).text == text


@one_test
@pytest.mark.parametrize(
    ("person", "code"),
    [
        ({"phenotype": UM}, "no_dose"),
        ({"phenotype": "Indeterminate"}, "no_dose"),
        ({"phenotype": NM, "liver": "moderate"}, "contraindicated"),
        ({"phenotype": NM, "liver": "severe"}, "contraindicated"),
        ({"phenotype": NM, "liver": "mild", "d": "strong"}, "contraindicated"),
        ({"phenotype": NM, "liver": "mild", "d": "moderate"}, "contraindicated"),
        ({"phenotype": NM, "d": "moderate", "a": "moderate"}, "contraindicated"),
        ({"phenotype": IM, "d": "strong", "a": "moderate"}, "contraindicated"),
        ({"phenotype": IM, "a": "strong"}, "contraindicated"),
        ({"phenotype": PM, "a": "strong"}, "contraindicated"),
        ({"phenotype": IM, "liver": "mild"}, "contraindicated"),
        ({"phenotype": PM, "liver": "mild"}, "contraindicated"),
        ({"phenotype": IM, "a": "moderate"}, "avoid"),
        ({"phenotype": PM, "a": "moderate"}, "avoid"),
        ({"phenotype": PM, "a": "weak"}, "avoid"),
        ({"phenotype": NM, "n": "strong"}, "avoid"),
        ({"phenotype": NM, "kidney": "end_stage"}, "avoid"),
        ({"phenotype": IM, "kidney": "impaired"}, "avoid"),
        ({"phenotype": PM, "kidney": "end_stage"}, "avoid"),
    ],
)
def test_eliglustat_without_a_dose(person, code):
    answer = eliglustat(**person)
    assert (answer.code, answer.amount) == (code, None)


def mavacamten_us(i19="none", i34="none", u19="none", u34="none", lvef=65.0):
    return said(
        "mavacamten-us",
        cyp2c19_inhibitor=i19,
        cyp3a4_inhibitor=i34,
        cyp2c19_inducer=u19,
        cyp3a4_inducer=u34,
        lvef_percent=lvef,
    )


@one_test
@pytest.mark.parametrize(
    ("person", "code", "amount"),
    [
        ({}, "dose", 5.0),
        ({"i19": "weak"}, "dose", 5.0),
        ({"i34": "moderate"}, "dose", 5.0),
        ({"i19": "moderate"}, "dose", 2.5),
        ({"i34": "strong"}, "dose", 2.5),
        ({"i19": "moderate", "i34": "strong"}, "not_covered", None),
        ({"i19": "strong"}, "contraindicated", None),
        ({"u19": "moderate"}, "contraindicated", None),
        ({"u34": "moderate"}, "contraindicated", None),
        ({"u34": "strong"}, "contraindicated", None),
        ({"lvef": 54.9}, "avoid", None),
        ({"lvef": 55.0}, "dose", 5.0),
    ],
)
def test_mavacamten_in_the_united_states(person, code, amount):
    answer = mavacamten_us(**person)
    assert (answer.code, answer.amount) == (code, amount)


NOTHING = {
    "cyp2c19_inhibitor": "none",
    "cyp3a4_inhibitor": "none",
    "cyp2c19_inducer": "none",
    "cyp3a4_inducer": "none",
    "lvef_percent": 60.0,
}


@one_test
@pytest.mark.parametrize(
    ("phenotype", "amount", "most"),
    [
        (PM, 2.5, 5.0),
        (IM, 5.0, 15.0),
        (NM, 5.0, 15.0),
        ("Rapid Metabolizer", 5.0, 15.0),
        (UM, 5.0, 15.0),
        ("Indeterminate", 2.5, 5.0),
    ],
)
def test_mavacamten_in_europe(phenotype, amount, most):
    answer = said("mavacamten-eu", phenotype=phenotype, **NOTHING)
    assert (answer.amount, answer.maximum) == (amount, most)


def test_mavacamten_in_europe_with_inhibitors():
    strong = {**NOTHING, "cyp3a4_inhibitor": "strong"}
    assert said("mavacamten-eu", phenotype=PM, **strong).code == "contraindicated"
    assert said("mavacamten-eu", phenotype=NM, **strong).code == "not_covered"
    both = {**strong, "cyp2c19_inhibitor": "strong"}
    assert said("mavacamten-eu", phenotype=NM, **both).code == "contraindicated"


def test_an_unknown_phenotype_is_dosed_as_poor_until_it_is_known():
    result = decide(rule("mavacamten-eu"), known(**NOTHING))
    assert result.answer is None
    assert result.certainty is Certainty.UNKNOWN
    assert result.settled_by == ("phenotype",)
    assert [m.amount for m in result.meanwhile] == [2.5]


def test_the_jurisdictions_stay_apart():
    us, eu = rule("mavacamten-us"), rule("mavacamten-eu")
    assert (us.jurisdiction, eu.jurisdiction) == ("US", "EU")
    assert "phenotype" not in {item.name for item in us.inputs}
    assert us.source != eu.source


@pytest.mark.parametrize("phenotype", [NM, IM])
def test_tacrolimus_start(phenotype):
    table = rule("tacrolimus-cpic-start")
    answer = said(table.name, phenotype=phenotype, transplant="kidney")
    assert (answer.low, answer.high) == (1.5, 2.0)


def test_tacrolimus_for_nonexpressers_and_other_livers():
    table = rule("tacrolimus-cpic-start")
    plain = said(table.name, phenotype=PM, transplant="heart")
    assert (plain.low, plain.high) == (1.0, 1.0)
    other = said(table.name, phenotype=NM, transplant="liver_other_genotype")
    assert other.code == "not_covered"


@pytest.mark.parametrize(
    ("dose", "copies", "odds"),
    [
        ("80", 0, (1.0, None, None)),
        ("80", 1, (4.5, 2.6, 7.7)),
        ("80", 2, (16.9, 4.7, 61.1)),
        ("40", 1, (2.6, 1.3, 5.0)),
    ],
)
def test_simvastatin_myopathy(dose, copies, odds):
    answer = said("simvastatin-search", dose=dose, c_copies=copies)
    assert (answer.amount, answer.low, answer.high) == odds
    assert answer.code == "risk"


def test_simvastatin_at_a_dose_that_was_not_studied():
    assert said("simvastatin-search", dose="20_or_less").code == "not_covered"


def test_a_minor_is_outside_of_the_labels():
    with pytest.raises(OutOfDomainError, match="18"):
        decide(rule("siponimod-us"), known(genotype="*1/*1", age_years=12.0))
