"""Newer versions of guidelines: which rows bear their date."""

from __future__ import annotations

import pytest

from cases import one_test
from pgx.knowledge.later import ChangeState, LaterChange
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.recommendations.index import build_index, guidance_of, newer_version
from pgx.recommendations.lookup import recommend
from recommendations.made import call, drug, statement


def change(authority: str, date: str, state: ChangeState = ChangeState.PENDING, **fields):
    given = {"genes": (), "drugs": ("examplol",), **fields}
    return LaterChange(
        date=date, authority=authority, what="update", state=state, facts="", brought=(),
        source="", **given,
    )  # fmt: skip


@one_test
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([], ""),
        ([change("CPIC", "2026-07")], "2026-07"),
        ([change("CPIC", "2026-07"), change("CPIC", "2026-08-02")], "2026-08-02"),
        ([change("CPIC", "2026-07", ChangeState.PARTLY)], "2026-07"),
        ([change("CPIC", "2026-07", ChangeState.APPLIED)], ""),
        ([change("DPWG", "2026-07")], ""),
        ([change("", "2026-07")], ""),
        ([change("CPIC", "2026-07", drugs=("Examplol",), genes=("AAA",))], "2026-07"),
        ([change("CPIC", "2026-07", genes=("BBB",))], ""),
        ([change("CPIC", "2026-07", drugs=("other",))], ""),
    ],
)
def test_a_change_that_the_release_does_not_hold_has_a_date(changes, expected):
    assert newer_version("CPIC", "examplol", ("AAA",), changes) == expected


def test_an_authority_with_several_sources_is_each_of_them():
    assert newer_version("FDA_LABEL", "examplol", (), [change("FDA", "2026-07")]) == "2026-07"


def test_rows_of_the_guideline_bear_it_whatever_they_say():
    statements = [statement(1, "AAA=Poor", "avoid")]
    index = build_index([drug()], statements, changes=[change("CPIC", "2026-07")])
    for calls in ([], [call("AAA", "Poor")], [call("AAA", "Normal")]):
        [row] = recommend(index, "S1", calls)
        assert row.updated == "2026-07"
    [row] = recommend(build_index([drug()], statements), "S1", [])
    assert row.updated is None


def test_pending_changes_of_the_release_are_in_its_rows():
    kb = KnowledgeBase()
    wanted = {
        (c.authority, name)
        for c in kb.later_changes
        if c.state is not ChangeState.APPLIED
        for name in c.drugs
    }
    rows = recommend(guidance_of(kb), "S1", [])
    dated = {(row.source, row.drug) for row in rows if row.updated}
    known = {(row.source, row.drug) for row in rows}
    assert dated
    assert dated == wanted & known
