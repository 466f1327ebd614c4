"""Checks of guidance before use.

`coverage_findings` compares results with statements: keys that no result has, results without a
statement. A gap is a key for which a topic has no statement, whatever the other genes are; sources
that cover only some results have none. `answer_set_findings` names guidelines that would print
several rows for one result: those of several topics (tests of different alleles, statements on
different genes), and several guidelines of one source on the same drug and genes. The knowledge
base says of each that one statement answers, or that the rows add up. `check_local_statements`
refuses a laboratory's statements that cannot be found or put into words.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Final

from pgx.errors import KnowledgeError, OverlayError
from pgx.messages.catalogue import ENGLISH_PHRASES, Phrases
from pgx.phenotypes import INDETERMINATE, NO_SCORE
from pgx.recommendations.conditions import render_condition
from pgx.recommendations.index import GuidanceIndex, build_index
from pgx.recommendations.result_keys import ALLELE_TEST, DIPLOTYPES, WHOLE_GENE, Reach
from pgx.recommendations.topics import Combination, Topic
from pgx.recommendations.wording import render_implications, render_statement
from pgx.records.advice import (
    ANY_KEY,
    DOSE_ACTIONS,
    LOCAL,
    NO_RESULT,
    UNINFORMATIVE_KEYS,
    Drug,
    FaultCode,
    Finding,
    Guideline,
    KnownGap,
    LocalStatement,
    SetRelation,
    Statement,
    StatementSet,
)
from pgx.records.genes import GeneDefinition, Strategy, core_allele, format_diplotype

__all__ = [
    "answer_set_findings",
    "check_local_statements",
    "coverage_findings",
    "is_additive",
    "topics_together",
]

_Place = tuple[str, str, str]  # authority, drug, gene


class _Gaps:
    """The known gaps, and which of them were met."""

    def __init__(self, known: Iterable[KnownGap]) -> None:
        self._known = tuple(known)
        self._keys: dict[_Place, set[str]] = {}
        for gap in self._known:
            for drug in gap.drug:
                self._keys.setdefault((gap.authority, drug, gap.gene), set()).update(gap.keys)
        self._met: set[tuple[_Place, str]] = set()

    def excuse(self, place: _Place, key: str) -> bool:
        """Whether a gap is known; records that it was found."""
        authority, drug, gene = place
        for name in (drug, ANY_KEY):
            if key in self._keys.get((authority, name, gene), ()):
                self._met.add(((authority, name, gene), key))
                return True
        return False

    def closed(self) -> Iterator[Finding]:
        """Yield entries that were not found: closed gaps."""
        # Line 1 of the table is its header.
        for line, gap in enumerate(self._known, 2):
            for drug in gap.drug:
                place = (gap.authority, drug, gap.gene)
                idle = [key for key in gap.keys if (place, key) not in self._met]
                if idle:
                    yield Finding(
                        code=FaultCode.NO_GAP, table="known_gaps", where=f"line {line}",
                        what=f"{gap.authority} on {drug}, {gap.gene}: no gap is {', '.join(idle)}",
                        remedy="remove it from curated/known_gaps.tsv and rebuild",
                    )  # fmt: skip


def coverage_findings(
    genes: Mapping[str, GeneDefinition],
    statements: Iterable[Statement],
    index: GuidanceIndex,
    known_gaps: Iterable[KnownGap],
    complete: Collection[str],
) -> list[Finding]:
    """Compare the possible results with the statements.

    Parameters
    ----------
    genes
        Genes by name.
    statements, index
        Statements, and the index built from them.
    known_gaps
        Gaps of the published sources.
    complete
        Authorities that are expected to cover every result.

    Returns
    -------
    list of Finding
        Unreachable keys, results without a statement, and closed known gaps.
    """
    reach = {name: Reach(gene) for name, gene in genes.items()}
    gaps = _Gaps(known_gaps)
    found = list(_unreachable(statements, reach, gaps))
    for topic in index.topics:
        if topic.drug.authority in complete and _is_read_by_result(topic, reach):
            found.extend(_unanswered(topic, reach, gaps))
    return [*found, *gaps.closed()]


def _unreachable(
    statements: Iterable[Statement], reach: Mapping[str, Reach], gaps: _Gaps
) -> Iterator[Finding]:
    for statement in statements:
        pairs = {(g, k) for factors in statement.lookup for g, keys in factors for k in keys}
        for gene, key in sorted(pairs):
            if gene in reach and reach[gene].holds(key):
                continue
            if not gaps.excuse((statement.authority, statement.drug, gene), key):
                yield Finding(
                    code=FaultCode.UNREACHABLE, table="statements", where=statement.id,
                    what=f"no result of {gene} is {key}" + ("" if gene in reach else ", no gene"),
                    remedy="read the source's key into ours, or list it in known_gaps.tsv",
                )  # fmt: skip


def _is_read_by_result(topic: Topic, reach: Mapping[str, Reach]) -> bool:
    """Whether a topic has statements by phenotype, score or test; pairs of alleles are too many.

    If it has statements of both kinds, each phenotype needs one: a diplotype without a statement is
    looked up by its phenotype.
    """
    own = [gene for gene in topic.genes if gene not in topic.anything]
    return (
        bool(topic.statements)
        and (DIPLOTYPES,) not in topic.languages
        and all(gene in reach for gene in own)
    )


def _results(topic: Topic, reach: Mapping[str, Reach]) -> list[tuple[str, ...]]:
    """Return, by gene, every key that a result has in the language of the topic."""
    results: list[tuple[str, ...]] = []
    for gene, languages in zip(topic.genes, topic.languages, strict=True):
        positive = tuple(f"{allele} positive" for allele in languages)
        tests = (f"{languages[0]} negative", *positive)  # the first stands for all that are absent
        keys = tuple(sorted(reach[gene].keys)) if WHOLE_GENE in languages else tests
        results.append((ANY_KEY,) if gene in topic.anything else keys)
    return results


def _unanswered(topic: Topic, reach: Mapping[str, Reach], gaps: _Gaps) -> Iterator[Finding]:
    results = _results(topic, reach)
    for population in topic.populations:
        # A gap that is known for one gene excuses all combinations with that key, so that the
        # remaining silence is new.
        everything = list(product(*results))
        silent = [c for c in everything if not _is_mute(c) and topic.find(population, c) is None]
        left = set(silent)
        for position, gene in enumerate(topic.genes):
            for key in results[position]:
                own = {c for c in everything if c[position] == key}
                is_gap = bool(own) and own <= set(silent)
                if is_gap and gaps.excuse((topic.drug.authority, topic.drug.drug, gene), key):
                    left -= own
        if left:
            yield _silence(topic, population, sorted(left))


def _is_mute(combination: Combination) -> bool:
    """Whether none of several genes has a result that a guideline could cover."""
    return len(combination) > 1 and UNINFORMATIVE_KEYS.issuperset(combination)


def _silence(topic: Topic, population: str, left: list[Combination]) -> Finding:
    drug = topic.drug
    shown = "; ".join(", ".join(combination) for combination in left[:5])
    more = f" and {len(left) - 5} more" if len(left) > 5 else ""
    return Finding(
        code=FaultCode.UNANSWERED,
        table="statements",
        where=f"{drug.authority} {drug.drug}",
        what=f"{topic.guideline_id} has no statement for {', '.join(topic.genes)}"
        f" {shown}{more} ({population})",
        remedy="read the missing rows, or list them in known_gaps.tsv with the reason",
    )


def topics_together(index: GuidanceIndex) -> list[tuple[Topic, ...]]:
    """Return the topics that are one guideline on one drug, or one source's on the same genes."""
    by_drug: dict[tuple[str, str], list[Topic]] = defaultdict(list)
    for topic in index.topics:
        if topic.statements:
            by_drug[topic.drug.authority, topic.drug.drug].append(topic)
    return [group for topics in by_drug.values() for group in _joined(topics)]


def _joined(topics: Iterable[Topic]) -> Iterator[tuple[Topic, ...]]:
    groups: list[tuple[Topic, ...]] = []
    for topic in topics:
        # A topic may join two groups that had nothing in common before.
        near = [group for group in groups if any(_related(topic, other) for other in group)]
        groups = [group for group in groups if group not in near]
        groups.append((*(other for group in near for other in group), topic))
    yield from groups


def _related(one: Topic, two: Topic) -> bool:
    return one.guideline_id == two.guideline_id or one.genes == two.genes


def is_additive(group: Sequence[Topic], sets: Iterable[StatementSet]) -> bool:
    """Whether the rows of some topics are additive according to the knowledge base."""
    statements = [s for t in group for own in t.statements.values() for s in own.values()]
    return any(
        one.relation is SetRelation.ADDITIVE and all(one.holds(s) for s in statements)
        for one in sets
    )


def answer_set_findings(index: GuidanceIndex, sets: Iterable[StatementSet]) -> Iterator[Finding]:
    """Yield guidelines that may print several rows for one result, and sets without statements.

    A laboratory's own guidelines are not checked: they are printed as written.
    """
    listed = tuple(sets)
    for group in topics_together(index):
        drug = group[0].drug
        if len(group) > 1 and drug.authority != LOCAL and not is_additive(group, listed):
            speaks = ", ".join(
                f"{topic.guideline_id} ({'; '.join(topic.genes)} {'; '.join(topic.alleles)})"
                for topic in group
            )
            yield Finding(
                code=FaultCode.CONTRADICTION,
                table="statements",
                where=f"{drug.authority} {drug.drug}",
                what=f"several statements may answer one result: {speaks}",
                remedy="say in statement_sets.tsv that one answers, or that they add up",
            )
    statements = [s for t in index.topics for own in t.statements.values() for s in own.values()]
    for line, one in enumerate(listed, 2):
        known = {s.guideline_id for s in statements if one.holds(s)}
        if known != set(one.guidelines):
            yield Finding(
                code=FaultCode.DANGLING,
                table="statement_sets",
                where=f"line {line}",
                what=f"no statement of {one.authority} on {one.drug} for one of its guidelines",
                remedy="correct the row or remove it",
            )


_MAX_FACTOR: Final = 100.0  # a share of the standard dose: more is a slip of the pen
_REMEDY: Final = "see docs/how-to/local-rules.md"


def check_local_statements(
    statements: Iterable[Statement],
    drugs: Iterable[Drug],
    guidelines: Iterable[Guideline],
    genes: Mapping[str, GeneDefinition],
    phrases: Phrases = ENGLISH_PHRASES,
) -> None:
    """Check a laboratory's statements.

    Parameters
    ----------
    statements, drugs, guidelines, genes
        Those of the release with the laboratory's; those of the release are not checked.
    phrases
        Language in which every statement is rendered.

    Raises
    ------
    OverlayError
        A drug, guideline, gene, population or key of a local statement is not known, a dose factor
        is invalid, a code has no wording, two statements have the same keys, or a local drug has no
        statement.
    """
    local = [s for s in statements if isinstance(s, LocalStatement)]
    named = {d.drug: d for d in drugs if d.authority == LOCAL}
    known = {g.guideline_id for g in guidelines if g.authority == LOCAL}
    for statement in local:
        _check_names(statement, named, known, genes, phrases)
        for problem in _problems(statement, genes):
            raise _refused(statement, problem)
        _check_words(statement, phrases)
    _check_drugs(named.values(), local, known, genes)
    _check_reach(named.values(), local, genes)


def _refused(statement: Statement, problem: str, remedy: str = "") -> OverlayError:
    return OverlayError(
        f"statement {statement.id}: {problem}", where="statements.tsv", remedy=remedy or _REMEDY
    )


def _check_names(
    it: LocalStatement,
    drugs: Mapping[str, Drug],
    guidelines: set[str],
    genes: Mapping[str, GeneDefinition],
    phrases: Phrases,
) -> None:
    lookups = {gene for factors in it.lookup for gene, _ in factors}
    problem = ""
    if it.drug not in drugs:
        problem = f"{it.drug} is not in drugs.tsv of the folder"
    elif it.guideline_id and it.guideline_id not in guidelines:
        problem = f"guideline {it.guideline_id} is not in guidelines.tsv of the folder"
    elif set(it.genes) - genes.keys():
        problem = f"no gene {min(set(it.genes) - genes.keys())!r}"
    elif any(len(p) != len(it.genes) for p in it.lookup) or lookups != set(it.genes):
        problem = "the lookup does not name each of its genes once"
    elif it.population not in phrases["population"]:
        problem = f"no population {it.population!r}"
    if problem:
        raise _refused(it, problem)


def _problems(it: LocalStatement, genes: Mapping[str, GeneDefinition]) -> Iterator[str]:
    for genes_keys in it.lookup:
        for gene, listed in genes_keys:
            for key in listed:
                problem = _key_problem(genes[gene], key)
                if problem:
                    yield f"key {key!r} of {gene} {problem}"
    factors = [f for f in (it.dose_factor_min, it.dose_factor_max) if f is not None]
    if not all(math.isfinite(f) and 0 <= f <= _MAX_FACTOR for f in factors):
        yield f"a dose factor is not between 0 and {_MAX_FACTOR:g}"
    elif factors != sorted(factors):
        yield "the lower dose factor is above the upper one"
    if it.action[0] in DOSE_ACTIONS and not (factors or it.starting_dose or it.dose_of):
        yield f"{it.action[0]} without a dose"
    if not all(pmid.isdecimal() and pmid.isascii() for pmid in it.pmids):
        yield "a PubMed identifier is no number"


def _key_problem(gene: GeneDefinition, key: str) -> str:
    """Return why no result of a gene can have a key, "" if one can."""
    if key in (ANY_KEY, NO_RESULT):
        return ""
    if gene.strategy is Strategy.OUTSIDE:
        return "" if ALLELE_TEST.fullmatch(key) else "is not like '*57:01 positive'"
    if key.startswith(f"{DIPLOTYPES} "):
        return _diplotype_problem(gene, key.removeprefix(f"{DIPLOTYPES} "))
    if not gene.rules:
        return _diplotype_problem(gene, key)
    known = {rule.lookup_key for rule in gene.rules}
    known.add(NO_SCORE if gene.scored else INDETERMINATE)
    return "" if key in known else f"is none of {', '.join(sorted(known))}"


def _diplotype_problem(gene: GeneDefinition, name: str) -> str:
    """Return why a diplotype is invalid, or not in standard form."""
    known = {core_allele(a.name) for a in gene.alleles}
    parts = name.split("/")
    strange = [part for part in parts if part not in known]
    if strange or len(parts) > 2:
        return f"is no diplotype: no allele {strange[0]}" if strange else "is no diplotype"
    printed = format_diplotype(parts, gene.default_allele)
    return "" if printed == name else f"is printed {printed}"


def _check_words(it: LocalStatement, phrases: Phrases) -> None:
    try:
        render_statement(it, phrases)
        render_condition(it.condition, it.drug, phrases)
        render_implications(it, phrases)
    except KnowledgeError as error:
        raise _refused(it, error.what, error.remedy) from error
    except (KeyError, ZeroDivisionError) as error:
        raise _refused(it, f"cannot be put into words: {error}") from error


def _check_drugs(
    drugs: Iterable[Drug],
    local: Sequence[LocalStatement],
    guidelines: set[str],
    genes: Mapping[str, GeneDefinition],
) -> None:
    advised = {statement.drug for statement in local}
    for drug in drugs:
        problem = ""
        if drug.drug not in advised:
            problem = "has no statement"
        elif set(drug.guidelines) - guidelines:
            problem = "names a guideline that is not in guidelines.tsv of the folder"
        elif set(drug.genes) - genes.keys():
            problem = f"names a gene that nobody knows: {min(set(drug.genes) - genes.keys())}"
        if problem:
            raise OverlayError(f"{drug.drug} {problem}", where="drugs.tsv", remedy=_REMEDY)


def _check_reach(
    drugs: Iterable[Drug], local: Sequence[LocalStatement], genes: Mapping[str, GeneDefinition]
) -> None:
    """Reject contradictory statements, and one that another always precedes."""
    try:
        # Without the release's statements: local advice stands beside theirs, and hides none.
        index = build_index(drugs, local, genes)
    except KnowledgeError as error:
        raise OverlayError(
            f"{error.what} ({error.where})", where="statements.tsv", remedy=_REMEDY
        ) from error
    reached = {name for topic in index.topics for name in _reached(topic)}
    for statement in local:
        if statement.id not in reached:
            raise _refused(statement, "its keys are answered by other statements already")


def _reached(topic: Topic) -> Iterator[str]:
    for population, rows in topic.statements.items():
        for combination, statement in rows.items():
            if topic.find(population, combination) is statement:
                yield statement.id
