"""Which results share advice, and whether two sources draw the line elsewhere."""

from __future__ import annotations

import msgspec
import pytest

from pgx import KnowledgeBase
from pgx.recommendations.index import guidance_of
from pgx.recommendations.lookup import recommend
from pgx.recommendations.sources import AdviceBins, Standing, compare_sources
from pgx.records.advice import Statement
from pgx.records.calls import AdviceFacts, Recommendation
from recommendations.made import call


def statement(number: str, authority: str, keys: tuple[str, ...], action: str) -> Statement:
    return Statement(
        id=number,
        authority=authority,
        guideline_id=f"{authority}1",
        drug="examplol",
        genes=("AAA",),
        population="general",
        lookup=((("AAA", keys),),),
        action=(action,),
    )


def row(of: Statement) -> Recommendation:
    return Recommendation(
        sample="s",
        drug=of.drug,
        source=of.authority,
        genes=of.genes,
        lookup="AAA=low",
        population=of.population,
        action=of.action,
        facts=AdviceFacts(statement=of.id),
    )


ONE = (
    statement("a1", "A", ("none", "low"), "avoid"),
    statement("a2", "A", ("full",), "use_as_directed"),
)
TWO = (
    statement("b1", "B", ("none",), "avoid"),
    statement("b2", "B", ("low", "full"), "use_as_directed"),
)


def test_the_line_is_drawn_elsewhere():
    bins = AdviceBins((*ONE, *TWO))
    assert bins.differ(row(ONE[0]), row(TWO[1]))
    found = compare_sources([row(ONE[0]), row(TWO[1])], bins=bins)
    assert found.standing is Standing.CONTRADICT
    assert found.reasons == ("bins",)


def test_only_keys_that_both_answer_count():
    narrow = (ONE[0], statement("c1", "C", ("none", "low"), "reduce_dose"))
    assert not AdviceBins(narrow).differ(row(narrow[0]), row(narrow[1]))


def test_other_genes_and_rows_without_a_statement_are_not_compared():
    bins = AdviceBins((*ONE, *TWO))
    other = msgspec.structs.replace(row(TWO[1]), genes=("AAA", "BBB"))
    unknown = msgspec.structs.replace(row(TWO[1]), facts=None)
    assert not bins.differ(row(ONE[0]), other)
    assert not bins.differ(row(ONE[0]), unknown)


@pytest.fixture(scope="module")
def kb() -> KnowledgeBase:
    return KnowledgeBase()


def test_cpic_and_dpwg_group_scores_of_cyp2d6_differently(kb):
    index = guidance_of(kb)
    rows = recommend(index, "s", [call("CYP2D6", "1.0")], drugs=["codeine"])
    [cpic] = [r for r in rows if r.source == "CPIC"]
    [dpwg] = [r for r in rows if r.source == "DPWG"]
    assert cpic.action[0] == "use_as_directed" != dpwg.action[0]
    assert "bins" in compare_sources(rows, bins=AdviceBins(kb.statements)).reasons
