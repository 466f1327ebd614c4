"""The example files are what the script writes, small, and documented."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from pgx.simulator.vcf import read_samples

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("make_examples", EXAMPLES / "make_examples.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_examples_are_up_to_date(script, tmp_path):
    script.main(tmp_path)
    for name in script.FILES:
        assert (tmp_path / name).read_bytes() == (EXAMPLES / name).read_bytes(), name


def test_examples_are_small_and_listed():
    readme = (EXAMPLES / "README.md").read_text()
    for path in EXAMPLES.iterdir():
        if path.is_file() and path.name != "README.md":
            assert path.stat().st_size < 300_000
            assert f"`{path.name}`" in readme


def test_side_tables_name_the_same_samples():
    samples = set(read_samples(EXAMPLES / "patients.tsv").samples)
    for name in ("outside-calls.tsv", "sample-info.tsv"):
        rows = (EXAMPLES / name).read_text().splitlines()[1:]
        assert {row.split("\t")[0] for row in rows} == samples
