"""The published schema is the one of the records, and outputs follow it."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from tools.json_schema import SCHEMA_ID, render_schema, result_schema

from pgx.reports.result_json import render_json
from reports import factory

PUBLISHED = Path(__file__).parents[2] / "docs" / "schema" / "pgx-result-1.5.json"


def test_the_published_file_is_up_to_date():
    assert PUBLISHED.read_text(encoding="utf-8") == render_schema(), (
        "run: python -m tools.json_schema > docs/schema/pgx-result-1.5.json"
    )


def test_the_schema_is_a_valid_one_with_a_name():
    schema = result_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"] == SCHEMA_ID
    for part in (schema, *schema["$defs"].values()):
        assert part["title"] or "enum" in part
        for field in part.get("properties", {}).values():
            assert field["description"]


def test_outputs_follow_it():
    jsonschema.validate(json.loads(render_json(factory.result())), result_schema())


@pytest.mark.parametrize("field", ["sample", "calls", "provenance", "schema_version"])
def test_a_result_without_a_field_does_not(field):
    tree = json.loads(render_json(factory.result()))
    del tree[field]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tree, result_schema())
