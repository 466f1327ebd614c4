"""Lookup of advice: certainty, missing genes, several tests in one gene, speed."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from pgx.errors import KnowledgeError, UnknownDrugError
from pgx.recommendations.index import build_index
from pgx.recommendations.lookup import recommend
from pgx.recommendations.result_keys import allele_of_key
from pgx.records.advice import NO_RESULT, DrugStatus
from pgx.records.calls import Certainty
from recommendations.made import call, drug, statement

ONE_GENE = [
    statement(1, "AAA=Normal|Fast", "use_as_directed", classification="Strong"),
    statement(2, "AAA=Poor", "avoid", classification="Moderate"),
    statement(3, "AAA=Indeterminate", "no_recommendation"),
]
TWO_GENES = [
    statement(1, "AAA=Normal;BBB=Normal|No Result", "use_as_directed"),
    statement(2, "AAA=Poor;BBB=Normal|Poor|No Result", "avoid"),
    statement(3, "AAA=Normal|No Result;BBB=Poor", "monitor", monitoring=("toxicity",)),
    statement(4, "AAA=No Result;BBB=Normal", "use_as_directed"),
]


def one(statements, *calls, **fields):
    [row] = recommend(build_index([drug(**fields)], statements), "S1", calls)
    return row


def test_one_key_is_certain():
    row = one(ONE_GENE, call("AAA", "Poor"))
    assert (row.action, row.certainty, row.lookup) == (("avoid",), Certainty.CERTAIN, "AAA=Poor")
    assert (row.classification, row.depends_on, row.alternatives) == ("Moderate", (), ())
    assert (row.source, row.drug, row.sample) == ("CPIC", "examplol", "S1")


def test_different_keys_with_equal_advice_are_certain():
    assert one(ONE_GENE, call("AAA", "Fast", "Normal")).certainty is Certainty.CERTAIN


def test_different_advice_depends():
    row = one(ONE_GENE, call("AAA", "Normal", "Poor", depends_on=("chr1:5",)))
    assert row.certainty is Certainty.DEPENDS
    assert (row.action, row.depends_on) == (("use_as_directed",), ("chr1:5",))
    assert [(a.lookup, a.action) for a in row.alternatives] == [("AAA=Poor", ("avoid",))]
    assert row.text.startswith("Provisional (AAA genotype unresolved): ")


@pytest.mark.parametrize("calls", [[], [call("AAA")], [call("CCC", "Normal")]])
def test_no_gene_assessed_is_unknown_and_there(calls):
    row = one(ONE_GENE, *calls)
    assert (row.action, row.certainty) == (("no_recommendation",), Certainty.UNKNOWN)
    assert row.lookup == "AAA=No Result"
    assert "not a normal result" in row.text


def test_genes_that_a_guideline_treats_apart_are_each_unknown_by_their_own_name():
    apart = [statement(1, "AAA=Poor", "avoid"), statement(2, "BBB=Poor", "monitor")]
    rows = recommend(build_index([drug()], apart), "S1", [])
    assert [row.lookup for row in rows] == ["AAA=No Result", "BBB=No Result"]
    assert [row.genes for row in rows] == [("AAA",), ("BBB",)]
    both = recommend(build_index([drug()], apart), "S1", [call("AAA", "Poor"), call("BBB", "Poor")])
    assert [row.action for row in both] == [("avoid",), ("monitor",)]


def test_a_key_without_a_statement_is_said():
    row = one(ONE_GENE, call("AAA", "Strange"))
    assert row.action == ("no_recommendation",)
    assert "no statement for AAA=Strange" in row.text


def test_a_statement_that_waits_for_a_reader_is_said():
    row = one(ONE_GENE, call("AAA", "Strange"), reason="partial_lookups")
    assert "not in this release" in row.text


def test_a_pending_drug_has_a_row_without_advice():
    pending = drug("waitol", "AAA", status=DrugStatus.PENDING, guidelines=("G9",))
    [row] = recommend(build_index([pending], []), "S1", [call("AAA", "Poor")])
    assert (row.action, row.guideline_id) == (("no_recommendation",), "G9")
    assert "not in this release" in row.text


def test_a_missing_gene_uses_its_own_rows_and_never_reads_as_sure():
    row = one(TWO_GENES, call("AAA", "Normal"))
    assert (row.lookup, row.action) == ("AAA=Normal;BBB=No Result", ("use_as_directed",))
    assert (row.certainty, row.depends_on) == (Certainty.DEPENDS, ("BBB:genotype",))
    assert row.text.startswith("No result for BBB, which could change this recommendation.")
    assert [a.action for a in row.alternatives] == [("monitor",)]


def test_a_missing_gene_that_cannot_change_the_advice_leaves_it_certain():
    row = one(TWO_GENES, call("AAA", "Poor"))
    assert (row.action, row.certainty) == (("avoid",), Certainty.CERTAIN)
    assert row.text.startswith("No result for BBB. ")


def test_a_gene_without_any_data_is_one_entry():
    row = one(TWO_GENES, call("AAA", "Normal"), call("BBB", missing=("chr2:7", "chr2:9")))
    assert row.depends_on == ("BBB:genotype",)


def test_only_decisive_genes_are_named():
    calls = (
        call("AAA", "Poor", depends_on=("chr1:1",)),
        call("BBB", "Normal", "Poor", depends_on=("chr2:2",)),
    )
    assert one(TWO_GENES, *calls).depends_on == ()
    calls = (call("AAA", "Normal", "Poor", depends_on=("chr1:1",)), call("BBB", "Normal"))
    assert one(TWO_GENES, *calls).depends_on == ("chr1:1",)


def test_copy_number_not_assessed_always_depends():
    row = one(ONE_GENE, call("AAA", "Normal", notes=("copy_number_not_assessed",)))
    assert (row.certainty, row.depends_on) == (Certainty.DEPENDS, ("AAA:copy_number",))
    assert row.text.startswith("Provisional (AAA copy number not determined): ")


def test_an_unassessed_gene_does_not_depend_on_its_copy_number():
    assert one(ONE_GENE, call("AAA", notes=("copy_number_not_assessed",))).certainty == "unknown"


ALLELES = [
    statement(1, "HHH=*57:01 negative", "use_as_directed"),
    statement(2, "HHH=*57:01 positive", "avoid"),
]


def test_tests_of_other_alleles_do_not_disturb():
    row = one(ALLELES, call("HHH", "*15:02 positive", "*57:01 negative", "*58:01 negative"))
    assert (row.lookup, row.certainty) == ("HHH=*57:01 negative", Certainty.CERTAIN)


def test_an_allele_that_was_not_tested_is_unknown():
    assert one(ALLELES, call("HHH", "*15:02 positive")).certainty is Certainty.UNKNOWN


def test_an_allele_left_open_depends():
    row = one(ALLELES, call("HHH", "*57:01 negative", "*57:01 positive"))
    assert row.certainty is Certainty.DEPENDS


def test_two_alleles_of_one_gene_are_two_topics():
    more = [*ALLELES, statement(3, "HHH=*15:02 positive", "caution")]
    index = build_index([drug()], more)
    rows = recommend(index, "S1", [call("HHH", "*15:02 positive", "*57:01 positive")])
    assert [row.action for row in rows] == [("caution",), ("avoid",)]


def test_an_algorithm_takes_any_result():
    any_result = [statement(1, "AAA=any;BBB=any", "use_algorithm")]
    row = one(any_result, call("AAA", "x", "y"))
    assert (row.certainty, row.lookup) == (Certainty.CERTAIN, "AAA=x;BBB=No Result")
    assert one(any_result).certainty is Certainty.UNKNOWN


def test_remarks_do_not_make_advice_different():
    remarked = [
        statement(1, "AAA=Poor", "avoid"),
        statement(2, "AAA=Likely Poor", "avoid", notes=("likely_phenotype",)),
    ]
    assert one(remarked, call("AAA", "Poor", "Likely Poor")).certainty is Certainty.CERTAIN


def test_every_population_has_its_row():
    groups = [
        statement(1, "AAA=Poor", "avoid", population="adults"),
        statement(2, "AAA=Normal", "use_as_directed", population="pediatrics"),
    ]
    rows = recommend(build_index([drug()], groups), "S1", [call("AAA", "Poor")])
    assert [(r.population, r.action[0]) for r in rows] == [
        ("adults", "avoid"),
        ("pediatrics", "no_recommendation"),
    ]


def test_contradicting_statements_are_refused():
    with pytest.raises(KnowledgeError):
        build_index([drug()], [*ONE_GENE, statement(9, "AAA=Poor", "use_as_directed")])


def test_a_statement_on_an_unlisted_drug_is_refused():
    with pytest.raises(KnowledgeError):
        build_index([], ONE_GENE)


def test_drugs_can_be_chosen_and_unknown_ones_are_refused(index):
    rows = recommend(index, "S1", [], drugs=["Codeine", "abacavir"])
    assert list(dict.fromkeys(row.drug for row in rows)) == ["abacavir", "codeine"]
    assert {"CPIC", "DPWG", "FDA_LABEL"} <= {row.source for row in rows}
    with pytest.raises(UnknownDrugError):
        recommend(index, "S1", [], drugs=["codein"])


def test_all_drugs_are_there_without_any_call(index):
    rows = recommend(index, "S1", [])
    assert [r.drug for r in rows] == sorted((r.drug for r in rows), key=str.casefold)
    assert {r.drug for r in rows} == set(index.drugs)
    assert {r.certainty for r in rows} == {Certainty.UNKNOWN}


@pytest.fixture(scope="session")
def keys_by_gene(index) -> dict[str, list[str]]:
    found: dict[str, set[str]] = {}
    for topic in index.topics:
        for gene, keys in zip(topic.genes, topic.keys, strict=True):
            found.setdefault(gene, set()).update(k for k in keys if k not in (NO_RESULT, "any"))
    return {gene: sorted(keys) for gene, keys in sorted(found.items()) if keys}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_order_does_not_matter_and_equal_keys_give_equal_advice(
    data, drugs, statements, genes, keys_by_gene
):
    calls = [
        call(gene, *data.draw(st.lists(st.sampled_from(keys), max_size=3, unique=True)))
        for gene, keys in keys_by_gene.items()
    ]
    shuffled = data.draw(st.permutations(calls))
    other = build_index(
        reversed(drugs), data.draw(st.permutations(statements[:50])) + statements[50:], genes
    )
    first = recommend(build_index(drugs, statements, genes), "S1", calls)
    assert first == recommend(other, "S1", shuffled)
    assert first == recommend(other, "S1", calls)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_more_open_keys_never_make_advice_more_certain(data, index, keys_by_gene):
    gene = data.draw(st.sampled_from(sorted(keys_by_gene)))
    keys = keys_by_gene[gene]
    chosen = data.draw(st.lists(st.sampled_from(keys), min_size=1, max_size=3, unique=True))
    more = data.draw(st.sampled_from(keys))
    assume(allele_of_key(more) == allele_of_key(chosen[0]))  # another test is no open question
    wider = [*chosen, more]
    rows = zip(
        recommend(index, "S1", [call(gene, *dict.fromkeys(wider))]),
        recommend(index, "S1", [call(gene, *chosen)]),
        strict=True,
    )
    for wide, narrow in rows:
        assert wide.action == narrow.action or narrow.certainty is Certainty.UNKNOWN
        assert not (wide.certainty is Certainty.CERTAIN and narrow.certainty is Certainty.DEPENDS)


def test_certain_means_every_combination_agrees(index):
    """A plain oracle: look up each combination alone and compare the rows."""
    two = [
        ("CYP2C19", ["Poor Metabolizer", "Normal Metabolizer"]),
        ("CYP2D6", ["0.0", "2.0", "n/a"]),
    ]
    open_calls = [call(gene, *keys) for gene, keys in two]
    rows = recommend(index, "S1", open_calls)
    alone = [
        recommend(index, "S1", [call(g, k) for (g, _), k in zip(two, combination, strict=True)])
        for combination in itertools.product(*(keys for _, keys in two))
    ]
    for position, row in enumerate(rows):
        substance = {
            (r.action, r.dose_factor_min, r.dose_factor_max, r.condition)
            for r in (every[position] for every in alone)
        }
        if row.certainty is Certainty.CERTAIN:
            assert len(substance) == 1, row.drug
        if len(substance) > 1:
            assert row.certainty is Certainty.DEPENDS, row.drug


@pytest.mark.parametrize("mute", ["Indeterminate", "n/a"])
def test_what_one_gene_says_is_not_lost_to_another_that_says_nothing(index, mute):
    calls = [
        call("RYR1", "Malignant Hyperthermia Susceptibility"),
        call("CACNA1S", mute),
    ]
    [row] = [r for r in recommend(index, "S1", calls, drugs=["sevoflurane"]) if r.source == "CPIC"]
    assert row.action[0] == "avoid"
    assert row.certainty is Certainty.CERTAIN
    assert row.text.startswith("This is based on RYR1 alone. Avoid sevoflurane")


def test_genes_that_all_say_nothing_give_no_advice(index):
    calls = [call("RYR1", "Indeterminate"), call("CACNA1S", "Indeterminate")]
    [row] = [r for r in recommend(index, "S1", calls, drugs=["sevoflurane"]) if r.source == "CPIC"]
    assert row.action == ("no_recommendation",)
