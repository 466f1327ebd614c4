"""Data of the installed package: their location, digests and signatures."""

from __future__ import annotations

import base64
import binascii
import functools
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec

from pgx.base.extensions import load_extra
from pgx.base.files import read_whole
from pgx.errors import SnapshotIntegrityError, UsageError

__all__ = [
    "KEY_VARIABLE",
    "MANIFEST",
    "DataManifest",
    "check_all",
    "check_data",
    "check_pinned",
    "check_release",
    "check_signature",
    "code_digest",
    "data_digest",
    "data_files",
    "data_folder",
    "data_manifest",
    "is_shipped",
    "key_id",
    "manifest_of",
    "read_data",
    "read_private_key",
    "read_public_key",
    "signature_file",
    "signature_over",
]

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )


KEY_VARIABLE: Final = "PGX_RELEASE_KEY"
_METHOD: Final = "ed25519"
_PRIMITIVES: Final = "cryptography.hazmat.primitives"
_EXTRA: Final = "signatures"
_LARGEST_SIGNATURE: Final = 1 << 16  # bytes of a signature or a key file: far above both
_PURPOSE: Final = b"pgx release manifest 1\n"
"""Signed before the manifest, so that a signature for another purpose is never accepted."""


class _Signature(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Method, first half of the SHA-256 of the public key (hex), signature (base64)."""

    method: str
    key_id: str
    signature: str


def signature_file(manifest: Path) -> Path:
    """Return the file that holds the signature of a manifest."""
    return manifest.with_suffix(".sig")


def check_pinned(manifest: Path, data: bytes, signature: bytes | None = None) -> None:
    """Reject a manifest that the pinned key has not signed; accept all without a pinned key.

    ``signature`` is the content of the signature file, if it was read already.

    Raises
    ------
    SnapshotIntegrityError
        It is unsigned, or not signed by this key.
    UsageError
        `KEY_VARIABLE` names no public key, or the package that checks signatures is not installed.
    """
    named = os.environ.get(KEY_VARIABLE)
    if named:
        check_signature(manifest, data, read_public_key(Path(named)), signature)


def check_signature(
    manifest: Path, data: bytes, key: Ed25519PublicKey, signature: bytes | None = None
) -> None:
    """Reject a manifest (its bytes are ``data``) that a key has not signed.

    ``signature`` is the content of the signature file, if it was read already.

    Raises
    ------
    SnapshotIntegrityError
        There is no signature, it is of another key, or it does not match.
    """
    from cryptography.exceptions import InvalidSignature

    try:
        if signature is None:
            signature = read_whole(signature_file(manifest), _LARGEST_SIGNATURE)
        found = msgspec.json.decode(signature, type=_Signature)
        value = base64.b64decode(found.signature, validate=True)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, binascii.Error) as error:
        raise _refused("the release has no signature that can be read", manifest) from error
    if found.method != _METHOD or found.key_id != key_id(key):
        raise _refused("the release is signed with another key", manifest)
    try:
        key.verify(value, _PURPOSE + data)
    except InvalidSignature as error:
        raise _refused("the signature of the release does not match", manifest) from error


def signature_over(manifest: Path | bytes, key: Ed25519PrivateKey) -> bytes:
    """Return the content of the signature file of a manifest (its path or bytes).

    Raises
    ------
    OSError
        The manifest cannot be read.
    """
    data = manifest.read_bytes() if isinstance(manifest, Path) else manifest
    value = key.sign(_PURPOSE + data)
    made = _Signature(
        method=_METHOD,
        key_id=key_id(key.public_key()),
        signature=base64.b64encode(value).decode("ascii"),
    )
    return msgspec.json.format(msgspec.json.encode(made), indent=1) + b"\n"


def key_id(key: Ed25519PublicKey) -> str:
    """Return the identifier of a public key: 32 hex digits of its SHA-256."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:32]


def read_public_key(path: Path) -> Ed25519PublicKey:
    """Read an Ed25519 public key from a PEM file.

    Raises
    ------
    UsageError
        The file is not a public key, or the package that checks signatures is not installed. A
        run must not continue as if no key were pinned.
    """
    kinds = load_extra(f"{_PRIMITIVES}.asymmetric.ed25519", _EXTRA)
    reader = load_extra(f"{_PRIMITIVES}.serialization", _EXTRA).load_pem_public_key
    key = _read_key(path, reader, kinds.Ed25519PublicKey, "public")
    return cast("Ed25519PublicKey", key)


def read_private_key(path: Path) -> Ed25519PrivateKey:
    """Read an Ed25519 private key, not encrypted, from a PEM file.

    Raises
    ------
    UsageError
        The file is not a private key, or the package that signs is not installed.
    """
    kinds = load_extra(f"{_PRIMITIVES}.asymmetric.ed25519", _EXTRA)
    module = load_extra(f"{_PRIMITIVES}.serialization", _EXTRA)
    reader = functools.partial(module.load_pem_private_key, password=None)
    key = _read_key(path, reader, kinds.Ed25519PrivateKey, "private")
    return cast("Ed25519PrivateKey", key)


def _read_key(path: Path, reader: Callable[[bytes], Any], kind: type, which: str) -> object:
    # cryptography raises errors of many classes for malformed keys
    try:
        key = reader(read_whole(path, _LARGEST_SIGNATURE))
    except Exception as error:
        raise _no_key(path, which) from error
    if not isinstance(key, kind):
        raise _no_key(path, which)
    return key


def _no_key(path: Path, which: str) -> UsageError:
    return UsageError(
        f"this is no {which} Ed25519 key in PEM",
        where=path.name,
        remedy="make a pair with: openssl genpkey -algorithm ed25519 -out private.pem; "
        "openssl pkey -in private.pem -pubout -out public.pem",
    )


def _refused(what: str, manifest: Path) -> SnapshotIntegrityError:
    return SnapshotIntegrityError(
        what,
        where=manifest.name,
        remedy=f"install a release signed with the key that {KEY_VARIABLE} names",
    )


MANIFEST: Final = "manifest/files.json"
"""Where the manifest is in the data folder; its signature, if it has one, is beside it."""
_PACKAGE = Path(__file__).resolve().parents[1]
_SCHEMA: Final = "1"
_INSTALLED: Final = "_data"
_LARGEST: Final = 256 << 20
"""Bytes; far above any shipped file, so that a device or sparse file in its place is not read."""
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
        """Return the canonical text of the manifest: equal manifests have equal bytes."""
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
    """Return the shipped files whose path in the data folder matches a pattern, sorted.

    Files added to the folder later are not listed; removed ones are, and reading them fails.
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
    """Reject the content of a file of the data folder that was not released; accept others.

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
