"""The page of performance says what the figures beside it say, and how busy the machine was."""

from __future__ import annotations

import copy
import doctest
import json
import re

import pytest
from benchmarks.performance import model, page, plot, words

FOUND = json.loads(page.RESULTS.read_text(encoding="utf-8"))


def test_the_page_is_what_the_figures_make():
    assert page.PAGE.read_text(encoding="utf-8") == page.render(FOUND)


def test_the_picture_is_of_the_same_figures():
    assert plot.mark(FOUND) in page.PICTURE.read_text(encoding="utf-8")


def test_other_figures_make_another_picture_and_page():
    other = copy.deepcopy(FOUND)
    other["growth"][-1]["peak_mb"] *= 2
    assert plot.mark(other) != plot.mark(FOUND)
    assert page.render(other) != page.render(FOUND)


@pytest.mark.parametrize("busy", [True, False])
def test_a_busy_machine_is_told(busy):
    text = page.render({**FOUND, "is_busy": busy, "others_before": 7.31})
    assert ("!!! warning" in text) is busy
    assert ("up to 7.3 cores" in text) is busy


def test_the_machine_is_named():
    text = re.sub(r"\s+", " ", page.render(FOUND))
    machine = FOUND["machine"]
    assert machine["processor"] in text
    assert f"{machine['cores']} cores" in text
    assert f"Python {machine['python']}" in text
    assert f"polars {machine['libraries']['polars']}" in text


def test_a_missed_target_stands_out():
    slow = copy.deepcopy(FOUND)
    slow["turns"]["times"]["cohort"] = [[1e3, 1e3]] * len(FOUND["turns"]["times"]["cyvcf2"])
    row = next(x for x in page.targets(slow).splitlines() if "beside cyvcf2" in x)
    assert row.endswith("| **no** |")


def straight():
    """Return figures that lie on lines: 2 s and 1 ms a sample, 300 MB and 1 kB a sample."""
    made = copy.deepcopy(FOUND)
    for row in made["growth"]:
        n = row["samples"]
        for run in row["runs"]:
            run |= {"seconds": 2 + n / 1e3, "processor": 2 + n / 1e3}
        row["peak_mb"] = 300 + n / 1e3
    return made


def test_projections_follow_the_lines():
    far = model.projected(straight(), 5_000_000)
    assert far["seconds"] == pytest.approx(5002)
    assert far["memory_gb"] == pytest.approx(5.3)
    assert far["core_hours"] == pytest.approx(5002 / 3600)
    facts = FOUND["turns"]["facts"]
    assert far["kept_bytes"] == 4 * facts["records_kept"] * 5_000_000


def test_the_slope_is_of_times_a_sample():
    expected = (2 / 63_424 + 1e-3) / (2 / 3_964 + 1e-3)
    assert model.slope(straight()) == pytest.approx(expected)


def test_without_workers_nothing_is_said_of_their_gain():
    text = re.sub(r"\s+", " ", page.render({**FOUND, "workers": None}))
    assert "## More workers" not in text
    assert "what a second worker gains is not measured" in text


def test_figures_of_others_are_marked_as_theirs():
    text = re.sub(r"\s+", " ", page.published(FOUND))
    assert page.PHARMCAT["address"] in text
    assert "measured elsewhere, by others" in text


@pytest.mark.parametrize("module", [model, words, page])
def test_examples_hold(module):
    assert not doctest.testmod(module).failed
