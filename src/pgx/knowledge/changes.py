"""Changes between two releases, by their effect on a patient's result.

Changes are listed in the order of processing (calls, phenotypes, recommendations), each with its
kind, place, old and new value, and counted by kind. A release compared with itself has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from itertools import product
from typing import Any, Final, TypeVar

import msgspec

from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.advice import ADVICE_FIELDS, Statement
from pgx.records.genes import AlleleDefinition, DefiningVariant, GeneDefinition, PhenotypeRule

__all__ = ["Change", "ChangeKind", "Count", "Effect", "changes", "summary"]


class Effect(StrEnum):
    """Where a change takes effect, from the first step of a result to the last."""

    CALLS = "calls"
    PHENOTYPES = "phenotypes"
    ADVICE = "advice"
    STRENGTH = "strength"
    REFERENCES = "references"


class ChangeKind(StrEnum):
    """Kind of a change. For advice the first that applies: action, dose, details, implications."""

    GENE_NEW = "gene_new"
    GENE_GONE = "gene_gone"
    ALLELE_NEW = "allele_new"
    ALLELE_GONE = "allele_gone"
    ALLELE_DEFINITION = "allele_definition"
    POSITION_NEW = "position_new"
    POSITION_GONE = "position_gone"
    POSITION_ALLELES = "position_alleles"
    FUNCTION = "function"
    RULE_NEW = "rule_new"
    RULE_GONE = "rule_gone"
    RULE = "rule"
    DRUG_NEW = "drug_new"
    DRUG_GONE = "drug_gone"
    SOURCE_NEW = "source_new"
    SOURCE_GONE = "source_gone"
    STATUS = "status"
    LOOKUP_NEW = "lookup_new"
    LOOKUP_GONE = "lookup_gone"
    ACTION = "action"
    DOSE = "dose"
    DETAILS = "details"
    IMPLICATIONS = "implications"
    STRENGTH = "strength"
    WORDING = "wording"
    REFERENCES = "references"


_EFFECTS: Final = tuple(Effect)
_KINDS: Final = tuple(ChangeKind)
_NONE: Final = ""
_ADVICE_NAMES: Final = (*(name for name in ADVICE_FIELDS if name != "notes"), "notes", "text")
_DOSE: Final = frozenset(
    {
        "dose_factor_min", "dose_factor_max", "dose_of", "dose_as", "dose_when", "standard_dose",
        "starting_dose", "maximum_dose", "frequency", "titration",
    }
)  # fmt: skip


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One change. ``before`` is empty for additions, ``after`` for removals.

    ``differs`` names the changed facts of a statement, each with its old and new value; ``ids``
    are the old and the new statement's. Both are empty for other changes.
    """

    effect: Effect
    kind: ChangeKind
    subject: str
    where: str
    before: str
    after: str
    differs: tuple[tuple[str, str, str], ...] = ()
    ids: tuple[str, str] = ("", "")


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """Number of changes of a kind, and their genes or drugs, A–Z."""

    kind: ChangeKind
    count: int
    subjects: tuple[str, ...]


def changes(old: KnowledgeBase, new: KnowledgeBase) -> list[Change]:
    """Return every change, by effect, subject (gene or drug) and place."""
    found = [*_genes(old.genes, new.genes), *_advice(old.statements, new.statements)]
    found += _drugs(old, new)
    return sorted(
        found,
        key=lambda c: (
            _EFFECTS.index(c.effect), c.subject.casefold(), c.where, _KINDS.index(c.kind), c.before
        ),
    )  # fmt: skip


def summary(found: Iterable[Change]) -> list[Count]:
    """Return the counts of all kinds of change, including zeros."""
    by_kind: dict[ChangeKind, list[str]] = {kind: [] for kind in ChangeKind}
    for change in found:
        by_kind[change.kind].append(change.subject)
    return [
        Count(
            kind=kind,
            count=len(subjects),
            subjects=tuple(sorted(set(subjects), key=lambda s: (s.casefold(), s))),
        )
        for kind, subjects in by_kind.items()
    ]


T = TypeVar("T")


def _pairs(old: Mapping[str, T], new: Mapping[str, T]) -> Iterator[tuple[str, T | None, T | None]]:
    for key in sorted({*old, *new}):
        if old.get(key) != new.get(key):
            yield key, old.get(key), new.get(key)


def _come_or_gone(
    before: object, after: object, new: ChangeKind, gone: ChangeKind, other: ChangeKind
) -> ChangeKind:
    return new if before is None else gone if after is None else other


def _genes(
    old: Mapping[str, GeneDefinition], new: Mapping[str, GeneDefinition]
) -> Iterator[Change]:
    for name, before, after in _pairs(old, new):
        if before is None or after is None:
            kind = ChangeKind.GENE_NEW if before is None else ChangeKind.GENE_GONE
            yield _change(Effect.CALLS, kind, name, "gene", _size(before), _size(after))
            continue
        yield from _alleles(name, before, after)
        yield from _positions(name, before, after)
        yield from _rules(name, before, after)


def _size(gene: GeneDefinition | None) -> str:
    return _NONE if gene is None else f"{len(gene.alleles)} alleles"


def _alleles(gene: str, old: GeneDefinition, new: GeneDefinition) -> Iterator[Change]:
    first, second = ({a.name: a for a in g.alleles} for g in (old, new))
    for name, before, after in _pairs(first, second):
        where = f"allele {name}"
        if before is None or after is None:
            kind = ChangeKind.ALLELE_NEW if before is None else ChangeKind.ALLELE_GONE
            yield _change(Effect.CALLS, kind, gene, where, _allele(before), _allele(after))
            continue
        for effect, kind, say in (
            (Effect.CALLS, ChangeKind.ALLELE_DEFINITION, _definition),
            (Effect.PHENOTYPES, ChangeKind.FUNCTION, _function),
        ):
            if say(before) != say(after):
                yield _change(effect, kind, gene, where, say(before), say(after))


def _allele(allele: AlleleDefinition | None) -> str:
    return _NONE if allele is None else f"{_definition(allele)} ({_function(allele)})"


def _definition(allele: AlleleDefinition) -> str:
    cells = [f"{position}={base}" for position, base in sorted(allele.defining.items())]
    return " ".join(cells) or ("structural" if allele.structural else "reference")


def _function(allele: AlleleDefinition) -> str:
    value = f", {allele.activity_value}" if allele.activity_value else ""
    return f"{allele.function or 'no function assigned'}{value}"


def _positions(gene: str, old: GeneDefinition, new: GeneDefinition) -> Iterator[Change]:
    sites = [{str(v.position): v for v in g.variants} for g in (old, new)]
    for position, before, after in _pairs(*sites):
        kind = _come_or_gone(
            before,
            after,
            ChangeKind.POSITION_NEW,
            ChangeKind.POSITION_GONE,
            ChangeKind.POSITION_ALLELES,
        )
        if _bases(before) != _bases(after):
            where = f"position {position}"
            yield _change(Effect.CALLS, kind, gene, where, _bases(before), _bases(after))


def _bases(variant: DefiningVariant | None) -> str:
    return _NONE if variant is None else "/".join(variant.alleles)


def _rules(gene: str, old: GeneDefinition, new: GeneDefinition) -> Iterator[Change]:
    # functions in any order are the same pair
    first, second = ({_pair(r): r for r in g.rules} for g in (old, new))
    for pair, before, after in _pairs(first, second):
        kind = _come_or_gone(
            before, after, ChangeKind.RULE_NEW, ChangeKind.RULE_GONE, ChangeKind.RULE
        )
        if _result(before) != _result(after):
            where = f"rule {pair}"
            yield _change(Effect.PHENOTYPES, kind, gene, where, _result(before), _result(after))


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
        ids = (before.id if before else _NONE, after.id if after else _NONE)
        if before is None or after is None:
            kind = ChangeKind.LOOKUP_NEW if before is None else ChangeKind.LOOKUP_GONE
            told = [_change(Effect.ADVICE, kind, drug, shown, _facts(before), _facts(after))]
        else:
            told = list(_statements(drug, shown, before, after))
        yield from (msgspec.structs.replace(change, ids=ids) for change in told)


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


def _statements(drug: str, where: str, before: Statement, after: Statement) -> Iterator[Change]:
    """Yield the differences if both releases answer a lookup."""
    pairs = zip(_ADVICE_NAMES, before.advice, after.advice, strict=True)
    differs = tuple((name, _text(one), _text(two)) for name, one, two in pairs if one != two)
    meant = [" ".join(s.implications) for s in (before, after)]
    # the first difference that matters to a prescriber names the change; a dose that follows from
    # a new action is not reported separately
    if differs:
        kind = _advice_kind({name for name, _, _ in differs})
        told = _change(Effect.ADVICE, kind, drug, where, _facts(before), _facts(after))
        yield msgspec.structs.replace(told, differs=differs)
    elif meant[0] != meant[1]:
        yield _change(Effect.ADVICE, ChangeKind.IMPLICATIONS, drug, where, meant[0], meant[1])
    grades = [s.classification or "none" for s in (before, after)]
    if grades[0] != grades[1]:
        yield _change(Effect.STRENGTH, ChangeKind.STRENGTH, drug, where, grades[0], grades[1])
    elif not differs and meant[0] == meant[1]:
        kind = ChangeKind.REFERENCES if before.reading == after.reading else ChangeKind.WORDING
        if kind is ChangeKind.WORDING or _cited(before) != _cited(after):
            yield _change(Effect.REFERENCES, kind, drug, where, _cited(before), _cited(after))


def _advice_kind(names: set[str]) -> ChangeKind:
    return (
        ChangeKind.ACTION
        if "action" in names
        else ChangeKind.DOSE
        if names & _DOSE
        else ChangeKind.DETAILS
    )


def _facts(statement: Statement | None) -> str:
    """Return the actions of a prescriber, as facts."""
    if statement is None:
        return _NONE
    values = zip(_ADVICE_NAMES, statement.advice, strict=True)
    return "; ".join(
        f"{name}={_text(value)}" for name, value in values if value not in ("", (), None)
    )


def _text(value: Any) -> str:  # noqa: ANN401 - facts have many types
    return "+".join(value) if isinstance(value, tuple) else "" if value is None else str(value)


def _cited(statement: Statement) -> str:
    return f"{statement.source}: {' '.join(statement.pmids)}"


def _drugs(old: KnowledgeBase, new: KnowledgeBase) -> Iterator[Change]:
    first, second = (
        {f"{d.drug}\t{d.authority}": f"{d.status.value} {d.reason}".strip() for d in kb.drugs}
        for kb in (old, new)
    )
    known, today = ({d.drug for d in kb.drugs} for kb in (old, new))
    for key, before, after in _pairs(first, second):
        drug, authority = key.split("\t")
        come = ChangeKind.SOURCE_NEW if drug in known else ChangeKind.DRUG_NEW
        gone = ChangeKind.SOURCE_GONE if drug in today else ChangeKind.DRUG_GONE
        kind = _come_or_gone(before, after, come, gone, ChangeKind.STATUS)
        where = f"{authority}, drug"
        yield _change(Effect.ADVICE, kind, drug, where, before or _NONE, after or _NONE)


def _change(
    effect: Effect, kind: ChangeKind, subject: str, where: str, before: str, after: str
) -> Change:
    return Change(
        effect=effect, kind=kind, subject=subject, where=where, before=before, after=after
    )
