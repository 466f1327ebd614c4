"""The checks of ``pgx doctor``: each looks at one part and returns what it found."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final

import msgspec

from pgx.base.texts import months_between, release_month
from pgx.errors import KnowledgeError, PgxError

__all__ = [
    "DoctorFinding",
    "Health",
    "check_data",
    "check_kernels",
    "check_knowledge",
    "check_packages",
    "check_python",
    "check_temporary",
    "is_at_least",
]

DISTRIBUTION: Final = "pgx-therapy"
_REQUIREMENT: Final = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?\s*([^;]*)(?:;(.*))?")
_EXTRA: Final = re.compile(r"extra == ['\"]([^'\"]+)['\"]")
_FOR_DEVELOPERS: Final = frozenset({"dev", "docs", "fuzz"})
_OLD_MONTHS: Final = 12


class Health(StrEnum):
    """How a part is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class DoctorFinding(msgspec.Struct, frozen=True, kw_only=True):
    """What was found of one part.

    ``exit_status`` is that of the command where the part fails: 4 the knowledge base, 5 disk or
    permission, 1 the program or its packages.
    """

    part: str
    health: Health
    found: str
    remedy: str = ""
    exit_status: int = 0


def check_python() -> DoctorFinding:
    """Return whether Python is new enough."""
    found = f"{platform.python_version()} at {sys.executable}"
    needed = _metadata("Requires-Python").removeprefix(">=") or "3.11"
    if is_at_least(platform.python_version(), needed):
        return DoctorFinding(part="python", health=Health.OK, found=found)
    remedy = f"install Python {needed} or newer"
    return DoctorFinding(
        part="python", health=Health.FAIL, found=found, remedy=remedy, exit_status=1
    )


def check_packages() -> Iterator[DoctorFinding]:
    """Yield a finding a required package, then one a package of an optional part."""
    try:
        requirements = importlib.metadata.requires(DISTRIBUTION) or []
    except importlib.metadata.PackageNotFoundError:
        yield DoctorFinding(
            part="packages",
            health=Health.WARN,
            found=f"{DISTRIBUTION} is not installed, versions cannot be compared",
            remedy="install it with pip",
        )
        return
    parsed = [_parse(text) for text in requirements]
    for name, bound, extra in sorted(parsed, key=lambda item: (item[2], item[0])):
        if extra not in _FOR_DEVELOPERS:
            yield _package(name, bound, extra)


def _parse(requirement: str) -> tuple[str, str, str]:
    """Return name, bounds and extra of a requirement.

    >>> _parse("typer<0.29,>=0.15"), _parse("typst>=0.14; extra == 'pdf'")
    (('typer', '<0.29,>=0.15', ''), ('typst', '>=0.14', 'pdf'))
    """
    match = _REQUIREMENT.match(requirement)
    name, bounds, marker = match.groups() if match else (requirement, "", "")
    extra = _EXTRA.search(marker or "")
    return name, bounds.strip(), extra[1] if extra else ""


def _package(name: str, bounds: str, extra: str) -> DoctorFinding:
    part = f"{name} ({extra})" if extra else name
    install = f"pip install '{DISTRIBUTION}[{extra}]'" if extra else f"pip install '{name}{bounds}'"
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        health = Health.WARN if extra else Health.FAIL
        status = 0 if extra else 1
        found = "not installed (optional)" if extra else "not installed"
        return DoctorFinding(
            part=part, health=health, found=found, remedy=install, exit_status=status
        )
    if all(_holds(version, bound) for bound in bounds.split(",") if bound):
        return DoctorFinding(part=part, health=Health.OK, found=version)
    found, status = f"{version}, needed is {bounds}", 0 if extra else 1
    health = Health.WARN if extra else Health.FAIL
    return DoctorFinding(part=part, health=health, found=found, remedy=install, exit_status=status)


def _holds(version: str, bound: str) -> bool:
    """Whether a version keeps a bound ``>=x`` or ``<x``; others are left to pip.

    >>> _holds("0.28.1", "<0.29"), _holds("0.29.0", "<0.29"), _holds("2.0", ">=2.0.0")
    (True, False, True)
    """
    if bound.startswith(">="):
        return is_at_least(version, bound[2:])
    if bound.startswith("<") and not bound.startswith("<="):
        return not is_at_least(version, bound[1:])
    return True


def is_at_least(version: str, other: str) -> bool:
    """Whether a version is another one or newer; what follows its numbers is left aside.

    >>> is_at_least("3.11.7", "3.11"), is_at_least("0.9", "0.15"), is_at_least("13.0rc1", "13")
    (True, False, True)
    """
    one, two = _numbers(version), _numbers(other)
    size = max(len(one), len(two))
    return one + [0] * (size - len(one)) >= two + [0] * (size - len(two))


def _numbers(version: str) -> list[int]:
    match = re.match(r"\s*(\d+(?:\.\d+)*)", version)
    return [int(number) for number in match[1].split(".")] if match else []


def _metadata(key: str) -> str:
    try:
        return importlib.metadata.metadata(DISTRIBUTION)[key] or ""
    except (importlib.metadata.PackageNotFoundError, KeyError):
        return ""


def check_kernels() -> DoctorFinding:
    """Return whether compiled code can be loaded, and where it is kept."""
    from pgx.base.accel import CACHE_VARIABLE, cache_folder, n_unkept, on_uncached_code, warm

    folder = cache_folder()
    on_uncached_code(None)  # the line below says it
    try:
        modules = warm()
    except Exception as error:  # noqa: BLE001 - numba and the linker raise anything
        return DoctorFinding(
            part="compiled code",
            health=Health.FAIL,
            found=f"cannot be compiled or loaded: {type(error).__name__}",
            remedy=f"reinstall numba, or name an empty folder with {CACHE_VARIABLE}",
            exit_status=1,
        )
    if folder is None or n_unkept():
        place = "" if folder is None else f": {folder} cannot be written"
        return DoctorFinding(
            part="compiled code",
            health=Health.WARN,
            found=f"{len(modules)} modules, compiled anew at every start{place}",
            remedy=f"name a folder that only you can write with {CACHE_VARIABLE}",
        )
    found = f"{len(modules)} modules, kept in {folder}"
    return DoctorFinding(part="compiled code", health=Health.OK, found=found)


def check_data() -> DoctorFinding:
    """Return whether every shipped file is as it was released, and who signed the list of them."""
    from pgx.base.shipped import KEY_VARIABLE, check_all, data_digest

    part = "shipped data"
    try:
        n_files = check_all()
    except PgxError as error:
        return DoctorFinding(
            part=part,
            health=Health.FAIL,
            found=f"[{error.code}] {error.where + ': ' if error.where else ''}{error.what}",
            remedy=error.remedy or "reinstall pgx",
            exit_status=error.exit_status,
        )
    signed = "signed with the pinned key" if os.environ.get(KEY_VARIABLE) else "no key is pinned"
    found = f"{n_files} files as released, {signed}, digest {data_digest()[:12]}"
    return DoctorFinding(part=part, health=Health.OK, found=found)


def check_knowledge(today: date | None = None) -> DoctorFinding:
    """Return whether the knowledge base is whole, and how old it is."""
    from pgx.knowledge.snapshot import KnowledgeBase

    part = "knowledge base"
    try:
        kb = KnowledgeBase()
    except KnowledgeError as error:
        return DoctorFinding(
            part=part,
            health=Health.FAIL,
            found=f"[{error.code}] {error.where + ': ' if error.where else ''}{error.what}",
            remedy=error.remedy or "reinstall pgx",
            exit_status=error.exit_status,
        )
    found = f"release {kb.release}, {len(kb.manifest.tables)} tables whole, digest "
    found += kb.manifest.digest[:12]
    months = months_since(kb.release, today or datetime.now(UTC).date())
    if months is None or months < _OLD_MONTHS:
        return DoctorFinding(part=part, health=Health.OK, found=f"{found}{_age(months)}")
    remedy = "install a newer release, and see `pgx kb changes`"
    return DoctorFinding(
        part=part, health=Health.WARN, found=f"{found}{_age(months)}", remedy=remedy
    )


def _age(months: int | None) -> str:
    return "" if months is None else f", {months} month{'s' * (months != 1)} old"


def months_since(release: str, today: date) -> int | None:
    """Return the age in months of a release that is named by year and month, None of another.

    >>> months_since("2025.11.3", date(2026, 12, 1)), months_since("mine", date(2026, 12, 1))
    (13, None)
    """
    return months_between(release_month(release), today.isoformat())


def check_temporary() -> DoctorFinding:
    """Return whether the folder of temporary files can be written."""
    try:
        with tempfile.TemporaryFile() as file:
            file.write(b"pgx")
        folder = tempfile.gettempdir()
    except OSError as error:
        return DoctorFinding(
            part="temporary folder",
            health=Health.FAIL,
            found=f"cannot be written: {error.strerror or type(error).__name__}",
            remedy="free some space, or name another one with TMPDIR",
            exit_status=5,
        )
    return DoctorFinding(part="temporary folder", health=Health.OK, found=folder)
