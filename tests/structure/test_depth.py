"""Copies from the depth of a gVCF."""

import numpy as np
import pytest

from cases import one_test
from pgx.copynumber.configurations import Expected, depth_fit, distance_kernel
from pgx.copynumber.depth import copies_from_depth
from pgx.copynumber.evidence import evidence_of, with_posterior
from pgx.io.depth import DepthScan
from structure.made import GENE, MODELS, NAMES, PANEL, scan

COMMON = (
    "2 gene", "1 gene", "0 gene", "3 gene", "4 gene", "2 gene + 1 *36", "2 gene + 2 *36",
    "1 gene + 1 *36", "2 gene + 1 *13", "2 gene + 1 *68", "1 gene + 1 *68",
)  # fmt: skip


def posterior(found):
    weight = np.exp(found.log_likelihood - found.log_likelihood.max() + MODELS.log_prior)
    return weight / weight.sum()


@one_test
@pytest.mark.parametrize("model", COMMON)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_model_is_found_from_its_depth(model, seed):
    found = copies_from_depth(GENE, scan(model, seed=seed), 0, PANEL)
    assert found.is_assessed
    assert NAMES[int(posterior(found).argmax())] == model
    assert found.report.mean_depth == pytest.approx(35, rel=0.05)
    assert len(found.report.windows) == len(PANEL.starts)


def test_less_depth_says_less():
    sure = posterior(copies_from_depth(GENE, scan("2 gene", 60.0), 0, PANEL)).max()
    less = posterior(copies_from_depth(GENE, scan("2 gene", 12.0), 0, PANEL)).max()
    assert less < sure


def noisy(depth, excess):
    """Two copies; depth of the controls is counted, and varies by so much beside."""
    rng = np.random.default_rng(4)
    made = scan("2 gene", depth)
    expected = depth * np.exp(PANEL.controls.log_depth)
    waves = np.exp(excess * rng.standard_normal(len(expected)))
    counted = expected * waves + np.sqrt(0.9 * expected) * rng.standard_normal(len(expected))
    made.depth[: PANEL.n_controls, 0] = np.maximum(np.rint(counted), 0)
    return made


def test_noise_of_the_controls_beside_counting_says_less():
    calm, loud = (copies_from_depth(GENE, noisy(60.0, e), 0, PANEL) for e in (0.05, 0.15))
    assert np.ptp(loud.log_likelihood) < np.ptp(calm.log_likelihood)


@one_test
@pytest.mark.parametrize("depth", [15.0, 30.0, 60.0])
@pytest.mark.parametrize("excess", [0.08, 0.15])
def test_noise_beside_counting_is_found_at_every_depth(depth, excess):
    def level(noise):
        return PANEL.controls.level(noisy(depth, noise).depth[: PANEL.n_controls, 0])

    assert level(0.0).excess < 0.04
    assert level(excess).excess == pytest.approx(excess, abs=0.025)


def without(own, share, *, controls):
    depth = own.depth.copy()
    part = depth[: PANEL.n_controls] if controls else depth[PANEL.n_controls :]
    part[: int(share * len(part))] = np.nan
    return DepthScan(depth, own.allelic)


@one_test
@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (scan("2 gene", 2.0), "depth_too_low"),
        (scan("2 gene", noise=0.5), "depth_uneven"),
        (without(scan("2 gene"), 0.5, controls=True), "no_panel_windows"),
        (without(scan("2 gene"), 0.5, controls=False), "no_panel_windows"),
        (without(scan("2 gene"), 1.0, controls=True), "no_panel_windows"),
    ],
)
def test_poor_depth_is_not_assessed(made, reason):
    found = copies_from_depth(GENE, made, 0, PANEL)
    assert not found.is_assessed
    assert found.report.reason == reason
    assert found.report.copies == ()


def test_depth_that_no_model_explains_is_not_assessed():
    odd = scan("2 gene")
    depth = odd.depth.copy()
    depth[PANEL.n_controls :: 2] *= 4
    found = copies_from_depth(GENE, DepthScan(depth, odd.allelic), 0, PANEL)
    assert found.report.reason == "depth_uneven"


def test_a_saved_report_gives_its_evidence_back():
    found = copies_from_depth(
        GENE, scan("2 gene + 1 *36", reads={42127941: ("G", "A", 20, 11)}), 0, PANEL
    )
    report = with_posterior(found, MODELS, posterior(found))
    again = evidence_of(report, MODELS)
    assert again.reads == found.reads
    listed = again.log_likelihood > -30
    apart = found.log_likelihood - found.log_likelihood.max() - again.log_likelihood
    assert np.abs(apart[listed]).max() < 1e-3
    assert (found.log_likelihood - found.log_likelihood.max())[~listed].max() < -15
    assert report.copies[0].copies == 3


def test_windows_of_the_same_fragments_are_no_independent_witnesses():
    """Twenty windows in one place say hardly more than one; far apart they say more."""
    expected = Expected(
        np.array([[2.0] * 20, [3.0] * 20]), np.array([[2.0], [3.0]]), np.zeros((1, 20))
    )
    copies, reads = np.full(20, 2.03), np.full(20, 8.0)
    near = depth_fit(copies, reads, np.full(20, 100.0), expected).log_likelihood
    far = depth_fit(copies, reads, np.arange(20) * 5000.0, expected).log_likelihood
    assert np.ptp(near) < np.ptp(far)
    assert distance_kernel(np.array([0.0]))[0] == 1.0


def test_depth_half_way_between_two_numbers_of_copies_says_neither():
    found = scan("2 gene")
    found.depth[PANEL.n_controls :] *= 0.69
    evidence = copies_from_depth(GENE, found, 0, PANEL)
    assert evidence.report.reason == "conflict"
