"""Examples in docstrings hold."""

from __future__ import annotations

import doctest

import pytest

from pgx.reports import safe_text
from pgx.reports.content import gene_entries, phrases


@pytest.mark.parametrize("module", [safe_text, phrases, gene_entries])
def test_examples(module):
    found = doctest.testmod(module)
    assert found.attempted
    assert not found.failed
