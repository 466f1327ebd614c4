"""Sources side by side: agreement, degree, contradiction, and what may explain it."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import one_test
from pgx.recommendations.sources import Standing, compare_sources
from pgx.records.advice import ACTIONS
from pgx.records.calls import AdviceFacts, Certainty, Recommendation


def row(source, action, low=None, high=None, **more):
    usual = {"sample": "s", "drug": "examplol", "genes": ("AAA",), "lookup": "AAA=x"}
    return Recommendation(
        **{**usual, "population": "general", **more},
        source=source,
        action=(action,),
        dose_factor_min=low,
        dose_factor_max=high,
    )


@one_test
@pytest.mark.parametrize(
    ("one", "two", "standing"),
    [
        (("avoid",), ("alternative",), Standing.AGREE),
        (("reduce_dose", 0.5, 0.5), ("reduce_dose", 0.4, 0.6), Standing.AGREE),
        (("reduce_dose", 0.5, 0.5), ("reduce_dose",), Standing.AGREE),
        (("reduce_dose", 0.5, 0.5), ("reduce_dose", 0.7, 0.7), Standing.DEGREE),
        (("reduce_dose", 0.5, 0.5), ("avoid",), Standing.DEGREE),
        (("use_as_directed",), ("monitor",), Standing.DEGREE),
        (("use_as_directed",), ("avoid",), Standing.CONTRADICT),
        (("use_as_directed",), ("reduce_dose", 0.5, 0.5), Standing.CONTRADICT),
        (("reduce_dose", 0.5, 0.5), ("increase_dose", 1.5, 1.5), Standing.CONTRADICT),
        (("avoid",), ("no_recommendation",), Standing.ALONE),
    ],
)
def test_two_sources(one, two, standing):
    assert compare_sources([row("A", *one), row("B", *two)]).standing is standing


def test_the_most_serious_row_of_a_source_speaks_for_it():
    rows = [
        row("A", "use_as_directed"),
        row("A", "avoid", population="children"),
        row("B", "avoid"),
    ]
    found = compare_sources(rows)
    assert found.standing is Standing.AGREE
    assert [r.action for r in found.speaking] == [("avoid",), ("avoid",)]


def test_what_may_explain_a_difference():
    rows = [
        row("A", "avoid", population="children", guideline_id="new"),
        row("B", "use_as_directed", genes=("AAA", "BBB"), guideline_id="old"),
    ]
    found = compare_sources(rows, {"new": 2024, "old": 2015})
    assert found.reasons == ("population", "genes", "version")
    assert compare_sources(rows[:1]).reasons == ()


def test_sources_that_say_nothing_are_named():
    rows = [row("A", "avoid"), row("B", "no_recommendation"), row("C", "avoid")]
    rows[2] = row("C", "avoid", certainty=Certainty.UNKNOWN)
    assert compare_sources(rows).silent == ("B", "C")


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from(ACTIONS)), max_size=6))
def test_the_order_of_sources_does_not_matter(pairs):
    rows = [row(source, action) for source, action in pairs]
    forth, back = compare_sources(rows), compare_sources(rows[::-1])
    assert forth.standing is back.standing
    assert set(forth.silent) == set(back.silent)


@pytest.mark.parametrize(
    ("one", "other", "standing"),
    [
        ("avoid", "use_as_directed", Standing.DEGREE),
        ("avoid", "avoid", Standing.DEGREE),
        ("reduce_dose", "increase_dose", Standing.DEGREE),
        ("reduce_dose", "monitor", Standing.AGREE),
    ],
)
def test_advice_that_waits_for_a_condition_contradicts_nobody(one, other, standing):
    """A label that forbids a drug to children only does not contradict a guideline's advice."""
    fact = "age_below=12 years"
    facts = AdviceFacts(statement="S-1", condition=(fact,), unconditional=("no_recommendation",))
    waiting = row("FDA_TABLE", one, condition=f"{fact}: in patients younger than 12 years")
    waiting = msgspec.structs.replace(waiting, facts=facts)
    assert compare_sources([waiting, row("CPIC", other)]).standing is standing
