"""De-identified results: nothing of a person's words, and all that advice rests on."""

from __future__ import annotations

import io
import json
import random
import re
import zipfile

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import one_test
from cli.support import PATIENT, pgx
from pgx.errors import UsageError
from pgx.records.calls import PHENOCONVERTED, Override, PatientContext, PatientResult
from pgx.records.patient import (
    Applies,
    Condition,
    KnownMedicine,
    Liver,
    Medicine,
    MedicineUse,
    Outcome,
    Patient,
    PopulationFit,
    Reaction,
    is_icd10_code,
    is_snomed_concept,
    reaction_text,
)
from pgx.reports.content.deidentification import (
    counted_pseudonyms,
    deidentified,
    deidentified_all,
    is_deidentified,
    keyed_pseudonyms,
    read_key,
)
from pgx.reports.content.release_facts import NO_FACTS
from pgx.reports.files.formats import FORMATS, RUN_FORMATS, render_one
from pgx.reports.files.output_folder import write_results
from pgx.reports.html_page import render_html
from pgx.reports.result_json import parse_result, render_json
from reports import factory

NAME = "ZYXDOE"  # a canary: in every free text of the patient, and in nothing else
DAY = "1931-07-23"


def person(age: float | None = 94.0) -> PatientResult:
    """A result whose patient file has the canary in every text that it may have."""
    sample = f"{NAME}_sample"
    reaction = Reaction(medicine=f"{NAME} codeine", reaction=f"{NAME} rash", severity=f"{NAME}",
                        date=DAY)  # fmt: skip
    known = Reaction(medicine="codeine", reaction=f"{NAME} itch", severity="Severe", date=DAY)
    patient = Patient(
        sample=sample, date="2026-01-31", birth_date=DAY, age_years=age, sex="female",
        liver=Liver(child_pugh="B"),
        conditions=(
            Condition(name=NAME), Condition(name=NAME, code="I21.4", system="ICD-10"),
            Condition(name=NAME, code="22298006", system="SNOMED"),
            Condition(code=NAME, system="ICD-10"), Condition(code=f"{NAME}1", system=NAME),
            Condition(code="123456789", system="SNOMED"),
        ),
        medicines=(Medicine(name=f"codeine {NAME}", dose=NAME, since=DAY, form=NAME),),
        reactions=(reaction, known),
        outcomes=(Outcome(question=NAME, answer=NAME, medicine=NAME, date=DAY),),
    )  # fmt: skip
    medicines = (
        KnownMedicine(
            name=f"codeine {NAME}", use=MedicineUse.CURRENT, substances=("codeine",),
            drugs=("codeine",), since=DAY, dose=NAME, reactions=(reaction_text(known),),
            outcomes=(f"{NAME}: {NAME}",),
        ),
        KnownMedicine(name=NAME, use=MedicineUse.UNKNOWN, unrecognised=(NAME,)),
    )  # fmt: skip
    fits = (
        PopulationFit(drug="clopidogrel", population="acs_or_pci", applies=Applies.YES,
                      reason=f"condition={NAME}"),
        PopulationFit(drug="warfarin", population="general", applies=Applies.YES,
                      reason=f"age={age or 0:g}"),
    )  # fmt: skip
    context = PatientContext(patient=patient, medicines=medicines, fits=fits)
    override = Override(sample=sample, gene="CYP2C19", says=NAME, by=NAME, date=DAY, reason=NAME)
    made = factory.provenance(input=({"name": f"{NAME}.vcf", "sha256": "b" * 64},))
    rows = (
        *factory.result(sample).recommendations,
        factory.advice(sample, "codeine"),
        factory.advice(sample, "codeine", basis=PHENOCONVERTED),
    )
    return factory.result(
        sample, context=context, overrides=(override,), provenance=made, recommendations=rows
    )


def parts(data: bytes) -> bytes:
    """Return what a file holds, unpacked where it is an archive."""
    if not data.startswith(b"PK"):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


def test_the_canary_is_in_what_is_not_deidentified():
    """Else the next test would tell nothing."""
    for name in ("html", "json", "xlsx"):
        assert NAME.encode() in parts(render_one(name, person(), NO_FACTS))


@one_test
@pytest.mark.parametrize("name", [*FORMATS, *RUN_FORMATS])
def test_no_format_names_the_person(name):
    text = parts(render_one(name, deidentified(person(), "P001"), NO_FACTS)).decode(
        "utf-8", "replace"
    )
    assert NAME not in text.upper()
    assert not re.search(r"1931-|2026-01|\b94\b years|01-31", text)


def test_no_file_and_no_file_name_names_the_person(tmp_path):
    people = [person(), msgspec.structs.replace(person(70.0))]
    write_results(
        deidentified_all(people, ["P001", "P002"]),
        tmp_path,
        [*FORMATS, *RUN_FORMATS],
        samples=["P001", "P002"],
    )
    written = list(tmp_path.iterdir())
    assert {"P001.pgx.json", "P002.pgx.html", "overrides.tsv"} <= {p.name for p in written}
    for path in written:
        assert NAME not in path.name.upper()
        assert NAME.encode() not in parts(path.read_bytes()).upper()


def test_what_advice_rests_on_stays():
    before, after = person(), deidentified(person(), "P001")
    patient = after.context.patient
    assert [c.diplotype for c in after.calls] == [c.diplotype for c in before.calls]
    assert [r.text for r in after.recommendations] == [r.text for r in before.recommendations]
    assert [c.code for c in patient.conditions] == ["I21.4", "22298006"]
    assert (patient.date, patient.birth_date, patient.age_years) == ("2026", "", 90.0)
    assert patient.sex == "female"
    assert patient.liver.child_pugh == "B"
    assert [m.name for m in patient.medicines] == ["codeine", "left out"]
    assert [m.substances for m in after.context.medicines] == [("codeine",), ()]
    assert after.context.medicines[0].reactions == ("reaction, severe, 1931",)
    assert [r.medicine for r in patient.reactions] == ["left out", "codeine"]
    assert after.provenance.input == ({"name": "", "sha256": "b" * 64},)
    assert after.overrides[0].gene == "CYP2C19"
    assert [f.applies for f in after.context.fits] == [Applies.YES, Applies.YES]


def test_it_is_read_back_and_said():
    result = deidentified(person(), "P001")
    again = parse_result(render_json(result))
    assert is_deidentified(again)
    assert not is_deidentified(person())
    assert again.context == result.context
    assert deidentified(again, "P001") == again


@one_test
@pytest.mark.parametrize(
    ("age", "shown"), [(0.5, "0.5 years"), (89.0, "89 years"), (89.9, "89.9 years"),
                       (90.0, "90+ years"), (104.0, "90+ years")]
)  # fmt: skip
def test_ages(age, shown):
    html = render_html(deidentified(person(age), "P001"), NO_FACTS)
    assert f">{shown}<" in html
    [fit] = [f for f in deidentified(person(age), "P").context.fits if f.drug == "warfarin"]
    assert fit.reason == ("age=90+" if age >= 90 else f"age={age:g}")


def test_without_a_patient_there_is_less_to_leave_out():
    result = deidentified(factory.result("Jane"), "P001")
    assert b"Jane" not in render_json(result)
    assert {call.sample for call in result.calls} == {"P001"}


@given(st.text(max_size=20))
def test_no_text_is_a_code_by_chance(text):
    if is_icd10_code(text):
        assert re.fullmatch(r"[A-Z][0-9][0-9AB](\.[0-9X]{1,3}[0-9A-Z]?)?", text)
    if is_snomed_concept(text):
        assert text.isascii()
        assert text.isdecimal()


def test_one_wrong_digit_is_no_concept():
    code = "195967001"
    assert is_snomed_concept(code)
    wrong = {code[:i] + d + code[i + 1 :] for i in range(9) for d in "0123456789"} - {code}
    assert not any(map(is_snomed_concept, wrong))


def test_pseudonyms():
    assert counted_pseudonyms(1000)[0] == "P0001"
    key = b"0123456789abcdef"
    one, two = keyed_pseudonyms(["S1", "S2"], key)
    assert one != two
    assert keyed_pseudonyms(["S2"], key) == [two]
    assert keyed_pseudonyms(["S2"], key[::-1]) != [two]
    assert re.fullmatch("P-[A-Z2-7]{16}", one)


def test_a_short_or_absent_key_is_refused(tmp_path):
    short = tmp_path / "key"
    short.write_bytes(b"secret")
    for path in (short, tmp_path / "none"):
        with pytest.raises(UsageError) as caught:
            read_key(path)
        assert "secret" not in caught.value.line()


@one_test
@pytest.mark.parametrize(
    "key",
    [bytes(32), b"0" * 64, b"\n" * 20, b"ab" * 16, b"abc" * 12, b"abcd" * 8, b"secret\n" * 9,
     b"passwords" * 2, b"0123456789abcde" * 3],
)  # fmt: skip
def test_a_key_that_can_be_guessed_is_refused(tmp_path, key):
    path = tmp_path / "key"
    path.write_bytes(key)
    with pytest.raises(UsageError, match="can be guessed"):
        read_key(path)
    done = pgx("annotate", PATIENT, "-o", tmp_path / "out", "--deidentify", "--pseudonym-key", path)
    assert done.returncode == 2
    assert not (tmp_path / "out").exists()


def test_a_random_key_is_taken(tmp_path):
    path = tmp_path / "key"
    for seed in range(200):
        own = random.Random(seed)
        for key in (own.randbytes(16), own.randbytes(32), own.randbytes(16).hex().encode()):
            path.write_bytes(key)
            assert read_key(path) == key


def test_json_keeps_its_schema():
    from jsonschema import validate
    from tools.json_schema import result_schema

    validate(json.loads(render_json(deidentified(person(), "P001"))), result_schema())
