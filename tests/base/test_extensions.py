"""What joins `pgx` by entry points: found by name, one package a name, absence is no error."""

from __future__ import annotations

from importlib import metadata

import pytest

from pgx.base import extensions
from pgx.cli.main import command_modules, main
from pgx.cli.options import patient_of
from pgx.errors import DependencyError

GROUP = "pgx.dosing"


@pytest.fixture
def installed(monkeypatch):
    """Return a function that sets the entry points of all groups, as pairs of name and value."""

    def install(*pairs):
        extensions._entry_points.cache_clear()
        points = [metadata.EntryPoint(name, value, GROUP) for name, value in pairs]
        monkeypatch.setattr(metadata, "entry_points", lambda group: metadata.EntryPoints(points))

    yield install
    extensions._entry_points.cache_clear()


def test_what_an_entry_point_names_is_loaded(installed):
    installed(("records", "json:dumps"))
    assert extensions.extension(GROUP, "records")([1]) == "[1]"
    assert extensions.extension(GROUP, "other") is None


def test_one_value_given_twice_is_one(installed):
    installed(("records", "json:dumps"), ("records", "json:dumps"))
    assert extensions.extension(GROUP, "records")([1]) == "[1]"


def test_two_packages_of_one_name_are_refused(installed):
    installed(("records", "json:dumps"), ("records", "json:loads"))
    with pytest.raises(DependencyError, match="two packages give 'records'"):
        extensions.extension(GROUP, "records")


@pytest.mark.parametrize("value", ["not_there_at_all:x", "json:not_there_at_all"])
def test_what_cannot_be_loaded_says_what_to_do(installed, value):
    installed(("records", value))
    with pytest.raises(DependencyError, match="install its package anew"):
        extensions.extension(GROUP, "records")


@pytest.mark.parametrize("command", ["dose", "model"])
def test_a_command_that_is_not_installed_says_what_to_install(installed, command, capsys):
    installed()
    assert main([command, "warfarin"]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"[PGX-USE-001] pgx {command} needs dosing models")
    assert "pip install" in said
    assert command not in command_modules()
    assert main(["--help"]) == 0
    assert "Dosing models" not in capsys.readouterr().out


def test_commands_of_an_installation_are_all_there():
    assert {"annotate", "dose", "model"} <= set(command_modules())


def test_a_patient_without_dosing_models_is_warned_of(installed, tmp_path, capsys):
    path = tmp_path / "patient.json"
    path.write_text('{"schema_version": "1.0", "age_years": 60}', encoding="utf-8")
    assert patient_of(path) is not None
    assert capsys.readouterr().err == ""
    installed()
    assert patient_of(path) is not None
    assert "no dosing models are installed" in capsys.readouterr().err
