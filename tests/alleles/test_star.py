"""Haplotypes that no definition covers, and what unanswered positions leave open."""

import pytest

from hazards.edited import STAR3, called, changed, names, removed
from pgx.records.calls import CallStatus
from simulated import genes

STAR17 = 94761900
UNDOCUMENTED = {STAR3: changed(alt="T", gt="0|1")}


def test_a_combination_is_called_where_all_is_answered(tmp_path):
    call = called(tmp_path, {}, ("*1", "[*2 + *3]"))
    assert (call.diplotype, call.status) == ("*1/[*2 + *3]", CallStatus.CALLED)
    assert "combination_or_partial" in call.notes
    assert call.phenotype == "Intermediate Metabolizer"  # *2 and *3 have no function
    assert call.phenotypes == ("Intermediate Metabolizer",)


def test_a_combination_without_an_allele_of_no_function_is_uncertain(tmp_path):
    call = called(tmp_path, {}, ("*1", "[*9 + *17]"))
    assert (call.diplotype, call.phenotype) == ("*1/[*9 + *17]", "Indeterminate")
    assert len(call.phenotypes) > 1


@pytest.mark.parametrize("hide", [removed, changed(gt="./."), changed(gt="0|.")])
def test_a_combination_is_open_while_a_position_is(hide, tmp_path):
    call = called(tmp_path, {STAR17: hide}, ("*1", "[*2 + *3]"))
    assert call.status is CallStatus.AMBIGUOUS
    assert call.phenotype == "Intermediate Metabolizer"
    assert f"chr10:{STAR17}" in call.depends_on
    assert "candidates_not_all_listed" in call.notes


def test_an_undocumented_allele_hides_no_unanswered_no_function_allele(tmp_path):
    """*2 may be on either haplotype as long as its positions are unknown."""
    edits = UNDOCUMENTED | {94775367: removed, 94781859: removed}
    call = called(tmp_path, edits, "*1/*1")
    assert call.status is CallStatus.AMBIGUOUS
    assert "Normal Metabolizer" in call.phenotypes
    assert "Intermediate Metabolizer" in call.phenotypes
    assert call.undocumented == (f"chr10:{STAR3}:G>T",)


def test_an_undocumented_allele_alone(tmp_path):
    call = called(tmp_path, UNDOCUMENTED, "*1/*1")
    assert call.status is CallStatus.CALLED
    assert call.diplotype == f"*1/[*1 + g.{STAR3}G>T]"
    assert call.phenotype == "Indeterminate"
    assert len(call.phenotypes) > 1


@pytest.mark.parametrize("gt", [".|1", "./1"])
def test_a_half_call_that_matters_is_what_the_advice_depends_on(gt, tmp_path):
    call = called(tmp_path, {STAR17: changed(gt=gt)}, "*1/*17")
    assert names(call) >= {"*1/*17", "*17/*17"}
    assert len(call.phenotypes) > 1
    assert f"chr10:{STAR17}" in call.depends_on


def test_what_the_advice_depends_on_is_enough(tmp_path):
    """Answering every position of ``depends_on`` leaves one phenotype."""
    hidden = [v.position for v in genes()["CYP2C19"].variants[::2]]
    open_call = called(tmp_path, dict.fromkeys(hidden, removed), "*1/*17")
    assert open_call.depends_on
    wanted = {int(place.split(":")[1]) for place in open_call.depends_on}
    assert wanted <= set(hidden)
    rest = dict.fromkeys(sorted(set(hidden) - wanted), removed)
    assert len(called(tmp_path, rest, "*1/*17").phenotypes) == 1


def test_unphased_sites_beyond_what_is_tried_leave_the_gene_open(tmp_path):
    """Eleven heterozygous sites without phase, no definition: not every phasing is named."""
    positions = [v.position for v in genes()["CYP2C9"].variants if not v.is_indel][:12]
    edits = {p: changed(gt="0/1") for p in positions}
    call = called(tmp_path, edits, "*1/*1", "CYP2C9")
    assert call.status is CallStatus.AMBIGUOUS
    assert "candidates_not_all_listed" in call.notes
