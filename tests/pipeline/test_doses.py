"""Doses for a result: who is asked about, and that no refusal costs the rest."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from pgx.base.patient import Medicine, MedicineUse, Patient
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.models.folders import drugs_in_folders, shipped_folder
from pgx.pipeline import dosing
from pgx.pipeline.doses import Asked, Doses, asked_drugs
from pgx.pipeline.dosing import dosed_drugs
from pgx.pipeline.personal import with_patient
from pgx.pipeline.run import annotate
from pgx.pipeline.settings import RunSettings

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
    return Doses(knowledge)


def person(plain, knowledge, *medicines, **fields):
    patient = Patient(medicines=medicines, **{**BODY, **fields})
    return with_patient(plain, patient, knowledge)


def test_without_a_patient_nobody_is_asked_about(plain, doses):
    assert asked_drugs(plain) == {}
    assert doses.of(plain) == ()


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
    [reply] = Doses(knowledge).of(result)
    assert reply.drug == "warfarin"
    assert reply.answer.models


def test_the_dose_is_that_of_the_command(plain, knowledge, doses):
    result = person(plain, knowledge, PLANNED)
    [reply] = doses.of(result)
    alone = dosing.Dosing("warfarin").answer(dosing.person_of(knowledge, result, None))
    assert reply.answer == alone
    assert doses.of(result) == doses.of(result)


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"age_years": 16.0}, "PGX-MOD-003"), ({"age_years": None}, "PGX-MOD-002")],
)
def test_a_person_that_no_equation_is_for_gets_a_reason(plain, knowledge, doses, fields, code):
    result = person(plain, knowledge, PLANNED, Medicine(name="siponimod"), **fields)
    siponimod, warfarin = doses.of(result)
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
    [reply] = doses.of(person(plain, knowledge, PLANNED))
    assert reply.answer is None
    assert reply.code.startswith("PGX-MOD-")


def test_a_bug_costs_the_dose_and_not_the_report(plain, knowledge, doses, monkeypatch):
    def broken(*_args):
        raise ZeroDivisionError

    monkeypatch.setattr(dosing, "person_of", broken)
    [reply] = doses.of(person(plain, knowledge, PLANNED))
    assert (reply.code, reply.answer) == ("PGX-BUG-001", None)


def test_a_result_of_another_release_is_not_dosed(plain, knowledge, doses):
    result = person(plain, knowledge, PLANNED)
    other = msgspec.structs.replace(result.provenance, knowledge_digest="0" * 64)
    [reply] = doses.of(msgspec.structs.replace(result, provenance=other))
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


@pytest.mark.parametrize("medicine", ["codeine", None])
def test_models_are_loaded_for_their_drugs_alone(tmp_path, medicine):
    taken = f"[Medicine(name={medicine!r})]" if medicine else "[]"
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from pgx.base.patient import Medicine, Patient\n"
        "from pgx.pipeline.run import annotate\n"
        "from pgx.pipeline.settings import RunSettings\n"
        "from pgx.reports.facts import facts_of\n"
        "from pgx.reports.files import write_results\n"
        f"patient = Patient(medicines=tuple({taken}))\n"
        f"run = annotate([{str(EXAMPLE)!r}], RunSettings(genes=('CYP2D6',)), patient=patient)\n"
        f"write_results(run.results(), Path({str(tmp_path)!r}), facts=facts_of(run.knowledge))\n"
        "print(*[m for m in sys.modules if m.startswith(('pgx.models', 'sklearn'))])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) <= {"pgx.models", "pgx.models.folders"}
