"""The causal variant of an allele without its other markers: its effect counts, nothing is sure."""

from __future__ import annotations

import pytest

import pgx
from calling import call_file
from cases import one_test
from hazards.edited import called, changed, edited_file, removed
from pgx.records.calls import CallStatus

SPLICE, MARKER = 94781859, 94775367  # rs4244285 and rs12769205 of CYP2C19 *2
CAUSE = {SPLICE: changed(gt="0|1")}


def one(folder, gene, edits, diplotype):
    path = edited_file(folder, edits, diplotype, gene)
    return call_file(path, gene)["S1", gene]


@pytest.mark.parametrize("gt", ["0|1", "0/1"])
def test_the_effect_of_the_causal_variant_leads(gt, tmp_path):
    call = called(tmp_path, {SPLICE: changed(gt=gt)}, "*1/*1")
    assert call.diplotype == f"*1/[*1 + g.{SPLICE}G>A]"
    assert call.status is CallStatus.AMBIGUOUS
    assert call.phenotype == "Intermediate Metabolizer"
    assert {"Indeterminate", "Normal Metabolizer"} <= set(call.phenotypes)
    assert "causal_variant_alone" in call.notes
    [cause] = [h for h in call.haplotypes if "[" in h.name]
    assert cause.function == "No function"


def test_two_of_them_are_a_poor_metabolizer(tmp_path):
    call = called(tmp_path, {MARKER: changed(gt="0/0")}, "*2/*2")
    assert (call.phenotype, call.status) == ("Poor Metabolizer", CallStatus.AMBIGUOUS)


def test_a_marker_that_is_not_typed_contradicts_nothing(tmp_path):
    call = called(tmp_path, CAUSE | {MARKER: removed}, "*1/*1")
    assert call.diplotype == "*1/*2"
    assert "causal_variant_alone" not in call.notes


def test_a_marker_alone_has_no_effect(tmp_path):
    call = called(tmp_path, {94842866: changed(gt="0|1")}, "*38/*38")
    assert "causal_variant_alone" not in call.notes


def test_what_destroys_a_function_is_not_undone_in_cis(tmp_path):
    call = called(tmp_path, {}, ("*1", "[*2 + *3]"))
    assert (call.phenotype, call.status) == ("Intermediate Metabolizer", CallStatus.CALLED)


def test_no_clopidogrel_as_usual(tmp_path):
    [result] = pgx.annotate(edited_file(tmp_path, CAUSE, "*1/*1"))
    rows = [r for r in result.recommendations if r.drug == "clopidogrel"]
    by_cpic = [r for r in rows if r.population == "acs_or_pci"]
    assert [r.action[0] for r in by_cpic] == ["avoid"]
    assert not [r for r in rows if r.action == ("use_as_directed",)]
    assert all(r.alternatives for r in by_cpic)
    assert {s for r in by_cpic for s in r.depends_on} == {f"chr10:{MARKER}", f"chr10:{SPLICE}"}


@one_test
@pytest.mark.parametrize(
    ("gene", "diplotype", "edits", "function"),
    [
        ("CYP2D6", "*1/*10", {42129130: changed(gt="0|0")}, "0.25"),
        ("CYP2D6", "*1/*17", {42127941: changed(gt="0|0")}, "0.5"),
        ("SLCO1B1", "*1/*47", {21176804: changed(gt="0|0")}, "No function"),
        ("NAT2", "*1/*39", {18400806: changed(gt="0|0")}, "Decreased function"),
        ("CYP2B6", "*1/*13", {41006936: changed(gt="0|0")}, "No function"),
    ],
)
def test_all_genes_alike(gene, diplotype, edits, function, tmp_path):
    call = one(tmp_path, gene, edits, diplotype)
    assert call.status is CallStatus.AMBIGUOUS
    assert [h.function for h in call.haplotypes if "[" in h.name] == [function]


@pytest.mark.parametrize(
    ("gene", "diplotype", "edits", "name"),
    [
        ("TPMT", "*1/*3A", {18138997: changed(gt="0|0")}, "*3C"),
        ("CYP2B6", "*1/*6", {41009358: changed(gt="0|0")}, "*9"),
        ("SLCO1B1", "*1/*15", {21176804: changed(gt="0|0")}, "*5"),
    ],
)
def test_a_part_that_is_an_allele_itself_has_its_name(gene, diplotype, edits, name, tmp_path):
    call = one(tmp_path, gene, edits, diplotype)
    assert call.diplotype == f"*1/{name}"
    assert "causal_variant_alone" not in call.notes
