"""The first run on a machine: nothing is compiled yet, no folder of the user exists."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from cli.support import PATIENT
from pgx.base.accel import CACHE_VARIABLE, cache_folder

WORDS = ("annotate", PATIENT, "--genes", "CYP2C19", "--format", "json,tsv,html")


def made(out, **environment):
    """Return what a new process said, and the files it wrote, by name."""
    done = subprocess.run(
        [sys.executable, "-m", "pgx.cli.main", *map(str, WORDS), "-o", str(out)],
        env={k: v for k, v in (os.environ | environment).items() if v is not None},
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr, {path.name: path.read_bytes() for path in out.iterdir()}


@pytest.fixture
def new_user(tmp_path):
    """Return the variables of a user whose home does not exist yet."""
    home = str(tmp_path / "home")
    return {"HOME": home, "XDG_CACHE_HOME": None, "XDG_DATA_HOME": None, "XDG_CONFIG_HOME": None}


def test_a_user_without_a_home_gets_the_same_results(new_user, tmp_path):
    kernels = str(cache_folder() or "")
    _, usual = made(tmp_path / "usual")
    _, found = made(tmp_path / "first", **new_user, **{CACHE_VARIABLE: kernels})
    assert found == usual


@pytest.mark.exhaustive
def test_what_the_first_run_compiles_the_second_reads(new_user, tmp_path):
    place = tmp_path / "home" / ".cache" / "pgx" / "kernels"
    _, usual = made(tmp_path / "usual")
    _, first = made(tmp_path / "first", **new_user, **{CACHE_VARIABLE: None})
    kept = {path.name: path.stat().st_mtime_ns for path in place.iterdir()}
    assert kept
    assert place.stat().st_mode & 0o077 == 0
    _, second = made(tmp_path / "second", **new_user, **{CACHE_VARIABLE: None})
    assert {path.name: path.stat().st_mtime_ns for path in place.iterdir()} == kept
    assert first == second == usual


@pytest.mark.exhaustive
def test_where_nothing_can_be_kept_it_is_said_and_results_are_the_same(new_user, tmp_path):
    """A file stands where the folder of the user would be made: also root cannot write below it."""
    (tmp_path / "home").touch()
    _, usual = made(tmp_path / "usual")
    said, found = made(tmp_path / "first", **new_user, **{CACHE_VARIABLE: None})
    assert CACHE_VARIABLE in said
    assert found == usual
