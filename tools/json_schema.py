"""JSON Schema of saved results and patient files, made from the records.

``python -m tools.json_schema`` writes that of results, with ``patient`` that of patient files.
"""

from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path
from typing import Any, Final

import msgspec

from pgx.patients.read import PATIENT_SCHEMA
from pgx.records.calls import PatientResult
from pgx.records.patient import Patient
from pgx.reports.result_json import NULLABLE, SCHEMA_VERSION

__all__ = ["PATIENT_ID", "SCHEMA_ID", "patient_schema", "render_schema", "result_schema"]

SCHEMA_ID: Final = f"urn:pgx-therapy:schema:pgx-result:{SCHEMA_VERSION}"
_ROOT = "PatientResult"
_TEXTS: Final[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("schema_texts.toml").read_text("utf-8")
)
"""By record: ``title``, ``about`` and the description of each of ``fields``."""
PATIENT_ID: Final = f"urn:pgx-therapy:schema:pgx-patient:{PATIENT_SCHEMA}"
_LEAVES_OUT: Final = frozenset({"AdviceFacts", "AdviceMessage", "DrugCode"})
"""Records of which only the fields that say something are written."""


def result_schema() -> dict[str, Any]:
    """Return the schema of what `pgx.reports.result_json.render_json` writes.

    Every field is always written, so every field is required.
    """
    (_,), components = msgspec.json.schema_components(
        [PatientResult], ref_template="#/$defs/{name}"
    )
    for name, component in components.items():
        if "properties" in component:
            _describe(name, component)
    _allow_null(components["Recommendation"])
    root = components.pop(_ROOT)
    root["properties"]["schema_version"] = {
        "const": SCHEMA_VERSION,
        "description": _TEXTS[_ROOT]["fields"]["schema_version"],
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        **root,
        "$defs": dict(sorted(components.items())),
    }


def patient_schema() -> dict[str, Any]:
    """Return the schema of a patient file; only ``schema_version`` must be there."""
    (_,), components = msgspec.json.schema_components([Patient], ref_template="#/$defs/{name}")
    for name, component in components.items():
        if "properties" in component:
            required = component.get("required", [])
            _describe(name, component)
            component["required"] = required
    root = components.pop("Patient")
    root["required"] = ["schema_version"]
    root["properties"]["schema_version"] = {
        "const": PATIENT_SCHEMA,
        "description": _TEXTS["Patient"]["fields"]["schema_version"],
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": PATIENT_ID,
        **root,
        "$defs": dict(sorted(components.items())),
    }


def _describe(name: str, component: dict[str, Any]) -> None:
    properties = component["properties"]
    texts = _TEXTS[name]
    component["properties"] = {
        field: {**_without_default(properties[field]), "description": texts["fields"][field]}
        for field in properties
    }
    component["title"] = texts["title"]
    component["description"] = texts["about"]
    component["required"] = [] if name in _LEAVES_OUT else list(properties)
    component["additionalProperties"] = False


def _without_default(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key != "default"}


def _allow_null(component: dict[str, Any]) -> None:
    for field in NULLABLE:
        component["properties"][field]["type"] = ["string", "null"]


def render_schema(schema: dict[str, Any] | None = None) -> str:
    """Return a schema, by default that of results, as the text of its file in ``docs/schema``."""
    return json.dumps(schema or result_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(render_schema(patient_schema() if "patient" in sys.argv[1:] else None))
