"""A folder holds the results of one run, whatever ends it, and whoever runs beside it."""

import contextlib
import errno
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from cases import one_test
from cli.support import EXAMPLES, PATIENT, pgx
from pgx.base.files import LOCK_FILE, locked, remove_own
from pgx.errors import OutputError
from pgx.reports.files import result_set as module
from pgx.reports.files.output_folder import results_in
from pgx.reports.files.result_set import RUN_FOLDER, result_set, settle


def make(folder, **texts):
    with result_set(folder, results_in) as made:
        files = []
        for name, text in texts.items():
            path = made.place / f"{name}.pgx.json"
            path.write_text(text)
            files.append(path)
        made.publish(files)
    return made


def content(folder):
    return {path.name: path.read_text() for path in sorted(folder.iterdir()) if path.is_file()}


OLD = {"A.pgx.json": "old", "B.pgx.json": "old"}
NEW = {"B.pgx.json": "new", "C.pgx.json": "new"}


@pytest.fixture
def folder(tmp_path):
    make(tmp_path, A="old", B="old")
    (tmp_path / "notes.txt").write_text("of the user")
    return tmp_path


def test_the_new_set_replaces_the_old_one_and_nothing_else(folder):
    make(folder, B="new", C="new")
    assert content(folder) == {**NEW, "notes.txt": "of the user"}
    assert not (folder / RUN_FOLDER).exists()


def test_an_error_leaves_the_old_set(folder):
    with pytest.raises(ZeroDivisionError), result_set(folder, results_in) as made:
        (made.place / "C.pgx.json").write_text(str(1 // 0))
    assert content(folder) == {**OLD, "notes.txt": "of the user"}
    assert not (folder / RUN_FOLDER).exists()


class Killed(BaseException):
    """Stands for SIGKILL: nothing is tidied up after it."""


def steps(monkeypatch, n):
    """Let the n-th step that changes names on the disk be the last one."""
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
        monkeypatch.setattr(module.Path, name, counted(getattr(module.Path, name)))
    monkeypatch.setattr(module.shutil, "rmtree", counted(shutil.rmtree))


@pytest.mark.parametrize("n", range(10))
def test_a_run_killed_at_any_step_leaves_one_set(folder, monkeypatch, n):
    with monkeypatch.context() as patch:
        steps(patch, n)
        try:
            make(folder, B="new", C="new")
        except Killed:
            assert (folder / RUN_FOLDER).exists() or content(folder).items() >= NEW.items()
    with pytest.raises(ZeroDivisionError), result_set(folder, results_in):
        _ = 1 / 0
    left = content(folder)
    del left["notes.txt"]
    assert left in (OLD, NEW)
    assert not (folder / RUN_FOLDER).exists()


def test_what_was_found_is_said(folder):
    (folder / RUN_FOLDER / "new").mkdir(parents=True, mode=0o700)
    (folder / RUN_FOLDER).chmod(0o700)
    assert "removed" in make(folder, B="new").found
    assert make(folder, B="new").found == ""


def test_two_runs_at_once_are_refused(folder):
    with result_set(folder, results_in) as made:
        with pytest.raises(OutputError, match="another run is at work"):
            make(folder, C="new")
        made.publish([])
    assert content(folder) == {"notes.txt": "of the user"}


def test_a_folder_by_the_name_of_a_result_ends_the_run_before_anything_is_replaced(folder):
    (folder / "C.pgx.json").mkdir()
    with pytest.raises(OutputError, match="a folder has the name of a result"):
        make(folder, B="new", C="new")
    assert content(folder) == {**OLD, "notes.txt": "of the user"}


def test_a_run_folder_that_is_a_link_is_refused(folder, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    (other / "new").mkdir()
    (folder / RUN_FOLDER).symlink_to(other)
    with pytest.raises(OutputError, match="not what a run made"):
        make(folder, B="new")
    assert (other / "new").is_dir()


def words(source, out):
    return [sys.executable, "-m", "pgx.cli.main", "annotate", source, "-o", out, "--force"]


def whole(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.fixture(scope="module")
def sets(tmp_path_factory):
    """Two inputs of different samples, and what each of them alone gives."""
    place = tmp_path_factory.mktemp("sets")
    other = place / "other.g.vcf"
    other.write_text(PATIENT.read_text().replace("EXAMPLE_1", "ANOTHER"))
    sources, expected = [PATIENT, other], []
    for number, source in enumerate(sources):
        assert pgx("annotate", source, "-o", place / str(number)).returncode == 0
        expected.append(whole(place / str(number)))
    return sources, expected


@pytest.mark.torture
def test_killed_at_random_instants_a_folder_is_one_set(sets, tmp_path):
    sources, expected = sets
    out = tmp_path / "out"
    assert pgx("annotate", sources[0], "-o", out).returncode == 0
    started = time.monotonic()
    subprocess.run(words(sources[1], tmp_path / "timed"), check=True, capture_output=True)
    takes = time.monotonic() - started
    for number in range(8):
        process = subprocess.Popen(
            words(sources[number % 2], out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(takes * (0.55 + number * 0.07))
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert whole(out) in expected or (out / RUN_FOLDER).exists()
    done = pgx("annotate", sources[1], "-o", out, "--force")
    assert done.returncode == 0, done.stderr
    assert whole(out) == expected[1]
    assert not (out / RUN_FOLDER).exists()


@pytest.mark.torture
def test_runs_side_by_side_give_one_set(sets, tmp_path):
    sources, expected = sets
    out = tmp_path / "out"
    for _ in range(2):
        both = [
            subprocess.Popen(words(source, out), stderr=subprocess.PIPE, text=True)
            for source in sources
        ]
        done = [(process.communicate()[1], process.returncode) for process in both]
        assert {status for _, status in done} <= {0, 5}
        assert any(status == 0 for _, status in done)
        assert all("another run is at work" in text for text, status in done if status)
        assert whole(out) in expected


def test_reinterpret_writes_its_changes_with_the_set(tmp_path):
    assert pgx("annotate", PATIENT, "-o", tmp_path / "a").returncode == 0
    [saved] = (tmp_path / "a").glob("*.pgx.json")
    assert pgx("reinterpret", saved, "-o", tmp_path / "b").returncode == 0
    assert (tmp_path / "b" / "changes.tsv").is_file()
    words = ("--outside-calls", EXAMPLES / "outside-calls.tsv", "--force")
    assert pgx("annotate", PATIENT, "-o", tmp_path / "b", *words).returncode == 0
    assert not (tmp_path / "b" / "changes.tsv").exists()
    assert not os.path.lexists(tmp_path / "b" / RUN_FOLDER)


@one_test(sample=1)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_run_that_is_told_to_end_leaves_nothing_behind(sets, tmp_path, number):
    sources, expected = sets
    out, temporary = tmp_path / "out", tmp_path / "temporary"
    temporary.mkdir()
    assert pgx("annotate", sources[0], "-o", out).returncode == 0
    process = subprocess.Popen(
        words(sources[1], out), stderr=subprocess.PIPE, env={**os.environ, "TMPDIR": str(temporary)}
    )
    while not (out / RUN_FOLDER / "new").exists() and process.poll() is None:
        time.sleep(0.005)
    process.send_signal(number)
    process.communicate(timeout=900)
    assert process.returncode in (0, 128 + number)
    assert whole(out) == expected[process.returncode == 0]
    assert not (out / RUN_FOLDER).exists()
    assert not any(temporary.iterdir())


def test_an_interrupt_while_a_class_is_made_ends_with_our_status():
    """Python makes data classes by `exec`; an interrupt there leaves a mark that kills later."""
    text = "os.kill(os.getpid(), signal.SIGINT)\nfor _ in range(10**6): pass"
    code = (
        "import os, signal, sys\nfrom pgx.cli import main\n"
        f"main._status = lambda words: exec({text!r})\nsys.exit(main.main())"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (130, "interrupted\n")


def stopped_while_publishing(folder, monkeypatch):
    """A run that was killed when its set was complete and no file had its place."""
    with monkeypatch.context() as patch:
        steps(patch, 2)
        with pytest.raises(Killed):
            make(folder, B="new", C="new")
    assert (folder / RUN_FOLDER / "whole").is_dir()


def test_a_complete_set_gets_its_place_before_a_folder_is_judged(tmp_path, monkeypatch):
    stopped_while_publishing(tmp_path, monkeypatch)
    done = pgx("annotate", PATIENT, "-o", tmp_path, "--dry-run")
    assert done.returncode == 0
    assert content(tmp_path) == {}
    done = pgx("annotate", PATIENT, "-o", tmp_path)
    assert done.returncode == 5
    said, refusal = done.stderr.splitlines()
    assert said.startswith("hint: an earlier run was ended while it published its results")
    assert "already holds results" in refusal
    assert content(tmp_path) == NEW
    assert not (tmp_path / RUN_FOLDER).exists()


def test_a_planted_list_of_names_moves_nothing_elsewhere(folder):
    outside = folder.parent / "outside.pgx.json"
    outside.write_text("keep")
    whole_set = folder / RUN_FOLDER / "whole"
    whole_set.mkdir(parents=True)
    (folder / RUN_FOLDER).chmod(0o700)
    (whole_set / "X.pgx.json").write_text("x")
    (whole_set / "stranger.sh").write_text("x")
    (whole_set / "names.json").write_text('["../../../outside.pgx.json", "X.pgx.json"]')
    make(folder, B="new")
    assert outside.read_text() == "keep"
    assert content(folder) == {"B.pgx.json": "new", "notes.txt": "of the user"}


def test_a_file_system_without_locks_is_refused(folder, monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOSYS, "no locks")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(OutputError, match="cannot be locked"):
        make(folder, B="new", C="new")
    assert content(folder) == {**OLD, "notes.txt": "of the user"}


def test_a_set_with_a_lost_file_is_not_published(folder):
    refused = pytest.raises(OutputError, match="1 of the new files")
    with refused, result_set(folder, results_in) as made:
        made.publish([made.place / "C.pgx.json"])
    assert content(folder) == {**OLD, "notes.txt": "of the user"}


def test_a_folder_among_old_results_ends_the_run_before_anything_is_replaced(folder):
    (folder / "Z.pgx.json").mkdir()
    with pytest.raises(OutputError, match="a folder has the name of a result"):
        make(folder, C="new")
    assert content(folder) == {**OLD, "notes.txt": "of the user"}


def test_what_cannot_be_tidied_is_no_failure(folder, monkeypatch):
    def refuse(path, ignore_errors=False, **_):
        if not ignore_errors:
            raise OSError(errno.EMFILE, "too many open files")

    with monkeypatch.context() as patch:
        patch.setattr(module.shutil, "rmtree", refuse)
        make(folder, B="new", C="new")
    assert content(folder) == {**NEW, "notes.txt": "of the user"}
    make(folder, B="new", C="new")
    assert not (folder / RUN_FOLDER).exists()


def test_the_lock_goes_last(tmp_path, monkeypatch):
    place, seen = tmp_path / "place", []
    with locked(place):
        for name in ("a", "z"):
            (place / name).write_text("")
        (place / "folder").mkdir()
        real = os.unlink
        monkeypatch.setattr(os, "unlink", lambda path, **k: (seen.append(path), real(path, **k)))
        remove_own(place)
    assert [path.name for path in seen][-1] == LOCK_FILE
    assert not place.exists()


def test_nohup_is_respected():
    code = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN); import os, sys;"
    code += "os.execv(sys.executable, [sys.executable, '-c', sys.argv[1]])"
    inner = "import sys, signal; sys.argv = ['pgx', '--version']; from pgx.cli.main import main;"
    inner += "main(); print(signal.getsignal(signal.SIGHUP) is signal.SIG_IGN)"
    done = subprocess.run(
        [sys.executable, "-c", code, inner], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "True"


def on_a_disk_that_takes_cases_for_one(monkeypatch):
    """Let a name reach the file that has it but for upper and lower case, and keep its own."""

    def real_one(path):
        names = {each.name.casefold(): each for each in path.parent.iterdir()}
        return names.get(path.name.casefold(), path)

    replace, unlink = module.Path.replace, module.Path.unlink
    monkeypatch.setattr(module.Path, "replace", lambda own, to: replace(own, real_one(to)))
    monkeypatch.setattr(module.Path, "unlink", lambda own, **k: unlink(real_one(own), **k))


@one_test
@pytest.mark.parametrize("n", range(10))
def test_a_disk_that_takes_upper_and_lower_case_for_one(tmp_path, monkeypatch, n):
    make(tmp_path, s1="old", B="old")
    on_a_disk_that_takes_cases_for_one(monkeypatch)
    with monkeypatch.context() as patch:
        steps(patch, n)
        with contextlib.suppress(Killed):
            make(tmp_path, S1="new")
    settle(tmp_path, results_in)
    assert content(tmp_path) in (
        {"s1.pgx.json": "old", "B.pgx.json": "old"},
        {"S1.pgx.json": "new"},
    )


def test_the_disk_keeps_the_complete_set_before_a_file_gets_its_place(tmp_path, monkeypatch):
    told = []
    monkeypatch.setattr(module, "sync_folder", lambda folder: told.append(folder.name))
    real = module.Path.replace
    monkeypatch.setattr(
        module.Path, "replace", lambda own, to: (told.append(own.name), real(own, to))
    )
    make(tmp_path, A="new")
    assert told == ["new", RUN_FOLDER, tmp_path.name, "A.pgx.json", tmp_path.name]


def test_an_interrupt_after_the_work_changes_no_status(tmp_path):
    for number in range(3):
        out = tmp_path / str(number)
        process = subprocess.Popen(words(PATIENT, out), stderr=subprocess.PIPE)
        while not (out / "calls.tsv").exists() and process.poll() is None:
            time.sleep(0.002)
        time.sleep(0.05 * number)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
        assert process.returncode in (0, 130)
        assert b"Traceback" not in said
