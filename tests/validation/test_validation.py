"""Short forms of the validation scripts; the full ones are in docs/validation.md."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("PGX_VALIDATION_DATA", ROOT.parent / "shared"))

pytestmark = [
    pytest.mark.validation,
    pytest.mark.skipif(not (DATA / "cohort").is_dir(), reason="no validation data folder"),
]


@pytest.fixture(scope="module")
def people():
    from validation.data import sample_info

    return sorted(sample_info())[::10]


def test_both_assemblies_give_the_same_diplotype_for_equal_genotypes(people):
    from validation.builds import EQUAL, UNEXPLAINED, measure

    found = measure(people)
    counts = found.counts.values()
    assert sum(c.get(UNEXPLAINED, 0) for c in counts) == 0
    assert sum(c.get(EQUAL, 0) for c in counts) > 1_800


def test_no_sure_call_of_a_reference_genome_is_wrong():
    from validation.truth import BEST, NONE, RIGHT, WRONG, measure

    counts, lines = measure()
    total = {kind: sum(c[kind] for c in counts.values()) for kind in (RIGHT, BEST, WRONG, NONE)}
    assert total[WRONG] == 0, lines
    assert total[NONE] == 0
    assert total[RIGHT] + total[BEST] >= 230


def test_fixtures_of_another_suite_are_read_and_explained():
    from validation.fixtures import measure

    found = measure()
    assert found.refused == []
    assert len(found.unexplained) <= 1


def test_a_second_opinion_differs_only_for_known_reasons(people):
    from validation.second_opinion import measure

    found = measure("phased", people)
    assert found.unexplained == []
