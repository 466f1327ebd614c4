"""Standard error and tables: no escapes in or out, progress where it helps, help with examples."""

from __future__ import annotations

import json
import re
import sys
import time

import pytest

from cases import one_test
from cli.support import PATIENT, pgx, refused
from pgx.cli import progress
from pgx.cli.completion import levels
from pgx.cli.console import console, print_table, say
from pgx.cli.progress import reading, tracked
from work import steps


def test_a_file_name_cannot_steer_the_terminal(tmp_path):
    evil = tmp_path / "a\x1b]0;title\x07\u202e.vcf"
    evil.write_text("##fileformat=VCFv4.2\n")
    done = pgx("annotate", evil, "-o", tmp_path / "out")
    assert done.returncode == 3
    assert done.stderr.removesuffix("\n").isprintable()


def test_a_folder_and_a_hint_cannot_either(tmp_path):
    text = PATIENT.read_text()
    evil = tmp_path / "b\x1b[2J.vcf"
    kept = [x for x in text.splitlines() if x.startswith("#") or "NON_REF" not in x.split("\t")[4]]
    evil.write_text("\n".join(kept) + "\n")
    done = pgx("annotate", evil, "-o", tmp_path / "o\x1b[31mut")
    assert done.returncode == 0
    assert "\x1b" not in done.stderr + done.stdout
    assert "files in" in done.stderr


def test_say_writes_one_line(capsys):
    say("a\nb\x9b31m")
    assert capsys.readouterr().err == "a\\nb\\x9b31m\n"


def test_tables_escape_their_cells(capsys):
    print_table([{"name": "x\x1b[31mred\nbelow", "n": "1"}])
    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    assert printed.splitlines()[-1].strip() == "below"  # a cell may have lines of its own


def test_a_saved_result_cannot_steer_the_terminal(tmp_path):
    assert pgx("annotate", PATIENT, "-o", tmp_path / "out", "--genes", "TPMT").returncode == 0
    saved = tmp_path / "out" / "EXAMPLE_1.pgx.json"
    evil = json.dumps("*1\x1b[2J\u202e/*3A")[1:-1]
    text = saved.read_text().replace("*1/*3A", evil)
    assert "u001b" in text
    saved.write_text(text)
    for more in ([], ["--json-lines"]):
        done = pgx("explain", saved, "--gene", "TPMT", *more)
        assert done.returncode == 0, done.stderr
        assert done.stdout
        assert not {"\x1b", "\u202e"} & set(done.stdout)


@pytest.mark.parametrize("variable", ["FORCE_COLOR", "CLICOLOR_FORCE"])
def test_no_colour_in_a_pipe(variable):
    done = pgx("kb", "info", **{variable: "1"})
    assert "\x1b" not in done.stdout


def test_no_color_is_heard_on_a_terminal(monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    assert console().color_system is not None
    monkeypatch.setenv("NO_COLOR", "1")
    assert console().color_system is None


def test_a_short_run_says_nothing(capsys):
    assert list(tracked(range(50), 50)) == list(range(50))
    assert capsys.readouterr().err == ""


@pytest.fixture
def hurried(monkeypatch):
    monkeypatch.delenv(progress.SWITCH)
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    monkeypatch.setattr(progress._Lines, "pause", 0.0)
    monkeypatch.setattr(progress._Bar, "pause", 0.0)


@pytest.mark.usefixtures("hurried")
def test_a_long_run_says_how_far_it_is(capsys):
    for _ in tracked(range(3), 3):
        time.sleep(0.001)
    lines = capsys.readouterr().err.splitlines()
    assert lines[-1].startswith("2 of 3 samples, ")
    assert lines[-1].endswith(" left")


@pytest.mark.usefixtures("hurried")
def test_quiet_says_nothing(capsys):
    assert len(list(tracked(range(3), 3, quiet=True))) == 3
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("hurried")
def test_a_setting_turns_progress_off(monkeypatch, capsys):
    monkeypatch.setenv(progress.SWITCH, "off")
    assert len(list(tracked(range(3), 3))) == 3
    with reading([str(PATIENT)]), progress.Stages() as stages:
        stages.stage("parts", 3)
        stages.done(2)
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("hurried")
def test_a_bar_on_a_terminal_goes_when_done(monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for _ in tracked(range(4), 4):
        time.sleep(0.001)
    written = capsys.readouterr()
    assert "3/4" in written.err
    assert written.out == ""
    assert written.err.rstrip("\n").endswith("\x1b[2K")  # the line is erased


@pytest.mark.usefixtures("hurried")
def test_reading_says_how_much_was_read(monkeypatch, capsys):
    from pgx.io.container import RawInput

    monkeypatch.setattr(progress, "_MEGABYTE", 1000)
    size = PATIENT.stat().st_size // 1000
    with reading([str(PATIENT)]):
        raw = RawInput(PATIENT)
        while raw.read(3000):
            time.sleep(0.001)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith(f"3 of {size} MB read, ")
    assert lines[-1].startswith(f"{size} of {size} MB read")
    raw = RawInput(PATIENT)
    raw.read(10)
    assert capsys.readouterr().err == ""  # nobody listens any more


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("paths", [["-"], ["absent.vcf"], [str(PATIENT), "-"]])
def test_what_has_no_size_is_read_in_silence(paths, capsys):
    from pgx.base.extensions import count_read

    with reading(paths):
        count_read(10_000_000)
    assert capsys.readouterr().err == ""


def test_progress_ends_with_its_reader(hurried, capsys):
    items = tracked(iter(range(10)), 10)
    assert next(items) == 0
    items.close()
    capsys.readouterr()


def test_progress_costs_next_to_nothing(monkeypatch):
    monkeypatch.delenv(progress.SWITCH)
    monkeypatch.setattr(progress, "PATIENCE", 1e9)
    n = 100_000
    assert steps(lambda: list(tracked(range(n), n))) < 300 * n  # a sample takes 100,000


def commands():
    return [level.words for level in levels() if level.words and not level.commands]


@one_test(sample=26)
@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_help_shows_examples_as_they_are_typed(words, capsys):
    from pgx.cli.main import main

    assert main([*words, "--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    after = lines[lines.index("  Examples:") + 1 :]
    assert after[0].startswith(f"    pgx {' '.join(words)}")


def test_main_help_lists_every_command_once(capsys):
    from pgx.cli.main import command_modules, main

    main(["--help"])
    lines = capsys.readouterr().out.splitlines()
    for name in command_modules():
        assert len([x for x in lines if x.startswith(f"  {name} ")]) == 1, name


@one_test(sample=6)
@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["anotate"], "annotate"),
        (["--versoin"], "--version"),
        (["annotate", "--genez", "x"], "--genes"),
        (["kb", "genees"], "genes"),
        (["kb", "show", "warfarine"], "warfarin"),
        (["kb", "show", "cyp2c91"], "CYP2C9"),
        (["annotate", PATIENT, "-o", "never", "--genes", "cyp2d6"], "CYP2D6"),
        (["annotate", PATIENT, "-o", "never", "--drugs", "Plavixx"], "Plavix"),
        (["check", PATIENT, "--genes", "TPMD"], "TPMT"),
        (["simulate", "-o", "-", "--gene", "TPMD=*1/*2"], "TPMT"),
    ],
    ids=str,
)
def test_an_error_names_what_may_have_been_meant(words, meant):
    line = refused(2, *words)
    assert "did you mean" in line.lower()
    assert meant in line


def test_nothing_is_guessed_where_nothing_is_alike():
    assert "did you mean" not in refused(2, "kb", "show", "qqqqqq")


def test_versions_for_programs():
    from pgx.knowledge.snapshot import KnowledgeBase

    tree = json.loads(pgx("--version", "--json-lines").stdout)
    assert set(tree) == {"tool", "version", "python", "system", "machine", "knowledge_base"}
    assert tree["knowledge_base"]["release"] == KnowledgeBase().release
    assert re.fullmatch("[0-9a-f]{64}", tree["knowledge_base"]["digest"])
    assert pgx("--version").stdout == f"{tree['tool']} {tree['version']}\n"
    broken = json.loads(pgx("--version", "--json-lines", PGX_KNOWLEDGE_BASE="/nowhere").stdout)
    assert broken["knowledge_base"] is None
    refused(2, "--version", "--nonsense")
