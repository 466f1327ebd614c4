"""The models shipped with `pgx` and those of the user's registry, by name and version.

::

    data/models/NAME/model.json …        shipped, one version of each
    PGX_MODELS/NAME/VERSION/model.json … the user's

The current version is the newest approved one. A version in both places is taken from the
user's registry, so that a hospital can retire a shipped model.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pgx.base.files import real_path
from pgx.base.texts import did_you_mean
from pgx.errors import ModelFolderError, ModelStateError
from pgx_dosing.folders import REGISTRY_VARIABLE, shipped_folder, user_folder
from pgx_dosing.registry.files import MANIFEST, ModelKey, configured_key, locked
from pgx_dosing.registry.folder import (
    MODEL,
    ModelFolder,
    check_signatures,
    is_name,
    is_version,
    read_folder,
    read_manifest,
    write_folder,
)
from pgx_dosing.registry.history import LifecycleState, with_entry
from pgx_dosing.registry.states import Note, check_key, next_entry, record

__all__ = [
    "REGISTRY_VARIABLE",
    "Place",
    "Store",
    "find_model",
    "shipped_folder",
    "user_folder",
    "version_order",
]

_LIST: Final = "pgx model list shows the models that there are"
_BEFORE: Final = frozenset({"a", "alpha", "b", "beta", "dev", "pre", "rc"})
_PARTS = re.compile(r"[0-9]+|[^0-9.]+")


def _is_dir(text: str) -> bool:
    """Return whether a text names a folder; a text too long for a file name does not."""
    try:
        return Path(text).is_dir()
    except (OSError, ValueError):
        return False


def version_order(version: str) -> tuple[tuple[int, int, str], ...]:
    """Return a key that sorts versions as people do: 2 before 10, a site's 1.A after 1.

    >>> sorted(["10", "2", "1.10", "1.9", "1", "1.A", "2rc1"], key=version_order)
    ['1', '1.A', '1.9', '1.10', '2rc1', '2', '10']
    """
    return (*map(_part_order, _PARTS.findall(version)), (1, 0, ""))


def _part_order(part: str) -> tuple[int, int, str]:
    if part.isdecimal():
        return (3, int(part), "")
    # 0 sorts before the end of a version (1), so 2rc1 precedes 2; other letters follow it
    return (0 if part in _BEFORE else 2, 0, part)


@dataclass(frozen=True)
class Place:
    """Location of one version of a model; not read yet."""

    name: str
    version: str
    folder: Path
    is_shipped: bool


class Store:
    """Models by name and version, of the shipped folder and of a user's.

    Parameters
    ----------
    user
        The user's registry; by default `user_folder`. Need not exist.
    shipped
        Folder of shipped models; by default `shipped_folder`.
    key
        If given, models that are not shipped must be signed with it.
    """

    def __init__(
        self, user: Path | None = None, shipped: Path | None = None, key: ModelKey | None = None
    ) -> None:
        self.user = user or user_folder()
        self.shipped = shipped or shipped_folder()
        self.key = key

    def places(self) -> list[Place]:
        """Return the locations of all versions of all models, A–Z, older versions first.

        Raises
        ------
        ModelFolderError
            A shipped folder cannot be read, or two different models have the same version.
        """
        found = {(p.name, p.version): p for p in self._shipped_places()}
        found |= {(p.name, p.version): p for p in self._user_places()}
        return sorted(found.values(), key=lambda p: (p.name, version_order(p.version)))

    def _shipped_places(self) -> Iterator[Place]:
        for folder in _folders(self.shipped):
            if (folder / MODEL).exists() or (folder / MANIFEST).exists():
                version = read_manifest(folder).version
                yield Place(folder.name, version, folder, is_shipped=True)

    def _user_places(self) -> Iterator[Place]:
        for named in _folders(self.user):
            for folder in _folders(named):
                yield Place(named.name, folder.name, folder, is_shipped=False)

    def read(self, place: Place) -> ModelFolder:
        """Read the model at a location and check its identity.

        Raises
        ------
        ModelFolderError
            It is damaged, not trusted, or another model than its location states.
        """
        model = read_folder(place.folder, is_shipped=place.is_shipped)
        if (model.name, model.version) != (place.name, place.version):
            raise ModelFolderError(
                f"contains {model.label}: it was moved or replaced",
                where=str(place.folder),
                remedy="copy the folder again from its source",
            )
        check_signatures(model, self.key)
        return model

    def versions(self, name: str) -> list[ModelFolder]:
        """Return all versions of a model, the oldest first.

        A damaged version raises instead of being skipped: it might be the one in use.

        Raises
        ------
        ModelFolderError
            The model does not exist, or one of its versions is damaged or not trusted.
        """
        places = self.places()
        found = [place for place in places if place.name == name]
        if not found:
            names = sorted({place.name for place in places})
            raise ModelFolderError(
                f"there is no model {name!r}", remedy=did_you_mean(name, names, _LIST)
            )
        return [self.read(place) for place in found]

    def current(self, name: str) -> ModelFolder | None:
        """Return the newest approved version of a model, None if none is approved.

        Raises
        ------
        ModelFolderError
            The model does not exist, or one of its versions is damaged or not trusted.
        """
        approved = [m for m in self.versions(name) if m.state is LifecycleState.APPROVED]
        return approved[-1] if approved else None

    def find(self, text: str) -> ModelFolder:
        """Return the model for a name, a NAME@VERSION or a folder.

        A name selects the current version or, if none is approved, the newest one.

        Raises
        ------
        ModelFolderError
            The model does not exist, or it is damaged or not trusted.
        """
        name, at, version = text.partition("@")
        if is_name(name) and at:
            return self._version(name, version)
        is_known = is_name(text) and any(place.name == text for place in self.places())
        if not is_known and (_is_dir(text) or os.sep in text):
            return self._at(Path(text))
        return self.current(text) or self.versions(text)[-1]

    def _version(self, name: str, version: str) -> ModelFolder:
        places = self.places()
        for place in places:
            if (place.name, place.version) == (name, version):
                return self.read(place)
        known = [f"{place.name}@{place.version}" for place in places]
        raise ModelFolderError(
            f"there is no model {name}@{version}",
            remedy=did_you_mean(f"{name}@{version}", known, _LIST),
        )

    def _at(self, folder: Path) -> ModelFolder:
        is_shipped = real_path(folder).is_relative_to(real_path(self.shipped))
        model = read_folder(folder, is_shipped=is_shipped)
        check_signatures(model, self.key)
        return model

    def add(self, model: ModelFolder, note: Note) -> ModelFolder:
        """Copy a verified model into the user's registry, as a draft with a new history.

        An approval elsewhere is not an approval here.

        Raises
        ------
        ModelFolderError
            The registry already has this version.
        OutputError
            Disk, permission or quota.
        """
        target = self.user / model.name / model.version
        if target.exists():
            raise ModelFolderError(
                "this version is already in the registry",
                where=str(target),
                remedy="give the model another version",
            )
        entry = next_entry(LifecycleState.DRAFT, model.digest, None, note)
        return write_folder(target, model.files, with_entry(None, entry, self.key), self.key)

    def roll_back(self, name: str, version: str, note: Note) -> ModelFolder:
        """Make an earlier approved version current again; record it in all affected versions.

        Newer approved versions are retired first: after a failure in between, no version is in use,
        rather than the withdrawn one.

        Raises
        ------
        ModelStateError
            It was never approved, is already current, or is newer than the current one.
        ModelFolderError
            The version does not exist, or one is damaged or not trusted.
        OutputError
            Disk or permission.
        """
        target = self._version(name, version)
        with locked(target.where):
            models = self.versions(name)
            place = [model.version for model in models].index(version)
            target, newer = models[place], models[place + 1 :]
            newer = [model for model in newer if model.state is LifecycleState.APPROVED]
            _check_target(target, newer, models)
            for model in (target, *newer):
                _check_changeable(model, note, self.key)
            for model in newer:
                record(model, LifecycleState.RETIRED, note, is_rollback=True, key=self.key)
            return record(target, LifecycleState.APPROVED, note, is_rollback=True, key=self.key)


def find_model(text: str) -> ModelFolder:
    """Return the verified and trusted model for a name, a NAME@VERSION or a folder.

    With a key (``PGX_MODEL_KEY`` names its file) a model that is not shipped must be signed.
    `check_usable` decides whether it may be used.

    Raises
    ------
    ModelFolderError
        The model does not exist, or it is damaged or not trusted.
    """
    return Store(key=configured_key()).find(text)


def _folders(root: Path) -> list[Path]:
    """Return the folders in a folder, A–Z; empty if the folder does not exist."""
    try:
        found = sorted(entry for entry in root.iterdir() if entry.is_dir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ModelFolderError(
            f"cannot be read: {error.strerror}", where=str(root), remedy="check permissions"
        ) from error
    return [f for f in found if is_name(f.name) or is_version(f.name)]


def _check_target(target: ModelFolder, newer: list[ModelFolder], models: list[ModelFolder]) -> None:
    if target.history is None or not target.history.was_approved:
        raise ModelStateError(
            "was never approved and cannot be restored",
            where=target.label,
            remedy="use pgx model advance",
        )
    approved = [model for model in models if model.state is LifecycleState.APPROVED]
    if target.state is LifecycleState.APPROVED and not newer:
        raise ModelStateError("is already in use", where=target.label, remedy="no action is needed")
    if approved and not newer:
        raise ModelStateError(
            f"is newer than {approved[-1].label}, the version in use",
            where=target.label,
            remedy="only an earlier version can be rolled back to; approve a new version instead",
        )


def _check_changeable(model: ModelFolder, note: Note, key: ModelKey | None) -> None:
    """Refuse all invalid steps before the first write, so that none is left half done."""
    check_key(model, key)
    if model.is_shipped:  # the next installation would replace its folder
        raise ModelStateError(
            "is shipped with pgx, and updates replace its folder",
            where=model.label,
            remedy="add it to your registry with pgx model add",
        )
    next_entry(LifecycleState.RETIRED, model.digest, model, note)
