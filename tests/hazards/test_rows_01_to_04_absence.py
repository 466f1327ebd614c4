"""Hazard rows 1–4: a position that is not answered never reads as the reference."""

import pytest

from cases import one_test
from hazards.edited import (
    STAR3,
    assert_advice_is_open,
    called,
    changed,
    is_open,
    names,
    removed,
)
from pgx.records.calls import CallStatus
from pgx.records.genes import Ploidy
from simulated import genes

UNANSWERED = {
    "row 1 absent": removed,
    "row 3 ./.": changed(gt="./."),
    "row 3 .|.": changed(gt=".|."),
    "row 3 .": changed(gt="."),
    "row 3 no GT": changed(format="DP", sample="30"),
    "row 4 ./0": changed(gt="./0"),
    "row 4 0|.": changed(gt="0|."),
}


@one_test
@pytest.mark.parametrize("edit", UNANSWERED.values(), ids=UNANSWERED)
def test_an_unanswered_position_stays_open(edit, tmp_path):
    call = called(tmp_path, {STAR3: edit}, diplotype="*1/*3")
    assert is_open(call)
    assert {"*1/*1", "*1/*3"} <= names(call)
    assert call.missing == (f"chr10:{STAR3}",)
    assert {"Normal Metabolizer", "Intermediate Metabolizer"} <= set(call.phenotypes)
    assert_advice_is_open(tmp_path, {STAR3: edit})


@pytest.mark.parametrize("gt", [".|1", "./1", "1/.", "1|."])
def test_row_4_the_known_haplotype_of_a_half_call_stays(gt, tmp_path):
    call = called(tmp_path, {STAR3: changed(gt=gt)})
    assert is_open(call)
    assert names(call) >= {"*1/*3", "*3/*3"}
    assert all("*3" in name for name in names(call))
    assert "Normal Metabolizer" not in call.phenotypes


def test_row_2_nearly_all_absent(tmp_path):
    variants = genes()["DPYD"].variants
    edits = {v.position: removed for v in variants[1:]}
    call = called(tmp_path, edits, "Reference/Reference", "DPYD")
    assert call.status is CallStatus.AMBIGUOUS
    assert call.n_missing == len(variants) - 1
    assert len(call.phenotypes) > 1


def test_row_2_all_absent_is_not_assessed(tmp_path):
    call = called(tmp_path, {v.position: removed for v in genes()["CYP2C19"].variants})
    assert call.status is CallStatus.NOT_ASSESSED
    assert call.diplotype is call.phenotype is None


@one_test
@pytest.mark.parametrize("gene", [n for n, g in genes().items() if g.variants])
def test_row_2_all_no_calls_are_not_assessed(gene, tmp_path):
    default = genes()[gene].default_allele
    single = genes()[gene].ploidy is Ploidy.MITOCHONDRIAL
    edits = {v.position: changed(gt="./.") for v in genes()[gene].variants}
    call = called(tmp_path, edits, default if single else f"{default}/{default}", gene)
    assert call.status is CallStatus.NOT_ASSESSED
    assert not call.phenotypes
