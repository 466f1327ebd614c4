"""The Snakefile's cohort, in one step and in parts: the same results, and those of `annotate`."""

from __future__ import annotations

import polars as pl
import pytest

import pgx
from pgx.cli.main import command_modules
from pgx.pipeline.side_files import read_sample_info
from workflows.snakefile import ROOT, snakemake

pytestmark = pytest.mark.skipif(
    not {"cohort", "partition"} <= set(command_modules()),
    reason="this pgx has no cohort command",
)
COHORT = ROOT / "examples" / "cohort.vcf"
SHARED = ["sample", "gene", "status", "diplotype", "phenotype", "n_positions", "n_missing"]


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cohort")
    config = ["cohort=examples/cohort.vcf", "sample_info=examples/sample-info.tsv"]
    config += ["samples_per_part=1", "threads=1"]
    snakemake(folder, "--cores", "2", "cohort", "partitions", "--config", *config)
    return folder / "results"


@pytest.mark.parametrize("name", ["calls.parquet", "recommendations.parquet"])
def test_parts_give_what_one_step_gives(results, name):
    whole = pl.read_parquet(results / "cohort" / name)
    parts = pl.read_parquet(results / "merged" / name)
    assert whole.height
    assert whole.equals(parts)


def test_there_was_a_part_for_each_sample(results):
    marks = sorted(path.name for path in (results / "parts").glob("*.done"))
    assert marks == ["0.done", "1.done", "2.done"]


def test_a_cohort_calls_what_annotate_calls(results):
    info = read_sample_info(ROOT / "examples" / "sample-info.tsv")
    own = pgx.call(COHORT, assembly="GRCh38", sample_info=info).select(SHARED)
    assert pl.read_parquet(results / "cohort" / "calls.parquet").select(SHARED).equals(own)
