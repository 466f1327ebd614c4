"""Model folders and the drugs they cover, without loading a model.

A report checks this for every patient, so it reads a few small files and no numerical library.
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
# part of a model file read for its drug alone
_MAX_BYTES: Final = 1 << 26
_FILES: Final = ("model.json", "rules.json")


class _Drug(msgspec.Struct):
    drug: str = ""


def shipped_folder() -> Path:
    """Return the folder of shipped models."""
    return data_folder() / "models"


def user_folder() -> Path:
    """Return the user's registry: `REGISTRY_VARIABLE`, else ``pgx/models`` in the data folder."""
    named = os.environ.get(REGISTRY_VARIABLE)
    if named:
        return Path(named)
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "pgx" / "models"


def drugs_in_folders() -> frozenset[str]:
    """Return the drugs of all models and rules, from their files, in lower case.

    The user's own models are not verified here, and unreadable ones are skipped: a request for a
    dose reads the models and raises then.

    Raises
    ------
    SnapshotIntegrityError
        A shipped model differs from the released one.
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
