"""Guidelines that changed after the release was made: which rows of advice they touch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pgx.knowledge.later import ChangeState, LaterChange

__all__ = ["newer_version"]


def newer_version(
    authority: str, drug: str, genes: Sequence[str], changes: Iterable[LaterChange]
) -> str:
    """Return the date of the newest version of a guideline that a release does not wholly hold.

    Parameters
    ----------
    authority, drug, genes
        What the guideline is about.
    changes
        Changes of published knowledge that the release knows of. One whose authority is not
        known touches no guideline, for it cannot be told which.

    Returns
    -------
    str
        ISO 8601, as precise as the authority told it (``2026-07``); empty where there is none.
    """
    dates = [
        change.date
        for change in changes
        if change.state is not ChangeState.APPLIED
        and _is_of(change.authority, authority)
        and drug.casefold() in map(str.casefold, change.drugs)
        and (not change.genes or not set(change.genes).isdisjoint(genes))
    ]
    return max(dates, default="")


def _is_of(changed: str, authority: str) -> bool:
    """Whether an authority made a change; one with several sources (``FDA``) is meant by each."""
    return bool(changed) and (authority == changed or authority.startswith(f"{changed}_"))
