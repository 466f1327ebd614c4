"""Small models, invented, and the steps that bring them to a state."""

from __future__ import annotations

import copy
import json
from pathlib import Path

from pgx_dosing.registry.files import ModelKey
from pgx_dosing.registry.folder import ModelFolder
from pgx_dosing.registry.history import LifecycleState, Protocol, read_protocol
from pgx_dosing.registry.making import make_model
from pgx_dosing.registry.states import Note, advance

NOTE = Note(person="Anna Beispiel", reason="made for a test", day="2025-03-01")
KEY = ModelKey(bytes(range(32)))
OTHER_KEY = ModelKey(bytes(range(1, 33)))

MODEL = {
    "schema_version": "1.0",
    "name": "examplol",
    "version": "1",
    "drug": "examplol",
    "kind": "trained",
    "title": "Examplol, invented",
    "citation": {"text": "nowhere", "pmids": ["1"]},
    "population": "adults of an invented country",
    "unit": "mg/week",
    "predicts": "dose",
    "link": "square_root",
    "uses_race": False,
    "inputs": [
        {"name": "age_years", "meaning": "age", "kind": "number", "unit": "years", "minimum": 18,
         "maximum": 90, "when_unknown": "refuse"},
        {"name": "smoker", "meaning": "smokes", "kind": "flag", "when_unknown": "assume"},
    ],
    "members": [
        {"name": "ridge", "link": "square_root", "terms": [
            {"name": "one", "coefficient": 5.5}, {"name": "age_years", "coefficient": -0.25},
        ]},
    ],
    "limits": ["made of nothing"],
}  # fmt: skip
METRICS = {
    "n": 300,
    "n_dropped": 5,
    "split": "leave-one-site-out",
    "remarks": ["high doses come out too low"],
    "reference": {"coverage": 0.9},
    "local": {"sd_between": 0.3, "sd_within": 1.2},
    "mae_mg_per_week": 8.5,
    "within_20_percent": 0.45,
    "interval_coverage": 0.9,
    "intervals": {"mae_mg_per_week": {"patients": [8.1, 8.9], "sites": [7.9, 9.3]}},
    "by_baseline": {"old": {"n": 300, "mae_mg_per_week": 9.0, "within_20_percent": 0.40}},
    "groups": {
        "race": {
            "A": {"n": 200, "mae_mg_per_week": 8.0, "interval_coverage": 0.91},
            "B": {"n": 90, "mae_mg_per_week": 9.4, "interval_coverage": 0.87},
            "C": {"n": 10, "mae_mg_per_week": 14.0, "interval_coverage": 0.5},
        },
    },
}
PLAN = {
    "schema_version": "1.0",
    "why": "sites differ in level",
    "changes": [
        {"path": "/recalibration/shift", "what": "intercept of a site", "minimum": -0.5,
         "maximum": 0.5, "change_at_most": 0.3, "may_be_absent": True},
        {"path": "/recalibration/site", "what": "name of the site", "kind": "text",
         "may_be_absent": True},
        {"path": "/members/*/terms/0/coefficient", "what": "intercept", "minimum": 5.0,
         "maximum": 6.0},
    ],
    "validation": {
        "how": "the site's own patients",
        "minimum_n": 20,
        "limits": {"mae_mg_per_week": {"at_most": 9.0}},
    },
}  # fmt: skip
LINEAGE = {
    "data": {
        "sha256": "ab" * 32,
        "source": "an invented table",
        "n": 300,
        "n_read": 305,
        "dropped": {"no dose": 5},
    },
    "sites": {"1": 100, "2": 200},
    "settings": {"split": "leave one site out"},
    "seed": 7,
    "made_by": "pgx 0.1",
    "leakage": {"remark": "the inputs tell the site rather well"},
    "statements": {"18a": "no funding", "out_of_scope": "children"},
}
LIMITS = {
    "title": "Examplol 2025",
    "mae_mg_per_week": {"at_most": 9.0},
    "interval_coverage": {"at_least": 0.88, "at_most": 0.92},
    "groups": {"race": {"minimum_n": 50, "interval_coverage": {"at_least": 0.86}}},
    "baselines": {"old": {"mae_mg_per_week": {"not_worse_by": 0.0}}},
}


def documents(**changes) -> dict:
    """Return all documents of a model, those of the names given replaced, None left out."""
    whole = {
        "model.json": MODEL,
        "schema.json": {"columns": []},
        "lineage.json": LINEAGE,
        "metrics.json": METRICS,
        "card.md": "# Examplol\n",
        "change-plan.json": PLAN,
    }
    names = {name.replace("-", "_").split(".")[0]: name for name in whole}
    changed = {names[key]: value for key, value in changes.items()}
    return copy.deepcopy({k: v for k, v in (whole | changed).items() if v is not None})


def model_of(version="1", **changes) -> dict:
    return copy.deepcopy({**MODEL, "version": version, **changes})


def made(folder: Path, key: ModelKey | None = None, version=None, **changes) -> ModelFolder:
    """Write a draft; its version is the folder's name, unless one is given."""
    content = {"model": model_of(version or folder.name), **changes}
    return make_model(folder, documents(**content), NOTE, key)


def protocol_of(folder: Path, limits: dict | None = None) -> Protocol:
    path = folder / "protocol.json"
    path.write_text(json.dumps(limits or LIMITS), encoding="utf-8")
    return read_protocol(path)


def approved(folder: Path, tmp_path: Path, key: ModelKey | None = None, **changes) -> ModelFolder:
    """Write a model and bring it to approval."""
    made(folder, key, **changes)
    protocol = protocol_of(tmp_path)
    advance(folder, LifecycleState.VALIDATED, NOTE, protocol=protocol, key=key)
    return advance(folder, LifecycleState.APPROVED, NOTE, protocol=protocol, key=key)
