"""``pgx doctor``: is everything installed and whole."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Annotated, Final

import msgspec
import typer

from pgx.cli.doctor_checks import (
    DoctorFinding,
    Health,
    check_data,
    check_kernels,
    check_knowledge,
    check_packages,
    check_python,
    check_temporary,
)
from pgx.cli.options import run_app, single
from pgx.errors import printable

__all__ = ["doctor", "exit_status", "run"]

_WORST_FIRST: Final = (4, 5, 1)


def run(words: list[str]) -> int:
    """Run the command; return its exit status."""
    return run_app(single(doctor, "doctor"), words, "pgx doctor")


def doctor(
    json_lines: Annotated[  # noqa: FBT002
        bool, typer.Option("--json-lines", help="one JSON object a part")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="only parts that fail")] = False,  # noqa: FBT002
) -> int:
    """Check the install: a line for each part, with what to do where something is amiss.

    Python and packages, compiled code, the knowledge base and its age, optional parts, the
    folder of temporary files; then a simulated sample is called and compared with what it was
    made of. Exit status 0 if nothing fails, 4 for the knowledge base, 5 for the disk, else 1.

    Examples:
      pgx doctor

      pgx doctor --json-lines
    """
    findings = []
    for finding in _findings():  # a line as soon as it is known: compiling may take a minute
        findings.append(finding)
        if not quiet or finding.health is Health.FAIL:
            sys.stdout.write((_object if json_lines else _line)(finding) + "\n")
            sys.stdout.flush()
    return exit_status(findings)


def _findings() -> Iterator[DoctorFinding]:
    from pgx.cli.doctor_selftest import check_calls

    yield check_python()
    yield from check_packages()
    yield check_temporary()
    yield check_kernels()
    yield check_data()
    yield check_knowledge()
    yield check_calls()


def exit_status(findings: list[DoctorFinding]) -> int:
    """Return 0 where nothing fails, else the most telling status of what does."""
    failed = {f.exit_status for f in findings if f.health is Health.FAIL}
    return next((status for status in _WORST_FIRST if status in failed), 0)


def _line(finding: DoctorFinding) -> str:
    remedy = f"; {finding.remedy}" if finding.remedy else ""
    return printable(f"{finding.health.value:<5} {finding.part}: {finding.found}{remedy}")


def _object(finding: DoctorFinding) -> str:
    tree = msgspec.to_builtins(finding)
    del tree["exit_status"]
    return json.dumps(tree, ensure_ascii=True)
