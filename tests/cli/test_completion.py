"""Completion: the scripts know every command and option, and bash completes with one."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from cases import one_test
from cli.support import pgx, refused
from pgx.cli.completion import levels
from pgx.cli.main import command_modules

BASH = shutil.which("bash")


def test_every_command_is_known_with_its_options():
    found = {level.words: level for level in levels()}
    assert set(found[()].commands) == set(command_modules())
    for name in command_modules():
        assert (name,) in found, name
        assert "--help" in [o.name for o in found[name,].options]
    assert "--json-lines" in [o.name for o in found["kb", "show"].options]


@pytest.fixture(scope="module")
def script(tmp_path_factory):
    path = tmp_path_factory.mktemp("completion") / "pgx.bash"
    path.write_text(pgx("completion", "bash").stdout)
    return path


def completed(script, line):
    words = line.split(" ")
    code = (
        f'source "{script}"; COMP_WORDS=({" ".join(repr(w) for w in words)});'
        f' COMP_CWORD={len(words) - 1}; _pgx; printf "%s\\n" "${{COMPREPLY[@]}}"'
    )
    done = subprocess.run([BASH, "-c", code], capture_output=True, text=True, timeout=900)
    assert not done.stderr
    return done.stdout.split()


@one_test
@pytest.mark.skipif(BASH is None, reason="bash is not installed")
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("pgx ann", ["annotate"]),
        ("pgx kb sh", ["show"]),
        ("pgx annotate --dry", ["--dry-run"]),
        ("pgx kb show --json", ["--json-lines"]),
        ("pgx annotate x.vcf --assembly ", ["GRCh37", "GRCh38"]),
        ("pgx simulate -o x --style gv", ["gvcf"]),
        ("pgx annotate x", []),  # the shell completes files
    ],
)
def test_bash_completes(script, line, expected):
    assert completed(script, line) == expected


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_script_names_commands_and_options(shell):
    text = pgx("completion", shell).stdout
    for word in ("annotate", "doctor", "frequencies", "GRCh37", "overrides"):
        assert word in text


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_read_their_script(shell, tmp_path):
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    path = tmp_path / "script"
    path.write_text(pgx("completion", shell).stdout)
    subprocess.run([program, "-n", path], check=True, timeout=900)


def test_another_shell_is_wrong_usage():
    assert "did you mean bash?" in refused(2, "completion", "bahs")
