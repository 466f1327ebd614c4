"""One model's dose for one person, from the possible values of its inputs."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
import numpy as np

from pgx.errors import MissingCovariateError, ModelError, OutOfDomainError
from pgx.records.calls import Certainty
from pgx_dosing.equation import contributions, dose_of, interval_of, on_link
from pgx_dosing.rules.observed import Person, observe
from pgx_dosing.rules.results import PossibleValues, product
from pgx_dosing.rules.specification import UNLISTED, DosingRule, RuleInput
from pgx_dosing.specification import (
    Gain,
    Input,
    InputKind,
    InputValue,
    Model,
    ModelCitation,
    UnknownInput,
    check_value,
    columns_of,
    fill,
)
from pgx_dosing.terms import Columns, Feature

__all__ = [
    "DoseAlternative",
    "DosePrediction",
    "Identity",
    "InputContribution",
    "InputUsed",
    "Seen",
    "predict_dose",
    "seen",
]

# combinations of unresolved inputs; a longer list of alternatives is not readable
_MOST: Final = 64
# probability of genotypes unknown to the model above which a dose depends on them
_TOLD: Final = 0.01
# doses that differ by less than half a percent are merged
_SAME: Final = 0.005
# fraction of the typical dose below which an equation extrapolates too far
_LEAST: Final = 0.05
# fields that a prediction copies from its model
_ABOUT_MODEL: Final = (
    "version", "title", "drug", "predicts", "unit", "citation", "population", "uses_race",
    "uses_genotype", "limits",
)  # fmt: skip
_HANDLED: Final = {
    UnknownInput.ASSUME: "assumed",
    UnknownInput.ESTIMATE: "estimated",
    UnknownInput.OWN_TERM: "own_term",
}
Identity = tuple[str, str]
"""Digest and state of the folder that a model came from."""


class InputUsed(msgspec.Struct, frozen=True, kw_only=True):
    """An input, its value (None where unknown) and, if so, the reason and the handling.

    ``handled`` is ``""`` (known), ``assumed``, ``estimated`` or ``own_term``; ``stand_in`` is
    the imputed value, in ``unit``.
    """

    name: str
    meaning: str
    value: InputValue
    unit: str = ""
    reason: str = ""
    handled: str = ""
    stand_in: InputValue = None


class InputContribution(msgspec.Struct, frozen=True, kw_only=True):
    """Contribution of an input (or several in one term) relative to the typical patient's dose."""

    inputs: tuple[str, ...]
    amount: float


class DoseAlternative(msgspec.Struct, frozen=True, kw_only=True):
    """Another dose compatible with the data; ``probability`` is None where unknown."""

    values: dict[str, InputValue]
    dose: float
    lower: float | None = None
    upper: float | None = None
    probability: float | None = None


class DosePrediction(msgspec.Struct, frozen=True, kw_only=True):
    """A dose in ``unit`` for one person, by one model.

    ``lower`` and ``upper`` contain the dose such a person eventually needs with probability
    ``level``; None if the model has no interval. ``typical`` is the dose of the typical
    patient, to which ``shares`` add up to ``dose`` exactly. With certainty ``depends`` the dose
    is that of the most likely values, and ``alternatives`` are the others. ``gain`` is the benefit
    of genotype in this person's group, where the group is known.
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


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """The possible values of an input, most likely first; empty if unknown.

    ``probabilities`` belong to them, None if unknown. ``rest`` is the probability of values that
    the model does not include.
    """

    input: Input
    values: tuple[InputValue, ...]
    probabilities: tuple[float | None, ...] = ()
    reason: str = ""
    rest: float = 0.0


def seen(model: Model, person: Person, given: Mapping[str, InputValue]) -> tuple[Seen, ...]:
    """Return the possible values of each input of a model; a given value takes precedence.

    Raises
    ------
    OutOfDomainError
        A value outside the model's domain.
    """
    asked = [own for own in model.inputs if given.get(own.name) is None]
    rule = DosingRule(
        schema_version="1.0",
        name=model.name,
        title=model.title,
        drug=model.drug,
        jurisdiction="international",
        source="",
        as_of="",
        citations=(),
        population="",
        inputs=tuple(_question(own) for own in asked),
    )
    found = {own.name: _of(own, o) for own, o in zip(asked, observe(rule, person), strict=True)}
    stated = {
        own.name: Seen(input=own, values=(given[own.name],), probabilities=(1.0,))
        for own in model.inputs
        if given.get(own.name) is not None
    }
    everything = tuple((found | stated)[own.name] for own in model.inputs)
    for item in everything:
        for value in item.values:
            check_value(item.input, value)
    return everything


def _question(own: Input) -> RuleInput:
    if own.kind is InputKind.NUMBER:
        return RuleInput(name=own.name, kind="number", label=own.meaning, observe=own.observe)
    if own.observe.kind == "variant_count":
        return RuleInput(
            name=own.name, kind="count", label=own.meaning, low=0, high=2, observe=own.observe
        )
    levels: Sequence[str] = own.levels
    observe = own.observe
    if own.kind is InputKind.FLAG:
        levels = ("yes", "no")
    elif own.kind is InputKind.GENOTYPE:
        pairs = itertools.combinations_with_replacement(own.alleles, 2)
        levels = [*(f"{one}/{other}" for one, other in pairs), UNLISTED]
        observe = msgspec.structs.replace(observe, other=UNLISTED)
    return RuleInput(
        name=own.name, kind="level", label=own.meaning, levels=tuple(levels), observe=observe
    )


def _of(own: Input, observation: PossibleValues) -> Seen:
    """Return an observation in the model's own values.

    A genotype that may have any value, without probabilities, is unknown; one restricted to a few
    values keeps these. An empty text is a missing value.
    """
    rest = sum(p.probability or 0.0 for p in observation.values if p.value == UNLISTED)
    possible = [p for p in observation.values if p.value not in ("", UNLISTED)]
    if not possible and observation.values and observation.values[0].value == UNLISTED:
        raise OutOfDomainError(
            f"{own.name}: the result has a genotype that the model does not know",
            remedy="the model does not apply to this patient",
        )
    unweighed = any(p.probability is None for p in possible) and len(possible) > 1
    if not possible or (
        own.kind is InputKind.GENOTYPE and unweighed and _is_any(own, len(possible))
    ):
        return Seen(input=own, values=(), reason=observation.reason or "not_recorded")
    is_only = len(possible) == 1 and rest == 0.0
    return Seen(
        input=own,
        values=tuple(_value(own, p.value) for p in possible),
        probabilities=tuple(1.0 if is_only else p.probability for p in possible),
        reason=observation.reason,
        rest=rest,
    )


def _is_any(own: Input, n: int) -> bool:
    pairs = math.comb(len(own.alleles) + 1, 2)
    return n >= (len(own.levels) or pairs)


def _value(own: Input, value: str | float) -> InputValue:
    if own.kind is InputKind.FLAG:
        return value == "yes"
    if own.observe.kind == "variant_count" and own.levels:
        return own.levels[int(value)]
    return value


def predict_dose(
    model: Model,
    identity: Identity,
    person: Person,
    given: Mapping[str, InputValue],
    group: Mapping[str, str] | None = None,
) -> DosePrediction:
    """Return a model's dose for one person.

    ``given`` are values stated by the caller; ``group`` maps an input to the person's group, for
    the benefit of genotype in that group.

    Raises
    ------
    MissingCovariateError
        A required input is unknown.
    OutOfDomainError
        A value outside the model's domain.
    ModelError
        The data leave too many combinations possible.
    """
    known = seen(model, person, given)
    _check_terms(model, known)
    ways = _combinations(known)
    first = _filled(model, ways[0][0])
    typical = _filled(model, {own.name: own.typical for own in model.inputs})
    doses = [_alternative(model, values, share) for values, share in ways]
    usual = float(dose_of(on_link(model, typical), model.link)[0])
    _check_doses(model, doses, usual)
    main = doses[0]
    others = [d for d in doses[1:] if not math.isclose(d.dose, main.dose, rel_tol=_SAME)]
    gain = _gain(model, {**{k: str(v) for k, v in ways[0][0].items()}, **(group or {})})
    return DosePrediction(
        **{name: getattr(model, name) for name in _ABOUT_MODEL},
        model=model.name,
        digest=identity[0],
        state=identity[1],
        dose=main.dose,
        typical=usual,
        certainty=_certainty(known, others),
        lower=main.lower,
        upper=main.upper,
        level=model.interval.level if model.interval else None,
        interval_method=model.interval.method if model.interval else "",
        shares=_shares(model, first, typical),
        inputs=tuple(_used(model, item, first) for item in known),
        alternatives=tuple(others),
        gain=gain,
        remarks=tuple(_remarks(model, known, gain)),
    )


def _has_own_term(model: Model, name: str) -> bool:
    """Return whether each member that uses an input has a term for its unknown value."""
    is_used = False
    for member in model.members:
        terms = (*member.terms, *(member.trees.features if member.trees else ()))
        own = [term for term in terms if name in term.inputs]
        if own and all(term.feature is not Feature.UNKNOWN for term in own):
            return False
        is_used = is_used or bool(own)
    return is_used


def _check_terms(model: Model, known: Sequence[Seen]) -> None:
    """Refuse an unknown genotype that no term covers: it would count as the first alleles.

    An untested person would then get the highest dose of the equation.
    """
    for item in known:
        own = item.input
        if own.kind is not InputKind.GENOTYPE or own.when_unknown is not UnknownInput.OWN_TERM:
            continue
        if not item.values and not _has_own_term(model, own.name):
            raise MissingCovariateError(
                f"{own.name} ({own.meaning}) is not known",
                remedy=f"{model.name} requires it: use an equation without genotype",
            )


def _check_doses(model: Model, doses: Sequence[DoseAlternative], usual: float) -> None:
    """Refuse combinations of in-range values for which the equation gives an implausibly low dose.

    A square root below 0 would otherwise be reported as a dose of 0.
    """
    for own in doses:
        if not _LEAST * usual <= own.dose < math.inf:
            raise OutOfDomainError(
                f"{model.name} gives no positive dose for this combination of values",
                remedy="the model does not apply to this patient: use another method",
                told=f"{model.name} gives {own.dose:.2g} {model.unit} for this combination of"
                " values",
            )


def _combinations(known: Sequence[Seen]) -> list[tuple[dict[str, InputValue], float | None]]:
    """Return all combinations of possible values with probabilities, most likely first."""
    ways = [
        list(zip(item.values, item.probabilities, strict=True)) or [(None, 1.0)] for item in known
    ]
    if math.prod(map(len, ways)) > _MOST:
        raise ModelError(
            "too many inputs are unknown: more doses are possible than can be listed",
            remedy="set known values with --set NAME=VALUE",
        )
    found = []
    for combination in itertools.product(*ways):
        values = {item.input.name: v for item, (v, _) in zip(known, combination, strict=True)}
        found.append((values, product(share for _, share in combination)))
    return sorted(found, key=lambda way: -(way[1] if way[1] is not None else 0.0))


def _filled(model: Model, values: Mapping[str, InputValue]) -> Columns:
    return fill(model.inputs, columns_of(model.inputs, values))


def _alternative(
    model: Model, values: dict[str, InputValue], probability: float | None
) -> DoseAlternative:
    filled = _filled(model, values)
    bounds = interval_of(model, filled)
    return DoseAlternative(
        values=values,
        dose=float(dose_of(on_link(model, filled), model.link)[0]),
        lower=float(bounds.lower[0]) if bounds else None,
        upper=float(bounds.upper[0]) if bounds else None,
        probability=probability,
    )


def _certainty(known: Sequence[Seen], others: Sequence[DoseAlternative]) -> Certainty:
    """Return ``depends`` where the data leave other doses possible.

    A completely unknown input is covered by the interval and the model's own imputation.
    """
    is_open = bool(others) or any(item.rest >= _TOLD for item in known)
    return Certainty.DEPENDS if is_open else Certainty.CERTAIN


def _shares(model: Model, own: Columns, typical: Columns) -> tuple[InputContribution, ...]:
    found = contributions(model, own, typical)
    ordered = sorted(found.items(), key=lambda item: (-abs(item[1]), item[0]))
    return tuple(InputContribution(inputs=inputs, amount=amount) for inputs, amount in ordered)


def _used(model: Model, item: Seen, filled: Columns) -> InputUsed:
    own = item.input
    used = InputUsed(name=own.name, meaning=own.meaning, value=None, unit=own.unit)
    if item.values:
        reason = item.reason if len(item.values) > 1 else ""
        return msgspec.structs.replace(used, value=item.values[0], reason=reason)
    is_level = own.kind is InputKind.LEVEL and own.when_unknown is UnknownInput.OWN_TERM
    # without a term of its own an unknown level matches no term and counts as the first level
    passes = is_level and bool(own.levels) and not _has_own_term(model, own.name)
    return msgspec.structs.replace(
        used,
        reason=item.reason,
        handled="assumed" if passes else _HANDLED[own.when_unknown],
        stand_in=own.levels[0] if passes else _stand_in(own, filled),
    )


def _stand_in(own: Input, filled: Columns) -> InputValue:
    if own.when_unknown is UnknownInput.OWN_TERM:
        return None
    if own.when_unknown is UnknownInput.ASSUME:
        return own.assumed
    return float(np.asarray(filled[own.name], np.float64)[0])


def _gain(model: Model, group: Mapping[str, str]) -> Gain | None:
    return next((g for g in model.gains if group.get(g.input) == g.value), None)


def _remarks(model: Model, known: Sequence[Seen], gain: Gain | None) -> list[str]:
    said = []
    if gain:
        said.append(_gain_text(gain, model.unit))
    said += [text for item in known if (text := _uncounted(model, item))]
    unknown = [item.input.name for item in known if not item.values and item.input.observe.genes]
    if unknown:
        said.append(
            f"{', '.join(unknown)} not known: the dose rests less on genotype than the "
            "equation was made for"
        )
    return said


def _uncounted(model: Model, item: Seen) -> str:
    """Return the person's alleles without a term in the model: they count as the first allele."""
    own = item.input
    if own.kind is not InputKind.GENOTYPE or own.observe.kind == "variant_count":
        return ""
    if not item.values:
        if item.reason != "not_in_call":
            return ""
        return f"{own.name}: the result has a genotype that the equation does not know"
    if item.rest >= _TOLD:
        return f"{own.name}: with probability {item.rest:.2g} one that the equation does not know"
    terms = [term for member in model.members for term in member.terms if own.name in term.inputs]
    # the first value of a level is the published pair; the others are treated as equal to it
    named_values = [
        v for t in terms for v in (t.values if t.feature is Feature.COUNT else t.values[:1])
    ]
    counted = {part for value in named_values for part in value.split("/")}
    strange = set(str(item.values[0]).split("/")) - counted - {own.alleles[0]}
    if not strange:
        return ""
    named = ", ".join(sorted(strange, key=own.alleles.index))
    return f"{own.name}: {named} is not in the equation and counts as {own.alleles[0]}"


def _gain_text(gain: Gain, unit: str) -> str:
    """Return the benefit of genotype in a group as text: closer, farther, or not measurable."""
    ends = f"95% {gain.lower:.2f} to {gain.upper:.2f}, {gain.n} patients"
    who = f"in patients of group {gain.value}"
    if gain.lower > 0.0:
        return f"{who} this dose is {gain.gain:.2f} {unit} closer than {gain.than} ({ends})"
    why = "variants that matter in this group are not in the equation"
    if gain.upper < 0.0:
        return f"{who} {gain.than} is {-gain.gain:.2f} {unit} closer than this dose ({ends}); {why}"
    return (
        f"{who} genotype brings no measurable gain over {gain.than}: {gain.gain:.2f} {unit} "
        f"({ends}); {why}"
    )
