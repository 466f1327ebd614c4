"""Each experiment finds a planted fault, and passes what is whole."""

from __future__ import annotations

import doctest
import shutil
import sys
from random import Random

import pytest
from torture.record import Check, Outcome, Settings
from validation.tables import replaced

from cases import one_test
from torture import __main__ as command
from torture import (
    bombs,
    cold_starts,
    everything,
    failing_calls,
    faults,
    flips,
    folders,
    injection,
    jobs,
    kills,
    logs,
    record,
    same_bytes,
    sandbox,
    supply,
)

WRITER = """
import os, shutil, sys, time
words = sys.argv[1:]
text, out = words[1], words[words.index("-o") + 1]
os.makedirs(out, exist_ok=True)
"""
TORN = """
for name in "ab":
    with open(f"{out}/{name}.txt", "w") as handle:
        handle.write(text)
    time.sleep(0.3)
"""
WHOLE = """
time.sleep(0.2)
new = out + ".new"
os.makedirs(new, exist_ok=True)
for name in "ab":
    with open(f"{new}/{name}.txt", "w") as handle:
        handle.write(text)
shutil.rmtree(out)
os.rename(new, out)
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "tmp").mkdir()
    return tmp_path


def killer(folder, code):
    """Two jobs of a made command; their input lies in a folder of its own."""
    script = folder / "writer.py"
    script.write_text(WRITER + code)
    source = folder / "inputs" / "x"
    source.parent.mkdir()
    source.write_text("x")
    line = (sys.executable, str(script))
    both = [
        jobs.with_expected(folder, ("write", text), [source], command=line) for text in ("A", "B")
    ]
    return kills.Killer(folder, tuple(both), Random(1), line)


@pytest.mark.torture
def test_a_torn_writer_is_mixed(folder):
    check = killer(folder, TORN).check("torn", 9)
    assert check.tried == 9
    assert any("mixed" in line for line in check.failures)


def test_what_a_writer_leaves_is_found(folder):
    leaving = WHOLE + "open(os.environ['TMPDIR'] + '/left', 'w').close()\n"
    check = killer(folder, leaving).check("leaves", 1)
    assert any("left: tmp/left" in line for line in check.failures)


def test_a_changed_input_is_found(folder):
    changing = WHOLE + f"open({str(folder / 'inputs' / 'x')!r}, 'a').write('y')\n"
    check = killer(folder, changing).check("changes", 1)
    assert any("an input was changed" in line for line in check.failures)


@pytest.fixture
def two_sets(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "a").write_text("new")
    (out / "b").write_text("old")
    return out


def test_a_set_is_told_by_all_of_its_files(two_sets):
    new = sandbox.digests(two_sets)
    (two_sets / "a").write_text("old")
    old = sandbox.digests(two_sets)
    assert jobs.state(two_sets, old, new) == "old"
    assert jobs.state(two_sets, new, old) == "new"
    (two_sets / "b").write_text("cut")
    assert jobs.state(two_sets, old, new) == "mixed"
    (two_sets / ".pgx-run" / "whole").mkdir(parents=True)
    assert jobs.state(two_sets, old, new) == "mixed"  # nobody's bytes


SWALLOWED = """
import pathlib, sys
def main():
    out = pathlib.Path(sys.argv[sys.argv.index("-o") + 1])
    out.mkdir(exist_ok=True)
    try:
        (out / "a.txt").write_bytes(sys.argv[2].encode())
    except OSError:
        pass
    return 0
"""


class Stub:
    """A package that writes in place and says nothing of errors, in the place of pgx."""

    def __init__(self, folder):
        self.place = folder / "stub"
        (self.place / "pgx" / "cli").mkdir(parents=True)
        for name in ("pgx/__init__.py", "pgx/cli/__init__.py"):
            (self.place / name).write_text("")
        (self.place / "pgx" / "cli" / "main.py").write_text(SWALLOWED)


@pytest.mark.torture
@pytest.mark.skipif(bool(failing_calls.why_not()), reason="calls cannot be made to fail here")
def test_an_error_that_is_swallowed_is_found(folder):
    stub = Stub(folder)
    out = folder / "undisturbed"
    with faults.warm_server(failing_calls.built(folder), source=stub.place) as server:
        both = []
        for text in ("AAAA", "BBBB"):
            server.run(folder, "write", text, "-o", out)
            both.append(jobs.Job(("write", text), (), sandbox.digests(out)))
        for kind in ("no space, once", "short write"):
            check = faults.sweep(server, folder, tuple(both), kind, Settings())
            assert check.tried >= 1
            assert bool(check.failures) == (kind == "no space, once"), check
            assert all("results are mixed" in line or "old" in line for line in check.failures)


READS = """
import pathlib, sys
def main():
    data = pathlib.Path(sys.argv[2]).read_bytes()
    if sys.argv[1] == "careful" and data != b"0123456789" * 5:
        sys.stderr.write("[PGX-KB-001] damaged\\n")
        return 4
    return 0
"""


@pytest.mark.parametrize("reader", ["careful", "careless"])
def test_an_unprotected_file_is_accepted(folder, reader):
    stub = Stub(folder)
    (stub.place / "pgx" / "cli" / "main.py").write_text(READS)
    data = folder / "data"
    data.mkdir()
    for name in ("one", "two"):
        (data / name).write_bytes(b"0123456789" * 5)
    with flips.warm_server(source=stub.place) as server:
        words = {"read": (reader, str(data / "one"))}
        trial = flips.Trial(server, folder, words, {"one": "read"})
        found = [
            line
            for seed in range(5)
            for line in flips.accepted(trial, data, "one", ["two"], Random(seed))
        ]
    assert bool(found) == (reader == "careless"), found
    assert (data / "one").read_bytes() == b"0123456789" * 5


def test_every_kind_of_damage_changes_a_file(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    for damage in flips.DAMAGES.values():
        one.write_bytes(b"a" * 20)
        two.write_bytes(b"b" * 20)
        assert damage(one, two, Random(1))
        assert one.read_bytes() != b"a" * 20


def test_a_module_that_is_run_is_found(tmp_path):
    marker = tmp_path / "run"
    folders.plant(tmp_path, {"json.py": None}, marker)
    done = sandbox.pgx(tmp_path, command=(sys.executable, "-c", "import json"))
    assert done.returncode == 77
    assert marker.exists()
    plain = (0, "", {})
    assert folders._judged("x", plain, plain, is_run=True)
    assert folders._judged("x", (0, "", {"a": "1"}), plain, is_run=False)
    assert not folders._judged("x", plain, plain, is_run=False)
    assert len(folders.FOLDERS) == 14


def test_memory_beyond_the_limit_is_found(folder):
    line = (sys.executable, "-c", "x = bytearray(80 << 20)")
    limits = bombs.Limits(megabytes=60)
    why, _, megabytes = bombs.tried(folder, (), refused=True, limits=limits, command=line)
    assert megabytes > 80
    assert why[0] == "not refused"
    assert why[1].endswith(" MB")
    assert not bombs.tried(folder, (), refused=False, command=line)[0]


def test_a_crash_is_no_refusal(folder):
    line = (sys.executable, "-c", "raise SystemExit(3)")
    assert bombs.tried(folder, (), refused=True, command=line)[0]


def test_a_damaged_cache_is_unsound(folder):
    cache = folder / "cache"
    cache.mkdir(mode=0o700)
    from pgx.base.accel import publish_code

    assert cold_starts.unsound(cache)
    for name in ("a.kernel", "b.kernel", "c.kernel"):
        publish_code(cache / name, b"code")
    assert cold_starts.unsound(cache) == []
    cold_starts.damage(cache, Random(1))
    assert len(cold_starts.unsound(cache)) == 3


def test_starts_that_differ_are_found(folder):
    code = "import sys, os, pathlib; out = pathlib.Path(sys.argv[2]); out.mkdir();"
    code += "(out / 'a').write_text(str(os.getpid()))"
    assert cold_starts.starts(folder, 2, (sys.executable, "-c", code)) == ["the results differ"]


def test_another_seed_that_gives_other_bytes_is_found(folder):
    code = "import sys, pathlib; out = pathlib.Path(sys.argv[-2]); out.mkdir(exist_ok=True);"
    code += "(out / 'a').write_text(str(hash('a')))"
    found = same_bytes.differences(folder, (), 3, command=(sys.executable, "-c", code))
    assert len(found) == 2
    assert all("a differ" in line for line in found)


def page(body):
    return f"<html><body><p>{body}</p></body></html>".encode()


def written(**files):
    return injection.Written(0, "", {f"S1.{k}": v for k, v in files.items()}, ())


@one_test
@pytest.mark.parametrize(
    ("file", "data", "why"),
    [
        ("html", page("<img src=x onerror=alert(1)>"), "elements img"),
        ("html", page("\u202ex"), "control character"),
        ("tsv", b"a\t=1+1\n", "a cell begins"),
        ("tsv", b"a\t-2+3\n", "a cell begins"),
        ("tsv", b"a\t\x1b[31m\n", "control character"),
    ],
)
def test_what_acts_is_found(file, data, why):
    pytest.importorskip("html5lib")
    plain = written(html=page("x"))
    assert any(why in line for line in injection.judged(written(**{file: data}), plain))
    harmless = written(html=page("&lt;img&gt;"), tsv=b"a\t-1639 AG\t-5\t'=1\n")
    assert injection.judged(harmless, plain) == []


def test_a_file_elsewhere_and_a_bad_name_are_found():
    plain = written()
    assert injection.judged(injection.Written(0, "", {}, ("/tmp/pwn",)), plain)
    assert injection.judged(injection.Written(0, "", {"a b\n.x": b"{}"}, ()), plain)
    assert injection.judged(injection.Written(0, "\x1b[31m", {}, ()), plain)
    assert injection.judged(injection.Written(1, "", {}, ()), plain)


def test_canaries_are_found(folder):
    assert logs.sung("x", {"stderr": f"sample {logs.SAMPLE} is bad"})
    assert not logs.sung("x", {"stderr": "sample 1 is bad"})
    left = folder / "tmp" / "left"
    left.write_text(logs.SAMPLE)
    left.chmod(0o644)
    assert len(logs._left(folder / "tmp")) == 2


def test_a_connection_is_found(folder):
    code = "import socket; s = socket.socket(); s.settimeout(1); s.connect_ex(('192.0.2.1', 9))"
    calls, how = supply.connections(folder, [sys.executable, "-c", code])
    assert len(calls) >= 1, how
    shutil.rmtree(folder / "patched", ignore_errors=True)
    assert supply.connections(folder, [sys.executable, "-c", "pass"])[0] == []


def test_without_strace_python_is_asked(folder, monkeypatch):
    monkeypatch.setattr(supply.shutil, "which", lambda _: None)
    code = "import socket; s = socket.socket(); s.settimeout(1); s.connect_ex(('192.0.2.1', 9))"
    calls, how = supply.connections(folder, [sys.executable, "-c", code])
    assert "audit" in how
    assert len(calls) == 1


@pytest.mark.parametrize("module", [record, sandbox, supply], ids=lambda m: m.__name__)
def test_examples(module):
    found = doctest.testmod(module)
    assert found.attempted
    assert not found.failed


def test_the_page_has_a_part_for_every_experiment():
    text = everything.PAGE.read_text(encoding="utf-8")
    for name in everything.EXPERIMENTS:
        changed = replaced(text, name, "figures")
        assert changed != text
        assert replaced(changed, name, "figures") == changed


@pytest.mark.parametrize("failures", [(), ("seed 3: it broke",)])
def test_a_failure_is_the_exit_status(failures, monkeypatch, capsys, tmp_path):
    outcome = Outcome("logs", Settings(3, 0.5), (Check("it", 4, failures, "fine"),), 1.5)
    copy = tmp_path / "torture.md"
    shutil.copy(everything.PAGE, copy)
    monkeypatch.setattr(command, "PAGE", copy)
    monkeypatch.setattr(command, "run", lambda names, settings: [outcome])
    assert command.main(["logs", "--write"]) == len(failures)
    text = capsys.readouterr().out
    assert f"| it | 4 | {len(failures)} | fine |" in text
    assert "Seed 3, 0.5 of the full number of attempts." in text
    assert f"| it | 4 | {len(failures)} | fine |" in copy.read_text()


def test_an_unknown_experiment_is_wrong_usage(capsys):
    with pytest.raises(SystemExit) as ended:
        command.main(["weather"])
    assert ended.value.code == 2
    assert "weather" in capsys.readouterr().err
