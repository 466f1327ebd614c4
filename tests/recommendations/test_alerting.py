"""Who is alarmed: advice on the reference genotype is information, unless it changes the dose."""

from __future__ import annotations

import itertools

import pytest

from cases import one_test
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.recommendations.index import build_index, guidance_of
from pgx.recommendations.lookup import recommend
from pgx.recommendations.result_keys import reference_keys
from pgx.recommendations.topics import may_alert
from pgx.records.advice import DOSE_ACTIONS, NO_RESULT, UNINFORMATIVE_KEYS
from pgx.records.genes import AlleleDefinition, GeneDefinition, PhenotypeRule, Ploidy, Strategy
from recommendations.made import call, drug, statement

FUNCTIONS = {"Normal": "Normal", "None": "Poor"}


def gene(name: str, ploidy: Ploidy = Ploidy.AUTOSOME) -> GeneDefinition:
    pairs = itertools.combinations_with_replacement(FUNCTIONS, 2)
    rules = [
        PhenotypeRule(
            function_1=one, function_2=two, activity_score="",
            phenotype=FUNCTIONS[one] if one == two else "Middle",
            lookup_key=FUNCTIONS[one] if one == two else "Middle",
        )
        for one, two in pairs
    ]  # fmt: skip
    rules += [
        PhenotypeRule(
            function_1=one, function_2="", activity_score="", phenotype=said, lookup_key=said
        )
        for one, said in FUNCTIONS.items()
    ]
    return GeneDefinition(
        gene=name, contig="chr1", strategy=Strategy.STAR, ploidy=ploidy, default_allele="*1",
        uncertain_function="Unknown", scored=False, rules=tuple(rules),
        alleles=(
            AlleleDefinition(name="*1", is_reference=True, function="Normal"),
            AlleleDefinition(name="*2", function="None"),
        ),
    )  # fmt: skip


GENES = {name: gene(name) for name in ("AAA", "BBB")}


def found(statements, *calls):
    """Return whether the one row may raise an alert."""
    index = build_index([drug()], statements, genes=GENES)
    [row] = recommend(index, "S1", calls)
    return row.may_alert


def said(n, keys, action, **fields):
    return statement(n, keys, action, **fields)


@pytest.mark.parametrize("action", ["caution", "avoid", "monitor", "adjust_initial_dose"])
def test_what_the_reference_is_told_is_no_finding_and_another_result_is(action):
    statements = [
        said(1, "AAA=Normal", action),
        said(2, "AAA=Poor", "avoid", monitoring=("toxicity",)),
    ]
    assert not found(statements, call("AAA", "Normal"))
    assert found(statements, call("AAA", "Poor"))


def test_a_result_that_is_told_the_same_is_no_finding():
    statements = [said(1, "AAA=Normal|Middle", "caution"), said(2, "AAA=Poor", "avoid")]
    assert not found(statements, call("AAA", "Middle"))


@one_test
@pytest.mark.parametrize(
    ("action", "fields", "expected"),
    [
        ("increase_dose", {"dose_factor_min": 1.5, "dose_factor_max": 2.0}, True),
        ("increase_dose", {}, True),
        ("adjust_initial_dose", {"dose_factor_max": 0.5}, True),
        ("adjust_initial_dose", {"dose_factor_min": 1.0, "dose_factor_max": 1.0}, False),
        ("adjust_initial_dose", {"starting_dose": "40 mg/day"}, False),
        ("monitor", {"dose_factor_max": 0.5}, False),
    ],
)
def test_another_dose_than_the_standard_one_is_a_finding_for_the_reference_too(
    action, fields, expected
):
    assert found([said(1, "AAA=Normal", action, **fields)], call("AAA", "Normal")) is expected


def test_an_algorithm_doses_other_results_otherwise_in_the_same_words():
    statements = [said(1, "AAA=any", "use_algorithm")]
    assert not found(statements, call("AAA", "Normal"))
    assert found(statements, call("AAA", "Poor"))


def test_a_gene_without_a_result_counts_neither_way():
    statements = [
        said(1, f"AAA=Normal;BBB=Normal|{NO_RESULT}", "caution"),
        said(2, f"AAA=Poor;BBB=Normal|{NO_RESULT}", "avoid"),
    ]
    assert not found(statements, call("AAA", "Normal"))
    assert found(statements, call("AAA", "Poor"))


def test_a_guideline_that_says_nothing_of_the_reference_makes_findings():
    assert found([said(1, "AAA=Poor", "caution")], call("AAA", "Poor"))


def test_without_definitions_every_row_may_raise_an_alert():
    [row] = recommend(
        build_index([drug()], [said(1, "AAA=Normal", "caution")]), "S1", [call("AAA", "Normal")]
    )
    assert row.may_alert


def test_a_locus_with_one_copy_has_a_reference_with_one():
    assert reference_keys(gene("CCC", Ploidy.MITOCHONDRIAL)) == ("Normal",)
    assert reference_keys(gene("CCC", Ploidy.X_LINKED)) == ("Normal",)


def test_every_reference_of_the_release_has_a_known_effect():
    """An indeterminate reference would hide findings; a gene's default allele is a known one."""
    for name, definition in KnowledgeBase().genes.items():
        keys = reference_keys(definition)
        assert bool(keys) == bool(definition.alleles), name
        assert UNINFORMATIVE_KEYS.isdisjoint(keys), name


def test_presence_of_an_allele_is_a_finding_and_its_absence_is_none():
    for topic in guidance_of(KnowledgeBase()).topics:
        for alleles, known in zip(topic.languages, topic.references, strict=True):
            if alleles[0].startswith("*"):
                assert known == (f"{alleles[0]} negative",)


REVIEWED = {
    "atomoxetine", "desflurane", "eliglustat", "enflurane", "halothane", "hydralazine",
    "isoflurane", "ivacaftor", "meclizine", "methoxyflurane", "sevoflurane", "succinylcholine",
    "tacrolimus", "tafenoquine", "tetrabenazine", "warfarin",
}  # fmt: skip
"""Drugs on which a guideline tells the reference genotype to act; each was read."""


def test_advice_without_an_alert_is_on_drugs_that_were_reviewed():
    """A new statement on the reference genotype is read by somebody before it loses its alert."""
    acting = {"avoid", "alternative", "use_algorithm", "test_first", "monitor", "caution"}
    acting |= DOSE_ACTIONS
    silent = {
        topic.drug.drug
        for topic in guidance_of(KnowledgeBase()).topics
        for population, table in topic.statements.items()
        for keys, own in table.items()
        if own.action[0] in acting and not may_alert(topic, population, keys, own)
    }
    assert silent
    assert silent <= REVIEWED
