"""Every lookup of the source files is answered by its own row, or by one that replaced it."""

from __future__ import annotations

import shutil
from collections import Counter

import pytest

from cases import one_test
from pgx.knowledge.build import replace_tables
from pgx.knowledge.snapshot import KnowledgeBase
from validation import held

pytestmark = pytest.mark.validation


@pytest.fixture(scope="module")
def outcomes() -> list[held.Outcome]:
    return held.asked()


def test_every_lookup_is_asked(outcomes):
    assert Counter(o.lookup.file for o in outcomes) == {
        "guidelines_2024-05.jsonl": 2583,
        "fda_2025.jsonl": 962,
        "2026-07/guidance/changed_part1.jsonl": 53,
        "2026-07/guidance/changed_part2.jsonl": 280,
        "2026-07/guidance/changed_part3.jsonl": 130,
    }


def test_no_lookup_is_open(outcomes):
    assert [o for o in outcomes if o.kind == "open"] == []


def test_what_is_not_the_same_names_what_says_it(outcomes):
    others = [o for o in outcomes if o.kind != "same"]
    assert others
    later = ("guidelines_2025-11_partial.jsonl", "2026-07/")
    for it in others:
        assert it.why
        assert it.kind != "replaced" or it.why.startswith(later)
        assert not it.lookup.file.startswith("2026-07/")  # the newest rows answer themselves
    assert len(others) < 0.1 * len(outcomes)


def test_the_page_has_these_counts(outcomes):
    from validation.coverage import PAGE

    assert held.report(outcomes).strip() in PAGE.read_text(encoding="utf-8")


@one_test(sample=2)
@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"action": "caution"}, "action"),
        ({"classification": "Optional"}, "strength"),
        ({"maximum_dose": "30 mg/day"}, "maximum_dose"),
        (None, "no answer"),
    ],
)
def test_another_answer_is_noticed(tmp_path, cells, said):
    """A statement with one other fact, or without one, opens its lookups and no others."""
    folder = tmp_path / "kb"
    shutil.copytree(KnowledgeBase().place, folder)
    rows = KnowledgeBase(folder).table("statements")
    [it] = [
        r for r in rows
        if (r["drug"], r["authority"], r["maximum_dose"]) == ("vortioxetine", "CPIC", "10 mg")
    ]  # fmt: skip
    changed = [{**r, **cells} if r is it else r for r in rows] if cells else [
        r for r in rows if r is not it
    ]  # fmt: skip
    replace_tables(folder, {"statements": changed})
    opened = [o for o in held.asked(KnowledgeBase(folder)) if o.kind == "open"]
    assert opened
    assert {(o.lookup.drug, o.lookup.authority) for o in opened} == {("vortioxetine", "CPIC")}
    assert all(said in o.why for o in opened)
