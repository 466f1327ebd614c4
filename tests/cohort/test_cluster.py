"""Workers of a Dask cluster give the same bytes; one that dies costs what it had in hand."""

from __future__ import annotations

import functools
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli import support
from cohort.faults import (
    WORDS,
    another_of,
    digests,
    few_files,
    many_files,
    n_parts,
    started,
    whole_run,
)
from pgx.engine.cluster import local_workers
from pgx.errors import UsageError

pytest.importorskip("distributed", reason="the extra cluster is not installed")

pgx = support.pgx_process  # workers start from the main module, which tests do not have
refused = functools.partial(support.refused, run=pgx)

SCHEDULER = """
import sys
from distributed import LocalCluster
if __name__ == "__main__":
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return many_files(tmp_path_factory.mktemp("many"), 200)


@pytest.fixture(scope="module")
def expected(files, tmp_path_factory):
    return whole_run(files, tmp_path_factory.mktemp("whole") / "out")


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    """The address of a cluster that does not belong to the run."""
    path = tmp_path_factory.mktemp("scheduler") / "serve.py"
    path.write_text(SCHEDULER)
    command = [sys.executable, str(path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=path.parent
    ) as process:
        yield process.stdout.readline().strip()
        process.stdin.close()


def workers_of(process) -> list[int]:
    """Return the processes of a run's workers."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                command = (folder / "cmdline").read_bytes()
            except OSError:
                continue
            if parent == process.pid and b"spawn_main" in command:
                found.append(int(folder.name))
    return found


def test_workers_give_the_bytes_of_one_process(files, expected, tmp_path):
    done = pgx("cohort", *files, "-o", tmp_path / "out", *WORDS, "--workers", 2, "--quiet")
    assert (done.returncode, done.stderr) == (0, "")
    assert digests(tmp_path / "out") == expected


@pytest.mark.exhaustive
def test_workers_infer_populations_alike(tmp_path):
    paths = few_files(tmp_path / "in")
    words = (*WORDS, "--ancestry", "inferred", "--quiet")
    for name, more in (("one", ()), ("two", ("--workers", "2"))):
        assert pgx("cohort", *paths, "-o", tmp_path / name, *words, *more).returncode == 0
    assert digests(tmp_path / "one") == digests(tmp_path / "two")


@pytest.mark.exhaustive
def test_a_cluster_of_others_is_used_again_and_again(scheduler, files, expected, tmp_path):
    for name in ("one", "two"):
        words = ("-o", tmp_path / name, *WORDS, "--scheduler", scheduler, "--quiet")
        done = pgx("cohort", *files, *words)
        assert (done.returncode, done.stderr) == (0, "")
        assert digests(tmp_path / name) == expected


def test_a_refused_input_is_named_once(tmp_path):
    paths = few_files(tmp_path / "in")
    paths[1].write_bytes(paths[1].read_bytes()[:-40])
    words = ("-o", tmp_path / "out", *WORDS, "--quiet", "--workers", "1")
    assert "1.vcf" in refused(3, "cohort", *paths, *words)


def test_an_error_of_a_worker_is_one_line(tmp_path):
    paths = few_files(tmp_path / "in")
    another = another_of(tmp_path / "in", "S000")
    words = ("-o", tmp_path / "out", *WORDS, "--quiet", "--workers", "1")
    assert "differently" in refused(3, "cohort", *paths, another, *words)


def test_a_killed_worker_costs_what_it_had_in_hand(files, expected, tmp_path):
    out = tmp_path / "out"
    process = started("cohort", *files, "-o", out, *WORDS, "--workers", "2", "--quiet")
    while n_parts(out) == 0 and process.poll() is None:
        time.sleep(0.005)
    victim = workers_of(process)[0]
    os.kill(victim, signal.SIGKILL)
    _, said = process.communicate(timeout=900)
    assert (process.returncode, said) == (0, "")
    assert digests(out) == expected


@pytest.mark.exhaustive
def test_a_killed_run_leaves_no_workers_and_goes_on(files, expected, tmp_path):
    out = tmp_path / "out"
    words = ("cohort", *files, "-o", out, *WORDS, "--workers", "2")
    process = started(*words)
    while n_parts(out) == 0 and process.poll() is None:
        time.sleep(0.005)
    workers = workers_of(process)
    process.kill()
    process.communicate(timeout=900)
    end = time.monotonic() + 900
    while any(Path(f"/proc/{pid}").exists() for pid in workers) and time.monotonic() < end:
        time.sleep(0.05)
    assert workers
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers)
    assert pgx(*words[:-2]).returncode == 0  # without workers: the same plan
    assert digests(out) == expected


@pytest.mark.exhaustive
def test_ctrl_c_ends_all_with_one_line(files, expected, tmp_path):
    out = tmp_path / "out"
    words = ("cohort", *files, "-o", out, *WORDS, "--workers", "2", "--quiet")
    process = started(*words)
    while n_parts(out) == 0 and process.poll() is None:
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    _, said = process.communicate(timeout=900)
    assert (process.returncode, said) == (130, "interrupted\n")
    assert pgx(*words).returncode == 0
    assert digests(out) == expected


@pytest.mark.exhaustive
def test_a_part_that_ends_every_worker_ends_the_run(files, expected, tmp_path):
    out = tmp_path / "out"
    words = ("cohort", *files, "-o", out, *WORDS, "--workers", "1", "--quiet")
    process = started(*words, DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0")
    while n_parts(out) == 0 and process.poll() is None:
        time.sleep(0.005)
    os.kill(workers_of(process)[0], signal.SIGKILL)
    _, said = process.communicate(timeout=900)
    assert process.returncode == 5
    [line] = said.splitlines()
    assert line.startswith("[PGX-DEP-001] a part that is to read")
    assert pgx(*words).returncode == 0
    assert digests(out) == expected


def test_a_scheduler_that_is_not_there(tmp_path):
    paths = few_files(tmp_path / "in")
    words = ("-o", tmp_path / "out", "--scheduler", "tcp://127.0.0.1:9", "--quiet")
    short = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "1s"}
    line = refused(5, "cohort", *paths, *words, **short)
    assert line.startswith("[PGX-DEP-001] no workers at tcp://127.0.0.1:9")
    assert not (tmp_path / "out").exists()


def test_words_that_workers_cannot_follow(tmp_path):
    out = ("-o", tmp_path / "out")
    refused(2, "cohort", "-", *out, "--workers", "1")
    refused(2, "cohort", "x.vcf", *out, "--workers", "1", "--scheduler", "tcp://x:1")
    assert not (tmp_path / "out").exists()


def test_without_dask_it_says_what_to_install(tmp_path):
    code = (
        "import sys; sys.modules['distributed'] = None; from pgx.cli.main import main;"
        f"sys.exit(main(['cohort', 'x.vcf', '-o', {str(tmp_path / 'out')!r}, '--workers', '2']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=900)
    assert done.returncode == 2
    assert done.stderr.endswith("install it with: pip install 'pgx-therapy[cluster]'\n")
    assert not (tmp_path / "out").exists()


def test_dask_is_imported_only_when_asked(tmp_path):
    paths = few_files(tmp_path / "in")
    words = ["cohort", *map(str, paths), "-o", str(tmp_path / "out"), "--quiet"]
    code = f"import sys; from pgx.cli.main import main; main({words}); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=900)
    assert not {"dask", "distributed"} & set(done.stdout.split())


GUARDED = """
from pathlib import Path
from pgx.engine.cluster import local_workers
if __name__ == "__main__":
    with local_workers(1, Path(".")) as workers:
        address = workers._client.scheduler.address
        print(address)
        from distributed import Client
        try:
            Client(address.replace("tls", "tcp"), timeout=5, set_as_default=False)
        except OSError:
            print("refused")
"""


def test_nobody_without_the_credentials_of_a_run_reaches_its_workers(tmp_path):
    path = tmp_path / "guarded.py"
    path.write_text(GUARDED)
    done = subprocess.run(
        [sys.executable, str(path)], capture_output=True, text=True, cwd=tmp_path, timeout=900
    )
    address, refusal = done.stdout.splitlines()
    assert address.startswith("tls://127.0.0.1:")
    assert refusal == "refused"


def test_workers_do_not_start_without_credentials(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "cryptography", None)
    wanted = pytest.raises(UsageError, match="cryptography is not installed")
    with wanted, local_workers(1, tmp_path):
        pass
