"""Examples in docstrings hold."""

from __future__ import annotations

import doctest

import pytest
from validation.fhir import base_rules

from pgx.reports.fhir import vocabulary as codes
from pgx.reports.fhir import vocabulary as extensions


@pytest.mark.parametrize("module", [codes, extensions, base_rules], ids=lambda m: m.__name__)
def test_examples(module):
    found = doctest.testmod(module)
    assert found.attempted
    assert not found.failed
