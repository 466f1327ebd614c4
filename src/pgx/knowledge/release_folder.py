"""A release as files: a folder or one archive, read, verified and replaced atomically."""

from __future__ import annotations

import ctypes
import errno
import hashlib
import os
import re
import shutil
import stat
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from pgx.base.files import is_left, read_whole, real_path, sync_folder, temporary_path
from pgx.base.shipped import check_pinned, data_folder, is_shipped
from pgx.errors import KnowledgeError, OutputError, SnapshotIntegrityError
from pgx.knowledge.tables import (
    MANIFEST,
    MAX_TABLE_BYTES,
    SIGNATURE,
    Manifest,
    parse_manifest,
    read_manifest,
)

__all__ = [
    "FOLDER_VARIABLE",
    "MAX_ARCHIVE_BYTES",
    "RELEASE_VARIABLE",
    "SUFFIX",
    "Contents",
    "default_release",
    "install_release",
    "pack",
    "parse_contents",
    "read_contents",
    "table_bytes",
    "unpack",
]

SUFFIX: Final = ".pgxkb"
MAX_ARCHIVE_BYTES: Final = 1 << 27
"""Size limit: a release has 1.3 MB, so a file a hundred times as large is not one."""
_MAX_MEMBERS: Final = 256
_MAX_BESIDE: Final = 1 << 20
_LOCAL: Final = struct.Struct("<4s5H3L2H")
_CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
_END: Final = struct.Struct("<4s4H2LH")
_VERSION: Final = 20
_UNIX: Final = 3 << 8
_MODE: Final = 0o100644 << 16
_DATE: Final = 1 << 5 | 1
"""1 January 1980, the earliest date in a zip archive."""
_TABLE: Final = re.compile(r"[a-z0-9][a-z0-9_]{0,99}\.tsv")


def pack(files: Mapping[str, bytes]) -> bytes:
    """Return a single file that contains these files."""
    body, listed = bytearray(), bytearray()
    for name, data in sorted(files.items()):
        path = name.encode("latin-1")
        # shared by both headers: flags, method (stored), time, date, CRC, sizes, length of name
        facts = (0, 0, 0, _DATE, zlib.crc32(data), len(data), len(data), len(path), 0)
        listed += _CENTRAL.pack(
            b"PK\x01\x02", _UNIX | _VERSION, _VERSION, *facts, 0, 0, 0, _MODE, len(body)
        )
        listed += path
        body += _LOCAL.pack(b"PK\x03\x04", _VERSION, *facts)
        body += path
        body += data
    n = len(files)
    end = _END.pack(b"PK\x05\x06", 0, 0, n, n, len(listed), len(body), 0)
    return bytes(body + listed + end)


def unpack(data: bytes, where: str) -> dict[str, bytes]:
    """Return the files inside a single file.

    Raises
    ------
    SnapshotIntegrityError
        It is not byte by byte the output of `pack`, or contains files foreign to a release.
    """
    files: dict[str, bytes] = {}
    at = 0
    while data[at : at + 4] == b"PK\x03\x04" and len(data) >= at + _LOCAL.size:
        *_, size, length, _ = _LOCAL.unpack_from(data, at)
        start = at + _LOCAL.size + length
        name = data[at + _LOCAL.size : start].decode("latin-1")
        # parsed by hand: a member's header is checked before any of its bytes are read
        if len(files) == _MAX_MEMBERS or not _is_member(name, size):
            raise _refused("holds what is no part of a release, or is too large", where)
        files[name] = data[start : start + size]
        at = start + size
    if MANIFEST not in files or len(files) < 2:
        raise _refused("is no release, or is not whole", where)
    # only one encoding of an archive is valid: nothing can hide between its members
    if pack(files) != data:
        raise _refused("is not as it was written", where)
    return files


def _is_member(name: str, size: int) -> bool:
    if name in (MANIFEST, SIGNATURE):
        return size <= _MAX_BESIDE
    return size <= MAX_TABLE_BYTES and _TABLE.fullmatch(name) is not None


def _refused(what: str, where: str) -> SnapshotIntegrityError:
    return SnapshotIntegrityError(
        f"the file of a release {what}",
        where=where,
        remedy="get it anew, or write it again with `pgx kb export`",
    )


RELEASE_VARIABLE: Final = "PGX_KB"
FOLDER_VARIABLE: Final = "PGX_KNOWLEDGE_BASE"
"""Former name of the variable, used if the other one is not set."""
_MAX_SIGNATURE: Final = 1 << 16
_TRIES: Final = 5
"""A folder is read again where another release took its place meanwhile; who installs release
after release at that pace has no folder to read from."""


class Contents(NamedTuple):
    """A release as bytes: manifest, its signature (empty if unsigned), tables by file name."""

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
        There is none, a table is missing or changed, or it is not signed by the pinned key.
    SnapshotSchemaError
        It has another schema.
    """
    if not place.is_dir():
        return parse_contents(unpack(_archive(place), place.name), place.name)
    for _ in range(_TRIES):
        before = _identity(place)
        try:
            return _read_folder(place)
        except KnowledgeError:
            # the folder was replaced while it was read: the mixture is not a fault of a release
            if _identity(place) == before:
                raise
    return _read_folder(place)


def parse_contents(files: Mapping[str, bytes], where: str) -> Contents:
    """Return the release in a set of files, which must contain nothing else.

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
    except OSError:  # most have none; a pinned key is checked above
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
    """Return values that change when the folder is replaced by another release."""
    try:
        own, manifest = folder.stat(), (folder / MANIFEST).stat()
    except OSError:
        return ()
    return own.st_dev, own.st_ino, manifest.st_ino, manifest.st_mtime_ns


_HERE: Final = -100  # AT_FDCWD: paths are taken as they are
_EXCHANGE: Final = 2  # RENAME_EXCHANGE of Linux, RENAME_SWAP of macOS
_FOLDER_MODE: Final = 0o755
_CANNOT: Final = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP)


def install_release(files: Mapping[str, bytes], folder: Path, *, force: bool) -> bool:
    """Install a verified release; return False if the folder already contains it.

    Raises
    ------
    OutputError
        The folder holds another release and ``force`` is false, or other files; it is the
        program's own; it cannot be written, or the file system cannot exchange two names
        atomically.
    """
    target = real_path(folder)
    try:
        held = _held(target, folder)
        if held and not force:
            if _is_same(target, files):
                return False
            raise _install_refused("holds another release", folder, "replace it with --force")
        # a killed import leaves a folder of the size of a release
        _remove_left(target.parent)
        new = temporary_path(target.parent)
        try:
            _write(files, new, target)
            _switch(new, target, held=held)
        finally:
            shutil.rmtree(new, ignore_errors=True)
    except OSError as error:
        what = f"cannot be written: {error.strerror or type(error).__name__}"
        raise _install_refused(what, folder, "check folder, permissions and free space") from error
    return True


def _held(target: Path, folder: Path) -> bool:
    """Return whether a folder holds a release; refuse one in which other files would be lost."""
    if is_shipped(target):
        raise _install_refused(
            "is of the program itself", folder, "choose another, and name it with --kb"
        )
    if not os.path.lexists(target):
        return False
    if not target.is_dir():
        raise _install_refused("is no folder", folder, "choose another name")
    if not any(target.iterdir()):
        return False
    if not _is_release_only(target):
        what = "holds other files than those of an installed release"
        raise _install_refused(what, folder, "choose another folder")
    return True


def _is_release_only(folder: Path) -> bool:
    """Whether a folder contains only files of a release, so that it may be replaced."""
    return all(
        (entry.name in (MANIFEST, SIGNATURE) or entry.suffix == ".tsv")
        and entry.is_file()
        and not entry.is_symlink()
        for entry in folder.iterdir()
    )


def _is_same(target: Path, files: Mapping[str, bytes]) -> bool:
    """Whether a folder holds these files, byte by byte."""
    try:
        found = read_contents(target)
    except KnowledgeError:
        return False
    signature = files.get(SIGNATURE, b"")
    return found.manifest.text().encode() == files[MANIFEST] and found.signature == signature


def _remove_left(parent: Path) -> None:
    """Remove what a killed import left in a folder, and no other files."""
    for old in parent.iterdir():
        if is_left(old.name) and old.is_dir() and not old.is_symlink() and _is_release_only(old):
            shutil.rmtree(old, ignore_errors=True)


def _write(files: Mapping[str, bytes], new: Path, target: Path) -> None:
    """Write files into a private folder, and flush them to disk."""
    new.mkdir(mode=0o700)
    for name, data in files.items():
        with (new / name).open("xb") as handle:
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
    # the new folder is private while it is written, then gets the mode of the one it replaces
    mode = stat.S_IMODE(target.stat().st_mode) if target.is_dir() else _FOLDER_MODE
    new.chmod(mode)
    sync_folder(new)


def _switch(new: Path, target: Path, *, held: bool) -> None:
    """Give a new folder the name of the old one, atomically."""
    if held:
        _exchange(new, target)
    else:
        new.rename(target)  # also over an empty folder
    sync_folder(target.parent)


def _exchange(new: Path, target: Path) -> None:
    """Exchange the names of two folders in one system call."""
    library = ctypes.CDLL(None, use_errno=True)
    names = os.fsencode(new), os.fsencode(target)
    if hasattr(library, "renameat2"):
        # there is always a release: two renames would leave a moment without one
        failed = library.renameat2(_HERE, names[0], _HERE, names[1], _EXCHANGE)
    elif hasattr(library, "renamex_np"):
        failed = library.renamex_np(*names, _EXCHANGE)
    else:
        failed, _ = -1, ctypes.set_errno(errno.ENOSYS)
    if not failed:
        return
    number = ctypes.get_errno()
    if number in _CANNOT:
        raise _install_refused(
            "lies where two folders cannot change names in one step",
            target,
            "import into a new folder, and name that with --kb",
        )
    raise OSError(number, os.strerror(number))


def _install_refused(what: str, folder: Path, remedy: str) -> OutputError:
    return OutputError(f"the folder {what}", where=str(folder), remedy=remedy)
