"""What changed between two releases, by what a patient's result would show.

Enters: two releases. Leaves: changes in the order in which data flow (calls, phenotypes, advice),
each with its place and the old and the new value. A release against itself gives none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from itertools import product
from typing import Any, Final, TypeVar

import msgspec

from pgx.base.advice import ADVICE_FIELDS, Statement
from pgx.base.genes import AlleleDefinition, GeneDefinition, PhenotypeRule
from pgx.knowledge.snapshot import KnowledgeBase

__all__ = ["Change", "Effect", "changes"]


class Effect(StrEnum):
    """Where a change shows, from the first step of a result to the last."""

    CALLS = "calls"
    PHENOTYPES = "phenotypes"
    ADVICE = "advice"
    STRENGTH = "strength"
    REFERENCES = "references"


_EFFECTS: Final = tuple(Effect)
_NONE: Final = ""
_ADVICE_NAMES: Final = (*(name for name in ADVICE_FIELDS if name != "notes"), "notes")


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One change. ``before`` is empty for what is new, ``after`` for what is gone."""

    effect: Effect
    subject: str
    where: str
    before: str
    after: str


def changes(old: KnowledgeBase, new: KnowledgeBase) -> list[Change]:
    """Return every change, by effect, subject (gene or drug) and place."""
    found = [*_genes(old.genes, new.genes), *_advice(old.statements, new.statements)]
    found += _drugs(old, new)
    return sorted(
        found, key=lambda c: (_EFFECTS.index(c.effect), c.subject.casefold(), c.where, c.before)
    )


T = TypeVar("T")


def _pairs(old: Mapping[str, T], new: Mapping[str, T]) -> Iterator[tuple[str, T | None, T | None]]:
    for key in sorted({*old, *new}):
        if old.get(key) != new.get(key):
            yield key, old.get(key), new.get(key)


def _genes(
    old: Mapping[str, GeneDefinition], new: Mapping[str, GeneDefinition]
) -> Iterator[Change]:
    for name, before, after in _pairs(old, new):
        if before is None or after is None:
            yield _change(Effect.CALLS, name, "gene", _size(before), _size(after))
            continue
        yield from _alleles(name, before, after)
        yield from _rules(name, before, after)


def _size(gene: GeneDefinition | None) -> str:
    return _NONE if gene is None else f"{len(gene.alleles)} alleles"


def _alleles(gene: str, old: GeneDefinition, new: GeneDefinition) -> Iterator[Change]:
    first, second = ({a.name: a for a in g.alleles} for g in (old, new))
    for name, before, after in _pairs(first, second):
        where = f"allele {name}"
        yield from _differing(Effect.CALLS, gene, where, _definition, before, after)
        yield from _differing(Effect.PHENOTYPES, gene, where, _function, before, after)
    sites = [{str(v.position): "/".join(v.alleles) for v in g.variants} for g in (old, new)]
    for position, before_site, after_site in _pairs(*sites):
        where = f"position {position}"
        yield _change(Effect.CALLS, gene, where, before_site or _NONE, after_site or _NONE)


def _definition(allele: AlleleDefinition | None) -> str:
    if allele is None:
        return _NONE
    cells = [f"{position}={base}" for position, base in sorted(allele.defining.items())]
    return " ".join(cells) or ("structural" if allele.structural else "reference")


def _function(allele: AlleleDefinition | None) -> str:
    if allele is None:
        return _NONE
    value = f", {allele.activity_value}" if allele.activity_value else ""
    return f"{allele.function or 'no function assigned'}{value}"


def _rules(gene: str, old: GeneDefinition, new: GeneDefinition) -> Iterator[Change]:
    first, second = ({_pair(r): r for r in g.rules} for g in (old, new))
    for pair, before, after in _pairs(first, second):
        yield from _differing(Effect.PHENOTYPES, gene, f"rule {pair}", _result, before, after)


def _pair(rule: PhenotypeRule) -> str:
    if rule.activity_score and not rule.function_1:
        return rule.activity_score
    return " + ".join(sorted(filter(None, (rule.function_1, rule.function_2))))


def _result(rule: PhenotypeRule | None) -> str:
    return _NONE if rule is None else f"{rule.phenotype} (looked up as {rule.lookup_key})"


def _advice(old: Iterable[Statement], new: Iterable[Statement]) -> Iterator[Change]:
    for key, before, after in _pairs(_by_lookup(old), _by_lookup(new)):
        drug, where = key.split("\t", 1)
        shown = where.replace("\t", ", ")
        told = list(_differing(Effect.ADVICE, drug, shown, _facts, before, after))
        yield from told
        if told:
            continue
        graded = list(_differing(Effect.STRENGTH, drug, shown, _strength, before, after))
        yield from graded or _differing(Effect.REFERENCES, drug, shown, _cited, before, after)


def _by_lookup(statements: Iterable[Statement]) -> dict[str, Statement]:
    """Return statements by drug, authority, guideline, population and combination of keys."""
    found = {}
    for s in statements:
        for factors in s.lookup:
            genes = [gene for gene, _ in factors]
            for keys in product(*(listed for _, listed in factors)):
                looked_up = ";".join(f"{g}={k}" for g, k in zip(genes, keys, strict=True))
                place = (s.drug, s.authority, s.guideline_id, s.population, looked_up)
                found["\t".join(place)] = s
    return found


def _facts(statement: Statement | None) -> str:
    """Return what a prescriber would do, as facts."""
    if statement is None:
        return _NONE
    values = zip(_ADVICE_NAMES, statement.advice, strict=True)
    return "; ".join(
        f"{name}={_text(value)}" for name, value in values if value not in ("", (), None)
    )


def _text(value: Any) -> str:  # noqa: ANN401 - facts have many types
    return "+".join(value) if isinstance(value, tuple) else str(value)


def _strength(statement: Statement | None) -> str:
    return _NONE if statement is None else statement.classification or "none"


def _cited(statement: Statement | None) -> str:
    return _NONE if statement is None else f"{statement.source}: {' '.join(statement.pmids)}"


def _drugs(old: KnowledgeBase, new: KnowledgeBase) -> Iterator[Change]:
    first, second = (
        {f"{d.drug}\t{d.authority}": f"{d.status.value} {d.reason}".strip() for d in kb.drugs}
        for kb in (old, new)
    )
    for key, before, after in _pairs(first, second):
        drug, authority = key.split("\t")
        yield _change(Effect.ADVICE, drug, f"{authority}, drug", before or _NONE, after or _NONE)


def _differing(
    effect: Effect,
    subject: str,
    where: str,
    say: Any,  # noqa: ANN401 - one of the functions above, on its own kind of record
    before: object,
    after: object,
) -> Iterator[Change]:
    first, second = say(before), say(after)
    if first != second:
        yield _change(effect, subject, where, first, second)


def _change(effect: Effect, subject: str, where: str, before: str, after: str) -> Change:
    return Change(effect=effect, subject=subject, where=where, before=before, after=after)
