"""Row 29: reads, likelihoods and imputation that do not support the written genotype."""

from __future__ import annotations

import pytest

from cases import one_test
from hazards.edited import annotated, changed, edited_file
from pgx.records.calls import Certainty

STAR_2A = 97450058  # DPYD c.1905+1G>A
STAR_3 = 94780653  # CYP2C19 *3
RISK = 1555  # MT-RNR1 m.1555A>G

REFERENCE_DPYD = "Reference/Reference"


def rows(folder, gene, position, diplotype, drug, **cells):
    """Return the call of a gene and CPIC's advice, with one line of its file edited."""
    path = edited_file(folder, {position: changed(**cells)}, diplotype, gene)
    result = annotated(path, gene, drug)
    call = next(c for c in result.calls if c.gene == gene)
    return call, [r for r in result.recommendations if r.source == "CPIC" and r.drug == drug]


@one_test
@pytest.mark.parametrize(
    ("cell", "form"),
    [
        ("0/0:18,12", "GT:AD"),
        ("0/0:18,12:30:99", "GT:AD:DP:GQ"),
        ("0/0:18,12:0,99,999", "GT:AD:PL"),
        ("0/1:97,3", "GT:AD"),
        ("1/1:95,5", "GT:AD"),
        ("0/0:0,1,4", "GT:PL"),
        ("0/1:-1.2,-1.0,-30", "GT:GL"),
        ("0/0:60,0,90", "GT:PL"),
    ],
)
def test_row_29_what_reads_contradict_is_never_certain(cell, form, tmp_path):
    call, advice = rows(
        tmp_path, "DPYD", STAR_2A, REFERENCE_DPYD, "fluorouracil", format=form, sample=cell
    )
    assert call.missing == (f"chr1:{STAR_2A}",)
    assert len(call.phenotypes) > 1
    assert advice
    assert {row.certainty for row in advice} == {Certainty.DEPENDS}
    assert all(f"chr1:{STAR_2A}" in row.depends_on for row in advice)


def test_row_29_the_doubtful_variant_keeps_its_weight(tmp_path):
    call, _ = rows(
        tmp_path, "DPYD", STAR_2A, REFERENCE_DPYD, "fluorouracil",
        format="GT:AD", sample="0/0:18,12",
    )  # fmt: skip
    assert call.candidates[0].diplotype == "Reference/c.1905+1G>A (*2A)"
    assert "ad_contradicts_gt" in call.notes


@pytest.mark.parametrize("info", [".", "R2=0.28"])
def test_row_29_an_imputed_genotype_without_support_is_unknown(info, tmp_path):
    call, advice = rows(
        tmp_path, "CYP2C19", STAR_3, "*1/*1", "clopidogrel",
        format="GT:GP", sample="0|0:0.36,0.33,0.31", info=info,
    )  # fmt: skip
    assert "low_gp" in call.notes
    assert call.missing == (f"chr10:{STAR_3}",)
    assert {row.certainty for row in advice} == {Certainty.DEPENDS}


@pytest.mark.parametrize("cell", ["0:80,20", "0/0:80,20", "0:95,5"])
def test_row_29_heteroplasmy_is_a_finding(cell, tmp_path):
    call, advice = rows(
        tmp_path, "MT-RNR1", RISK, "Reference", "gentamicin", format="GT:AD", sample=cell
    )
    assert "heteroplasmy" in call.notes
    assert "1555A>G" in str(call.diplotype)
    assert not any(phenotype.startswith("normal") for phenotype in call.phenotypes)
    assert all("avoid" in row.action for row in advice)


@pytest.mark.parametrize(
    ("cell", "form"),
    [("0/0:30,0", "GT:AD"), ("0/0:28,2:0,80,900", "GT:AD:PL"), ("0|0:0.999,0.001,0", "GT:GP")],
)
def test_row_29_clean_genotypes_are_as_sure_as_ever(cell, form, tmp_path):
    call, advice = rows(
        tmp_path, "DPYD", STAR_2A, REFERENCE_DPYD, "fluorouracil", format=form, sample=cell
    )
    assert (call.diplotype, call.probability, call.missing) == (REFERENCE_DPYD, 1.0, ())
    assert {row.certainty for row in advice} == {Certainty.CERTAIN}
