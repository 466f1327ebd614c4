"""The only place that compiles kernels: signatures in, machine code out, cached on disk.

A kernel is compiled by numba once per machine; afterwards its machine code is read from disk and
run by `pgx.base.native` without importing numba, which alone takes a quarter of a second. Each
compiled kernel is one file of the code cache, whose name holds a digest of everything that the
machine code depends on (numba, llvmlite, Python, processor, the source files, the constants that
they use, the signature). If nothing can be written, kernels are compiled in memory.

The code cache also holds compiled templates. A file is complete or absent: it is written under a
private name and published by a hard link, which only the first writer can make; later writers
discard theirs. A published file is never written again, because its name holds a digest; only a
damaged one is replaced. Files of the cache are executed, so folder and files must belong to this
user or root and be writable by nobody else.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib
import importlib.util
import os
import platform
import secrets
import sys
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, Final, TypeVar

from pgx.base.extensions import added_kernels

__all__ = [
    "CACHE_VARIABLE",
    "KERNEL_MODULES",
    "Kernel",
    "bound_call",
    "cache_folder",
    "helper",
    "kernel",
    "kernel_modules",
    "n_unkept",
    "on_uncached_code",
    "publish_code",
    "read_code",
    "report_uncached_code",
    "warm",
]


CACHE_VARIABLE: Final = "PGX_KERNEL_CACHE"
_DIGEST_BYTES: Final = 32
_CALLBACKS: Final[list[Callable[[], None]]] = []
"""The callback for compiled code that cannot be cached, at most one; called once."""


def cache_folder() -> Path | None:
    """Return the folder of compiled kernels, None without a safe one.

    ``PGX_KERNEL_CACHE`` overrides the place; an empty value turns the cache off. The
    folder must belong to this user or to root, and be writable by nobody else, because what
    lies in it is executed.
    """
    place = os.environ.get(CACHE_VARIABLE)
    if place == "":
        return None
    folder = Path(place) if place else _default_folder()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder if _is_private(folder) else None
    except (OSError, RuntimeError):
        return None


def on_uncached_code(callback: Callable[[], None] | None) -> None:
    """Set a callback for code that is compiled but cannot be cached; None removes it.

    Compiling takes some twenty seconds then, in this process and in every later one.
    """
    _CALLBACKS[:] = [] if callback is None else [callback]


def report_uncached_code() -> None:
    """Call the callback if code cannot be cached although the cache is not turned off."""
    if not _CALLBACKS or os.environ.get(CACHE_VARIABLE) == "":
        return
    folder = cache_folder()
    if folder is None or not os.access(folder, os.W_OK | os.X_OK):
        _CALLBACKS.pop()()


def _default_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "pgx" / "kernels"


def _is_private(path: Path) -> bool:
    status = path.stat()
    if not hasattr(os, "geteuid"):
        return True
    return status.st_uid in (0, os.geteuid()) and not status.st_mode & 0o022


def read_code(path: Path) -> bytes | None:
    """Return the code of a published file, None if it is absent, of another user or damaged."""
    try:
        if not _is_private(path):
            return None
        data = path.read_bytes()
    except OSError:
        return None
    payload = data[_DIGEST_BYTES:]
    return payload if hashlib.sha256(payload).digest() == data[:_DIGEST_BYTES] else None


def publish_code(path: Path, payload: bytes) -> None:
    """Write a private file and link it to its final name; the first writer wins.

    A file of that name that is damaged is replaced.
    """
    private = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with contextlib.suppress(OSError):
        try:
            with private.open("xb") as handle:
                private.chmod(0o600)
                handle.write(hashlib.sha256(payload).digest() + payload)
                handle.flush()
                os.fsync(handle.fileno())
            try:
                path.hardlink_to(private)
            except FileExistsError:
                if read_code(path) is None:
                    private.replace(path)
        finally:
            private.unlink(missing_ok=True)


KERNEL_MODULES: Final = (
    "pgx.io._kernels",
    "pgx.io._zarr_kernels",
    "pgx.io._depth_kernels",
    "pgx.genotypes._kernels",
    "pgx.haplotypes._kernels",
)
_OPTIONS: Final[dict[str, Any]] = {"nogil": True, "fastmath": False, "error_model": "numpy"}

_HELPER: Final = "__pgx_helper__"
_LOADING = threading.RLock()

F = TypeVar("F", bound=Callable[..., Any])


def kernel(signature: str) -> Callable[[F], F]:
    """Make a function a kernel of one explicit signature.

    Parameters
    ----------
    signature
        A numba signature of numbers and C-contiguous arrays with an int64 result, such as
        ``"int64(uint8[::1], int64)"``. Calls with other types fail instead of compiling a
        second version. The function calls nothing but `helper` functions, allocates
        nothing and raises nothing.

    Returns
    -------
    Callable
        A decorator; what it returns keeps the Python function as ``py_func``.
    """

    def make(function: F) -> F:
        return Kernel(function, signature)  # type: ignore[return-value]

    return make


def bound_call(
    function: Callable[..., int],
    *arguments: Any,  # noqa: ANN401 - arrays and numbers
    free: int,
) -> Callable[[int], int]:
    """Bind all arguments of a kernel but one; any function that takes them will do."""
    bound = getattr(function, "bound", None)
    if bound is not None:
        return bound(*arguments, free=free)  # type: ignore[no-any-return]
    before, after = arguments[:free], arguments[free + 1 :]
    return lambda number: function(*before, number, *after)


def helper(function: F) -> F:
    """Mark a function as callable from kernels.

    It is compiled into the kernels that call it and has no machine code of its own; from
    Python it is a plain function.
    """
    setattr(function, _HELPER, True)
    return function


class Kernel:
    """A kernel: machine code from disk, or compiled, when it is first called or loaded."""

    def __init__(self, function: Callable[..., Any], signature: str) -> None:
        functools.update_wrapper(self, function)
        self.py_func = function
        self.signatures = [signature]
        self._native: Callable[..., int] | None = None

    def __call__(self, *arguments: Any) -> int:  # noqa: ANN401 - arrays and numbers
        """Run the machine code; types other than the signature's raise TypeError."""
        native = self._native or self.load()
        return native(*arguments)

    def bound(self, *arguments: Any, free: int) -> Callable[[int], int]:  # noqa: ANN401 - as above
        """Return a function of the number of index ``free`` alone; the other arguments stay."""
        native = self._native or self.load()
        return bound_call(native, *arguments, free=free)

    def load(self) -> Callable[..., int]:
        """Return the machine code as a callable, compiling it where the cache has none."""
        with _LOADING:
            if self._native is None:
                self._native = self._from_disk() or self._compiled()
        return self._native

    def is_kept(self) -> bool:
        """Whether the next process finds the machine code on disk."""
        path = self._path()
        return path is not None and read_code(path) is not None

    def _from_disk(self) -> Callable[..., int] | None:
        path = self._path()
        payload = read_code(path) if path else None
        if payload is None:
            return None
        from pgx.base.native import load_native, parse_signature

        name, _, code = payload.partition(b"\n")
        return load_native(code, name.decode(), parse_signature(self.signatures[0]))

    def _compiled(self) -> Callable[..., int]:
        from pgx.base.native import extract_object, load_native, parse_signature

        report_uncached_code()
        parsed = parse_signature(self.signatures[0])
        dispatcher = _jit(self.py_func, {})
        dispatcher.compile(self.signatures[0])
        dispatcher.disable_compile()
        found = extract_object(dispatcher.overloads[dispatcher.signatures[0]])
        if found is None:
            return dispatcher  # type: ignore[no-any-return]
        name, code = found
        path = self._path()
        if path is not None:
            publish_code(path, name.encode() + b"\n" + code)
        return load_native(code, name, parsed)

    def _path(self) -> Path | None:
        folder = cache_folder()
        if folder is None:
            return None
        name = f"{self.py_func.__module__}.{self.py_func.__qualname__}"
        return folder / f"{name}-{_key(self.py_func, self.signatures[0])}.kernel"


def _numba() -> ModuleType:
    """Import numba without what a ``.numba_config.yaml`` of the current folder says.

    The folder may be somebody else's, and that file can turn compilation off or break it. Numba
    looks for it when it is imported and at each compilation, and has no switch but a missing yaml.
    """
    if "numba" in sys.modules:  # of a program that uses it, with its own settings
        return sys.modules["numba"]
    kept = sys.modules.get("yaml")
    sys.modules["yaml"] = None  # type: ignore[assignment] # an import of it fails
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            numba = importlib.import_module("numba")
    finally:
        del sys.modules["yaml"]
        if kept is not None:
            sys.modules["yaml"] = kept
    config = importlib.import_module("numba.core.config")
    setattr(config, "_config_fname", "")  # noqa: B010 - private, so that it may be absent
    return numba


def _jit(function: Callable[..., Any], made: dict[Callable[..., Any], Any]) -> Any:  # noqa: ANN401
    """Return numba's dispatcher of a function whose helpers are dispatchers too."""
    numba = _numba()
    if function not in made:
        names = dict(function.__globals__)
        for name in function.__code__.co_names:
            value = names.get(name)
            if getattr(value, _HELPER, False):
                names[name] = _jit(value, made)  # type: ignore[arg-type]
        copy = FunctionType(function.__code__, names, function.__name__, function.__defaults__)
        copy.__module__, copy.__qualname__ = function.__module__, function.__qualname__
        made[function] = numba.njit(**_OPTIONS)(copy)  # this is the only place
    return made[function]


def kernel_modules() -> tuple[str, ...]:
    """Return the modules of kernels: those of `pgx`, then those that other packages add."""
    return (*KERNEL_MODULES, *added_kernels())


def warm() -> list[str]:
    """Compile and publish every kernel; return the names of the modules that were loaded.

    Modules that are not installed are left out. Two processes may do this at once.
    """
    found = [name for name in kernel_modules() if _is_installed(name)]
    for own in _kernels(found):
        own.load()
    return found


def n_unkept() -> int:
    """Return how many kernels are not on disk, so that every process compiles them."""
    return sum(not own.is_kept() for own in _kernels(kernel_modules()))


def _kernels(modules: Iterable[str]) -> Iterator[Kernel]:
    """Yield the kernels of those modules that are installed."""
    for name in filter(_is_installed, modules):
        for value in vars(importlib.import_module(name)).values():
            if isinstance(value, Kernel):
                yield value


def _is_installed(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def _key(function: Callable[..., Any], signature: str) -> str:
    """Digest everything that the machine code of a kernel depends on."""
    parts = [*_platform_parts(), _source_digest(function.__code__.co_filename), signature]
    parts.extend(_dependencies(function))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:40]


@lru_cache(maxsize=1)
def _platform_parts() -> tuple[str, ...]:
    from importlib.metadata import version

    from llvmlite import binding

    flags = ",".join(sorted(k for k, on in binding.get_host_cpu_features().items() if on))
    python = f"{sys.implementation.cache_tag}-{platform.python_version()}"
    here = Path(__file__)
    return (
        version("numba"),
        version("llvmlite"),
        python,
        platform.machine(),
        binding.get_host_cpu_name(),
        flags,
        _source_digest(str(here)),
        _source_digest(str(here.with_name("native.py"))),
    )


@lru_cache(maxsize=32)
def _source_digest(path: str) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def _dependencies(function: Callable[..., Any]) -> list[str]:
    """List what a kernel's code takes from elsewhere: constants and the files of helpers."""
    parts: set[str] = set()
    waiting, seen = [function], {function.__module__}
    while waiting:
        for name, value in waiting.pop().__globals__.items():
            if name.strip("_").isupper() and isinstance(value, (int, float, str, tuple)):
                parts.add(f"{name}={value!r}")
            elif isinstance(value, ModuleType) and value.__name__.startswith(("pgx.", "pgx_")):
                parts.add(f"{name}={_source_digest(str(value.__file__))}")
            elif getattr(value, _HELPER, False) and value.__module__ not in seen:
                seen.add(value.__module__)
                waiting.append(value)
                parts.add(f"{name}={_source_digest(value.__code__.co_filename)}")
    return sorted(parts)
