"""Genes whose alleles are single variants: DPYD, RYR1, MT-RNR1."""

import pytest

from hazards.edited import called, changed, names, removed
from pgx.records.calls import CallStatus
from simulated import genes

TWO_A = "c.1905+1G>A (*2A)"
HAPB3 = "c.1129-5923C>G, c.1236G>A (HapB3)"
EXON, INTRON = 97573863, 97579893
REFERENCE = "Reference/Reference"


def site_of(name, gene="DPYD"):
    [position] = next(a.defining for a in genes()[gene].alleles if a.name == name)
    return position


def test_hapb3_by_its_deciding_site(tmp_path):
    call = called(tmp_path, {}, f"Reference/{HAPB3}", "DPYD")
    assert (call.diplotype, call.status) == (f"Reference/{HAPB3}", CallStatus.CALLED)


@pytest.mark.parametrize("hide", [removed, changed(gt="./.")])
def test_the_exonic_site_stands_in_where_the_intronic_is_unknown(hide, tmp_path):
    call = called(tmp_path, {INTRON: hide}, f"Reference/{HAPB3}", "DPYD")
    assert call.diplotype == f"Reference/{HAPB3}"
    assert "substitute_site_used" in call.notes


def test_the_intronic_site_decides_where_both_speak(tmp_path):
    call = called(tmp_path, {EXON: changed(gt="0|1")}, REFERENCE, "DPYD")
    assert call.diplotype == REFERENCE
    assert "substitute_site_conflict" in call.notes
    call = called(tmp_path, {INTRON: changed(gt="0|1")}, REFERENCE, "DPYD")
    assert call.diplotype == "Reference/c.1129-5923C>G"
    assert call.activity_score == "1.5"


def test_no_variant_stands_twice_on_a_haplotype(tmp_path):
    edits = {INTRON: changed(gt="0|1"), EXON: removed}
    call = called(tmp_path, edits, REFERENCE, "DPYD")
    assert {"Reference/c.1129-5923C>G", f"Reference/{HAPB3}"} <= names(call)
    assert not any(name.count("c.1129-5923C>G") > 1 for name in names(call))


def test_an_undocumented_exonic_allele_is_not_hapb3(tmp_path):
    other = changed(alt="G", gt="0|1")
    call = called(tmp_path, {INTRON: removed, EXON: other}, REFERENCE, "DPYD")
    assert call.status is CallStatus.AMBIGUOUS
    assert HAPB3 not in (call.diplotype or "")
    assert call.undocumented == (f"chr1:{EXON}:C>G",)
    assert any("c.1129-5923C>G" in name for name in names(call))


def test_no_function_and_an_undocumented_allele_do_not_hide_the_no_function(tmp_path):
    place = next(v for v in genes()["DPYD"].variants if v.position == site_of("c.2846A>T"))
    other = next(b for b in "ACGT" if b not in place.alleles)
    edits = {place.position: changed(alt=other, gt="1|0")}
    call = called(tmp_path, edits, f"Reference/{TWO_A}", "DPYD")
    assert call.phenotype == "Indeterminate"
    assert {"Poor Metabolizer", "Intermediate Metabolizer"} <= set(call.phenotypes)
    assert "Normal Metabolizer" not in call.phenotypes
    assert TWO_A in call.findings


def test_malignant_hyperthermia_stays_with_an_undocumented_allele(tmp_path):
    gene = genes()["RYR1"]
    risk = next(a for a in gene.alleles if a.function == "Malignant Hyperthermia associated")
    places = [v for v in gene.variants if v.position not in risk.defining and len(v.ref) == 1]
    other = next(b for b in "ACGT" if b not in places[0].alleles)
    edits = {places[0].position: changed(alt=other, gt="1|0")}
    call = called(tmp_path, edits, f"Reference/{risk.name}", "RYR1")
    assert call.phenotypes == ("Malignant Hyperthermia Susceptibility",)
    assert risk.name in call.findings


def test_two_serious_variants_stay_in_trans_beside_many_harmless_ones(tmp_path):
    """Not every orientation of twelve blocks is tried; those of serious variants are."""
    gene = genes()["DPYD"]
    harmless = [a for a in gene.alleles if a.function == "1.0" and len(a.defining) == 1]
    serious = [a for a in gene.alleles if a.function == "0.0" and len(a.defining) == 1]
    late = sorted((site_of(a.name) for a in serious), reverse=True)[:2]
    order = [v.position for v in gene.variants]
    early = [p for p in order if p in {site_of(a.name) for a in harmless}][:11]
    assert len(early) == 11
    edits = {p: changed(gt="0/1") for p in (*early, *late)}
    call = called(tmp_path, edits, REFERENCE, "DPYD")
    assert call.phenotype == "Poor Metabolizer"
    assert call.status is CallStatus.AMBIGUOUS


def test_a_harmless_variant_that_is_unknown_leaves_a_phased_name_open(tmp_path):
    gene = genes()["DPYD"]
    harmless = next(a for a in gene.alleles if a.function == "1.0" and len(a.defining) == 1)
    edits = {site_of(harmless.name): removed}
    call = called(tmp_path, edits, f"{TWO_A}/{TWO_A}", "DPYD")
    assert call.phenotypes == ("Poor Metabolizer",)
    assert call.status is CallStatus.AMBIGUOUS
    assert any(harmless.name in name for name in names(call))
