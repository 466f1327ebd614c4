"""Create a model's folder, change a draft, sign a model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pgx.errors import ModelFolderError, ModelStateError
from pgx_dosing.registry.card import render_card
from pgx_dosing.registry.card_facts import CardFacts
from pgx_dosing.registry.change_plan import PLAN, parse_plan
from pgx_dosing.registry.files import (
    Json,
    ModelKey,
    locked,
    manifest_of,
    parse_json,
    signature_over,
    signed,
)
from pgx_dosing.registry.folder import (
    MODEL,
    Document,
    ModelFolder,
    check_signatures,
    pack,
    read_folder,
    write_folder,
    write_history,
    write_manifest,
)
from pgx_dosing.registry.history import METRICS, History, LifecycleState, metrics_fault, with_entry
from pgx_dosing.registry.states import Note, check_key, next_entry

__all__ = ["attach", "make_model", "revise_model", "sign_model"]

_CARD: Final = "card.md"
_LINEAGE: Final = "lineage.json"
_KEPT: Final = ("reference", "local")


def make_model(
    folder: Path, documents: Mapping[str, Document], note: Note, key: ModelKey | None = None
) -> ModelFolder:
    """Write a new model as a draft.

    Parameters
    ----------
    folder
        Target folder; must not exist.
    documents
        Content by file name: ``model.json`` at least. A card is generated if none is given.
    note
        Who made it, why, when.
    key
        Signs the model and its history.

    Raises
    ------
    ModelFolderError
        The folder exists, or the documents are not a valid model.
    OutputError
        Disk, permission or quota; no file is left behind.
    """
    files = pack(documents if _CARD in documents else _with_card(documents))
    if folder.exists() or folder.is_symlink():
        raise ModelFolderError(
            "the path already exists", where=str(folder), remedy="choose another version"
        )
    history = with_entry(None, next_entry(LifecycleState.DRAFT, _digest_of(files), None, note), key)
    return write_folder(folder, files, history, key)


def revise_model(
    folder: Path, documents: Mapping[str, Document], note: Note, key: ModelKey | None = None
) -> ModelFolder:
    """Replace files of a draft, or of a validated model, which becomes a draft again.

    Raises
    ------
    ModelStateError
        The model was approved once: approved models never change.
    ModelFolderError
        The folder is damaged or not trusted, or the documents are not a valid model.
    OutputError
        Disk, permission or quota; the model is unchanged.
    """
    with locked(folder):
        old = read_folder(folder)
        check_signatures(old, key)
        # a digest identifies an approved model: a change would invalidate its approval
        if old.history and old.history.was_approved:
            raise ModelStateError(
                "an approved model cannot be changed",
                where=old.label,
                remedy="make a new version",
            )
        held = {name: data for name, data in old.files.items() if name not in documents}
        files = held | pack({MODEL: old.model, **documents})
        if MODEL not in documents:
            files[MODEL] = old.files[MODEL]
        entry = next_entry(LifecycleState.DRAFT, _digest_of(files), old, note)
        check_key(old, key)
        return write_folder(folder, files, with_entry(old.history, entry, key), key)


def attach(
    folder: Path,
    note: Note,
    *,
    metrics: Json | None = None,
    plan: Json | None = None,
    statements: Json | None = None,
    key: ModelKey | None = None,
) -> ModelFolder:
    """Add metrics, a change plan or card statements to a draft; the card is regenerated.

    The training's reference for monitoring (``reference``, ``local``) is kept if the new metrics
    have none.

    Raises
    ------
    ModelStateError
        The model was approved once, or the metrics belong to another one.
    ModelFolderError
        The folder is damaged or not trusted, or the plan is invalid.
    OutputError
        Disk, permission or quota; the model is unchanged.
    """
    old = read_folder(folder)
    documents: dict[str, Document] = {}
    if metrics is not None:
        fault = metrics_fault(old.model, metrics)
        if fault:
            raise ModelStateError(fault, where=old.label, remedy="evaluate this version")
        before = old.document(METRICS) or {}
        documents[METRICS] = {k: before[k] for k in _KEPT if k in before} | metrics
    if plan is not None:
        parse_plan(plan, PLAN)
        documents[PLAN] = plan
    if statements is not None:
        documents[_LINEAGE] = (old.document(_LINEAGE) or {}) | {"statements": statements}
    # the card is regenerated from the files, so it is not taken from the old folder
    held: dict[str, Document] = {n: old.document(n) or {} for n in old.files if n != _CARD}
    documents[_CARD] = _with_card({**held, **documents})[_CARD]
    return revise_model(folder, documents, note, key)


def _with_card(documents: Mapping[str, Document]) -> dict[str, Document]:
    """Return documents with a card generated from them."""

    def held(name: str) -> Json:
        content = documents.get(name)
        return dict(content) if isinstance(content, Mapping) else {}

    facts = CardFacts(
        model=held(MODEL), lineage=held(_LINEAGE), metrics=held(METRICS), plan=held(PLAN)
    )
    return {**documents, _CARD: render_card(facts)}


def _digest_of(files: Mapping[str, bytes]) -> str:
    model = parse_json(files[MODEL], MODEL)
    return manifest_of(model["name"], model["version"], files).digest


def sign_model(folder: Path, key: ModelKey) -> ModelFolder:
    """Sign a model and its history with a key, replacing any other signature.

    The signer takes responsibility for the content: digests are checked first, trust is not.

    Raises
    ------
    ModelFolderError
        The folder is damaged.
    OutputError
        Disk or permission.
    """
    with locked(folder):
        model = read_folder(folder)
        if model.history is not None:
            signature = signature_over("history", model.history.head, key)
            model = write_history(
                model, History(entries=model.history.entries, signature=signature)
            )
        return write_manifest(model, signed(model.manifest, key))
