"""Tables of copies told from simulated depth, and of published diplotypes that are simulated."""

import numpy as np
import pytest
from validation.structure_depth import (
    Design,
    Simulated,
    calibration,
    designs,
    distance,
    drawn_models,
    judge,
    measure,
    models_of,
    report,
)
from validation.structure_genomes import Simulated as Published
from validation.structure_genomes import report_published

from pgx.knowledge.snapshot import KnowledgeBase

MODELS = models_of(KnowledgeBase().genes["CYP2D6"])
DRAWN = drawn_models(MODELS)


def test_each_way_to_draw_models_has_a_prior_of_what_it_draws():
    for way in designs(MODELS):
        assert np.exp(way.log_prior).sum() == pytest.approx(1)
        assert (way.weight[np.isneginf(way.log_prior)] == 0).all()
    alike = designs(MODELS)[1]
    drawn = alike.weight > 0
    assert np.ptp(alike.log_prior[drawn]) == 0
    assert np.isneginf(alike.log_prior[~drawn]).all()


def test_a_prior_decides_where_the_depth_says_nothing():
    one, other = DRAWN[:2]
    nothing = Simulated(30, np.array([one, other]), np.zeros((2, len(MODELS.counts))))
    prior = np.full(len(MODELS.counts), -np.inf)
    prior[one], prior[other] = np.log([0.9, 0.1])
    found = judge(MODELS, nothing, Design("made", np.exp(prior), prior))
    assert found.structure_right.tolist() == [True, False]
    assert found.structure == pytest.approx([0.9, 0.9])
    assert found.weight == pytest.approx([0.9, 0.1])
    bins = calibration(found.structure, found.structure_right, found.weight)
    assert distance(bins) == pytest.approx(0)


def test_samples_that_were_not_assessed_are_counted_apart():
    likely = np.zeros((3, len(MODELS.counts)))
    likely[1] = np.nan
    found = judge(MODELS, Simulated(30, np.array(DRAWN[:3]), likely), designs(MODELS)[0])
    assert found.n_open == 1
    assert len(found.model) == 2


def test_every_model_has_a_row_and_every_way_one_at_each_coverage():
    text = report(MODELS, [measure(coverage, DRAWN, n=2) for coverage in (30, 60)])
    lines = text.splitlines()
    for model in DRAWN:
        assert sum(line.startswith(f"| {MODELS.name(model)} |") for line in lines) == 1
    for way in designs(MODELS):
        assert sum(f"| {way.name} |" in line for line in lines) == 2


def test_a_wrong_diplotype_is_listed_and_members_of_a_tandem_are_free():
    right = Published(
        ("*4x2", "*41"), frozenset([("*41", "*4x2")]), True, "*41/*4x2", "called", 0.999
    )
    wrong = Published(
        ("*10x2", "*17"), frozenset([("*10x2", "*17")]), True, "*17/*36+*10", "ambiguous", 0.9
    )
    assert right.right
    assert not wrong.right
    text = report_published([right, wrong], ["duplication"])
    assert "| *10x2/*17 | *17/*36+*10 | 0.9000 | ambiguous |" in text
    assert "duplication" in text
    assert "*41" not in text.partition("Wrong:")[2]
