"""Numbers of haplotypes: chrX by sex, what mixed files may say, the mitochondrion."""

import numpy as np
import pytest

from calling import call_file, call_files
from hazards.edited import called, changed, edited_file, is_open, names
from pgx.genotypes.matrix import ABSENT, MISSING, Evidence, GeneGenotypes, Unknown
from pgx.genotypes.merge import combine
from pgx.genotypes.ploidy import apply_ploidy
from pgx.records.calls import CallStatus
from pgx.records.genes import Ploidy
from simulated import genes

A202 = "A- 202A_376G"
B = "B (reference)"
SITE = 154536002  # G6PD c.202
OTHER = 154535277  # G6PD c.376
RISK = 1555  # MT-RNR1 m.1555A>G


def g6pd(folder, edits, diplotype, **settings):
    path = edited_file(folder, edits, diplotype, "G6PD", **settings)
    return call_file(path, "G6PD")["S1", "G6PD"]


def test_haploid_blocks_and_a_heterozygous_record_refuse_the_gene(tmp_path):
    """One haplotype must not hide the other's allele."""
    edits = {SITE: changed(gt="0/1")}
    call = g6pd(tmp_path, edits, A202, sex="male", style="gvcf")
    assert call.status is CallStatus.NOT_ASSESSED
    assert "mixed_ploidy" in call.notes


@pytest.mark.parametrize("gt", [".", "./."])
def test_a_females_missing_genotype_is_no_single_allele(gt, tmp_path):
    """Many callers write ``.`` for an unknown diploid genotype."""
    path = edited_file(tmp_path, {SITE: changed(gt=gt)}, f"{B}/{A202}", "G6PD")
    call = call_files([path], ["G6PD"], sexes={"S1": "female"})["S1", "G6PD"]
    assert "haploid_in_female" not in call.notes
    assert f"chrX:{SITE}" in call.missing
    assert next(s for s in call.sites if s.position.endswith(f":{SITE}")).reason == "no_genotype"


def test_a_males_half_call_is_not_heterozygous(tmp_path):
    edits = {SITE: changed(gt="0/.")}
    path = edited_file(tmp_path, edits, A202, "G6PD", sex="male", diploid_x=True)
    call = call_files([path], ["G6PD"], sexes={"S1": "male"})["S1", "G6PD"]
    assert "male_heterozygous" not in call.notes
    assert f"chrX:{SITE}" in call.missing


def x_linked(*pairs):
    """Genotypes of the first positions of a gene on chrX, a sample a pair; others unknown."""
    gene = next(g for g in genes().values() if g.ploidy is Ploidy.X_LINKED)
    found = GeneGenotypes.empty(gene, tuple(f"S{i}" for i in range(len(pairs))))
    for sample, pair in enumerate(pairs):
        found.call[0, sample] = pair
        found.evidence[0, sample] = Evidence.RECORD
        found.reason[0, sample] = Unknown.NONE
    return found


@pytest.mark.parametrize("sex", ["male", "female", None])
def test_who_is_written_with_one_haplotype_is_kept_whatever_the_sex(sex):
    found = x_linked((0, ABSENT), (0, 0), (0, 1), (MISSING, ABSENT))
    apply_ploidy(found, [sex] * 4)
    assert found.haploid_samples == {0}
    assert found.take(np.array([3, 0, 1, 0]), tuple("abcd")).haploid_samples == {1, 3}


def test_one_haplotype_in_any_input_counts():
    one, other = x_linked((0, 0)), x_linked((0, ABSENT), (0, 0))
    other.samples = ("S1", "S0")
    for part in (one, other):
        apply_ploidy(part, ["male"] * len(part.samples))
    assert combine([one, other], one.gene, ("S0", "S1")).haploid_samples == {1}


@pytest.mark.parametrize("style", ["all_sites", "gvcf"])
def test_a_male_file_of_one_haplotype_needs_no_sex(style, tmp_path):
    call = g6pd(tmp_path, {}, A202, sex="male", style=style)
    assert call.diplotype == A202


def test_a_haploid_genotype_of_low_quality_hides_no_haplotype(tmp_path):
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
