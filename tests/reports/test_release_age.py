"""Reports name the release's month, and its age on their own day: the clock changes nothing."""

from __future__ import annotations

import json

import msgspec
import pytest

from cli.support import PATIENT, pgx
from pgx.base import texts as ages
from pgx.reports.content.document import build_document
from pgx.reports.content.release_facts import NO_FACTS
from pgx.reports.result_json import parse_result, render_json
from reports import factory

IN_JANUARY_2028 = "1830297600"


@pytest.fixture(autouse=True)
def no_epoch(monkeypatch):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)


def made(release="2026.12.1"):
    return factory.result(provenance=factory.provenance(knowledge_release=release))


def told(result, language="en", max_age=12):
    facts = msgspec.structs.replace(NO_FACTS, language=language, max_age=max_age)
    document = build_document(result, facts)
    return document.identity[1][1], (*document.alerts, *document.gaps)


def test_without_a_day_the_month_alone_is_told():
    release, gaps = told(made())
    assert "2026" in release
    assert "old" not in release
    assert not any("old" in gap for gap in gaps)
    assert told(made("mine"))[0] == "mine"


def test_the_age_is_counted_to_the_day_of_the_report(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", IN_JANUARY_2028)
    release, gaps = told(made())
    assert "13 months old" in release
    assert "13 months old" in gaps[0]
    assert "limit: 12 months" in gaps[0]
    release, gaps = told(made(), "de")
    assert "13 Monate alt" in release
    assert "13 Monate alt" in gaps[0]
    assert not any("13" in gap for gap in told(made(), max_age=13)[1])


def test_the_age_is_counted_to_the_day_of_the_patient_file(tmp_path):
    patient = tmp_path / "patient.json"
    patient.write_text(json.dumps({"schema_version": "1.0", "date": "2028-02-03"}))
    words = ("annotate", PATIENT, "--patient", patient, "--quiet", "--max-age", "13")
    assert pgx(*words, "-o", tmp_path / "out").returncode == 0
    [page] = (tmp_path / "out").glob("*.html")
    text = page.read_text(encoding="utf-8")
    assert "14 months old on the day of this report)" in text
    assert "limit: 13 months" in text


def test_the_clock_is_told_of_on_standard_error_alone(tmp_path, monkeypatch):
    words = ("annotate", PATIENT, "--format", "html,json", "-o")
    written = {}
    for day, is_old in (("2026-12-02", False), ("2028-01-02", True)):
        monkeypatch.setattr(ages, "today", lambda day=day: day)
        done = pgx(*words, tmp_path / day)
        assert ("13 months old, more than --max-age 12" in done.stderr) is is_old
        written[day] = {p.name: p.read_bytes() for p in (tmp_path / day).iterdir()}
    first, second = written.values()
    assert first == second
    [saved] = (tmp_path / "2028-01-02").glob("*.pgx.json")
    for quiet, is_told in ((["--quiet"], False), ([], True)):
        done = pgx("report", saved, "-o", tmp_path / "again.html", "--force", *quiet)
        assert ("months old" in done.stderr) is is_told
    done = pgx("report", saved, "-o", tmp_path / "again.html", "--force", "--max-age", "13")
    assert "months old" not in done.stderr


def test_json_has_the_month_and_older_results_get_it(tmp_path):
    assert pgx("annotate", PATIENT, "--quiet", "-o", tmp_path / "out").returncode == 0
    [saved] = (tmp_path / "out").glob("*.pgx.json")
    tree = json.loads(saved.read_bytes())
    assert tree["schema_version"] == "1.5"
    assert tree["provenance"]["knowledge_date"] == "2026-12"
    del tree["provenance"]["knowledge_date"]
    older = {**tree, "schema_version": "1.4"}
    result = parse_result(json.dumps(older).encode())
    assert result.provenance.knowledge_date == "2026-12"
    assert render_json(msgspec.structs.replace(result, schema_version="1.5")) == saved.read_bytes()


def test_info_counts_to_today(monkeypatch):
    monkeypatch.setattr(ages, "today", lambda: "2027-02-01")
    rows = [json.loads(line) for line in pgx("kb", "info", "--json-lines").stdout.splitlines()]
    values = {row["what"]: row["value"] for row in rows}
    assert values["date"] == "2026-12, 2 months old"
    assert all("old" in v for what, v in values.items() if what == "source cpic-2026-07")
    printed = pgx("kb", "info", "--guidelines", "--json-lines").stdout
    guidelines = {row["guideline"]: row for row in map(json.loads, printed.splitlines())}
    assert len(guidelines) == int(values["guidelines"])
    own = guidelines["PA166104933"]
    assert (own["authority"], own["checked"], own["age_months"]) == ("CPIC", "2026-07", "7")
    assert (own["pmid"], own["year"]) == ("41618934", "2026")
    assert all(bool(row["age_months"]) == bool(row["checked"]) for row in guidelines.values())
