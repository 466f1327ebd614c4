"""Put a release into a folder in one step: the old one or the new one, never something between.

The files are written into a private folder beside it and kept by the disk. Then both folders
change names at once, which the kernel does as one step; what was there is removed after that.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pgx.base.errors import KnowledgeError, OutputError
from pgx.base.files import real_path, sync_folder
from pgx.base.scratch import is_left, temporary_path
from pgx.base.shipped import is_shipped
from pgx.knowledge.contents import read_contents
from pgx.knowledge.manifest import MANIFEST, SIGNATURE

__all__ = ["install_release"]

_HERE: Final = -100  # AT_FDCWD: paths are taken as they are
_EXCHANGE: Final = 2  # RENAME_EXCHANGE of Linux, RENAME_SWAP of macOS
_FOLDER_MODE: Final = 0o755
_CANNOT: Final = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP)


def install_release(files: Mapping[str, bytes], folder: Path, *, force: bool) -> bool:
    """Install a release, already checked; return False where the folder holds it as it is.

    Raises
    ------
    OutputError
        The folder holds another release and not ``force``, or other files; it is that of the
        program; it cannot be written, or the file system cannot change two names in one step.
    """
    target = real_path(folder)
    try:
        held = _held(target, folder)
        if held and not force:
            if _is_same(target, files):
                return False
            raise _refused("holds another release", folder, "replace it with --force")
        _remove_left(target.parent)
        new = temporary_path(target.parent)
        try:
            _write(files, new, target)
            _switch(new, target, held=held)
        finally:
            shutil.rmtree(new, ignore_errors=True)
    except OSError as error:
        what = f"cannot be written: {error.strerror or type(error).__name__}"
        raise _refused(what, folder, "check folder, permissions and free space") from error
    return True


def _held(target: Path, folder: Path) -> bool:
    """Return whether a folder holds a release; refuse one in which other files would be lost."""
    if is_shipped(target):
        raise _refused("is of the program itself", folder, "choose another, and name it with --kb")
    if not os.path.lexists(target):
        return False
    if not target.is_dir():
        raise _refused("is no folder", folder, "choose another name")
    if not any(target.iterdir()):
        return False
    if not _is_release_only(target):
        what = "holds other files than those of an installed release"
        raise _refused(what, folder, "choose another folder")
    return True


def _is_release_only(folder: Path) -> bool:
    """Whether a folder has files of a release alone: those may be removed for another one."""
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
    """Remove what an import that was killed left in a folder, and nothing of anybody else's."""
    for old in parent.iterdir():
        if is_left(old.name) and old.is_dir() and not old.is_symlink() and _is_release_only(old):
            shutil.rmtree(old, ignore_errors=True)


def _write(files: Mapping[str, bytes], new: Path, target: Path) -> None:
    """Write files into a private folder, and let the disk keep them."""
    new.mkdir(mode=0o700)
    for name, data in files.items():
        with (new / name).open("xb") as handle:
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
    mode = stat.S_IMODE(target.stat().st_mode) if target.is_dir() else _FOLDER_MODE
    new.chmod(mode)
    sync_folder(new)


def _switch(new: Path, target: Path, *, held: bool) -> None:
    """Give a new folder the name of the old one, in one step."""
    if held:
        _exchange(new, target)
    else:
        new.rename(target)  # also over an empty folder
    sync_folder(target.parent)


def _exchange(new: Path, target: Path) -> None:
    """Let two folders change names, as one step of the kernel."""
    library = ctypes.CDLL(None, use_errno=True)
    names = os.fsencode(new), os.fsencode(target)
    if hasattr(library, "renameat2"):
        failed = library.renameat2(_HERE, names[0], _HERE, names[1], _EXCHANGE)
    elif hasattr(library, "renamex_np"):
        failed = library.renamex_np(*names, _EXCHANGE)
    else:
        failed, _ = -1, ctypes.set_errno(errno.ENOSYS)
    if not failed:
        return
    number = ctypes.get_errno()
    if number in _CANNOT:
        raise _refused(
            "lies where two folders cannot change names in one step",
            target,
            "import into a new folder, and name that with --kb",
        )
    raise OSError(number, os.strerror(number))


def _refused(what: str, folder: Path, remedy: str) -> OutputError:
    return OutputError(f"the folder {what}", where=str(folder), remedy=remedy)
