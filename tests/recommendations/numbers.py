"""Which numbers a statement has, so that its sentences can be held against them."""

from __future__ import annotations

from pgx.knowledge.importers.readings import numbers_in
from pgx.records.advice import ADVICE_FIELDS

PERCENT = {
    "reduce_by": lambda f: 100 * (1 - f),
    "reduce_by_about": lambda f: 100 * (1 - f),
    "increase_by": lambda f: 100 * (f - 1),
    "to_percent": lambda f: 100 * f,
    "at_most": lambda f: 100 * f,
    "times": lambda f: f,
    "fold_lower": lambda f: 1 / f,
}


def numbers_of(it) -> set[float]:
    skipped = {"action", "dose_factor_min", "dose_factor_max", "dose_of", "dose_as"}
    values = [getattr(it, name) for name in ADVICE_FIELDS if name not in skipped]
    texts = [v if isinstance(v, str) else " ; ".join(v) for v in values]
    factors = {f for f in (it.dose_factor_min, it.dose_factor_max) if f is not None}
    in_words = it.dose_as in ("half", "by_titration")
    told = set() if in_words else {round(PERCENT[it.dose_as](f), 6) for f in factors}
    return told | numbers_in(" ; ".join(texts).replace("|", " ").replace("=", " "))
