"""Calls made by hand or changed: no advice is surer than what is said; contradictions end it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import polars as pl
import pytest
from polars.testing import assert_frame_equal

import pgx
from cases import one_test
from pgx.errors import PgxError, UsageError
from pgx.reports.tables.polars_frames import recommendation_frame

PATIENT = Path(__file__).resolve().parents[2] / "examples" / "patient.g.vcf"
HALF = pgx.Candidate("*2/*2", 0.5)


def clopidogrel(**fields):
    return pgx.recommend([pgx.GeneCall(gene="CYP2C19", **fields)], drugs="clopidogrel")


def hla(**fields):
    return pgx.recommend([pgx.GeneCall(gene="HLA-B", **fields)], drugs="abacavir")


@pytest.mark.parametrize("fields", [{"rest": 0.9}, {"probability": 0.1}], ids=str)
def test_what_is_left_of_a_diplotype_is_residual(fields):
    rows = clopidogrel(diplotype="*1/*1", **fields)
    assert set(rows["certainty"]) == {"depends"}
    assert all(text.startswith("Provisional") for text in rows["text"])
    assert set(rows["depends_on"]) == {"CYP2C19:genotype"}
    assert rows["residual"].to_list() == pytest.approx([0.9] * rows.height)


@pytest.mark.parametrize("fields", [{"rest": 0.5}, {"probability": 0.5}], ids=str)
def test_what_is_left_of_a_phenotype_is_residual(fields):
    assert set(clopidogrel(phenotype="Poor Metabolizer", **fields)["certainty"]) == {"depends"}


def test_people_of_one_name_are_not_mixed(tmp_path):
    pgx.simulate({"CYP2C19": "*2/*2"}, tmp_path / "a.vcf")
    pgx.simulate({"CYP2C19": "*1/*1"}, tmp_path / "b.vcf")
    results = [*pgx.annotate(tmp_path / "a.vcf"), *pgx.annotate(tmp_path / "b.vcf")]
    expected = [row for result in results for row in result.recommendations]
    assert_frame_equal(pgx.recommend(results), recommendation_frame(expected, with_sample=True))
    frames = [pgx.call(tmp_path / f"{name}.vcf") for name in "ab"]
    with pytest.raises(UsageError, match="two calls"):
        pgx.recommend(pl.concat(frames))


def test_a_changed_record_is_looked_up_by_what_it_says():
    [result] = pgx.annotate(PATIENT, genes="CYP2C19")
    stated = clopidogrel(diplotype="*2/*2")["action"].to_list()
    poor = msgspec.structs.replace(
        result.calls[0], diplotype="*2/*2", phenotype="Poor Metabolizer", candidates=(),
        phenotypes=("Poor Metabolizer",), probability=None, rest=None,
    )  # fmt: skip
    assert pgx.recommend([poor], drugs="clopidogrel")["action"].to_list() == stated
    other = clopidogrel(diplotype="*2/*2", lookup_keys=("Normal Metabolizer",))
    assert other["action"].to_list() == stated
    split = (pgx.Candidate(result.calls[0].diplotype, 0.6), pgx.Candidate("*2/*2", 0.4))
    halved = msgspec.structs.replace(
        result.calls[0], candidates=split, probability=0.6, rest=0.0, n_candidates=2, phenotypes=()
    )
    rows = pgx.recommend([halved], drugs="clopidogrel").filter(source="CPIC")
    assert rows["residual"].max() == pytest.approx(0.4)


def test_combinations_of_a_gene_that_lists_variants_go_by_the_most_serious():
    name = "Reference/[c.85T>C (*9A) + c.1905+1G>A (*2A)]"
    rows = pgx.recommend(drug="fluorouracil", gene="DPYD", diplotype=name)
    alone = pgx.recommend(drug="fluorouracil", gene="DPYD", diplotype="Reference/c.1905+1G>A (*2A)")
    assert rows["action"].to_list() == alone["action"].to_list()
    assert "reduce_dose" in rows.filter(source="CPIC")["action"][0]


def test_a_phenotype_beside_an_undefined_combination_leaves_both_open():
    name = "*1/[*2 + g.94842866G>A]"
    rows = clopidogrel(diplotype=name, phenotype="Poor Metabolizer")
    assert set(rows.filter(source="CPIC")["certainty"]) == {"depends"}
    assert "avoid" in rows.filter(source="CPIC")["action"][0]


def test_a_mitochondrial_haplotype_may_be_written_twice():
    once = pgx.recommend(drug="gentamicin", gene="MT-RNR1", diplotype="m.1555A>G")
    twice = pgx.recommend(drug="gentamicin", gene="MT-RNR1", diplotype="m.1555A>G/m.1555A>G")
    assert_frame_equal(once, twice)
    assert "avoid" in once.filter(source="CPIC")["action"][0]


WRONG = {
    "probabilities above 1": lambda: clopidogrel(
        candidates=(pgx.Candidate("*1/*1", 0.9), pgx.Candidate("*2/*2", 0.9))
    ),
    "another sum": lambda: clopidogrel(candidates=(HALF,), rest=0.0),
    "a rest too large": lambda: clopidogrel(candidates=(HALF,), rest=0.9),
    "a candidate twice": lambda: clopidogrel(candidates=(HALF, HALF)),
    "a candidate without weight": lambda: clopidogrel(candidates=(HALF, pgx.Candidate("*1/*1"))),
    "another probability": lambda: clopidogrel(
        diplotype="*2/*2", probability=0.3, candidates=(HALF,)
    ),
    "two phenotypes": lambda: clopidogrel(
        phenotype="Normal Metabolizer", phenotypes=("Poor Metabolizer",)
    ),
    "another phenotype": lambda: clopidogrel(diplotype="*1/*1", phenotypes=("Poor Metabolizer",)),
    "a score of a gene without": lambda: clopidogrel(diplotype="*1/*1", activity_score="9.0"),
    "a marker that is not typed": lambda: hla(
        diplotype="*07:02/*08:01", phenotype="*57:01 positive"
    ),
    "a marker with two signs": lambda: hla(phenotypes=("*57:01 negative", "*57:01 positive")),
    "a marker that contradicts": lambda: hla(
        phenotype="*57:01 negative", phenotypes=("*57:01 positive",)
    ),
    "two mitochondrial haplotypes": lambda: pgx.recommend(
        gene="MT-RNR1", diplotype="m.1555A>G/Reference"
    ),
    "made-up names": lambda: clopidogrel(diplotype="[hello]/[world]"),
    "a made-up combination": lambda: pgx.phenotype("CYP2C19", "[*1 + hello]", "*1"),
    "a diplotype as allele": lambda: pgx.phenotype("CYP2C19", "*1/*2"),
    "a made-up status": lambda: clopidogrel(status="banana", diplotype="*1/*1"),
    "keys as text": lambda: clopidogrel(diplotype="*1/*1", lookup_keys="Poor Metabolizer"),
    "notes of another type": lambda: clopidogrel(diplotype="*1/*1", notes=None),
    "a gene that is none": lambda: pgx.recommend([pgx.GeneCall(gene=None)]),
    "candidates of another type": lambda: clopidogrel(candidates=(("*1/*1", 0.9),)),
    "a diplotype of another type": lambda: clopidogrel(diplotype=("*1", "*2")),
    "a gene of another type": lambda: pgx.recommend(gene=5, phenotype="x"),
    "genes of another type": lambda: pgx.recommend(gene=["CYP2C19"], phenotype="x"),
    "a score of another type": lambda: pgx.recommend(gene="CYP2D6", activity_score=1.0),
    "no gene": lambda: pgx.phenotype(None, "*1", "*2"),
    "a confidence of advice": lambda: pgx.recommend([], confidence="x"),
    "results of another type": lambda: pgx.to_pandas(5),
    "a null character": lambda: pgx.load("a\0b"),
    "a null character in a list": lambda: pgx.check(["a\0b"]),
    "a null character beside": lambda: pgx.call(PATIENT, untyped="a\0b"),
    "workers": lambda: pgx.cohort(PATIENT, "never-made", workers="x"),
    "no diplotypes": lambda: pgx.simulate({}),
    "settings that are false": lambda: pgx.simulate({"CYP2C19": "*1/*2"}, settings=0),
    "a sample of another type": lambda: pgx.simulate({"CYP2C19": "*1/*2"}, sample=5),
    "a gene to simulate of another type": lambda: pgx.simulate({5: "*1/*2"}),
}


@one_test(sample=9)
@pytest.mark.parametrize("name", WRONG)
def test_what_contradicts_or_is_no_call_is_refused(name):
    with pytest.raises(PgxError):
        WRONG[name]()


def test_a_lazy_frame_is_collected():
    calls = pgx.call(PATIENT, genes="CYP2C19")
    assert_frame_equal(pgx.recommend(calls.lazy()), pgx.recommend(calls))
