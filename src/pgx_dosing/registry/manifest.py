"""The manifest of a model: SHA-256 and size of its files, and a signature over both.

It has one spelling only and ends with a digest of itself, so that any changed byte shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from pgx.base.errors import ModelFolderError
from pgx_dosing.registry.files import canonical_json, sha256

__all__ = [
    "FILES",
    "MANIFEST",
    "MANIFEST_SCHEMA",
    "FileDigest",
    "ManifestSignature",
    "ModelManifest",
    "manifest_bytes",
    "manifest_of",
    "parse_manifest",
]

MANIFEST: Final = "manifest.json"
MANIFEST_SCHEMA: Final = "1.0"
FILES: Final = (
    "model.json", "schema.json", "lineage.json", "metrics.json", "card.md", "change-plan.json",
)  # fmt: skip
"""The files that a manifest may name; the first one it must."""


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
        """SHA-256 (hex) of all that was said of the files: one value for the whole model.

        The signature is not part of it: a model stays the same when it is signed anew.
        """
        content = msgspec.to_builtins(self)
        del content["signature"]
        return sha256(canonical_json(content))


class _ModelManifestFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A manifest as it is written."""

    check: str
    digest: str
    files: dict[str, FileDigest]
    model: str
    schema_version: str
    signature: ManifestSignature | None
    version: str


def manifest_of(model: str, version: str, files: Mapping[str, bytes]) -> ModelManifest:
    """Return the manifest, not signed, of the files of a model."""
    digests = {
        name: FileDigest(sha256=sha256(data), size=len(data))
        for name, data in sorted(files.items())
    }
    return ModelManifest(
        schema_version=MANIFEST_SCHEMA, model=model, version=version, files=digests
    )


def manifest_bytes(manifest: ModelManifest) -> bytes:
    """Return the one spelling of a manifest."""
    content = msgspec.to_builtins(manifest) | {"digest": manifest.digest}
    return canonical_json(content | {"check": sha256(canonical_json(content))})


def parse_manifest(data: bytes, where: str) -> ModelManifest:
    """Return a manifest from its bytes.

    Raises
    ------
    ModelFolderError
        It is no manifest, of another schema, not as it was written, or names a file that a
        model has not.
    """
    try:
        file = msgspec.json.decode(data, type=_ModelManifestFile)
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
        raise ModelFolderError(f"is no manifest: {error}", where=where) from error
    if file.schema_version != MANIFEST_SCHEMA:
        raise ModelFolderError(
            f"schema version {file.schema_version}, this pgx reads {MANIFEST_SCHEMA}", where=where
        )
    unknown = sorted(set(file.files) - set(FILES))
    if unknown:
        raise ModelFolderError(f"names {unknown[0]!r}, which no model has", where=where)
    manifest = ModelManifest(
        schema_version=file.schema_version,
        model=file.model,
        version=file.version,
        files=file.files,
        signature=file.signature,
    )
    if manifest_bytes(manifest) != data:
        raise ModelFolderError(
            "is not as it was written", where=where, remedy="take the folder again"
        )
    return manifest
