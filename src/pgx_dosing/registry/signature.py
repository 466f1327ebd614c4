"""Signatures of models and of their histories: HMAC-SHA256 with a key that a file holds.

Who has the key can sign, and can check. The key itself is never printed nor written; what
names it is a part of its digest.
"""

from __future__ import annotations

import enum
import hashlib
import hmac
import os
from pathlib import Path
from typing import Final

from pgx.base.errors import ModelFolderError
from pgx.base.files import real_path
from pgx_dosing.registry.files import read_file
from pgx_dosing.registry.manifest import ManifestSignature, ModelManifest

__all__ = [
    "KEY_VARIABLE",
    "METHOD",
    "ModelKey",
    "SignatureState",
    "configured_key",
    "read_key",
    "signature_over",
    "signature_state",
    "signed",
]

KEY_VARIABLE: Final = "PGX_MODEL_KEY"
METHOD: Final = "hmac-sha256"
_SHORTEST, _LONGEST, _FEWEST_VALUES = 32, 4096, 16
_MAKE: Final = "make one with: head -c 32 /dev/urandom > KEYFILE"


class SignatureState(enum.StrEnum):
    """What a signature is worth, in the light of the key at hand (or of none)."""

    UNSIGNED = "unsigned"
    SIGNED = "signed"
    NOT_CHECKED = "signed, not checked: no key at hand"
    OTHER_KEY = "signed with another key"
    WRONG = "the signature does not match"
    UNKNOWN_METHOD = "signed by a method that this pgx cannot check"


class ModelKey:
    """A key; prints as its id only.

    Raises
    ------
    ModelFolderError
        It is shorter than 32 bytes, longer than 4096, or too regular to be random.
    """

    __slots__ = ("_secret", "key_id")

    def __init__(self, secret: bytes, where: str = "key") -> None:
        if not _SHORTEST <= len(secret) <= _LONGEST:
            raise ModelFolderError(
                f"a key has {_SHORTEST} to {_LONGEST} bytes, this one {len(secret)}",
                where=where,
                remedy=_MAKE,
            )
        if len(set(secret)) < _FEWEST_VALUES:
            raise ModelFolderError("the key is not random", where=where, remedy=_MAKE)
        self._secret = secret
        self.key_id: str = hashlib.sha256(b"pgx model key\n" + secret).hexdigest()[:16]

    def __repr__(self) -> str:
        return f"ModelKey({self.key_id})"

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a key is not written anywhere")

    def over(self, purpose: str, digest: str) -> str:
        """Return the HMAC-SHA256 (hex) over a digest, for one purpose."""
        text = f"pgx {purpose} 1\n{digest}".encode()
        return hmac.new(self._secret, text, hashlib.sha256).hexdigest()


def read_key(path: Path) -> ModelKey:
    """Read a key: the bytes of a file, as they are.

    Raises
    ------
    ModelFolderError
        The file cannot be read, or is no key.
    """
    return ModelKey(read_file(real_path(path), _LONGEST), where=str(path))


def configured_key() -> ModelKey | None:
    """Return the key whose file `KEY_VARIABLE` names, None where it names none.

    Raises
    ------
    ModelFolderError
        It names a file that is no key: nobody goes on as if there were none.
    """
    named = os.environ.get(KEY_VARIABLE)
    return read_key(Path(named)) if named else None


def signature_over(purpose: str, digest: str, key: ModelKey) -> ManifestSignature:
    """Sign a digest for one purpose: what signs a model cannot be taken to sign a history."""
    return ManifestSignature(method=METHOD, key_id=key.key_id, value=key.over(purpose, digest))


def signed(manifest: ModelManifest, key: ModelKey) -> ModelManifest:
    """Return a manifest with this key's signature, in place of any other."""
    return ModelManifest(
        schema_version=manifest.schema_version,
        model=manifest.model,
        version=manifest.version,
        files=manifest.files,
        signature=signature_over("model", manifest.digest, key),
    )


def signature_state(
    signature: ManifestSignature | None, purpose: str, digest: str, key: ModelKey | None
) -> SignatureState:
    """Say what a signature over a digest is worth."""
    if signature is None:
        return SignatureState.UNSIGNED
    if signature.method != METHOD:
        return SignatureState.UNKNOWN_METHOD
    if key is None:
        return SignatureState.NOT_CHECKED
    if not hmac.compare_digest(signature.key_id.encode(), key.key_id.encode()):
        return SignatureState.OTHER_KEY
    expected = key.over(purpose, digest)
    is_right = hmac.compare_digest(signature.value.encode(), expected.encode())
    return SignatureState.SIGNED if is_right else SignatureState.WRONG
