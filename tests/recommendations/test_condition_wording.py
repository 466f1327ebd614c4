"""Advice that was shown as unconditional: what the release says of it now, text and condition."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest

from cases import one_test
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.messages.catalogue import ENGLISH_PHRASES as ENGLISH
from pgx.recommendations.conditions import (
    condition_phrase,
    is_said,
    open_conditions,
    unconditional_action,
)
from pgx.recommendations.index import guidance_of
from pgx.recommendations.lookup import recommend
from pgx.recommendations.wording import render_statement
from pgx.records.advice import Statement, split_condition
from pgx.records.calls import CallStatus, GeneCall

TRICYCLICS = (
    "amitriptyline", "clomipramine", "desipramine", "doxepin", "imipramine", "nortriptyline",
    "trimipramine",
)  # fmt: skip


@pytest.fixture(scope="module")
def kb():
    return KnowledgeBase()


@pytest.fixture(scope="module")
def index(kb):
    return guidance_of(kb)


def of(kb, authority: str, drugs: Iterable[str]) -> list[Statement]:
    return [s for s in kb.statements if s.authority == authority and s.drug in drugs]


def rows_of(index, drug: str, source: str, **keys: str):
    calls = [
        GeneCall(sample="S", gene=g, status=CallStatus.CALLED, lookup_keys=(key,))
        for g, key in ((gene.replace("_", "-"), key) for gene, key in keys.items())
    ]
    return [row for row in recommend(index, "S", calls, [drug]) if row.source == source]


@one_test
@pytest.mark.parametrize(
    ("drug", "source", "keys", "condition", "held"),
    [
        (
            "metoprolol",
            "DPWG",
            {"CYP2D6": "1.0"},
            {"aim_or_symptom=a gradual lowering of heart rate|bradycardia with symptoms"},
            ("use_as_directed",),
        ),
        (
            "atorvastatin",
            "CPIC",
            {"SLCO1B1": "Decreased Function"},
            {"alternative@planned_dose_above=40 mg"},
            ("adjust_initial_dose", "caution"),
        ),
        (
            "omeprazole",
            "CPIC",
            {"CYP2C19": "Poor Metabolizer"},
            {
                "reduce_dose@treated_longer_and_effective=12 weeks",
                "monitor@treated_longer_and_effective=12 weeks",
            },
            ("use_as_directed", "reduce_dose", "monitor"),
        ),
        (
            "imipramine",
            "CPIC",
            {"CYP2C19": "Intermediate Metabolizer", "CYP2D6": "3.0"},
            {"monitor@warranted"},
            ("avoid", "monitor"),
        ),
        (
            "tetrabenazine",
            "FDA_TABLE",
            {"CYP2D6": "0.0"},
            {"planned_dose_above=50 mg"},
            ("no_recommendation",),
        ),
        (
            "propafenone",
            "FDA_TABLE",
            {"CYP2D6": "0.0"},
            {"taking_any_inhibitor=CYP3A4"},
            ("no_recommendation",),
        ),
    ],
)
def test_advice_for_some_has_its_condition(index, drug, source, keys, condition, held):
    [row] = rows_of(index, drug, source, **keys)
    assert {fact for fact, _ in open_conditions(row)} == condition
    assert unconditional_action(row) == held


def test_a_tricyclic_starting_dose_is_no_dose_for_the_first_day(kb):
    marked = [s for s in of(kb, "CPIC", TRICYCLICS) if "starting_means_steady_state" in s.notes]
    assert len(marked) > 50
    for it in marked:
        text = render_statement(it)
        assert "standard starting dose" not in text
        assert "not that of the first day" in text


def test_drug_levels_of_an_avoided_tricyclic_are_for_those_who_use_it_all_the_same(kb):
    asked = 0
    for it in of(kb, "CPIC", TRICYCLICS):
        text = render_statement(it)
        if it.action[0] in ("avoid", "alternative") and "drug monitoring to guide" in text:
            asked += 1
            assert "monitor@warranted" in it.condition
            assert re.search(r"is used nevertheless, (use )?therapeutic drug monitoring", text)
    assert asked > 30


def test_uncertain_susceptibility_is_no_reason_for_caution(kb):
    uncertain = [
        s
        for s in kb.statements
        if s.lookup
        and all(
            key in ("Uncertain Susceptibility", "No Result")
            for product in s.lookup
            for gene, keys in product
            if gene in ("RYR1", "CACNA1S")
            for key in keys
        )
        and {"RYR1", "CACNA1S"} & set(s.genes)
    ]
    assert len({s.drug for s in uncertain}) > 5
    assert all(s.action[0] == "no_recommendation" for s in uncertain)
    assert all("caution" not in render_statement(s) for s in uncertain)


def test_what_is_said_of_one_nsaid_is_not_said_of_others(kb):
    said = {s.drug for s in of(kb, "CPIC", ["celecoxib", "ibuprofen", "flurbiprofen", "lornoxicam"])
            if "CYP2C8" in render_statement(s)}  # fmt: skip
    assert said == {"ibuprofen"}


@pytest.mark.parametrize("drug", ["allopurinol", "carbamazepine", "oxcarbazepine"])
def test_the_risk_stands_in_the_advice_and_not_in_the_implications_alone(kb, drug):
    risky = [s for s in of(kb, "FDA_TABLE", [drug]) if any("skin" in i for i in s.implications)]
    assert risky
    assert all("severe skin reactions" in render_statement(s) for s in risky)


@pytest.mark.parametrize("population", ["used_over_3_months"])
def test_use_by_a_carrier_needs_that_it_was_tolerated(index, population):
    rows = rows_of(index, "oxcarbazepine", "CPIC", HLA_B="*15:02 positive")
    [row] = [r for r in rows if r.population == population]
    [(fact, _)] = open_conditions(row)
    assert fact == "taken_without_skin_reaction=3 months"
    assert "without a skin reaction" in row.text
    assert unconditional_action(row) == row.action  # never standard use while it is open


def test_a_condition_that_no_clause_says_is_put_before_the_advice(kb):
    asked = 0
    for it in kb.statements:
        primary = [f for f in it.condition if not split_condition(f)[0]]
        unsaid = [f for f in primary if not is_said(it, f)]
        for fact in unsaid:
            asked += 1
            clause = condition_phrase(fact, it.drug, ENGLISH)
            assert render_statement(it).casefold().count(clause.casefold()) == 1
    assert asked > 50
