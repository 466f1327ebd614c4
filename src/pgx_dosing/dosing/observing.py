"""What a model's inputs are in one person: values that are possible, and why one is not known."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

import msgspec

from pgx.base.errors import ModelError, OutOfDomainError
from pgx.base.suggest import nearest
from pgx_dosing.inputs import Input, InputKind, check_value
from pgx_dosing.prediction import InputValue
from pgx_dosing.rules.observed import Person, observe
from pgx_dosing.rules.possible import PossibleValues
from pgx_dosing.rules.specification import UNLISTED, DosingRule, RuleInput
from pgx_dosing.specification import Model

__all__ = ["Seen", "parse_given", "seen"]

_YES = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """The values that an input may have, likeliest first; none where it is not known.

    ``probabilities`` go with them, None where nobody weighed them. ``rest`` is the probability
    of values that the model does not know.
    """

    input: Input
    values: tuple[InputValue, ...]
    probabilities: tuple[float | None, ...] = ()
    reason: str = ""
    rest: float = 0.0


def parse_given(model: Model, words: Mapping[str, str]) -> dict[str, InputValue]:
    """Return values that a user states as text by the name of an input.

    Raises
    ------
    ModelError
        The model has no such input.
    OutOfDomainError
        A text that the input cannot have.
    """
    known = {own.name: own for own in model.inputs}
    return {name: _parsed(_input(known, name), text) for name, text in words.items()}


def _input(known: Mapping[str, Input], name: str) -> Input:
    if name in known:
        return known[name]
    meant = nearest(name, known)
    raise ModelError(
        f"the model has no input {name!r}",
        remedy=f"did you mean {meant}?" if meant else f"it has {', '.join(known)}",
    )


def _parsed(own: Input, text: str) -> InputValue:
    if own.kind is InputKind.NUMBER:
        try:
            number = float("" if "_" in text else text)
        except ValueError as error:
            raise OutOfDomainError(
                f"{own.name} is no number", remedy=f"give it in {own.unit or 'numbers'}"
            ) from error
        check_value(own, number)
        return number
    if own.kind is InputKind.FLAG:
        if text.casefold() not in _YES:
            raise OutOfDomainError(f"{own.name} is neither yes nor no", remedy="give yes or no")
        return _YES[text.casefold()]
    check_value(own, text)
    return text


def seen(model: Model, person: Person, given: Mapping[str, InputValue]) -> tuple[Seen, ...]:
    """Return what is known of each input of a model; what is given stands before all else.

    Raises
    ------
    OutOfDomainError
        A value that the model was not made for.
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

    A genotype that may be any that there is, weighed by nobody, is not known; one that may be
    one of a few stays one of these. A text that is empty is not recorded.
    """
    rest = sum(p.probability or 0.0 for p in observation.values if p.value == UNLISTED)
    possible = [p for p in observation.values if p.value not in ("", UNLISTED)]
    if not possible and observation.values and observation.values[0].value == UNLISTED:
        raise OutOfDomainError(
            f"{own.name}: the result has a genotype that the model does not know",
            remedy="the model says nothing of this person",
        )
    unweighed = any(p.probability is None for p in possible) and len(possible) > 1
    if not possible or (
        own.kind is InputKind.GENOTYPE and unweighed and _is_any(own, len(possible))
    ):
        return Seen(input=own, values=(), reason=observation.reason or "not_recorded")
    return Seen(
        input=own,
        values=tuple(_value(own, p.value) for p in possible),
        probabilities=tuple(_share(p.probability, rest, len(possible)) for p in possible),
        reason=observation.reason,
        rest=rest,
    )


def _share(share: float | None, rest: float, n: int) -> float | None:
    return 1.0 if n == 1 and rest == 0.0 else share


def _is_any(own: Input, n: int) -> bool:
    pairs = math.comb(len(own.alleles) + 1, 2)
    return n >= (len(own.levels) or pairs)


def _value(own: Input, value: str | float) -> InputValue:
    if own.kind is InputKind.FLAG:
        return value == "yes"
    if own.observe.kind == "variant_count" and own.levels:
        return own.levels[int(value)]
    return value
