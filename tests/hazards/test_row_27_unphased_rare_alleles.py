"""Two rare alleles without phase: named in trans, open, both meanings kept."""

import pytest

from cases import one_test
from pgx.engine.annotate import annotate
from pgx.inputs.settings import RunSettings
from pgx.records.calls import CallStatus, Certainty
from simulated import vcf_file

HAPB3 = "c.1129-5923C>G, c.1236G>A (HapB3)"
INTRONIC = "c.1129-5923C>G"
STAR_2A = "c.1905+1G>A (*2A)"
PAIRS = [
    ("DPYD", INTRONIC, STAR_2A, "Poor Metabolizer"),
    ("DPYD", HAPB3, STAR_2A, "Poor Metabolizer"),
    ("CYP2C9", "*13", "*14", "Poor Metabolizer"),
    ("TPMT", "*2", "*16", None),
    ("CFTR", "G551D", "R117H", None),
    ("G6PD", "A- 202A_376G", "Mediterranean, Dallas, Panama, Sassari, Cagliari, Birmingham", None),
]


def annotated(folder, gene, one, two, drugs=(), **settings):
    path = vcf_file(folder, {gene: (one, two)}, **settings)
    run = annotate([path], RunSettings(genes=(gene,), drugs=drugs))
    [result] = run.results()
    return result.calls[0], result.recommendations


@one_test(sample=2)
@pytest.mark.parametrize(("gene", "one", "two", "phenotype"), PAIRS)
def test_row_27_two_rare_alleles_are_named_in_trans(tmp_path, gene, one, two, phenotype):
    call, _ = annotated(tmp_path, gene, one, two, phased=False)
    assert {h.name for h in call.haplotypes} == {one, two}
    assert call.status is CallStatus.AMBIGUOUS
    assert 0.5 <= call.probability < 0.95
    assert call.phenotype == call.phenotypes[0]
    assert phenotype in (None, call.phenotype)
    assert any(item.startswith("phase:") for item in call.depends_on)


def test_row_27_the_reading_in_cis_is_kept(tmp_path):
    call, advice = annotated(tmp_path, "DPYD", INTRONIC, STAR_2A, ("fluorouracil",), phased=False)
    assert call.activity_score == "0.5"
    assert {"Poor Metabolizer", "Intermediate Metabolizer"} <= set(call.phenotypes)
    assert {row.certainty for row in advice if "DPYD" in row.genes} == {Certainty.DEPENDS}


def test_row_27_phase_settles_it(tmp_path):
    call, _ = annotated(tmp_path, "DPYD", INTRONIC, STAR_2A, phased=True)
    assert (call.status, call.probability) == (CallStatus.CALLED, 1.0)


def test_row_27_the_rare_pair_in_trans_stands_beside_the_common_one(tmp_path):
    """*3B/*3C is rare, and a poor metabolizer."""
    call, _ = annotated(tmp_path, "TPMT", "*1", "*3A", phased=False)
    assert call.diplotype == "*1/*3A"
    assert [c.diplotype for c in call.candidates] == ["*1/*3A", "*3B/*3C"]
    assert call.phenotypes == ("Intermediate Metabolizer", "Poor Metabolizer")
