"""Tables of a whole run and ``--deidentify``, as a user runs them."""

from __future__ import annotations

import io
import json
import stat

import openpyxl
import pytest

from cli.support import COHORT, PATIENT, pgx, refused
from pgx.reports.result_json import read_result
from reports.test_deidentify import parts
from reports.test_workbook import assert_inert

CANARY = "ZYXDOE"
WORDS = ("annotate", "--quiet", "--genes", "CYP2C19,CYP2D6", "-o")
RECORD = {
    "schema_version": "1.0",
    "date": "2026-01-31",
    "birth_date": "1931-07-23",
    "conditions": [{"name": CANARY}, {"name": CANARY, "code": "I21.4", "system": "ICD-10"}],
    "medicines": [
        {"name": "codeine 30 mg", "since": "2025-11-02", "dose": f"1 for {CANARY}"},
        {"name": CANARY},
    ],
    "reactions": [{"medicine": "codeine", "reaction": CANARY, "date": "2024-03-04"}],
    "outcomes": [{"question": CANARY, "answer": CANARY, "medicine": "codeine"}],
}


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


@pytest.fixture
def person(tmp_path):
    """An input whose sample and file bear a name, and a patient file that is full of it."""
    vcf = tmp_path / f"{CANARY}.g.vcf"
    text = PATIENT.read_text(encoding="utf-8")
    vcf.write_text(text.replace("\tEXAMPLE_1\n", f"\t{CANARY}/../=1\n"), encoding="utf-8")
    record = tmp_path / "patient.json"
    record.write_text(json.dumps(RECORD), encoding="utf-8")
    return (vcf, "--patient", record)


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_tables_of_a_run(out, tmp_path):
    formats = ("--format", "xlsx,matrix,multiqc")
    done = pgx(*WORDS, out, COHORT, *formats)
    assert done.returncode == 0, done.stderr
    names = {"calls.tsv", "recommendations.tsv", "results.xlsx", "matrix.tsv", "pgx_mqc.json"}
    assert set(content(out)) == names
    assert_inert(content(out)["results.xlsx"])
    assert len(content(out)["matrix.tsv"].splitlines()) == 4
    assert len(json.loads(content(out)["pgx_mqc.json"])["data"]) == 3
    assert pgx(*WORDS, tmp_path / "again", COHORT, *formats).returncode == 0
    assert content(tmp_path / "again") == content(out)


def test_an_old_workbook_goes_with_its_run(out):
    assert pgx(*WORDS, out, COHORT, "--format", "xlsx,matrix").returncode == 0
    line = refused(5, "annotate", COHORT, "-o", out)
    assert "results.xlsx" in line
    assert pgx(*WORDS, out, COHORT, "--format", "tsv", "--force").returncode == 0
    assert set(content(out)) == {"calls.tsv", "recommendations.tsv"}


@pytest.mark.parametrize("ending", [".xlsx", ".tsv", "_mqc.json"])
def test_a_saved_result_as_a_table(out, tmp_path, ending):
    assert pgx(*WORDS, out, PATIENT, "--format", "json,xlsx,matrix,multiqc").returncode == 0
    saved, again = out / "EXAMPLE_1.pgx.json", tmp_path / f"S1{ending}"
    assert pgx("report", saved, "-o", again).returncode == 0
    [same] = [p for p in out.glob(f"*{ending}") if p.name in ("results.xlsx", "matrix.tsv",
                                                              "pgx_mqc.json")]  # fmt: skip
    assert again.read_bytes() == same.read_bytes()


def test_nothing_names_the_person(out, person):
    done = pgx(*WORDS, out, *person, "--deidentify", "--format", "html,json,xlsx,matrix,multiqc")
    assert done.returncode == 0, done.stderr
    assert CANARY not in done.stderr
    written = content(out)
    assert {"P001.pgx.json", "P001.pgx.html", "results.xlsx", "matrix.tsv"} <= set(written)
    for name, data in written.items():
        assert CANARY not in name
        assert CANARY.encode() not in parts(data).upper(), name
        assert b"1931-" not in parts(data), name
        assert b"2026-01" not in parts(data), name
    assert "90+ years" in written["P001.pgx.html"].decode()
    result = read_result(out / "P001.pgx.json")
    assert [c.code for c in result.context.patient.conditions] == ["I21.4"]


def test_a_deidentified_result_is_read_again(out, person, tmp_path):
    assert pgx(*WORDS, out, *person, "--deidentify", "--format", "json").returncode == 0
    saved = out / "P001.pgx.json"
    done = pgx("reinterpret", saved, "-o", tmp_path / "new", "--format", "json,html")
    assert done.returncode == 0, done.stderr
    before, after = read_result(saved), read_result(tmp_path / "new" / "P001.pgx.json")
    assert after.calls == before.calls
    assert after.recommendations == before.recommendations
    assert after.context.conversions == before.context.conversions
    assert pgx("explain", saved, "--gene", "CYP2C19").returncode == 0


def test_a_saved_result_is_deidentified_too(out, person, tmp_path):
    assert pgx(*WORDS, out, *person, "--format", "json").returncode == 0
    [saved] = out.glob("*.json")
    for ending in (".html", ".json", ".xlsx", ".tsv", "_mqc.json"):
        file = tmp_path / f"person{ending}"
        done = pgx("report", saved, "-o", file, "--deidentify")
        assert done.returncode == 0, done.stderr
        assert CANARY.encode() not in parts(file.read_bytes()).upper()


def test_a_key_gives_the_same_pseudonyms_in_every_run(out, tmp_path):
    key, table = tmp_path / "key", tmp_path / "table.tsv"
    key.write_bytes(bytes(range(32)))
    words = ("--deidentify", "--pseudonym-key", key, "--format", "json")
    assert pgx(*WORDS, out, COHORT, *words, "--pseudonym-table", table).returncode == 0
    header, *lines = table.read_text(encoding="utf-8").splitlines()
    assert header == "pseudonym\tsample"
    pairs = dict(line.split("\t")[::-1] for line in lines)
    assert {f"{name}.pgx.json" for name in pairs.values()} <= set(content(out))
    assert stat.S_IMODE(table.stat().st_mode) == 0o600
    one = tmp_path / "one"
    assert pgx(*WORDS, one, COHORT, *words, "--samples", "EXAMPLE_2").returncode == 0
    [written] = one.glob("*.pgx.json")
    assert written.name == f"{pairs['EXAMPLE_2']}.pgx.json"


def test_a_table_of_pseudonyms_stands_apart(out, tmp_path):
    words = ("annotate", COHORT, "-o", out)
    there = tmp_path / "there.tsv"
    there.write_text("mine", encoding="utf-8")
    assert "--deidentify" in refused(2, *words, "--pseudonym-table", there)
    line = refused(2, *words, "--deidentify", "--pseudonym-table", out / "key.tsv")
    assert "another folder" in line
    assert "--force" in refused(5, *words, "--deidentify", "--pseudonym-table", there)
    assert there.read_text(encoding="utf-8") == "mine"
    assert not out.exists()


def test_the_workbook_of_a_hostile_name_is_read(out, person):
    vcf, *_ = person
    assert pgx(*WORDS, out, vcf, "--format", "xlsx").returncode == 0
    data = content(out)["results.xlsx"]
    assert_inert(data)
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book["summary"]["A2"].value == f"{CANARY}/../=1"
    assert [path.name for path in out.parent.iterdir() if path.suffix == ".xlsx"] == []
