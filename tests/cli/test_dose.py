"""Doses from the commands: in the report of a saved result, and in a log without names."""

from __future__ import annotations

import json

import pytest

from cli.support import EXAMPLES, PATIENT, pgx, refused

WARFARIN = EXAMPLES / "patient-warfarin.json"


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dose") / "out"
    done = pgx("annotate", PATIENT, "-o", folder, "--patient", WARFARIN, "--quiet")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def saved(results):
    return results / "EXAMPLE_1.pgx.json"


def test_a_patient_given_to_report_gives_what_annotate_gives(results, saved, tmp_path):
    other = tmp_path / "other"
    assert (
        pgx("annotate", PATIENT, "-o", other, "--patient", EXAMPLES / "patient.json").returncode
        == 0
    )
    for name in ("EXAMPLE_1.pgx.json", "EXAMPLE_1.pgx.html"):
        again = tmp_path / name
        done = pgx("report", other / "EXAMPLE_1.pgx.json", "--patient", WARFARIN, "-o", again)
        assert done.returncode == 0, done.stderr
        assert again.read_bytes() == (results / name).read_bytes()
    assert 'id="doses"' in (tmp_path / "EXAMPLE_1.pgx.html").read_text(encoding="utf-8")


def test_a_patient_for_another_sample_is_refused(saved, tmp_path):
    patient = tmp_path / "patient.json"
    patient.write_text('{"schema_version": "1.0", "sample": "OTHER"}', encoding="utf-8")
    refused(3, "report", saved, "--patient", patient, "-o", tmp_path / "a.html")
    assert not (tmp_path / "a.html").exists()


def test_a_patient_for_a_result_of_another_release_is_refused(saved, tmp_path):
    held = json.loads(saved.read_text(encoding="utf-8"))
    held["provenance"]["knowledge_digest"] = "0" * 64
    old = tmp_path / "old.pgx.json"
    old.write_text(json.dumps(held), encoding="utf-8")
    line = refused(2, "report", old, "--patient", WARFARIN, "-o", tmp_path / "a.html")
    assert "pgx reinterpret" in line


def test_the_log_has_nothing_of_the_person(saved, tmp_path):
    log = tmp_path / "log.jsonl"
    done = pgx("dose", "warfarin", "--result", saved, "--patient", WARFARIN, "--log", log)
    assert done.returncode == 0, done.stderr
    [line] = map(json.loads, log.read_text(encoding="utf-8").splitlines())
    assert line["key"] in done.stderr
    assert line["date"] == "2026-11-01"
    assert line["inputs"]["cyp2c9"] == "*1/*3"
    assert line["lower"] < line["prediction"] < line["upper"]
    assert "EXAMPLE" not in log.read_text(encoding="utf-8")
    assert "1959" not in log.read_text(encoding="utf-8")


def test_what_no_equation_answers_is_not_logged(saved, tmp_path):
    log = tmp_path / "log.jsonl"
    refused(2, "dose", "siponimod", "--result", saved, "--log", log)
    assert not log.exists()
