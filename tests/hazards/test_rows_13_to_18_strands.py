"""Hazard rows 13–18: numbers of haplotypes, and which haplotype an allele is on."""

import pytest

from calling import call_file
from cases import one_test
from hazards.edited import STAR3, called, changed, edited_file, is_open, names
from pgx.errors import VcfFormatError
from pgx.records.calls import CallStatus

A202 = "A- 202A_376G"
SITE = 154536002  # G6PD c.202
OTHER = 154535277  # G6PD c.376


def g6pd(folder, edits, diplotype, known=None, **settings):
    path = edited_file(folder, edits, diplotype, "G6PD", **settings)
    return call_file(path, "G6PD", sexes={"S1": known} if known else None)["S1", "G6PD"]


# -- row 13: chrX ------------------------------------------------------------------------


@pytest.mark.parametrize("written", [False, True])
def test_row_13_a_male_has_one_allele_however_it_is_written(written, tmp_path):
    call = g6pd(tmp_path, {}, A202, "male", sex="male", diploid_x=written)
    assert (call.diplotype, call.status) == (A202, CallStatus.CALLED)
    assert call.phenotype == "Deficient"


def test_row_13_a_male_heterozygote_is_unknown(tmp_path):
    edits = {SITE: changed(gt="0/1")}
    call = g6pd(tmp_path, edits, A202, "male", sex="male", diploid_x=True)
    assert "male_heterozygous" in call.notes
    assert f"chrX:{SITE}" in call.missing
    assert is_open(call)
    assert A202 in names(call)


def test_row_13_a_male_half_call_on_x_does_not_become_sure(tmp_path):
    edits = {SITE: changed(gt="./1")}
    call = g6pd(tmp_path, edits, A202, "male", sex="male", diploid_x=True)
    assert A202 in names(call)


def test_row_13_a_females_single_allele_is_unknown(tmp_path):
    edits = {SITE: changed(gt="1"), OTHER: changed(gt="0|1")}
    call = g6pd(tmp_path, edits, f"B (reference)/{A202}", "female")
    assert "haploid_in_female" in call.notes
    assert is_open(call)
    assert "/".join(sorted(["B (reference)", A202])) in names(call)


def test_row_13_a_haploid_file_of_a_female_answers_nothing(tmp_path):
    call = g6pd(tmp_path, {}, A202, "female", sex="male")
    assert call.status in (CallStatus.NOT_ASSESSED, CallStatus.AMBIGUOUS)
    assert call.status is CallStatus.NOT_ASSESSED or len(call.phenotypes) > 1


def test_row_13_unknown_sex_takes_the_written_ploidy_with_a_note(tmp_path):
    single = g6pd(tmp_path, {}, A202, sex="male")
    assert (single.diplotype, single.status) == (A202, CallStatus.CALLED)
    assert "sex_unknown" in single.notes
    double = g6pd(tmp_path, {}, A202, sex="male", diploid_x=True)
    assert double.diplotype == f"{A202}/{A202}"
    assert "sex_unknown" in double.notes


def test_row_13_mixed_ploidy_refuses_the_gene(tmp_path):
    call = g6pd(tmp_path, {SITE: changed(gt="0/1")}, A202, sex="male")
    assert call.status is CallStatus.NOT_ASSESSED
    assert "mixed_ploidy" in call.notes


# -- rows 14 to 16: ploidy that a locus does not have --------------------------------------


@pytest.mark.parametrize("gt", ["1", "0"])
def test_row_14_haploid_on_an_autosome(gt, tmp_path):
    call = called(tmp_path, {STAR3: changed(gt=gt)})
    assert is_open(call)
    assert names(call) >= {"*1/*1", "*1/*3", "*3/*3"}
    assert "haploid_on_autosome" in call.notes


@pytest.mark.parametrize("cells", [{"gt": "0/5"}, {"alt": ".", "gt": "0/1"}, {"gt": "0|-1"}])
def test_row_15_an_allele_that_is_not_there_is_refused(cells, tmp_path):
    path = edited_file(tmp_path, {STAR3: changed(**cells)})
    with pytest.raises(VcfFormatError) as found:
        call_file(path)
    line = found.value.line()
    assert "edited.vcf line " in line
    assert "\n" not in line


@one_test
@pytest.mark.parametrize("gt", ["0|1|1", "0/0|1", "0/0/0", "1|1|1", "0/0/1/1", "././."])
def test_row_16_three_haplotypes_are_unknown(gt, tmp_path):
    call = called(tmp_path, {STAR3: changed(gt=gt)})
    assert is_open(call)
    assert names(call) >= {"*1/*1", "*1/*3", "*3/*3"}
    assert "." in gt or "ploidy" in call.notes


# -- rows 17 and 18: phase ---------------------------------------------------------------

A_SITE, B_SITE = 18130687, 18138997  # TPMT: *3C, *3B, and *3A with both
TRANS, CIS = "*3B/*3C", "*1/*3A"


def two_sites(folder, first, second, form="GT:PS"):
    edits = {
        A_SITE: changed(format=form, sample=first),
        B_SITE: changed(format=form, sample=second),
    }
    return called(folder, edits, "*1/*1", "TPMT")


def test_row_17_one_phase_set(tmp_path):
    for second, expected in {"1|0:7": TRANS, "0|1:7": CIS}.items():
        call = two_sites(tmp_path, "0|1:7", second)
        assert (call.status, names(call), call.phased) == (CallStatus.CALLED, {expected}, "true")


@one_test
@pytest.mark.parametrize(
    ("first", "second", "form"),
    [
        ("0|1:7", "1|0:8", "GT:PS"),
        ("0|1:7", "0|1:8", "GT:PS"),
        ("0|1:7", "0|1:.", "GT:PS"),
        ("0/1:7", "0/1:7", "GT:PS"),
        ("0/1", "1|0", "GT"),
        ("0|1", "0/1", "GT"),
        ("0/1", "0/1", "GT"),
        ("0/1", "1/0", "GT"),
    ],
)
def test_rows_17_and_18_phase_holds_within_one_set_alone(first, second, form, tmp_path):
    call = two_sites(tmp_path, first, second, form)
    assert call.status is CallStatus.AMBIGUOUS
    assert names(call) == {TRANS, CIS}
    assert {"Intermediate Metabolizer", "Poor Metabolizer"} <= set(call.phenotypes)
    assert call.phased != "true"
    assert any(d.startswith("phase:") for d in call.depends_on)


@pytest.mark.parametrize("homozygote", ["1/1", "1|1"])
def test_row_18_homozygotes_count_as_phased(homozygote, tmp_path):
    call = two_sites(tmp_path, "0|1", homozygote, "GT")
    assert call.status is CallStatus.CALLED
    assert call.phased == "true"
