"""Dask workers: what each worker process loads, and the executor that uses them.

Workers ignore Ctrl-C: a terminal sends the interrupt to the whole process group, and the process
that started them reports it and stops them. Workers open no dashboard port: Dask would open one
in each worker, without authentication.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import os
import signal
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any, Final

import msgspec

from pgx.base.extensions import isolated_environment, load_extra
from pgx.base.files import scratch_folder, scratch_in
from pgx.engine.folder import PLAN_FILE, kept_release
from pgx.engine.part_files import Refusal, raised, refusal_of
from pgx.engine.parts import FolderParts
from pgx.engine.plan import CohortPlan, read_plan
from pgx.engine.scheduler import Scheduler, Watch, check_address, is_open_to_all, security_of
from pgx.engine.work import Kind, Progress, Silent, Steps, read_engine
from pgx.errors import DependencyError, OutputError, PgxError, UsageError

__all__ = [
    "Workers",
    "check_cluster",
    "dask_setup",
    "do_step",
    "failure",
    "local_workers",
    "remote_workers",
]


def do_step(number: int, *, folder: str, run: str, kind: str) -> bytes:
    """Run one step; return empty bytes, or its error as `failure` decodes it.

    Parameters
    ----------
    number
        Index of a reading part, of a gene of the plan, or of a chunk of samples.
    folder
        Folder of the plan and its parts.
    run
        Unique per run, so that a worker never reuses the cached steps of another run.
    kind
        The value of a `Kind`, as text.
    """
    try:
        steps = _steps(folder, run)
        with scratch_in(Path(folder)):
            # an input may have changed since the plan was made
            if kind == Kind.READ:
                steps.plan.check_files(steps.plan.reads[number])
            steps.do(Kind(kind), number)
    except PgxError as error:
        return msgspec.json.encode(refusal_of(error))
    return b""


def failure(answer: bytes) -> PgxError | None:
    """Return the error of a failed step, None if it succeeded."""
    return raised(msgspec.json.decode(answer, type=Refusal)) if answer else None


@functools.lru_cache(maxsize=1)
def _steps(folder: str, run: str) -> Steps:
    """Return the shared state of a run's steps, created once per process."""
    del run
    path = Path(folder)
    if not path.is_dir():
        raise OutputError(
            "a worker does not see this folder",
            where=folder,
            remedy="results and inputs must lie where all machines see them under the same path",
        )
    plan = read_plan(path / PLAN_FILE)
    return Steps(plan, read_engine(plan, kept_release(path, plan)), FolderParts(path, plan))


# our own errors are returned as data (`do_step`): only unexpected ones are retried
_RETRIES: Final = 2
_PAUSE: Final = 0.02
"""Seconds between two checks for finished steps."""
_LOGGERS: Final = ("distributed", "dask", "tornado", "asyncio", "bokeh")
_SETTINGS: Final = {"distributed.scheduler.worker-saturation": 1.0}
"""A worker gets its next part only when idle, because the length of parts varies widely."""


def check_cluster(plan: CohortPlan, scheduler: str = "") -> None:
    """Refuse plans that workers cannot run, and a scheduler that must not be used.

    Raises
    ------
    UsageError
        The extra ``cluster`` is not installed, standard input is an input, or see
        `pgx.engine.scheduler.check_address`.
    """
    load_extra("distributed", "cluster")
    if scheduler:
        check_address(scheduler)
    if any(file.path == "-" for file in plan.inputs):
        raise UsageError("workers cannot read standard input", remedy="give the path of a file")


class Workers:
    """An executor whose workers run the steps of the plan in a folder.

    Parameters
    ----------
    client
        Dask client of the workers' scheduler.
    folder
        Folder of the plan and its parts.
    watch
        Ends a run that would wait forever.
    own
        Resources that end with the workers, if this run started them.
    """

    is_parallel = True

    def __init__(
        self,
        client: Any,  # noqa: ANN401 - Dask has no types
        folder: Path,
        watch: Watch,
        own: contextlib.ExitStack | None = None,
    ) -> None:
        self._client, self._folder, self._watch = client, folder, watch
        self._own = own
        self._ending: threading.Thread | None = None
        # keys of the same plan in an earlier run must not return its cached results
        self._run = os.urandom(8).hex()

    def do(self, kind: Kind, numbers: Sequence[int], done: Callable[[int], None]) -> None:
        """Run steps of one kind in the given order; ``done`` receives the number of each.

        Raises
        ------
        PgxError
            The error of the first failed step; the others are cancelled.
        DependencyError
            Several workers died on one step, the scheduler is lost, or there are no workers.
        """
        name = f"pgx-{kind}-{self._run}"
        futures = self._client.map(
            do_step,
            numbers,
            key=[(name, number) for number in numbers],
            folder=str(self._folder.absolute()),
            run=self._run,
            kind=kind.value,
            retries=_RETRIES,
            pure=False,
        )
        of_future = dict(zip(futures, numbers, strict=True))
        try:
            with _lost_are_named(kind):
                for future, answer in self._finished(futures):
                    error = failure(answer)
                    if error is not None:
                        raise error
                    done(of_future[future])
        finally:
            with contextlib.suppress(Exception):  # the scheduler may be lost
                self._client.cancel(futures)

    def let_go(self) -> None:
        """Stop our own workers while results are written: stopping takes half a second."""
        if self._own is not None:
            self._ending = threading.Thread(target=self._own.pop_all().close)
            self._ending.start()

    def ended(self) -> None:
        """Wait for the stopped workers: they hold open files in the folder of the results."""
        if self._ending is not None:
            self._ending.join()

    def _finished(self, futures: Sequence[Any]) -> Iterator[tuple[Any, bytes]]:
        """Yield futures with their answers as they complete; every wait has a timeout."""
        distributed = load_extra("distributed", "cluster")
        coming = distributed.as_completed(futures, loop=self._client.loop, with_results=True)
        self._watch.heard()
        for _ in futures:
            # next() would block without a timeout while the scheduler is lost
            while not coming.has_ready():
                time.sleep(_PAUSE)
                self._watch.look()
            future, answer = next(coming)
            if isinstance(answer, BaseException):  # the scheduler is lost
                raise answer
            yield future, answer
            self._watch.heard()


@contextlib.contextmanager
def _lost_are_named(kind: Kind) -> Iterator[None]:
    from distributed.scheduler import KilledWorker

    kept = "finished parts are kept: start the same command again"
    try:
        yield
    except KilledWorker as error:
        raise DependencyError(
            f"a part that is to {kind} ended every worker that tried it, {_tries(error)} in all",
            remedy=f"give workers more memory; {kept}",
        ) from error
    except (CancelledError, TimeoutError, OSError) as error:
        raise DependencyError(
            "the connection to the scheduler is lost", remedy=f"see its log; {kept}"
        ) from error
    except ModuleNotFoundError as error:
        raise DependencyError(
            f"a worker lacks the package {error.name}",
            remedy="install the same version of pgx where workers run",
        ) from error


def _tries(error: Exception) -> int:
    return int(getattr(error, "allowed_failures", 0)) + 1


@contextlib.contextmanager
def local_workers(
    n_workers: int, folder: Path, progress: Progress | None = None
) -> Iterator[Workers]:
    """Start single-threaded worker processes on this machine; they end with the context.

    They accept connections from this machine only, with credentials created for this run:
    anyone who can reach a scheduler can run code as its user.

    Raises
    ------
    DependencyError
        The workers do not start.
    UsageError
        A package of the extra ``cluster`` is not installed.
    """
    load_extra("cryptography", "cluster")  # Dask creates the credentials with it
    dask, distributed = load_extra("dask", "cluster"), load_extra("distributed", "cluster")
    with contextlib.ExitStack() as stack:
        stack.enter_context(_silent())
        stack.enter_context(isolated_environment())
        scratch = stack.enter_context(scratch_folder(folder.absolute()))
        with _started("workers do not start"):
            stack.enter_context(dask.config.set({**_SETTINGS, "temporary-directory": str(scratch)}))
            cluster = distributed.LocalCluster(
                n_workers=n_workers,
                threads_per_worker=1,
                processes=True,
                dashboard_address=None,
                memory_limit=None,
                silence_logs=logging.CRITICAL,
                local_directory=str(scratch),
                host="127.0.0.1",
                security=True,
                preload=["pgx.engine.cluster"],
                env={"POLARS_MAX_THREADS": "1", "DASK_LOGGING__DISTRIBUTED": "critical"},
            )
            stack.callback(cluster.close)
            cluster.scheduler.http_server.stop()  # see the module docstring
            client = distributed.Client(cluster, set_as_default=False)
            stack.callback(client.close)
        watch = Watch(Scheduler(cluster.scheduler_address, cluster.security), progress or Silent())
        workers = Workers(client, folder, watch, stack)
        try:
            yield workers
        finally:
            workers.ended()


@contextlib.contextmanager
def remote_workers(
    address: str, folder: Path, progress: Progress | None = None
) -> Iterator[Workers]:
    """Use the workers of a running scheduler; they are not stopped.

    Raises
    ------
    DependencyError
        It cannot be reached, or has no workers until the timeout.
    UsageError
        See `pgx.engine.scheduler.check_address`.
    """
    distributed = load_extra("distributed", "cluster")
    check_address(address)
    tell = progress or Silent()
    if is_open_to_all(address):
        tell.note(f"hint: whoever uses this machine can run programs through {address}: no TLS")
    security = security_of(address)
    watch = Watch(Scheduler(address, security), tell)
    with _silent():
        watch.first_workers()
        with _started(f"no workers at {address}"):
            client = distributed.Client(address, set_as_default=False, security=security)
        with client:
            yield Workers(client, folder, watch)


@contextlib.contextmanager
def _started(what: str) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, RuntimeError, TimeoutError) as error:
        raise DependencyError(what, remedy=str(error).partition("\n")[0]) from error


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """Silence Dask's logging: relevant failures are reported by our own errors."""
    for name in (*_LOGGERS, *logging.root.manager.loggerDict):
        if name.partition(".")[0] in _LOGGERS:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def dask_setup(worker: Any) -> None:  # noqa: ANN401 - Dask has no types
    """Ignore interrupts and close the port; Dask calls this function by name in each worker."""
    worker.http_server.stop()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
