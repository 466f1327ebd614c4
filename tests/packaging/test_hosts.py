"""What is handed to package managers, engines and workflow systems names no host."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cases import one_test

ROOT = Path(__file__).resolve().parents[2]
HOST = re.compile(r"://|\b[\w-]+\.(?:io|org|com|net|dev)(?::\d+)?/")
FILES = [ROOT / "Containerfile", ROOT / ".dockerignore"]
FILES += [p for name in ("packaging", "workflows") for p in sorted((ROOT / name).rglob("*"))]


@one_test
@pytest.mark.parametrize(
    "path",
    [p for p in FILES if p.is_file() and p.suffix != ".pyc"],
    ids=lambda p: p.relative_to(ROOT).as_posix(),
)
def test_no_host_is_named(path):
    assert not HOST.findall(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("text", ["docker.io/library/python:3.12-slim", "https://x", "quay.io/a"])
def test_a_host_would_be_seen(text):
    assert HOST.search(text)
