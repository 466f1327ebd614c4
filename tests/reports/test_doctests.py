"""Examples in docstrings hold."""

from __future__ import annotations

import doctest

import pytest

from pgx.reports import safe_text as names
from pgx.reports import safe_text as text


@pytest.mark.parametrize("module", [names, text])
def test_examples(module):
    found = doctest.testmod(module)
    assert found.attempted
    assert not found.failed
