"""What the page on privacy says the program does is what it does: a check for each row."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cli.support import COHORT, EXAMPLES, PATIENT
from pgx.base.accel import cache_folder
from pgx.base.files import is_temporary
from pgx.reports.page_template import resource

PAGE = Path(__file__).parents[2] / "docs" / "implementation" / "privacy-and-security.md"
CHECKED = {
    "network": "test_nothing_is_written_or_asked_elsewhere",
    "what it reads": "test_nothing_is_written_or_asked_elsewhere",
    "what it writes": "test_nothing_is_written_or_asked_elsewhere",
    "temporary files": "test_temporary_files_are_private_and_go",
    "unfinished results": "test_unfinished_results_are_private_and_go",
    "names in messages": "tests/cli/test_canaries.py",
    "names in results": "test_what_results_hold",
    "genotypes in results": "test_what_results_hold",
    "patient file": "test_what_results_hold",
    "`--deidentify`": "tests/reports/test_deidentify.py",
    "reports": "test_the_script_stores_and_sends_nothing",
    "hostile input": "tests/cli/test_bounded.py",
    "cells in tables": "tests/reports/test_render_tsv.py",
    "kernel cache": "tests/base/test_accel.py",
}
EVERY_FORMAT = "html,json,fhir,fhir-full,pdf,pdf-patient,pdf-card,xlsx,matrix,multiqc"
WATCHED = """
import os, runpy, sys
seen = open(os.environ["SEEN"], "a")
def watch(event, arguments):
    if event.startswith("socket.") and event != "socket.__new__":
        seen.write(f"asked {event}\\n")
    if event == "os.mkdir":
        seen.write(f"made {arguments[1]:o} {os.path.abspath(arguments[0])}\\n")
    if event == "open" and isinstance(arguments[0], str):
        mode, flags = arguments[1] or "", arguments[2]
        if set("wax+") & set(mode) or flags & (os.O_WRONLY | os.O_RDWR):
            seen.write(f"wrote {os.path.abspath(arguments[0])}\\n")
        else:
            seen.write(f"read {os.path.abspath(arguments[0])}\\n")
    seen.flush()
sys.addaudithook(watch)
sys.argv = ["pgx", *sys.argv[1:]]
runpy.run_module("pgx.cli.main", run_name="__main__")
"""


def rows() -> dict[str, str]:
    text = PAGE.read_text(encoding="utf-8")
    part = text.partition("## What the program does")[2].partition("\n## ")[0]
    return dict(re.findall(r"^\| ([^|]+) \| (.+) \|$", part, re.MULTILINE))


def test_every_row_has_a_check():
    assert set(rows()) == set(CHECKED)
    own = set(globals())
    for name in CHECKED.values():
        assert name in own or (PAGE.parents[2] / name).is_file()


@pytest.fixture(scope="module")
def watched(tmp_path_factory) -> Path:
    """A run with every format, all side files, in folders of its own; what it did is written."""
    place = tmp_path_factory.mktemp("watched")
    for name in ("home", "temporary", "work"):
        (place / name).mkdir()
    words = (
        "annotate", PATIENT, "-o", place / "out", "--format", EVERY_FORMAT,
        "--patient", EXAMPLES / "patient.json", "--sample-info", EXAMPLES / "sample-info.tsv",
        "--outside-calls", EXAMPLES / "outside-calls.tsv",
    )  # fmt: skip
    own = {"HOME": "home", "TMPDIR": "temporary", "SEEN": "seen"}
    environment = {name: str(place / folder) for name, folder in own.items()}
    environment["PGX_KERNEL_CACHE"] = str(cache_folder() or "")
    subprocess.run(
        [sys.executable, "-B", "-c", WATCHED, *map(str, words)],
        cwd=place / "work",
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
        timeout=900,
    )
    return place


def test_nothing_is_written_or_asked_elsewhere(watched):
    for name in ("home", "temporary", "work"):
        assert not any((watched / name).iterdir())
    seen = [line.split(" ", 1) for line in (watched / "seen").read_text().splitlines()]
    kinds = {kind for kind, _ in seen}
    assert kinds == {"wrote", "read", "made"}, "nothing was asked of a network"
    cached = (str(cache_folder()),)
    allowed = (str(watched / "out"), str(watched / "temporary"), os.devnull, *cached)
    assert [p for kind, p in seen if kind == "wrote" and not p.startswith(allowed)] == []
    given = (str(PATIENT.parent), str(watched), *map(os.path.realpath, sys.path), sys.prefix)
    system = ("/dev/", "/etc/", "/lib", "/proc/", "/sys/", "/usr/", sys.base_prefix, *cached)
    read = {p for kind, p in seen if kind == "read" and not p.startswith((*given, *system))}
    assert {p for p in read if not p.startswith(str(PATIENT.parents[1]))} == set()


def test_a_network_that_is_asked_would_be_seen(tmp_path):
    code = WATCHED.replace('runpy.run_module("pgx.cli.main", run_name="__main__")', (
        'import socket\ntry: socket.create_connection(("127.0.0.1", 9))\nexcept OSError: pass'
    ))  # fmt: skip
    environment = {**os.environ, "SEEN": str(tmp_path / "seen")}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, timeout=900)
    assert "asked socket.connect" in (tmp_path / "seen").read_text()


def test_what_results_hold(watched):
    out = watched / "out"
    assert (out / "EXAMPLE_1.pgx.json").is_file()
    tree = json.loads((out / "EXAMPLE_1.pgx.json").read_text())
    page = (out / "EXAMPLE_1.pgx.html").read_text(encoding="utf-8")
    for text in (page, (out / "calls.tsv").read_text(encoding="utf-8"), json.dumps(tree)):
        assert "EXAMPLE_1" in text
    [call] = [call for call in tree["calls"] if call["gene"] == "CYP2C19"]
    assert len(call["sites"]) == call["n_positions"]
    for told in ("Acute coronary syndrome", "Paroxetine 20 mg tablet"):
        assert told in page
        assert told in json.dumps(tree)


def test_the_script_stores_and_sends_nothing():
    script = resource("report.js")
    for name in (
        "innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval", "Function(",
        "import(", "fetch", "XMLHttpRequest", "WebSocket", "EventSource", "sendBeacon", "Worker",
        "localStorage", "sessionStorage", "indexedDB", "cookie", "postMessage", "window.open",
        "createElement", "setAttribute", ".src", ".href", "location =", "location.assign", "://",
    ):  # fmt: skip
        assert name not in script, name


def test_the_page_forbids_every_load_connection_and_form(watched):
    page = (watched / "out" / "EXAMPLE_1.pgx.html").read_text(encoding="utf-8")
    assert page.count("<script") == 1
    assert resource("report.js") in page
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1].replace("&#39;", "'")
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == rules["form-action"] == rules["base-uri"] == "'none'"
    assert re.fullmatch(r"'sha256-[\w+/=]+'", rules["script-src"])
    assert set(rules) == {"default-src", "style-src", "script-src", "base-uri", "form-action"}
    assert '<meta name="robots" content="noindex,nofollow">' in page
    assert '<meta name="referrer" content="no-referrer">' in page


STOPPED = """
import os, pathlib, sys
os.umask(0)
def end(*_, **__):
    os._exit(9)
os.replace = os.rename = pathlib.Path.replace = pathlib.Path.rename = end
from pgx.cli.main import main
sys.argv = ["pgx", *sys.argv[1:]]
main()
"""


def stopped(tmp_path, *words: object) -> Path:
    """Start a run that ends, as by force, when it gives a first file its name."""
    out = tmp_path / "out"
    command = [sys.executable, "-c", STOPPED, *map(str, words), "-o", str(out)]
    done = subprocess.run(command, capture_output=True, timeout=900)
    assert done.returncode == 9, done.stderr
    return out


@pytest.mark.torture
@pytest.mark.parametrize(("command", "source"), [("annotate", PATIENT), ("cohort", COHORT)])
def test_unfinished_results_are_private_and_go(tmp_path, command, source):
    out = stopped(tmp_path, command, source)
    [hidden] = [path for path in out.iterdir() if path.name.startswith(".pgx-")]
    assert hidden.stat().st_mode & 0o077 == 0
    again = [sys.executable, "-m", "pgx.cli.main", command, str(source), "-o", str(out)]
    subprocess.run(again, check=True, capture_output=True, timeout=900)
    assert not [path for path in out.iterdir() if path.name.startswith(".")]


def test_temporary_files_are_private_and_go(watched):
    seen = (watched / "seen").read_text().splitlines()
    folders = [line.split(" ", 2)[1:] for line in seen if line.startswith("made ")]
    own = [(mode, path) for mode, path in folders if is_temporary(Path(path).name)]
    assert own, "a workbook is put together there"
    assert {mode for mode, _ in own} == {"700"}
    wrote = [line.split(" ", 1)[1] for line in seen if line.startswith("wrote ")]
    assert any(path.startswith(own[0][1]) for path in wrote)
    assert all(path.startswith(str(watched / "out")) for _, path in own)
    assert not any((watched / "temporary").iterdir())
    assert not any(path.name.startswith(".") for path in (watched / "out").iterdir())
