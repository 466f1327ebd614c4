"""Results without a statement and keys without a result, in small made-up guidance."""

from __future__ import annotations

import pytest

from pgx.recommendations.guidance_checks import coverage_findings
from pgx.recommendations.index import build_index
from pgx.records.advice import FaultCode, KnownGap
from pgx.records.genes import AlleleDefinition, GeneDefinition, PhenotypeRule, Ploidy, Strategy
from recommendations.made import drug, statement


def gene(name: str) -> GeneDefinition:
    rules = [("high", "high", "Fast"), ("high", "low", "Usual"), ("low", "low", "Slow")]
    return GeneDefinition(
        gene=name,
        contig="chr1",
        strategy=Strategy.STAR,
        ploidy=Ploidy.AUTOSOME,
        default_allele="*1",
        uncertain_function="high",
        scored=False,
        alleles=(
            AlleleDefinition(name="*1", is_reference=True, function="high"),
            AlleleDefinition(name="*2", function="low"),
        ),
        rules=tuple(
            PhenotypeRule(
                function_1=one, function_2=two, activity_score="", phenotype=key, lookup_key=key
            )
            for one, two, key in rules
        ),
    )


GENES = {name: gene(name) for name in ("G1", "G2")}
WHOLE = [statement(1, "G1=Fast|Usual|Slow", "use_as_directed")]


def gap(keys: str, *drugs: str, name: str = "G1") -> KnownGap:
    return KnownGap(
        authority="CPIC", drug=drugs or ("any",), gene=name, keys=tuple(keys.split(";")), reason="x"
    )


def found(statements, gaps=(), complete=("CPIC",), drugs=None):
    index = build_index(drugs or [drug()], statements, GENES)
    findings = coverage_findings(GENES, statements, index, gaps, complete)
    return [(f.code, f.what) for f in findings]


def test_guidance_that_answers_everything_has_no_finding():
    assert found(WHOLE) == []


def test_a_result_without_a_statement_is_named():
    [(code, what)] = found([statement(1, "G1=Fast|Slow", "avoid")])
    assert code == FaultCode.UNANSWERED
    assert "G1 Usual" in what


@pytest.mark.parametrize("drugs", [(), ("examplol",)])
def test_a_known_gap_is_no_finding(drugs):
    assert found([statement(1, "G1=Fast|Slow", "avoid")], [gap("Usual", *drugs)]) == []


def test_a_gap_of_another_drug_or_key_excuses_nothing():
    own = [statement(1, "G1=Fast|Slow", "avoid")]
    for other in (gap("Usual", "otherol"), gap("Fast"), gap("Usual", name="G2")):
        codes = [code for code, _ in found(own, [other])]
        assert codes == [FaultCode.UNANSWERED, FaultCode.NO_GAP]


def test_a_gap_that_is_filled_is_named():
    [(code, what)] = found(WHOLE, [gap("Usual;Slow")])
    assert code == FaultCode.NO_GAP
    assert "Usual, Slow" in what


def test_selective_sources_may_leave_results_out():
    assert found([statement(1, "G1=Slow", "avoid")], complete=()) == []


def test_no_recommendation_is_an_answer():
    own = [statement(1, "G1=Fast|Slow", "avoid"), statement(2, "G1=Usual", "no_recommendation")]
    assert found(own) == []


def test_any_result_answers_all():
    assert found([statement(1, "G1=any", "use_algorithm")]) == []


def test_each_population_answers_for_itself():
    own = [*WHOLE, statement(2, "G1=Fast|Slow", "avoid", population="children")]
    [(code, what)] = found(own)
    assert code == FaultCode.UNANSWERED
    assert "(children)" in what


def test_of_two_genes_every_combination_counts():
    products = "G1=Fast|Usual;G2=Fast|Usual|Slow || G1=Slow;G2=Fast|Usual"
    own = [statement(1, products, "avoid")]
    [(code, what)] = found(own)
    assert code == FaultCode.UNANSWERED
    assert what.count("Slow, Slow") == 1
    # a gap is a key without any statement: Slow of G1 has two, so it excuses nothing
    codes = [code for code, _ in found(own, [gap("Slow")])]
    assert codes == [FaultCode.UNANSWERED, FaultCode.NO_GAP]


def test_a_key_without_any_combination_is_a_gap():
    own = [statement(1, "G1=Fast|Usual;G2=Fast|Usual|Slow", "avoid")]
    assert [code for code, _ in found(own)] == [FaultCode.UNANSWERED]
    assert found(own, [gap("Slow")]) == []


@pytest.mark.parametrize("key", ["Quick", "diplotype *2/*1", "diplotype *1/*3", "*2 positive"])
def test_a_key_that_no_result_has_is_named(key):
    own = [*WHOLE, statement(2, f"G1={key}", "avoid")]
    codes = [code for code, what in found(own, complete=()) if key in what]
    assert codes == [FaultCode.UNREACHABLE]
    assert found(own, [gap(key)], complete=()) == []


def test_pairs_of_alleles_need_not_be_complete():
    assert found([*WHOLE, statement(2, "G1=diplotype *1/*2", "avoid")]) == []


def test_a_gene_that_is_not_there_is_named():
    [(code, what)] = found([statement(1, "G9=Slow", "avoid")])
    assert code == FaultCode.UNREACHABLE
    assert "no gene" in what
