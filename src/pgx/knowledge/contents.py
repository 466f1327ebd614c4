"""Where a release lies, and its files as bytes: of a folder, or of one file.

All is read at once, so that a run goes on with the release that it began with, whatever is
installed meanwhile.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from pgx.base.errors import KnowledgeError, SnapshotIntegrityError
from pgx.base.files import read_whole
from pgx.base.shipped import data_folder
from pgx.base.signatures import check_pinned
from pgx.knowledge.archive import MAX_ARCHIVE_BYTES, unpack
from pgx.knowledge.manifest import MANIFEST, SIGNATURE, Manifest, parse_manifest, read_manifest
from pgx.knowledge.tables import MAX_TABLE_BYTES

__all__ = [
    "FOLDER_VARIABLE",
    "RELEASE_VARIABLE",
    "Contents",
    "default_release",
    "parse_contents",
    "read_contents",
    "table_bytes",
]

RELEASE_VARIABLE: Final = "PGX_KB"
FOLDER_VARIABLE: Final = "PGX_KNOWLEDGE_BASE"
"""What the variable was called first; it still counts where the other is not set."""
_MAX_SIGNATURE: Final = 1 << 16
_TRIES: Final = 5
"""A folder is read again where another release took its place meanwhile; who installs release
after release at that pace has no folder to read from."""


class Contents(NamedTuple):
    """A release as bytes: manifest, its signature (empty without one), tables by file name."""

    manifest: Manifest
    signature: bytes
    tables: dict[str, bytes]


def default_release() -> Path:
    """Return the file or folder that `RELEASE_VARIABLE` names, else that of the shipped data."""
    named = os.environ.get(RELEASE_VARIABLE) or os.environ.get(FOLDER_VARIABLE)
    return Path(named) if named else data_folder() / "knowledgebase"


def read_contents(place: Path) -> Contents:
    """Read the release of a folder or a file, and check it against its manifest.

    Raises
    ------
    SnapshotIntegrityError
        There is none, a table is absent or changed, or the pinned key has not signed it.
    SnapshotSchemaError
        It is of another schema.
    """
    if not place.is_dir():
        return parse_contents(unpack(_archive(place), place.name), place.name)
    for _ in range(_TRIES):
        before = _identity(place)
        try:
            return _read_folder(place)
        except KnowledgeError:
            if _identity(place) == before:
                raise
    return _read_folder(place)


def parse_contents(files: Mapping[str, bytes], where: str) -> Contents:
    """Return the release that files hold, which are its own and no others.

    Raises
    ------
    SnapshotIntegrityError, SnapshotSchemaError
        See `read_contents`.
    """
    data, signature = files[MANIFEST], files.get(SIGNATURE, b"")
    manifest = parse_manifest(data, lambda: check_pinned(Path(MANIFEST), data, signature))
    tables = {n: content for n, content in files.items() if n not in (MANIFEST, SIGNATURE)}
    if tables.keys() != manifest.tables.keys():
        raise SnapshotIntegrityError(
            "the file has other tables than its manifest names", where=where, remedy="get it anew"
        )
    for name, content in tables.items():
        _check_digest(content, manifest, name)
    return Contents(manifest, signature, tables)


def table_bytes(folder: Path, manifest: Manifest, name: str) -> bytes:
    """Return the content of one file of a release in a folder.

    Raises
    ------
    SnapshotIntegrityError
        The file is absent, or its digest is not the manifest's.
    """
    try:
        data = read_whole(folder / name, MAX_TABLE_BYTES)
    except OSError as error:
        is_large = error.errno == errno.EFBIG
        what = f"is {error.strerror}" if is_large else "of the knowledge base is missing"
        raise SnapshotIntegrityError(
            f"a table {what}", where=name, remedy="reinstall pgx"
        ) from error
    _check_digest(data, manifest, name)
    return data


def _check_digest(data: bytes, manifest: Manifest, name: str) -> None:
    if hashlib.sha256(data).hexdigest() != manifest.tables[name]:
        raise SnapshotIntegrityError(
            "the table's SHA-256 is not the one in the manifest",
            where=name,
            remedy="reinstall pgx, or run `pgx kb build` after an intended change",
        )


def _read_folder(folder: Path) -> Contents:
    manifest = read_manifest(folder)
    tables = {name: table_bytes(folder, manifest, name) for name in manifest.tables}
    try:
        signature = read_whole(folder / SIGNATURE, _MAX_SIGNATURE)
    except OSError:  # most have none; a pinned key was asked for it above
        signature = b""
    return Contents(manifest, signature, tables)


def _archive(place: Path) -> bytes:
    try:
        return read_whole(place, MAX_ARCHIVE_BYTES)
    except (OSError, ValueError) as error:
        is_absent = isinstance(error, FileNotFoundError)
        what = "there is no such" if is_absent else "this cannot be read as"
        raise SnapshotIntegrityError(
            f"{what} file or folder of a release",
            where=place.name,
            remedy=f"check --kb and {RELEASE_VARIABLE}, or install a release there",
        ) from error


def _identity(folder: Path) -> tuple[int, ...]:
    """Return what differs once another release lies where this one did."""
    try:
        own, manifest = folder.stat(), (folder / MANIFEST).stat()
    except OSError:
        return ()
    return own.st_dev, own.st_ino, manifest.st_ino, manifest.st_mtime_ns
