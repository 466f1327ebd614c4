"""Doses for a result: who is asked about, and that no refusal costs the rest."""

from __future__ import annotations

import functools
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from pgx.base import extensions
from pgx.engine.annotate import annotate
from pgx.engine.personal import with_patient
from pgx.inputs.settings import RunSettings
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.patient import Medicine, MedicineUse, Patient
from pgx.reports.content.release_facts import facts_of
from pgx.reports.files.output_folder import write_results
from pgx.reports.html_page import render_html
from pgx.reports.result_json import parse_result, render_json
from pgx_dosing import answers as dosing
from pgx_dosing.answers import dosed_drugs
from pgx_dosing.folders import drugs_in_folders, shipped_folder
from pgx_dosing.replies import Asked, asked_drugs, dose_replies
from pgx_dosing.report.text import answer_text

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "patient.g.vcf"
PLANNED = Medicine(name="warfarin", use=MedicineUse.PLANNED)
BODY = {"age_years": 67.0, "sex": "female", "weight_kg": 71.5, "height_cm": 164.0}


@pytest.fixture(scope="module")
def knowledge():
    return KnowledgeBase()


@pytest.fixture(scope="module")
def plain(knowledge):
    [result] = annotate([EXAMPLE], knowledge=knowledge).results()
    return result


@pytest.fixture(scope="module")
def doses(knowledge):
    return functools.partial(dose_replies, knowledge)


def person(plain, knowledge, *medicines, **fields):
    patient = Patient(medicines=medicines, **{**BODY, **fields})
    return with_patient(plain, patient, knowledge)


def test_without_a_patient_nobody_is_asked_about(plain, doses):
    assert asked_drugs(plain) == {}
    assert doses(plain) == ()


def test_what_is_taken_or_planned_is_asked_about(plain, knowledge):
    result = person(
        plain, knowledge, PLANNED, Medicine(name="Plavix"),
        Medicine(name="siponimod", use=MedicineUse.STOPPED),
        Medicine(name="simvastatin", use=MedicineUse.UNKNOWN),
        Medicine(name="tacrolimus ointment", form="topical"),
    )  # fmt: skip
    assert asked_drugs(result) == {"warfarin": Asked.PLANNED, "clopidogrel": Asked.CURRENT}


def test_a_part_of_a_combination_is_asked_about(plain, knowledge):
    result = person(plain, knowledge, Medicine(name="ezetimibe 10 mg / simvastatin 20 mg"))
    assert asked_drugs(result)["simvastatin"] is Asked.CURRENT


def test_a_drug_that_the_run_was_for_is_asked_about(knowledge):
    settings = RunSettings(drugs=("warfarin", "codeine"), genes=("CYP2C9", "VKORC1"))
    [result] = annotate([EXAMPLE], settings, knowledge=knowledge, patient=Patient(**BODY)).results()
    assert asked_drugs(result) == {"warfarin": Asked.NAMED, "codeine": Asked.NAMED}
    [reply] = dose_replies(knowledge, result)
    assert reply.drug == "warfarin"
    assert reply.answer.models


def test_the_dose_is_that_of_the_command(plain, knowledge, doses):
    result = person(plain, knowledge, PLANNED)
    [reply] = doses(result)
    alone = dosing.Dosing("warfarin").answer(dosing.person_of(knowledge, result, None))
    assert reply.answer == alone
    assert doses(result) == doses(result)


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"age_years": 16.0}, "PGX-MOD-003"), ({"age_years": None}, "PGX-MOD-002")],
)
def test_a_person_that_no_equation_is_for_gets_a_reason(plain, knowledge, doses, fields, code):
    result = person(plain, knowledge, PLANNED, Medicine(name="siponimod"), **fields)
    siponimod, warfarin = doses(result)
    assert warfarin.answer is None
    assert warfarin.code == code
    assert "age" in warfarin.reason
    # a label asks for adults; what age nobody told leaves its answer open
    assert (siponimod.answer is None) == (code == "PGX-MOD-003")


def test_a_damaged_registry_gives_a_reason(plain, knowledge, doses, monkeypatch, tmp_path):
    broken = tmp_path / "own" / "1"
    broken.mkdir(parents=True)
    (broken / "model.json").write_text('{"drug": "warfarin", "name": "own"', encoding="utf-8")
    monkeypatch.setenv("PGX_MODELS", str(tmp_path))
    [reply] = doses(person(plain, knowledge, PLANNED))
    assert reply.answer is None
    assert reply.code.startswith("PGX-MOD-")


def test_a_bug_costs_the_dose_and_not_the_report(plain, knowledge, doses, monkeypatch):
    def broken(*_args):
        raise ZeroDivisionError

    monkeypatch.setattr(dosing, "person_of", broken)
    [reply] = doses(person(plain, knowledge, PLANNED))
    assert (reply.code, reply.answer) == ("PGX-BUG-001", None)


def test_a_result_of_another_release_is_not_dosed(plain, knowledge, doses):
    result = person(plain, knowledge, PLANNED)
    other = msgspec.structs.replace(result.provenance, knowledge_digest="0" * 64)
    [reply] = doses(msgspec.structs.replace(result, provenance=other))
    assert reply.other_release
    assert reply.answer is None


def test_the_quick_look_finds_the_drugs_of_the_models():
    assert sorted(drugs_in_folders()) == dosed_drugs()
    assert (shipped_folder() / "words" / "de.json").is_file()


def test_what_cannot_be_read_is_no_drug(monkeypatch, tmp_path):
    for name, text in (("a", "{"), ("b", '{"drug": "Foo"}'), ("c", '{"drug": 1}')):
        (tmp_path / name / "1").mkdir(parents=True)
        (tmp_path / name / "1" / "model.json").write_text(text, encoding="utf-8")
    before = drugs_in_folders()
    monkeypatch.setenv("PGX_MODELS", str(tmp_path))
    assert drugs_in_folders() - before == {"foo"}


def loaded_by_a_run(folder, patient):
    """Return the dosing modules, and libraries of theirs, that a run with reports loads."""
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from pgx.records.patient import Medicine, Patient\n"
        "from pgx.engine.annotate import annotate\n"
        "from pgx.inputs.settings import RunSettings\n"
        "from pgx.reports.content.release_facts import facts_of\n"
        "from pgx.reports.files.output_folder import write_results\n"
        f"run = annotate([{str(EXAMPLE)!r}], RunSettings(genes=('CYP2D6',)), patient={patient})\n"
        f"write_results(run.results(), Path({str(folder)!r}), facts=facts_of(run.knowledge))\n"
        "print(*[m for m in sys.modules if m.startswith(('pgx_dosing', 'sklearn'))])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_without_a_patient_nothing_of_dosing_is_loaded(tmp_path):
    assert loaded_by_a_run(tmp_path, "None") == set()


@pytest.mark.parametrize("medicines", ["(Medicine(name='codeine'),)", "()"])
def test_models_are_loaded_for_their_drugs_alone(tmp_path, medicines):
    loaded = loaded_by_a_run(tmp_path, f"Patient(medicines={medicines})")
    assert loaded <= {
        "pgx_dosing", "pgx_dosing.replies", "pgx_dosing.folders", "pgx_dosing.report",
        "pgx_dosing.report.section", "pgx_dosing.report.words",
    }  # fmt: skip
    assert "pgx_dosing.replies" in loaded


def test_a_run_without_the_dosing_package_has_no_doses_and_all_else(plain, knowledge, monkeypatch):
    monkeypatch.setattr(extensions, "_entry_points", lambda _: {})
    result = person(plain, knowledge, PLANNED)
    assert result.context.doses == ()
    assert result.recommendations
    page = render_html(result, facts_of(knowledge))
    assert 'id="doses"' not in page
    assert 'id="genes"' in page


def test_a_result_holds_doses_as_records_and_files_do(plain, knowledge, tmp_path):
    result = person(plain, knowledge, PLANNED)
    found = result.context.doses
    assert [own.rank for own in found] == list(range(1, len(found) + 1))
    assert {(own.drug, own.asked) for own in found} == {("warfarin", "planned")}
    first = found[0]
    assert (first.kind, first.name) == ("equation", "warfarin-iwpc-pharmacogenetic")
    assert first.dose == pytest.approx(
        dose_replies(knowledge, result)[0].answer.models[0].dose, rel=1e-12
    )
    assert first.low < first.dose < first.high
    assert first.unit == "mg/week"
    assert {own.kind for own in found} >= {"equation", "flow"}
    assert parse_result(render_json(result)).context.doses == found
    write_results([result], tmp_path, ("json",))
    lines = (tmp_path / "doses.tsv").read_text(encoding="utf-8").splitlines()
    assert lines[0].split("\t")[:7] == [
        "sample",
        "drug",
        "asked",
        "rank",
        "kind",
        "name",
        "version",
    ]
    assert len(lines) == 1 + len(found)


def test_who_takes_nothing_that_is_dosed_has_no_doses(plain, knowledge, tmp_path):
    result = person(plain, knowledge, Medicine(name="Plavix"), age_years=30.0)
    assert {own.drug for own in result.context.doses} <= {"clopidogrel"}
    nobody = person(plain, knowledge)
    assert nobody.context.doses == ()
    write_results([nobody], tmp_path, ("json",))
    assert not (tmp_path / "doses.tsv").exists()


@pytest.mark.parametrize(
    ("group", "first"),
    [
        ("AFR", "warfarin-cpic-flow"),
        ("EUR", "warfarin-iwpc-pharmacogenetic"),
        ("average", "warfarin-iwpc-pharmacogenetic"),
    ],
)
def test_the_flow_that_its_guideline_prefers_comes_first(knowledge, group, first):
    [result] = annotate(
        [EXAMPLE],
        RunSettings(ancestry=group, genes=("CYP2C9", "VKORC1", "CYP4F2", "CYP2C")),
        knowledge=knowledge,
        patient=Patient(medicines=(PLANNED,), **BODY),
    ).results()
    assert result.context.doses[0].name == first
    [reply] = dose_replies(knowledge, result)
    assert reply.answer.order[0] == first
    page = render_html(result, facts_of(knowledge))
    flow, equation = "CPIC flow for adults", "IWPC pharmacogenetic equation"
    part = page[page.index('id="doses"') :]
    assert (part.index(flow) < part.index(equation)) is (first == "warfarin-cpic-flow")


def test_ancestry_that_the_caller_states_counts_and_a_model_asked_for_stays_first():
    values = {
        "age_years": "62", "weight_kg": "80", "height_cm": "175", "vkorc1": "A/G",
        "cyp2c9": "*1/*3", "african_ancestry": "yes",
    }  # fmt: skip
    nobody = dosing.person_of(KnowledgeBase(), None, None)
    stated = dosing.Dosing("warfarin").answer(nobody, values)
    assert stated.order[:2] == ("warfarin-cpic-flow", "warfarin-iwpc-pharmacogenetic")
    assert [flow.rule for flow in stated.preferred] == ["warfarin-cpic-flow"]
    assert answer_text(stated).startswith("Warfarin by genotype and ancestry")
    asked = dosing.Dosing("warfarin", "warfarin-gage-clinical").answer(nobody, values)
    assert asked.order[:2] == ("warfarin-gage-clinical", "warfarin-cpic-flow")
    assert asked.preferred == ()
    other = dosing.Dosing("warfarin").answer(nobody, {**values, "african_ancestry": "no"})
    assert other.order[0] == "warfarin-iwpc-pharmacogenetic"
