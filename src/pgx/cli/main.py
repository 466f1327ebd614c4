"""Entry point: dispatches a command to its module, and turns errors into one line and a status.

Command modules are imported when their command is chosen, so that `annotate` on one file does
not load the others.
"""

from __future__ import annotations

import errno
import gc
import signal
import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any, Final, NoReturn

from pgx._version import __version__
from pgx.cli.console import finished, prepare
from pgx.errors import (
    KnowledgeError,
    MemoryShortageError,
    OutputError,
    PgxError,
    UsageError,
    printable,
)

__all__ = [
    "command_modules",
    "main",
    "version_object",
]


def version_object() -> str:
    """Return one line of JSON; ``knowledge_base`` is null if it cannot be used.

    Workflows call it at every step: it imports nothing that reads variants or tables.
    """
    import json
    import platform

    tree = {
        "tool": "pgx",
        "version": __version__,
        "python": platform.python_version(),
        "system": platform.system(),
        "machine": platform.machine(),
        "knowledge_base": _knowledge_base(),
    }
    return json.dumps(tree, ensure_ascii=True)


def _knowledge_base() -> dict[str, Any] | None:
    from pgx.knowledge.release_folder import default_release, read_contents
    from pgx.knowledge.tables import read_manifest

    place = default_release()
    try:
        manifest = read_manifest(place) if place.is_dir() else read_contents(place).manifest
    except KnowledgeError:
        return None
    return {
        "release": manifest.release,
        "schema": manifest.schema_version,
        "digest": manifest.digest,
    }


_COMMANDS = {
    "annotate": (
        "pgx.cli.annotate",
        "call genes from variants and write recommendations, by sample",
    ),
    "check": ("pgx.cli.check", "which genes an input can call, position by position"),
    "cohort": ("pgx.cli.cohort", "any number of samples: calls and recommendations as Parquet"),
    "completion": ("pgx.cli.completion", "a script that completes commands and options in a shell"),
    "doctor": ("pgx.cli.doctor", "check the installation, one line per component"),
    "explain": ("pgx.cli.explain", "evidence for one call of a saved result"),
    "kb": ("pgx.cli.kb", "the knowledge base: info, genes, drugs, show, verify, diff, build"),
    "partition": ("pgx.cli.partition", "split a cohort for workflow systems: plan, run, merge"),
    "reinterpret": ("pgx.cli.reinterpret", "update saved results with the current knowledge base"),
    "report": ("pgx.cli.report", "write a saved result as HTML, PDF, FHIR, Excel or JSON"),
    "simulate": ("pgx.cli.simulate", "make a VCF with known diplotypes"),
    "verify": ("pgx.cli.verify", "recompute a saved result and compare"),
}
_ADDED: Final = {"dose": "dosing models", "model": "dosing models"}
"""Commands of packages beside `pgx`, and what is to be installed for them."""
_COLLECTION = (200_000, 50, 50)
"""When cycles are looked for. A command makes hundreds of thousands of records that live to its
end and hold few cycles; to look through them as often as Python does by itself took a tenth of
the time of one genome."""
_UNMAPPED = ("cannot allocate memory", "failed to map segment", "Cannot allocate memory")
"""How the dynamic linker says that a library found no place."""
_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_AIMS = {
    "Call and recommend": ("annotate", "cohort", "partition"),
    "Before and after a call": ("check", "explain", "verify", "report", "reinterpret"),
    "Browse the evidence": ("kb",),
    "Dosing models": ("dose", "model"),
    "Try out and install": ("simulate", "doctor", "completion"),
}
_EXAMPLES = (
    "pgx annotate sample.vcf.gz -o results/",
    "pgx annotate sample.vcf.gz -o results/ --dry-run",
    "pgx explain results/S1.pgx.json --gene GENE",
    "pgx kb show clopidogrel",
)
_DISK = (
    errno.EACCES,
    errno.EIO,
    errno.ELOOP,
    errno.EMFILE,
    errno.ENAMETOOLONG,
    errno.ENFILE,
    errno.ENOSPC,
    errno.EPERM,
    errno.EDQUOT,
    errno.EROFS,
    errno.ESTALE,
)
"""Errors of the machine, whatever is read or written; others, such as ENOENT, can be ours."""
_INTERRUPTED = 130
_USAGE = 2


def command_modules() -> dict[str, str]:
    """Return the module of each command, including those of other installed packages."""
    return {name: module for name, (module, _) in _commands().items()}


def _commands() -> dict[str, tuple[str, str]]:
    """Return module and help line of each command, A–Z."""
    from pgx.base.extensions import added_commands

    return dict(sorted({**added_commands(), **_COMMANDS}.items()))


def _help() -> str:
    commands = _commands()
    width = max(map(len, commands))
    lines = [f"pgx {__version__}: pharmacogenomics from a person's variants", ""]
    lines += ["usage: pgx COMMAND [OPTIONS]     pgx COMMAND --help"]
    for aim, names in _by_aim(commands):
        lines += ["", f"{aim}:", *(f"  {name:<{width}}  {commands[name][1]}" for name in names)]
    lines += ["", "Examples:", *(f"  {example}" for example in _EXAMPLES)]
    lines += ["", "pgx --version prints the version, with --json-lines that of the data too"]
    return "\n".join(lines)


def _by_aim(commands: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield commands grouped by purpose; commands without a group come last."""
    named = {name for names in _AIMS.values() for name in names}
    groups = {**_AIMS, "More": tuple(sorted(set(commands) - named))}
    for aim, names in groups.items():
        there = [name for name in names if name in commands]
        if there:
            yield aim, there


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit status (see the contract of exit codes).

    0 done, 1 a bug in pgx, 2 usage, 3 an input was refused, 4 the knowledge base is damaged,
    5 disk, permission, memory or lost worker, 130 interrupted.
    """
    if arguments is None:
        gc.set_threshold(*_COLLECTION)
        prepare()
        for number in _ENDINGS:
            if signal.getsignal(number) is not signal.SIG_IGN:  # ignored under nohup
                signal.signal(number, _end)
        status = finished(lambda: _status(sys.argv[1:]))
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the work is done; Python exits slowly
        return status
    return _status(arguments)


def _end(number: int, _: object) -> NoReturn:
    """End as after an error: incomplete and temporary files are removed.

    The interrupt key ends the run in the same way: a `KeyboardInterrupt` raised while Python
    executes a new class body ends the process by the signal even if it is caught (CPython keeps the
    mark of an unhandled one), which would change the exit status.
    """
    for other in _ENDINGS:  # a second signal would interrupt the cleanup
        signal.signal(other, signal.SIG_IGN)
    if number == signal.SIGINT:
        sys.stderr.write("interrupted\n")
    raise SystemExit(128 + number)


def _status(words: list[str]) -> int:
    try:
        return _dispatch(words)
    except PgxError as error:
        sys.stderr.write(error.line() + "\n")
        return error.exit_status
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        return _INTERRUPTED
    except BrokenPipeError:
        return 0
    except Exception as error:  # noqa: BLE001 - the edge: anything else is a bug of ours
        if _lacks_memory(error):
            shortage = MemoryShortageError(
                "there is too little memory for this",
                remedy="give the process more, or take fewer samples or threads at once",
            )
            sys.stderr.write(shortage.line() + "\n")
            return shortage.exit_status
        if isinstance(error, OSError) and error.errno in _DISK:
            return _disk_failed(error)
        sys.stderr.write(
            f"[PGX-BUG-001] {type(error).__name__} in pgx itself; please report it"
            " with the command and pgx --version (set PGX_TRACEBACK=1 for details)\n"
        )
        _maybe_traceback()
        return 1


def _dispatch(words: list[str]) -> int:
    if not words or words[0] in ("-h", "--help"):
        sys.stdout.write(_help() + "\n")
        return 0 if words else _USAGE
    if words[0] == "--version":
        return _version(words[1:])
    own = _COMMANDS.get(words[0])
    # other packages are searched only for commands unknown to pgx, so annotate is not slowed down
    module = own[0] if own else command_modules().get(words[0])
    if module is None:
        return _refuse(words[0])
    status: int = import_module(module).run(words[1:])
    return status


def _refuse(command: str) -> int:
    """Report an unknown command.

    Raises
    ------
    UsageError
        The command belongs to a package that is not installed.
    """
    if command in _ADDED:
        raise UsageError(
            f"pgx {command} needs {_ADDED[command]}, which are not installed",
            remedy="install them with: pip install --force-reinstall --no-deps pgx-therapy",
        )
    sys.stderr.write(f"[PGX-USE-001] {_no_command(command)} pgx --help\n")
    return _USAGE


def _no_command(word: str) -> str:
    from pgx.base.texts import nearest

    kind = "option" if word.startswith("-") else "command"
    known = ["--help", "--version"] if kind == "option" else command_modules()
    name = nearest(word, known)
    meant = f" did you mean {name}? see" if name else " see"
    return f"no {kind} {printable(word)!r};{meant}"


def _version(words: list[str]) -> int:
    if words == ["--json-lines"]:
        sys.stdout.write(version_object() + "\n")
        return 0
    if words:
        sys.stderr.write("[PGX-USE-001] --version takes --json-lines only; see pgx --help\n")
        return _USAGE
    sys.stdout.write(f"pgx {__version__}\n")
    return 0


def _lacks_memory(error: BaseException | None) -> bool:
    """Whether an error, or its cause, is that the system has no memory or thread left."""
    for _ in range(8):  # a chain of causes, which foreign code may close to a cycle
        if error is None:
            return False
        text = str(error)
        if isinstance(error, MemoryError) or getattr(error, "errno", None) == errno.ENOMEM:
            return True
        if isinstance(error, ImportError | OSError) and any(mark in text for mark in _UNMAPPED):
            return True
        if isinstance(error, RuntimeError) and text == "can't start new thread":
            return True
        error = error.__cause__ or error.__context__
    return False


def _disk_failed(error: OSError) -> int:
    """Report an I/O error on other files than results, such as modules and their sources.

    The file name is omitted, because it may be that of a patient.
    """
    failed = OutputError(
        f"a file cannot be read or written: {error.strerror}",
        remedy="check disk, free space and the limit of open files",
    )
    sys.stderr.write(failed.line() + "\n")
    _maybe_traceback()
    return failed.exit_status


def _maybe_traceback() -> None:
    import os

    if os.environ.get("PGX_TRACEBACK"):
        import traceback

        traceback.print_exc()


if __name__ == "__main__":
    sys.exit(main())
