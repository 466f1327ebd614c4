"""``pgx kb``: lists as tables or JSON lines, verification, building."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from cli.support import KNOWLEDGE, PATIENT, ROOT, pgx
from pgx import KnowledgeBase
from pgx.knowledge.build import COUNTED

DATA = Path(os.environ.get("PGX_VALIDATION_DATA", ROOT.parent / "shared"))


def rows(*words) -> list[dict[str, str]]:
    done = pgx("kb", *words, "--json-lines")
    assert done.returncode == 0
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_info_gives_the_whole_digest():
    digest = KnowledgeBase().manifest.digest
    assert {"what": "digest", "value": digest} in rows("info")
    assert digest in pgx("kb", "info").stdout


def test_genes():
    kb = KnowledgeBase()
    found = {row["gene"]: row for row in rows("genes")}
    assert list(found) == list(kb.genes)
    assert all(int(found[g]["positions"]) == len(kb.genes[g].variants) for g in found)


def test_drugs():
    found = {row["drug"]: row["status"] for row in rows("drugs")}
    assert found["clopidogrel"] == "covered"
    assert set(found.values()) == {"covered", "pending"}


def test_drugs_are_as_many_as_the_sources_have():
    found = rows("drugs")
    names = {row["drug"] for row in found}
    by_source = Counter(row["source"] for row in found)
    assert len(names) >= 193
    assert len({(row["drug"], row["source"]) for row in found}) == len(found)
    least = {"CPIC": 88, "DPWG": 56, "FDA_LABEL": 110, "FDA_TABLE": 111}
    assert {source: min(by_source[source], n) for source, n in least.items()} == least


def test_changes():
    found = rows("changes")
    assert {row["state"] for row in found} == {"applied", "pending"}
    [thiopurines] = [
        row for row in found if "thiopurines" in row["what"] and row["authority"] == "CPIC"
    ]
    assert (thiopurines["date"], thiopurines["state"]) == ("2026-02-03", "applied")
    counts = {row["what"]: row["value"] for row in rows("info")}
    for state, n in Counter(row["state"] for row in found).items():
        assert counts[f"changes {state}"] == str(n)


def test_show():
    found = {row["allele"]: row for row in rows("show", "CYP2C19")}
    assert found["*2"]["function"] == "No function"
    assert "94781859=A" in found["*2"]["definition"]


def test_drugs_have_codes_and_other_names():
    found = {row["drug"]: row for row in rows("drugs")}
    clopidogrel = found["clopidogrel"]
    assert clopidogrel["rxnorm"] == "32968"
    assert clopidogrel["atc"] == "B01AC04"
    assert "Plavix" in clopidogrel["brands"].split(";")
    assert "codeine" not in found["codeine"]["synonyms"].split(";")
    assert any(row["ingredients"] for row in found.values())


@pytest.mark.parametrize("word", ["clopidogrel", "PLAVIX", "32968", "B01AC04"])
def test_show_a_drug_by_name_brand_or_code(word):
    found = rows("show", word)
    assert {row["drug"] for row in found} == {"clopidogrel"}
    poor = [r for r in found if "Poor" in r["lookup"] and r["source"] == "CPIC"]
    assert any(r["action"].startswith("avoid") and "prasugrel=613391|B01AC22" in r["codes"]
               for r in poor)  # fmt: skip
    assert all(r["read_from"] and r["text"] and r["id"] for r in found)
    assert "prasugrel=" not in pgx("kb", "show", word).stdout


def test_show_of_what_nobody_knows():
    done = pgx("kb", "show", "CYP2C91")
    assert done.returncode == 2
    assert done.stderr.startswith("[PGX-USE-002] no gene and no drug 'CYP2C91'")
    assert not done.stdout


@pytest.mark.parametrize(
    "words",
    [
        ("genes",), ("drugs",), ("info",), ("info", "--guidelines"), ("changes",),
        ("show", "CYP2C19"), ("show", "CFTR"), ("show", "HLA-B"), ("show", "clopidogrel"),
        ("show", "acetaminophen / caffeine / dihydrocodeine"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("columns", [80, 100, 132])
def test_pages_fit_a_terminal_and_are_not_cut(words, columns):
    text = pgx("kb", *words, COLUMNS=str(columns)).stdout
    assert max(map(len, text.splitlines())) <= columns
    assert "…" not in text


def words_of(text):
    return re.findall(r"[\w.>*+-]+", text)


@pytest.mark.parametrize("name", ["CYP2C19", "clopidogrel", "siponimod"])
def test_a_page_has_every_fact_of_the_rows(name):
    page = set(words_of(pgx("kb", "show", name, COLUMNS="80").stdout))
    for row in rows("show", name):
        facts = {k: v for k, v in row.items() if k not in ("codes", "pmids", "read_from", "id")}
        shown = set(words_of(" ".join(facts.values())))
        assert not {w for w in shown if w.strip("=|")} - page - {"general"}, row


def test_the_list_of_drugs_has_every_name_and_code():
    page = set(words_of(pgx("kb", "drugs", COLUMNS="132").stdout))
    said = (v for row in rows("drugs") for k, v in row.items() if k != "status")
    assert not set(words_of(" ".join(said))) - page


@pytest.mark.parametrize(
    ("word", "substance"), [("Tylenol", "acetaminophen"), ("paracetamol", "acetaminophen")]
)
def test_a_substance_without_guideline_is_named_as_such(word, substance):
    for words in (("kb", "show", word), ("annotate", PATIENT, "-o", "none", "--drugs", word)):
        done = pgx(*words)
        assert done.returncode == 2
        assert f"no guidance on {word} ({substance}); the release knows" in done.stderr
        assert "did you mean" not in done.stderr


def test_verify():
    done = pgx("kb", "verify")
    assert done.returncode == 0
    assert "whole" in done.stderr
    assert not done.stdout


@pytest.mark.validation
def test_build_gives_the_release_again(tmp_path):
    source = DATA / "reference"
    if not source.is_dir():
        pytest.skip("the validation data folder is absent")
    for name in ("curated", "readings"):
        shutil.copytree(KNOWLEDGE / name, tmp_path / name)
    for name in COUNTED:  # not made from source files: a build takes them over
        shutil.copy(KNOWLEDGE / f"{name}.tsv", tmp_path)
    release = KnowledgeBase().release
    done = pgx(
        "kb", "build", "--from", source, source / "2026-07", "--release", release, "-o", tmp_path
    )
    assert done.returncode == 0, done.stderr
    for name in ["manifest.json", *KnowledgeBase().manifest.tables]:
        assert (tmp_path / name).read_bytes() == (KNOWLEDGE / name).read_bytes(), name
