"""No guideline answers twice, and the count finds one that does."""

from __future__ import annotations

import pytest
from validation.one_answer import KINDS, measure, report

from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.advice import SetRelation


@pytest.fixture(scope="module")
def found():
    return measure(KnowledgeBase())


def test_every_result_has_one_answer_of_each_guideline(found):
    assert found.faults == []
    assert found.groups.keys() == {"CPIC", "DPWG", "FDA_LABEL", "FDA_TABLE"}
    assert sum(found.questions.values()) > 50_000_000


def test_a_guideline_that_answers_twice_is_counted():
    """Without the sets of statements two tests of DPWG and two lines of FDA's table stand apart."""
    knowledge = KnowledgeBase()
    additive = [s for s in knowledge.statement_sets if s.relation is SetRelation.ADDITIVE]
    knowledge.statement_sets = tuple(additive)
    faults = measure(knowledge).faults
    assert {(f.source, f.drug) for f in faults} == {
        ("DPWG", "carbamazepine"),
        ("FDA_TABLE", "codeine"),
        ("FDA_TABLE", "tramadol"),
    }
    assert {f.kind for f in faults} == {*KINDS}


def test_the_report_counts_guidelines_and_questions(found):
    text = report(found)
    assert f"| all | {sum(found.groups.values())} | {sum(found.questions.values())} |" in text
