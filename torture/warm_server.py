"""Fork one process for each run of the command: imports are paid once.

Reads requests from standard input, a JSON object a line; writes ``{"pid": …}`` when a run has
started and ``{"status": …, "seen": …}`` when it has ended. A request may arm the library of
`torture.failing_calls`, and may name a file for the names of all data files that the run opens.
Only modules are imported before the fork: data, kernels and threads belong to each run.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import json
import os
import pkgutil
import resource
import signal
import sys
import time
from collections.abc import Mapping
from typing import Any, Final

LIBRARIES: Final = ("numpy.ma", "polars", "typer", "rich", "jinja2", "isal.igzip", "xlsxwriter")
TIME_LIMIT: Final = 180.0
"""Seconds after which a run counts as a hang."""
# the workers' program and the runners that need an extra
SKIPPED: Final = ("__main__", "notebook", "cluster", "tasks")


def import_all() -> None:
    """Import every module of pgx, and what its commands load later."""
    import pgx

    for name in LIBRARIES:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    for module in pkgutil.walk_packages(pgx.__path__, "pgx."):
        if module.name.rpartition(".")[2] not in SKIPPED:
            with contextlib.suppress(ImportError):
                importlib.import_module(module.name)


def _prepare(request: Mapping[str, Any]) -> None:
    """Make the forked process what a new one would be."""
    os.setsid()
    os.chdir(request["folder"])
    os.environ.update(request["variables"])
    null = os.open(os.devnull, os.O_RDONLY)
    out = os.open(request["out"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    errors = os.open(request["errors"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for descriptor, number in ((null, 0), (out, 1), (errors, 2)):
        os.dup2(descriptor, number)
        os.close(descriptor)
    if request.get("opened"):
        _note_opened(request["opened"], request["below"])


def _note_opened(path: str, below: str) -> None:
    """Write the names of files below a folder that are opened from now on."""
    handle = open(path, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - kept to the end

    def hook(event: str, details: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(details[0], str) and details[0].startswith(below):
            handle.write(details[0] + "\n")
            handle.flush()

    sys.addaudithook(hook)


def _child(request: Mapping[str, Any], seen: int) -> None:
    """Run the command, and leave as a process of its own would."""
    _prepare(request)
    from pgx.cli.main import main

    sys.argv = ["pgx", *request["words"]]
    if request.get("kind") is None:
        sys.exit(main())
    library = ctypes.CDLL(None)
    library.torture_arm(request["kind"], ctypes.c_long(request["at"]))
    try:
        sys.exit(main())
    finally:
        library.torture_seen.restype = ctypes.c_long
        os.write(seen, str(library.torture_seen()).encode())


def _ended(pid: int) -> tuple[int, resource.struct_rusage]:
    """Wait for a run; one that does not end is killed, and so has a status below 0."""
    end = time.monotonic() + TIME_LIMIT
    while True:
        found, status, usage = os.wait4(pid, os.WNOHANG)
        if found:
            return status, usage
        if time.monotonic() > end:
            os.killpg(pid, signal.SIGKILL)
        time.sleep(0.005)


def serve() -> None:
    """Answer requests until standard input ends."""
    import_all()
    print(json.dumps({"threads": len(os.listdir("/proc/self/task"))}), flush=True)  # noqa: PTH208
    for line in iter(sys.stdin.readline, ""):
        read, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            _child(json.loads(line), write)
        os.close(write)
        print(json.dumps({"pid": pid}), flush=True)
        status, usage = _ended(pid)
        seen = os.read(read, 64).decode()
        os.close(read)
        ended = {"status": os.waitstatus_to_exitcode(status), "seen": int(seen or 0)}
        print(json.dumps({**ended, "peak_kb": usage.ru_maxrss}), flush=True)


if __name__ == "__main__":
    serve()
