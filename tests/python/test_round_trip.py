"""There and back through every form that a result has: files, frames and simulated genotypes."""

from __future__ import annotations

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import pgx
from cases import sampled
from cli.support import EXAMPLES

INPUTS = ("cohort.vcf", "patient.g.vcf", "patient.grch37.vcf")
PEOPLE = {
    "S1": {"CYP2C19": "*2/*17", "CYP2C9": "*1/*3", "TPMT": "*1/*3A", "SLCO1B1": "*1/*5"},
    "S2": {"CYP2C19": "*1/*1", "CYP2C9": "*2/*3", "TPMT": "*1/*1", "SLCO1B1": "*5/*15"},
}


@pytest.fixture(scope="module", params=sampled(INPUTS, 1))
def results(request):
    return pgx.annotate(EXAMPLES / request.param)


def test_a_saved_result_is_the_result(results, tmp_path):
    for result in results:
        path = pgx.report(result, tmp_path / f"{result.sample}.json")
        loaded = pgx.load(path)
        assert loaded == result
        again = pgx.report(loaded, tmp_path / f"{result.sample}.again.json")
        assert again.read_bytes() == path.read_bytes()


def test_a_page_of_a_loaded_result_is_that_of_the_result(results, tmp_path):
    saved = pgx.load(pgx.report(results[0], tmp_path / "a.json"))
    pages = [pgx.report(r, tmp_path / f"{i}.html") for i, r in enumerate((results[0], saved))]
    assert pages[0].read_bytes() == pages[1].read_bytes()


def test_frames_come_back_from_parquet_and_pandas(results, tmp_path):
    pytest.importorskip("pandas")
    advice = pgx.recommend(results)
    frames = pgx.to_pandas(results)
    assert_frame_equal(pgx.recommend(frames.calls), advice)
    advice.write_parquet(tmp_path / "a.parquet")
    assert_frame_equal(pl.read_parquet(tmp_path / "a.parquet"), advice)


@pytest.mark.parametrize("assembly", ["GRCh38", "GRCh37"])
def test_what_was_simulated_from_calls_is_called_again(assembly, tmp_path):
    genes = sorted(PEOPLE["S1"])
    pgx.simulate(PEOPLE, tmp_path / "a.vcf", assembly=assembly)
    first = pgx.call(tmp_path / "a.vcf", genes=genes)
    called = {
        sample: {row["gene"]: row["diplotype"] for row in first.filter(sample=sample).to_dicts()}
        for sample in PEOPLE
    }
    assert called == PEOPLE
    pgx.simulate(called, tmp_path / "b.vcf", assembly=assembly)
    assert_frame_equal(pgx.call(tmp_path / "b.vcf", genes=genes), first)
    assert set(first["status"]) == {"called"}
