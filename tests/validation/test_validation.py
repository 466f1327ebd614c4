"""The measurements of docs/validation.md: nothing gets worse, nothing stays unexplained."""

import doctest
import os
from pathlib import Path

import pytest

from validation import __main__ as everything
from validation import builds, compare, fixtures, published, second_opinion, tables, truth

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("PGX_VALIDATION_DATA", ROOT.parent / "shared"))

needs_data = [
    pytest.mark.validation,
    pytest.mark.skipif(
        not (DATA / "cohort").is_dir(),
        reason=f"no validation data folder at {DATA} (PGX_VALIDATION_DATA)",
    ),
]


def with_data(test):
    for mark in needs_data:
        test = mark(test)
    return test


@pytest.mark.parametrize("module", [compare, published, tables, everything])
def test_examples_of_the_scripts(module):
    assert doctest.testmod(module).failed == 0


def test_the_page_has_a_part_for_every_measurement():
    page = everything.PAGE.read_text(encoding="utf-8")
    for name in everything.MEASUREMENTS:
        changed = everything.replaced(page, name, "figures")
        assert changed != page
        assert everything.replaced(changed, name, "figures") == changed


@with_data
def test_equal_genotypes_give_equal_diplotypes_on_both_assemblies():
    found = builds.measure()
    assert found.unexplained == []
    assert found.compared == 19_820
    assert sum(row[builds.EQUAL] for row in found.counts.values()) >= 18_453
    assert sum(row[builds.PLOIDY] for row in found.counts.values()) == 0


@with_data
@pytest.mark.parametrize(
    ("run", "persons", "agreed"),
    [("phased", 991, 17_561), ("unphased", 149, 2_591), ("missing", 149, 2_782)],
)
def test_a_second_opinion_differs_only_for_known_reasons(run, persons, agreed):
    found = second_opinion.measure(run)
    assert found.unexplained == []
    assert found.persons == persons
    assert found.agreed >= agreed


@with_data
def test_fixtures_of_another_suite_are_read_and_explained():
    found = fixtures.measure()
    assert found.files == 255
    assert found.refused == []
    assert found.unexplained == []
    agreed = {run: sum(row[kind] for kind in fixtures.AGREED) for run, row in found.counts.items()}
    assert agreed["asserted"] >= 138
    assert agreed["answered"] >= 3_501


@pytest.fixture(scope="module")
def scores():
    return truth.measure()


@with_data
def test_no_sure_call_of_a_reference_genome_is_wrong(scores):
    assert scores.genomes == 30
    assert scores.total(truth.WRONG, truth.UNEXPLAINED, truth.NONE) == 0
    assert scores.total(*truth.AGREED) >= 311


@with_data
def test_structural_diplotypes_are_told_to_be_out_of_sight(scores):
    said = {why for *_, kind, why in scores.differences if kind == truth.STRUCTURAL}
    assert said == {"ambiguous, copy number not assessed", "called, copy number not assessed"}
