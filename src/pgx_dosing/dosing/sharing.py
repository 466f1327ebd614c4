"""One statement for all: a genotype stated for a model counts for rules that ask for it, too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pgx_dosing.inputs import Input, InputKind
from pgx_dosing.prediction import InputValue
from pgx_dosing.rules.specification import RuleInput, Value

__all__ = ["shared_value"]


def shared_value(
    asked: RuleInput, inputs: Iterable[Input], given: Mapping[str, InputValue]
) -> Value | None:
    """Return what a stated genotype of a model's says of a rule's input; None where nothing.

    Both must look at the same gene. A diplotype answers a count of alleles, as it is stated whole.
    """
    for own in inputs:
        value = given.get(own.name)
        same = own.kind is InputKind.GENOTYPE and own.observe.genes == asked.observe.genes
        if same and isinstance(value, str):
            return _as_asked(asked, own, value)
    return None


def _as_asked(asked: RuleInput, own: Input, value: str) -> Value | None:
    parts = value.split("/")
    how = asked.observe
    if own.observe.kind == "variant_count":
        same_site = how.kind == "variant_count" and how.positions == own.observe.positions
        return _place(own, parts) if same_site else None
    if how.kind == "diplotype":
        levels = {tuple(sorted(level.split("/"))): level for level in asked.levels}
        return levels.get(tuple(sorted(parts)), how.other or None)
    if how.kind == "allele_count":
        return None if set(parts) & set(how.unsure) else sum(p in how.alleles for p in parts)
    return None


def _place(own: Input, parts: list[str]) -> int | None:
    """Return how many copies a level is: levels are in the order of copies."""
    counts = {tuple(sorted(level.split("/"))): n for n, level in enumerate(own.levels)}
    return counts.get(tuple(sorted(parts)))
