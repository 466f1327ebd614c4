"""Array and imputed files: a record speaks of its own alternatives only, absence of nothing."""

from __future__ import annotations

import pytest

import pgx
from calling import call_file
from hazards.edited import STAR3, changed, edited_file, names
from pgx.engine.annotate import annotate
from pgx.engine.reading import InputReader
from pgx.errors import AbsenceError
from pgx.inputs.settings import Absent, RunSettings
from simulated import genes

STAR2 = 94781859
SIGNS = {
    "imputed": '##FORMAT=<ID=HDS,Number=2,Type=Float,Description="Haploid dosage">\n',
    "array": "##source=PLINKv1.90\n",
}


def with_header(path, line):
    text = path.read_text()
    path.write_text(text.replace("#CHROM", f"{line}#CHROM", 1))
    return path


@pytest.fixture(params=["imputed", "array"])
def sign(request):
    return SIGNS[request.param]


def other_alternative(folder, line):
    edits = {STAR2: changed(alt="C", gt="0/0"), STAR3: changed(gt="0/0")}
    return with_header(edited_file(folder, edits, "*38/*38"), line)


def test_another_alternative_does_not_answer_a_defining_position(sign, tmp_path):
    call = call_file(other_alternative(tmp_path, sign), "CYP2C19")["S1", "CYP2C19"]
    assert call.missing == (f"chr10:{STAR2}",)
    assert names(call) >= {"*38/*38"}


def test_a_sequencer_reads_the_base(tmp_path):
    call = call_file(other_alternative(tmp_path, ""), "CYP2C19")["S1", "CYP2C19"]
    assert call.missing == ()


def test_the_defining_alternative_answers_it(sign, tmp_path):
    path = with_header(edited_file(tmp_path, {STAR3: changed(gt="0/1")}, "*38/*38"), sign)
    call = call_file(path, "CYP2C19")["S1", "CYP2C19"]
    assert call.missing == ()


def refuse_annotate(path):
    pgx.annotate(path, assembly="GRCh38", absent="reference")


def refuse_cohort(path):
    wanted = [genes()["CYP2C19"]]
    InputReader(wanted, wanted, RunSettings(absent=Absent.REFERENCE), {}).read(path)


@pytest.mark.parametrize("reading", [refuse_annotate, refuse_cohort])
def test_absence_is_never_the_reference(reading, sign, tmp_path):
    path = other_alternative(tmp_path, sign)
    with pytest.raises(AbsenceError) as refused:
        reading(path)
    assert refused.value.line().startswith("[PGX-IN-003]")
    assert refused.value.exit_status == 3


def test_the_hint_does_not_name_the_option(sign, tmp_path):
    settings = RunSettings(genes=("CYP2C19",))
    done = annotate([other_alternative(tmp_path, sign)], settings)
    assert any("counts as typed only" in hint for hint in done.hints)
    assert not any("--absent" in hint for hint in done.hints)
