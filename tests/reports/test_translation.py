"""Translated advice: word for word what a run in the other language would have said."""

from __future__ import annotations

import random

import msgspec
import pytest

from languages import GERMAN
from languages import GERMAN_PHRASES as PHRASES
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.messages.catalogue import ENGLISH
from pgx.recommendations.index import guidance_of
from pgx.recommendations.lookup import recommend
from pgx.records.calls import AdviceMessage, CallStatus, GeneCall, PatientResult
from pgx.reports.content.document import translated
from pgx.reports.content.release_facts import NO_FACTS, facts_of
from pgx.reports.result_json import parse_result, render_json
from reports import factory
from work import steps


@pytest.fixture(scope="module")
def kb():
    return KnowledgeBase()


@pytest.fixture(scope="module")
def index(kb):
    return guidance_of(kb)


def some_calls(kb, seed: int) -> list[GeneCall]:
    """Calls of some genes with keys that guidelines know, several of them open."""
    chosen = random.Random(seed)
    known: dict[str, set[str]] = {}
    for it in kb.statements:
        for gene, keys in (pair for way in it.lookup for pair in way):
            known.setdefault(gene, set()).update(keys)
    calls = []
    for gene in sorted(known):
        keys = sorted(k for k in known[gene] if k not in ("*", "No Result"))
        wanted = chosen.choice((0, 1, 1, 1, 2))
        if wanted and len(keys) >= wanted:
            notes = ("copy_number_not_assessed",) if chosen.random() < 0.2 else ()
            calls.append(
                GeneCall(
                    sample="S1", gene=gene, status=CallStatus.CALLED, diplotype="*1/*2",
                    lookup_keys=tuple(chosen.sample(keys, wanted)), notes=notes,
                )
            )  # fmt: skip
    return calls


def result_of(calls, rows) -> PatientResult:
    return PatientResult(
        sample="S1", calls=tuple(calls), recommendations=tuple(rows),
        provenance=factory.provenance(),
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_it_says_what_a_run_in_german_would_have_said(kb, index, seed):
    calls = some_calls(kb, seed)
    english = result_of(calls, recommend(index, "S1", calls))
    german = recommend(index, "S1", calls, phrases=PHRASES)
    changed, left = translated(english, facts_of(kb), GERMAN)
    assert not left
    assert list(changed.recommendations) == german


def test_a_saved_result_is_translated_as_well_as_a_new_one(kb, index):
    calls = some_calls(kb, 3)
    english = result_of(calls, recommend(index, "S1", calls))
    saved = parse_result(render_json(english))
    assert translated(saved, facts_of(kb), GERMAN)[1] == frozenset()
    assert {r.message for r in saved.recommendations} == {
        r.message for r in english.recommendations
    }


def test_the_search_above_meets_every_kind_of_text(kb, index):
    rows = [r for s in range(12) for r in recommend(index, "S1", some_calls(kb, s))]
    said = " ".join(row.text for row in rows)
    for part in (
        "genotype unresolved and", "copy number not determined", "could not be assessed",
        "which could change this recommendation", "the guideline has no statement", "No result for",
        "not in this release", "label of", "FDA's table",
    ):  # fmt: skip
        assert part in said, part
    assert any(row.alternatives for row in rows)


def test_a_result_that_says_nothing_is_named_in_the_other_language(kb, index):
    """The statement for an untested gene answers, with another note than the release has."""
    by_id = {s.id: s for s in kb.statements}
    noted = [s for s in kb.statements if any(n.startswith("not_genotyped=") for n in s.notes)]
    for it in noted:
        calls = [
            GeneCall(sample="S1", gene=gene, lookup_keys=("Indeterminate" if absent else keys[0],))
            for gene, keys in it.lookup[0]
            for absent in (f"not_genotyped={gene}" in it.notes,)
        ]
        rows = recommend(index, "S1", calls, [it.drug])
        if any(r.message.not_assignable and r.message.statement == it.id for r in rows):
            break
    else:
        raise AssertionError("no statement for an untested gene answers")
    assert by_id[it.id].notes == it.notes
    changed, left = translated(result_of(calls, rows), facts_of(kb), GERMAN)
    assert not left
    assert list(changed.recommendations) == recommend(
        index, "S1", calls, [it.drug], phrases=PHRASES
    )


def test_english_is_left_alone(kb):
    result = factory.result()
    assert translated(result, facts_of(kb), ENGLISH) == (result, frozenset())


def test_without_the_release_only_what_rests_on_no_statement_is_translated(kb, index):
    calls = some_calls(kb, 1)
    english = result_of(calls, recommend(index, "S1", calls))
    changed, left = translated(english, NO_FACTS, GERMAN)
    anew = {r.text for r in changed.recommendations} - {r.text for r in english.recommendations}
    assert left >= {r.text for r in english.recommendations if r.facts}
    assert any(text.startswith("Ohne Ergebnis für") for text in anew)


def test_a_result_of_an_older_version_keeps_its_words(kb, index):
    calls = some_calls(kb, 2)
    rows = [
        msgspec.structs.replace(
            r, message=None,
            alternatives=tuple(msgspec.structs.replace(a, message=None) for a in r.alternatives),
        )
        for r in recommend(index, "S1", calls)
    ]  # fmt: skip
    changed, left = translated(result_of(calls, rows), facts_of(kb), GERMAN)
    assert list(changed.recommendations) == rows
    assert left >= {r.text for r in rows}


@pytest.mark.parametrize(
    "message",
    [
        AdviceMessage(),
        AdviceMessage(statement="no such statement"),
        AdviceMessage(no_statement="no_such_sentence"),
        AdviceMessage(no_statement="provisional"),
        AdviceMessage(no_statement="words=|"),
    ],
)
def test_codes_that_say_nothing_leave_the_saved_words(kb, message):
    row = factory.advice(text="Saved.", implications=(), message=message)
    changed, left = translated(factory.result(recommendations=(row,)), facts_of(kb), GERMAN)
    assert changed.recommendations[0].text == "Saved."
    assert left == {"Saved."}


def test_the_statement_of_another_drug_is_not_followed(kb, index):
    """A file can be edited: one drug never gets the advice on another."""
    other = next(s for s in kb.statements if s.drug != "clopidogrel")
    row = factory.advice(
        drug="clopidogrel", text="Saved.", message=AdviceMessage(statement=other.id)
    )
    changed, left = translated(factory.result(recommendations=(row,)), facts_of(kb), GERMAN)
    assert changed.recommendations[0].text == "Saved."
    assert "Saved." in left


def test_a_hostile_message_costs_no_time(kb):
    genes = ("{genes}" * 10,) * 20_000
    row = factory.advice(
        text="Saved.", implications=(),
        message=AdviceMessage(no_statement="unknown", unresolved=genes, missing=genes),
    )  # fmt: skip
    result = factory.result(recommendations=(row,))
    assert steps(lambda: translated(result, NO_FACTS, GERMAN), tries=1) < 60_000_000
