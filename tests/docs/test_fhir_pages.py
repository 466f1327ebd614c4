"""The pages on FHIR name every part of every extension, and every system."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pgx.records.calls import Provenance
from pgx.reports.fhir import vocabulary as codes
from pgx.reports.fhir.genotype import CALL_FIELDS, SCORE
from pgx.reports.fhir.write_bundle import ADVICE_FIELDS, OVERRIDE_FIELDS, PROVENANCE_FIELDS

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "reference" / "fhir-extensions.md").read_text(encoding="utf-8")


def section(name):
    return re.search(rf"^## `{name}`.*?(?=^## |\Z)", PAGE, re.M | re.S)[0]


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("call", CALL_FIELDS),
        ("advice", ADVICE_FIELDS),
        ("provenance", PROVENANCE_FIELDS),
        ("override", OVERRIDE_FIELDS),
    ],
)
def test_every_part_is_described(name, fields):
    assert [field for field in fields if f"`{field}`" not in section(name)] == []


def test_all_of_the_provenance_is_carried():
    assert {*PROVENANCE_FIELDS, "input", "settings"} == set(Provenance.__struct_fields__)


def test_own_codes_and_systems_are_described():
    for text in (codes.OWN, codes.CLINPGX, SCORE):
        assert text in PAGE


def test_how_to_names_every_profile():
    page = (DOCS / "how-to" / "fhir.md").read_text(encoding="utf-8")
    names = (
        "genomic-report", "genotype", "haplotype", "variant", "molecular-consequence",
        "therapeutic-implication", "medication-recommendation",
    )  # fmt: skip
    assert [name for name in names if f"`{name}`" not in page] == []
