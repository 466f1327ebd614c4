"""A structural variant over a gene leaves its call and advice open, wherever in the gene it is."""

import pytest

from pgx.engine.annotate import annotate
from pgx.inputs.settings import RunSettings
from pgx.records.calls import CallStatus, Certainty
from simulated import vcf_text


def advised(folder, record, diplotype="*2/*2"):
    path = folder / "sv.vcf"
    text = vcf_text({"CYP2C19": diplotype}, only_named=True)
    path.write_text(text + record.replace(" ", "\t") + "\n")
    [result] = annotate([path], RunSettings(genes=("CYP2C19",), drugs=("clopidogrel",))).results()
    [call] = result.calls
    return call, result.recommendations


@pytest.mark.parametrize(
    "record",
    [
        "chr10 94781200 . A <DEL> . PASS END=94781300 GT 0/1",
        "chr10 94780653 . G <DUP> . PASS END=94781900 GT 0/1",
        "chr10 94700000 . A <CNV> . PASS END=94900000 GT 0/1",
        "chr10 94770000 . A <DEL> . q10 END=94770100 GT 1/1",
    ],
)
def test_an_overlap_leaves_call_and_advice_open(tmp_path, record):
    call, rows = advised(tmp_path, record)
    assert call.status is not CallStatus.CALLED
    assert "structural_variant" in call.notes
    assert "CYP2C19:copy_number" in call.depends_on
    assert rows
    for row in rows:
        assert row.certainty is Certainty.DEPENDS
        assert "CYP2C19:copy_number" in row.depends_on


@pytest.mark.parametrize(
    "record",
    [
        "chr10 94781200 . A <DEL> . PASS END=94781300 GT 0/0",
        "chr10 95781200 . A <DEL> . PASS END=95781300 GT 0/1",
        "chr22 42126000 . A <DEL> . PASS END=42130000 GT 0/1",
    ],
)
def test_none_carried_or_none_near_changes_nothing(tmp_path, record):
    call, rows = advised(tmp_path, record)
    assert call.status is CallStatus.CALLED
    assert "structural_variant" not in call.notes
    assert {row.certainty for row in rows} == {Certainty.CERTAIN}
