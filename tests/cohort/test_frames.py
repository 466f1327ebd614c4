"""Calls and advice as frames: every cell is what the record says."""

import pytest

from cases import one_test
from pgx.records.calls import AlternativeAdvice, CallStatus, Candidate, GeneCall, Recommendation
from pgx.reports.tables.polars_frames import (
    CALL_SCHEMA,
    RECOMMENDATION_SCHEMA,
    call_frame,
    recommendation_frame,
)

CANDIDATES = [
    (),
    (Candidate("*1/*2", 0.75), Candidate("*3/*4", None)),
    (Candidate("*1/*2", 0.75),),
    (),
]
OTHERS = [
    (AlternativeAdvice(lookup="AAA=Poor", action=("avoid", "monitor"), text="No."),),
    (),
    (
        AlternativeAdvice(lookup="", action=(), text="", probability=0.5),
        AlternativeAdvice(lookup="AAA=Poor", action=("avoid",), text="No.", probability=0.25),
    ),
    (),
]


@one_test
@pytest.mark.parametrize("order", [[0, 1, 2, 3], [1], [0, 3], [2, 1, 2, 0], []])
def test_candidates_are_lists_of_structs(order):
    calls = [
        GeneCall(sample="", gene="AAA", status=CallStatus.CALLED, candidates=CANDIDATES[i])
        for i in order
    ]
    frame = call_frame(calls)
    assert dict(frame.schema) == {k: v for k, v in CALL_SCHEMA.items() if k != "sample"}
    assert frame["candidates"].to_list() == [
        [{"diplotype": c.diplotype, "probability": c.probability} for c in CANDIDATES[i]]
        for i in order
    ]


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [1], [2, 2, 1, 0], []])
def test_other_advice_is_a_list_of_structs(order):
    rows = [
        Recommendation(
            sample="",
            drug="examplol",
            source="CPIC",
            genes=("AAA",),
            lookup="AAA=Normal",
            population="general",
            action=("use_as_directed",),
            alternatives=OTHERS[i],
        )
        for i in order
    ]
    frame = recommendation_frame(rows)
    assert dict(frame.schema) == {k: v for k, v in RECOMMENDATION_SCHEMA.items() if k != "sample"}
    fields = ("lookup", "text", "probability", "condition")
    assert frame["alternatives"].to_list() == [
        [
            {"action": list(a.action), **{name: getattr(a, name) for name in fields}}
            for a in OTHERS[i]
        ]
        for i in order
    ]


def test_what_is_empty_is_null():
    row = Recommendation(
        sample="",
        drug="examplol",
        source="CPIC",
        genes=("AAA",),
        lookup="",
        population="general",
        action=(),
        depends_on=("chr1:5", "AAA:copy_number"),
    )
    [found] = recommendation_frame([row]).rows(named=True)
    assert (found["lookup"], found["text"], found["implications"]) == (None, None, None)
    assert (found["action"], found["depends_on"]) == ([], "chr1:5;AAA:copy_number")
