"""The source folders of the release in the repository, in the order in which they were built."""

from __future__ import annotations

from pathlib import Path

MONTHS = ("2026-07",)
"""Folders of months after the first; a release from a new folder adds its name."""


def source_folders(reference: Path) -> tuple[Path, ...]:
    """Return the folders of a copy of the sources."""
    return (reference, *(reference / month for month in MONTHS))
