"""JSON Schema of saved results, made from the records: ``python -m pgx.reports.schema``."""

from __future__ import annotations

import json
import sys
from typing import Any, Final

import msgspec

from pgx.base.calls import PatientResult
from pgx.reports.render_json import NULLABLE, SCHEMA_VERSION
from pgx.reports.schema_texts import DESCRIPTIONS, TITLES

__all__ = ["SCHEMA_ID", "render_schema", "result_schema"]

SCHEMA_ID: Final = f"urn:pgx-therapy:schema:pgx-result:{SCHEMA_VERSION}"
_ROOT = "PatientResult"


def result_schema() -> dict[str, Any]:
    """Return the schema of what `pgx.reports.render_json.render_json` writes.

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
        "description": DESCRIPTIONS[_ROOT]["schema_version"],
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        **root,
        "$defs": dict(sorted(components.items())),
    }


def _describe(name: str, component: dict[str, Any]) -> None:
    properties = component["properties"]
    texts = DESCRIPTIONS[name]
    component["properties"] = {
        field: {**_without_default(properties[field]), "description": texts[field]}
        for field in properties
    }
    component["title"] = TITLES[name]
    component["description"] = texts[""]
    component["required"] = list(properties)
    component["additionalProperties"] = False


def _without_default(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key != "default"}


def _allow_null(component: dict[str, Any]) -> None:
    for field in NULLABLE:
        component["properties"][field]["type"] = ["string", "null"]


def render_schema() -> str:
    """Return the text of ``docs/schema/pgx-result-1.0.json``."""
    return json.dumps(result_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(render_schema())
