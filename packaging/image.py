"""Carry out the steps of the Containerfile on this machine, without a container engine.

    python packaging/image.py

Every path of the image lies below a temporary folder, the base image is this Python. COPY sees
what .dockerignore lets through, so that a file that is missing there is missing here. Steps that
would change the machine itself (users, system packages) are named and left out. At the end the
entry point is started as the image would start it.
"""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SYSTEM = re.compile(r"\b(useradd|apt-get)\b")


@dataclass
class Stage:
    """One FROM with its instructions; ``name`` is empty for the last one."""

    base: str
    name: str
    steps: list[tuple[str, str]] = field(default_factory=list)


def parse(text: str) -> list[Stage]:
    """Return the stages of a Containerfile; comments go, continued lines are joined."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    stages: list[Stage] = []
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        word, _, rest = line.strip().partition(" ")
        if word == "FROM":
            base, _, name = rest.partition(" AS ")
            stages.append(Stage(base, name))
        elif word:
            stages[-1].steps.append((word, " ".join(rest.split())))
    return stages


def context(ignore: str) -> list[str]:
    """List the files that .dockerignore lets through; the last pattern that fits decides."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    rules = [line for line in ignore.splitlines() if line and not line.startswith("#")]
    return [name for name in listed.stdout.splitlines() if _is_let_through(name, rules)]


def _is_let_through(name: str, rules: list[str]) -> bool:
    through = True
    for rule in rules:
        pattern = rule.removeprefix("!").removeprefix("**/")
        parts = [name, *map(str, Path(name).parents)]
        if rule.removeprefix("!").startswith("**/"):
            parts += Path(name).parts
        if any(fnmatch.fnmatchcase(part, pattern) for part in parts):
            through = rule.startswith("!")
    return through


class Machine:
    """The folder that stands for the image's file system, and the state between steps."""

    def __init__(self, root: Path, files: list[str]) -> None:
        self.root, self.files = root, files
        self.folder = root
        self.variables = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        (root / "bin").mkdir()
        (root / "bin" / "python").symlink_to(sys.executable)
        self.variables["PATH"] = f"{root}/bin{os.pathsep}{os.environ['PATH']}"

    def place(self, text: str) -> str:
        """Return a text whose paths of the image are paths below the folder."""
        return re.sub(r"(?<![\w./])/(source|opt|data)\b", rf"{self.root}/\1", text)

    def take(self, word: str, rest: str) -> None:
        """Carry out one instruction; end the program where it fails."""
        if word == "RUN" and SYSTEM.search(rest):
            print(f"left out  {rest}")
        elif word == "RUN":
            print(f"RUN       {rest}", flush=True)
            self.start(["bash", "-euc", self.place(rest).replace("--no-cache-dir ", "")])
        elif word == "WORKDIR":
            self.folder = Path(self.place(rest))
            self.folder.mkdir(parents=True, exist_ok=True)
        elif word == "ENV":
            for name, value in (pair.split("=", 1) for pair in shlex.split(rest)):
                self.variables[name] = self.place(value).replace("$PATH", self.variables["PATH"])
        elif word == "COPY" and not rest.startswith("--from="):
            self.copy(*shlex.split(rest))

    def copy(self, *words: str) -> None:
        """Copy files of the context, or folders with what lies in them, below the folder."""
        *sources, target = words
        for source in sources:
            inside = [n for n in self.files if n == source or n.startswith(f"{source}/")]
            if not inside:
                sys.exit(f"COPY {source}: .dockerignore lets nothing of it through")
            for name in inside:
                rest = Path(name).relative_to(source)
                to = self.folder / target / (rest if rest.parts else Path(name).name)
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / name, to)

    def start(self, command: list[str]) -> None:
        """Run a command in the folder of the moment."""
        done = subprocess.run(command, cwd=self.folder, env=self.variables, check=False)
        if done.returncode:
            sys.exit(f"the step ended with status {done.returncode}")


def lay_kernels(folder: Path) -> None:
    """Copy kernels that this machine has compiled, so that only what is missing is compiled."""
    from pgx.base.accel import cache_folder

    known = cache_folder()
    if known:
        shutil.copytree(known, folder)


def main() -> None:
    """Carry out all stages but the one that needs a package manager, then the entry point."""
    stages = parse((ROOT / "Containerfile").read_text(encoding="utf-8"))
    files = context((ROOT / ".dockerignore").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as name:
        machine = Machine(Path(name), files)
        for stage in stages:
            if stage.name == "runtime":
                lay_kernels(Path(name) / "opt/pgx/kernels")
            for word, rest in stage.steps:
                machine.take(word, rest)
        last = dict(stages[-1].steps)
        entry = [shutil.which(w, path=machine.variables["PATH"]) or w for w in json_words(last)]
        machine.start(entry)
        machine.start([entry[0], "--version", "--json-lines"])


def json_words(steps: dict[str, str]) -> list[str]:
    """Return entry point and command as the list of words that an engine would start."""
    return [*json.loads(steps["ENTRYPOINT"]), *json.loads(steps["CMD"])]


if __name__ == "__main__":
    main()
