"""Folders of models, and the drugs that they are for, without reading any model.

A report asks this of every patient: it costs a few small files, and none of the floor's libraries.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from pgx.base.shipped import data_files, data_folder, read_data

__all__ = ["REGISTRY_VARIABLE", "drugs_in_folders", "shipped_folder", "user_folder"]

REGISTRY_VARIABLE: Final = "PGX_MODELS"
# of a model file that is read for its drug alone
_MAX_BYTES: Final = 1 << 26
_FILES: Final = ("model.json", "rules.json")


class _Drug(msgspec.Struct):
    drug: str = ""


def shipped_folder() -> Path:
    """Return the folder of shipped models."""
    return data_folder() / "models"


def user_folder() -> Path:
    """Return the user's registry: `REGISTRY_VARIABLE`, else ``pgx/models`` of the data folder."""
    named = os.environ.get(REGISTRY_VARIABLE)
    if named:
        return Path(named)
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "pgx" / "models"


def drugs_in_folders() -> frozenset[str]:
    """Return the drugs that models and rules are for, as their files say, small letters.

    Of the user's own models nothing is verified, and what cannot be read is left out: whoever
    asks for a dose reads the models, and refuses then.

    Raises
    ------
    SnapshotIntegrityError
        A shipped model is not as it was released.
    """
    shipped = [path for name in _FILES for path in data_files(f"models/*/{name}")]
    return frozenset(_drugs([*shipped, *user_folder().glob(f"*/*/{_FILES[0]}")]))


def _drugs(paths: list[Path]) -> Iterator[str]:
    for path in paths:
        try:
            drug = msgspec.json.decode(read_data(path, _MAX_BYTES), type=_Drug).drug
        except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
        if drug:
            yield drug.casefold()
