"""``pgx kb``: lists as tables or JSON lines, verification, building."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from cli.support import KNOWLEDGE, ROOT, pgx
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


def test_show():
    found = {row["allele"]: row for row in rows("show", "CYP2C19")}
    assert found["*2"]["function"] == "No function"
    assert "94781859=A" in found["*2"]["definition"]


def test_tables_are_not_cut_in_a_pipe():
    text = pgx("kb", "show", "CYP2C19").stdout
    assert "…" not in text
    assert len(text.splitlines()) == len(KnowledgeBase().gene("CYP2C19").alleles) + 1


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
    done = pgx("kb", "build", source, "--release", release, "-o", tmp_path)
    assert done.returncode == 0, done.stderr
    for name in ["manifest.json", *KnowledgeBase().manifest.tables]:
        assert (tmp_path / name).read_bytes() == (KNOWLEDGE / name).read_bytes(), name
