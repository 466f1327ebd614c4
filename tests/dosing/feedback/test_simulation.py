"""Simulated persons: seeded, labelled, and such that a refinement's interval can be judged."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from validation.simulated_courses import Truth, read_assumptions, simulate

from pgx_dosing.feedback.course import read_outcomes
from pgx_dosing.feedback.kpd import read_parameters
from pgx_dosing.feedback.update import refine

LEVEL = 0.9


@pytest.fixture(scope="module")
def patients():
    return simulate(100, seed=11)


def refined(patient, n):
    return refine(
        patient.prior_dose,
        patient.prior_interval,
        LEVEL,
        age_years=patient.age_years,
        genotype=patient.genotype,
        course=patient.first(n),
    )


def test_equal_seeds_give_equal_persons(patients):
    assert simulate(5, seed=11) == patients[:5]
    assert simulate(5, seed=12) != patients[:5]


def test_every_person_says_that_nobody_is_meant(patients):
    assert all(p.simulated for p in patients)
    assert msgspec.to_builtins(patients[0])["simulated"] is True
    assert read_assumptions().simulated


def test_alleles_are_drawn_by_their_shares(patients):
    for gene, shares in read_assumptions().allele_shares.items():
        for allele, share in shares.items():
            n = sum(p.genotype[gene].get(allele, 0) for p in patients)
            assert n / (2 * len(patients)) == pytest.approx(share, abs=0.1)


def test_a_course_can_be_cut_at_any_inr(patients):
    whole = patients[0].course
    assert len(patients[0].first(3).inr) == 3
    assert patients[0].first(3).doses == whole.doses[:10]
    assert not patients[0].first(0).inr
    assert len(patients[0].first(0).doses) == 1


def test_inrs_nearer_the_true_dose_than_the_prior_and_intervals_that_hold(patients):
    true = np.array([p.true_dose for p in patients])
    before = np.abs([p.prior_dose for p in patients] - true).mean()
    errors = []
    for n in (3, 5, 8):
        found = [refined(p, n).refined for p in patients]
        errors.append(np.abs([f.dose for f in found] - true).mean())
        held = np.mean([f.lower <= t <= f.upper for f, t in zip(found, true, strict=True)])
        assert 0.84 <= held <= 0.97
    assert before > errors[0] > errors[1] > errors[2]
    assert errors[2] < 0.6 * before


def test_a_person_can_be_made_to_differ_from_what_is_assumed():
    steady = simulate(3, seed=4, truth=Truth(sd_inr=0.0, sd_speed=0.0, sd_dose=1e-9))
    for person in steady:
        assert person.true_dose == pytest.approx(person.prior_dose)
        assert abs(refined(person, 8).refined.dose / person.prior_dose - 1) < 0.1
    missed = simulate(30, seed=4, truth=Truth(missed=0.3))
    bias = np.mean([refined(p, 8).refined.dose / p.true_dose for p in missed])
    assert bias > 1.15


def test_reports_follow_the_outcomes_of_the_drug(patients):
    p = read_parameters()
    own = {n for n, m in read_outcomes().outcomes.items() if m.drug == p.drug}
    assert {r.kind for x in patients for r in x.course.reports} == own
    bled = [r.value for x in patients for r in x.course.reports if r.kind == "bleeding"]
    assert 0 < np.mean(bled) < 0.05
