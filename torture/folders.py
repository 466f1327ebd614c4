"""Folders with hostile modules and settings: a command started there runs none of them."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from torture.record import Check, Settings, skipped
from torture.sandbox import EXAMPLES, digests, first_line, pgx, sandbox

__all__ = ["COMMANDS", "FOLDERS", "MODULES", "PACKAGES", "TRAP", "checks", "plant", "trap"]

TRAP: Final = "from pathlib import Path\nPath({marker!r}).touch()\nraise SystemExit(77)\n"
MODULES: Final = (
    *("pysam", "numpy", "polars", "numba", "typer", "jinja2", "typst", "msgspec", "yaml"),
    *("distributed", "dask", "cloudpickle", "tornado", "cryptography", "matplotlib"),
    *("multiprocessing", "encodings", "runpy", "json", "pickle", "typing", "sitecustomize"),
)
PACKAGES: Final = ("pgx", "pgx/io", "pgx/engine")
_NUMBA: Final = "disable_jit: 1\ndebug_cache: 1\nopt: 0\n"
_DASK: Final = (
    "distributed:\n  worker:\n    preload: [trap.py]\n  scheduler:\n    preload: [trap.py]\n"
)
_PTH: Final = "import trap\n"

FOLDERS: Final[Mapping[str, Mapping[str, str | None]]] = {
    "pgx itself": dict.fromkeys(
        ["pgx/__init__.py", *(f"{name}/__init__.py" for name in PACKAGES[1:]), "pgx.py"]
    ),
    "readers": dict.fromkeys(["pysam.py", "cyvcf2.py", "pysam/__init__.py", "isal.py"]),
    "numpy": dict.fromkeys(["numpy.py", "numpy/__init__.py", "_numpy_core.py"]),
    "tables": dict.fromkeys(["polars.py", "pyarrow.py", "xlsxwriter.py", "msgspec.py"]),
    "processes": dict.fromkeys(["multiprocessing.py", "multiprocessing/__init__.py", "runpy.py"]),
    "start of Python": {
        **dict.fromkeys(["sitecustomize.py", "usercustomize.py", "site.py", "encodings.py"]),
        "trap.pth": _PTH,
        "python311._pth": "import trap\n.\n",
        "pyvenv.cfg": "home = .\n",
    },
    "standard library": dict.fromkeys(
        ["json.py", "typing.py", "pickle.py", "tempfile.py", "ctypes.py", "signal.py", "os.py"]
    ),
    "scheduler": dict.fromkeys(
        ["distributed/__init__.py", "dask.py", "cloudpickle.py", "tornado.py", "yaml.py"]
    ),
    "scheduler settings": {
        "dask.yaml": _DASK,
        "distributed.yaml": _DASK,
        ".dask/config.yaml": _DASK,
        "dask/dask.yaml": _DASK,
        ".config/dask/dask.yaml": _DASK,
    },
    "compiler": {
        **dict.fromkeys(["numba.py", "llvmlite.py", "numba/__init__.py"]),
        ".numba_config.yaml": _NUMBA,
    },
    "reports": dict.fromkeys(["typst.py", "jinja2.py", "markupsafe.py", "rich.py", "typer.py"]),
    "pictures": {
        **dict.fromkeys(["matplotlib.py", "PIL.py"]),
        "matplotlibrc": "backend: module://trap\n",
        ".matplotlib/matplotlibrc": "x: y\n",
    },
    "projects": {
        **dict.fromkeys(["conftest.py", "setup.py", "tasks.py", "noxfile.py"]),
        "pyproject.toml": "[tool.pgx]\nknowledge_base = 'kb'\n",
        ".env": "PGX_TRACEBACK=1\n",
        "setup.cfg": "[pgx]\nkb = kb\n",
        "pgx.toml": "kb = 'kb'\n",
        "pytest.ini": "[pytest]\n",
    },
    "data of pgx": {
        **dict.fromkeys(["templates/page.py", "_knowledgebase/__init__.py"]),
        "data/knowledgebase/manifest.json": "{}",
        "data/models/alerts.json": "{}",
        "report.html": "{{ trap }}",
        "templates/page.html": "{{ trap }}",
    },
}
"""Files by the folder that they lie in; those without a text are the trap."""

_OUT: Final = ("-o", "out", "--quiet")
COMMANDS: Final[Mapping[str, tuple[str, ...]]] = {
    "annotate BCF": ("annotate", "cohort.bcf", *_OUT, "--format", "json,html"),
    "annotate to PDF": ("annotate", "patient.g.vcf", *_OUT, "--format", "pdf,xlsx,fhir,matrix"),
    "check": ("check", "cohort.bcf"),
    "cohort": ("cohort", "cohort.bcf", *_OUT),
    "cohort with workers": ("cohort", "cohort.bcf", *_OUT, "--workers", "2"),
    "report": ("report", "saved.pgx.json", "-o", "out/report.html"),
    "explain": ("explain", "saved.pgx.json", "--gene", "CYP2C19"),
    "reinterpret": ("reinterpret", "saved.pgx.json", "-o", "out"),
    "doctor": ("doctor",),
    "kb": ("kb", "verify"),
    "dose": ("dose", "siponimod", "--result", "saved.pgx.json"),
    "simulate": ("simulate", "-o", "out/made.vcf", "--gene", "CYP2C19=*1/*2"),
}
_UNEQUAL: Final = ("doctor",)
"""Commands whose words name folders and free space."""


def plant(folder: Path, files: Mapping[str, str | None], marker: Path) -> None:
    """Write hostile files into a folder; the trap makes ``marker`` where it is run."""
    for name, text in {**files, "trap.py": None}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(trap(marker) if text is None else text, encoding="utf-8")


def trap(marker: Path) -> str:
    """Return a module that leaves a mark and ends the process when it is run."""
    return TRAP.format(marker=str(marker))


def checks(settings: Settings) -> list[Check]:
    """Run every command in every folder."""
    script = Path(sys.executable).with_name("pgx")
    if not script.exists():
        return [skipped("folders", "the command is not installed")]
    names = list(FOLDERS)[: settings.count(len(FOLDERS))]
    with sandbox() as folder:
        _inputs(folder / "inputs")
        plain = {name: run(folder, {}, name, script)[0] for name in COMMANDS}
        found = [_check(folder, name, plain, script) for name in names]
        return [*found, _while_compiling(folder, script)]


def _inputs(place: Path) -> None:
    import pysam.bcftools

    place.mkdir()
    cohort = str(EXAMPLES / "cohort.vcf")
    pysam.bcftools.view("-Ob", "-o", str(place / "cohort.bcf"), cohort, catch_stdout=False)
    shutil.copy(EXAMPLES / "patient.g.vcf", place)
    done = pgx(place.parent, "annotate", place / "patient.g.vcf", "-o", "saved", "--format", "json")
    if done.returncode:
        raise RuntimeError(first_line(done.stderr))
    shutil.copy(place.parent / "saved" / "EXAMPLE_1.pgx.json", place / "saved.pgx.json")


Found = tuple[int, str, dict[str, str]]


def run(
    folder: Path,
    files: Mapping[str, str | None],
    name: str,
    script: Path,
    **variables: str,
) -> tuple[Found, bool]:
    """Run one command in a new folder; return status, words, files, and whether a trap was run."""
    place, marker = folder / "delivered", folder / "run"
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(folder / "inputs", place)
    (place / "out").mkdir()
    (place / "tmp").mkdir()
    marker.unlink(missing_ok=True)
    plant(place, files, marker) if files else None
    variables = {"HOME": str(folder / "home"), **variables}
    done = pgx(place, *COMMANDS[name], command=(str(script),), **variables)
    said = "" if name in _UNEQUAL else done.stdout + done.stderr
    return (done.returncode, said, digests(place / "out")), marker.exists()


def _check(folder: Path, name: str, plain: Mapping[str, Found], script: Path) -> Check:
    failures = []
    for command in COMMANDS:
        found, is_run = run(folder, FOLDERS[name], command, script)
        failures += _judged(command, found, plain[command], is_run=is_run)
    return Check(name, len(COMMANDS), tuple(failures))


def _judged(command: str, found: Found, plain: Found, *, is_run: bool) -> list[str]:
    """Return what differs from the same command in a harmless folder."""
    if is_run:
        return [f"{command}: a module of the folder was run"]
    if found[0] != plain[0]:
        return [f"{command}: status {found[0]}, not {plain[0]}: {first_line(found[1])}"]
    return [f"{command}: other words or bytes"] if found != plain else []


def _while_compiling(folder: Path, script: Path) -> Check:
    """Run once without compiled kernels: only then the compiler and its settings are read."""
    command, name = "check", "compiler"
    plain, _ = run(folder, {}, command, script)
    found, is_run = run(folder, FOLDERS[name], command, script, PGX_KERNEL_CACHE="")
    failures = _judged(command, found, plain, is_run=is_run)
    return Check("compiler, without compiled kernels", 1, tuple(failures))
