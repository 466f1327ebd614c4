"""Advice written anew: what a run in the other language would have said, word for word."""

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
from pgx.records.calls import CallStatus, GeneCall, PatientResult
from pgx.reports.facts import NO_FACTS, facts_of
from pgx.reports.rewording import reworded
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
    changed, left = reworded(english, facts_of(kb), GERMAN)
    assert not left
    assert list(changed.recommendations) == german


def test_the_search_above_meets_every_kind_of_text(kb, index):
    rows = [r for s in range(12) for r in recommend(index, "S1", some_calls(kb, s))]
    said = " ".join(row.text for row in rows)
    for part in (
        "not settled by this input and", "copy number not determined", "could not be assessed",
        "which could change this advice", "the guideline has no statement", "No result for",
        "not in this release", "label of", "FDA's table",
    ):  # fmt: skip
        assert part in said, part
    assert any(row.alternatives for row in rows)


def test_english_is_left_alone(kb):
    result = factory.result()
    assert reworded(result, facts_of(kb), ENGLISH) == (result, frozenset())


def test_without_the_release_only_what_rests_on_no_statement_is_written_anew(kb, index):
    calls = some_calls(kb, 1)
    english = result_of(calls, recommend(index, "S1", calls))
    changed, left = reworded(english, NO_FACTS, GERMAN)
    anew = {r.text for r in changed.recommendations} - {r.text for r in english.recommendations}
    assert left >= {r.text for r in english.recommendations if r.facts}
    assert any(text.startswith("Ohne Ergebnis für") for text in anew)


def test_a_statement_of_another_wording_is_not_taken_for_its_own(kb, index):
    calls = some_calls(kb, 2)
    rows = [msgspec.structs.replace(r, text=r.text + "!") for r in recommend(index, "S1", calls)]
    changed, left = reworded(result_of(calls, rows), facts_of(kb), GERMAN)
    assert [r.text for r in changed.recommendations] == [r.text for r in rows]
    assert left >= {r.text for r in rows}


@pytest.mark.parametrize(
    "text",
    [
        "Provisional (" + "CYP2D6 not settled by this input and " * 20_000,
        "Provisional (" + ") (" * 6_000,
        "No recommendation for x: the guideline has no statement for " * 300,
        "No result for " * 1_400,
        "",
    ],
)
def test_hostile_advice_costs_no_time_and_stays(kb, text):
    result = factory.result(recommendations=(factory.advice(text=text, implications=()),))
    assert steps(lambda: reworded(result, NO_FACTS, GERMAN), tries=1) < 60_000_000
    changed, left = reworded(result, NO_FACTS, GERMAN)
    assert changed.recommendations[0].text == text
    assert left == ({text} if text else set())
