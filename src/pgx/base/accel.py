"""The only place that compiles kernels: signatures in, machine code out, cached on disk.

A kernel is compiled once per machine and read from disk afterwards. Each compiled kernel
is one file that is complete or absent: it is written under a private name and published
by a hard link, which only the first writer can make; later writers discard theirs. A
published file is never written again, because its name holds a digest of everything that
the machine code depends on (numba, llvmlite, Python, processor, the source file, the
constants that it uses, the signature). Where nothing can be written, kernels are compiled
in memory.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import importlib.util
import os
import platform
import secrets
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any, Final, TypeVar

__all__ = ["CACHE_VARIABLE", "KERNEL_MODULES", "cache_folder", "helper", "kernel", "warm"]

CACHE_VARIABLE: Final = "PGX_KERNEL_CACHE"
KERNEL_MODULES: Final = (
    "pgx.vcf._kernels",
    "pgx.genotypes._kernels",
    "pgx.alleles._kernels",
)
_DIGEST_BYTES: Final = 32
_OPTIONS: Final[dict[str, Any]] = {"nogil": True, "fastmath": False, "error_model": "numpy"}

F = TypeVar("F", bound=Callable[..., Any])


def kernel(signature: str) -> Callable[[F], F]:
    """Compile a function for one explicit signature, or read its machine code from disk.

    Parameters
    ----------
    signature
        A numba signature such as ``"int64(uint8[::1], int64)"``. Calls with other types
        fail instead of compiling a second version.

    Returns
    -------
    Callable
        A decorator; what it returns keeps the Python function as ``py_func``.
    """

    def compile_function(function: F) -> F:
        import numba

        dispatcher: Any = numba.njit(**_OPTIONS)(function)  # noqa: TID251 - this is the place
        dispatcher._cache = _DiskCache(function)  # noqa: SLF001 - numba has no public hook
        dispatcher.compile(signature)
        dispatcher.disable_compile()
        return dispatcher  # type: ignore[no-any-return]

    return compile_function


def helper(function: F) -> F:
    """Mark a function as callable from kernels of its own module.

    It is compiled into the kernels that call it and has no machine code of its own, so it
    costs nothing when these are read from disk.
    """
    import numba

    return numba.njit(**_OPTIONS)(function)  # type: ignore[no-any-return]  # noqa: TID251


def warm() -> list[str]:
    """Compile and publish every kernel; return the names of the modules that were loaded.

    Modules that are not installed are left out. Two processes may do this at once.
    """
    found = [name for name in KERNEL_MODULES if _is_installed(name)]
    for name in found:
        importlib.import_module(name)
    return found


def cache_folder() -> Path | None:
    """Return the folder of compiled kernels, None where no safe one can be used.

    ``PGX_KERNEL_CACHE`` overrides the place; an empty value turns the cache off. The
    folder must belong to this user and be writable by nobody else, because what lies in
    it is executed.
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


def _is_installed(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def _default_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "pgx" / "kernels"


def _is_private(path: Path) -> bool:
    status = path.stat()
    if not hasattr(os, "geteuid"):
        return True
    return status.st_uid == os.geteuid() and not status.st_mode & 0o022


class _DiskCache:
    """What numba's dispatcher asks for machine code: one file a kernel and signature."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function

    def load_overload(self, signature: object, target_context: Any) -> object:  # noqa: ANN401
        """Return the compile result of ``signature``, None where the cache has none."""
        path = self._path(signature)
        payload = _read(path) if path else None
        if payload is None:
            return None
        from numba.cloudpickle import loads
        from numba.core.compiler import CompileResult
        from numba.core.runtime import nrt

        # all that loading needs; a full refresh, as for compiling, takes 0.1 s more
        nrt.rtsys.initialize(target_context)
        rebuild: Callable[..., object] = CompileResult._rebuild  # noqa: SLF001 - as numba's own
        return rebuild(target_context, *loads(payload))

    def save_overload(self, signature: object, result: Any) -> None:  # noqa: ANN401
        """Publish a fresh compile result unless another process was first."""
        path = self._path(signature)
        if path is None or result.library.has_dynamic_globals:
            return
        from numba.core import serialize

        dumps: Callable[[object], bytes] = serialize.dumps
        _publish(path, dumps(result._reduce()))  # noqa: SLF001 - as numba's own cache does

    def _path(self, signature: object) -> Path | None:
        folder = cache_folder()
        if folder is None:
            return None
        name = f"{self._function.__module__}.{self._function.__qualname__}"
        return folder / f"{name}-{_key(self._function, str(signature))}.kernel"


def _key(function: Callable[..., Any], signature: str) -> str:
    """Digest everything that the machine code of a kernel depends on."""
    parts = [*_platform_parts(), _source_digest(function.__code__.co_filename), signature]
    parts.extend(_dependencies(function))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:40]


@lru_cache(maxsize=1)
def _platform_parts() -> tuple[str, ...]:
    import llvmlite
    import numba
    from llvmlite import binding

    flags = ",".join(sorted(k for k, on in binding.get_host_cpu_features().items() if on))
    python = f"{sys.implementation.cache_tag}-{platform.python_version()}"
    return (
        numba.__version__,
        llvmlite.__version__,
        python,
        platform.machine(),
        binding.get_host_cpu_name(),
        flags,
        _source_digest(__file__),
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
            elif isinstance(value, ModuleType) and value.__name__.startswith("pgx."):
                parts.add(f"{name}={_source_digest(str(value.__file__))}")
            called = getattr(value, "py_func", None)
            if called is not None and called.__module__ not in seen:
                seen.add(called.__module__)
                waiting.append(called)
                parts.add(f"{name}={_source_digest(called.__code__.co_filename)}")
    return sorted(parts)


def _read(path: Path) -> bytes | None:
    """Return a published kernel, None where it is absent, foreign or damaged."""
    try:
        if not _is_private(path):
            return None
        data = path.read_bytes()
    except OSError:
        return None
    payload = data[_DIGEST_BYTES:]
    return payload if hashlib.sha256(payload).digest() == data[:_DIGEST_BYTES] else None


def _publish(path: Path, payload: bytes) -> None:
    """Write a private file and link it to its final name; the first writer wins."""
    private = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with contextlib.suppress(OSError):
        try:
            with private.open("xb") as handle:
                private.chmod(0o600)
                handle.write(hashlib.sha256(payload).digest() + payload)
            with contextlib.suppress(FileExistsError):
                path.hardlink_to(private)
        finally:
            private.unlink(missing_ok=True)
