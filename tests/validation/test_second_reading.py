"""Two readers of the same sentences: how often they agree, and that differences are settled."""

from __future__ import annotations

from pgx.knowledge.snapshot import KnowledgeBase
from validation import coverage, second_reading


def test_every_difference_is_settled_and_every_settlement_is_one():
    found = second_reading.compared()
    assert len(found) > 700
    open_ones = {item.digest for item in found if not item.agrees and not item.is_cap}
    assert open_ones == set(second_reading.settled())


def test_readers_agree():
    found = second_reading.compared()
    agree = sum(item.agrees or item.is_cap for item in found)
    assert agree / len(found) > 0.97


def test_the_pages_are_those_of_the_knowledge_base():
    assert second_reading.PAGE.read_text(encoding="utf-8") == second_reading.page()
    assert coverage.PAGE.read_text(encoding="utf-8") == coverage.page(
        KnowledgeBase(), coverage.held_part()
    )
