"""Files of a model folder: read completely and once, listed in a manifest, signed by HMAC-SHA256.

The same bytes are hashed and parsed, so a file cannot be swapped in between.

A manifest has one canonical form and ends with its own digest, so any changed byte is detected.

The holder of the key can sign and verify. The key itself is never printed or written; part of its
digest identifies it.
"""

from __future__ import annotations

import contextlib
import enum
import fcntl
import hashlib
import hmac
import json
import math
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from pgx.base.files import real_path
from pgx.errors import ModelFolderError, OutputError
from pgx_dosing.json_records import decode, unique_names

__all__ = [
    "FILES",
    "KEY_VARIABLE",
    "MANIFEST",
    "MANIFEST_SCHEMA",
    "METHOD",
    "FileDigest",
    "Json",
    "ManifestSignature",
    "ModelKey",
    "ModelManifest",
    "SignatureState",
    "canonical_json",
    "configured_key",
    "locked",
    "manifest_bytes",
    "manifest_of",
    "not_written",
    "parse_json",
    "parse_manifest",
    "read_file",
    "read_key",
    "sha256",
    "signature_over",
    "signature_state",
    "signed",
    "temporary_name",
    "write_in_one_step",
]

Json = dict[str, Any]
# links are not followed, and opening a named pipe does not wait for a writer
_FLAGS: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
# digits of the largest 64-bit integer
_DIGITS: Final = 19
_REPAIR: Final = "copy the folder again from its source"
MANIFEST: Final = "manifest.json"
MANIFEST_SCHEMA: Final = "1.0"
FILES: Final = (
    "model.json", "schema.json", "lineage.json", "metrics.json", "card.md", "change-plan.json",
)  # fmt: skip
"""The files that a manifest may name; the first one it must."""
KEY_VARIABLE: Final = "PGX_MODEL_KEY"
METHOD: Final = "hmac-sha256"
# 32 bytes match the 256 bits of HMAC-SHA256; a key of few distinct bytes is not random
_SHORTEST, _LONGEST, _FEWEST_VALUES = 32, 4096, 16
_MAKE: Final = "make one with: head -c 32 /dev/urandom > KEYFILE"


def sha256(data: bytes) -> str:
    """Return the SHA-256 of bytes, in hex."""
    return hashlib.sha256(data).hexdigest()


def read_file(path: Path, most: int) -> bytes:
    """Return the bytes of a regular file of at most ``most`` bytes; links are not followed.

    Raises
    ------
    ModelFolderError
        It is absent, a link, not a regular file, too large, or cannot be read.
    """
    try:
        with os.fdopen(os.open(path, _FLAGS), "rb") as handle:
            if not stat.S_ISREG(os.fstat(handle.fileno()).st_mode):
                raise ModelFolderError("is not a regular file", where=str(path), remedy=_REPAIR)
            # one byte more than allowed shows that a file is too large without reading all of it
            data = handle.read(most + 1)
    except OSError as error:
        what = "is a link" if path.is_symlink() else f"cannot be read: {error.strerror}"
        raise ModelFolderError(what, where=str(path), remedy=_REPAIR) from error
    if len(data) > most:
        raise ModelFolderError(
            f"is larger than {most} bytes, the most that is read", where=str(path), remedy=_REPAIR
        )
    return data


def parse_json(data: bytes, where: str) -> Json:
    """Return a JSON object, stricter than usual readers: unique keys and finite numbers only.

    Raises
    ------
    ModelFolderError
        It is not a JSON object in UTF-8, or violates one of these rules.
    """
    try:
        content = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=unique_names,
            parse_float=_finite,
            parse_int=_whole,
            parse_constant=_no_number,
        )
        json.dumps(content, ensure_ascii=False).encode()  # refuses unpaired surrogates
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise ModelFolderError(f"is not usable JSON: {reason}", where=where) from error
    if not isinstance(content, dict):
        raise ModelFolderError("is not a JSON object", where=where)
    return content


def _finite(text: str) -> float:
    # JSON allows 1e999, which Python reads as infinity
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number is too large")
    return value


def _whole(text: str) -> int:
    if len(text.lstrip("-")) > _DIGITS:
        raise ValueError("a number is too large")
    return int(text)


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is not a number")


def canonical_json(content: object) -> bytes:
    """Return the canonical form of some content: keys A–Z, two spaces, a line feed at the end."""
    text = json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode("utf-8")


def not_written(path: Path, error: OSError) -> OutputError:
    """Return the error for a file or folder that could not be written."""
    return OutputError(
        f"cannot be written: {error.strerror or type(error).__name__}",
        where=str(path),
        remedy="check folder, permissions and free space",
    )


def temporary_name() -> str:
    """Return a name that no model can have, for incomplete files."""
    return f".pgx-{os.getpid()}-{os.urandom(4).hex()}.tmp"


def write_in_one_step(path: Path, data: bytes, beside: Path) -> None:
    """Write a file atomically: under a temporary name in the folder ``beside``, then rename it.

    A model folder must never hold an unknown file, even briefly: ``beside`` is its parent.

    Raises
    ------
    OutputError
        Disk, permission or quota; no file is left behind.
    """
    temporary = beside / temporary_name()
    try:
        with temporary.open("xb") as handle:
            handle.write(data)
            handle.flush()
            # the data reach the disk before the name: a crash leaves the old or the new file
            os.fsync(handle.fileno())
        os.replace(temporary, path)  # noqa: PTH105 (one atomic step is the point)
    except OSError as error:
        raise not_written(path, error) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Lock a model's folder while the block runs; other processes wait.

    The parent folder is locked, because it persists when the model's own folder is replaced.

    Raises
    ------
    ModelFolderError
        The folder does not exist.
    """
    try:
        handle = os.open(folder.absolute().parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise ModelFolderError(
            f"is not a model folder: {error.strerror}",
            where=str(folder),
            remedy="check the path",
        ) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


class ManifestSignature(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who signed: ``method`` (``hmac-sha256``), ``key_id`` and ``value`` in hex."""

    method: str
    key_id: str
    value: str


class FileDigest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """SHA-256 (hex) and size (bytes) of one file."""

    sha256: str
    size: int


class ModelManifest(msgspec.Struct, frozen=True, kw_only=True):
    """One version of one model; ``files`` maps a name in `FILES` to its digest."""

    schema_version: str
    model: str
    version: str
    files: dict[str, FileDigest]
    signature: ManifestSignature | None = None

    @property
    def digest(self) -> str:
        """SHA-256 (hex) over all file entries: one value for the whole model.

        It excludes the signature: signing a model again does not change its identity.
        """
        content = msgspec.to_builtins(self)
        del content["signature"]
        return sha256(canonical_json(content))


class _ModelManifestFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A manifest as it is stored."""

    check: str
    digest: str
    files: dict[str, FileDigest]
    model: str
    schema_version: str
    signature: ManifestSignature | None
    version: str


def manifest_of(model: str, version: str, files: Mapping[str, bytes]) -> ModelManifest:
    """Return the unsigned manifest of a model's files."""
    digests = {
        name: FileDigest(sha256=sha256(data), size=len(data))
        for name, data in sorted(files.items())
    }
    return ModelManifest(
        schema_version=MANIFEST_SCHEMA, model=model, version=version, files=digests
    )


def manifest_bytes(manifest: ModelManifest) -> bytes:
    """Return the canonical form of a manifest."""
    content = msgspec.to_builtins(manifest) | {"digest": manifest.digest}
    return canonical_json(content | {"check": sha256(canonical_json(content))})


def parse_manifest(data: bytes, where: str) -> ModelManifest:
    """Return a manifest from its bytes.

    Raises
    ------
    ModelFolderError
        It is not a manifest, has another schema version, is not in canonical form, or names a file
        that a model cannot have.
    """
    file: _ModelManifestFile = decode(data, _ModelManifestFile, "is no manifest", where)
    if file.schema_version != MANIFEST_SCHEMA:
        raise ModelFolderError(
            f"schema version {file.schema_version}, this pgx reads {MANIFEST_SCHEMA}", where=where
        )
    unknown = sorted(set(file.files) - set(FILES))
    if unknown:
        raise ModelFolderError(f"names the unknown model {unknown[0]!r}", where=where)
    manifest = ModelManifest(
        **{name: getattr(file, name) for name in ModelManifest.__struct_fields__}
    )
    if manifest_bytes(manifest) != data:
        raise ModelFolderError(
            "differs from what was written", where=where, remedy="copy the folder again"
        )
    return manifest


class SignatureState(enum.StrEnum):
    """Result of a signature check with the available key (or none)."""

    UNSIGNED = "unsigned"
    SIGNED = "signed"
    NOT_CHECKED = "signed, not checked: no key at hand"
    OTHER_KEY = "signed with another key"
    WRONG = "the signature does not match"
    UNKNOWN_METHOD = "signed by a method that this pgx cannot check"


class ModelKey:
    """A key; its repr shows the id only.

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
        # the prefix separates this digest from any other SHA-256 of the key
        self.key_id: str = hashlib.sha256(b"pgx model key\n" + secret).hexdigest()[:16]

    def __repr__(self) -> str:
        return f"ModelKey({self.key_id})"

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a key is not written anywhere")

    def over(self, purpose: str, digest: str) -> str:
        """Return the HMAC-SHA256 (hex) over a digest, for one purpose."""
        # the purpose is part of the message: a model's signature is not valid for a history
        text = f"pgx {purpose} 1\n{digest}".encode()
        return hmac.new(self._secret, text, hashlib.sha256).hexdigest()


def read_key(path: Path) -> ModelKey:
    """Read a key: the unchanged bytes of a file.

    Raises
    ------
    ModelFolderError
        The file cannot be read, or is not a key.
    """
    return ModelKey(read_file(real_path(path), _LONGEST), where=str(path))


def configured_key() -> ModelKey | None:
    """Return the key in the file named by `KEY_VARIABLE`, None if the variable is not set.

    Raises
    ------
    ModelFolderError
        The named file is not a key: continuing without one would skip the check silently.
    """
    named = os.environ.get(KEY_VARIABLE)
    return read_key(Path(named)) if named else None


def signature_over(purpose: str, digest: str, key: ModelKey) -> ManifestSignature:
    """Sign a digest for one purpose: a signature of a model is not valid for a history."""
    return ManifestSignature(method=METHOD, key_id=key.key_id, value=key.over(purpose, digest))


def signed(manifest: ModelManifest, key: ModelKey) -> ModelManifest:
    """Return a manifest with this key's signature, replacing any other."""
    signature = signature_over("model", manifest.digest, key)
    return msgspec.structs.replace(manifest, signature=signature)


def signature_state(
    signature: ManifestSignature | None, purpose: str, digest: str, key: ModelKey | None
) -> SignatureState:
    """Return the result of checking a signature over a digest."""
    if signature is None:
        return SignatureState.UNSIGNED
    if signature.method != METHOD:
        return SignatureState.UNKNOWN_METHOD
    if key is None:
        return SignatureState.NOT_CHECKED
    # compared in constant time, so that timing reveals nothing about the expected value
    if not hmac.compare_digest(signature.key_id.encode(), key.key_id.encode()):
        return SignatureState.OTHER_KEY
    expected = key.over(purpose, digest)
    is_right = hmac.compare_digest(signature.value.encode(), expected.encode())
    return SignatureState.SIGNED if is_right else SignatureState.WRONG
