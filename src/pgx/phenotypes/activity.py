"""Activity scores: sums of activity values, in CPIC's notation."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Final

__all__ = ["AT_LEAST", "activity_score", "format_score", "score_value"]

AT_LEAST: Final = "≥"
"""How a score that is open upwards begins."""


def activity_score(values: list[str | None]) -> str | None:
    """Add up activity values of a diplotype's alleles.

    Parameters
    ----------
    values
        One value a haplotype as the knowledge base writes it (unitless, ``"0.25"``,
        ``"≥3.0"``); None or ``"n/a"`` where it gives none.

    Returns
    -------
    str or None
        The sum as in CPIC's lookup keys (``"2.0"``, ``"≥3.25"``); None when an allele that is
        present has no value: an unknown is never counted as zero.

    Examples
    --------
    >>> activity_score(["1.0", "0.25"]), activity_score(["≥3.0", "0.25"])
    ('1.25', '≥3.25')
    >>> activity_score(["1.0", None]) is None
    True

    References
    ----------
    Caudle et al. 2020, Clin Transl Sci 13:116, doi:10.1111/cts.12692.
    """
    total = Decimal(0)
    open_ended = False
    for value in values:
        if value is None:
            return None
        open_ended |= value.startswith(AT_LEAST)
        try:
            total += Decimal(value.removeprefix(AT_LEAST))
        except InvalidOperation:
            return None
    return (AT_LEAST if open_ended else "") + format_score(total)


def format_score(score: Decimal) -> str:
    """Return a score with at least one decimal: ``2.0``, ``1.25``."""
    text = f"{score.normalize():f}"
    return text if "." in text else f"{text}.0"


def score_value(score: str) -> float | None:
    """Return the lowest number that a score stands for; None where it is no number.

    >>> score_value("1.25"), score_value("≥3.0"), score_value("n/a")
    (1.25, 3.0, None)
    """
    try:
        return float(Decimal(score.removeprefix(AT_LEAST)))
    except InvalidOperation:
        return None
