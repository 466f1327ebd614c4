"""Doses of published equations against plain oracles; contributions that add up."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases import one_test
from dosing.invented import AGE, CYP2C9, INPUTS, WEIGHT, member, model, published, term
from pgx.errors import MissingCovariateError
from pgx_dosing.equation import contributions, dose_of, interval_of, link_of, on_link, predict
from pgx_dosing.specification import ConformalInterval, Link, Recalibration, columns_of, fill
from pgx_dosing.terms import Tree, Trees

SOMEONE = {"age_years": 63.0, "sex": "female", "race": "White", "height_cm": 165.0,
           "weight_kg": 72.5, "vkorc1": "A/G", "cyp2c9": "*1/*3"}  # fmt: skip
PEOPLE = [
    SOMEONE,
    {**SOMEONE, "age_years": 92.0, "race": "Asian", "vkorc1": "A/A", "cyp2c9": "*1/*1"},
    {**SOMEONE, "race": "Black", "vkorc1": "G/G", "cyp2c9": "*1/*2", "amiodarone": True},
    {**SOMEONE, "race": "Unknown", "vkorc1": "G/A", "cyp2c9": "*3/*2", "inducer": True},
    {**SOMEONE, "race": None, "cyp2c9": "*2/*2", "smoker": True, "dvt_pe": True},
    {**SOMEONE, "age_years": 30.0, "cyp2c9": "*1/*5", "target_inr": 3.0},
    {**SOMEONE, "height_cm": 190.0, "weight_kg": 120.0, "cyp2c9": "*1/*1", "target_inr": 2.0},
]


def iwpc(p: dict) -> float:
    """NEJM 2009;360:753, supplementary appendix S1e."""
    root = 5.6044 - 0.2614 * min(p["age_years"] // 10, 9)
    root += 0.0087 * p["height_cm"] + 0.0128 * p["weight_kg"]
    root += {"GG": 0, "AG": -0.8677, "AA": -1.6974}["".join(sorted(p["vkorc1"].replace("/", "")))]
    pair = "/".join(sorted(p["cyp2c9"].split("/")))
    root += {"*1/*2": -0.5211, "*1/*3": -0.9357, "*2/*2": -1.0616, "*2/*3": -1.9206}.get(pair, 0)
    root += {"Asian": -0.1092, "Black": -0.2760, "White": 0}.get(p["race"], -0.1032)
    root += 1.1816 * p.get("inducer", 0) - 0.5503 * p.get("amiodarone", 0)
    return root**2


def iwpc_clinical(p: dict) -> float:
    root = 4.0376 - 0.2546 * min(p["age_years"] // 10, 9)
    root += 0.0118 * p["height_cm"] + 0.0134 * p["weight_kg"]
    root += {"Asian": -0.6752, "Black": 0.4060, "White": 0}.get(p["race"], 0.0443)
    return (root + 1.2799 * p.get("inducer", 0) - 0.5695 * p.get("amiodarone", 0)) ** 2


def bsa(p: dict) -> float:
    return 0.007184 * p["height_cm"] ** 0.725 * p["weight_kg"] ** 0.425


def gage(p: dict) -> float:
    """Clin Pharmacol Ther 2008;84:326, mg a day; VKORC1 A is the allele of the low dose."""
    power = 0.9751 - 0.3238 * p["vkorc1"].count("A") + 0.4317 * bsa(p)
    power += -0.4008 * p["cyp2c9"].count("*3") - 0.2066 * p["cyp2c9"].count("*2")
    power += -0.00745 * p["age_years"] + 0.2029 * p.get("target_inr", 2.5)
    power += -0.2538 * p.get("amiodarone", 0) + 0.0922 * p.get("smoker", 0)
    return 7 * math.exp(power - 0.0901 * (p["race"] == "Black") + 0.0664 * p.get("dvt_pe", 0))


def gage_clinical(p: dict) -> float:
    power = 0.613 + 0.425 * bsa(p) - 0.0075 * p["age_years"] + 0.156 * (p["race"] == "Black")
    power += 0.216 * p.get("target_inr", 2.5) - 0.257 * p.get("amiodarone", 0)
    return 7 * math.exp(power + 0.108 * p.get("smoker", 0) + 0.0784 * p.get("dvt_pe", 0))


def for_one(own, person: dict) -> float:
    names = {item.name for item in own.inputs}
    known = {name: value for name, value in person.items() if name in names}
    return float(predict(own, columns_of(own.inputs, known))[0])


@one_test
@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize(
    ("name", "oracle"),
    [
        ("warfarin-iwpc-pharmacogenetic", iwpc),
        ("warfarin-iwpc-clinical", iwpc_clinical),
        ("warfarin-gage-pharmacogenetic", gage),
        ("warfarin-gage-clinical", gage_clinical),
    ],
)
def test_published_equations(name, oracle, person):
    assert for_one(published(name), person) == pytest.approx(oracle(person), abs=0.01)


@pytest.mark.parametrize(
    ("name", "mg_per_week"),
    [
        # √ = 5.6044 − 0.2614·6 + 0.0087·165 + 0.0128·72.5 − 0.8677 − 0.9357 = 4.59610
        ("warfarin-iwpc-pharmacogenetic", 21.124),
        # √ = 4.0376 − 0.2546·6 + 0.0118·165 + 0.0134·72.5 = 5.42850
        ("warfarin-iwpc-clinical", 29.469),
        # BSA 1.79673; ln = 0.9751 − 0.3238 + 0.77565 − 0.4008 − 0.46935 + 0.50725 = 1.06405
        ("warfarin-gage-pharmacogenetic", 20.287),
    ],
)
def test_worked_examples(name, mg_per_week):
    assert for_one(published(name), SOMEONE) == pytest.approx(mg_per_week, abs=0.01)


def test_the_low_dose_allele_lowers_the_dose_in_every_equation():
    for name in ("warfarin-iwpc-pharmacogenetic", "warfarin-gage-pharmacogenetic"):
        doses = [for_one(published(name), {**SOMEONE, "vkorc1": v}) for v in ("G/G", "A/G", "A/A")]
        assert doses == sorted(doses, reverse=True)
        assert doses[2] < 0.6 * doses[0]


def test_unknown_genotype_has_terms_of_its_own_in_the_iwpc_equation():
    own = {**SOMEONE, "vkorc1": None, "cyp2c9": None}
    root = 5.6044 - 0.2614 * 6 + 0.0087 * 165 + 0.0128 * 72.5 - 0.4854 - 0.2188
    assert for_one(published("warfarin-iwpc-pharmacogenetic"), own) == pytest.approx(root**2)


def test_a_needed_input_that_one_patient_lacks_refuses_all():
    own = published("warfarin-iwpc-clinical")
    with pytest.raises(MissingCovariateError, match="age_years"):
        predict(own, columns_of(own.inputs, {"weight_kg": 70.0}))


@pytest.mark.parametrize("link", Link)
def test_a_link_and_back(link):
    dose = np.array([0.5, 7.0, 35.0, 120.0])
    assert dose_of(link_of(dose, link), link) == pytest.approx(dose, rel=1e-12)


def test_no_dose_is_below_zero():
    below = np.array([-3.0, 0.0])
    assert dose_of(below, Link.SQUARE_ROOT).tolist() == [0.0, 0.0]
    assert dose_of(below, Link.IDENTITY).tolist() == [0.0, 0.0]


def test_members_are_joined_on_the_models_link():
    own = model(member((term(5.0),), weight=0.75),
                member((term(3.0),), Link.LOG, weight=0.25, factor=7.0))  # fmt: skip
    filled = fill(own.inputs, columns_of(own.inputs, {"age_years": 50.0, "weight_kg": 80.0}))
    expected = (0.75 * 5 + 0.25 * math.sqrt(7 * math.exp(3))) ** 2
    assert dose_of(on_link(own, filled), own.link)[0] == pytest.approx(expected, rel=1e-12)
    shifted = msgspec.structs.replace(
        own, recalibration=Recalibration(site="a", shift=0.5, n=20, sd_between=0.3, sd_within=1.0)
    )
    assert on_link(shifted, filled) - on_link(own, filled) == pytest.approx(0.5)


def test_an_interval_is_that_of_the_predicted_dose():
    ends = ConformalInterval(
        level=0.9, method="-", lower=(-1.0, -2.0), upper=(1.0, 3.0), up_to=(25.0,)
    )
    own = model(member((term(1, "number", "age_years", per=10.0),)), interval=ends)
    ages = np.array([40.0, 50.0, 60.0])  # √dose 4, 5, 6: 25 itself is in the upper bin
    columns = {**columns_of(INPUTS, {}), "age_years": ages, "weight_kg": np.full(3, 80.0)}
    columns |= {n: np.repeat(columns[n], 3) for n in columns if len(columns[n]) == 1}
    found = interval_of(own, fill(own.inputs, columns))
    assert found.lower.tolist() == [9.0, 9.0, 16.0]
    assert found.upper.tolist() == [25.0, 64.0, 81.0]
    assert interval_of(model(), columns) is None


# contributions ------------------------------------------------------------------------------

FEATURES = (
    term(1, "number", "age_years"),
    term(1, "log", "weight_kg"),
    term(1, "bsa_dubois", "height_cm", "weight_kg"),
    term(1, "count", "vkorc1", values=("A",)),
    term(1, "level", "cyp2c9", values=("*1/*3", "*3/*3")),
    term(1, "unknown", "cyp2c9"),
    term(1, "level", "race", values=("Asian",)),
    term(1, "number", "amiodarone"),
)
SCALES = (0.02, 0.6, 1.0, 0.8, 0.8, 0.5, 0.4, 0.6)


@st.composite
def trees(draw):
    found = []
    for _ in range(draw(st.integers(1, 3))):
        cuts = [draw(st.sampled_from(range(len(FEATURES)))) for _ in range(3)]
        at = {0: 60.0, 1: 4.4, 2: 1.9, 3: 0.5}
        found.append(
            Tree(
                feature=(cuts[0], cuts[1], -1, -1, cuts[2], -1, -1),
                threshold=(*[at.get(c, 0.5) for c in cuts[:2]], 0, 0, at.get(cuts[2], 0.5), 0, 0),
                left=(1, 2, -1, -1, 5, -1, -1),
                right=(4, 3, -1, -1, 6, -1, -1),
                value=(0, 0, *draw(st.tuples(*[st.floats(-0.5, 0.5)] * 2)), 0,
                       *draw(st.tuples(*[st.floats(-0.5, 0.5)] * 2))),
            )
        )  # fmt: skip
    return Trees(features=FEATURES, trees=tuple(found))


@st.composite
def models(draw):
    links = [draw(st.sampled_from(Link)) for _ in range(draw(st.integers(1, 3)))]
    first = {Link.SQUARE_ROOT: 5.5, Link.LOG: 3.2, Link.IDENTITY: 30.0}
    size = {Link.SQUARE_ROOT: 1.0, Link.LOG: 0.2, Link.IDENTITY: 8.0}
    members = []
    for link in links:
        terms = [term(first[link])]
        for own, scale in zip(FEATURES, SCALES, strict=True):
            share = draw(st.floats(-1, 1)) * scale * size[link]
            terms.append(msgspec.structs.replace(own, coefficient=share))
        factor = draw(st.sampled_from([1.0, 1.3]))
        with_trees = draw(trees()) if draw(st.booleans()) else None
        members.append(member(terms, link, weight=1 / len(links), factor=factor, trees=with_trees))
    own = model(*members, link=draw(st.sampled_from(Link)))
    if draw(st.booleans()):
        shift = Recalibration(site="s", shift=0.1, n=9, sd_between=1.0, sd_within=1.0)
        own = msgspec.structs.replace(own, recalibration=shift)
    return own


PERSONS = st.fixed_dictionaries(
    {
        "age_years": st.floats(18, 100),
        "weight_kg": st.floats(30, 220),
        "height_cm": st.one_of(st.none(), st.floats(120, 220)),
        "race": st.sampled_from([None, "White", "Asian", "Black", "Unknown"]),
        "vkorc1": st.sampled_from([None, "A/A", "A/G", "G/G"]),
        "cyp2c9": st.sampled_from([None, "*1/*1", "*1/*3", "*3/*3", "*2/*5"]),
        "amiodarone": st.sampled_from([None, True, False]),
    }
)
TYPICAL = {item.name: item.typical for item in INPUTS}


@settings(max_examples=150)
@given(own=models(), person=PERSONS)
def test_contributions_add_up_to_the_whole_difference(own, person):
    filled, typical = (fill(own.inputs, columns_of(own.inputs, v)) for v in (person, TYPICAL))
    dose, usual = (float(dose_of(on_link(own, c), own.link)[0]) for c in (filled, typical))
    found = contributions(own, filled, typical)
    assert math.fsum(found.values()) == pytest.approx(dose - usual, abs=1e-9)
    same = {name for name in filled if filled[name][0] == typical[name][0]}
    assert all(not set(names) <= same for names in found)


def test_the_typical_patient_has_no_contributions():
    own = model()
    typical = fill(own.inputs, columns_of(own.inputs, TYPICAL))
    assert contributions(own, typical, typical) == {}


def test_contributions_of_a_square_root_by_hand():
    """On the line between two patients the mean slope of s² is the sum of both ends."""
    own = model(member((term(5.0), term(-0.1, "number", "age_years", origin=60.0),
                        term(0.05, "number", "weight_kg", origin=80.0))))  # fmt: skip
    person = {**TYPICAL, "age_years": 70.0, "weight_kg": 100.0}
    filled, typical = (fill(own.inputs, columns_of(own.inputs, v)) for v in (person, TYPICAL))
    found = contributions(own, filled, typical)  # √dose 5 → 5 − 1 + 1 = 5
    assert found == pytest.approx({("age_years",): -10.0, ("weight_kg",): 10.0}, abs=1e-9)


def test_contributions_of_trees_are_shapleys():
    """Two inputs that work only together share their effect in halves."""
    both = Tree(feature=(0, -1, 1, -1, -1), threshold=(65.0, 0, 90.0, 0, 0),
                left=(1, -1, 3, -1, -1), right=(2, -1, 4, -1, -1),
                value=(0, 0.0, 0, 0.0, 8.0))  # fmt: skip
    own_trees = Trees(
        features=(term(1, "number", "age_years"), term(1, "number", "weight_kg")), trees=(both,)
    )
    own = model(member((term(30.0),), Link.IDENTITY, trees=own_trees), link=Link.IDENTITY)
    person = {**TYPICAL, "age_years": 70.0, "weight_kg": 100.0}
    filled, typical = (fill(own.inputs, columns_of(own.inputs, v)) for v in (person, TYPICAL))
    found = contributions(own, filled, typical)
    assert found == pytest.approx({("age_years",): 4.0, ("weight_kg",): 4.0})


def test_parts_add_up_where_the_dose_reaches_nothing():
    inputs = (AGE, WEIGHT, CYP2C9)
    terms = (
        term(2.0),
        term(-0.2, "number", "age_years", origin=60.0),
        term(0.01, "number", "weight_kg", origin=80.0),
    )
    own = model(member(terms), inputs=inputs)
    usual = {"age_years": 60.0, "weight_kg": 80.0, "cyp2c9": "*1/*1"}
    person = {**usual, "age_years": 97.0, "weight_kg": 110.0}
    filled, typical = (fill(inputs, columns_of(inputs, v)) for v in (person, usual))
    found = contributions(own, filled, typical)
    assert dose_of(on_link(own, filled), own.link)[0] == 0.0
    assert math.fsum(found.values()) == pytest.approx(-4.0, abs=1e-9)
    assert found["age_years",] < 0 < found["weight_kg",]
