"""What `make demo` runs: a report as page and PDF, and nothing on it that looks like a fault."""

from __future__ import annotations

import re
import shlex

from cli.support import ROOT, pgx

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def test_the_demo_gives_page_and_pdf_without_a_hint(tmp_path):
    recipe = re.search(r"^demo:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)[1]
    command = recipe.replace("\\\n", " ").splitlines()[0].strip().removeprefix("@$(BIN)/pgx ")
    words = shlex.split(command.replace("$(DEMO)", str(tmp_path / "out")))
    words = [str(ROOT / word) if word.startswith("examples/") else word for word in words]
    done = pgx(*words)
    assert done.returncode == 0
    assert [line for line in done.stderr.splitlines() if "sample(s)" not in line] == []
    found = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"EXAMPLE_1.pgx.html", "EXAMPLE_1.pgx.json", "EXAMPLE_1.pgx.pdf"} <= found
