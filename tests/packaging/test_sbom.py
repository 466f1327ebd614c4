"""The bill of materials: every package of the lock file, nothing of the place where it was made."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import pgx
from pgx.knowledge.snapshot import KnowledgeBase

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements.lock"
PIN = re.compile(r"^([\w.-]+)==([\w.]+)(?: ; (.+?))? \\$", re.MULTILINE)

pytestmark = pytest.mark.exhaustive


@pytest.fixture(scope="module")
def text(tmp_path_factory) -> str:
    path = tmp_path_factory.mktemp("bill") / "bill.json"
    environment = {k: v for k, v in os.environ.items() if k != "SOURCE_DATE_EPOCH"}
    command = [sys.executable, ROOT / "packaging/sbom.py", LOCK, "-o", path]
    subprocess.run(command, check=True, env=environment, timeout=900)
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def bill(text):
    return json.loads(text)


def test_every_locked_package_is_named(bill):
    locked = {(name, version) for name, version, _ in PIN.findall(LOCK.read_text(encoding="utf-8"))}
    named = {(c["name"], c["version"]) for c in bill["components"] if c["type"] == "library"}
    assert named == locked
    assert len(locked) > 15


def test_digests_and_markers_are_those_of_the_lock(bill):
    lock = LOCK.read_text(encoding="utf-8")
    markers = {(name, version): marker for name, version, marker in PIN.findall(lock)}
    hashes = set(re.findall("--hash=sha256:([0-9a-f]{64})", lock))
    found = set()
    for part in bill["components"]:
        if part["type"] != "library":
            continue
        [reference] = part["externalReferences"]
        found |= {h["content"] for h in reference["hashes"]}
        told = [p["value"] for p in part.get("properties", ())]
        assert told == [m for m in [markers[part["name"], part["version"]]] if m]
    assert found == hashes


def test_the_root_is_this_version_and_asks_for_what_the_project_asks_for(bill):
    root = bill["metadata"]["component"]
    assert (root["name"], root["version"]) == ("pgx-therapy", pgx.__version__)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = {re.split("[<>=]", line)[0] for line in project["dependencies"]}
    [edge] = bill["dependencies"]
    named = {c["bom-ref"]: c["name"] for c in bill["components"]}
    assert {named[ref] for ref in edge["dependsOn"]} == asked | {"pgx-knowledge-base"}


def test_the_knowledge_base_is_a_part(bill):
    [data] = [c for c in bill["components"] if c["type"] == "data"]
    kb = KnowledgeBase()
    assert data["version"] == kb.release
    assert data["properties"] == [{"name": "pgx:digest", "value": kb.manifest.digest}]


def test_nothing_of_the_place_and_time_is_told(text, bill):
    assert "timestamp" not in bill["metadata"]
    assert "serialNumber" not in bill
    assert re.findall('https?://[^"]*', text) == ["http://cyclonedx.org/schema/bom-1.6.schema.json"]
    assert str(ROOT) not in text
