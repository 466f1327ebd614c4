"""What the sdist must hold, and that scripts which build releases are whole."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from cases import one_test

ROOT = Path(__file__).resolve().parents[2]
SDIST = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"][
    "build"
]["targets"]["sdist"]
SCRIPTS = [p for p in sorted((ROOT / ".ci").iterdir()) if p.is_file()]


@one_test
@pytest.mark.parametrize("name", SDIST["include"])
def test_what_the_sdist_names_exists(name):
    # a name without the slash would fit at any depth
    assert name.startswith("/")
    assert (ROOT / name[1:]).exists()


def test_the_sdist_holds_what_an_image_is_built_from():
    ignore = (ROOT / ".dockerignore").read_text(encoding="utf-8")
    for name in re.findall("^!(.+)$", ignore, re.MULTILINE):
        assert name == "pyproject.toml" or "/" + name.split("/")[0] in SDIST["include"], name


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda p: p.name)
def test_scripts_start_and_can_be_parsed(path):
    assert os.access(path, os.X_OK)
    assert "set -euo pipefail" in path.read_text(encoding="utf-8")
    subprocess.run(["bash", "-n", path], check=True)
