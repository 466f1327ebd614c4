"""Frames and arrays: the contract's columns and types, the genotypes of the file."""

from __future__ import annotations

import sys

import numpy as np
import pytest

import pgx
from pgx.errors import SampleNotFoundError, UnknownGeneError, UsageError
from pgx.inputs.settings import SampleInfo
from pgx.records.tables import CALL_COLUMNS, EVIDENCE, RECOMMENDATION_COLUMNS
from simulated import vcf_file

pandas = pytest.importorskip("pandas", reason="the extra frames is not installed")
LISTS = {"candidates", "phenotypes", "missing", "undocumented", "notes"}
COUNTS = {"n_candidates", "n_positions", "n_missing"}


@pytest.fixture(scope="module")
def cohort():
    return pgx.annotate("examples/cohort.vcf")


def test_calls_have_the_columns_and_types_of_the_contract(cohort):
    calls = pgx.to_pandas(cohort).calls
    assert tuple(calls.columns) == (*CALL_COLUMNS, EVIDENCE)
    for name in CALL_COLUMNS:
        kind = str(calls[name].dtype)
        if name in COUNTS:
            assert kind == "int32"
        elif name in ("probability", "rest"):
            assert kind == "float64"
        else:
            assert kind == ("object" if name in LISTS else "string"), name


def test_frames_say_what_the_records_say(cohort):
    calls, advice = pgx.to_pandas(cohort)
    assert len(calls) == sum(len(r.calls) for r in cohort)
    assert len(advice) == sum(len(r.recommendations) for r in cohort)
    for row, call in zip(calls.itertuples(), (c for r in cohort for c in r.calls), strict=True):
        assert (row.sample, row.gene, row.status) == (call.sample, call.gene, call.status.value)
        assert (None if pandas.isna(row.diplotype) else row.diplotype) == call.diplotype
        assert [c["diplotype"] for c in row.candidates] == [c.diplotype for c in call.candidates]
        assert np.isnan(row.probability) == (call.probability is None)
    assert tuple(advice.columns) == RECOMMENDATION_COLUMNS
    assert advice.action.map(len).min() >= 1
    assert str(advice.dose_factor_min.dtype) == "float64"


def test_frames_agree_with_those_of_polars(cohort):
    ours = pgx.to_pandas(cohort).calls
    theirs = pgx.call("examples/cohort.vcf")
    assert list(ours.columns) == theirs.columns
    assert ours.gene.tolist() == theirs["gene"].to_list()
    said = [None if pandas.isna(x) else x for x in ours.phenotype]
    assert said == theirs["phenotype"].to_list()


def test_one_result_and_none_are_frames_too(cohort):
    assert set(pgx.to_pandas(cohort[0]).calls["sample"]) == {cohort[0].sample}
    calls, advice = pgx.to_pandas([])
    assert (len(calls), len(advice)) == (0, 0)
    assert str(calls.n_missing.dtype) == "int32"


@pytest.mark.parametrize(
    ("module", "use"),
    [
        ("pandas", lambda: pgx.to_pandas([])),
        ("allel", lambda: pgx.to_allel("examples/cohort.vcf")),
    ],
)
def test_an_absent_library_says_what_to_install(module, use, monkeypatch):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(UsageError, match=r"pgx-therapy\[frames\]"):
        use()


def test_genotypes_are_those_of_the_results(cohort):
    pytest.importorskip("allel", reason="the extra frames is not installed")
    found = pgx.to_allel("examples/cohort.vcf")
    assert found.samples == tuple(r.sample for r in cohort)
    p, n = len(found.position), len(found.samples)
    assert found.genotypes.shape == (p, n, 2)
    assert len(found.alleles) == len(found.gene) == len(found.rsid) == len(found.contig) == p
    sites = {
        (call.sample, call.gene, site.position): site
        for r in cohort
        for call in r.calls
        for site in call.sites
    }
    compared = 0
    for i in range(p):
        for j, sample in enumerate(found.samples):
            place = f"{found.contig[i]}:{found.position[i]}"
            site = sites.get((sample, found.gene[i], place))
            if site is None:
                continue
            codes = [int(c) for c in found.genotypes[i, j]][: 1 if found.haploid[i, j] else 2]
            said = ["." if c < 0 else found.alleles[i][c] for c in codes]
            assert sorted(said) == sorted(x.rpartition(">")[2] for x in site.alleles)
            compared += 1
    assert compared > 1000


def test_positions_are_sorted_and_one_gene_can_be_had():
    pytest.importorskip("allel", reason="the extra frames is not installed")
    found = pgx.to_allel("examples/cohort.vcf", genes=["TPMT", "CYP2C19"])
    assert list(dict.fromkeys(found.gene)) == ["TPMT", "CYP2C19"]  # chr6 before chr10
    for gene in ("TPMT", "CYP2C19"):
        own = found.position[found.gene == gene]
        assert (np.diff(own) > 0).all()
    counts = found.genotypes.count_alleles()
    assert counts.shape[0] == len(found.position)


def test_one_copy_is_marked(tmp_path):
    pytest.importorskip("allel", reason="the extra frames is not installed")
    path = vcf_file(tmp_path, {"G6PD": "B (reference)"}, sex="male", sample="S1")
    info = {"S1": SampleInfo(sample="S1", sex="male")}
    found = pgx.to_allel(path, genes=["G6PD"], sample_info=info)
    assert found.haploid.all()
    assert (np.asarray(found.genotypes)[:, :, 1] == -1).all()
    assert (np.asarray(found.genotypes)[:, :, 0] == 0).all()


def test_phase_is_handed_over(tmp_path):
    pytest.importorskip("allel", reason="the extra frames is not installed")
    for phased in (True, False):
        path = vcf_file(tmp_path, {"CYP2C19": "*1/*2"}, phased=phased)
        found = pgx.to_allel(path, genes=["CYP2C19"])
        het = np.asarray(found.genotypes.is_het())
        assert het.any()
        assert (found.genotypes.is_phased[het] == phased).all()


def test_wrong_arguments_are_refused():
    pytest.importorskip("allel", reason="the extra frames is not installed")
    with pytest.raises(UnknownGeneError, match="did you mean TPMT"):
        pgx.to_allel("examples/cohort.vcf", genes=["TPMD"])
    with pytest.raises(SampleNotFoundError):
        pgx.to_allel("examples/cohort.vcf", samples=["NOBODY"])
