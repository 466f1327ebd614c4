"""Index of guidance: from statements to a lookup table per drug.

Statements that together give one recommendation form one `Topic`: those of one guideline on one
drug and the same genes, and those of several entries of one document. Tests of different alleles
are separate topics, unless the knowledge base defines their precedence. A topic also records
whether its guideline was updated since the release (`newer_version`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product

import msgspec

from pgx.errors import KnowledgeError, UnknownDrugError
from pgx.knowledge.later import ChangeState, LaterChange
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.recommendations.result_keys import (
    DIPLOTYPES,
    NEGATIVE,
    OTHER_DIPLOTYPE,
    WHOLE_GENE,
    PhenotypeKeys,
    allele_of_key,
    copies_of,
    reference_keys,
)
from pgx.recommendations.topics import Combination, Languages, Topic
from pgx.records.advice import (
    ANY_KEY,
    CONFIDENCE,
    NO_RESULT,
    Drug,
    DrugStatus,
    LookupProduct,
    SetRelation,
    Statement,
    StatementSet,
)
from pgx.records.genes import GeneDefinition

__all__ = [
    "DIPLOTYPES",
    "OTHER_DIPLOTYPE",
    "Combination",
    "GuidanceIndex",
    "Topic",
    "allele_of_key",
    "build_index",
    "guidance_of",
    "newer_version",
]


def _order(topic: Topic) -> tuple[str, str, str, tuple[str, ...], tuple[str, ...]]:
    name = topic.drug.drug.casefold()
    return name, topic.drug.authority, topic.guideline_id, topic.genes, topic.alleles


class GuidanceIndex:
    """All topics, A–Z by drug, with a cache of recommendations for cohorts.

    ``confidence`` is the minimum posterior probability of a certain recommendation.
    """

    def __init__(self, topics: Iterable[Topic], confidence: float = CONFIDENCE) -> None:
        self.confidence = confidence
        self.topics: tuple[Topic, ...] = tuple(sorted(topics, key=_order))
        self.memory: dict[object, object] = {}

    def at(self, confidence: float) -> GuidanceIndex:
        """Return the same guidance with another confidence; the cache is shared."""
        # What was advised does not depend on the confidence, so that its memory is shared.
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


def _languages(statement: Statement, genes: Sequence[str]) -> list[set[str]]:
    """Return the type of a statement's keys for each gene; empty if it needs none."""
    found: dict[str, set[str]] = {gene: set() for gene in genes}
    for factors in statement.lookup:
        for gene, keys in factors:
            own = found.setdefault(gene, set())  # a damaged table may name others: verify tells
            own.update([allele_of_key(k) for k in keys if k not in (NO_RESULT, ANY_KEY)])
    return [found[gene] for gene in genes]


def _mentions(spoken: Sequence[set[str]], languages: Sequence[Languages]) -> bool:
    """Whether a statement with these key types belongs to a topic."""
    return all(not own or own & {*any_of} for own, any_of in zip(spoken, languages, strict=True))


def _tabulate(
    statements: Iterable[Statement], genes: Sequence[str], languages: Sequence[Languages]
) -> dict[str, dict[Combination, Statement]]:
    table: dict[str, dict[Combination, Statement]] = {}
    for statement in statements:
        rows = table.setdefault(statement.population, {})
        for combination in _expand(statement.lookup, genes):
            pairs = zip(combination, languages, strict=True)
            if any(k not in (NO_RESULT, ANY_KEY) and allele_of_key(k) not in a for k, a in pairs):
                continue
            # Statements may overlap where they say the same; contradictions are refused.
            other = rows.setdefault(combination, statement)
            if other is not statement and other.advice != statement.advice:
                raise KnowledgeError(
                    f"statements {other.id} and {statement.id} disagree",
                    where=f"{statement.drug}, {statement.population}, {', '.join(combination)}",
                    remedy="rebuild the knowledge base",
                )
    return table


class _Guideline(msgspec.Struct, frozen=True):
    """Statements of one recommendation: one drug, one document and the same genes."""

    drug: Drug
    guideline_id: str
    statements: tuple[Statement, ...]
    sets: tuple[StatementSet, ...]


def _choices(gene: str, spoken: Iterable[str], sets: Iterable[StatementSet]) -> list[Languages]:
    """Return the key types of one gene, grouped if one statement covers them.

    A statement on a pair of alleles is more specific than one on a phenotype. Tested alleles are
    separate, unless a set of statements defines their precedence.
    """
    left = sorted({*spoken}) or [WHOLE_GENE]
    found: list[Languages] = []
    ranked = [s.alleles for s in sets if s.relation is SetRelation.ONE_ANSWER and gene in s.genes]
    # A gene's phenotype and its diplotypes always belong together: a guideline that lists some
    # diplotypes means all others by their phenotype.
    for together in [(DIPLOTYPES, WHOLE_GENE), *ranked]:
        if len(together) > 1 and {*together} <= {*left}:
            found.append(together)
            left = [language for language in left if language not in together]
    return [*found, *((language,) for language in left)]


class _Phenotypes:
    """Phenotype keys of genes, computed on first use."""

    def __init__(self, genes: Mapping[str, GeneDefinition]) -> None:
        self._genes = genes
        self._made: dict[str, PhenotypeKeys] = {}

    def of(self, gene: str, languages: Languages, own: _Guideline) -> PhenotypeKeys | None:
        """Return a gene's phenotype keys if statements are on diplotypes.

        Raises
        ------
        KnowledgeError
            The gene is not known, and statements are on its phenotypes too.
        """
        if DIPLOTYPES not in languages or (gene not in self._genes and len(languages) == 1):
            return None
        if gene not in self._genes:
            raise KnowledgeError(
                f"statements on diplotypes and phenotypes of {gene}, which is not among the genes",
                where=own.drug.drug,
                remedy="rebuild the knowledge base",
            )
        if gene not in self._made:
            self._made[gene] = PhenotypeKeys(self._genes[gene])
        return self._made[gene]


def _topics(own: _Guideline, phenotypes: _Phenotypes) -> Iterator[Topic]:
    names = tuple(sorted({gene for statement in own.statements for gene in statement.genes}))
    spoken = [_languages(statement, names) for statement in own.statements]
    choices = [
        _choices(name, set().union(*of_gene), own.sets)
        for name, of_gene in zip(names, zip(*spoken, strict=True), strict=True)
    ]
    for languages in product(*choices):
        pairs = zip(own.statements, spoken, strict=True)
        statements = [s for s, said in pairs if _mentions(said, languages)]
        table = _tabulate(statements, names, languages)
        combinations = [c for rows in table.values() for c in rows]
        keys = tuple(tuple(sorted({c[i] for c in combinations})) for i in range(len(names)))
        used = zip(names, keys, strict=True)
        yield Topic(
            drug=own.drug,
            guideline_id=own.guideline_id,
            genes=names,
            languages=languages,
            anything=frozenset(name for name, own_keys in used if ANY_KEY in own_keys),
            keys=keys,
            statements=table,
            kinds=_number_advice(statements),
            phenotypes=tuple(
                phenotypes.of(name, own_languages, own)
                for name, own_languages in zip(names, languages, strict=True)
            ),
        )


def _number_advice(statements: Iterable[Statement]) -> dict[str, int]:
    numbers: dict[tuple[object, ...], int] = {}
    return {s.id: numbers.setdefault(s.advice, len(numbers)) for s in statements}


def guidance_of(knowledge: KnowledgeBase, confidence: float = CONFIDENCE) -> GuidanceIndex:
    """Index the statements of a release; see `build_index`."""
    return build_index(
        knowledge.drugs,
        knowledge.statements,
        knowledge.genes,
        knowledge.statement_sets,
        confidence=confidence,
        changes=knowledge.later_changes,
    )


def build_index(
    drugs: Iterable[Drug],
    statements: Iterable[Statement],
    genes: Mapping[str, GeneDefinition] | None = None,
    sets: Iterable[StatementSet] = (),
    *,
    confidence: float = CONFIDENCE,
    changes: Iterable[LaterChange] = (),
) -> GuidanceIndex:
    """Index statements by drug and guideline; drugs without any become pending topics.

    Parameters
    ----------
    drugs, statements
        Those of a release, or of a laboratory.
    genes
        Genes by name, to translate diplotypes if a guideline is on diplotypes and on phenotypes,
        and for the reference genotypes, see `may_alert`.
    sets
        Statements with precedence, or additive ones.
    confidence
        Minimum posterior probability of a certain recommendation, 0.5 to 1.
    changes
        Known guideline updates, see `newer_version`.

    Raises
    ------
    KnowledgeError
        Two statements contradict each other for the same keys, a statement's drug is not among the
        drugs, a covered drug has no statement, or a gene with guideline statements by diplotype and
        by phenotype is not known.
    """
    known = {(drug.authority, drug.drug): drug for drug in drugs}
    # In a fixed order, so that numbers of distinct advice are the same for any order of rows.
    listed = sorted(statements, key=lambda s: s.id)
    phenotypes = _Phenotypes(genes or {})
    topics: list[Topic] = []
    for own in _guidelines(listed, known, tuple(sets)):
        topics.extend(_topics(own, phenotypes))
    answered = {(statement.authority, statement.drug) for statement in listed}
    silent = [k for k, d in known.items() if d.status is DrugStatus.COVERED and k not in answered]
    if silent:
        raise KnowledgeError(
            f"no statement on {silent[0][1]}, which is among the covered drugs",
            where=silent[0][0],
            remedy="rebuild the knowledge base",
        )
    topics.extend(_pending(drug) for drug in known.values() if drug.status is DrugStatus.PENDING)
    return GuidanceIndex(_completed(topics, tuple(changes), genes or {}), confidence)


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
                _references(genes[gene], keys[gene], languages) if gene in genes else ()
                for gene, languages in zip(topic.genes, topic.languages, strict=True)
            ),
        )


def _references(
    gene: GeneDefinition, keys: tuple[str, ...], languages: Languages
) -> tuple[str, ...]:
    """Return the keys of a gene's reference genotype, in the key types of a topic."""
    if languages[0] not in (DIPLOTYPES, WHOLE_GENE):
        return (f"{languages[0]}{NEGATIVE}",)  # the first tested allele stands for all
    names = ("/".join([gene.default_allele] * n) for n in copies_of(gene))
    pairs = tuple(f"{DIPLOTYPES} {name}" for name in names) if DIPLOTYPES in languages else ()
    return (*pairs, *keys) if WHOLE_GENE in languages else pairs


def _guidelines(
    statements: Iterable[Statement],
    drugs: Mapping[tuple[str, str], Drug],
    sets: Sequence[StatementSet],
) -> Iterator[_Guideline]:
    """Group the statements of one guideline, or of one document's entries."""
    groups: dict[tuple[str, str, str, tuple[str, ...]], list[Statement]] = {}
    for statement in statements:
        own = [s for s in sets if s.holds(statement) and s.relation is SetRelation.ONE_ANSWER]
        guideline = own[0].guidelines[0] if own else statement.guideline_id
        key = (statement.authority, statement.drug, guideline, statement.genes)
        groups.setdefault(key, []).append(statement)
    for (authority, name, guideline, _), found in groups.items():
        if (authority, name) not in drugs:
            raise KnowledgeError(f"statements on {name}, which is not among the drugs")
        of_drug = tuple(s for s in sets if s.holds(found[0]))
        yield _Guideline(drugs[authority, name], guideline, tuple(found), of_drug)


def _pending(drug: Drug) -> Topic:
    """Return the topic of a drug without statements."""
    return Topic(
        drug=drug,
        guideline_id=next(iter(drug.guidelines), ""),
        genes=drug.genes,
        languages=((WHOLE_GENE,),) * len(drug.genes),
        anything=frozenset(),
        keys=((),) * len(drug.genes),
        statements={},
    )


def newer_version(
    authority: str, drug: str, genes: Sequence[str], changes: Iterable[LaterChange]
) -> str:
    """Return the date of the newest guideline version that is not fully in a release.

    Parameters
    ----------
    authority, drug, genes
        Subject of the guideline.
    changes
        Known guideline updates. One of an unknown authority is ignored, because its guideline
        cannot be identified.

    Returns
    -------
    str
        ISO 8601, with the precision given by the authority (``2026-07``); empty without one.
    """
    dates = [
        change.date
        for change in changes
        if change.state is not ChangeState.APPLIED
        and _is_of(change.authority, authority)
        and drug.casefold() in map(str.casefold, change.drugs)
        and (not change.genes or not set(change.genes).isdisjoint(genes))
    ]
    return max(dates, default="")


def _is_of(changed: str, authority: str) -> bool:
    """Whether an authority made a change; one with several sources (``FDA``) is meant by each."""
    return bool(changed) and (authority == changed or authority.startswith(f"{changed}_"))
