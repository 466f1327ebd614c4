"""Probabilities in words: never more digits than are honest, never rounded to certainty."""

from __future__ import annotations

__all__ = ["percent"]


def percent(share: float, decimal: str = ".") -> str:
    """Return a probability as a percentage: whole, finer only near the ends.

    A posterior from population frequencies has no more than about two honest digits, and
    none is a certainty. ``decimal`` is the sign between whole numbers and digits.

    >>> percent(0.97234), percent(0.9962), percent(0.99999), percent(1.0)
    ('97 %', '99.6 %', '>99.9 %', '>99.9 %')
    >>> percent(0.0321), percent(0.0042), percent(0.00002), percent(0.0)
    ('3 %', '0.4 %', '<0.1 %', '<0.1 %')
    """
    if share > 0.999:
        return f">99{decimal}9 %"
    if share < 0.001:
        return f"<0{decimal}1 %"
    digits = 0 if 0.01 <= share <= 0.99 else 1
    return f"{share * 100:.{digits}f} %".replace(".", decimal)
