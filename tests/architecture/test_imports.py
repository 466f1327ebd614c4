"""What importing costs and who may import what, beyond the contracts of import-linter."""

from __future__ import annotations

import ast
import functools
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

import pgx
from pgx.knowledge.snapshot import KnowledgeBase

SOURCE = Path(pgx.__file__).resolve().parents[1]
PACKAGES = ("pgx", "pgx_dosing")
MODULES = sorted(path for package in PACKAGES for path in (SOURCE / package).rglob("*.py"))
HEAVY = (
    "numba", "numpy", "polars", "pysam", "isal", "cyvcf2", "typer", "rich", "jinja2", "matplotlib",
    "pandas", "allel",
)  # fmt: skip
# folder or file where a library may be named; the floors above see our own types only
HOMES = {
    "numba": ("base/accel.py", "base/native.py"),
    "llvmlite": ("base/accel.py", "base/native.py"),
    "isal": ("io/",),
    "pysam": ("io/", "reads/source.py"),
    "cyvcf2": ("io/",),
    "distributed": ("engine/cluster.py", "engine/scheduler.py"),
    "dask": ("engine/cluster.py", "engine/scheduler.py"),
    "socket": (),
    "urllib": (),
    "http": (),
    "requests": (),
}


def _name_of(path: Path) -> str:
    """Return a module's path in its package; that of a package beside `pgx` has its name first."""
    return path.relative_to(SOURCE).as_posix().removeprefix("pgx/")


@functools.cache
def trees() -> list[tuple[str, ast.Module]]:
    return [(_name_of(path), ast.parse(path.read_text(encoding="utf-8"))) for path in MODULES]


def imported(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def run(code: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *options, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=900)


def test_import_loads_nothing_heavy():
    loaded = run("import sys, pgx; print(*sys.modules)").stdout.split()
    assert not set(HEAVY) & set(loaded)


def test_import_is_quick():
    """Milliseconds: two small modules of ours, and of others none that Python does not bring."""
    code = "import sys; before = set(sys.modules); import pgx; print(*(set(sys.modules) - before))"
    loaded = set(run(code).stdout.split())
    own = {name for name in loaded if name.partition(".")[0] == "pgx"}
    assert own <= {"pgx", "pgx._version"}
    assert {name.partition(".")[0] for name in loaded - own} <= sys.stdlib_module_names
    assert len(loaded) < 60


def test_help_does_not_wait_for_numba():
    code = "import sys; from pgx.cli.main import main; main(['--help']); print(*sys.modules)"
    assert "numba" not in run(code).stdout.split()


@pytest.mark.parametrize("words", [["--version"], ["--version", "--json-lines"]], ids=" ".join)
def test_a_version_loads_nothing_heavy(words):
    code = f"import sys; from pgx.cli.main import main; main({words}); print(*sys.modules)"
    assert not set(HEAVY) & set(run(code).stdout.splitlines()[-1].split())


def test_wrapped_libraries_stay_at_home():
    for name, tree in trees():
        for module in imported(tree):
            root = module.partition(".")[0]
            at_home = root not in HOMES or name.startswith(HOMES[root])
            assert at_home, f"{name} imports {module}"


def test_nothing_is_unpickled():
    # machine code that pgx itself wrote, digest checked, may come by way of numba's serializer
    for name, tree in trees():
        found = [module for module in imported(tree) if "pickle" in module]
        assert not found or (name, found) == ("base/accel.py", ["numba.cloudpickle"]), name


def test_kernels_stay_in_their_package():
    for name, tree in trees():
        for module in imported(tree):
            package, _, last = module.rpartition(".")
            if last == "_kernels":
                assert name.startswith(package.removeprefix("pgx.").replace(".", "/") + "/"), name


def test_pgx_never_imports_what_joins_it():
    for name, tree in trees():
        joins = {module for module in imported(tree) if module.startswith(PACKAGES[1])}
        assert not joins or name.startswith(PACKAGES[1]), f"{name} imports {joins}"


def test_imports_are_absolute_and_named():
    for name, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{name}: relative import"
                assert [alias.name for alias in node.names] != ["*"], f"{name}: star import"


def test_no_module_shadows_the_standard_library():
    for path in MODULES:
        assert path.stem not in sys.stdlib_module_names, path.name


def test_every_module_says_what_it_is():
    for name, tree in trees():
        text = ast.get_docstring(tree)
        assert text, name
        assert text.splitlines()[0].endswith((".", ":")), name


def test_public_names_are_what_can_be_imported():
    assert sorted(pgx.__all__) == dir(pgx)
    for name in pgx.__all__:
        assert getattr(pgx, name) is not None
    for path, tree in trees():
        listed = [
            ast.literal_eval(node.value)
            for node in tree.body
            if isinstance(node, ast.Assign)
            and [t.id for t in node.targets if isinstance(t, ast.Name)] == ["__all__"]
        ]
        if not listed or path.endswith("__init__.py"):
            continue
        name = path.removesuffix(".py").replace("/", ".")
        module = importlib.import_module(name if name.startswith(PACKAGES[1]) else f"pgx.{name}")
        for name in listed[0]:
            assert hasattr(module, name), f"{path}: {name}"


def test_an_unknown_name_is_an_attribute_error():
    assert getattr(pgx, "nonsense", None) is None


def literals(tree: ast.Module) -> list[str]:
    """Return string literals but docstrings."""
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in documentation
    ]


def test_gene_facts_live_in_the_knowledge_base():
    # an example in a message may name a gene; a decision may not
    genes = "|".join(map(re.escape, sorted(KnowledgeBase().genes, key=len, reverse=True)))
    symbol = re.compile(rf"(?<![A-Za-z0-9])({genes})(?![A-Za-z0-9])")
    examples = {"write it like CYP2C19=*1/*2"}
    for name, tree in trees():
        if not name.startswith("knowledge/"):
            found = [t for t in literals(tree) if symbol.search(t) and t not in examples]
            assert not found, f"{name}: {found}"


def test_one_concept_has_one_class_name():
    homes: dict[str, list[str]] = {}
    for name, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                homes.setdefault(node.name, []).append(name)
    assert not {name: files for name, files in homes.items() if len(files) > 1}
