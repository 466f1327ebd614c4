"""One guideline, one answer: every result of every gene, asked of every guideline and population.

A question is one source on one drug, one set of genes, one population, and one result of each
gene. Results are all pairs of a gene's named alleles (one allele where there is one copy), and the
pairs of typed HLA alleles of which guidelines speak; for several genes all combinations of results
that guidelines tell apart. The answer is what `recommend` prints. It is a fault if two rows give
different advice, or if one row advises and another says that the source does not; a set of rows
that the knowledge base marks as additive is counted apart.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations_with_replacement, product
from math import prod

from pgx.inputs.outside_calls import outside_gene_call
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.outside.calls import OutsideCall
from pgx.phenotypes import HaplotypeFunctions, PhenotypeTable
from pgx.recommendations.guidance_checks import is_additive, topics_together
from pgx.recommendations.index import GuidanceIndex, guidance_of
from pgx.recommendations.lookup import recommend_on
from pgx.recommendations.result_keys import DIPLOTYPES
from pgx.recommendations.topics import SampleKeys, Topic
from pgx.records.advice import Statement
from pgx.records.calls import Certainty, GeneCall, Recommendation
from pgx.records.genes import GeneDefinition, Ploidy, Strategy, core_allele, format_diplotype
from validation.tables import table

__all__ = ["Fault", "Found", "measure", "measured", "report", "resolved", "results_of"]

KINDS = ("two advise", "one advises, one does not", "none twice")
_OTHER_HLA = "*99:99"
"""An allele that no guideline names, for a person who carries none of the named ones."""


@dataclass(frozen=True, slots=True)
class Result:
    """Results of one gene that guidelines cannot tell apart: one of them, and how many."""

    call: GeneCall
    n_diplotypes: int


@dataclass(frozen=True, slots=True)
class Fault:
    """A question with more than one answer, and the rows."""

    source: str
    drug: str
    population: str
    lookups: tuple[str, ...]
    rows: tuple[str, ...]
    kind: str
    n_diplotypes: int


@dataclass(slots=True)
class Found:
    """What was asked, by source, and what is wrong; ``additive`` counts marked sets."""

    groups: Counter[str] = field(default_factory=Counter)
    questions: Counter[str] = field(default_factory=Counter)
    additive: Counter[tuple[str, str]] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)


def results_of(gene: GeneDefinition, told_apart: frozenset[str]) -> list[Result]:
    """Return the results of a gene that guidelines may tell apart.

    Parameters
    ----------
    gene
        The gene.
    told_apart
        Keys on pairs of alleles, and tested alleles, that some statement uses.
    """
    counts: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], str] = {}
    for name, key in _diplotypes(gene, told_apart):
        pair = f"{DIPLOTYPES} {name}"
        kind = (key, pair if pair in told_apart else "")
        counts[kind] += 1
        first.setdefault(kind, name)
    markers = tuple(sorted({key.rpartition(" ")[0] for key in told_apart}))
    calls = {
        kind: outside_gene_call(OutsideCall(gene=gene.gene, diplotype=name), gene, "", markers)
        for kind, name in first.items()
    }
    return [Result(calls[kind], n) for kind, n in counts.items()]


def _diplotypes(gene: GeneDefinition, told_apart: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield every diplotype with the key that its phenotype is looked up by."""
    if gene.strategy is Strategy.OUTSIDE:
        markers = sorted({key.rpartition(" ")[0] for key in told_apart})
        for pair in combinations_with_replacement([*markers, _OTHER_HLA], 2):
            yield "/".join(pair), ";".join(pair)
        return
    names = list(dict.fromkeys(core_allele(a.name) for a in gene.alleles))
    haplotypes: list[tuple[str, ...]] = []
    if gene.ploidy is not Ploidy.MITOCHONDRIAL:
        haplotypes += combinations_with_replacement(names, 2)
    if gene.ploidy is not Ploidy.AUTOSOME:
        haplotypes += ((name,) for name in names)
    meanings, phenotypes = HaplotypeFunctions(gene), PhenotypeTable(gene)
    functions = {name: meanings.of(name)[0] for name in names}
    for own in haplotypes:
        name = format_diplotype(own, gene.default_allele)
        second = functions[own[1]] if len(own) == 2 else None
        yield name, phenotypes.translate(functions[own[0]], second, name).lookup_key


def _told_apart(knowledge: KnowledgeBase) -> Mapping[str, frozenset[str]]:
    """Return, by gene, the keys on pairs and on tested alleles that statements use."""
    found: dict[str, set[str]] = defaultdict(set)
    for statement in knowledge.statements:
        for factors in statement.lookup:
            for gene, keys in factors:
                tests = (" positive", " negative")
                own = (k for k in keys if k.startswith(f"{DIPLOTYPES} ") or k.endswith(tests))
                found[gene].update(own)
    return {gene: frozenset(keys) for gene, keys in found.items()}


def measure(knowledge: KnowledgeBase, only: frozenset[str] | None = None) -> Found:
    """Ask every question; ``only`` limits it to guidelines on some gene of these."""
    index = guidance_of(knowledge)
    apart = _told_apart(knowledge)
    results = {
        name: results_of(gene, apart.get(name, frozenset()))
        for name, gene in knowledge.genes.items()
    }
    found = Found()
    for group in topics_together(index):
        if only is None or only & {gene for topic in group for gene in topic.genes}:
            additive = len(group) > 1 and is_additive(group, knowledge.statement_sets)
            _ask(index, group, results, found, additive=additive)
    return found


def _ask(
    index: GuidanceIndex,
    group: Sequence[Topic],
    results: Mapping[str, Sequence[Result]],
    found: Found,
    *,
    additive: bool,
) -> None:
    """Ask one group for every combination of results of its genes."""
    genes = sorted({gene for topic in group for gene in topic.genes} & results.keys())
    populations = sorted({p for topic in group for p in topic.populations})
    source = group[0].drug.authority
    found.groups[source] += len(populations)
    for combination in product(*(results[gene] for gene in genes)):
        calls = {r.call.gene: r.call for r in combination}
        n = prod(r.n_diplotypes for r in combination)
        rows = [row for t in group for row in recommend_on(index, t, "", SampleKeys(calls))]
        for population in populations:
            found.questions[source] += n
            own = [r for r in rows if r.population == population]
            kind = _kind(own)
            if kind and additive:
                found.additive[source, group[0].drug.drug] += n
            elif kind:
                found.faults.append(_fault(own, kind, calls, n))


def _kind(rows: Sequence[Recommendation]) -> str:
    """Return what is wrong with the rows of one question, "" if nothing is."""
    answered = [r for r in rows if r.certainty is not Certainty.UNKNOWN]
    silent = [r for r in answered if r.action[0] == "no_recommendation"]
    advising = {(r.facts.statement if r.facts else "") for r in answered if r not in silent}
    if len(advising) > 1:
        return KINDS[0]
    if advising and silent:
        return KINDS[1]
    return KINDS[2] if len(silent) > 1 else ""


def _fault(
    rows: Sequence[Recommendation], kind: str, calls: Mapping[str, GeneCall], n: int
) -> Fault:
    return Fault(
        source=rows[0].source,
        drug=rows[0].drug,
        population=rows[0].population,
        lookups=tuple(f"{g} {c.diplotype} ({';'.join(c.lookup_keys)})" for g, c in calls.items()),
        rows=tuple(f"{r.lookup}: {_advice(r)}" for r in rows),
        kind=kind,
        n_diplotypes=n,
    )


def _advice(row: Recommendation) -> str:
    factor = row.dose_factor_max
    return " + ".join(row.action) + ("" if factor is None else f" {factor:.0%}")


def report(found: Found) -> str:
    """Return the counts and the faults as Markdown."""
    wrong: dict[str, Counter[str]] = defaultdict(Counter)
    for fault in found.faults:
        wrong[fault.source][fault.kind] += fault.n_diplotypes
    additive = Counter(dict.fromkeys(found.groups, 0))
    for (source, _), n in found.additive.items():
        additive[source] += n
    rows = [
        [source, n, found.questions[source], *(wrong[source][k] for k in KINDS), additive[source]]
        for source, n in sorted(found.groups.items())
    ]
    sums = [sum(int(row[i]) for row in rows) for i in range(1, 4 + len(KINDS))]
    header = ["source", "guidelines × populations", "questions", *KINDS, "marked additive"]
    return table(header, [*rows, ["all", *sums]])


def resolved(knowledge: KnowledgeBase) -> str:
    """Return what would stand side by side, and what is shown, as Markdown."""
    index = guidance_of(knowledge)
    rows = [row for topic in index.topics for row in _specific(topic)]
    header = ["source", "drug", "result", "advice that holds", "advice for the phenotype"]
    sets = [
        [s.authority, s.drug, f"{', '.join(s.genes)} {', '.join(s.alleles)}", s.relation, s.reason]
        for s in knowledge.statement_sets
    ]
    names = ["source", "drug", "genes and alleles", "relation", "reason"]
    return f"{table(header, rows)}\n\n{table(names, sets)}"


def _specific(topic: Topic) -> Iterator[list[str]]:
    """Yield the diplotypes that a topic names beside phenotypes, with the advice of both."""
    for place, phenotypes in enumerate(topic.phenotypes):
        if phenotypes is None or topic.languages[place] == (DIPLOTYPES,) or len(topic.genes) > 1:
            continue
        for key in topic.keys[place]:
            general = phenotypes.of(key) if key.startswith(f"{DIPLOTYPES} ") else None
            for population in topic.populations if general else ():
                own, other = (topic.find(population, (k,)) for k in (key, general or ""))
                result = f"{topic.genes[0]} {key.removeprefix(f'{DIPLOTYPES} ')} ({general})"
                drug = topic.drug
                yield [drug.authority, drug.drug, result, _said(own), _said(other)]


def _said(statement: Statement | None) -> str:
    if statement is None:
        return "none"
    factor = statement.dose_factor_max
    return " + ".join(statement.action) + ("" if factor is None else f" {factor:.0%}")


def measured() -> str:
    """Ask everything of the release and report."""
    knowledge = KnowledgeBase()
    return f"{report(measure(knowledge))}\n\n{resolved(knowledge)}"
