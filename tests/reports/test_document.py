"""What a report says, before any format."""

from __future__ import annotations

import doctest

import msgspec
import pytest

from cases import one_test
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.messages.catalogue import ENGLISH
from pgx.records.advice import Drug, DrugStatus
from pgx.records.calls import (
    AdviceMessage,
    AlternativeAdvice,
    CallStatus,
    Candidate,
    Certainty,
    HaplotypeDetail,
)
from pgx.reports.content import gene_entries
from pgx.reports.content.document import build_document
from pgx.reports.content.gene_entries import build_gene
from pgx.reports.content.release_facts import (
    NO_FACTS,
    NewerGuidance,
    ReportFacts,
    facts_for,
    facts_of,
)
from reports import factory


def groups_of(*rows, facts=NO_FACTS):
    document = build_document(factory.result(recommendations=rows), facts)
    return {group.key: [drug.name for drug in group.drugs] for group in document.groups}


def only_drug(*rows):
    document = build_document(factory.result(recommendations=rows))
    [drug] = [drug for group in document.groups for drug in group.drugs]
    return drug


def test_examples_in_docstrings():
    assert not doctest.testmod(gene_entries).failed


@one_test
@pytest.mark.parametrize(
    ("action", "certainty", "group"),
    [
        ("avoid", "certain", "avoid"),
        ("alternative", "certain", "avoid"),
        ("reduce_dose", "certain", "dose"),
        ("increase_dose", "certain", "dose"),
        ("adjust_initial_dose", "certain", "dose"),
        ("use_algorithm", "certain", "dose"),
        ("test_first", "certain", "care"),
        ("monitor", "certain", "care"),
        ("caution", "certain", "care"),
        ("use_as_directed", "certain", "directed"),
        ("no_recommendation", "certain", "silent"),
        ("avoid", "depends", "open_change"),
        ("monitor", "depends", "open_change"),
        ("use_as_directed", "depends", "open_silent"),
        ("no_recommendation", "unknown", "unassessed"),
        ("a_new_action", "certain", "silent"),
    ],
)
def test_group_by_action_and_certainty(action, certainty, group):
    row = factory.advice(action=(action,), certainty=Certainty(certainty))
    assert list(groups_of(row)) == [group]


def test_unsettled_standard_use_that_may_turn_into_a_change_stands_apart():
    other = AlternativeAdvice(lookup="G=x", action=("avoid",), text="")
    directed = {"action": ("use_as_directed",), "certainty": Certainty.DEPENDS}
    change = factory.advice(drug="a", alternatives=(other,), **directed)
    copies = factory.advice(drug="b", depends_on=("G:copy_number",), **directed)
    silent = factory.advice(drug="c", depends_on=("chr1:5",), **directed)
    assert groups_of(silent, copies, change) == {"open_maybe": ["A", "B"], "open_silent": ["C"]}
    assert only_drug(change).brief == "else avoid"


def test_order_is_seriousness_then_strength_then_name():
    found = groups_of(
        factory.advice(drug="d", action=("alternative",)),
        factory.advice(drug="c", action=("avoid",), classification="Optional"),
        factory.advice(drug="b", action=("avoid",), classification="Strong"),
        factory.advice(drug="a", action=("avoid",), classification="Moderate"),
    )
    assert found["avoid"] == ["B", "A", "C", "D"]


def test_a_drug_stands_where_its_most_serious_row_asks_for():
    rows = (
        factory.advice(population="neurovascular", action=("use_as_directed",), text="Use."),
        factory.advice(population="acs_or_pci"),
    )
    assert list(groups_of(*rows)) == ["avoid"]
    drug = only_drug(*rows)
    assert [row.headline for row in drug.rows] == ["Avoid, use an alternative", "Use as directed"]


def test_populations_with_the_same_advice_are_one_row():
    drug = only_drug(factory.advice(population="acs_or_pci"), factory.advice(population="adults"))
    [row] = drug.rows
    words = ENGLISH["phrases"]["population"]
    assert row.populations == (words["acs_or_pci"], words["adults"])


def test_advice_for_everybody_names_no_population():
    assert only_drug(factory.usable()).rows[0].populations == ()


@one_test
@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.5, 0.5, " to 50% of the standard dose"),
        (0.25, 0.5, " to 25–50% of the standard dose"),
        (None, 0.5, " to below 50% of the standard dose"),
        (1.5, None, " to at least 150% of the standard dose"),
        (None, None, ""),
    ],
)
def test_dose(low, high, said):
    row = factory.advice(action=("reduce_dose",), dose_factor_min=low, dose_factor_max=high)
    assert only_drug(row).rows[0].headline == f"Reduce the dose{said}"


def test_a_conditional_dose_is_left_to_the_text():
    row = factory.usable(action=("use_as_directed", "increase_dose"), dose_factor_min=1.5)
    drug = only_drug(row)
    assert drug.rows[0].headline == "Use as directed, with conditions"
    assert groups_of(row) == {"conditional": ["Warfarin"]}


def test_what_would_settle_it_is_said_by_gene():
    calls = (
        factory.ambiguous(gene="CYP2B6", missing=("chr19:1", "chr19:2", "chr19:3"), depends_on=()),
    )
    row = factory.depending(
        depends_on=("chr19:1", "chr19:2", "chr19:3", "CYP2D6:copy_number", "HLA-B:genotype")
    )
    document = build_document(factory.result(calls=calls, recommendations=(row,)))
    assert document.groups[0].drugs[0].rows[0].settle == (
        "CYP2B6: genotypes at 3 positions",
        "CYP2D6: copy number",
        "HLA-B: a call for the gene",
    )


def test_only_results_that_differ_are_named_in_the_alternative():
    other = AlternativeAdvice(
        lookup="CYP2C19=Poor Metabolizer;CYP2D6=n/a", action=("avoid",), text="", probability=0.2
    )
    row = factory.depending(lookup="CYP2C19=Poor Metabolizer;CYP2D6=2.0", alternatives=(other,))
    [alternative] = only_drug(row).rows[0].alternatives
    assert alternative.when == "if CYP2D6 indeterminate (posterior 20%)"


def test_gaps_say_plainly_what_was_not_assessed():
    calls = (
        factory.called(gene="A", status=CallStatus.NO_CALL, diplotype=None),
        factory.called(gene="B", notes=("copy_number_not_assessed",)),
        factory.called(gene="C", n_positions=10, n_missing=4),
        factory.not_assessed(gene="D"),
    )
    drugs = (
        Drug(drug="clopidogrel", authority="CPIC", status=DrugStatus.PENDING),
        Drug(drug="not asked for", authority="CPIC", status=DrugStatus.PENDING),
    )
    result = factory.result(calls=calls, recommendations=(factory.advice(),))
    assert build_document(result, ReportFacts(drugs=drugs)).gaps == (
        "Genes not assessed: D",
        "Genes not called although data were present: A",
        "Copy number not determined: B",
        "Positions without a genotype: 4 of 14, in C (4)",
        "Guideline published but not included in this release: clopidogrel",
    )


def test_a_gene_without_counted_copies_is_never_shown_as_sure():
    gene = build_gene(factory.called(notes=("copy_number_not_assessed",)), ENGLISH)
    assert gene.others == "copy number not determined"
    assert gene.unsure
    agreeing = factory.ambiguous(phenotypes=("Intermediate Metabolizer",), lookup_keys=("x",))
    assert build_gene(agreeing, ENGLISH).others == "same phenotype for all candidates"


def test_tests_of_single_alleles_are_not_shown_as_doubt():
    tests = ("*15:02 negative", "*57:01 positive")
    call = factory.called(gene="HLA-B", phenotype="; ".join(tests), phenotypes=tests)
    assert build_gene(call, ENGLISH).others == ""


def test_gene_of_a_scored_call():
    haplotype = HaplotypeDetail(name="*1", function="1.0", activity_value="1.0")
    gene = build_gene(
        factory.called(haplotypes=(haplotype, haplotype), activity_score="2.0"), ENGLISH
    )
    assert gene.alleles == ("*1: activity value 1.0",)
    assert gene.score == "activity score 2.0"


def test_candidates_beyond_the_list_are_counted_with_their_probability():
    candidates = tuple(Candidate(f"*{n}", 0.01) for n in range(1, 21))
    call = factory.ambiguous(candidates=candidates, n_candidates=100, rest=0.8)
    gene = build_gene(call, ENGLISH)
    assert len(gene.candidates) == 12
    assert gene.more_candidates == "and 88 more (not listed: 88%)"


def test_sites_mark_variants_and_unknowns():
    sites = (
        factory.site(alleles=("G", "G")),
        factory.site(alleles=("G", "A"), phased=True),
        factory.site(alleles=("G", "."), reason="half_call", gq=None, dp=None),
    )
    rows = build_gene(factory.called(sites=sites), ENGLISH).sites
    assert [row.kind for row in rows] == ["", "variant", "unknown"]
    assert [row.genotype for row in rows] == ["G/G", "G|A", "G/."]
    assert rows[2].remark == "one allele not called"
    assert rows[2].gq == ""


def test_facts_of_another_release_are_not_used():
    knowledge = KnowledgeBase()
    result = factory.result()
    found = facts_for(result, knowledge)
    assert found.knowledge is knowledge
    assert msgspec.structs.replace(found, knowledge=None) == NO_FACTS
    made = factory.provenance(knowledge_digest=knowledge.manifest.digest)
    same = msgspec.structs.replace(result, provenance=made)
    assert len(facts_for(same, knowledge).drugs) == len(knowledge.drugs)


def test_changes_of_guidance_that_the_release_has_not_are_named():
    newer = (
        NewerGuidance(drug="clopidogrel", authority="CPIC", date="2026-02-03"),
        NewerGuidance(drug="warfarin", authority="", date="2026-02-03"),
        NewerGuidance(drug="examplol", authority="CPIC", date="2026-07"),
    )
    document = build_document(factory.result(), ReportFacts(newer=newer))
    assert "Guideline updated since this release: clopidogrel, warfarin (2026-02-03)" in (
        document.gaps
    )
    said = {d.drug: d.newer for group in document.groups for d in group.drugs}
    [line] = said["clopidogrel"]
    assert line.startswith("CPIC: guideline updated since this release (2026-02-03)")
    assert said["warfarin"][0].startswith("An authority: guideline updated since this release")
    assert not any(text for drug, text in said.items() if drug not in ("clopidogrel", "warfarin"))


def test_the_release_tells_its_newer_guidance():
    knowledge = KnowledgeBase()
    newer = {(n.drug, n.authority) for n in facts_of(knowledge).newer}
    assert ("methadone", "CPIC") in newer
    assert ("azathioprine", "CPIC") not in newer


def test_why_advice_is_provisional_is_said_once():
    text = "Provisional (CYP2C19 genotype unresolved): Avoid clopidogrel."
    row = factory.advice(
        certainty=Certainty.DEPENDS, depends_on=("chr10:94761900",), text=text,
        message=AdviceMessage(statement="S-1", unresolved=("CYP2C19",)),
    )  # fmt: skip
    sure = factory.usable()
    document = build_document(factory.result(recommendations=(row, sure)))
    entries = {d.drug: d.rows[0] for group in document.groups for d in group.drugs}
    entry = entries[row.drug]
    assert entry.text == text
    assert entry.lead == "Provisional (CYP2C19 genotype unresolved): "
    assert entries[sure.drug].lead == ""
    for other in (msgspec.structs.replace(row, message=None),
                  msgspec.structs.replace(row, text="Saved.")):  # fmt: skip
        [group] = build_document(factory.result(recommendations=(other,))).groups
        assert group.drugs[0].rows[0].lead == ""


def test_a_silent_row_of_a_source_that_speaks_for_others_stays():
    speaks = factory.advice(source="CPIC", population="acs_or_pci")
    silent = factory.advice(
        source="CPIC",
        population="neurovascular",
        action=("no_recommendation",),
        certainty=Certainty.DEPENDS,
        depends_on=("CYP2C19:genotype",),
        text="Provisional (CYP2C19 genotype unresolved): nothing.",
    )
    document = build_document(factory.result(recommendations=(speaks, silent)))
    [entry] = [d for group in document.groups for d in group.drugs if d.drug == speaks.drug]
    assert len(entry.rows) == 2
    assert entry.silent == ()


def test_a_source_that_is_silent_whatever_is_true_is_named_and_no_row():
    speaks = factory.advice(source="CPIC")
    silent = factory.advice(
        source="FDA_TABLE",
        action=("no_recommendation",),
        certainty=Certainty.DEPENDS,
        depends_on=("CYP2D6:copy_number",),
        text="Provisional (CYP2D6 copy number not determined): nothing.",
    )
    document = build_document(factory.result(recommendations=(speaks, silent)))
    [entry] = [d for group in document.groups for d in group.drugs if d.drug == speaks.drug]
    assert len(entry.rows) == 1
    assert entry.silent == ("FDA table (provisional)",)
