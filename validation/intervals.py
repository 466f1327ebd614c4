"""Shares with their 95% Wilson intervals, as text for tables."""

from __future__ import annotations

from math import sqrt

__all__ = ["counted", "share", "wilson"]

Z = 1.959963984540054
"""Two-sided 95% point of the normal distribution."""


def wilson(hits: int, n: int) -> tuple[float, float]:
    """Return the 95% Wilson score interval of ``hits`` of ``n`` as fractions; (0, 1) for none.

    >>> [round(x, 4) for x in wilson(9, 10)]
    [0.5958, 0.9821]
    >>> [round(x, 4) for x in wilson(991, 991)]
    [0.9961, 1.0]
    """
    if not n:
        return 0.0, 1.0
    p, z2 = hits / n, Z * Z / n
    middle = (p + z2 / 2) / (1 + z2)
    half = Z * sqrt(p * (1 - p) / n + z2 / (4 * n)) / (1 + z2)
    low = 0.0 if hits == 0 else middle - half  # exact where rounding would leave a trace
    return low, 1.0 if hits == n else middle + half


def share(hits: int, n: int) -> str:
    """Return a share in per cent with its interval, a dash where there is nothing to count.

    >>> share(9, 10), share(0, 0)
    ('90.0% (59.6–98.2)', '–')
    """
    if not n:
        return "–"
    low, high = wilson(hits, n)
    return f"{_per_cent(hits / n)}% ({_per_cent(low)}–{_per_cent(high)})"


def counted(hits: int, n: int) -> str:
    """Return a count with its share and interval.

    >>> counted(9, 10)
    '9: 90.0% (59.6–98.2)'
    """
    return f"{hits}: {share(hits, n)}" if n else "0"


def _per_cent(fraction: float) -> str:
    """Return per cent with one digit; what is not all is never written as 100.0.

    >>> _per_cent(0.99996), _per_cent(1.0), _per_cent(0.00001)
    ('99.9', '100', '0.1')
    """
    value = round(100 * fraction, 1)
    if fraction in (0.0, 1.0):
        return f"{value:.0f}"
    return f"{min(max(value, 0.1), 99.9):.1f}"
