"""The manifest of a release: which tables belong to it, and their SHA-256 digests.

The manifest ends with a digest of its own content and has one spelling only, so that any
changed byte shows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import msgspec

from pgx.base.errors import SnapshotIntegrityError, SnapshotSchemaError
from pgx.base.files import read_whole
from pgx.base.shipped import check_release
from pgx.knowledge.schema import SCHEMA_VERSION

__all__ = [
    "MANIFEST",
    "SIGNATURE",
    "Manifest",
    "parse_manifest",
    "read_manifest",
    "write_manifest",
]

MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig"

_MAX_BYTES = 1 << 20


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """One release; ``tables`` maps a file name to the SHA-256 of its bytes (hex)."""

    release: str
    schema_version: str
    tables: dict[str, str]

    @property
    def digest(self) -> str:
        """SHA-256 over the sorted table digests: one value for the whole release."""
        text = "\n".join(f"{name} {value}" for name, value in sorted(self.tables.items()))
        return hashlib.sha256(f"{self.release}\n{text}".encode()).hexdigest()

    def text(self) -> str:
        """Return the one spelling of the manifest."""
        content = msgspec.to_builtins(self) | {"digest": self.digest}
        return json.dumps(content, indent=2, sort_keys=True) + "\n"


class _ManifestFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A manifest as it is written."""

    digest: str
    release: str
    schema_version: str
    tables: dict[str, str]


def read_manifest(folder: Path) -> Manifest:
    """Read and check the manifest of a release in a folder.

    Raises
    ------
    SnapshotIntegrityError
        The manifest is absent, unreadable, not as it was written, or not signed by the key that
        is pinned.
    SnapshotSchemaError
        It is of another schema version.
    """
    path = folder / MANIFEST
    try:
        data = read_whole(path, _MAX_BYTES)
    except (OSError, ValueError) as error:
        raise _unreadable() from error
    return parse_manifest(data, lambda: check_release(path, data))


def parse_manifest(data: bytes, check: Callable[[], None]) -> Manifest:
    """Return the manifest that bytes hold; ``check`` refuses what is not signed as it must be.

    Raises
    ------
    SnapshotIntegrityError, SnapshotSchemaError
        See `read_manifest`.
    """
    try:
        file = msgspec.json.decode(data, type=_ManifestFile)
    except (ValueError, msgspec.MsgspecError) as error:
        raise _unreadable() from error
    check()
    manifest = Manifest(
        release=file.release, schema_version=file.schema_version, tables=file.tables
    )
    if manifest.schema_version != SCHEMA_VERSION:
        raise SnapshotSchemaError(
            f"schema version {manifest.schema_version}, this pgx reads {SCHEMA_VERSION}",
            where=MANIFEST,
            remedy="use the knowledge base that came with this version",
        )
    if manifest.text().encode() != data:
        raise SnapshotIntegrityError(
            "the manifest is not as it was written", where=MANIFEST, remedy="reinstall pgx"
        )
    if any(Path(name).name != name for name in manifest.tables):
        raise SnapshotIntegrityError("a table lies outside the release", where=MANIFEST)
    return manifest


def _unreadable() -> SnapshotIntegrityError:
    return SnapshotIntegrityError(
        "the knowledge base has no readable manifest",
        where=MANIFEST,
        remedy="reinstall pgx or rebuild with `pgx kb build`",
    )


def write_manifest(folder: Path, release: str, files: list[str]) -> Manifest:
    """Digest the named files of a folder and write its manifest."""
    tables = {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in sorted(files)
    }
    manifest = Manifest(release=release, schema_version=SCHEMA_VERSION, tables=tables)
    (folder / MANIFEST).write_text(manifest.text(), encoding="utf-8")
    return manifest
