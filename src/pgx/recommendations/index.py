"""Index of guidance: statements enter, a table per drug that answers by lookup keys leaves.

A `Topic` is one authority's guideline on one drug: its genes in order, its populations,
and for each population a dictionary from one key per gene to a statement. Tests of single
alleles ("*57:01 positive") may stand side by side in one gene; a topic listens to one
allele per gene, so that a person's other tests do not disturb it.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from types import MappingProxyType
from typing import Final

import msgspec

from pgx.alleles.outcome import LISTED_FROM
from pgx.base.advice import (
    ANY_KEY,
    NO_RESULT,
    UNINFORMATIVE_KEYS,
    Drug,
    DrugStatus,
    LookupProduct,
    Statement,
)
from pgx.base.calls import GeneCall
from pgx.base.errors import KnowledgeError, UnknownDrugError
from pgx.base.genes import GeneDefinition
from pgx.knowledge.later import LaterChange
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.recommendations.reference import copies_of, reference_keys
from pgx.recommendations.updates import newer_version

__all__ = [
    "CONFIDENCE",
    "DIPLOTYPES",
    "OTHER_DIPLOTYPE",
    "GuidanceIndex",
    "Topic",
    "allele_of_key",
    "build_index",
    "diplotype_keys",
    "guidance_of",
]

_TESTED: Final = (" positive", " negative")
DIPLOTYPES: Final = "diplotype"
"""How keys that are pairs of alleles begin, and what `allele_of_key` calls them."""
OTHER_DIPLOTYPE: Final = f"{DIPLOTYPES} another"
"""Key of what a list of candidates leaves out."""
CONFIDENCE: Final = 0.99
"""Least posterior probability of certain advice, unless a run asks for another."""
Combination = tuple[str, ...]


def diplotype_keys(call: GeneCall) -> list[tuple[str, float | None]]:
    """Return the diplotypes that a call leaves possible, best first, with their probabilities.

    What the list of candidates leaves out counts as `OTHER_DIPLOTYPE`: of weighed candidates
    where together they are as probable as one that is listed, or a position is unknown, for
    there the improbable may be true.
    """
    listed = [(f"{DIPLOTYPES} {c.diplotype}", c.probability) for c in call.candidates]
    if not listed and call.diplotype:
        listed = [(f"{DIPLOTYPES} {call.diplotype}", 1.0)]
    weighed = all(probability is not None for _, probability in listed)
    weighs = not weighed or (call.rest or 0.0) >= LISTED_FROM
    if call.n_candidates > len(call.candidates) and (call.missing or weighs):
        listed.append((OTHER_DIPLOTYPE, call.rest if weighed else None))
    return listed


@functools.lru_cache(maxsize=4096)
def allele_of_key(key: str) -> str:
    """Return the allele that a key tests, or "" for a key about the whole gene.

    A pair of alleles is a language of its own (`DIPLOTYPES`).

    >>> allele_of_key("*57:01 positive"), allele_of_key("Normal Metabolizer")
    ('*57:01', '')
    >>> allele_of_key("diplotype *1/*28")
    'diplotype'
    """
    if key.startswith(f"{DIPLOTYPES} "):
        return DIPLOTYPES
    return key.rpartition(" ")[0] if key.endswith(_TESTED) else ""


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """Guidance of one guideline on one drug.

    ``alleles`` names, per gene, the allele that the keys test ("" for none). ``anything``
    are genes of which any result will do. ``keys`` are, per gene, the keys that statements
    use. ``kinds`` numbers the distinct advice of statements, by statement id. ``references`` are,
    per gene, the keys of its reference genotype, empty where it is not known. ``updated`` is the
    date of a newer version that the release does not hold, empty without. A topic without
    populations is guidance that has not been read yet.
    """

    drug: Drug
    guideline_id: str
    genes: tuple[str, ...]
    alleles: tuple[str, ...]
    anything: frozenset[str]
    keys: tuple[tuple[str, ...], ...]
    statements: dict[str, dict[Combination, Statement]]
    kinds: dict[str, int] = {}
    references: tuple[tuple[str, ...], ...] = ()
    updated: str = ""

    @property
    def populations(self) -> tuple[str, ...]:
        """Codes of the populations with statements, A–Z."""
        return tuple(sorted(self.statements)) or ("general",)

    def keys_of(self, position: int, call: GeneCall) -> tuple[str, ...]:
        """Return those of a call's keys that this topic listens to, in their order."""
        if self.alleles[position] == DIPLOTYPES:
            return self.own_keys(position, [name for name, _ in diplotype_keys(call)])
        return self.own_keys(position, call.lookup_keys)

    def own_keys(self, position: int, keys: Sequence[str]) -> tuple[str, ...]:
        """Return those of a gene's keys that this topic listens to, in their order."""
        allele = self.alleles[position]
        return tuple([key for key in keys if allele_of_key(key) == allele and key != NO_RESULT])

    def find(self, population: str, combination: Combination) -> Statement | None:
        """Return the statement for one key per gene, None where the guideline has none.

        A result of one gene of several that says nothing (`UNINFORMATIVE_KEYS`), and of which the
        guideline does not speak, counts as no result: what the other genes say is not lost.
        """
        if self.anything:
            pairs = zip(self.genes, combination, strict=True)
            combination = tuple(ANY_KEY if g in self.anything else key for g, key in pairs)
        known = self.statements.get(population, {})
        found = known.get(combination)
        return found or _by_the_others(known, self.genes, combination)


def _by_the_others(
    known: Mapping[Combination, Statement], genes: Sequence[str], combination: Combination
) -> Statement | None:
    """Return the statement without those genes whose result says nothing."""
    mute = {g for g, key in zip(genes, combination, strict=True) if key in UNINFORMATIVE_KEYS}
    if not 0 < len(mute) < len(genes):
        return None
    pairs = zip(genes, combination, strict=True)
    found = known.get(tuple(NO_RESULT if gene in mute else key for gene, key in pairs))
    if found is None:
        return None
    absent = {f"not_genotyped={g}": f"not_assignable={g}" for g in mute}
    notes = tuple(absent.get(note, note) for note in found.notes)
    return msgspec.structs.replace(found, notes=notes)


def _order(topic: Topic) -> tuple[str, str, str, tuple[str, ...], tuple[str, ...]]:
    name = topic.drug.drug.casefold()
    return name, topic.drug.authority, topic.guideline_id, topic.genes, topic.alleles


class GuidanceIndex:
    """All topics, A–Z by drug; holds a memory of what was advised, for cohorts.

    ``confidence`` is the least posterior probability of certain advice.
    """

    def __init__(self, topics: Iterable[Topic], confidence: float = CONFIDENCE) -> None:
        self.confidence = confidence
        self.topics: tuple[Topic, ...] = tuple(sorted(topics, key=_order))
        self.memory: dict[object, object] = {}

    def at(self, confidence: float) -> GuidanceIndex:
        """Return the same guidance with another confidence; what was advised is shared."""
        other = GuidanceIndex((), confidence)
        other.topics, other.memory = self.topics, self.memory
        return other

    @property
    def drugs(self) -> tuple[str, ...]:
        """Names of all drugs, A–Z."""
        return tuple(dict.fromkeys(topic.drug.drug for topic in self.topics))

    def select(self, names: Iterable[str] | None) -> tuple[Topic, ...]:
        """Return the topics of some drugs, or all.

        Raises
        ------
        UnknownDrugError
            The index has no such drug.
        """
        if names is None:
            return self.topics
        wanted = {name.casefold() for name in names}
        known = {name.casefold() for name in self.drugs}
        if wanted - known:
            raise UnknownDrugError(
                f"no guidance on {', '.join(sorted(wanted - known))}",
                remedy="pgx kb drugs lists every drug",
            )
        return tuple(topic for topic in self.topics if topic.drug.drug.casefold() in wanted)


def _expand(lookup: Iterable[LookupProduct], genes: Sequence[str]) -> Iterator[Combination]:
    for factors in lookup:
        keys = dict(factors)
        yield from product(*(keys.get(gene, (ANY_KEY,)) for gene in genes))


def _tested_alleles(statement: Statement, genes: Sequence[str]) -> list[set[str]]:
    """Return the alleles that a statement's keys test in each gene; none where it needs none."""
    found: dict[str, set[str]] = {gene: set() for gene in genes}
    for factors in statement.lookup:
        for gene, keys in factors:
            own = found.setdefault(gene, set())  # a damaged table may name others: verify tells
            own.update([allele_of_key(k) for k in keys if k not in (NO_RESULT, ANY_KEY)])
    return [found[gene] for gene in genes]


def _mentions(tested: Sequence[set[str]], alleles: Combination) -> bool:
    """Whether a statement that tests some alleles of each gene listens to these."""
    return all(not own or allele in own for own, allele in zip(tested, alleles, strict=True))


def _tabulate(
    statements: Iterable[Statement], genes: Sequence[str], alleles: Combination
) -> dict[str, dict[Combination, Statement]]:
    table: dict[str, dict[Combination, Statement]] = {}
    for statement in statements:
        rows = table.setdefault(statement.population, {})
        for combination in _expand(statement.lookup, genes):
            pairs = zip(combination, alleles, strict=True)
            if any(k not in (NO_RESULT, ANY_KEY) and allele_of_key(k) != a for k, a in pairs):
                continue
            other = rows.setdefault(combination, statement)
            if other is not statement and other.advice != statement.advice:
                raise KnowledgeError(
                    f"statements {other.id} and {statement.id} disagree",
                    where=f"{statement.drug}, {statement.population}, {', '.join(combination)}",
                    remedy="rebuild the knowledge base",
                )
    return table


def _topics(drug: Drug, guideline_id: str, statements: Sequence[Statement]) -> Iterator[Topic]:
    genes = tuple(sorted({gene for statement in statements for gene in statement.genes}))
    tested = [_tested_alleles(statement, genes) for statement in statements]
    choices = [sorted(set().union(*own)) or [""] for own in zip(*tested, strict=True)]
    for alleles in product(*choices):
        own = [s for s, t in zip(statements, tested, strict=True) if _mentions(t, alleles)]
        table = _tabulate(own, genes, alleles)
        combinations = [c for rows in table.values() for c in rows]
        keys = tuple(tuple(sorted({c[i] for c in combinations})) for i in range(len(genes)))
        yield Topic(
            drug=drug,
            guideline_id=guideline_id,
            genes=genes,
            alleles=alleles,
            anything=frozenset(
                g for g, own_keys in zip(genes, keys, strict=True) if ANY_KEY in own_keys
            ),
            keys=keys,
            statements=table,
            kinds=_number_advice(own),
        )


def _number_advice(statements: Iterable[Statement]) -> dict[str, int]:
    numbers: dict[tuple[object, ...], int] = {}
    return {s.id: numbers.setdefault(s.advice, len(numbers)) for s in statements}


def build_index(
    drugs: Iterable[Drug],
    statements: Iterable[Statement],
    confidence: float = CONFIDENCE,
    changes: Iterable[LaterChange] = (),
    genes: Mapping[str, GeneDefinition] = MappingProxyType({}),
) -> GuidanceIndex:
    """Index statements by drug and guideline; drugs without any become pending topics.

    ``changes`` are those of published knowledge that the release knows of, see `newer_version`;
    ``genes`` are definitions, from which the reference genotypes are taken, see `may_alert`.

    Raises
    ------
    KnowledgeError
        Two statements give different advice for the same keys, a statement's drug is not
        among the drugs, or a covered drug has no statement.
    """
    groups: dict[tuple[str, str, str, tuple[str, ...]], list[Statement]] = {}
    for statement in sorted(statements, key=lambda s: s.id):
        group = (statement.authority, statement.drug, statement.guideline_id)
        groups.setdefault((*group, statement.genes), []).append(statement)
    known = {(drug.authority, drug.drug): drug for drug in drugs}
    topics: list[Topic] = []
    for (authority, name, guideline_id, _), own in groups.items():
        if (authority, name) not in known:
            raise KnowledgeError(f"statements on {name}, which is not among the drugs")
        topics.extend(_topics(known[authority, name], guideline_id, own))
    answered = {(authority, name) for authority, name, _, _ in groups}
    silent = [k for k, d in known.items() if d.status is DrugStatus.COVERED and k not in answered]
    if silent:
        raise KnowledgeError(
            f"no statement on {silent[0][1]}, which is among the covered drugs",
            where=silent[0][0],
            remedy="rebuild the knowledge base",
        )
    topics.extend(
        Topic(
            drug=drug,
            guideline_id=next(iter(drug.guidelines), ""),
            genes=drug.genes,
            alleles=("",) * len(drug.genes),
            anything=frozenset(),
            keys=((),) * len(drug.genes),
            statements={},
        )
        for drug in known.values()
        if drug.status is DrugStatus.PENDING
    )
    return GuidanceIndex(_completed(topics, tuple(changes), genes), confidence)


def guidance_of(knowledge: KnowledgeBase, confidence: float = CONFIDENCE) -> GuidanceIndex:
    """Return the index of a release, with the changes that it knows of; see `build_index`."""
    return build_index(
        knowledge.drugs,
        knowledge.statements,
        confidence,
        knowledge.later_changes,
        knowledge.genes,
    )


def _completed(
    topics: Iterable[Topic],
    changes: Sequence[LaterChange],
    genes: Mapping[str, GeneDefinition],
) -> Iterator[Topic]:
    keys = {name: reference_keys(gene) for name, gene in genes.items()}
    for topic in topics:
        drug = topic.drug
        yield msgspec.structs.replace(
            topic,
            updated=newer_version(drug.authority, drug.drug, topic.genes, changes),
            references=tuple(
                _references(genes[gene], keys[gene], allele) if gene in genes else ()
                for gene, allele in zip(topic.genes, topic.alleles, strict=True)
            ),
        )


def _references(gene: GeneDefinition, keys: tuple[str, ...], allele: str) -> tuple[str, ...]:
    """Return the keys of a gene's reference genotype in the language of a topic."""
    if allele == DIPLOTYPES:
        names = ("/".join([gene.default_allele] * n) for n in copies_of(gene))
        return tuple(f"{DIPLOTYPES} {name}" for name in names)
    return (f"{allele}{_TESTED[1]}",) if allele else keys
