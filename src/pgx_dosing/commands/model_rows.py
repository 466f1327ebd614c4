"""Rows that ``pgx model list`` and ``show`` print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pgx.base.errors import ModelError
from pgx_dosing.registry.history import LifecycleState
from pgx_dosing.registry.signature import ModelKey, signature_state

if TYPE_CHECKING:
    from pgx_dosing.registry.folder import ModelFolder
    from pgx_dosing.registry.store import Place, Store

__all__ = ["model_rows", "signature_text", "step_rows", "what_rows"]

Row = dict[str, str]


def model_rows(store: Store) -> tuple[list[Row], list[ModelError]]:
    """Return a row for each version of each model, and the refusals of those that are damaged.

    Of a model with a damaged version none is in use.
    """
    read: list[tuple[Place, ModelFolder | None]] = []
    refused: list[ModelError] = []
    for place in store.places():
        try:
            read.append((place, store.read(place)))
        except ModelError as error:
            refused.append(error)
            read.append((place, None))
    damaged = {place.name for place, model in read if model is None}
    in_use = {
        place.name: model.version
        for place, model in read
        if model and model.state is LifecycleState.APPROVED and place.name not in damaged
    }
    return [_row(place, model, in_use) for place, model in read], refused


def _row(place: Place, model: ModelFolder | None, in_use: dict[str, str]) -> Row:
    return {
        "model": place.name,
        "version": place.version,
        "drug": str(model.model["drug"]) if model else "",
        "kind": str(model.model["kind"]) if model else "",
        "state": model.state.value if model else "refused",
        "in_use": "yes" if model and in_use.get(place.name) == place.version else "no",
        "from": "pgx" if place.is_shipped else "registry",
        "title": str(model.model.get("title", "")) if model else "",
        "digest": model.digest if model else "",
    }


def what_rows(model: ModelFolder, key: ModelKey | None) -> list[Row]:
    """Return what a model is: identity, state, signature, files."""
    rows = [
        ("model", model.label),
        ("title", str(model.model.get("title", ""))),
        ("drug", str(model.model["drug"])),
        ("kind", str(model.model["kind"])),
        ("state", model.state.value),
        ("from", "pgx" if model.is_shipped else "registry or folder"),
        ("digest", model.digest),
        ("signature", signature_text(model, key)),
        *((f"file {name}", d.sha256) for name, d in model.manifest.files.items()),
    ]
    return [{"what": what, "value": value} for what, value in rows]


def step_rows(model: ModelFolder) -> list[Row]:
    """Return the steps of a model's history, the first one first."""
    entries = model.history.entries if model.history else ()
    return [
        {
            "day": entry.day,
            "state": entry.state.value + (" (rollback)" if entry.is_rollback else ""),
            "by": entry.person,
            "reason": entry.reason,
            "grounds": entry.protocol.title
            if entry.protocol
            else f"change plan of {entry.plan.model}@{entry.plan.version}"
            if entry.plan
            else "",
            "digest": entry.model_digest[:12],
        }
        for entry in entries
    ]


def signature_text(model: ModelFolder, key: ModelKey | None) -> str:
    """Say of a model whether it is signed, with which key, and whether that was checked."""
    signature = model.manifest.signature
    state = signature_state(signature, "model", model.digest, key).value
    return f"{state} (key {signature.key_id})" if signature else state
