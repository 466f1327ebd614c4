"""Plain twins of the grouping kernel."""

from __future__ import annotations


def refine(groups, cells):
    """Return new groups, and (old group, cell) of each, numbered as they first appear."""
    numbers = {}
    out = [numbers.setdefault((g, c), len(numbers)) for g, c in zip(groups, cells, strict=True)]
    return out, list(numbers)
