"""The index of guidance: which keys a call leaves open."""

from __future__ import annotations

import pytest

from pgx.recommendations.result_keys import OTHER_DIPLOTYPE, diplotype_keys
from pgx.records.calls import CallStatus, Candidate, GeneCall


@pytest.mark.parametrize(
    ("rest", "missing", "is_open"),
    [(1e-3, (), True), (1e-6, (), False), (1e-6, ("chr1:5",), True)],
)
def test_what_the_list_leaves_out_counts(rest, missing, is_open):
    call = GeneCall(
        sample="S",
        gene="G",
        status=CallStatus.CALLED,
        candidates=(Candidate(diplotype="*1/*2", probability=1 - rest),),
        n_candidates=2,
        rest=rest,
        missing=missing,
    )
    others = [(OTHER_DIPLOTYPE, rest)] if is_open else []
    assert diplotype_keys(call) == [("diplotype *1/*2", 1 - rest), *others]
