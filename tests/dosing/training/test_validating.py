"""A site that is left out is in nothing that predicts it; intervals hold what they promise."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from dosing.invented import RECIPE, SCHEMA, frame, published, table, with_cells
from pgx_dosing.equation import dose_of
from pgx_dosing.evaluation import predict_table
from pgx_dosing.specification import Link
from pgx_dosing.tables import table_of
from pgx_dosing.training.fitting import fit
from pgx_dosing.training.validating import (
    Residuals,
    Split,
    interval_from,
    train,
    try_unseen,
    working_tail,
)


def unseen(patients, recipe=RECIPE, split=Split.SITE):
    return try_unseen(recipe, patients, published, split)


def test_a_site_is_in_no_fit_that_predicts_it():
    """Site 0 has a giant effect: whoever had seen it would predict it higher."""
    plain, giant = table(), table(effects=(6.0,))
    own = giant.site == "0"
    assert giant.dose[own].mean() > 2.5 * plain.dose[own].mean()
    before, after = unseen(plain), unseen(giant)
    assert after.value[own].tolist() == before.value[own].tolist()
    # and all others have seen it
    assert (after.value[~own] - before.value[~own]).mean() > 0.5
    at_random = unseen(giant, split=Split.RANDOM)
    assert (at_random.value[own] - before.value[own]).mean() > 0.5


def test_a_sites_own_residuals_are_not_in_its_interval():
    found = unseen(table(effects=(2.0,)))
    own = found.residuals.fold == 0
    others = found.residuals.take(~own)
    shifts = interval_from(others, working_tail(others, 0.9)).at(found.dose[own])
    expected = [(found.value[own] + shift).clip(0) ** 2 for shift in shifts]
    assert found.bounds.lower[own].tolist() == expected[0].tolist()
    assert found.bounds.upper[own].tolist() == expected[1].tolist()


def test_estimates_of_height_are_of_other_sites_too():
    """Site 0 is said to be of giants; heights of its own that are missing are not estimated so."""
    rows = frame(n_sites=3)
    tall = [
        ("NA" if i % 2 else "219") if s == "0" else h
        for i, (s, h) in enumerate(zip(rows["Site"], rows["Height"], strict=True))
    ]
    patients = table_of(with_cells(rows, Height=tall), SCHEMA, "t")
    others = patients.take(patients.site != "0")
    own = fit(RECIPE, others, published)
    gap = (patients.site == "0") & np.isnan(patients.columns["height_cm"])
    expected = predict_table(own, patients.take(gap)).dose
    assert unseen(patients).dose[gap] == pytest.approx(expected, rel=1e-12)


def test_predictions_are_those_of_a_fit_without_the_site():
    patients = table(n_sites=4)
    own = fit(RECIPE, patients.take(patients.site != "3"), published)
    here = patients.site == "3"
    assert unseen(patients).dose[here] == pytest.approx(
        predict_table(own, patients.take(here)).dose, rel=1e-12
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_intervals_cover_what_they_say(seed):
    patients = table(n_sites=12, per_site=120, seed=seed)
    found = unseen(patients)
    inside = (found.bounds.lower <= patients.dose) & (patients.dose <= found.bounds.upper)
    assert 0.88 <= inside.mean() <= 0.92
    model = train(RECIPE, patients, published, found)
    later = table(n_sites=12, per_site=120, seed=seed + 50)
    new = predict_table(model, later)
    covered = (new.bounds.lower <= later.dose) & (later.dose <= new.bounds.upper)
    assert 0.87 <= covered.mean() <= 0.93
    assert model.interval.level == 0.9


def residuals(n=900, n_folds=9, seed=1, between=0.0, group=None) -> Residuals:
    rng = np.random.default_rng(seed)
    fold = np.arange(n) % n_folds
    noise = rng.normal(0, 1, n) + between * rng.normal(0, 1, n_folds)[fold]
    return Residuals.of(noise, rng.uniform(10, 60, n), fold, group)


def coverage(own: Residuals, tail: float) -> float:
    """Count by hand who of each fold is inside the interval of the others."""
    inside = 0
    for k in np.unique(own.fold):
        shifts = interval_from(own.take(own.fold != k), tail)
        for residual, dose, fold in zip(own.residual, own.dose, own.fold, strict=True):
            if fold == k:
                place = sum(dose >= cut for cut in shifts.up_to)
                inside += shifts.lower[place] <= residual <= shifts.upper[place]
    return inside / len(own.residual)


@pytest.mark.parametrize("between", [0.0, 0.8])
def test_the_working_tail_is_the_widest_that_covers(between):
    own = residuals(between=between)
    tail = working_tail(own, 0.9)
    assert 0.025 <= tail <= 0.05
    if tail > 0.025:
        assert coverage(own, tail) >= 0.9
    if tail < 0.05:
        assert coverage(own, min(0.05, tail + 0.0013)) < 0.9


def test_sites_that_differ_need_a_smaller_tail():
    assert working_tail(residuals(between=0.9), 0.9) < working_tail(residuals(seed=3), 0.9) + 1e-9


def test_ends_are_conformal_ranks():
    """Of 99 residuals the 5th and the 95th leave out 5% on either side for the next patient."""
    values = np.random.default_rng(0).permutation(np.arange(1.0, 100.0))
    own = Residuals.of(values, np.full(99, 30.0), np.zeros(99, np.int64))
    found = interval_from(own, 0.05)
    assert (found.lower, found.upper, found.up_to) == ((5.0,), (95.0,), ())


def test_bins_by_dose_have_ends_of_their_own():
    rng = np.random.default_rng(4)
    dose = rng.uniform(10, 70, 900)
    own = Residuals.of(rng.normal(0, 1, 900) * dose / 40, dose, np.zeros(900, np.int64))
    found = interval_from(own, 0.05)
    assert len(found.lower) == len(found.upper) == 3
    assert found.up_to == pytest.approx([30.0, 50.0], abs=2.5)
    widths = np.array(found.upper) - np.array(found.lower)
    assert (np.diff(widths) > 0.3).all()


@pytest.mark.parametrize("doses", [[30.0], [20.0, 40.0], [20.0] * 9 + [40.0], [20.0] + [40.0] * 9])
def test_equal_predictions_make_no_empty_bin(doses):
    n = 900
    rng = np.random.default_rng(5)
    own = Residuals.of(rng.normal(0, 1, n), np.resize(doses, n), np.arange(n) % 3)
    found = interval_from(own, 0.05)
    assert len(found.lower) == len(found.up_to) + 1
    assert np.isfinite([*found.lower, *found.upper]).all()
    assert 0.025 <= working_tail(own, 0.9) <= 0.05


def test_a_small_group_weighs_more_than_its_number():
    """A tenth of the patients scatter three times as much: their own coverage gains."""
    rng = np.random.default_rng(6)
    group = np.where(np.arange(2000) % 10 == 0, "few", "many")
    noise = rng.normal(0, 1, 2000) * np.where(group == "few", 3.0, 1.0)
    fold, dose = np.zeros(2000, np.int64), np.full(2000, 30.0)
    plain, weighed = (
        interval_from(Residuals.of(noise, dose, fold, g), 0.05) for g in (None, group)
    )
    few = noise[group == "few"]
    covered = [((s.lower[0] <= few) & (few <= s.upper[0])).mean() for s in (plain, weighed)]
    assert covered[1] > covered[0] + 0.03


def test_predicted_doses_are_on_the_links_scale():
    found = unseen(table(n_sites=3))
    assert found.dose.tolist() == dose_of(found.value, Link.SQUARE_ROOT).tolist()
    assert (found.bounds.lower < found.bounds.upper).all()
    other = unseen(table(n_sites=3), msgspec.structs.replace(RECIPE, link=Link.LOG))
    assert other.dose.tolist() == np.exp(other.value).tolist()
