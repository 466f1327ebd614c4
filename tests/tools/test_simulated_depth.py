"""Samples as arrays: depth, reads and diplotypes by structural model."""

import numpy as np
import pytest
from tools.simulated_depth import simulate_many

from pgx.copynumber.configurations import structural_models
from pgx.errors import UsageError
from pgx.simulator.depth.noise import Neighbours
from pgx.simulator.depth.people import allele_weights
from simulate.depth_support import BODY, GENE, kb, windows


def gene():
    return kb().genes[GENE]


def many(names, n=40, **options):
    models = structural_models(gene().structure)
    numbers = [i for name in names for i in range(len(models.counts)) if models.name(i) == name]
    assert len(numbers) == len(names)
    settings = {"coverage": 30.0, "noise": 0.05, "seed": 5} | options
    weights = allele_weights(gene(), kb().frequencies)
    return simulate_many(
        gene(), Neighbours(windows()), np.repeat(numbers, n), weights=weights, **settings
    )


def test_arrays_follow_the_copies_and_repeat():
    names = ["0 gene", "1 gene", "2 gene", "3 gene", "2 gene + 2 *36", "2 gene + 1 *68"]
    found, again = many(names), many(names)
    assert np.array_equal(found.depth, again.depth)
    assert np.array_equal(found.reads, again.reads)
    assert found.diplotypes == again.diplotypes
    assert not np.array_equal(found.depth, many(names, seed=6).depth)
    body = windows().within("chr22", BODY)
    depth = found.depth[body].reshape(body.sum(), len(names), 40).mean(axis=(0, 2))
    assert depth / depth[2] * 2 == pytest.approx([0, 1, 2, 3, 4, 2.1], abs=0.25)
    controls = ~windows().within("chr22", (42126000, 42135000))
    assert np.median(found.depth[controls]) == pytest.approx(30, rel=0.05)


def test_coverage_may_differ_between_samples():
    found = many(["2 gene"], coverage=np.repeat([15.0, 60.0], 20))
    assert found.depth[:, 20:].mean() / found.depth[:, :20].mean() == pytest.approx(4, rel=0.05)


def test_reads_of_arrays_follow_the_copies():
    found = many(["3 gene"], n=150)
    site = next(i for i, v in enumerate(found.sites) if v.position == 42128945)
    shares = {"one": [], "two": []}
    for sample, name in enumerate(found.diplotypes):
        copies = "two" if "*4x2" in name else "one" if name.endswith("/*4") else ""
        if copies and name != "*4/*4x2":
            ref, alt = found.reads[site, :, sample]
            shares[copies].append(alt / (ref + alt))
    assert len(shares["one"]) > 5
    assert len(shares["two"]) > 5
    assert np.mean(shares["one"]) == pytest.approx(1 / 3, abs=0.07)
    assert np.mean(shares["two"]) == pytest.approx(2 / 3, abs=0.07)


def test_site_reads_are_those_of_variants_a_caller_writes():
    found = many(["2 gene"], n=20)
    for sample in range(20):
        listed = {s.position: s.reads for s in found.site_reads(sample)}
        for site, (ref, alt) in zip(found.sites, found.reads[:, :, sample], strict=True):
            if alt >= 0.3 * (ref + alt) and ref + alt > 10:
                assert listed[site.position] == (ref, alt)
            if alt == 0:
                assert site.position not in listed


def test_models_that_are_none_are_refused():
    near = Neighbours(windows())
    options = {"coverage": 30.0, "noise": 0.0, "weights": {"*1": 1.0}, "seed": 0}
    with pytest.raises(UsageError):
        simulate_many(gene(), near, np.array([10_000]), **options)
    with pytest.raises(UsageError):
        simulate_many(kb().genes["TPMT"], near, np.array([0]), **options)
