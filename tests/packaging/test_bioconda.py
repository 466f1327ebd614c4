"""The conda recipe asks for what pyproject.toml asks for, and its test commands work."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import jinja2
import pytest
import yaml

import pgx

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
# where conda calls a package otherwise
CONDA = {"isal": "python-isal"}


@pytest.fixture(scope="module")
def recipe():
    text = (ROOT / "packaging/bioconda/meta.yaml").read_text(encoding="utf-8")
    pin = lambda name, max_pin: f"{name} {max_pin}"  # noqa: E731
    return yaml.safe_load(jinja2.Template(text).render(PYTHON="python", pin_subpackage=pin))


def bounds(requirement: str) -> tuple[str, str]:
    name, bound = re.fullmatch(r"([\w.-]+) *(.*)", requirement).groups()
    return CONDA.get(name, name), bound


def test_it_is_this_version_of_this_package(recipe):
    name = PROJECT["project"]["name"]
    assert recipe["package"] == {"name": name, "version": pgx.__version__}
    assert recipe["about"]["license"] == PROJECT["project"]["license"]
    assert recipe["about"]["license_file"] == PROJECT["project"]["license-files"]
    assert recipe["build"]["noarch"] == "python"
    assert (ROOT / "packaging/bioconda" / recipe["source"]["path"] / "pyproject.toml").exists()


def test_it_asks_for_what_the_project_asks_for(recipe):
    wanted = {bounds(line) for line in PROJECT["project"]["dependencies"]}
    wanted.add(("python", PROJECT["project"]["requires-python"]))
    assert {bounds(line) for line in recipe["requirements"]["run"]} == wanted


def test_it_builds_with_what_the_project_builds_with(recipe):
    wanted = {bounds(line) for line in PROJECT["build-system"]["requires"]}
    wanted |= {("python", PROJECT["project"]["requires-python"]), ("pip", "")}
    assert {bounds(line) for line in recipe["requirements"]["host"]} == wanted


def test_the_entry_point_is_the_projects(recipe):
    scripts = PROJECT["project"]["scripts"]
    assert recipe["build"]["entry_points"] == [f"{k} = {v}" for k, v in scripts.items()]


def test_its_test_commands_work(recipe, tmp_path):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for command in recipe["test"]["commands"]:
        subprocess.run(
            ["bash", "-euc", command],
            cwd=tmp_path,
            env={**os.environ, "PATH": path},
            check=True,
            stdout=subprocess.DEVNULL,
            timeout=900,
        )
    assert all(__import__(name) for name in recipe["test"]["imports"])
