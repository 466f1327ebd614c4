"""Signatures of releases: Ed25519 over the bytes of a manifest, in a file beside it.

Who holds the private key can sign; who pins the public key runs only what was signed with it.
Keys are PEM files, as ``openssl genpkey -algorithm ed25519`` makes them.
"""

from __future__ import annotations

import base64
import binascii
import functools
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec

from pgx.base.errors import SnapshotIntegrityError, UsageError
from pgx.base.extras import load_extra
from pgx.base.files import read_whole

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )

__all__ = [
    "KEY_VARIABLE",
    "check_pinned",
    "check_signature",
    "key_id",
    "read_private_key",
    "read_public_key",
    "signature_file",
    "signature_over",
]

KEY_VARIABLE: Final = "PGX_RELEASE_KEY"
_METHOD: Final = "ed25519"
_PRIMITIVES: Final = "cryptography.hazmat.primitives"
_EXTRA: Final = "signatures"
_LARGEST: Final = 1 << 16
_PURPOSE: Final = b"pgx release manifest 1\n"
"""Signed before the manifest: a signature made for something else cannot be taken for one."""


class _Signature(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Method, first half of the SHA-256 of the public key (hex), signature (base64)."""

    method: str
    key_id: str
    signature: str


def signature_file(manifest: Path) -> Path:
    """Return the file that holds the signature of a manifest."""
    return manifest.with_suffix(".sig")


def check_pinned(manifest: Path, data: bytes, signature: bytes | None = None) -> None:
    """Refuse a manifest that the pinned key has not signed; pass all where none is pinned.

    ``signature`` is the content of the file beside the manifest, where it was read already.

    Raises
    ------
    SnapshotIntegrityError
        It is not signed, or not by this key.
    UsageError
        `KEY_VARIABLE` names no public key, or the package that checks signatures is not installed.
    """
    named = os.environ.get(KEY_VARIABLE)
    if named:
        check_signature(manifest, data, read_public_key(Path(named)), signature)


def check_signature(
    manifest: Path, data: bytes, key: Ed25519PublicKey, signature: bytes | None = None
) -> None:
    """Refuse a manifest (its bytes are ``data``) that a key has not signed.

    ``signature`` is the content of the file beside the manifest, where it was read already.

    Raises
    ------
    SnapshotIntegrityError
        There is no signature, it is of another key, or it does not match.
    """
    from cryptography.exceptions import InvalidSignature

    try:
        if signature is None:
            signature = read_whole(signature_file(manifest), _LARGEST)
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
    """Return the content of the file beside a manifest (its path or bytes) that says who signed it.

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
    """Return what names a public key: 32 hex digits of its SHA-256."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:32]


def read_public_key(path: Path) -> Ed25519PublicKey:
    """Read an Ed25519 public key from a PEM file.

    Raises
    ------
    UsageError
        The file is none (nobody goes on as if no key were pinned), or the package that checks
        signatures is not installed.
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
        The file is none, or the package that signs is not installed.
    """
    kinds = load_extra(f"{_PRIMITIVES}.asymmetric.ed25519", _EXTRA)
    module = load_extra(f"{_PRIMITIVES}.serialization", _EXTRA)
    reader = functools.partial(module.load_pem_private_key, password=None)
    key = _read_key(path, reader, kinds.Ed25519PrivateKey, "private")
    return cast("Ed25519PrivateKey", key)


def _read_key(path: Path, reader: Callable[[bytes], Any], kind: type, which: str) -> object:
    try:
        key = reader(read_whole(path, _LARGEST))
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
