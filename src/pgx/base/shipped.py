"""The data that come with `pgx`: where they lie, and that each file is as it was released.

One manifest names every file that can change a result (knowledge base, depth panels, dosing
models, alerts, recipes, translations) with its SHA-256. A file is checked when it is read, on
the bytes that are used. A key that is pinned must have signed the manifest: whoever can rewrite
a file and its digest cannot rewrite the signature.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
from pathlib import Path, PurePosixPath
from typing import Final

import msgspec

from pgx.base.errors import SnapshotIntegrityError
from pgx.base.files import read_whole
from pgx.base.signatures import check_pinned

__all__ = [
    "MANIFEST",
    "DataManifest",
    "check_all",
    "check_data",
    "check_release",
    "code_digest",
    "data_digest",
    "data_files",
    "data_folder",
    "data_manifest",
    "is_shipped",
    "manifest_of",
    "read_data",
]

MANIFEST: Final = "manifest/files.json"
"""Where the manifest is in the data folder; its signature, if it has one, is beside it."""
_PACKAGE = Path(__file__).resolve().parents[1]
_SCHEMA: Final = "1"
_INSTALLED: Final = "_data"
_LARGEST: Final = 256 << 20
"""No shipped file comes near it; a device or a sparse file that took its place is not read."""
_REMEDY: Final = (
    "reinstall pgx; after an intended change in a checkout: python packaging/data_manifest.py"
)
_LEFT_OUT: Final = frozenset({"README.md", "SOURCES.md"})
_KNOWLEDGE: Final = ("knowledgebase", "releases")
"""Folders of releases, each of which has a manifest of its own: only that is named here."""


class DataManifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """SHA-256 (hex) of each shipped file by its path in the data folder, A to Z."""

    schema_version: str
    files: dict[str, str]

    @property
    def digest(self) -> str:
        """SHA-256 (hex) over all names and digests: one value for the whole data."""
        lines = (f"{name} {value}\n" for name, value in sorted(self.files.items()))
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    def text(self) -> str:
        """Return the one spelling of the manifest."""
        return json.dumps(msgspec.to_builtins(self), indent=1, sort_keys=True) + "\n"


def data_folder() -> Path:
    """Return the folder of shipped data: the installed one, or the checkout's."""
    installed = _PACKAGE / _INSTALLED
    return installed if installed.is_dir() else _PACKAGE.parents[1] / "data"


def manifest_of(folder: Path) -> DataManifest:
    """Return the manifest of a data folder as its files are now."""
    names = sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )
    digests = {n: _sha256((folder / n).read_bytes()) for n in names if _is_named(n)}
    return DataManifest(schema_version=_SCHEMA, files=digests)


def _is_named(name: str) -> bool:
    parts = name.split("/")
    if parts[0] in _KNOWLEDGE:
        return parts[-1] == "manifest.json"
    return parts[0] != "manifest" and parts[-1] not in _LEFT_OUT


def data_manifest() -> DataManifest:
    """Return what was released.

    Raises
    ------
    SnapshotIntegrityError
        The manifest is absent, not as it was written, or not signed by the pinned key.
    """
    return _manifest_in(data_folder())


@functools.cache
def _manifest_in(folder: Path) -> DataManifest:
    path = folder / MANIFEST
    try:
        data = read_whole(path, _LARGEST)
        manifest = msgspec.json.decode(data, type=DataManifest)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _damaged("the list of shipped data cannot be read", path) from error
    if manifest.text().encode() != data or manifest.schema_version != _SCHEMA:
        raise _damaged("the list of shipped data is not as it was written", path)
    check_pinned(path, data)
    return manifest


def data_digest() -> str:
    """Return one SHA-256 (hex) for all shipped data; see `data_manifest` for errors."""
    return data_manifest().digest


def data_files(pattern: str) -> list[Path]:
    """Return the shipped files whose path in the data folder fits a pattern, A to Z.

    What was added to the folder afterwards is not among them; what was removed is, and is
    refused when it is read.
    """
    folder, names = data_folder(), data_manifest().files
    return [folder / name for name in sorted(names) if PurePosixPath(name).match(pattern)]


def read_data(path: Path, most: int = _LARGEST) -> bytes:
    """Return a file's bytes, at most ``most``; one of the data folder is as it was released.

    Raises
    ------
    SnapshotIntegrityError
        It is a file of the data folder, and absent, changed or unknown.
    OSError
        It is another file, and cannot be read or is larger.
    """
    try:
        data = read_whole(path, most)
    except OSError as error:
        if _name_of(path) is None:
            raise
        raise _damaged("a shipped file is missing", path) from error
    check_data(path, data)
    return data


def check_data(path: Path, data: bytes) -> None:
    """Refuse the content of a file of the data folder that was not released; pass all others.

    Raises
    ------
    SnapshotIntegrityError
        The file was changed, or was not among the released ones.
    """
    name = _name_of(path)
    if name is not None and data_manifest().files.get(name) != _sha256(data):
        raise _damaged("a shipped file is not as it was released", path)


def check_all() -> int:
    """Check every shipped file; return how many there are.

    Earlier releases, which are in a checkout alone, are left out where they are not.

    Raises
    ------
    SnapshotIntegrityError
        A file is absent or was changed.
    """
    folder = data_folder()
    there = [n for n in data_manifest().files if (folder / n.partition("/")[0]).is_dir()]
    for name in there:
        read_data(folder / name)
    return len(there)


def check_release(manifest: Path, data: bytes) -> None:
    """Refuse the manifest of a knowledge base that is not as it was released.

    One of the data folder is named by the manifest of all data; any other must be signed where
    a key is pinned.

    Raises
    ------
    SnapshotIntegrityError
        It is neither.
    """
    if _name_of(manifest) is None:
        check_pinned(manifest, data)
    else:
        check_data(manifest, data)


def is_shipped(path: Path) -> bool:
    """Whether a path lies in the data folder, whose files are checked as they are read."""
    return _name_of(path) is not None


def _name_of(path: Path) -> str | None:
    """Return the name of a file in the data folder, None of a file elsewhere."""
    folder = data_folder()
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 (a link is checked by its content)
    return absolute.relative_to(folder).as_posix() if absolute.is_relative_to(folder) else None


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _damaged(what: str, path: Path) -> SnapshotIntegrityError:
    return SnapshotIntegrityError(what, where=_name_of(path) or path.name, remedy=_REMEDY)


@functools.cache
def code_digest() -> str:
    """Return one SHA-256 (hex) for the program: its modules, templates and scripts.

    Two installations with the same digest run the same lines, whatever they are called.
    """
    digest = hashlib.sha256()
    for name in sorted(_code_in(_PACKAGE)):
        digest.update(f"{name} {_sha256((_PACKAGE / name).read_bytes())}\n".encode())
    return digest.hexdigest()


def _code_in(package: Path) -> list[str]:
    found: list[str] = []
    for folder, inner, files in os.walk(package):
        inner[:] = [name for name in inner if name not in ("__pycache__", _INSTALLED)]
        within = Path(folder).relative_to(package).as_posix()
        found += [f"{within}/{name}" for name in files if not name.endswith((".pyc", "~"))]
    return found
