"""Examples in docstrings hold."""

from __future__ import annotations

import doctest

import pytest
from validation.fhir import codes as forms

from pgx.reports.fhir import codes, extensions


@pytest.mark.parametrize("module", [codes, extensions, forms], ids=lambda m: m.__name__)
def test_examples(module):
    found = doctest.testmod(module)
    assert found.attempted
    assert not found.failed
