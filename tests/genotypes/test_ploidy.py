"""Numbers of strands: chrX by sex, what mixed files may say, the mitochondrion."""

import pytest

from calling import call_file
from hazards.edited import called, changed, edited_file, is_open, names
from pgx.base.calls import CallStatus

A202 = "A- 202A_376G"
B = "B (reference)"
SITE = 154536002  # G6PD c.202
OTHER = 154535277  # G6PD c.376
RISK = 1555  # MT-RNR1 m.1555A>G


def g6pd(folder, edits, diplotype, **settings):
    path = edited_file(folder, edits, diplotype, "G6PD", **settings)
    return call_file(path, "G6PD")["S1", "G6PD"]


def test_haploid_blocks_and_a_heterozygous_record_refuse_the_gene(tmp_path):
    """One strand must not hide the other's allele."""
    edits = {SITE: changed(gt="0/1")}
    call = g6pd(tmp_path, edits, A202, sex="male", style="gvcf")
    assert call.status is CallStatus.NOT_ASSESSED
    assert "mixed_ploidy" in call.notes


@pytest.mark.parametrize("style", ["all_sites", "gvcf"])
def test_a_male_file_of_one_strand_needs_no_sex(style, tmp_path):
    call = g6pd(tmp_path, {}, A202, sex="male", style=style)
    assert call.diplotype == A202


def test_a_haploid_genotype_of_low_quality_hides_no_strand(tmp_path):
    """A female heterozygote with one bad haploid cell elsewhere stays a heterozygote."""
    edits = {154532623: changed(format="GT:GQ", sample="0:1")}
    call = g6pd(tmp_path, edits, f"{B}/{A202}")
    assert is_open(call) or call.diplotype == f"{B}/{A202}"
    assert f"{B}/{A202}" in {"/".join(sorted(n.split("/"), reverse=True)) for n in names(call)}
    assert all(A202 in name or "/" not in name for name in names(call))
    assert all("/" in name for name in names(call))


@pytest.mark.parametrize(("gt", "expected"), [("1", 1), ("1/1", 1), ("0/1", 1), ("0", 0)])
def test_mitochondrial_genotypes(gt, expected, tmp_path):
    call = called(tmp_path, {RISK: changed(gt=gt)}, "Reference", "MT-RNR1")
    assert call.status is CallStatus.CALLED
    assert ("1555A>G" in call.diplotype) == bool(expected)
    assert ("heteroplasmy" in call.notes) == (gt == "0/1")


def test_heteroplasmy_of_a_named_and_an_unnamed_allele_keeps_the_named_one(tmp_path):
    call = called(tmp_path, {RISK: changed(alt="G,T", gt="1/2")}, "Reference", "MT-RNR1")
    assert "1555A>G" in call.diplotype


@pytest.mark.parametrize("gt", [".", "./1", "./."])
def test_an_open_mitochondrial_genotype_is_unknown(gt, tmp_path):
    call = called(tmp_path, {RISK: changed(gt=gt)}, "Reference", "MT-RNR1")
    assert is_open(call)
    assert len(call.phenotypes) > 1
