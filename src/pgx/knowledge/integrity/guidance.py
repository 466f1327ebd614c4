"""Consistency of statements, conditions, guidelines and drugs: references, codes, doses."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from itertools import product
from typing import Final

from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.advice import (
    DOSE_ACTIONS,
    Drug,
    DrugStatus,
    FaultCode,
    Finding,
    Guideline,
    Statement,
    coded,
    split_condition,
)
from pgx.records.genes import GeneCode
from pgx.records.patient import AdviceCondition

__all__ = [
    "ATC",
    "CONDITION_SYSTEMS",
    "MAX_DOSE_FACTOR",
    "RXNORM",
    "code_faults",
    "condition_findings",
    "gene_code_faults",
    "guidance_findings",
]


RXNORM: Final = re.compile(r"[1-9]\d{0,7}")
ATC: Final = re.compile(r"[A-V]\d\d[A-Z]{2}\d\d")
CONDITION_SYSTEMS: Final = {
    "ICD-10": re.compile(r"[A-Z]\d\d(\.[0-9A-Z]{1,4})?"),
    "SNOMED": re.compile(r"[1-9]\d{5,17}"),
    "name": re.compile(r"[^A-Z\s][^A-Z]*"),
}


_GENE_CODES: Final = {
    "HGNC": re.compile(r"HGNC:[1-9]\d{0,5}"),
    "REFSEQ": re.compile(r"NC_\d{6}\.\d{1,2}"),
}


def gene_code_faults(codes: Iterable[GeneCode], genes: Container[str]) -> Iterator[Finding]:
    """Yield gene identifiers that are invalid, belong to no gene, or occur twice."""
    seen: set[tuple[str, str]] = set()
    owner: dict[str, str] = {}
    for code in codes:
        pattern, what = _GENE_CODES.get(code.system), ""
        if pattern is None or not pattern.fullmatch(code.code):
            what = f"{code.code!r} is no code of {code.system!r}"
        elif code.gene not in genes:
            what = f"there is no gene {code.gene!r}"
        elif (code.gene, code.system) in seen:
            what = f"a second code of {code.system}"
        elif code.system == "HGNC" and owner.setdefault(code.code, code.gene) != code.gene:
            what = f"{code.code} is {owner[code.code]}'s"
        seen.add((code.gene, code.system))
        if what:
            yield Finding(code=FaultCode.TERM, table="gene_codes", where=code.gene, what=what)


def code_faults(table: str, where: str, rxnorm: str, atc: Iterable[str]) -> Iterator[Finding]:
    """Yield codes that are not an RxNorm concept number or an ATC code of a substance."""
    if rxnorm and not RXNORM.fullmatch(rxnorm):
        what = f"{rxnorm!r} is no RxNorm number"
        yield Finding(code=FaultCode.TERM, table=table, where=where, what=what)
    for code in atc:
        if not ATC.fullmatch(code):
            what = f"{code!r} is no ATC code of a substance"
            yield Finding(code=FaultCode.TERM, table=table, where=where, what=what)


MAX_DOSE_FACTOR: Final = 10.0
"""No source advises more than five times the standard dose; ten leaves room."""
_PMID: Final = re.compile(r"[1-9]\d{0,8}")
_YEAR: Final = re.compile(r"(19|20)\d\d")


def guidance_findings(kb: KnowledgeBase) -> Iterator[Finding]:
    """Yield the faults of the drugs, guidelines and statements of a release."""
    guidelines = {g.guideline_id: g for g in kb.guidelines}
    dated = {row["source"] for row in kb.table("sources") if row["date"]}
    yield from _twice("drugs", (f"{d.authority} {d.drug.casefold()}" for d in kb.drugs))
    yield from _twice("guidelines", (g.guideline_id for g in kb.guidelines))
    yield from _twice("statements", (s.id for s in kb.statements))
    for guideline in kb.guidelines:
        yield from _guideline(guideline, kb.drugs)
    for drug in kb.drugs:
        yield from _drug(drug, kb.statements, guidelines)
    drugs = {(d.authority, d.drug): d for d in kb.drugs}
    populations = {p.population for p in kb.medicines_as_written.populations}
    for statement in kb.statements:
        yield from _references(statement, drugs, guidelines, populations)
        yield from _doses(statement)
        yield from _citation(statement, guidelines.get(statement.guideline_id), dated)
    yield from _contradictions(kb.statements)


def _twice(table: str, names: Iterable[str]) -> Iterator[Finding]:
    for name, count in Counter(names).items():
        if count > 1:
            yield Finding(
                code=FaultCode.TWICE, table=table, where=name, what=f"stands {count} times",
                remedy="remove all but one",
            )  # fmt: skip


def _guideline(guideline: Guideline, drugs: Iterable[Drug]) -> Iterator[Finding]:
    known = {d.drug for d in drugs if d.authority == guideline.authority}
    place = guideline.guideline_id
    for name in sorted(set(guideline.drugs) - known):
        what = f"{name} is not among the drugs of {guideline.authority}"
        yield _finding(FaultCode.DANGLING, "guidelines", place, what)
    if not guideline.url.startswith("https://"):
        yield _finding(FaultCode.SOURCE, "guidelines", place, "has no address")
    for pmid in guideline.pmids:
        if not _PMID.fullmatch(pmid):
            yield _finding(FaultCode.TERM, "guidelines", place, f"{pmid!r} is no PubMed number")
    for year in guideline.years:
        if not _YEAR.fullmatch(year):
            yield _finding(FaultCode.TERM, "guidelines", place, f"{year!r} is no year")


def _drug(
    drug: Drug, statements: Iterable[Statement], guidelines: dict[str, Guideline]
) -> Iterator[Finding]:
    place = f"{drug.authority} {drug.drug}"
    own = [s for s in statements if (s.authority, s.drug) == (drug.authority, drug.drug)]
    for identifier in sorted(set(drug.guidelines) - set(guidelines)):
        what = f"guideline {identifier} is not in guidelines.tsv"
        yield _finding(FaultCode.DANGLING, "drugs", place, what)
    if drug.status is DrugStatus.COVERED:
        lacking = set(drug.genes) - {gene for s in own for gene in s.genes}
        for gene in sorted(lacking):
            yield _finding(FaultCode.UNANSWERED, "drugs", place, f"no statement is on {gene}")
    elif not drug.reason or own:
        what = "is pending without a reason, or with statements"
        yield _finding(FaultCode.CONTRADICTION, "drugs", place, what)
    yield from code_faults("drugs", place, drug.rxnorm, drug.atc)


def _references(
    statement: Statement,
    drugs: dict[tuple[str, str], Drug],
    guidelines: dict[str, Guideline],
    populations: set[str],
) -> Iterator[Finding]:
    if (statement.authority, statement.drug) not in drugs:
        what = f"{statement.drug} is not among the drugs of {statement.authority}"
        yield _finding(FaultCode.DANGLING, "statements", statement.id, what)
    guideline = guidelines.get(statement.guideline_id)
    if guideline is None or guideline.authority != statement.authority:
        what = f"{statement.authority} has no guideline {statement.guideline_id}"
        yield _finding(FaultCode.DANGLING, "statements", statement.id, what)
    if populations and statement.population not in populations:
        what = f"population {statement.population} is not in populations.tsv"
        yield _finding(FaultCode.DANGLING, "statements", statement.id, what)
    named = {gene for factors in statement.lookup for gene, _ in factors}
    if named != set(statement.genes):
        what = f"looks up {', '.join(sorted(named))}, its genes are {', '.join(statement.genes)}"
        yield _finding(FaultCode.CONTRADICTION, "statements", statement.id, what)
    for fact in statement.drug_codes:
        _, codes = coded(fact)
        rxnorm, atc = (*codes, "", "")[:2]
        yield from code_faults("statements", statement.id, rxnorm, (atc,) if atc else ())


def _doses(statement: Statement) -> Iterator[Finding]:
    """Yield implausible dose factors: out of range, or inconsistent with their action."""
    low, high = statement.dose_factor_min, statement.dose_factor_max
    given = [factor for factor in (low, high) if factor is not None]
    if not given:
        return
    shown = "–".join(f"{factor:g}" for factor in given)
    # a range may be open at one end
    ordered = low is None or high is None or low <= high
    if not ordered or not all(0.0 < factor <= MAX_DOSE_FACTOR for factor in given):
        what = f"dose factor {shown} is not in order between 0 and {MAX_DOSE_FACTOR:g}"
        yield _finding(FaultCode.RANGE, "statements", statement.id, what)
    action = next((a for a in statement.action if a in DOSE_ACTIONS), None)
    if action is None or not statement.dose_as:
        what = f"dose factor {shown} without an action on the dose, or without dose_as"
        yield _finding(FaultCode.CONTRADICTION, "statements", statement.id, what)
    # a factor on the wrong side of 1 turns a reduction into an overdose
    wrong = (action == "reduce_dose" and max(given) > 1.0) or (
        action == "increase_dose" and min(given) < 1.0
    )
    if wrong:
        what = f"dose factor {shown} is on the other side of 1 than {action}"
        yield _finding(FaultCode.RANGE, "statements", statement.id, what)


def _citation(
    statement: Statement, guideline: Guideline | None, dated: set[str]
) -> Iterator[Finding]:
    years = guideline.years if guideline else ()
    if not statement.source or (statement.source not in dated and not years):
        yield _finding(FaultCode.SOURCE, "statements", statement.id, "has no source with a date")
    if not statement.pmids and not (guideline and guideline.url):
        what = "cites neither an article nor a guideline's page"
        yield _finding(FaultCode.SOURCE, "statements", statement.id, what)
    for pmid in statement.pmids:
        if not _PMID.fullmatch(pmid):
            what = f"{pmid!r} is no PubMed number"
            yield _finding(FaultCode.TERM, "statements", statement.id, what)


def _contradictions(statements: Iterable[Statement]) -> Iterator[Finding]:
    """Yield pairs of one authority's statements that differ for the same drug, person and keys."""
    first: dict[tuple[object, ...], Statement] = {}
    told: set[tuple[str, str]] = set()
    for statement in statements:
        about = (statement.authority, statement.drug, statement.population)
        for factors in statement.lookup:
            genes = tuple(gene for gene, _ in factors)
            for keys in product(*(keys for _, keys in factors)):
                other = first.setdefault((about, genes, keys), statement)
                # one finding per pair: products of two genes would repeat it for every key
                pair = (other.id, statement.id)
                if other is not statement and other.advice != statement.advice and pair not in told:
                    told.add(pair)
                    what = f"{other.id} advises otherwise for {', '.join(keys)}"
                    yield _finding(FaultCode.CONTRADICTION, "statements", statement.id, what)


def _finding(code: FaultCode, table: str, where: str, what: str) -> Finding:
    return Finding(code=code, table=table, where=where, what=what)


_RESERVED = ("; ", ": ")
"""Separators of the conditions of a row, and of a condition's code and text."""


def condition_findings(kb: KnowledgeBase) -> Iterator[Finding]:
    """Yield unreadable conditions, and statements without an action while one is unknown."""
    known = {c.condition: c for c in kb.medicines_as_written.conditions}
    if not known:
        return  # a release without this table has no codes to compare
    for statement in kb.statements:
        for fact in statement.condition:
            what = _fault(fact, statement, known)
            if what:
                yield Finding(
                    code=FaultCode.TERM, table="statements", where=statement.id, what=what
                )
        if statement.unconditional and not _waits(statement, known):
            yield Finding(
                code=FaultCode.CONTRADICTION, table="statements", where=statement.id,
                what="says what holds without a condition, and has none that waits",
            )  # fmt: skip


def _fault(fact: str, statement: Statement, known: Mapping[str, AdviceCondition]) -> str:
    action, plain = split_condition(fact)
    code, arguments = coded(plain)
    rule = known.get(code)
    if rule is None:
        return f"condition {code!r} is not in conditions.tsv"
    if not rule.takes(len(arguments)):
        return f"condition {code!r} has {len(arguments)} arguments, not {rule.arguments}"
    if action and action == statement.action[0]:
        return f"condition {fact!r} names the primary action"
    if any(mark in fact for mark in _RESERVED):
        return f"condition {fact!r} holds a mark that parts conditions"
    return ""


def _waits(statement: Statement, known: Mapping[str, AdviceCondition]) -> bool:
    facts = (split_condition(fact) for fact in statement.condition)
    codes = (coded(fact)[0] for action, fact in facts if not action)
    return any(code in known and known[code].waits for code in codes)
