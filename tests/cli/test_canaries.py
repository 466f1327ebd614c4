"""Nothing of a patient is on standard error: a canary in every place of every file of theirs."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

import canaries
from canaries import CANARY, held
from cli.support import EXAMPLES, PATIENT, pgx
from pgx.engine.reinterpret import Reinterpreter
from pgx.errors import PgxError
from pgx.inputs.side_files import check_overrides, read_overrides, read_sample_info, read_untyped
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.patients.read import parse_patient
from pgx.reports.fhir.read_bundle import parse_fhir
from pgx.reports.result_json import parse_result
from pgx_dosing.feedback.course import read_course
from pgx_dosing.feedback.update import refine_answer
from pgx_dosing.monitoring.log import read_log

GENES = ("--genes", "CYP2C19,TPMT")
OVERRIDE = {
    "sample": "EXAMPLE_1",
    "gene": "CYP2C19",
    "drug": "",
    "says": "*1/*2",
    "by": "B. Example",
    "date": "2025-10-20",
    "reason": "second method",
}
LINE = {
    "schema_version": "1.0",
    "key": "a" * 32,
    "date": "2026-11-29",
    "model": "m",
    "version": "1.0.0",
    "digest": "0" * 64,
    "unit": "mg/week",
    "inputs": {"age_years": 60.0, "race": "White"},
    "groups": {"race": "White"},
    "prediction": 30.0,
    "lower": 20.0,
    "upper": 40.0,
    "level": 0.9,
}


def example(name: str) -> str:
    return (EXAMPLES / name).read_text(encoding="utf-8")


def patient() -> dict[str, object]:
    tree = json.loads(example("patient.json"))
    tree |= {"pregnant": False, "liver": {"child_pugh": "A"}}
    tree["reactions"][0]["severity"] = "mild"
    tree["medicines"][1] |= {"rxnorm": "32968", "form": "tablet"}
    return tree


def bundle() -> dict[str, object]:
    own = {"subject": {"reference": "Patient/1"}}
    weight = {
        "resourceType": "Observation", "status": "final", **own,
        "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
        "valueQuantity": {"value": 70, "unit": "kg", "code": "kg"},
    }  # fmt: skip
    taken = {
        "resourceType": "MedicationStatement", "status": "active", **own,
        "medicationCodeableConcept": {"text": "warfarin"},
    }  # fmt: skip
    person = {"resourceType": "Patient", "id": "1", "gender": "female", "birthDate": "1959-03-14"}
    entries = [{"resource": resource} for resource in (person, weight, taken)]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def course() -> dict[str, object]:
    tree = json.loads(example("warfarin-course.json"))
    reports = [{"date": "2026-01-10", "kind": "bleeding", "value": True}]
    return tree | {"baseline_inr": 1.0, "before_mg_per_week": 20, "reports": reports}


def lines_of(tmp_path, name, texts, *readers):
    """Return the lines with which files are refused; a reader takes what the one before made."""
    path = tmp_path / name
    found = []
    for text in texts:
        path.write_text(text, encoding="utf-8")
        made = path
        try:
            for reader in readers:
                made = reader(made)
        except PgxError as error:
            found.append(error.line())
    assert len(found) > 10, "hardly anything is refused: the canaries are in the wrong places"
    return found


def patient_of(path: Path) -> object:
    return parse_patient(path.read_bytes(), path.name)


def assert_silent(lines):
    assert [line for line in lines if held(line)] == []


@pytest.mark.parametrize("tree", [patient, bundle])
def test_patient_files(tmp_path, tree):
    assert_silent(lines_of(tmp_path, "p.json", canaries.trees(tree()), patient_of))


def test_a_refusal_names_the_field_and_what_is_allowed(tmp_path):
    tree = patient()
    tree["medicines"][4]["use"] = CANARY
    path = tmp_path / "p.json"
    path.write_text(json.dumps(tree))
    done = pgx("annotate", PATIENT, "-o", tmp_path / "out", "--patient", path)
    assert done.stderr == (
        "[PGX-PAT-001] p.json: medicines[4].use: a value that is not known; known are current,"
        " planned, stopped, unknown; see docs/how-to/patient.md for both forms\n"
    )


def test_courses_of_doses_and_what_is_made_of_them(tmp_path):
    from pgx_dosing.answers import Dosing, person_of

    told = parse_patient((EXAMPLES / "patient-warfarin.json").read_bytes())
    answer = Dosing("warfarin").answer(person_of(KnowledgeBase(), None, told))
    texts = canaries.trees(course())
    found = lines_of(tmp_path, "c.json", texts, read_course, lambda c: refine_answer(answer, c))
    assert_silent(found)


def test_overrides(tmp_path):
    knowledge = KnowledgeBase()
    other = OVERRIDE | {"gene": "", "drug": "clopidogrel"}
    readers = (read_overrides, lambda found: check_overrides(found, knowledge))
    found = lines_of(tmp_path, "o.json", canaries.trees([OVERRIDE, other]), *readers)
    table = "\n".join("\t".join(row) for row in (OVERRIDE, OVERRIDE.values(), other.values()))
    found += lines_of(tmp_path, "o.tsv", canaries.tables(table), *readers)
    assert_silent(found)
    assert "[PGX-USE-002] override 1: its gene is not in the knowledge base; see `pgx kb" in str(
        found
    )
    assert "[PGX-USE-004] override 2: no guidance on its drug" in str(found)


def test_sample_tables(tmp_path):
    texts = canaries.tables(example("sample-info.tsv"))
    assert_silent(lines_of(tmp_path, "info.tsv", texts, read_sample_info))
    sites = canaries.tables("contig\tpos\nchr19\t41006936\nchr10\t94781859\nchr1\t5\n")
    assert_silent(lines_of(tmp_path, "untyped.tsv", sites, read_untyped))


def test_logs_of_predictions(tmp_path):
    texts = (f"{text}\n" for text in canaries.trees(LINE))
    assert_silent(lines_of(tmp_path, "log.jsonl", texts, lambda path: list(read_log(path))))


@pytest.fixture(scope="module")
def saved(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("saved") / "out"
    words = ("--drugs", "clopidogrel", "--patient", EXAMPLES / "patient.json")
    done = pgx("annotate", PATIENT, "-o", out, *GENES, *words, "--format", "json,fhir")
    assert done.returncode == 0
    return out


def small_result(folder: Path) -> dict[str, object]:
    [path] = folder.glob("*.pgx.json")
    tree = json.loads(path.read_text())
    tree["calls"] = [call | {"sites": call["sites"][:1]} for call in tree["calls"][:1]]
    tree["recommendations"] = tree["recommendations"][:1]
    for name in ("fits", "condition_fits", "conversions", "medicines"):
        tree["context"][name] = tree["context"].get(name, [])[:1]
    return tree


@pytest.mark.torture
def test_saved_results(tmp_path, saved):
    texts = canaries.trees(small_result(saved), (CANARY,))
    read = lines_of(tmp_path, "r.json", texts, lambda p: parse_result(p.read_bytes(), p.name))
    assert_silent(read)


def test_saved_results_that_are_called_again(tmp_path, saved):
    tree = small_result(saved) | {"context": None}
    path = tmp_path / "r.pgx.json"
    again = Reinterpreter(KnowledgeBase()).again
    changes = [("provenance", "settings", name) for name in ("threshold", "confidence", "prior")]
    changes += [("calls", 0, "sites", 0, name) for name in ("evidence", "reason", "position")]
    found = []
    for place in changes:
        path.write_text(json.dumps(canaries.put(tree, place, CANARY)))
        try:
            again(parse_result(path.read_bytes(), path.name))
        except PgxError as error:
            found.append((error.exit_status, error.line()))
    assert_silent(line for _, line in found)
    assert [status for status, _ in found] == [3] * 4, "of six, two change nothing"


@pytest.mark.torture
def test_saved_bundles(tmp_path, saved):
    [path] = saved.glob("*.fhir.json")
    tree = json.loads(path.read_text())
    tree["entry"] = tree["entry"][:3]
    texts = canaries.trees(tree, (CANARY,))
    read = lines_of(tmp_path, "r.json", texts, lambda p: parse_fhir(p.read_bytes(), p.name))
    assert_silent(read)


@pytest.mark.parametrize("step", [6, pytest.param(1, marks=pytest.mark.exhaustive)])
def test_outside_calls(tmp_path, step):
    path = tmp_path / "calls.tsv"
    rows = (
        "sample\tgene\tdiplotype\tphenotype\tactivity_score",
        "EXAMPLE_1\tCYP2D6\t*1/*4\tCYP2D6 Intermediate Metabolizer\t1.0",
        "EXAMPLE_1\tHLA-B\t*07:02/*57:01\t\t",
    )
    said = []
    for text in list(canaries.tables("\n".join(rows)))[::step]:
        path.write_text(text)
        words = ("--outside-calls", path, "--genes", "CYP2D6,HLA-B", "--format", "tsv", "--force")
        said.append(pgx("annotate", PATIENT, "-o", tmp_path / "out", *words).stderr)
    assert_silent(said)
    assert sum("[PGX-OUT-001]" in text for text in said) > 20 / step


@pytest.mark.torture
def test_values_that_a_command_is_given():
    for field in ("age_years", "weight_kg", "vkorc1", "cyp2c9", "race", "amiodarone"):
        for value in (CANARY, "98765.4"):
            done = pgx("dose", "warfarin", "--set", f"{field}={value}")
            assert done.returncode == 3
            assert not held(done.stderr)


def head_and_records() -> tuple[list[str], list[str]]:
    lines = PATIENT.read_text(encoding="utf-8").splitlines()
    head = [line for line in lines if line.startswith("#")]
    return head, lines[len(head) : len(head) + 2]


def variants() -> list[list[str]]:
    head, records = head_and_records()
    named = head[-1].rsplit("\t", 1)[0] + "\t" + CANARY
    found = [[*head[:-1], named, *records], [*head[:-1], f"{head[-1]}\t{CANARY}\t{CANARY}"]]
    for line in (
        f"##{CANARY}", CANARY, f"##reference=file:///{CANARY}/hg19.fa", f"##assembly={CANARY}",
        f"##contig=<ID={CANARY},length=5,assembly=GRCh37>", f"##contig=<ID=chr1,length={CANARY}>",
        f'##INFO=<ID={CANARY},Number=1,Type=String,Description="{CANARY}">',
        f"##SAMPLE=<ID={CANARY}>", f"##contig=<ID={CANARY}.chr1,length=249250621>",
    ):  # fmt: skip
        found.append([*head[:-1], line, named, *records])
    cells = records[0].split("\t")
    for j, cell in enumerate(cells):
        for value in (CANARY, cell + CANARY, f"{cell} {CANARY}", f"{CANARY}\x01", f"0/1:{CANARY}"):
            changed = "\t".join([*cells[:j], value, *cells[j + 1 :]])
            found.append([*head[:-1], named, changed, records[1]])
    found.append([*head[:-1], named, records[0] + "\t" + CANARY])
    return found


@pytest.mark.torture
def test_variant_files(tmp_path):
    path, packed = tmp_path / "v.vcf", tmp_path / "v.vcf.gz"
    said = []
    for number, lines in enumerate(variants()):
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        for command in ("check", "annotate", "cohort")[: 1 + 2 * (number % 8 == 0)]:
            words = () if command == "check" else ("-o", tmp_path / command, "--force")
            said.append(pgx(command, path, *words, "--genes", "CYP2C19").stderr)
    whole = gzip.compress(path.read_bytes())
    for data in (whole[:-5], whole + CANARY.encode(), whole[:40] + CANARY.encode() + whole[48:]):
        packed.write_bytes(data)
        said.append(pgx("annotate", packed, "-o", tmp_path / "out", "--force").stderr)
    assert_silent(said)
    assert sum("[PGX-" in text for text in said) > 20


def test_names_that_are_accepted_are_in_no_hint(tmp_path):
    head, records = head_and_records()
    named = [*head[:-1], head[-1].rsplit("\t", 1)[0] + "\t" + CANARY, *records]
    (tmp_path / "v.vcf").write_text("\n".join(named) + "\n", encoding="utf-8")
    told = patient() | {"sample": CANARY, "conditions": [{"name": CANARY}]}
    told["medicines"] = [{"name": CANARY, "dose": CANARY, "form": CANARY}]
    told["reactions"] = [{"medicine": CANARY, "reaction": CANARY, "severity": CANARY}]
    told["outcomes"] = [{"question": CANARY, "answer": CANARY, "medicine": CANARY}]
    (tmp_path / "p.json").write_text(json.dumps(told))
    (tmp_path / "info.tsv").write_text(
        f"sample\tsex\tpopulation\tsuperpopulation\n{CANARY}\tfemale\t{CANARY}\t{CANARY}\n"
    )
    (tmp_path / "key").write_bytes(bytes(range(32)))
    words = ("annotate", tmp_path / "v.vcf", "-o", tmp_path / "out", "--patient",
             tmp_path / "p.json", "--sample-info", tmp_path / "info.tsv", "--deidentify",
             "--pseudonym-key", tmp_path / "key", "--pseudonym-table", tmp_path / "who.tsv",
             "--format", "html,json,fhir,xlsx,matrix,multiqc")  # fmt: skip
    done = pgx(*words)
    assert done.returncode == 0, done.stderr
    assert not held(done.stderr)
    assert CANARY in (tmp_path / "who.tsv").read_text()
    for file in (tmp_path / "out").iterdir():
        assert CANARY.encode() not in file.read_bytes(), file.name
        assert CANARY not in file.name
