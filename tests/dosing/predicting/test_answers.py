"""All answers on one drug: what builds on an equation does not look surer than the equation."""

from __future__ import annotations

import pytest

from dosing.rules.people import called
from pgx.records.calls import CallStatus, Candidate, Certainty, SiteObservation
from pgx_dosing.answers import Dosing
from pgx_dosing.report.text import answer_json, answer_text
from pgx_dosing.rules.observed import Person

WORDS = {"age_years": "63", "sex": "female", "race": "White", "height_cm": "165",
         "weight_kg": "72.5", "african_ancestry": "no"}  # fmt: skip


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch, tmp_path):
    monkeypatch.setenv("PGX_MODELS", str(tmp_path))


def person(*alleles: str, cyp2c9=(("*1/*3", 1.0),)) -> Person:
    site = SiteObservation(position="chr16:31096368", rsid="rs9923231", alleles=alleles, ref="C",
                           evidence="record")  # fmt: skip
    status = CallStatus.CALLED if len(cyp2c9) == 1 else CallStatus.AMBIGUOUS
    call = called("CYP2C9", cyp2c9[0][0], status=status, n_candidates=len(cyp2c9),
                  candidates=tuple(Candidate(*pair) for pair in cyp2c9))  # fmt: skip
    return Person(calls={"CYP2C9": call, "VKORC1": called("VKORC1", "x/y", sites=(site,))})


def test_all_answer_where_all_is_known():
    found = Dosing("warfarin").answer(person("C", "T"), WORDS)
    assert found.models[0].certainty is Certainty.CERTAIN
    assert found.loading
    assert found.flows


def test_no_loading_dose_from_a_maintenance_dose_that_is_open():
    found = Dosing("warfarin").answer(person("C", "."), WORDS)
    first = found.models[0]
    assert first.certainty is Certainty.DEPENDS
    assert not found.loading
    missed = {n.name: n for n in found.not_answered}
    own = missed["warfarin-eu-pact-loading"]
    assert own.code == "PGX-MOD-002"
    assert "depends on unresolved or missing data" in own.reason
    sure = [f for f in found.flows if f.certainty is Certainty.CERTAIN]
    assert all(f.outcome.equation == "clinical" for f in sure)


def test_an_open_genotype_is_told_in_text_and_json():
    open_one = person("C", "T", cyp2c9=(("*1/*3", 0.8), ("*1/*1", 0.2)))
    found = Dosing("warfarin").answer(open_one, WORDS)
    text = answer_text(found)
    assert "depends on unresolved or missing data:" in text
    assert "with cyp2c9 *1/*1, probability 0.2" in text
    assert '"certainty":"depends"' in answer_json(found)
