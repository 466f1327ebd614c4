"""The commands of the registry: what they print, what they refuse, with which status."""

from __future__ import annotations

import json

import pytest
import typer

from dosing.registry.made import LIMITS, made, model_of
from pgx.cli.options import run_app
from pgx.errors import ModelError, PgxError, UsageError
from pgx_dosing.commands.model_registry import register

APP = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
register(APP)
SIGNED = ("--by", "Anna Beispiel", "--reason", "it passed", "--date", "2025-03-02")


@pytest.fixture
def registry(tmp_path, monkeypatch):
    root = tmp_path / "registry"
    monkeypatch.setenv("PGX_MODELS", str(root))
    monkeypatch.delenv("PGX_MODEL_KEY", raising=False)
    (tmp_path / "protocol.json").write_text(json.dumps(LIMITS))
    (tmp_path / "key").write_bytes(bytes(range(32)))
    monkeypatch.chdir(tmp_path)
    made(root / "examplol" / "1")
    return root


def run(*words) -> int:
    return run_app(APP, [str(word) for word in words], "pgx model")


def rows(capsys) -> list[dict]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def approve(version) -> None:
    model = f"examplol@{version}"
    for state in ("validated", "approved"):
        assert run("advance", model, "--to", state, *SIGNED, "--protocol", "protocol.json") == 0


def listed(capsys) -> dict[str, tuple[str, str]]:
    capsys.readouterr()
    assert run("list", "--json-lines") == 0
    own = [row for row in rows(capsys) if row["model"] == "examplol"]
    return {row["version"]: (row["state"], row["in_use"]) for row in own}


def test_from_draft_to_rollback(registry, capsys):
    assert listed(capsys) == {"1": ("draft", "no")}
    approve(1)
    made(registry / "examplol" / "2", model=model_of("2", recalibration={"shift": 0.1}))
    assert run("diff", "examplol@1", "examplol@2") == 0
    model = "examplol@2"
    assert run("advance", model, "--to", "validated", *SIGNED, "--protocol", "protocol.json") == 0
    assert run("advance", model, "--to", "approved", *SIGNED, "--plan-of", "examplol@1") == 0
    assert listed(capsys) == {"1": ("approved", "no"), "2": ("approved", "yes")}
    assert run("rollback", "examplol", "--to", "1", *SIGNED) == 0
    assert listed(capsys) == {"1": ("approved", "yes"), "2": ("retired", "no")}
    assert run("advance", "examplol", "--to", "retired", *SIGNED) == 0
    assert listed(capsys) == {"1": ("retired", "no"), "2": ("retired", "no")}


def test_the_checks_of_a_protocol_are_said(registry, capsys):
    approve(1)
    said = capsys.readouterr()
    assert said.out == ""
    assert "groups.race.C.interval_coverage 0.5, at least 0.86: too few" in said.err
    assert said.err.splitlines()[-1] == "examplol@1: approved"


def test_list_prints_a_table(registry, capsys):
    approve(1)
    capsys.readouterr()
    assert run("list") == 0
    header, *lines = capsys.readouterr().out.splitlines()
    assert header.split()[:3] == ["model", "version", "drug"]
    assert any(line.startswith("examplol") and "approved" in line for line in lines)


def test_list_names_what_is_damaged_and_goes_on(registry, capsys):
    approve(1)
    made(registry / "examplol" / "2")
    (registry / "examplol" / "2" / "model.json").write_text("{}")
    made(registry / "other" / "1", model=model_of(name="other"))
    capsys.readouterr()
    assert run("list", "--json-lines") == 3
    said = capsys.readouterr()
    found = {(r["model"], r["version"]): r for r in map(json.loads, said.out.splitlines())}
    assert found["examplol", "2"]["state"] == "refused"
    assert found["examplol", "1"]["in_use"] == "no"
    assert found["other", "1"]["state"] == "draft"
    [line] = said.err.splitlines()
    assert line.startswith("[PGX-MOD-004]")
    assert "model.json" in line


def test_show_has_digests_and_steps(registry, capsys):
    approve(1)
    capsys.readouterr()
    assert run("show", "examplol") == 0
    text = capsys.readouterr().out
    for words in ("file metrics.json", "unsigned", "Anna Beispiel", "Examplol 2025"):
        assert words in text
    assert run("show", "examplol", "--json-lines") == 0
    assert {"what": "state", "value": "approved"} in rows(capsys)


def test_verify_says_who_signed(registry, capsys, tmp_path, monkeypatch):
    assert run("verify", "examplol") == 0
    assert "unsigned" in capsys.readouterr().err
    monkeypatch.setenv("PGX_MODEL_KEY", str(tmp_path / "key"))
    with pytest.raises(ModelError, match="unsigned"):
        run("verify", "examplol")
    assert run("sign", "examplol") == 0
    assert run("verify", "examplol") == 0
    key_id = capsys.readouterr().err.splitlines()[-1].rpartition("(key ")[2].rstrip(")")
    assert len(key_id) == 16
    (tmp_path / "key").write_bytes(bytes(range(100, 140)))
    with pytest.raises(ModelError, match="another key"):
        run("verify", "examplol")
    monkeypatch.delenv("PGX_MODEL_KEY")
    assert run("verify", "examplol") == 0
    assert f"not checked: no key at hand (key {key_id})" in capsys.readouterr().err


def test_sign_needs_a_key(registry):
    with pytest.raises(UsageError, match="PGX_MODEL_KEY"):
        run("sign", "examplol")


def test_verify_names_the_changed_file(registry):
    (registry / "examplol" / "1" / "lineage.json").write_text("{}")
    with pytest.raises(ModelError, match=r"lineage\.json: was changed") as caught:
        run("verify", "examplol")
    assert (caught.value.code, caught.value.exit_status) == ("PGX-MOD-004", 3)


def test_card_on_screen_or_in_a_file(registry, capsys, tmp_path):
    assert run("card", "examplol") == 0
    text = capsys.readouterr().out
    assert text.startswith("# Examplol, invented\n")
    assert run("card", "examplol", "-o", "card.md") == 0
    assert (tmp_path / "card.md").read_text() == text
    with pytest.raises(PgxError, match="--force"):
        run("card", "examplol", "-o", "card.md")
    assert run("card", "examplol", "-o", "card.md", "--force") == 0


def test_add_takes_a_folder_in_as_a_draft(registry, capsys, tmp_path):
    made(tmp_path / "trained", version="7")
    assert run("add", "trained", *SIGNED) == 0
    assert listed(capsys)["7"] == ("draft", "no")
    with pytest.raises(ModelError, match="already"):
        run("add", "trained", *SIGNED)


def test_diff_prints_what_is_not_permitted(registry, capsys):
    made(registry / "examplol" / "2", model=model_of("2", title="another"))
    with pytest.raises(ModelError, match="1 of 2 differences"):
        run("diff", "examplol@1", "examplol@2", "--json-lines")
    [title] = [row for row in rows(capsys) if row["where"] == "/title"]
    assert title["permitted"] == "no"


@pytest.mark.parametrize(
    "words",
    [
        ("--to", "approvd", *SIGNED),
        ("--to", "draft", *SIGNED),
        ("--to", "approved", *SIGNED, "--protocol", "protocol.json", "--plan-of", "examplol"),
    ],
)
def test_wrong_usage_of_advance(registry, words):
    with pytest.raises(UsageError):
        run("advance", "examplol", *words)


@pytest.mark.parametrize("words", [("--to", "validated"), ("--to", "validated", *SIGNED[:2])])
def test_person_and_reason_cannot_be_left_out(registry, capsys, words):
    assert run("advance", "examplol", *words) == 2
    assert "PGX-USE-001" in capsys.readouterr().err


def test_an_unknown_model_is_refused_with_the_nearest_name(registry):
    with pytest.raises(ModelError, match="did you mean examplol"):
        run("card", "exampol")
