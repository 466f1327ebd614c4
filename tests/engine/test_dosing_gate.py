"""Which models `pgx dose` takes: approved ones, and published equations as they came with pgx."""

from __future__ import annotations

import json

import pytest

from dosing.registry.made import METRICS, NOTE, protocol_of
from pgx.errors import ModelFolderError, ModelStateError
from pgx_dosing.answers import Dosing
from pgx_dosing.folders import shipped_folder
from pgx_dosing.registry.history import LifecycleState
from pgx_dosing.registry.making import attach, make_model
from pgx_dosing.registry.states import advance
from pgx_dosing.registry.store import Store

NAME = "warfarin-iwpc-clinical"


@pytest.fixture
def registry(tmp_path, monkeypatch):
    monkeypatch.setenv("PGX_MODELS", str(tmp_path / "registry"))
    monkeypatch.delenv("PGX_MODEL_KEY", raising=False)
    return tmp_path / "registry"


def used(**options) -> dict[str, LifecycleState]:
    return {model.name: folder.state for model, folder in Dosing("warfarin", **options)._models}


def test_published_equations_are_used_as_they_came(registry):
    assert NAME in used()
    assert NAME in used(model=NAME)


def test_a_model_that_only_says_that_it_is_published_needs_an_approval(registry):
    model = json.loads((shipped_folder() / NAME / "model.json").read_bytes())
    model |= {"name": "warfarin-forged", "kind": "published"}
    make_model(registry / "warfarin-forged" / "1", {"model.json": model}, NOTE)
    assert "warfarin-forged" not in used()
    with pytest.raises(ModelStateError, match="is draft, not approved"):
        Dosing("warfarin", "warfarin-forged")
    assert (
        used(model="warfarin-forged", allow_unapproved=True)["warfarin-forged"]
        is LifecycleState.DRAFT
    )


def test_a_shipped_model_is_taken_out_of_use_by_adding_it(registry, tmp_path):
    store = Store()
    added = store.add(store.find(NAME), NOTE)
    assert NAME not in used()
    attach(added.where, NOTE, metrics=METRICS)
    protocol = protocol_of(tmp_path, {"title": "here", "mae_mg_per_week": {"at_most": 9.0}})
    advance(added.where, LifecycleState.VALIDATED, NOTE, protocol=protocol)
    assert NAME not in used()
    advance(added.where, LifecycleState.APPROVED, NOTE, protocol=protocol)
    assert used()[NAME] is LifecycleState.APPROVED
    advance(added.where, LifecycleState.RETIRED, NOTE)
    assert NAME not in used()


def test_a_damaged_model_stops_the_answer(registry):
    store = Store()
    added = store.add(store.find(NAME), NOTE)
    (added.where / "model.json").write_bytes(b"{}")
    with pytest.raises(ModelFolderError, match=r"model\.json"):
        Dosing("warfarin")
