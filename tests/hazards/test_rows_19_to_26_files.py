"""Hazard rows 19–26: blocks, spellings, undocumented alleles, contig names, several samples."""

import pytest

from calling import call_file
from cases import one_test
from hazards.edited import STAR3, called, changed, is_open, removed
from pgx.errors import InputError
from pgx.records.calls import CallStatus
from simulated import cohort_file, vcf_file

REPEAT = 233760233


@pytest.mark.parametrize("limit", [10, 0])
def test_row_19_blocks_answer_substitutions_and_short_indels(limit, tmp_path):
    path = vcf_file(tmp_path, {}, style="gvcf", eliminated_indel_size=limit)
    calls = call_file(path)
    assert calls["S1", "CYP2C19"].diplotype == "*1/*1"
    call = calls["S1", "UGT1A1"]
    assert (call.status is CallStatus.CALLED) == (limit == 10)
    assert ("indel_not_excluded" in call.notes) == (limit == 0)


def test_row_19_star_blocks_do_not_answer_indels(tmp_path):
    path = vcf_file(tmp_path, {}, style="gvcf")
    path.write_text(path.read_text().replace("<NON_REF>", "<*>"))
    call = call_file(path)["S1", "UGT1A1"]
    assert is_open(call)
    assert f"chr2:{REPEAT}" in call.missing


@pytest.mark.parametrize(("ref", "alt"), [("C", "CAT"), ("c", "cat"), ("CAT", "CATAT")])
def test_row_20_spellings_of_one_insertion(ref, alt, tmp_path):
    edit = changed(ref=ref, alt=alt, gt="1|1")
    assert called(tmp_path, {REPEAT: edit}, "*1/*1", "UGT1A1").diplotype == "*28/*28"


@pytest.mark.parametrize(
    ("position", "ref", "alt"),
    [(REPEAT + 14, "T", "TAT"), (REPEAT + 13, "A", "ATA"), (REPEAT + 2, "T", "TAT")],
)
def test_row_20_an_insertion_written_further_right(position, ref, alt, tmp_path):
    edit = changed(pos=str(position), ref=ref, alt=alt, gt="1|1")
    assert called(tmp_path, {REPEAT: edit}, "*1/*1", "UGT1A1").diplotype == "*28/*28"


@pytest.mark.parametrize(("ref", "alt"), [("GA", "AA"), ("g", "a"), ("G", "a")])
def test_rows_21_and_22_padding_and_case(ref, alt, tmp_path):
    call = called(tmp_path, {STAR3: changed(ref=ref, alt=alt, gt="1|1")})
    assert call.diplotype == "*3/*3"


@one_test
@pytest.mark.parametrize("gt", ["1|1", "0|1"])
@pytest.mark.parametrize(
    ("gene", "site"), [("CYP2C19", STAR3), ("TPMT", 18130687), ("UGT1A1", 233760498)]
)
def test_row_23_an_undocumented_allele_is_never_silent(gene, site, gt, tmp_path):
    other = {STAR3: "T", 18130687: "A", 233760498: "T"}[site]
    call = called(tmp_path, {site: changed(alt=other, gt=gt)}, "*1/*1", gene)
    assert len(call.undocumented) == 1
    assert call.phenotype != "Normal Metabolizer"


def test_row_24_a_partial_definition(tmp_path):
    call = called(tmp_path, {94775367: removed}, "*2/*2")
    assert call.diplotype == "*2/*2"
    assert call.missing == ("chr10:94775367",)


@one_test(sample=2)
@pytest.mark.parametrize("style", ["chr", "bare", "refseq", "genbank"])
def test_row_25_contig_names(style, tmp_path):
    call = call_file(vcf_file(tmp_path, {"CYP2C19": "*3/*3"}, contig_style=style))["S1", "CYP2C19"]
    assert call.diplotype == "*3/*3"


def test_row_25_contigs_that_nobody_knows_refuse_the_file(tmp_path):
    path = vcf_file(tmp_path, {"CYP2C19": "*3/*3"})
    path.write_text(path.read_text().replace("chr", "scaffold_"))
    with pytest.raises(InputError) as refused:
        call_file(path)
    assert "\n" not in str(refused.value)


def test_row_26_each_sample_has_its_own_call(tmp_path):
    samples = {"A": {"CYP2C19": "*3/*3"}, "B": {"CYP2C19": "*1/*1"}}
    calls = call_file(cohort_file(tmp_path, samples), "CYP2C19")
    assert [calls[s, "CYP2C19"].diplotype for s in samples] == ["*3/*3", "*1/*1"]
