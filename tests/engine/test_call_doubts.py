"""A combination that nobody has described, in a gene whose copies are not counted."""

from __future__ import annotations

import pytest

from pgx.engine.annotate import annotate
from pgx.inputs.settings import RunSettings
from pgx.records.calls import CallStatus
from simulated import vcf_file


def called(tmp_path, gene, diplotype, *, phased):
    path = vcf_file(tmp_path, {gene: diplotype}, phased=phased, only_named=True)
    [result] = annotate([path], RunSettings(genes=(gene,))).results()
    return result.calls[0]


@pytest.mark.parametrize(
    ("phased", "status"), [(False, CallStatus.AMBIGUOUS), (True, CallStatus.CALLED)]
)
def test_an_unphased_combination_of_cyp2d6_may_be_a_hybrid(phased, status, tmp_path):
    call = called(tmp_path, "CYP2D6", "*4/[*4 + *9 + *3]", phased=phased)
    assert "combination_or_partial" in call.notes
    assert call.probability > 0.95
    assert call.status is status


def test_a_combination_where_copies_are_no_question_is_what_it_is(tmp_path):
    call = called(tmp_path, "CYP2C9", "*2/[*2 + *3 + *8]", phased=False)
    assert "combination_or_partial" in call.notes
    assert (call.status is CallStatus.CALLED) == (call.probability > 0.95)
