"""Whether a result gives reason for an alert.

Some guidelines speak of everybody: caution with volatile anaesthetics where no pathogenic variant
of the susceptibility genes was found, the label's own starting dose for normal metabolizers, a drug
that does not help people without a responsive variant. What a guideline says of the reference
genotype is information. An alert needs a result of which it says something else, or a dose other
than the standard one. Which genotype is the reference, and what is said of it, are data of the
knowledge base: no gene and no drug is named here.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Final

from pgx.recommendations.topics import Combination, Topic
from pgx.records.advice import DOSE_ACTIONS, NO_RESULT, Statement

__all__ = ["may_alert"]

_BY_RESULT: Final = frozenset({"use_algorithm"})
"""Actions whose dose depends on the result though their words are the same for all results."""
_CHANGES: Final = DOSE_ACTIONS - {"adjust_initial_dose"}
"""Dose actions that say that the dose is another one; a starting dose may be the label's own."""


def may_alert(
    topic: Topic, population: str, combination: Combination, statement: Statement
) -> bool:
    """Return whether a statement may raise an alert for one key per gene.

    It may where it changes the dose, and where the reference genotype is told something else. An
    algorithm doses every result but the reference otherwise. A topic whose reference is not known
    may always.
    """
    if statement.action[0] in _CHANGES or _is_scaled(statement):
        return True
    if _is_reference(topic, combination):
        return False
    if statement.action[0] in _BY_RESULT:
        return True
    return topic.kinds[statement.id] not in set(_reference_kinds(topic, population, combination))


def _is_scaled(statement: Statement) -> bool:
    """Whether the dose of the primary action is a multiple of the standard dose other than 1."""
    factors = {statement.dose_factor_min, statement.dose_factor_max} - {None}
    return statement.action[0] in DOSE_ACTIONS and bool(factors - {1.0})


def _is_reference(topic: Topic, combination: Combination) -> bool:
    """Whether each gene with a result has that of its reference genotype."""
    pairs = [
        (key, known)
        for key, known in zip(combination, topic.references, strict=True)
        if key != NO_RESULT
    ]
    return bool(pairs) and all(key in known for key, known in pairs)


def _reference_kinds(topic: Topic, population: str, combination: Combination) -> Iterator[int]:
    """Yield what the reference genotype is told, of the genes with a result and of all."""
    tested = [
        (NO_RESULT,) if key == NO_RESULT else known
        for key, known in zip(combination, topic.references, strict=True)
    ]
    for keys in {*product(*tested), *product(*topic.references)}:
        statement = topic.find(population, keys)
        if statement is not None:
            yield topic.kinds[statement.id]
