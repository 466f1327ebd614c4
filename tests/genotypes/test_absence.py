"""``--absent reference``: the input's own base, where the input covers the gene, and only there."""

import pytest

from calling import call_file
from cases import one_test
from hazards.edited import STAR3, changed, edited_file, names, removed, with_cells
from pgx.records.calls import CallStatus
from simulated import genes, vcf_file

ALL = {v.position for v in genes()["CYP2C19"].variants}
FIRST, LAST = min(ALL), max(ALL)
ENDS = dict.fromkeys(ALL - {FIRST, LAST, STAR3}, removed)


def absent(folder, edits, diplotype="*1/*3", **settings):
    path = edited_file(folder, edits, diplotype, **settings)
    return call_file(path, "CYP2C19", absent="reference")["S1", "CYP2C19"]


def test_an_absent_position_is_the_reference(tmp_path):
    call = absent(tmp_path, {STAR3: removed}, "*38/*38")
    assert (call.diplotype, call.status, call.n_missing) == ("*38/*38", CallStatus.CALLED, 0)


@one_test
@pytest.mark.parametrize(
    "cells",
    [
        {"gt": "./."},
        {"filter": "q10"},
        {"format": "GT:GQ", "sample": "0/1:3"},
        {"format": "GT:DP", "sample": "0/0:0"},
        {"format": "GT:GQ", "sample": "0/0:x"},
        {"gt": "0/1/1"},
        {"gt": "1"},
        {"format": "DP", "sample": "30"},
    ],
)
def test_a_record_that_was_refused_is_not_absent(cells, tmp_path):
    call = absent(tmp_path, {STAR3: changed(**cells)})
    assert names(call) >= {"*1/*1", "*1/*3", "*3/*3"}
    assert call.missing == (f"chr10:{STAR3}",)


def test_a_conflict_is_not_absent(tmp_path):
    def edit(line):
        return [with_cells(line, gt="0/0"), with_cells(line, gt="1/1")]

    assert names(absent(tmp_path, {STAR3: edit})) >= {"*1/*1", "*1/*3", "*3/*3"}


@pytest.mark.parametrize("end", [FIRST, LAST])
def test_a_gene_that_the_input_does_not_span_stays_open(end, tmp_path):
    call = absent(tmp_path, ENDS | {end: removed}, "*38/*38")
    assert call.status is CallStatus.AMBIGUOUS
    assert call.n_missing == len(ALL) - 2


def test_an_untyped_position_is_not_absent(tmp_path):
    path = edited_file(tmp_path, {STAR3: removed}, "*38/*38")
    site = frozenset({("chr10", STAR3)})
    call = call_file(path, "CYP2C19", absent="reference", untyped=site)["S1", "CYP2C19"]
    assert call.missing == (f"chr10:{STAR3}",)
    assert "untyped_sites" in call.notes


@pytest.mark.parametrize(("assembly", "expected"), [("GRCh38", "*1/*1"), ("GRCh37", "*3/*3")])
def test_the_reference_is_that_of_the_inputs_assembly(assembly, expected, tmp_path):
    """CYP3A5 rs776746: T on GRCh38 (*1), C on GRCh37 (*3)."""
    position = 99672916
    variants = genes()["CYP3A5"].variants
    assert position in {v.position for v in variants}
    path = vcf_file(
        tmp_path, {"CYP3A5": "*1/*1"}, assembly=assembly, missing=[("CYP3A5", position)],
        only_named=True,
    )  # fmt: skip
    call = call_file(path, "CYP3A5", absent="reference")["S1", "CYP3A5"]
    assert call.diplotype == expected


def test_nothing_of_a_gene_is_not_the_reference(tmp_path):
    path = vcf_file(tmp_path, {"CYP2C9": "*1/*1"}, only_named=True)
    call = call_file(path, "TPMT", absent="reference")["S1", "TPMT"]
    assert call.status is CallStatus.NOT_ASSESSED
