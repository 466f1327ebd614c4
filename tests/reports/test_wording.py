"""Every code that the program uses has words in the report and a line in the docs."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from cases import one_test
from pgx.genotypes.matrix import Evidence, Unknown
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.messages.catalogue import ENGLISH
from pgx.records.advice import ACTIONS
from pgx.records.calls import CallStatus, Certainty
from pgx.reports.content.drug_ranking import BUCKETS

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "pgx"


def documented(heading: str) -> set[str]:
    text = (ROOT / "docs" / "reference" / "notes.md").read_text(encoding="utf-8")
    part = text.split(f"## {heading}\n")[1].split("\n## ")[0]
    return set(re.findall(r"^\| `(\w+)`", part, re.MULTILINE))


def test_every_reason_and_evidence_has_words_and_a_line_in_the_docs():
    reasons = {member.name.lower() for member in Unknown} - {"none"}
    evidence = {member.name.lower() for member in Evidence}
    assert set(ENGLISH["reason"]) == reasons == documented("Why a position is missing")
    assert set(ENGLISH["evidence"]) == evidence
    assert documented("Source of the genotype at a position") == evidence


def test_every_term_has_words():
    assert set(ENGLISH["action"]) == set(ACTIONS)
    assert set(ENGLISH["status"]) == {s.value for s in CallStatus}
    assert set(ENGLISH["certainty"]) == {c.value for c in Certainty}
    assert set(ENGLISH["bucket"]) == set(ENGLISH["bucket_hint"]) == set(BUCKETS)
    populations = {statement.population for statement in KnowledgeBase().statements}
    assert populations <= set(ENGLISH["phrases"]["population"])


def test_every_label_is_used_and_every_used_label_is_there():
    folder = SOURCE / "reports"
    code = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))
    page = (folder / "templates" / "report.html.j2").read_text(encoding="utf-8")
    in_page = set(re.findall(r"\bt\.(\w+)", page))
    in_code = {name for name in ENGLISH["label"] if re.search(rf"[\"']{name}[\"']", code)}
    in_code |= {f"mark_{certainty.value}" for certainty in Certainty}
    assert in_page | in_code == set(ENGLISH["label"])


@one_test
@pytest.mark.parametrize("name", sorted(ENGLISH["label"]))
def test_labels_are_plain_text(name):
    text = ENGLISH["label"][name]
    assert not set(text) & set("<>&")
    assert "{{" not in text
    assert all(field is None or field for _, field, _, _ in string.Formatter().parse(text))


def test_the_template_switches_no_escaping_off():
    text = (SOURCE / "reports" / "templates" / "report.html.j2").read_text(encoding="utf-8")
    assert not re.search(r"\|\s*safe|autoescape|\{% raw", text)
