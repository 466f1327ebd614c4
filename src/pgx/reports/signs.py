"""A sign and a colour for each group of advice: the sign alone says it too."""

from __future__ import annotations

from typing import Final

__all__ = ["CHANGES", "COLOURS", "SIGNS"]

SIGNS: Final = {
    "avoid": "✕",
    "dose": "↕",
    "care": "!",
    "open_change": "?!",
    "open_maybe": "?",
    "indeterminate": "¿",
    "open_silent": "·?",
    "conditional": "○",
    "information": "i",
    "directed": "✓",
    "silent": "–",
    "unassessed": "∅",
}
"""By the groups of `pgx.reports.drug_ranks.BUCKETS`."""
COLOURS: Final = {
    "avoid": "#d55e00",
    "dose": "#e69f00",
    "care": "#f0e442",
    "open_change": "#cc79a7",
    "open_maybe": "#e6c3d6",
    "indeterminate": "#d9b3cc",
    "open_silent": "#f3e3ec",
    "conditional": "#56b4e9",
    "information": "#cfe6f5",
    "directed": "#009e73",
    "silent": "#e4e4e4",
    "unassessed": "#ffffff",
}
"""Okabe and Ito's colours, which colour-blind people tell apart, and tints of them."""
CHANGES: Final = ("avoid", "dose", "care", "open_change")
"""Groups in which the best-fitting result asks for a change."""
