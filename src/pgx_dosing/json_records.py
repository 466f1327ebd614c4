"""JSON records: strict decoding of a file's bytes, encoding, and field texts for a schema."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import msgspec

from pgx.base.shipped import read_data
from pgx.errors import ModelFolderError, PgxError
from pgx_dosing.folders import shipped_folder

__all__ = ["decode", "doc", "encode", "shipped_record", "unique_names"]

Record = TypeVar("Record")


def doc(text: str, **limits: Any) -> msgspec.Meta:  # noqa: ANN401 - limits of msgspec.Meta
    """Return the JSON Schema description of a field, with the limits checked by decoding."""
    return msgspec.Meta(description=text, **limits)


def decode(
    data: bytes,
    kind: Any,  # noqa: ANN401 - a record, or a union of records
    problem: str,
    where: str | Path,
    *,
    refuse: type[PgxError] = ModelFolderError,
    remedy: str = "",
) -> Any:  # noqa: ANN401 - the kind that was asked for
    """Return the record in a file's bytes.

    Raises
    ------
    PgxError
        The bytes are not JSON in UTF-8 or not of this type; ``refuse`` is the class.
    """
    try:
        return msgspec.json.decode(data, type=kind)
    except (ValueError, RecursionError) as error:  # errors of msgspec and Unicode are ValueErrors
        raise refuse(f"{problem}: {error}", where=str(where), remedy=remedy) from error


def encode(record: msgspec.Struct) -> bytes:
    """Return a record as the content of a file; equal records give equal bytes."""
    return msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n"


def shipped_record(name: str, kind: type[Record]) -> Record:
    """Return a record from a JSON file shipped with `pgx`, by its path below the models folder.

    Raises
    ------
    ModelFolderError
        The file is absent or damaged.
    """
    try:
        return msgspec.json.decode(read_data(shipped_folder() / name), type=kind)
    except (OSError, ValueError) as error:
        raise ModelFolderError(
            "the model file is missing or damaged", where=name, remedy="reinstall pgx"
        ) from error


def unique_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a JSON object; refuse a repeated name, which readers resolve differently.

    Raises
    ------
    ValueError
        A name occurs twice.
    """
    content = dict(pairs)
    if len(content) != len(pairs):
        raise ValueError("duplicate name in a JSON object")
    return content
