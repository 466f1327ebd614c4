"""Whether a laboratory's statements can be found and put into words, before anyone is advised."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from pgx.errors import KnowledgeError, OverlayError
from pgx.messages.catalogue import ENGLISH_PHRASES, Phrases
from pgx.phenotypes.translate import INDETERMINATE, NO_SCORE
from pgx.recommendations.conditions import render_condition
from pgx.recommendations.index import build_index
from pgx.recommendations.result_keys import DIPLOTYPES
from pgx.recommendations.topics import Topic
from pgx.recommendations.wording import render_implications, render_statement
from pgx.records.advice import (
    ANY_KEY,
    DOSE_ACTIONS,
    LOCAL,
    NO_RESULT,
    Drug,
    Guideline,
    LocalStatement,
    Statement,
)
from pgx.records.genes import GeneDefinition, Strategy, core_allele, format_diplotype

__all__ = ["check_local_statements"]

_TESTED: Final = re.compile(r"\*\d{2,3}:\d{2,4} (positive|negative)", re.ASCII)
_MAX_FACTOR: Final = 100.0
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
        Those of the release with the laboratory's; those of the release are not looked at.
    phrases
        Language into which every statement is put.

    Raises
    ------
    OverlayError
        A drug, guideline, gene, population or key of a local statement is not known, a dose
        factor is none, a code has no wording, two statements answer the same keys, or a local
        drug has no statement.
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
    lookups = {gene for product in it.lookup for gene, _ in product}
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
    for product in it.lookup:
        for gene, listed in product:
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
    """Return why no result of a gene has a key, "" if one can."""
    if key in (ANY_KEY, NO_RESULT):
        return ""
    if gene.strategy is Strategy.OUTSIDE:
        return "" if _TESTED.fullmatch(key) else "is not like '*57:01 positive'"
    if key.startswith(f"{DIPLOTYPES} "):
        return _diplotype_problem(gene, key.removeprefix(f"{DIPLOTYPES} "))
    if not gene.rules:
        return _diplotype_problem(gene, key)
    known = {rule.lookup_key for rule in gene.rules}
    known.add(NO_SCORE if gene.scored else INDETERMINATE)
    return "" if key in known else f"is none of {', '.join(sorted(known))}"


def _diplotype_problem(gene: GeneDefinition, name: str) -> str:
    """Return why a diplotype is none, or is not printed like this."""
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
    """Refuse statements that disagree, and one that another always comes before."""
    try:
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
