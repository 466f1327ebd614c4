"""Records of a predicted dose, with all that it rests on."""

from __future__ import annotations

import msgspec

from pgx.base.calls import Certainty
from pgx_dosing.specification import Gain, ModelCitation

__all__ = ["DoseAlternative", "DosePrediction", "InputContribution", "InputUsed", "InputValue"]

InputValue = float | str | bool | None


class InputUsed(msgspec.Struct, frozen=True, kw_only=True):
    """An input, its value (None where unknown) and, if so, why and what was done about it.

    ``handled`` is ``""`` (known), ``assumed``, ``estimated`` or ``own_term``; ``stand_in`` is
    what then stood in, in ``unit``.
    """

    name: str
    meaning: str
    value: InputValue
    unit: str = ""
    reason: str = ""
    handled: str = ""
    stand_in: InputValue = None


class InputContribution(msgspec.Struct, frozen=True, kw_only=True):
    """What an input (or several that act together) adds to the typical patient's dose."""

    inputs: tuple[str, ...]
    amount: float


class DoseAlternative(msgspec.Struct, frozen=True, kw_only=True):
    """Another dose that the data leave possible; ``probability`` is None where not weighed."""

    values: dict[str, InputValue]
    dose: float
    lower: float | None = None
    upper: float | None = None
    probability: float | None = None


class DosePrediction(msgspec.Struct, frozen=True, kw_only=True):
    """A dose in ``unit`` for one person, by one model.

    ``lower`` and ``upper`` hold the dose that such a person comes to need with probability
    ``level``; None where the model has no interval. ``typical`` is the dose of the typical
    patient, to which ``shares`` add up to ``dose`` exactly. With certainty ``depends`` the dose
    is of the likeliest values, and ``alternatives`` are the others. ``gain`` says how much
    genotype helps in this person's group, where the group is known.
    """

    model: str
    version: str
    digest: str
    state: str
    title: str
    drug: str
    predicts: str
    unit: str
    dose: float
    typical: float
    certainty: Certainty
    citation: ModelCitation
    population: str
    uses_race: bool
    uses_genotype: bool
    lower: float | None = None
    upper: float | None = None
    level: float | None = None
    interval_method: str = ""
    shares: tuple[InputContribution, ...] = ()
    inputs: tuple[InputUsed, ...] = ()
    alternatives: tuple[DoseAlternative, ...] = ()
    gain: Gain | None = None
    remarks: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
