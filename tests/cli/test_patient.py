"""``--patient``: whose record it is, what is refused, and that nothing is half-written."""

from __future__ import annotations

import json

import pytest

from cli.support import COHORT, PATIENT, pgx, pgx_process, refused
from patients.bundles import bundle, condition, person, statement
from pgx.reports.result_json import read_result

RECORD = {
    "schema_version": "1.0",
    "date": "2026-01-31",
    "birth_date": "1960-05-02",
    "sex": "female",
    "medicines": [{"name": "Paxil 20 mg"}, {"name": "codeine"}, {"name": "Zzzz"}],
}
OUTSIDE = "sample\tgene\tdiplotype\tphenotype\tactivity_score\nEXAMPLE_1\tCYP2D6\t*1/*2\t\t2.0\n"


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


@pytest.fixture
def record(tmp_path):
    def write(tree, name="patient.json"):
        path = tmp_path / name
        data = tree if isinstance(tree, bytes) else json.dumps(tree).encode()
        path.write_bytes(data)
        return path

    return write


def rows(path):
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    names = header.split("\t")
    return [dict(zip(names, line.split("\t"), strict=True)) for line in lines]


def test_a_record_and_what_is_written(out, record, tmp_path):
    outside = tmp_path / "outside.tsv"
    outside.write_text(OUTSIDE, encoding="utf-8")
    done = pgx("annotate", PATIENT, "-o", out, "--patient", record(RECORD), "--outside-calls",
               outside)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert {path.name for path in out.iterdir()} == {
        "calls.tsv", "recommendations.tsv", "phenoconversion.tsv", "adjusted_recommendations.tsv",
        "EXAMPLE_1.pgx.json", "EXAMPLE_1.pgx.html",
    }  # fmt: skip
    drugs = list(dict.fromkeys(row["drug"] for row in rows(out / "recommendations.tsv")))
    assert drugs[:2] == ["codeine", "paroxetine"]
    assert drugs[2:] == sorted(drugs[2:], key=str.casefold)
    [change] = [r for r in rows(out / "phenoconversion.tsv") if r["gene"] == "CYP2D6"]
    assert (change["predicted_score"], change["activity_score"]) == ("2.0", "0.0")
    adjusted = rows(out / "adjusted_recommendations.tsv")
    assert "codeine" in {row["drug"] for row in adjusted}
    assert "paroxetine" not in {row["drug"] for row in adjusted}
    html = (out / "EXAMPLE_1.pgx.html").read_text(encoding="utf-8")
    assert "Zzzz" in html


def test_a_bundle_of_the_same_patient_gives_the_same_advice(out, record, tmp_path):
    made = bundle(
        person(birthDate="1960-05-02"), *(statement(m["name"]) for m in RECORD["medicines"])
    )
    words = ("annotate", PATIENT, "--format", "tsv", "--quiet", "-o")
    assert pgx(*words, out, "--patient", record(RECORD)).returncode == 0
    assert pgx(*words, tmp_path / "b", "--patient", record(made, "b.json")).returncode == 0
    for path in out.iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


@pytest.mark.parametrize(
    "tree",
    [
        b"", b"no json", b'{"schema_version":"1.0","weight_kg":NaN}', b"[" * 100_000,
        {**RECORD, "weight_kg": -70}, {**RECORD, "weight_kg": True}, {**RECORD, "age_years": 3},
        {**RECORD, "birth_date": "2030-01-01"}, {**RECORD, "sex": "F"}, {"schema_version": "9"},
        {**RECORD, "\x1b[31m\u202e": 1}, {**RECORD, "medicines": [{"name": "x", "dos": 1}]},
        bundle(), bundle(person(), person(id="2")),
        bundle(person(), condition(subject={"reference": "Patient/2"})),
    ],
)  # fmt: skip
def test_a_record_that_cannot_be_ends_the_run(out, record, tree):
    line = refused(3, "annotate", PATIENT, "-o", out, "--patient", record(tree))
    assert line.startswith("[PGX-PAT-001] patient.json: ")
    assert line.isprintable()
    assert not out.exists()


def test_an_earlier_result_is_left_as_it_was(out, record):
    assert pgx("annotate", PATIENT, "-o", out, "--format", "tsv").returncode == 0
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    refused(3, "annotate", PATIENT, "-o", out, "--force", "--patient", record({"sex": "F"}))
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


@pytest.mark.parametrize("name", ["none.json", "."])
def test_a_record_that_is_not_there(out, tmp_path, name):
    line = refused(3, "annotate", PATIENT, "-o", out, "--patient", tmp_path / name)
    assert line.startswith("[PGX-PAT-001]")
    assert not out.exists()


def test_one_record_and_several_samples(out, record):
    line = refused(2, "annotate", COHORT, "-o", out, "--patient", record(RECORD))
    assert line.startswith("[PGX-USE-001]")
    assert "3 samples" in line
    assert not out.exists()


def test_a_record_that_names_its_sample(out, record):
    named = record({**RECORD, "sample": "EXAMPLE_2"})
    done = pgx("annotate", COHORT, "-o", out, "--patient", named, "--quiet")
    assert done.returncode == 0, done.stderr
    found = {n: read_result(out / f"EXAMPLE_{n}.pgx.json").context is not None for n in (1, 2, 3)}
    assert found == {1: False, 2: True, 3: False}
    samples = {row["sample"] for row in rows(out / "phenoconversion.tsv")}
    assert samples == {"EXAMPLE_2"}
    line = refused(3, "annotate", COHORT, "-o", out, "--force", "--patient",
                   record({**RECORD, "sample": "EXAMPLE_9"}))  # fmt: skip
    assert line.startswith("[PGX-SMP-001]")


def test_sexes_that_differ(out, record, tmp_path):
    table = tmp_path / "info.tsv"
    table.write_text("sample\tsex\nEXAMPLE_1\tmale\n", encoding="utf-8")
    line = refused(3, "annotate", PATIENT, "-o", out, "--patient", record(RECORD), "--sample-info",
                   table)  # fmt: skip
    assert line.startswith("[PGX-IN-002]")
    assert not out.exists()


def test_a_refused_input_does_not_give_its_patient_to_another_sample(out, record, tmp_path):
    broken = tmp_path / "broken.vcf"
    broken.write_text("no vcf\n", encoding="utf-8")
    line = refused(3, "annotate", PATIENT, broken, "-o", out, "--patient", record(RECORD))
    assert "broken.vcf" in line
    assert not out.exists()


def test_two_runs_give_the_same_bytes(out, record, tmp_path):
    path = record(RECORD)
    for folder, seed in ((out, "1"), (tmp_path / "again", "2")):
        words = ("annotate", PATIENT, "-o", folder, "--patient", path)
        done = pgx_process(*words, PYTHONHASHSEED=seed)
        assert done.returncode == 0, done.stderr
    for path in out.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()


@pytest.fixture
def saved(out, record):
    done = pgx("annotate", PATIENT, "-o", out, "--patient", record(RECORD), "--quiet",
               "--drugs", "codeine,paroxetine,voriconazole")  # fmt: skip
    assert done.returncode == 0, done.stderr
    return out / "EXAMPLE_1.pgx.json"


def test_a_saved_result_is_read_again_with_its_patient(saved, out, tmp_path):
    again = tmp_path / "again"
    done = pgx("reinterpret", saved, "-o", again)
    assert done.returncode == 0, done.stderr
    for name in ("EXAMPLE_1.pgx.json", "adjusted_recommendations.tsv", "phenoconversion.tsv"):
        assert (again / name).read_bytes() == (out / name).read_bytes()
    assert rows(again / "changes.tsv") == []


def test_what_changed_for_the_patient_is_told(saved, tmp_path):
    tree = json.loads(saved.read_bytes())
    adjusted = [
        r
        for r in tree["recommendations"]
        if (r["drug"], r["basis"]) == ("codeine", "phenoconverted")
    ]
    assert adjusted
    adjusted[0]["action"] = ["use_as_directed"]
    fit = next(f for f in tree["context"]["fits"] if f["population"] == "adults")
    fit["applies"] = "no"
    saved.write_text(json.dumps(tree), encoding="utf-8")
    assert pgx("reinterpret", saved, "-o", tmp_path / "again").returncode == 0
    told = {(r["kind"], r["subject"]) for r in rows(tmp_path / "again" / "changes.tsv")}
    assert told == {("adjusted", "codeine"), ("population", fit["drug"])}


def test_a_saved_patient_that_cannot_be_is_refused(saved, tmp_path):
    tree = json.loads(saved.read_bytes())
    tree["context"]["patient"]["weight_kg"] = -1
    saved.write_text(json.dumps(tree), encoding="utf-8")
    line = refused(3, "reinterpret", saved, "-o", tmp_path / "again")
    assert line.startswith("[PGX-PAT-001]")
    assert not (tmp_path / "again").exists()
    good = tmp_path / "good.pgx.json"
    tree["context"]["patient"]["weight_kg"] = 70
    good.write_text(json.dumps(tree), encoding="utf-8")
    assert pgx("reinterpret", saved, good, "-o", tmp_path / "again").returncode == 3
    assert (tmp_path / "again" / "EXAMPLE_1.pgx.json").exists()
    assert "half" not in line


def test_the_report_of_a_saved_result_is_the_same(saved, out, tmp_path):
    path = tmp_path / "report.html"
    assert pgx("report", saved, "-o", path).returncode == 0
    assert path.read_bytes() == (out / "EXAMPLE_1.pgx.html").read_bytes()


def test_a_medicine_that_drugs_leaves_out_is_named_without_advice(out, record):
    words = ("annotate", PATIENT, "-o", out, "--drugs", "abacavir", "--patient", record(RECORD))
    done = pgx(*words)
    assert done.returncode == 0, done.stderr
    assert "codeine" in (out / "EXAMPLE_1.pgx.html").read_text(encoding="utf-8")
