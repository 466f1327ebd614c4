"""The Snakefile's cohort, in one step and in parts: the same results, and those of `annotate`."""

from __future__ import annotations

import json

import polars as pl
import pytest

import pgx
from pgx.cli.main import command_modules
from pgx.inputs.side_files import read_sample_info
from workflows.snakefile import ROOT, snakemake

pytestmark = [
    pytest.mark.exhaustive,
    pytest.mark.skipif(
        not {"cohort", "partition"} <= set(command_modules()),
        reason="this pgx has no cohort command",
    ),
]
GENES = ["CYP2C19", "DPYD", "G6PD"]
COHORT = ROOT / "examples" / "cohort.vcf"
SHARED = ["sample", "gene", "status", "diplotype", "phenotype", "n_positions", "n_missing"]


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cohort")
    config = ["cohort=examples/cohort.vcf", "sample_info=examples/sample-info.tsv"]
    config += ["threads=1", f"extra=--genes {','.join(GENES)}"]
    snakemake(folder, "--cores", "2", "cohort", "partitions", "--config", *config)
    return folder / "results"


@pytest.mark.parametrize("name", ["calls.parquet", "recommendations.parquet"])
def test_parts_give_what_one_step_gives(results, name):
    whole = pl.read_parquet(results / "cohort" / name)
    parts = pl.read_parquet(results / "merged" / name)
    assert whole.height
    assert whole.equals(parts)


def test_each_part_of_the_plan_had_a_job(results):
    plan = json.loads((results / "plan" / "plan.json").read_text(encoding="utf-8"))
    assert plan["genes"] == GENES
    n_reads = len(plan["reads"])
    marks = {f"{part}.read" for part in range(n_reads)}
    marks |= {f"{part}.called" for part in range(n_reads, n_reads + len(GENES))}
    assert {path.name for path in (results / "parts").iterdir()} == marks


def test_a_cohort_calls_what_annotate_calls(results):
    info = read_sample_info(ROOT / "examples" / "sample-info.tsv")
    own = pgx.call(COHORT, assembly="GRCh38", sample_info=info, genes=GENES)
    assert (
        pl.read_parquet(results / "cohort" / "calls.parquet")
        .select(SHARED)
        .equals(own.select(SHARED))
    )
