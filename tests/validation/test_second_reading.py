"""Two readers of the same sentences: how often they agree, and that differences are settled."""

from __future__ import annotations

from collections.abc import Sequence

from validation.data import read_table
from validation.second_reading.compare import HERE, SOURCES

from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.advice import ACTIONS
from validation import coverage, second_reading


def test_every_difference_is_settled_and_every_settlement_is_one():
    found = second_reading.compared()
    assert len({item.digest for item in found}) > 700
    assert {item.digest for item in found if not item.agrees} == set(second_reading.settled())


def test_readers_agree():
    found = second_reading.compared()
    assert sum(item.agrees for item in found) / len(found) > 0.98


def test_readers_agree_on_what_patients_meet():
    counts: Sequence[tuple[int, int]] = [
        second_reading.lookups(name, KnowledgeBase().statements) for name in SOURCES
    ]
    answered, same = (sum(column) for column in zip(*counts, strict=True))
    assert answered > 3_400
    assert same / answered >= 0.99


def test_only_rows_of_a_changed_rule_are_restated():
    pairs = [
        pair
        for name in SOURCES
        for pair in zip(
            second_reading.second_rows(name, as_read=True),
            second_reading.second_rows(name),
            strict=True,
        )
    ]
    changed = [(read, now) for read, now in pairs if read != now]
    table = second_reading.restated()
    assert {(read["digest"], read["action"]) for read, _ in changed} == set(table)
    assert all({**read, "action": now["action"]} == now for read, now in changed)


def test_readers_agree_as_they_read():
    found = second_reading.compared(as_read=True)
    assert sum(item.agrees for item in found) / len(found) > 0.97


def test_every_sentence_of_a_source_was_read_twice():
    assert not list(second_reading.read_once())


def test_second_readings_use_our_terms():
    for name in SOURCES:
        for row in (r for f in (HERE, HERE / "first") for r in read_table(f / f"{name}.tsv")):
            assert set(row["action"].split("|")) <= set(ACTIONS)
            factors = [
                float(row[f"factor_{end}"]) for end in ("min", "max") if row[f"factor_{end}"]
            ]
            assert factors == sorted(factors)
            assert all(0 < factor < 11 for factor in factors)


def test_the_pages_are_those_of_the_knowledge_base():
    assert second_reading.PAGE.read_text(encoding="utf-8") == second_reading.page()
    assert coverage.PAGE.read_text(encoding="utf-8") == coverage.page(
        KnowledgeBase(), coverage.held_part()
    )
