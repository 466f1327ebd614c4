"""A scheduler that is silent, has no workers, or is open to all: said in time, never waited for."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

from cases import one_test
from cli import support
from cohort.faults import WORDS, digests, few_files, many_files, n_parts, started, whole_run
from pgx.engine.scheduler import Watch, check_address, patience
from pgx.engine.work import Silent
from pgx.errors import DependencyError, UsageError

pytest.importorskip("distributed", reason="the extra cluster is not installed")

pgx = support.pgx_process
SHORT = {"PGX_CLUSTER_PATIENCE": "3"}

SCHEDULER = """
import asyncio, sys
from distributed import Scheduler
async def serve():
    async with Scheduler(host="127.0.0.1", port=0, dashboard=False, dashboard_address=":0") as own:
        print(own.address, flush=True)
        await asyncio.to_thread(sys.stdin.read)
asyncio.run(serve())
"""
WORKER = ("-m", "distributed.cli.dask_worker", "--no-nanny", "--nthreads=1", "--no-dashboard")


@contextlib.contextmanager
def running(folder, text=SCHEDULER, **environment):
    """Run a scheduler in a process of its own."""
    path = folder / "serve.py"
    path.write_text(text)
    with subprocess.Popen(
        [sys.executable, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=folder,
        env={**os.environ, **environment},
    ) as process:
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


@contextlib.contextmanager
def worker_of(address, folder, **environment):
    command = [sys.executable, *WORKER, "--local-directory", str(folder), address]
    with subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env={**os.environ, **environment},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture(scope="module")
def lonely(tmp_path_factory):
    with running(tmp_path_factory.mktemp("lonely")) as (_, address):
        yield address


@pytest.fixture
def silent():
    """The address of a server that accepts connections and says nothing."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(50)
        held = []

        def accept():
            with contextlib.suppress(OSError):
                while True:
                    held.append(server.accept()[0])

        threading.Thread(target=accept, daemon=True).start()
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}"


def run_with(address, tmp_path):
    """Run by a scheduler; return the status and what was said."""
    paths = few_files(tmp_path / "in")
    done = pgx("cohort", *paths, "-o", tmp_path / "out", *WORDS, "--scheduler", address, **SHORT)
    assert not (tmp_path / "out").exists()
    return done.returncode, done.stderr.splitlines()


def test_a_scheduler_without_workers(lonely, tmp_path):
    status, [hint, waits, error] = run_with(lonely, tmp_path)
    assert status == 5
    assert hint.startswith("hint: ")
    assert waits == f"no workers at {lonely}: waiting, at most 3 s"
    assert error.startswith(f"[PGX-DEP-001] no workers at {lonely} for 3 seconds; ")
    assert "PGX_CLUSTER_PATIENCE" in error


@pytest.mark.torture
def test_a_server_that_says_nothing(silent, tmp_path):
    status, [_, waits, error] = run_with(silent, tmp_path)
    assert status == 5
    assert waits == f"waiting for the scheduler at {silent} to answer"
    assert error.startswith(f"[PGX-DEP-001] no workers at {silent}: the scheduler is not reached")


@pytest.mark.torture
def test_an_address_where_nobody_listens(tmp_path):
    status, [*_, error] = run_with("tcp://127.0.0.1:9", tmp_path)
    assert status == 5
    assert error.startswith("[PGX-DEP-001] no workers at tcp://127.0.0.1:9: ")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return many_files(tmp_path_factory.mktemp("many"), 200)


def stopped(files, tmp_path, victim):
    """Run by one worker; send a signal to somebody when the first part is finished."""
    out = tmp_path / "out"
    with (
        running(tmp_path) as (scheduler, address),
        worker_of(address, tmp_path) as worker,
    ):
        process = started("cohort", *files, "-o", out, *WORDS, "--scheduler", address, **SHORT)
        while n_parts(out) == 0 and process.poll() is None:
            time.sleep(0.005)
        who, number = victim(scheduler, worker)
        os.kill(who.pid, number)
        _, said = process.communicate(timeout=110)
    return process.returncode, said.splitlines(), address


@pytest.mark.torture
def test_workers_that_all_die_during_work(files, tmp_path):
    status, said, address = stopped(files, tmp_path, lambda _, worker: (worker, signal.SIGKILL))
    assert status == 5
    assert f"the scheduler at {address} has no workers: waiting, at most 3 s" in said
    assert said[-1].startswith(f"[PGX-DEP-001] the scheduler at {address} has no workers for 3")
    assert "finished parts are kept" in said[-1]
    out = tmp_path / "out"
    assert n_parts(out) > 0
    assert pgx("cohort", *files, "-o", out, *WORDS, "--quiet").returncode == 0
    assert digests(out) == whole_run(files, tmp_path / "whole")


@pytest.mark.torture
def test_a_scheduler_that_falls_silent_during_work(files, tmp_path):
    status, said, address = stopped(files, tmp_path, lambda own, _: (own, signal.SIGSTOP))
    assert status == 5
    assert said[-1].startswith(f"[PGX-DEP-001] the scheduler at {address} does not answer for 3")


@pytest.mark.torture
def test_a_scheduler_that_is_gone_during_work(files, tmp_path):
    status, said, _ = stopped(files, tmp_path, lambda own, _: (own, signal.SIGKILL))
    assert status == 5
    assert said[-1].startswith("[PGX-DEP-001] the connection to the scheduler is lost; ")


@pytest.mark.parametrize("address", ["tcp://10.1.2.3:8786", "10.1.2.3:8786", "tcp://host:1"])
def test_a_scheduler_of_another_machine_without_tls_is_refused(address, tmp_path):
    paths = few_files(tmp_path / "in", 1)
    line = support.refused(2, "cohort", *paths, "-o", tmp_path / "out", "--scheduler", address)
    assert line.startswith(f"[PGX-USE-001] the scheduler at {address} is on another machine")
    assert "tls://" in line
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "tcp://[::1]:1", "localhost:1"])
def test_a_scheduler_of_this_machine_needs_none(address):
    check_address(address)


@pytest.mark.parametrize(
    ("address", "what"),
    [("tls://10.1.2.3:8786", "no credentials"), ("tls://127.0.0.1:1", "no credentials"),
     ("carrier-pigeon://a:1", "is no address"), ("nonsense", "is no address")],
)  # fmt: skip
def test_addresses_that_cannot_be_used(address, what):
    with pytest.raises(UsageError, match=what):
        check_address(address)


def credentials(folder):
    """Write what Dask makes for a run into files; return the variables that name them."""
    from distributed import Security

    own = Security.temporary()
    for name, text in (("ca", own.tls_ca_file), ("key", own.tls_client_key)):
        (folder / name).write_text(text)
        (folder / name).chmod(0o600)
    names = {"CA_FILE": "ca"}
    for role in ("CLIENT", "SCHEDULER", "WORKER"):
        names |= {f"{role}__CERT": "ca", f"{role}__KEY": "key"}
    start = "DASK_DISTRIBUTED__COMM__TLS__"
    return {f"{start}{name}": str(folder / file) for name, file in names.items()}


@pytest.mark.torture
def test_a_scheduler_with_tls_is_used_and_tells_others_off(tmp_path):
    known = credentials(tmp_path)
    text = SCHEDULER.replace("Scheduler(host", 'Scheduler(protocol="tls", host')
    paths = few_files(tmp_path / "in")
    with (
        running(tmp_path, text, **known) as (_, address),
        worker_of(address, tmp_path, **known),
    ):
        assert address.startswith("tls://")
        words = ("cohort", *paths, *WORDS, "--scheduler", address, "--quiet")
        done = pgx(*words, "-o", tmp_path / "out", **known)
        assert (done.returncode, done.stderr) == (0, "")
        (tmp_path / "others").mkdir()
        other = credentials(tmp_path / "others")
        line = support.refused(5, *words, "-o", tmp_path / "no", run=pgx, **other, **SHORT)
        assert line.startswith(f"[PGX-DEP-001] no workers at {address}: ")
    assert digests(tmp_path / "out") == whole_run(paths, tmp_path / "whole")


@one_test
@pytest.mark.parametrize("text", ["soon", "0", "-1", "nan", "inf"])
def test_patience_is_a_number_of_seconds(monkeypatch, text):
    monkeypatch.setenv("PGX_CLUSTER_PATIENCE", text)
    with pytest.raises(UsageError, match="no number of seconds"):
        patience()


class Answers:
    """A scheduler that gives chosen answers: counts of workers, None for silence."""

    address = "tcp://127.0.0.1:1"

    def __init__(self, *answers):
        self._answers = list(answers)

    def n_workers(self, seconds, tell):
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if answer is None:
            raise TimeoutError
        return answer


class Clock:
    def __init__(self):
        self.now = 0.0

    def monotonic(self):
        self.now += 1.0
        return self.now


def looked(monkeypatch, n, *answers):
    """Look n times, a second apart; return what was noted."""
    notes = []
    tell = Silent()
    monkeypatch.setattr(tell, "note", notes.append)
    monkeypatch.setattr("pgx.engine.scheduler.time", Clock())
    watch = Watch(Answers(*answers), tell, 20.0)
    watch.heard()
    for _ in range(n):
        watch.look()
    return notes


def test_workers_that_come_back_in_time_end_nothing(monkeypatch):
    notes = looked(monkeypatch, 200, 0, None, 0, 2, 0, None, 0, 2)
    assert len(notes) == 6
    assert not looked(monkeypatch, 200, 1)


@pytest.mark.parametrize(("answer", "what"), [(0, "has no workers"), (None, "does not answer")])
def test_patience_ends(monkeypatch, answer, what):
    with pytest.raises(DependencyError, match=f"{what} for 20 seconds"):
        looked(monkeypatch, 200, answer)


def _speaks_http(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as server:
        server.settimeout(1)
        server.sendall(b"GET /health HTTP/1.0\r\n\r\n")
        return b"HTTP" in server.recv(1000)
    return False


PORTS = """
from pathlib import Path
from pgx.engine.cluster import local_workers
if __name__ == "__main__":
    with local_workers(1, Path(".")) as workers:
        info = workers._client.scheduler_info()
        own = [info, *info["workers"].values()]
        print(*(service["services"]["dashboard"] for service in own))
        import sys
        sys.stdin.read()
"""


def test_workers_of_this_machine_have_no_dashboard(tmp_path):
    path = tmp_path / "ports.py"
    path.write_text(PORTS)
    with subprocess.Popen(
        [sys.executable, str(path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=tmp_path,
    ) as process:  # fmt: skip
        ports = [int(word) for word in process.stdout.readline().split()]
        assert len(ports) == 2
        assert not any(map(_speaks_http, ports))
        process.stdin.close()
    assert [each.name for each in tmp_path.iterdir()] == ["ports.py"]
