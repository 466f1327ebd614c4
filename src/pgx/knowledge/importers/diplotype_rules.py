"""Functions of alleles, and rules of pairs of functions from the results of all diplotypes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated, Final

import msgspec

from pgx.base.errors import InputError
from pgx.knowledge.importers.published import Row, Skipped
from pgx.knowledge.importers.published_files import label

__all__ = ["PhenotypeFile", "Result", "fold_rules", "functions_and_rules"]

_RULE_COLUMNS: Final = ("function_1", "function_2", "activity_score", "phenotype", "lookup_key")

Copies = Annotated[int, msgspec.Meta(ge=1, le=2)]
Result = tuple[tuple[str, ...] | None, tuple[str, str, str]]
"""Of a diplotype: one or two functions in order, or None where an allele has none; and its
activity score, phenotype and lookup key."""


class _Function(msgspec.Struct, rename="camel"):
    name: str
    lookup_key: str | None = None
    activity_value: str | None = None


class _Diplotype(msgspec.Struct, rename="camel"):
    diplotypekey: dict[str, Copies]
    phenotype: str | None = None
    lookupkey: str | None = None
    activity_score: str | None = None


class PhenotypeFile(msgspec.Struct, rename="camel"):
    """A gene's file of PharmCAT's phenotypes, as far as it is used."""

    gene: str
    version: str
    named_alleles: list[_Function]
    diplotypes: list[_Diplotype]


def functions_and_rules(
    source: PhenotypeFile, gene: str, name: str
) -> tuple[list[Row], list[Row], list[Skipped]]:
    """Return rows of functions, rules of pairs of functions, and what has no rule.

    Raises
    ------
    InputError
        An allele stands twice, or a text cannot stand in a table.
    """
    functions = _functions(source, name)
    keys = {row["allele"]: row["function"] for row in functions}
    folded = [(_pair(d, keys), _result(d, name)) for d in source.diplotypes]
    rules, unread = fold_rules(folded, gene, name)
    return functions, rules, unread


def _functions(source: PhenotypeFile, name: str) -> list[Row]:
    rows = [
        {
            "allele": label(allele.name, "an allele's name", name),
            "function": label(allele.lookup_key, "a function", name) if allele.lookup_key else "",
            "activity_value": (
                label(allele.activity_value, "an activity value", name)
                if allele.activity_value
                else ""
            ),
        }
        for allele in source.named_alleles
    ]
    if len({row["allele"] for row in rows}) < len(rows):
        raise InputError("an allele stands twice", where=name)
    return rows


def _pair(diplotype: _Diplotype, keys: Mapping[str, str]) -> tuple[str, ...] | None:
    """Return the functions of a diplotype's alleles; None where one is not known."""
    alleles = [a for a, copies in diplotype.diplotypekey.items() for _ in range(copies)]
    functions = sorted(keys.get(" ".join(allele.split()), "") for allele in alleles)
    return tuple(functions) if all(functions) and len(functions) in (1, 2) else None


def _result(diplotype: _Diplotype, name: str) -> tuple[str, str, str]:
    score = diplotype.activity_score
    return (
        label(score, "an activity score", name) if score else "",
        label(diplotype.phenotype, "a phenotype", name),
        label(diplotype.lookupkey, "a lookup key", name),
    )


def fold_rules(
    diplotypes: Sequence[Result], gene: str, name: str
) -> tuple[list[Row], list[Skipped]]:
    """Return one rule per pair of functions from the results of all diplotypes.

    Parameters
    ----------
    diplotypes
        What each says, see `Result`.
    gene, name
        Symbol of the gene and name of the file, for messages.

    Returns
    -------
    tuple of list
        The rules, and the pairs that have no rule because their diplotypes have two results.
    """
    results: dict[tuple[str, ...], Counter[tuple[str, str, str]]] = {}
    for pair, result in diplotypes:
        if pair is not None:
            results.setdefault(pair, Counter())[result] += 1
    rules, unread = [], []
    for pair, found in sorted(results.items()):
        if len(found) > 1:
            why = f"its diplotypes have {len(found)} results"
            unread.append(Skipped(name, f"{gene}: rule of {' and '.join(pair)}", why))
        else:
            cells = (*pair, "") if len(pair) == 1 else pair
            rules.append(dict(zip(_RULE_COLUMNS, (*cells, *next(iter(found))), strict=True)))
    unknown = sum(pair is None for pair, _ in diplotypes)
    if unknown:
        unread.append(Skipped(name, f"{gene}: {unknown} diplotypes", "an allele has no function"))
    return rules, unread
