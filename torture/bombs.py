"""Files that would take a machine's memory: refused or used within 512 MB and a minute."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from validation.bad_input import WATCHER

from torture.bomb_files import JSON_BOMBS, LOGOS, VCF_BOMBS, write_zarr_bomb
from torture.record import Check, Settings, skipped
from torture.sandbox import EXAMPLES, PGX, environment, error_code, first_line, sandbox

__all__ = ["Limits", "checks", "tried"]

MEGABYTES: Final = 512
SECONDS: Final = 60
"""A quiet machine needs less than 10; this only tells a hang from a busy one."""
ENDLESS: Final = Path("/dev/zero")
_PATIENT: Final = EXAMPLES / "patient.g.vcf"
_SIDES: Final = (
    *("--patient", "--outside-calls", "--overrides", "--laboratory", "--sample-info", "--untyped"),
    "--pseudonym-key",
)
_JSON_SIDES: Final = ("--patient", "--outside-calls")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may take."""

    megabytes: float = MEGABYTES
    seconds: float = SECONDS


@dataclass(frozen=True, slots=True)
class _Bomb:
    """A command to try; ``refused`` where it must not be taken."""

    what: str
    words: tuple[object, ...]
    refused: bool = False


def checks(_: Settings) -> list[Check]:
    """Make the files, and try each."""
    with sandbox() as folder:
        groups = [
            ("VCF", _variants(folder)),
            ("JSON beside the input", _texts(folder)),
            ("endless files", _endless(folder)),
            ("logos", _logos(folder)),
        ]
        found = [_check(folder, what, bombs) for what, bombs in groups]
        return [*found, _zarr(folder)]


def _check(folder: Path, what: str, bombs: Iterator[_Bomb]) -> Check:
    failures: list[str] = []
    n, most, longest = 0, 0.0, 0.0
    for bomb in bombs:
        why, seconds, megabytes = tried(folder, bomb.words, refused=bomb.refused)
        failures += [f"{bomb.what}: {line}" for line in why]
        n, most, longest = n + 1, max(most, megabytes), max(longest, seconds)
    return Check(what, n, tuple(failures), f"at most {most:.0f} MB and {longest:.1f} s")


def tried(
    folder: Path,
    words: tuple[object, ...],
    *,
    refused: bool,
    limits: Limits = Limits(),
    command: tuple[str, ...] = PGX,
) -> tuple[list[str], float, float]:
    """Run; return what was wrong, and the seconds and megabytes that it took."""
    errors = folder / "stderr"
    line = [*command, *map(str, words)]
    watched = [sys.executable, "-I", "-S", str(WATCHER), str(limits.seconds), str(errors), *line]
    done = subprocess.run(
        watched, cwd=folder, env=environment(folder), capture_output=True, check=True
    )
    status, seconds, megabytes = json.loads(done.stdout)
    text = errors.read_text(encoding="utf-8", errors="backslashreplace")
    wrong = []
    if seconds > limits.seconds:
        wrong.append(f"no end within {limits.seconds:.0f} s")
    elif status not in (0, 2, 3, 4, 5) or (status and not error_code(text)):
        wrong.append(f"status {status}: {first_line(text)}")
    elif refused and not status:
        wrong.append("not refused")
    if megabytes > limits.megabytes:
        wrong.append(f"{megabytes:.0f} MB")
    return wrong, seconds, megabytes


def _annotate(*words: object) -> tuple[object, ...]:
    return ("annotate", *words, "-o", "out", "--force", "--quiet")


def _variants(folder: Path) -> Iterator[_Bomb]:
    for what, (make, refused) in VCF_BOMBS.items():
        path = make(folder / "bomb.vcf.gz")
        size = f"{what} ({path.stat().st_size / 1e3:.0f} kB)"
        yield _Bomb(size, _annotate(path, "--format", "json,html"), refused)
        yield _Bomb(f"{size}, cohort", ("cohort", path, "-o", "many", "--force"), refused)


def _texts(folder: Path) -> Iterator[_Bomb]:
    for what, make in JSON_BOMBS.items():
        path = make(folder / "bomb.json")
        for option in _JSON_SIDES:
            yield _Bomb(f"{option} {what}", _annotate(_PATIENT, option, path), refused=True)
        yield _Bomb(f"report {what}", ("report", path, "-o", "report.html"), refused=True)
        yield _Bomb(f"reinterpret {what}", ("reinterpret", path, "-o", "again"), refused=True)
        course = ("dose", "warfarin", "--set", "age_years=60", "--course", path)
        yield _Bomb(f"--course {what}", course, refused=True)


def _endless(folder: Path) -> Iterator[_Bomb]:
    if not ENDLESS.exists():
        return
    for option in _SIDES:
        more = ("--deidentify",) if option == "--pseudonym-key" else ()
        yield _Bomb(option, _annotate(_PATIENT, option, ENDLESS, *more), refused=True)
    overlay = folder / "overlay"
    overlay.mkdir()
    (overlay / "overlay.toml").symlink_to(ENDLESS)
    yield _Bomb("--kb-overlay", _annotate(_PATIENT, "--kb-overlay", overlay), refused=True)
    yield _Bomb("the input", _annotate(ENDLESS), refused=True)
    yield _Bomb("report", ("report", ENDLESS, "-o", "report.html"), refused=True)
    yield _Bomb("reinterpret", ("reinterpret", ENDLESS, "-o", "again"), refused=True)
    yield _Bomb("explain", ("explain", ENDLESS, "--gene", "CYP2C19"), refused=True)
    yield _Bomb("simulate --table", ("simulate", "--table", ENDLESS, "-o", "x.vcf"), refused=True)


def _logos(folder: Path) -> Iterator[_Bomb]:
    for what, (ending, make) in LOGOS.items():
        make(folder / f"logo.{ending}")
        laboratory = folder / "laboratory.toml"
        laboratory.write_text(f'name = "L"\nlogo = "logo.{ending}"\n', encoding="utf-8")
        words = _annotate(_PATIENT, "--laboratory", laboratory, "--format", "pdf")
        yield _Bomb(what, words, refused=True)


def _zarr(folder: Path) -> Check:
    if importlib.util.find_spec("zarr") is None:
        return skipped("VCF Zarr", "the extra zarr is not installed")
    store = write_zarr_bomb(folder / "bomb.vcz")
    words = ("cohort", store, "-o", "many", "--force", "--quiet")
    return _check(folder, "VCF Zarr", iter([_Bomb("a chunk of 2 GB", words, refused=True)]))
