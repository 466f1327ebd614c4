"""Records of what a report says of the dose of one drug; all texts in the report's language."""

from __future__ import annotations

import msgspec

__all__ = ["DoseBar", "DoseEntry", "DoseFact", "EquationEntry", "RuleEntry"]


class DoseFact(msgspec.Struct, frozen=True):
    """A name, a value, and whether the value was not known, so that something stood in."""

    name: str
    value: str
    is_open: bool = False


class DoseBar(msgspec.Struct, frozen=True):
    """What one input adds to the typical patient's dose, in the unit of the dose."""

    name: str
    amount: float
    said: str


class EquationEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A dose by one equation.

    ``dose``, ``typical``, ``low`` and ``high`` are in ``unit``; ``said`` is the dose in words.
    ``bars`` add up from ``typical`` to ``dose``. ``certainty`` is a code, ``alternatives`` are
    other doses that the data leave possible, with what would have to be so.
    """

    title: str
    model: str
    predicts: str
    unit: str
    dose: float
    typical: float
    said: str
    typical_said: str
    interval: str
    certainty: str
    low: float | None = None
    high: float | None = None
    alternatives: tuple[str, ...] = ()
    bars: tuple[DoseBar, ...] = ()
    inputs: tuple[DoseFact, ...] = ()
    remarks: tuple[str, ...] = ()
    population: str = ""
    limits: tuple[str, ...] = ()
    source: str = ""
    links: tuple[tuple[str, str], ...] = ()


class RuleEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What a guideline's flow, a regimen, a label or a score answers.

    ``answers`` are all that the data leave possible: one, where all is known that matters.
    """

    title: str
    jurisdiction: str
    certainty: str
    answers: tuple[str, ...]
    open: str = ""
    notes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    population: str = ""
    limits: tuple[str, ...] = ()
    source: str = ""
    links: tuple[tuple[str, str], ...] = ()


class DoseEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What models and rules say of one drug; ``refusal`` says why there is no dose.

    ``brief`` stands with the drug's advice. The first of ``equations`` is told in full.
    ``preferred`` are flows that a guideline prefers to an equation for this person; they come
    before ``equations``, all other rules after.
    """

    drug: str
    name: str
    anchor: str
    asked: str
    brief: str
    refusal: str = ""
    notes: tuple[str, ...] = ()
    preferred: tuple[RuleEntry, ...] = ()
    equations: tuple[EquationEntry, ...] = ()
    rules: tuple[RuleEntry, ...] = ()
    not_answered: tuple[DoseFact, ...] = ()
