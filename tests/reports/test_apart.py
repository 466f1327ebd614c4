"""The table of pseudonyms is of its results, or absent, whatever ends a run."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import stat

import pytest

from cli.support import COHORT, pgx
from pgx.errors import OutputError
from pgx.reports.files import result_set
from pgx.reports.files.output_folder import results_in
from pgx.reports.files.result_set import RUN_FOLDER, Apart, settle


class Killed(BaseException):
    """Stands for SIGKILL: nothing is tidied up after it."""


def steps(monkeypatch, n):
    """Let the n-th step that changes something on the disk be the last one."""
    count = 0

    def counted(real):
        def step(*words, **more):
            nonlocal count
            count += 1
            if count > n:
                raise Killed
            return real(*words, **more)

        return step

    for name in ("rename", "replace", "unlink"):
        monkeypatch.setattr(result_set.Path, name, counted(getattr(result_set.Path, name)))
    monkeypatch.setattr(shutil, "rmtree", counted(shutil.rmtree))
    monkeypatch.setattr(result_set, "_write", counted(result_set._write))


def make(folder, table, text):
    with result_set.result_set(folder, results_in) as made:
        path = made.place / f"{text}.pgx.json"
        path.write_text(text)
        made.keep_apart(Apart(table, text.encode()))
        made.publish([path])


def state(folder, table):
    """Return the results, and the table if there is one."""
    results = {path.read_text() for path in folder.iterdir() if path.is_file()}
    return results, table.read_text() if table.exists() else None


@pytest.fixture
def places(tmp_path):
    folder, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    table = elsewhere / "who.tsv"
    make(folder, table, "old")
    assert state(folder, table) == ({"old"}, "old")
    assert stat.S_IMODE(table.stat().st_mode) == 0o600
    return folder, table


@pytest.mark.parametrize("n", range(16))
def test_killed_at_any_step(places, monkeypatch, n):
    folder, table = places
    with monkeypatch.context() as patch:
        steps(patch, n)
        with contextlib.suppress(Killed):
            make(folder, table, "new")
    results, names = state(folder, table)
    assert names is None or results == {names}
    settle(folder, results_in)
    assert state(folder, table) in (({"old"}, "old"), ({"new"}, "new"))
    assert [path.name for path in table.parent.iterdir()] == [table.name]
    assert not (folder / RUN_FOLDER).exists()


def test_all_steps_are_tried(places, monkeypatch):
    folder, table = places
    steps(monkeypatch, 16)
    make(folder, table, "new")
    assert state(folder, table) == ({"new"}, "new")


def broken_off(folder, table):
    with result_set.result_set(folder, results_in) as made:
        made.keep_apart(Apart(table, b"new"))
        raise ZeroDivisionError


def test_an_error_leaves_the_old_table(places):
    folder, table = places
    with pytest.raises(ZeroDivisionError):
        broken_off(folder, table)
    assert state(folder, table) == ({"old"}, "old")
    assert [path.name for path in table.parent.iterdir()] == [table.name]


def test_a_table_without_a_place_ends_the_run_before_anything_is_replaced(places):
    folder, table = places
    with pytest.raises(OutputError, match="table of pseudonyms cannot be written"):
        make(folder, table.parent / "absent" / "who.tsv", "new")
    assert state(folder, table) == ({"old"}, "old")


def stopped_when_complete(folder, table, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(result_set, "_place", lambda *_: (_ for _ in ()).throw(Killed()))
        with contextlib.suppress(Killed):
            make(folder, table, "new")


def test_a_complete_set_waits_for_the_folder_of_its_table(places, monkeypatch):
    folder, table = places
    stopped_when_complete(folder, table, monkeypatch)
    away = table.parent.with_name("away")
    table.parent.rename(away)
    with pytest.raises(OutputError, match="is not there"):
        settle(folder, results_in)
    assert state(folder, table) == ({"old"}, None)
    away.rename(table.parent)
    settle(folder, results_in)
    assert state(folder, table) == ({"new"}, "new")


def path_of(table):
    return base64.b64encode(os.fsencode(table)).decode()  # as the list holds it


def test_a_planted_list_changes_no_file(places):
    folder, table = places
    whole = folder / RUN_FOLDER / "whole"
    whole.mkdir(parents=True, mode=0o700)
    (folder / RUN_FOLDER).chmod(0o700)
    (whole / "names.json").write_text("[]")
    planted = {"path": path_of(table), "token": "0" * 16, "sha256": "0" * 64}
    (whole / "apart.json").write_text(json.dumps(planted))
    with pytest.raises(OutputError, match="is not there"):
        settle(folder, results_in)
    planted["token"] = "/../../../x"
    (whole / "apart.json").write_text(json.dumps(planted))
    settle(folder, results_in)
    assert table.read_text() == "old"


def test_the_commands_publish_it_with_the_set(tmp_path, monkeypatch):
    out, table = tmp_path / "out", tmp_path / "who.tsv"
    words = (COHORT, "-o", out, "--genes", "CYP2C19", "--deidentify", "--pseudonym-table", table)
    for command in ("annotate", "cohort"):
        shutil.rmtree(out, ignore_errors=True)
        table.write_text("of another run")
        with monkeypatch.context() as patch:
            patch.setattr(result_set, "_place", lambda *_: (_ for _ in ()).throw(Killed()))
            with pytest.raises(Killed):
                pgx(command, *words, "--force", "--quiet")
        assert table.read_text() == "of another run"
        assert not results_in(out)
        settle(out, results_in)
        assert results_in(out)
        assert table.read_text().startswith("pseudonym\tsample\nP001\t")


def test_a_report_and_its_table(tmp_path, monkeypatch):
    out, table, report = tmp_path / "out", tmp_path / "t" / "who.tsv", tmp_path / "new.html"
    table.parent.mkdir()
    assert pgx("annotate", COHORT, "-o", out, "--genes", "CYP2C19", "--quiet").returncode == 0
    saved = sorted(out.glob("*.pgx.json"))[0]
    words = ("report", saved, "-o", report, "--deidentify", "--pseudonym-table", table, "--force")
    table.write_text("of another result")
    real = os.replace
    for n in range(3):
        report.write_text("another result")
        table.write_text("of another result")
        left = [n]

        def replace(*places, left=left):
            left[0] -= 1
            if left[0] < 0:
                raise Killed
            real(*places)

        with monkeypatch.context() as patch:
            patch.setattr("pgx.reports.files.output_folder.os.replace", replace)
            with contextlib.suppress(Killed):
                pgx(*words)
        assert table.exists() is (n == 2)
    assert "P001" in table.read_text()
    assert "P001" in report.read_text()
