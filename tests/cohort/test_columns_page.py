"""Every column of the tables is described."""

import re
from pathlib import Path

import pytest

from cases import one_test
from pgx.engine.frequencies import (
    ALLELE_FREQUENCY_SCHEMA,
    CALL_STATUS_SCHEMA,
    DIPLOTYPE_FREQUENCY_SCHEMA,
    PHENOTYPE_FREQUENCY_SCHEMA,
)
from pgx.engine.sample_quality import SAMPLE_QUALITY_SCHEMA, SexCheck, SexReason
from pgx.engine.site_quality import SITE_QUALITY_SCHEMA

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "columns.md"
FREQUENCIES = "Frequencies of a cohort"
QUALITY = "Quality of a cohort"


def named(heading):
    """What a section of the page names in code."""
    text = PAGE.read_text(encoding="utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return set(re.findall(r"`([^`]+)`", text))


@one_test
@pytest.mark.parametrize(
    ("heading", "schema"),
    [
        (FREQUENCIES, ALLELE_FREQUENCY_SCHEMA),
        (FREQUENCIES, DIPLOTYPE_FREQUENCY_SCHEMA),
        (FREQUENCIES, PHENOTYPE_FREQUENCY_SCHEMA),
        (FREQUENCIES, CALL_STATUS_SCHEMA),
        (QUALITY, SITE_QUALITY_SCHEMA),
        (QUALITY, SAMPLE_QUALITY_SCHEMA),
    ],
)
def test_columns_are_described(heading, schema):
    assert set(schema.names()) <= named(heading)


def test_codes_of_the_sex_check_are_described():
    assert {code.value for code in (*SexCheck, *SexReason)} <= named(QUALITY)
