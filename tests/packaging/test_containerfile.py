"""The Containerfile: its bases, what it copies, who runs it. `make image` runs its steps."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from pathlib import Path

import pytest

import pgx
from cases import one_test

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "Containerfile").read_text(encoding="utf-8")


def load(name: str):
    spec = importlib.util.spec_from_file_location(f"made_{name}", ROOT / "packaging" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


image = load("image")
STAGES = {stage.name: stage for stage in image.parse(TEXT)}
FILES = image.context((ROOT / ".dockerignore").read_text(encoding="utf-8"))


def steps(stage: str, word: str) -> list[str]:
    return [rest for name, rest in STAGES[stage].steps if name == word]


def test_stages_and_what_they_start_from():
    assert list(STAGES) == ["build", "runtime", "workflow", ""]
    assert [s.base for s in STAGES.values()] == [
        "python:3.12-slim", "python:3.12-slim", "runtime", "runtime",
    ]  # fmt: skip


def test_packages_are_locked_with_hashes_and_nothing_else_is_installed():
    pip = [run for run in steps("build", "RUN") if " pip " in run]
    assert len(pip) == 2
    assert all("--require-hashes -r requirements.lock" in p or "--no-deps" in p for p in pip)
    assert not [r for name in ("runtime", "workflow", "") for r in steps(name, "RUN") if "pip" in r]


def test_nobody_runs_it_as_root():
    for name in ("runtime", "workflow"):
        assert steps(name, "USER")[-1] == "10001"
    assert steps("", "USER") == []


def test_the_command_is_the_entry_point_but_not_for_workflows():
    assert json.loads(steps("", "ENTRYPOINT")[0]) == ["pgx"]
    assert not steps("workflow", "ENTRYPOINT")
    assert not steps("runtime", "ENTRYPOINT")


def test_labels_tell_version_and_licence():
    [labels] = steps("runtime", "LABEL")
    assert f'image.version="{pgx.__version__}"' in labels
    assert 'image.licenses="Apache-2.0"' in labels
    assert set(re.findall(r"pgx-therapy:(\d+\.\d+\.\d+)", TEXT)) == {pgx.__version__}


def test_pages_name_images_of_this_version():
    pages = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "docs").rglob("*.md"))
    assert set(re.findall(r"pgx-therapy[\w-]*:(\d+\.\d+\.\d+)", pages)) == {pgx.__version__}


def test_kernels_are_warm_and_for_every_user():
    run = " ".join(steps("runtime", "RUN"))
    assert "warm()" in run
    assert "chmod -R a+rX,go-w /opt/pgx/kernels" in run
    assert "PGX_KERNEL_CACHE=/opt/pgx/kernels" in steps("runtime", "ENV")[0]


@one_test
@pytest.mark.parametrize(
    ("name", "through"),
    [
        ("src/pgx/__init__.py", True),
        ("data/knowledgebase/manifest.json", True),
        ("data/releases/2024.05.1/manifest.json", False),
        ("tests/conftest.py", False),
        ("docs/index.md", False),
    ],
)
def test_only_what_is_needed_is_sent_to_the_build(name, through):
    assert (ROOT / name).exists()
    assert (name in FILES) is through


def test_later_patterns_decide():
    rules = ["*", "!src", "**/*.pyc"]
    assert image._is_let_through("src/pgx/a.py", rules)
    assert not image._is_let_through("src/pgx/a.pyc", rules)
    assert not image._is_let_through("other/a.py", rules)
