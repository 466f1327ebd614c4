"""What surrounds a result: identity, use by gene, status, what changed, signatures."""

from __future__ import annotations

import msgspec
import pytest

from cases import one_test
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.messages.catalogue import catalogue
from pgx.records.calls import CallStatus
from pgx.records.laboratory import Laboratory, ValidatedGene
from pgx.records.order import Amends, Order, ReportStatus, Signature
from pgx.reports.content.alleles_tested import amp_tiers, build_alleles_tested
from pgx.reports.content.header import build_header, research_use
from reports import factory

ENGLISH, GERMAN = catalogue("en"), catalogue("de")
ORDER = Order(
    name="Ada Example", birth_date="1959-03-14", sex="female", mrn="M-1", specimen="EDTA blood",
    collected="2026-11-02", comment="One.\n\nTwo.",
    signatures=(
        Signature(name="C. Example", role="Director", date="2026-11-20", detached="r.p7s"),
    ),
)  # fmt: skip
KNOWLEDGE = KnowledgeBase()


def laboratory(*genes: str) -> Laboratory:
    validated = tuple(ValidatedGene(gene=gene) for gene in genes)
    return Laboratory(name="L", validated_genes=validated, comment="Of the laboratory.")


def two_genes():
    calls = (factory.called(gene="CYP2C19"), factory.called(gene="TPMT"))
    return factory.result(calls=calls)


def test_identity_is_listed_in_the_language_of_the_report():
    header = build_header(factory.result(), GERMAN, order=ORDER)
    assert header.identity == (
        ("Name", "Ada Example"),
        ("Geburtsdatum", "14.03.1959"),
        ("Geschlecht", "weiblich"),
        ("Patientennummer", "M-1"),
        ("Untersuchungsmaterial", "EDTA blood"),
        ("Entnommen", "02.11.2026"),
    )
    assert build_header(factory.result(), ENGLISH).identity == ()


def test_the_comment_of_the_order_precedes_that_of_the_laboratory():
    header = build_header(factory.result(), ENGLISH, order=ORDER, laboratory=laboratory())
    assert header.comment == ("One.", "Two.")
    header = build_header(factory.result(), ENGLISH, laboratory=laboratory())
    assert header.comment == ("Of the laboratory.",)


def test_signatures_are_lines_and_one_is_left_for_a_pen():
    [line] = build_header(factory.result(), ENGLISH, order=ORDER).signatures
    assert (line.name, line.role, line.date) == ("C. Example", "Director", "2026-11-20")
    assert line.detached == "signature in a separate file: r.p7s"
    [line] = build_header(factory.result(), ENGLISH).signatures
    assert line.name == ""


@one_test
@pytest.mark.parametrize(
    ("genes", "said", "unsaid"),
    [
        ((), "For research use only.", "Validated"),
        (("CYP2D6",), "For research use only.", "Validated"),
        (("TPMT",), "validated method: CYP2C19. Validated by the laboratory: TPMT.", "TPMT,"),
    ],
)
def test_research_use_is_lifted_gene_by_gene(genes, said, unsaid):
    sentence = research_use(two_genes(), laboratory(*genes), ENGLISH)
    assert said in sentence
    assert unsaid not in sentence


def test_no_research_use_if_every_gene_with_a_result_is_validated():
    both = laboratory("CYP2C19", "TPMT")
    result = two_genes()
    assert research_use(result, both, ENGLISH) == ""
    others = (*result.calls, factory.called(gene="CYP2D6", status=CallStatus.NOT_ASSESSED))
    assert research_use(msgspec.structs.replace(result, calls=others), both, ENGLISH) == ""
    called = (*result.calls, factory.called(gene="CYP2D6"))
    assert "CYP2D6" in research_use(msgspec.structs.replace(result, calls=called), both, ENGLISH)


def test_the_declaration_of_a_saved_result_holds_without_a_laboratory():
    made = msgspec.structs.replace(
        two_genes().provenance, validated_genes=laboratory("TPMT").validated_genes
    )
    result = msgspec.structs.replace(two_genes(), provenance=made)
    assert "Validated by the laboratory: TPMT" in research_use(result, None, ENGLISH)
    assert "Validated" not in research_use(result, laboratory(), ENGLISH)


@one_test
@pytest.mark.parametrize("status", list(ReportStatus))
def test_every_status_has_words(status):
    header = build_header(factory.result(), ENGLISH, status=status)
    assert header.status.startswith(status.value.capitalize())


def test_no_status_without_an_order_and_preliminary_with_one():
    assert build_header(factory.result(), ENGLISH).status == ""
    assert "not yet verified" in build_header(factory.result(), ENGLISH, order=ORDER).status


def test_an_amended_report_lists_what_changed():
    old = factory.result(calls=(factory.called(), factory.called(gene="TPMT")))
    new = msgspec.structs.replace(
        old,
        calls=(factory.called(diplotype="*1/*2", phenotype="Intermediate Metabolizer"),),
        recommendations=tuple(
            msgspec.structs.replace(row, action=("use_as_directed",)) for row in old.recommendations
        ),
    )
    amends = Amends(result=old, sha256="ab" * 32, reason="second method")
    found = build_header(new, ENGLISH, amends=amends).amendment
    assert "abababababab…" in found.of
    assert found.reason == "second method"
    by_subject = {c.subject: (c.before, c.after) for c in found.changes}
    assert by_subject["CYP2C19"][1] == "Called: *1/*2 (Intermediate Metabolizer)"
    assert by_subject["TPMT"][1] == "not reported"
    # a drug that was used as directed before has no change to list
    drugs = {row.drug for row in old.recommendations if row.action != ("use_as_directed",)}
    assert {subject.partition(" (")[0] for subject in by_subject} == {"CYP2C19", "TPMT", *drugs}
    assert str(len(found.changes)) in found.summary


def test_an_amended_report_says_so_if_nothing_changed():
    result = factory.result()
    amends = Amends(result=result, sha256="ab" * 32, reason="name corrected")
    found = build_header(result, ENGLISH, amends=amends).amendment
    assert (found.changes, found.summary) == ((), ENGLISH["header"]["no_changes"])


def alleles(call):
    result = factory.result(calls=(call,))
    [found] = build_alleles_tested(result, KNOWLEDGE.genes, amp_tiers(KNOWLEDGE), ENGLISH)
    return found, {n.name: n.tier for n in found.tested}, {n.name: n.tier for n in found.not_tested}


def test_alleles_tested_are_named_with_the_tier_of_amp():
    call = factory.called(gene="CYP2C19", missing=("chr10:94781859",))
    found, tested, missed = alleles(call)
    assert tested["*3"] == 1
    assert missed["*2"] == 1
    assert missed["*36"] is None, "a deletion that nothing measured"
    assert "*1" not in {*tested, *missed}, "the default allele is what remains"
    assert found.has_list
    assert found.summary.endswith("AMP tier 1: 2 of 3")


def test_a_gene_that_amp_does_not_list_says_so():
    found, tested, _ = alleles(factory.called(gene="SLCO1B1"))
    assert not found.has_list
    assert set(tested.values()) == {None}
    assert found.summary.endswith("no AMP list")


def test_suballeles_count_for_their_core_allele_and_long_genes_are_for_an_annex():
    _, tested, missed = alleles(factory.called(gene="NUDT15"))
    assert tested["*3"] == 1
    assert not [name for name in {*tested, *missed} if ".00" in name]
    found, *_ = alleles(factory.called(gene="RYR1"))
    assert found.is_long


@one_test
@pytest.mark.parametrize(
    ("gene", "changes", "said"),
    [
        ("CYP2C19", {"status": CallStatus.NOT_ASSESSED}, "0 of 38"),
        ("HLA-B", {"status": CallStatus.NOT_ASSESSED}, "No allele tested."),
        ("HLA-B", {"source": "outside"}, "Called by another method"),
        ("CYP2D6", {"source": "outside"}, "Called by another method"),
    ],
)
def test_nothing_is_claimed_for_what_was_not_read(gene, changes, said):
    found, tested, _ = alleles(factory.called(gene=gene, **changes))
    assert said in found.summary
    assert tested == {}
