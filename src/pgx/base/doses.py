"""Doses of dosing models and rules as a program reads them: one flat record each."""

from __future__ import annotations

import msgspec

__all__ = ["DoseOption", "DoseResult"]


class DoseOption(msgspec.Struct, frozen=True, kw_only=True):
    """A dose or answer that the data leave possible.

    ``when`` is what would have to hold, ``name = value`` each; ``probability`` is None where it
    was not weighed. Doses are in the unit of the `DoseResult`.
    """

    when: tuple[str, ...] = ()
    dose: float | None = None
    low: float | None = None
    high: float | None = None
    text: str = ""
    probability: float | None = None


class DoseResult(msgspec.Struct, frozen=True, kw_only=True):
    """What one model or rule says of one drug for one patient.

    ``kind`` is ``alert`` (to be seen before any dose), ``equation``, ``flow``, ``loading``,
    ``rule`` or ``not_answered``. ``rank`` counts from 1 in the order in which guidelines would have
    them read; ``preferred`` says that a guideline prefers a flow to an equation for this patient.
    ``dose`` is in ``unit``; ``low`` to ``high`` hold it with probability ``level`` (None: a range
    of the source). With certainty ``depends`` the dose is of the likeliest values, ``options`` are
    other ones and ``depends_on`` what would settle it. ``code`` and ``reason`` say why there is no
    dose. ``asked`` is ``current``, ``planned`` or ``named``.
    """

    drug: str
    asked: str
    rank: int
    kind: str
    name: str = ""
    version: str = ""
    digest: str = ""
    preferred: bool = False
    certainty: str = ""
    dose: float | None = None
    low: float | None = None
    high: float | None = None
    level: float | None = None
    unit: str = ""
    text: str = ""
    depends_on: tuple[str, ...] = ()
    options: tuple[DoseOption, ...] = ()
    code: str = ""
    reason: str = ""
