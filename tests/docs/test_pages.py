"""Pages keep what they promise: their blocks run, their links lead somewhere.

Run are blocks marked ``python`` (as doctests where they hold ``>>>``), ``console`` (lines after
``$ pgx`` are what is printed, ``...`` for anything) and ``bash`` (lines that start with pgx).
Blocks of one page run in order, in a folder of their own that holds ``examples/`` and ``data/``.
"""

from __future__ import annotations

import doctest
import importlib
import os
import pkgutil
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer

import pgx
from cases import EXHAUSTIVE, one_test
from pgx.cli import kb, partition
from pgx.cli.annotate import annotate
from pgx.cli.check import check
from pgx.cli.cohort import cohort
from pgx.cli.doctor import doctor
from pgx.cli.explain import explain
from pgx.cli.options import single
from pgx.cli.report import report
from pgx.cli.simulate import simulate
from pgx_dosing.commands import model
from pgx_dosing.commands.dose import dose

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
RUN = re.compile(r"(PGX_KNOWLEDGE_BASE=\S+ )?pgx ")
READ = {"python", "console", "bash"}
# of the pages whose blocks run, those that `make test` runs: the first steps, and one of each kind
FIRST = {
    "README.md", "docs/tutorial.md", "docs/how-to/cohort.md", "docs/how-to/fhir.md",
    "docs/how-to/outside-calls.md", "docs/explanation/calling.md", "docs/data-model.md",
}  # fmt: skip

by_page = pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())


def blocks(page: Path) -> list[tuple[str, str]]:
    return [b for b in BLOCK.findall(page.read_text(encoding="utf-8")) if b[0] in READ]


def runnable(page: Path) -> bool:
    return any(
        kind != "bash" or any(map(RUN.match, text.splitlines())) for kind, text in blocks(page)
    )


def run_command(command: str) -> str:
    words = shlex.split(command, comments=True)
    given = dict(word.split("=", 1) for word in words[: words.index("pgx")])
    done = subprocess.run(
        [sys.executable, "-m", "pgx.cli.main", *words[words.index("pgx") + 1 :]],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=900,
        env={**os.environ, **given},
    )  # fmt: skip
    assert done.returncode == 0, f"{command}: {done.stdout}"
    return done.stdout


def run_bash(text: str) -> None:
    for line in text.replace("\\\n", " ").splitlines():
        if RUN.match(line):
            run_command(line)


def run_console(text: str) -> None:
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, expected = part.partition("\n")
        printed = run_command(command)
        if expected:
            assert doctest.OutputChecker().check_output(expected, printed, OPTIONS), printed


def run_python(text: str, names: dict[str, object], page: Path) -> None:
    if ">>>" not in text:
        exec(compile(text, str(page), "exec"), names)
        return
    test = doctest.DocTestParser().get_doctest(text, names, page.name, str(page), 0)
    runner = doctest.DocTestRunner(optionflags=OPTIONS)
    printed: list[str] = []
    runner.run(test, out=printed.append, clear_globs=False)
    names.update(test.globs)
    assert not runner.failures, "".join(printed)


@pytest.mark.parametrize(
    "page",
    [
        page if page.relative_to(ROOT).as_posix() in FIRST else pytest.param(page, marks=EXHAUSTIVE)
        for page in PAGES
        if runnable(page)
    ],
    ids=lambda p: p.relative_to(ROOT).as_posix(),
)
def test_blocks_run(page, tmp_path, monkeypatch):
    for name in ("examples", "data"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "page"}
    for kind, text in blocks(page):
        if kind == "python":
            run_python(text, names, page)
        else:
            {"console": run_console, "bash": run_bash}[kind](text)


@one_test
@by_page
def test_links_lead_somewhere(page):
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" not in target and not target.startswith("#"):
            assert (page.parent / target.partition("#")[0]).exists(), target


def test_every_page_is_in_the_index():
    index = ROOT / "docs" / "index.md"
    text = index.read_text(encoding="utf-8")
    for page in index.parent.rglob("*.md"):
        if page != index:
            assert f"({page.relative_to(index.parent).as_posix()})" in text, page.name


def options_of(app: typer.Typer) -> dict[str, list[str]]:
    """Return the long options of each command of an app."""
    command = typer.main.get_command(app)
    commands = getattr(command, "commands", {command.name: command})
    return {
        name: [o for p in c.params for o in p.opts if o.startswith("--")]
        for name, c in commands.items()
    }


@one_test
@pytest.mark.parametrize(
    ("section", "app"),
    [
        ("annotate", single(annotate, "annotate")),
        ("check", single(check, "check")),
        ("cohort", single(cohort, "cohort")),
        ("dose", single(dose, "dose")),
        ("explain", single(explain, "explain")),
        ("report", single(report, "report")),
        ("doctor", single(doctor, "doctor")),
        ("kb", kb.app),
        ("model", model.app),
        ("partition", partition.app),
        ("simulate", single(simulate, "simulate")),
    ],
)
def test_every_option_is_documented(section, app):
    pages = [ROOT / "docs/reference/commands.md", ROOT / "docs/how-to/simulate.md"]
    text = "".join(page.read_text(encoding="utf-8") for page in pages)
    for name, options in options_of(app).items():
        assert name == section or f"pgx {section} {name}" in text
        for option in options:
            assert f"`{option}" in text, f"{name} {option}"


def modules() -> list[str]:
    found = pkgutil.walk_packages(pgx.__path__, "pgx.")
    return sorted(m.name for m in found)


@one_test
@pytest.mark.parametrize("name", modules())
def test_examples_in_docstrings_hold(name):
    module = importlib.import_module(name)
    assert not doctest.testmod(module, optionflags=OPTIONS).failed


def test_changelog_knows_this_version():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "## [Unreleased]" in text or f"## [{pgx.__version__}]" in text
