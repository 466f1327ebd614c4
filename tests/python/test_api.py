"""The Python interface: what it returns is what the commands write, and wrong arguments say so."""

from __future__ import annotations

import inspect
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import pgx
from cases import one_test, sampled
from pgx import errors
from pgx.errors import (
    OutputError,
    PgxError,
    UnknownAlleleError,
    UnknownDrugError,
    UnknownGeneError,
    UsageError,
)
from pgx.inputs.settings import SampleInfo
from pgx.reports.tables.polars_frames import (
    CALL_SCHEMA,
    RECOMMENDATION_SCHEMA,
    recommendation_frame,
)
from pgx.simulator.settings import SimulationSettings, WriteStyle

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
PATIENT = EXAMPLES / "patient.g.vcf"
COHORT = EXAMPLES / "cohort.vcf"


HEARING = "increased risk of aminoglycoside-induced hearing loss"


def advice_of(results):
    rows = [row for result in results for row in result.recommendations]
    return recommendation_frame(rows, with_sample=True)


@pytest.fixture(
    scope="module", params=sampled(["patient.g.vcf", "patient.grch37.vcf", "cohort.vcf"], 1)
)
def example(request):
    path = EXAMPLES / request.param
    results = pgx.annotate(path)
    return path, results, advice_of(results)


def test_advice_on_a_frame_of_calls_is_that_of_annotate_row_for_row(example):
    path, _, expected = example
    assert_frame_equal(pgx.recommend(pgx.call(path)), expected)


def test_advice_on_results_and_their_records_is_the_same(example):
    _, results, expected = example
    assert_frame_equal(pgx.recommend(results), expected)
    assert_frame_equal(pgx.recommend(c for r in results for c in r.calls), expected)


def test_advice_on_calls_that_were_written_and_read_is_the_same(example, tmp_path):
    path, results, expected = example
    pgx.call(path).write_parquet(tmp_path / "calls.parquet")
    assert_frame_equal(pgx.recommend(pl.read_parquet(tmp_path / "calls.parquet")), expected)
    pytest.importorskip("pandas")
    assert_frame_equal(pgx.recommend(pgx.to_pandas(results).calls), expected)


def test_a_cohort_writes_the_frames(example, tmp_path):
    path, _, expected = example
    outcome = pgx.cohort(path, tmp_path / "out", tsv=True)
    assert outcome.n_samples == expected["sample"].n_unique()
    calls = pl.read_parquet(tmp_path / "out" / "calls.parquet")
    assert_frame_equal(calls, pgx.call(path))
    assert_frame_equal(pgx.recommend(calls), expected)
    written = pl.read_parquet(tmp_path / "out" / "recommendations.parquet")
    assert_frame_equal(written, expected)
    assert (tmp_path / "out" / "calls.tsv").exists()


def test_every_frame_has_one_schema():
    calls = pgx.call(PATIENT, genes="CYP2C19")
    assert calls.schema == CALL_SCHEMA
    assert pgx.recommend(calls).schema == RECOMMENDATION_SCHEMA
    assert pgx.recommend([]).schema == RECOMMENDATION_SCHEMA
    assert_frame_equal(pgx.recommend(calls.clear()), pgx.recommend([]))
    assert pgx.recommend(calls, drugs="warfarin").schema == RECOMMENDATION_SCHEMA


def test_a_changed_cell_counts_and_the_evidence_of_the_row_no_longer():
    calls = pgx.call(PATIENT, genes="CYP2C19")
    poor = calls.with_columns(
        diplotype=pl.lit("*2/*2"),
        candidates=pl.lit([], CALL_SCHEMA["candidates"]),
        phenotype=pl.lit("Poor Metabolizer"),
        phenotypes=pl.lit(["Poor Metabolizer"]),
        activity_score=pl.lit(None, pl.String),
    )
    changed = pgx.recommend(poor, drugs="clopidogrel")
    stated = pgx.recommend(drug="clopidogrel", gene="CYP2C19", diplotype="*2/*2")
    assert changed["action"].to_list() == stated["action"].to_list()
    assert (
        changed["action"].to_list() != pgx.recommend(calls, drugs="clopidogrel")["action"].to_list()
    )


# -- one-liners and records made by hand ---------------------------------------------------


@one_test
@pytest.mark.parametrize(
    ("gene", "alleles", "expected"),
    [
        ("CYP2C19", ("*2", "*17"), ("Intermediate Metabolizer", None)),
        ("CYP2D6", ("*4", "*1x2"), ("Normal Metabolizer", "2.0")),
        ("CYP2D6", ("*1", "*36+*10"), ("Normal Metabolizer", "1.25")),
        ("CYP2D6", ("*1", "*4.001"), ("Intermediate Metabolizer", "1.0")),
        ("DPYD", ("c.1905+1G>A (*2A)", "Reference"), ("Intermediate Metabolizer", "1.0")),
        (
            "MT-RNR1",
            ("m.1555A>G",),
            ("increased risk of aminoglycoside-induced hearing loss", None),
        ),
    ],
)
def test_a_phenotype_of_alleles(gene, alleles, expected):
    found = pgx.phenotype(gene, *alleles)
    assert (found.term, found.score) == expected


def test_one_result_of_one_gene_is_advised_on():
    rows = pgx.recommend(drug="Plavix", gene="CYP2C19", phenotype="Poor Metabolizer")
    assert set(rows["drug"]) == {"clopidogrel"}
    assert all("alternative" in action for action in rows["action"])
    assert set(rows["certainty"]) == {"certain"}
    same = pgx.recommend(drug="clopidogrel", gene="CYP2C19", diplotype="*2/*3")
    assert same["action"].to_list() == rows["action"].to_list()
    of_gene = pgx.recommend(gene="CYP2C19", diplotype="*2/*3")
    assert all("CYP2C19" in genes for genes in of_gene["genes"])
    assert of_gene["drug"].n_unique() > 10


def test_a_phenotype_of_several_scores_is_no_surer_than_it_is():
    rows = pgx.recommend(drug="codeine", gene="CYP2D6", phenotype="Intermediate Metabolizer")
    known = pgx.recommend(drug="codeine", gene="CYP2D6", activity_score="1.0")
    assert rows.height == known.height
    assert set(known["certainty"]) == {"certain"}


def test_a_record_needs_a_gene_and_a_diplotype():
    record = pgx.GeneCall(gene="CYP2C19", diplotype="*2/*2", phenotype="Poor Metabolizer")
    rows = pgx.recommend([record], drugs="clopidogrel")
    assert set(rows["residual"]) == {0.0}
    bare = pgx.recommend([pgx.GeneCall(gene="CYP2C19", diplotype="*2/*2")], drugs="clopidogrel")
    assert_frame_equal(bare, rows)


@pytest.mark.parametrize("rest", [0.04, None])
def test_candidates_and_the_rest_make_the_residual(rest):
    record = pgx.GeneCall(
        sample="S1",
        gene="CYP2C19",
        status=pgx.CallStatus.AMBIGUOUS,
        candidates=(pgx.Candidate("*1/*1", 0.9), pgx.Candidate("*2/*2", 0.06)),
        rest=rest,
    )
    rows = pgx.recommend([record], drugs="clopidogrel").filter(source="CPIC")
    assert rows["residual"].to_list() == pytest.approx([0.1] * rows.height)
    assert set(rows["certainty"]) == {"depends"}
    [alternative] = rows["alternatives"][0]
    assert (alternative["lookup"], alternative["probability"]) == ("CYP2C19=Poor Metabolizer", 0.06)


def test_candidates_that_nobody_weighed_leave_the_advice_open():
    candidates = (pgx.Candidate("*1/*1"), pgx.Candidate("*2/*2"))
    record = pgx.GeneCall(gene="CYP2C19", candidates=candidates)
    rows = pgx.recommend([record], drugs="clopidogrel").filter(source="CPIC")
    assert set(rows["certainty"]) == {"depends"}
    assert rows["residual"].null_count() == rows.height


def test_hla_alleles_are_looked_up_by_presence():
    rows = pgx.recommend(drug="abacavir", gene="HLA-B", diplotype="*57:01/*15:02")
    assert all("avoid" in action for action in rows.filter(source="CPIC")["action"])
    stated = pgx.recommend(drug="abacavir", gene="HLA-B", phenotype="*57:01 positive")
    assert stated["action"].to_list() == rows["action"].to_list()


def test_a_call_without_result_has_no_advice():
    silent = pgx.GeneCall(gene="CYP2C19", status=pgx.CallStatus.NO_CALL, diplotype="*2/*2")
    rows = pgx.recommend([silent], drugs="clopidogrel")
    assert set(rows["certainty"]) == {"unknown"}


# -- arguments ------------------------------------------------------------------------------


def test_names_of_genes_are_a_text_or_texts():
    one = pgx.call(PATIENT, genes="CYP2C19")
    assert one["gene"].to_list() == ["CYP2C19"]
    both = pgx.call(PATIENT, genes="CYP2C19, CYP2D6")
    assert_frame_equal(both, pgx.call(PATIENT, genes=["CYP2D6", "CYP2C19"]))


@pytest.mark.parametrize("name", ["hg38", "GRCh38", "grch38", pgx.Assembly.GRCH38])
def test_assemblies_have_two_names(name):
    assert pgx.call(PATIENT, genes="TPMT", assembly=name).height == 1
    with pytest.raises(PgxError):
        pgx.call(PATIENT, genes="TPMT", assembly="hg19")


def test_files_stand_for_records(tmp_path):
    table = tmp_path / "samples.tsv"
    table.write_text("sample\tsex\nEXAMPLE_1\tmale\n", encoding="utf-8")
    info = {"EXAMPLE_1": SampleInfo(sample="EXAMPLE_1", sex="male")}
    by_file = pgx.call(PATIENT, genes="G6PD", sample_info=table)
    assert_frame_equal(by_file, pgx.call(PATIENT, genes="G6PD", sample_info=info))
    sites = tmp_path / "untyped.tsv"
    sites.write_text("contig\tpos\nchr10\t94781859\n", encoding="utf-8")
    variants = tmp_path / "variants.vcf"
    settings = SimulationSettings(style=WriteStyle.VARIANTS)
    pgx.simulate({"CYP2C19": "*1/*17"}, variants, settings=settings)
    named = pgx.call(variants, genes="CYP2C19", absent="reference", untyped=sites)
    places = [("chr10", 94781859)]
    by_list = pgx.call(variants, genes="CYP2C19", absent="reference", untyped=places)
    assert_frame_equal(named, by_list)
    assert "untyped_sites" in named["notes"][0].to_list()


def test_limits_are_those_of_the_command():
    strict = pgx.call(PATIENT, genes="CYP2C19", min_dp=1000)
    assert strict["n_missing"][0] > pgx.call(PATIENT, genes="CYP2C19")["n_missing"][0]
    assert pgx.annotate(PATIENT, confidence=0.9)[0].provenance.settings["confidence"] == "0.9"


WRONG = {
    "no path": lambda: pgx.annotate([]),
    "a number as path": lambda: pgx.annotate(5),
    "no such file": lambda: pgx.annotate("no/such/file.vcf"),
    "assembly": lambda: pgx.annotate(PATIENT, assembly="T2T"),
    "assembly of another type": lambda: pgx.annotate(PATIENT, assembly=38),
    "absent": lambda: pgx.annotate(PATIENT, absent="perhaps"),
    "prior": lambda: pgx.annotate(PATIENT, prior="mine"),
    "ancestry": lambda: pgx.annotate(PATIENT, ancestry="XYZ"),
    "confidence": lambda: pgx.annotate(PATIENT, confidence=2.0),
    "confidence of another type": lambda: pgx.annotate(PATIENT, confidence="much"),
    "threshold": lambda: pgx.call(PATIENT, threshold=0.1),
    "min_gq": lambda: pgx.call(PATIENT, min_gq=-1),
    "min_dp of another type": lambda: pgx.call(PATIENT, min_dp="eight"),
    "untyped": lambda: pgx.call(PATIENT, untyped=[("chr10", "here")]),
    "untyped of another type": lambda: pgx.call(PATIENT, untyped=5),
    "an argument that is none": lambda: pgx.call(PATIENT, minimum_gq=3),
    "genes": lambda: pgx.call(PATIENT, genes=[5]),
    "genes of another type": lambda: pgx.call(PATIENT, genes=5),
    "gene": lambda: pgx.call(PATIENT, genes="CYP2C91"),
    "drug": lambda: pgx.annotate(PATIENT, drugs="nothing"),
    "sample": lambda: pgx.call(PATIENT, samples="nobody"),
    "sample_info": lambda: pgx.call(PATIENT, sample_info={"EXAMPLE_1": "male"}),
    "outside": lambda: pgx.call(PATIENT, outside=["CYP2D6 *1/*4"]),
    "outside of another type": lambda: pgx.call(PATIENT, outside=5),
    "patient": lambda: pgx.annotate(PATIENT, patient={"sex": "male"}),
    "overrides": lambda: pgx.annotate(PATIENT, overrides=[1]),
    "reads": lambda: pgx.annotate(PATIENT, reads=7),
    "knowledge": lambda: pgx.annotate(PATIENT, knowledge=7),
    "release": lambda: pgx.annotate(PATIENT, knowledge="no/such/release"),
    "overlay": lambda: pgx.annotate(PATIENT, kb_overlay="no/such/folder"),
    "calls": lambda: pgx.recommend(5),
    "calls and a gene": lambda: pgx.recommend([], gene="CYP2C19", phenotype="Poor Metabolizer"),
    "neither": lambda: pgx.recommend(),
    "a gene without result": lambda: pgx.recommend(gene="CYP2C19"),
    "rows without gene": lambda: pgx.recommend(pl.DataFrame({"sample": ["S1"]})),
    "rows with another type": lambda: pgx.recommend(pl.DataFrame({"gene": [5]})),
    "rows with a status that is none": lambda: pgx.recommend(
        pl.DataFrame({"gene": ["CYP2C19"], "status": ["perhaps"]})
    ),
    "evidence that is none": lambda: pgx.recommend(
        pl.DataFrame({"gene": ["CYP2C19"], "evidence": [b"\x93abc"]})
    ),
    "a phenotype that is none": lambda: pgx.recommend(gene="CYP2C19", phenotype="poor"),
    "a contradiction": lambda: pgx.recommend(
        [pgx.GeneCall(gene="CYP2C19", diplotype="*1/*1", phenotype="Poor Metabolizer")]
    ),
    "a probability": lambda: pgx.recommend(
        [pgx.GeneCall(gene="CYP2C19", candidates=(pgx.Candidate("*1/*1", 7.0),))]
    ),
    "three alleles": lambda: pgx.recommend(gene="CYP2C19", diplotype="*1/*1/*1"),
    "one allele": lambda: pgx.phenotype("CYP2C19", "*1"),
    "an allele of another type": lambda: pgx.phenotype("CYP2C19", 1, 2),
    "a result that is none": lambda: pgx.report({"sample": "S1"}, "S1.html"),
    "a file to load": lambda: pgx.load(PATIENT),
    "nothing to load": lambda: pgx.load("no/such/file.json"),
    "a path to load": lambda: pgx.load(5),
    "diplotypes": lambda: pgx.simulate("CYP2C19=*1/*2"),
    "diplotypes of another type": lambda: pgx.simulate({"CYP2C19": 5}),
    "both forms of diplotypes": lambda: pgx.simulate({"S1": {}, "CYP2C19": "*1/*2"}),
    "settings": lambda: pgx.simulate({"CYP2C19": "*1/*2"}, settings={"phased": True}),
    "check": lambda: pgx.check(PATIENT, genes="CYP2C91"),
    "a folder": lambda: pgx.cohort(PATIENT, 5),
    "arrays": lambda: pgx.to_allel(PATIENT, genes="CYP2C91"),
}


@one_test(sample=14)
@pytest.mark.parametrize("name", WRONG)
def test_every_wrong_argument_is_an_error_of_the_tree(name):
    with pytest.raises(PgxError) as caught:
        WRONG[name]()
    line = caught.value.line()
    assert line.startswith("[PGX-")
    assert "\n" not in line


def test_names_that_are_unknown_have_their_own_errors():
    with pytest.raises(UnknownGeneError, match="did you mean CYP2C19"):
        pgx.recommend([pgx.GeneCall(gene="CYP2C199", diplotype="*1/*1")])
    with pytest.raises(UnknownAlleleError, match=r"CYP2C19.*\*999"):
        pgx.phenotype("CYP2C19", "*1", "*999")
    with pytest.raises(UnknownDrugError):
        pgx.recommend(drug="nothing", gene="CYP2C19", phenotype="Poor Metabolizer")


def test_names_of_errors_are_unique():
    classes = [c for _, c in inspect.getmembers(errors, inspect.isclass)]
    named = [sub.__name__ for sub in _subclasses(PgxError)]
    assert len(named) == len(set(named))
    assert UnknownAlleleError in classes


def _subclasses(kind):
    for sub in kind.__subclasses__():
        yield sub
        yield from _subclasses(sub)


# -- files ----------------------------------------------------------------------------------


def test_a_result_is_written_and_loaded(tmp_path):
    [result] = pgx.annotate(PATIENT)
    path = pgx.report(result, tmp_path / "S1.json")
    assert pgx.recommend(pgx.load(path)).equals(pgx.recommend(result))
    page = pgx.report(result, str(tmp_path / "S1.html"), language="de").read_text("utf-8")
    assert 'lang="de"' in page
    with pytest.raises(OutputError, match="force=True"):
        pgx.report(result, path)
    assert pgx.report(result, path, force=True) == path
    with pytest.raises(UsageError, match="no format"):
        pgx.report(result, tmp_path / "S1.doc")


def test_a_file_is_checked():
    found = pgx.check(PATIENT, genes=["CYP2C19", "CYP2D6"])
    assert [gene.gene for gene in found.genes] == ["CYP2C19", "CYP2D6"]
    assert found.samples == ("EXAMPLE_1",)


def test_what_is_simulated_is_called(tmp_path):
    text = pgx.simulate({"CYP2C19": "*2/*17"}, tmp_path / "s.vcf.gz", sample="S1")
    assert text.startswith("##fileformat=VCF")
    called = pgx.call(tmp_path / "s.vcf.gz", genes="CYP2C19")
    assert called["diplotype"].to_list() == ["*2/*17"]
    people = {"S1": {"CYP2C9": ("*3", "*3")}, "S2": {"CYP2C9": "*1/*2"}}
    pgx.simulate(people, tmp_path / "p.vcf", assembly="hg19")
    calls = pgx.call(tmp_path / "p.vcf", genes="CYP2C9")
    assert calls["diplotype"].to_list() == ["*3/*3", "*1/*2"]


def test_a_dataset_has_the_names_of_sgkit():
    pytest.importorskip("xarray")
    found, arrays = pgx.to_xarray(COHORT), pgx.to_allel(COHORT)
    assert found["call_genotype"].dims == ("variants", "samples", "ploidy")
    assert found["call_genotype"].shape == arrays.genotypes.shape
    assert (found["variant_position"].values == arrays.position).all()
    assert (found["call_genotype_phased"].values == arrays.genotypes.is_phased).all()
    assert found["sample_id"].values.tolist() == list(arrays.samples)
    contigs = found["contig_id"].values[found["variant_contig"].values]
    assert (contigs == arrays.contig).all()
    calls = found["call_genotype"].values
    known = calls >= 0
    assert (calls[known] == arrays.genotypes.values[known]).all()
    assert (found["call_genotype_mask"].values == ~known).all()
    first = found["variant_allele"].values[0]
    assert tuple(name for name in first if name) == arrays.alleles[0]


def test_all_public_names_can_be_imported_and_say_what_they_are():
    for name in pgx.__all__:
        public = getattr(pgx, name)
        if callable(public):
            assert inspect.getdoc(public), name
