"""Entry point: sends a command to its module, turns our errors into one line and a status.

Command modules are imported when their command is chosen; `annotate` on one file must not
pay for the others.
"""

from __future__ import annotations

import sys
from importlib import import_module

import pgx
from pgx.base.errors import PgxError, printable

__all__ = ["main"]

_COMMANDS = {
    "annotate": ("pgx.cli.annotate", "read variants, call genes, advise: files for each sample"),
    "check": ("pgx.cli.check", "which genes an input can answer, position by position"),
    "explain": ("pgx.cli.explain", "what supports one call of a saved result"),
    "kb": ("pgx.cli.kb", "the knowledge base: info, genes, drugs, show, verify, diff, build"),
    "reinterpret": ("pgx.cli.reinterpret", "saved results by today's knowledge base: what changed"),
    "report": ("pgx.cli.report", "a saved result again, as HTML or JSON"),
    "simulate": ("pgx.cli.simulate_app", "make a VCF with known diplotypes"),
}
_INTERRUPTED = 130
_USAGE = 2


def _help() -> str:
    width = max(map(len, _COMMANDS))
    lines = [f"  {name:<{width}}  {text}" for name, (_, text) in _COMMANDS.items()]
    return "\n".join(
        [
            f"pgx {pgx.__version__}: pharmacogenomics from a person's variants",
            "",
            "usage: pgx COMMAND [OPTIONS]     pgx COMMAND --help",
            "",
            *lines,
            "",
            "example:  pgx annotate sample.vcf.gz -o results/",
        ]
    )


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit status (see the contract of exit codes).

    0 done, 1 a bug in pgx, 2 usage, 3 an input was refused, 4 the knowledge base is damaged,
    5 disk, permission or lost worker, 130 interrupted.
    """
    words = sys.argv[1:] if arguments is None else arguments
    if not words or words[0] in ("-h", "--help"):
        sys.stdout.write(_help() + "\n")
        return 0 if words else _USAGE
    if words[0] == "--version":
        sys.stdout.write(f"pgx {pgx.__version__}\n")
        return 0
    if words[0] not in _COMMANDS:
        sys.stderr.write(f"[PGX-USE-001] no command {printable(words[0])!r}; see pgx --help\n")
        return _USAGE
    return _run(words[0], words[1:])


def _run(command: str, words: list[str]) -> int:
    try:
        status: int = import_module(_COMMANDS[command][0]).run(words)
    except PgxError as error:
        sys.stderr.write(error.line() + "\n")
        return error.exit_status
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        return _INTERRUPTED
    except BrokenPipeError:
        return 0
    except Exception as error:  # noqa: BLE001 - the edge: anything else is a bug of ours
        sys.stderr.write(
            f"[PGX-BUG-001] {type(error).__name__} in pgx itself; please report it"
            " with the command and pgx --version (set PGX_TRACEBACK=1 for details)\n"
        )
        _maybe_traceback()
        return 1
    return status


def _maybe_traceback() -> None:
    import os

    if os.environ.get("PGX_TRACEBACK"):
        import traceback

        traceback.print_exc()


if __name__ == "__main__":
    sys.exit(main())
