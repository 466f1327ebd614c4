"""Shipped data with one byte changed, cut short or swapped: a command that reads it refuses it.

Source and data are copied, so that nothing of the checkout is changed. Which command reads
which file is observed; a file that no command here reads is named in the note.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

from torture.record import Check, Settings
from torture.sandbox import EXAMPLES, REPOSITORY, error_code, first_line, pgx, sandbox
from torture.warm import Ended, Server, warm_server

__all__ = ["DAMAGES", "DATA", "Trial", "accepted", "checks"]

N_FLIPS: Final = 500
DATA: Final = ("knowledgebase", "panels", "models", "releases")
_BUG: Final = "PGX-BUG-001"
_UNREAD: Final = {
    "curated": "sources of `pgx kb build`",
    "readings": "sources of `pgx kb build`",
    "SOURCES.md": "for readers",
    "README.md": "for readers",
    "card.md": "for readers",
    "recipes": "of `pgx model train`",
    "schemas": "of `pgx model train`",
    "protocols": "examples",
}
RELEASE: Final = "data/releases/2024.05.1"
MODELS: Final = (
    *("tacrolimus-passey-2011", "warfarin-gage-clinical", "warfarin-gage-pharmacogenetic"),
    *("warfarin-iwpc-clinical", "warfarin-iwpc-pharmacogenetic"),
    *("warfarin-pgx", "warfarin-pgx-ensemble"),
)
_RULE_DRUGS: Final = (
    *("siponimod", "mavacamten", "eliglustat", "simvastatin", "clopidogrel", "tacrolimus"),
)
_PERSON: Final = ("--patient", str(EXAMPLES / "patient-warfarin.json"))


def _commands(folder: Path) -> dict[str, tuple[object, ...]]:
    """Return commands that read data, the quick ones first."""
    result = folder / "results" / "EXAMPLE_1.pgx.json"
    vcf = EXAMPLES / "patient.g.vcf"
    out = ("-o", folder / "out", "--force", "--quiet")
    side = ("--patient", EXAMPLES / "patient.json")
    return {
        "kb info": ("kb", "info"),
        "model list": ("model", "list"),
        **{f"dose {drug}": ("dose", drug, "--result", result, *_PERSON) for drug in _RULE_DRUGS},
        "dose warfarin": ("dose", "warfarin", "--result", result, *_PERSON),
        "dose by a course": (
            *("dose", "warfarin", "--result", result, *_PERSON),
            *("--course", EXAMPLES / "warfarin-course.json"),
        ),
        **{f"model verify {name}": ("model", "verify", name) for name in MODELS},
        "annotate": ("annotate", vcf, *out, "--format", "json"),
        "annotate in German": (
            *("annotate", vcf, *out, *_PERSON, "--format", "html", "--lang", "de"),
        ),
        "annotate a patient": ("annotate", vcf, *out, *side, "--format", "html"),
        "annotate depths": ("annotate", folder / "deep.g.vcf.gz", *out, "--format", "json"),
        "kb verify": ("kb", "verify"),
        "kb verify an older release": ("kb", "verify", folder / RELEASE),
        "kb changes": ("kb", "changes"),
    }


def checks(settings: Settings) -> list[Check]:
    """Change files one by one."""
    with sandbox() as folder:
        _copy(folder)
        with warm_server(source=folder / "src") as server:
            trial = prepared(server, folder)
            return [_check(trial, area, settings) for area in DATA]


def _copy(folder: Path) -> None:
    skip = shutil.ignore_patterns("__pycache__")
    for name in ("src", "data"):
        shutil.copytree(REPOSITORY / name, folder / name, ignore=skip)
    saved = pgx(folder, "annotate", EXAMPLES / "patient.g.vcf", "-o", "results", "--format", "json")
    words = ("--coverage", "30", "--gene", "CYP2D6=*4/*1", "--gene", "CYP2C19=*1/*2")
    deep = pgx(folder, "simulate", "-o", "deep.g.vcf.gz", *words)
    if saved.returncode or deep.returncode:
        message = f"no data to begin with: {first_line(saved.stderr + deep.stderr)}"
        raise RuntimeError(message)


@dataclass(frozen=True, slots=True)
class Trial:
    """Commands that read copied data files.

    Attributes
    ----------
    server
        Starts runs whose modules lie in the copy.
    folder
        The folder of the copy.
    commands
        Words by the name of the command.
    users
        The quickest command that reads a file, by the file's path below ``data``.
    """

    server: Server
    folder: Path
    commands: Mapping[str, tuple[object, ...]]
    users: Mapping[str, str]

    def run(self, relative: str) -> Ended:
        """Run the command that reads a file."""
        return self.server.run(self.folder, *self.commands[self.users[relative]])


def prepared(server: Server, folder: Path) -> Trial:
    """Run each command undamaged, and note which files it reads."""
    users: dict[str, str] = {}
    commands = _commands(folder)
    below = f"{folder / 'data'}/"
    for name, words in commands.items():
        opened = folder / "opened"
        ended = server.run(folder, *words, opened=str(opened), below=below)
        if ended.status:
            message = f"{name} fails with undamaged data: {first_line(ended.errors)}"
            raise RuntimeError(message)
        for line in opened.read_text(encoding="utf-8").splitlines():
            users.setdefault(line.removeprefix(below), name)
    return Trial(server, folder, commands, users)


def _check(trial: Trial, area: str, settings: Settings) -> Check:
    """Damage files of one folder of data, each about as often as any other."""
    data = trial.folder / "data"
    files = sorted(p.relative_to(data).as_posix() for p in (data / area).rglob("*") if p.is_file())
    read = [name for name in files if name in trial.users]
    share = len(read) / max(1, len(trial.users))
    wanted = settings.count(round(N_FLIPS * share)) if read else 0
    chance = Random(f"{settings.seed} {area}")
    order = [name for _ in range(wanted // max(1, len(read)) + 1) for name in read][:wanted]
    failures = []
    for name in order if wanted >= len(read) else chance.sample(read, wanted):
        failures += accepted(trial, data, name, read, chance)
    return Check(f"data/{area}", wanted, tuple(failures), _note(files, read))


def _note(files: Sequence[str], read: Sequence[str]) -> str:
    other = sorted(set(files) - set(read))
    named = [name for name in other if not any(part in _UNREAD for part in name.split("/"))]
    text = f"{len(read)} of {len(files)} files are read by a command"
    return text + (f"; not read: {', '.join(named)}" if named else "")


def accepted(
    trial: Trial, data: Path, name: str, others: Sequence[str], chance: Random
) -> list[str]:
    """Damage one file, run, mend it; return a line if the run did not refuse it."""
    kind = chance.choices(list(DAMAGES), weights=(8, 1, 1))[0]
    path, other = data / name, data / chance.choice(others)
    kept = path.read_bytes(), other.read_bytes()
    told = DAMAGES[kind](path, other, chance)
    if not told:
        return []
    try:
        ended = trial.run(name)
    finally:
        path.write_bytes(kept[0])
        other.write_bytes(kept[1])
    command = trial.users[name]
    if ended.status == 0:
        return [f"{name} {told}: accepted by pgx {command}"]
    if _BUG in ended.errors or not error_code(ended.errors + ended.said):
        return [f"{name} {told}: pgx {command} breaks: {first_line(ended.errors)}"]
    return []


def _flip(path: Path, _: Path, chance: Random) -> str:
    data = bytearray(path.read_bytes())
    at, by = chance.randrange(len(data)), chance.randrange(1, 256)
    data[at] ^= by
    path.write_bytes(bytes(data))
    return f"byte {at} ^ {by}"


def _truncate(path: Path, _: Path, chance: Random) -> str:
    data = path.read_bytes()
    size = chance.randrange(len(data))
    path.write_bytes(data[:size])
    return f"cut to {size} bytes"


def _swap(path: Path, other: Path, _: Random) -> str:
    one, two = path.read_bytes(), other.read_bytes()
    if one == two:
        return ""
    path.write_bytes(two)
    other.write_bytes(one)
    return f"swapped with {other.name}"


DAMAGES: Final[Mapping[str, Callable[[Path, Path, Random], str]]] = {
    "flip": _flip,
    "truncate": _truncate,
    "swap": _swap,
}
"""Change one or two files; return what was done, empty if nothing."""
