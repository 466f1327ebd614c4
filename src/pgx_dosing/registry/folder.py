"""One model's folder: every file verified against the manifest, and no other file in it.

A folder holds JSON and one text only; its content is never executed or unpickled.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from pgx.base.shipped import check_data
from pgx.errors import ModelFolderError
from pgx_dosing.registry.files import (
    FILES,
    MANIFEST,
    Json,
    ModelKey,
    ModelManifest,
    SignatureState,
    manifest_bytes,
    manifest_of,
    not_written,
    parse_json,
    parse_manifest,
    read_file,
    sha256,
    signature_state,
    signed,
    temporary_name,
    write_in_one_step,
)
from pgx_dosing.registry.history import (
    STATES,
    History,
    LifecycleState,
    history_bytes,
    parse_history,
)

__all__ = [
    "MODEL",
    "Document",
    "ModelFolder",
    "check_signatures",
    "is_name",
    "is_version",
    "pack",
    "read_folder",
    "read_manifest",
    "write_folder",
    "write_history",
    "write_manifest",
]

MODEL: Final = FILES[0]
Document = Mapping[str, object] | str
"""Content of a file: an object for JSON, a text for the card."""
# limits on the bytes read, so that a damaged file cannot exhaust memory; models with trees are
# the largest files
_LARGEST: Final = {MODEL: 64 << 20, MANIFEST: 1 << 20}
_LARGEST_OTHER: Final = 16 << 20
_KINDS: Final = frozenset({"published", "trained"})
# names and versions become folder names: no separator, no leading dot, bounded length
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._+-]{0,31}")


@dataclass(frozen=True)
class ModelFolder:
    """A verified model: bytes of its files, manifest, and history (None if it has none).

    ``where`` is the folder; ``is_shipped`` is true for models shipped with `pgx`.
    """

    where: Path
    files: Mapping[str, bytes]
    manifest: ModelManifest
    history: History | None = None
    is_shipped: bool = False

    @functools.cached_property
    def model(self) -> Json:
        """Content of ``model.json``."""
        return parse_json(self.files[MODEL], MODEL)

    def document(self, name: str) -> Json | None:
        """Return the content of another JSON file, None if the model does not have it.

        Raises
        ------
        ModelFolderError
            It is not a JSON object.
        """
        return parse_json(self.files[name], name) if name in self.files else None

    @property
    def name(self) -> str:
        """Name of the model."""
        return self.manifest.model

    @property
    def version(self) -> str:
        """Version of the model."""
        return self.manifest.version

    @property
    def label(self) -> str:
        """Name and version, ``NAME@VERSION``."""
        return f"{self.name}@{self.version}"

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the whole model."""
        return self.manifest.digest

    @property
    def state(self) -> LifecycleState:
        """Lifecycle state; a model without a history is a draft."""
        return self.history.state if self.history else LifecycleState.DRAFT


def is_name(text: str) -> bool:
    """Whether a text is a valid model name: a–z, 0–9, and . _ - after the first character."""
    return _NAME.fullmatch(text) is not None and ".." not in text


def is_version(text: str) -> bool:
    """Whether a text is a valid version: letters, digits, and . _ + - after the first character."""
    return _VERSION.fullmatch(text) is not None and ".." not in text


def read_folder(folder: Path, *, is_shipped: bool = False) -> ModelFolder:
    """Read a model's folder and verify it completely.

    Raises
    ------
    ModelFolderError
        It is not a folder; a file is absent, unknown, a link, too large or changed; the manifest or
        the history is not in canonical form; or the history belongs to another model.
    """
    names = _names_in(folder)
    manifest = read_manifest(folder)
    _check_names(folder, names, manifest)
    files = {name: _read(folder, name) for name in manifest.files}
    for name, data in files.items():
        _check_digest(folder / name, data, manifest)
        # shipped files are also checked against the release, which a rewritten manifest cannot pass
        if is_shipped:
            check_data(folder / name, data)
    history = None
    if STATES in names:
        states = _read(folder, STATES)
        if is_shipped:
            check_data(folder / STATES, states)
        history = parse_history(states, str(folder / STATES))
    found = ModelFolder(folder, files, manifest, history, is_shipped)
    _check_content(found)
    return found


def read_manifest(folder: Path) -> ModelManifest:
    """Read only the manifest of a folder: the model's stated identity.

    Raises
    ------
    ModelFolderError
        The manifest is absent or not in canonical form.
    """
    return parse_manifest(_read(folder, MANIFEST), str(folder / MANIFEST))


def _names_in(folder: Path) -> frozenset[str]:
    try:
        return frozenset(entry.name for entry in os.scandir(folder))
    except OSError as error:
        raise ModelFolderError(
            f"is not a model folder: {error.strerror}",
            where=str(folder),
            remedy="check the path; pgx model list shows the available models",
        ) from error


def _read(folder: Path, name: str) -> bytes:
    return read_file(folder / name, _LARGEST.get(name, _LARGEST_OTHER))


def _check_names(folder: Path, names: frozenset[str], manifest: ModelManifest) -> None:
    if MODEL not in manifest.files:
        raise ModelFolderError(f"does not name {MODEL}", where=str(folder / MANIFEST))
    unknown = sorted(names - set(manifest.files) - {MANIFEST, STATES})
    if unknown:
        raise ModelFolderError(
            "is not one of the files of this model",
            where=str(folder / unknown[0]),
            remedy="remove it if you know its origin",
        )


def _check_digest(path: Path, data: bytes, manifest: ModelManifest) -> None:
    said = manifest.files[path.name]
    if len(data) != said.size or sha256(data) != said.sha256:
        raise ModelFolderError(
            "was changed: its SHA-256 or size is not the one in the manifest",
            where=str(path),
            remedy="copy the folder again from its source",
        )


def _check_content(folder: ModelFolder) -> None:
    where = str(folder.where / MODEL)
    for name in folder.files:
        if name.endswith(".json"):
            parse_json(folder.files[name], str(folder.where / name))
    _check_model(folder.model, where)
    if (folder.model["name"], folder.model["version"]) != (folder.name, folder.version):
        raise ModelFolderError("has a name or version that differs from the manifest", where=where)
    # a history is bound to its model by digest, so it cannot be copied to another one
    if folder.history and folder.history.entries[-1].model_digest != folder.digest:
        raise ModelFolderError(
            "the history belongs to another model",
            where=str(folder.where / STATES),
            remedy="copy the folder again from its source",
        )


def _check_model(model: Mapping[str, object], where: str) -> None:
    name, version, drug = (model.get(key) for key in ("name", "version", "drug"))
    if not isinstance(name, str) or not is_name(name):
        raise ModelFolderError("has no usable name", where=where, remedy="a–z, 0–9, . _ -")
    if not isinstance(version, str) or not is_version(version):
        raise ModelFolderError("has no usable version", where=where, remedy='such as "1" or "2.1"')
    if not isinstance(drug, str) or not drug:
        raise ModelFolderError("names no drug", where=where)
    if model.get("kind") not in _KINDS:
        raise ModelFolderError("kind is neither published nor trained", where=where)


def check_signatures(folder: ModelFolder, key: ModelKey | None) -> None:
    """Refuse a model or history that this key did not sign; shipped models pass.

    Without a key nothing is refused: digests detect damage, not the author of a change.

    Raises
    ------
    ModelFolderError
        A signature is absent, of another key, or does not match.
    """
    if key is None or folder.is_shipped:
        return
    signed_parts = [("model", folder.manifest.signature, folder.digest, MANIFEST)]
    if history := folder.history:
        signed_parts.append(("history", history.signature, history.head, STATES))
    for part, signature, digest, file in signed_parts:
        state = signature_state(signature, part, digest, key)
        if state is not SignatureState.SIGNED:
            raise ModelFolderError(
                f"the {part} is not trusted with key {key.key_id}: {state.value}",
                where=str(folder.where / file),
                remedy="have it signed with pgx model sign by the responsible person",
            )


def pack(documents: Mapping[str, Document]) -> dict[str, bytes]:
    """Return documents as file bytes of a model: JSON with keys in their order, or text.

    Raises
    ------
    ModelFolderError
        A name is not in `FILES`, ``model.json`` is absent or unusable, or a number is not
        finite.
    """
    files: dict[str, bytes] = {}
    for name, content in documents.items():
        if name not in FILES:
            raise ModelFolderError("is not a file of a model", where=name)
        if isinstance(content, str) != name.endswith(".md"):
            raise ModelFolderError("is an object for JSON, and a text for the card", where=name)
        files[name] = content.encode() if isinstance(content, str) else _json(content, name)
    if MODEL not in files:
        raise ModelFolderError("is missing", where=MODEL)
    _check_model(parse_json(files[MODEL], MODEL), MODEL)
    return files


def _json(content: Mapping[str, object], name: str) -> bytes:
    import json

    try:
        text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ModelFolderError(f"cannot be JSON: {error}", where=name) from error
    return f"{text}\n".encode()


def write_folder(
    folder: Path,
    files: Mapping[str, bytes],
    history: History,
    key: ModelKey | None = None,
) -> ModelFolder:
    """Write a model's folder atomically, signed if there is a key, replacing an older one.

    Raises
    ------
    ModelFolderError
        The written files are not a valid model: nothing is changed then.
    OutputError
        Disk, permission or quota; an older folder is unchanged.
    """
    model = parse_json(files[MODEL], MODEL)
    manifest = manifest_of(model["name"], model["version"], files)
    manifest = signed(manifest, key) if key else manifest
    target = folder.absolute()
    temporary = target.parent / temporary_name()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary.mkdir()
        for name, data in files.items():
            (temporary / name).write_bytes(data)
        (temporary / STATES).write_bytes(history_bytes(history))
        (temporary / MANIFEST).write_bytes(manifest_bytes(manifest))
        written = read_folder(temporary)
        _take_place(temporary, target)
    except OSError as error:
        raise not_written(folder, error) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return replace(written, where=folder)


def _take_place(new: Path, folder: Path) -> None:
    """Rename a complete folder to its final name; a previous folder of that name is removed."""
    if not folder.exists():
        new.rename(folder)
        return
    # a rename cannot replace a non-empty folder: the old one is moved aside first
    old = folder.parent / temporary_name()
    folder.rename(old)
    try:
        new.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def write_history(folder: ModelFolder, history: History) -> ModelFolder:
    """Write a history beside the files of a model; return the model with it.

    Raises
    ------
    OutputError
        Disk, permission or quota; the history is unchanged.
    """
    parent = folder.where.absolute().parent
    write_in_one_step(folder.where / STATES, history_bytes(history), parent)
    return replace(folder, history=history)


def write_manifest(folder: ModelFolder, manifest: ModelManifest) -> ModelFolder:
    """Write a manifest with another signature; return the model with it.

    Raises
    ------
    OutputError
        Disk, permission or quota; the manifest is unchanged.
    """
    write_in_one_step(
        folder.where / MANIFEST, manifest_bytes(manifest), folder.where.absolute().parent
    )
    return replace(folder, manifest=manifest)
