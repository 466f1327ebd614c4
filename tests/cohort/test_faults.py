"""Whatever ends a cohort run, nothing half-written stays, and the same words finish it."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys

import pytest

from cases import one_test
from cli.support import COHORT, pgx, refused
from cohort.faults import (
    WORDS,
    another_of,
    digests,
    few_files,
    many_files,
    n_parts,
    started,
    stopped_when,
    whole_run,
)

MOMENTS = {
    "first_part": lambda out: n_parts(out) >= 1,
    "first_call": lambda out: n_parts(out, "call") >= 1,
    "writing": lambda out: any(out.glob(".pgx-run/new/.pgx-*.tmp")),
}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return many_files(tmp_path_factory.mktemp("many"), 201)


@pytest.fixture(scope="module")
def expected(files, tmp_path_factory):
    return whole_run(files, tmp_path_factory.mktemp("whole") / "out")


def results(folder) -> list[str]:
    """Names in a folder that are not hidden."""
    return [path.name for path in folder.iterdir() if not path.name.startswith(".")]


@pytest.fixture
def stopped(files, tmp_path):
    """A run that was killed after its first call."""
    out = tmp_path / "out"
    process = started("cohort", *files, "-o", out, *WORDS)
    status, _ = stopped_when(process, lambda: MOMENTS["first_call"](out), signal.SIGKILL)
    assert status == -signal.SIGKILL
    return out


@one_test(sample=1)
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_run_goes_on_and_ends_with_the_same_bytes(moment, files, expected, tmp_path):
    out = tmp_path / "out"
    words = ("cohort", *files, "-o", out, *WORDS)
    status, _ = stopped_when(started(*words), lambda: MOMENTS[moment](out), signal.SIGKILL)
    assert status == -signal.SIGKILL
    assert results(out) == []
    assert n_parts(out) >= 1
    again = pgx(*words)
    assert again.returncode == 0, again.stderr
    assert digests(out) == expected


def test_an_interrupted_run_says_so_and_goes_on(files, expected, tmp_path):
    out = tmp_path / "out"
    words = ("cohort", *files, "-o", out, *WORDS)
    process = started(*words, "--quiet")
    status, said = stopped_when(process, lambda: n_parts(out) >= 1, signal.SIGINT)
    assert (status, said) == (130, "interrupted\n")
    assert results(out) == []
    assert pgx(*words).returncode == 0
    assert digests(out) == expected


def test_damaged_parts_are_made_anew(stopped, files, expected):
    first, second, *_ = sorted((stopped / ".pgx-cohort").glob("read-*.part"))
    data = bytearray(first.read_bytes())
    data[len(data) // 2] ^= 0xFF
    first.write_bytes(bytes(data))
    second.write_bytes(second.read_bytes()[:-100])
    again = pgx("cohort", *files, "-o", stopped, *WORDS)
    assert again.returncode == 0, again.stderr
    assert digests(stopped) == expected


def test_what_was_stopped_is_not_mixed_with_another_run(stopped, files, expected):
    line = refused(5, "cohort", *files[1:], "-o", stopped, *WORDS)
    assert "unfinished run of other inputs" in line
    for force in ((), ("--force",)):
        line = refused(5, "annotate", COHORT, "-o", stopped, *force)
        assert "not finished" in line
    assert pgx("cohort", *files, "-o", stopped, *WORDS).returncode == 0
    assert digests(stopped) == expected


def test_two_runs_into_one_folder_refuse_each_other(files, expected, tmp_path):
    out = tmp_path / "out"
    words = ("cohort", *files, "-o", out, *WORDS)
    process = started(*words)
    while n_parts(out) == 0 and process.poll() is None:
        pass
    process.send_signal(signal.SIGSTOP)
    for force in ((), ("--force",)):
        assert "another run is at work" in refused(5, *words, *force)
    process.send_signal(signal.SIGCONT)
    _, said = process.communicate(timeout=900)
    assert process.returncode == 0, said
    assert digests(out) == expected


def test_a_damaged_input_costs_its_own_samples(tmp_path):
    paths = few_files(tmp_path / "in")
    expected = whole_run([paths[0], paths[2]], tmp_path / "two")
    paths[1].write_bytes(paths[1].read_bytes()[:-40])
    out = tmp_path / "out"
    line = refused(3, "cohort", *paths, "-o", out, *WORDS, "--quiet")
    assert "1.vcf" in line
    found = digests(out)
    assert found.pop("cohort.json") != expected.pop("cohort.json")  # it names what was refused
    assert found == expected


def test_a_run_without_finished_parts_leaves_nothing(tmp_path):
    paths = few_files(tmp_path / "in")
    another = another_of(tmp_path / "in", "S000")
    out = tmp_path / "out"
    line = refused(3, "cohort", *paths, another, "-o", out, *WORDS, "--quiet")
    assert "differently" in line
    assert not out.exists()


def limited(words, n_bytes):
    """Run with a limit to the size of files, which fails as a full disk does."""
    return subprocess.run(
        [sys.executable, "-m", "pgx.cli.main", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=900,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, n_bytes)),
    )


@one_test(sample=2)
@pytest.mark.parametrize("n_bytes", [400, 3_000, 12_000])
@pytest.mark.parametrize("formats", ["parquet", "tsv"])
def test_no_room_for_a_file(tmp_path, n_bytes, formats):
    paths = few_files(tmp_path / "in", 8)
    out = tmp_path / "out"
    words = ("cohort", *paths, "-o", out, *WORDS, "--quiet", "--format", formats)
    done = limited(words, n_bytes)
    assert done.returncode == 5, done.stderr
    [line] = done.stderr.splitlines()
    assert line.startswith("[PGX-IO-001]")
    assert not out.exists()
    assert pgx(*words).returncode == 0


@pytest.fixture
def small_disk(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=96k", "tmpfs", str(disk)]
    if os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a small disk cannot be mounted here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk(small_disk, tmp_path):
    paths = few_files(tmp_path / "in", 8)
    line = refused(5, "cohort", *paths, "-o", small_disk / "out", *WORDS, "--quiet")
    assert "No space left" in line
    assert list(small_disk.iterdir()) == []


def test_what_killed_runs_left_goes(tmp_path):
    paths = few_files(tmp_path / "in")
    out = tmp_path / "out"
    out.mkdir()
    for name in (".pgx-00000000-1-0a1b2c3d.tmp", f".pgx-ffffffff-{os.getpid()}-00.tmp"):
        (out / name).write_bytes(b"half")
    assert pgx("cohort", *paths, "-o", out, *WORDS).returncode == 0
    assert not [path for path in out.iterdir() if path.name.startswith(".")]


def test_with_force_nothing_of_an_earlier_run_stays(tmp_path):
    paths = few_files(tmp_path / "in")
    plain = WORDS[: WORDS.index("--format")]
    assert pgx("cohort", *paths, "-o", tmp_path / "plain", *plain).returncode == 0
    out = tmp_path / "out"
    assert pgx("annotate", COHORT, "-o", out).returncode == 0
    for words in (WORDS, plain):
        assert pgx("cohort", *paths, "-o", out, *words, "--force").returncode == 0
    assert digests(out) == digests(tmp_path / "plain")
