"""Positions taken away from people with known genotypes: whether certain advice is the truth's.

Hidden are each core position, each pair of core positions, and sets of 2 to 80 positions drawn
with a fixed seed; the calls are unphased, with the frequencies of all population groups and of
two groups alone. Carriers have one or two copies of an allele with a core position that is
hidden; other people are drawn by haplotype frequency. The truth is the advice for the same person
with every position typed.
"""

from __future__ import annotations

import functools
import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from pgx.genotypes.matrix import ABSENT, UNPHASED, Evidence, GeneGenotypes, Unknown
from pgx.haplotypes.caller import GeneCaller
from pgx.haplotypes.definitions import TYPED_TIER
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.recommendations.index import GuidanceIndex, guidance_of
from pgx.recommendations.lookup import recommend_on
from pgx.recommendations.topics import SampleKeys, Topic
from pgx.records.calls import Certainty, GeneCall, Recommendation
from pgx.records.genes import Ploidy
from validation.callers import hidden
from validation.judging import what_to_do
from validation.tables import counted, table

__all__ = ["Masked", "genes", "masked", "measured", "report"]

ANCESTRIES = ("", "AFR", "EUR")
"""Groups whose frequencies weigh what is open; empty for all of them."""
RANDOM_SETS = 200
LARGEST = 80
SEED = 20261201
PER_SET = 3
"""Carriers, and other people, that each set of positions is hidden from."""
RAISED = 1e-6
"""A residual that was there before, of phase for instance, may change by less."""
CRITICAL = "critical"
Codes = npt.NDArray[np.int8]


class Person(NamedTuple):
    """Two haplotypes (2, P), and the core alleles on them, none of people drawn at random."""

    codes: Codes
    carried: frozenset[str]


@dataclass(slots=True)
class Masked:
    """Rows of advice with positions hidden, by gene, kind of person, and kind of drug.

    ``certain`` counts rows that are certain, ``other`` those of them with other advice than the
    truth's, ``unnamed`` rows whose residual hiding raised and that name no hidden position.
    """

    rows: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    certain: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    other: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    unnamed: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    def __iadd__(self, more: Masked) -> Self:
        self.rows += more.rows
        self.certain += more.certain
        self.other += more.other
        self.unnamed += more.unnamed
        self.examples += more.examples
        return self


@functools.cache
def _knowledge() -> KnowledgeBase:
    return KnowledgeBase()


@functools.cache
def _guidance() -> GuidanceIndex:
    kb = _knowledge()
    return guidance_of(kb)


def genes() -> list[str]:
    """Return the genes with core positions and frequencies, A–Z."""
    kb = _knowledge()
    return [g for g, own in kb.genes.items() if own.core_positions and g in kb.frequencies]


@functools.cache
def _caller(gene: str) -> GeneCaller:
    kb = _knowledge()
    return GeneCaller(kb.genes[gene], kb.frequencies[gene])


@functools.cache
def _usual(gene: str) -> GeneCall | None:
    """Return the call of a person with the default allele alone, every position typed."""
    if gene not in genes():
        return None
    codes = np.stack([_caller(gene).compiled.base] * 2)
    return _call(gene, _genotypes(gene, [codes]), 0, "")


def _genotypes(gene: str, people: Sequence[Codes]) -> GeneGenotypes:
    """Return unphased genotypes of people, every position typed by a record."""
    definition = _knowledge().genes[gene]
    found = GeneGenotypes.empty(definition, tuple(f"S{i}" for i in range(len(people))))
    call = np.stack(people).transpose(2, 0, 1).copy()
    call.sort(axis=2)
    if definition.ploidy is Ploidy.MITOCHONDRIAL:
        call[..., 1] = ABSENT
    found.call[:] = call
    found.phase_block[:] = UNPHASED
    found.evidence[:] = Evidence.RECORD
    found.reason[:] = Unknown.NONE
    return found


def _call(gene: str, genotypes: GeneGenotypes, column: int, ancestry: str) -> GeneCall:
    weights = {ancestry: 1.0} if ancestry else {}
    return _caller(gene).call(genotypes, column, with_sites=False, ancestry=weights)


# -- people ------------------------------------------------------------------------------


def _carriers(gene: str) -> list[Person]:
    """Return people with one and with two copies of each allele that has a core position."""
    caller = _caller(gene)
    compiled = caller.compiled
    wanted = {c.allele for c in caller.gene.core_positions if c.tier <= TYPED_TIER}
    # the lowest bit of a mask is the first allele code that a definition allows
    lowest = compiled.masks & (~compiled.masks + np.uint64(1))
    codes = np.log2(lowest.astype(np.float64)).astype(np.int8)
    found = []
    for index, name in enumerate(compiled.names):
        if name in wanted:
            for other in (compiled.base, codes[index]):
                found.append(Person(np.stack([codes[index], other]), frozenset([name])))
    return found


def _others(gene: str, count: int, rng: np.random.Generator) -> list[Person]:
    """Return people whose haplotypes are drawn by their frequency in a group."""
    prior = _caller(gene).prior
    if prior is None:
        return []
    found = []
    for _ in range(count):
        shares = prior.shares[int(rng.integers(len(prior.groups)))]
        pair = rng.choice(len(prior.codes), size=2, p=shares / shares.sum())
        found.append(Person(prior.codes[pair], frozenset()))
    return found


# -- positions ---------------------------------------------------------------------------


def _core_sites(gene: str) -> dict[int, frozenset[str]]:
    """Return the indices of core positions, and the alleles that each is core to."""
    definition = _knowledge().genes[gene]
    place = {v.position: i for i, v in enumerate(definition.variants)}
    found: dict[int, set[str]] = {}
    for core in definition.core_positions:
        if core.tier <= TYPED_TIER:
            found.setdefault(place[core.position], set()).add(core.allele)
    return {site: frozenset(found[site]) for site in sorted(found)}


@functools.cache
def _proxies(gene: str) -> Mapping[int, frozenset[int]]:
    """Return the indices of the sites that may stand in for each core position."""
    definition = _knowledge().genes[gene]
    place = {v.position: i for i, v in enumerate(definition.variants)}
    found: dict[int, set[int]] = {}
    for core in definition.core_positions:
        own = found.setdefault(place[core.position], set())
        own.update(place[p.position] for p in core.proxies)
    return {site: frozenset(own) for site, own in found.items()}


def _sets(gene: str, n_random: int, rng: np.random.Generator) -> Iterator[tuple[int, ...]]:
    """Yield sets of positions: single core ones, pairs of them, and random ones."""
    core = list(_core_sites(gene))
    size = len(_knowledge().genes[gene].variants)
    yield from ((site,) for site in core)
    yield from itertools.combinations(core, 2)
    for _ in range(n_random if size > 2 else 0):
        count = int(rng.integers(2, min(LARGEST, size - 1) + 1))
        yield tuple(sorted(rng.choice(size, size=count, replace=False).tolist()))


def _hidden_from(
    gene: str, sites: Sequence[int], people: Sequence[Person], rng: np.random.Generator
) -> list[Person]:
    """Return some of the people: carriers of an allele that the positions are core to.

    Positions for which a typed proxy stands in are not hidden in this sense: whoever has the
    causal allele without that of the proxy is what the proxy's strength says it misses.
    """
    core = _core_sites(gene)
    told = {*range(len(_knowledge().genes[gene].variants))} - {*sites}
    # a proxy in linkage disequilibrium still shows the allele
    unseen = [site for site in sites if not _proxies(gene).get(site, frozenset()) & told]
    alleles = frozenset().union(*(core.get(site, frozenset()) for site in unseen))
    fitting = [p for p in people if not p.carried or p.carried & alleles]
    if len(fitting) <= PER_SET:
        return fitting
    chosen = rng.choice(len(fitting), size=PER_SET, replace=False)
    return [fitting[i] for i in sorted(chosen.tolist())]


# -- advice ------------------------------------------------------------------------------


@functools.cache
def _topics(gene: str) -> tuple[Topic, ...]:
    return tuple(t for t in _guidance().topics if gene in t.genes)


def _advice(gene: str, call: GeneCall) -> list[tuple[Recommendation, str]]:
    """Return the rows on a gene, other genes being as most people have them."""
    rows = []
    for topic in _topics(gene):
        usual = {g: own for g in topic.genes if (own := _usual(g)) is not None}
        kind = CRITICAL if topic.drug.critical else "other drugs"
        rows += [
            (r, kind)
            for r in recommend_on(_guidance(), topic, "", SampleKeys(usual | {gene: call}))
        ]
    return rows


def _compare(
    found: Masked, gene: str, person: Person, sites: Sequence[int], calls: tuple[GeneCall, GeneCall]
) -> None:
    """Count the rows of one person with and without the positions."""
    truth, masked_call = calls
    variants = _knowledge().genes[gene].variants
    contig = _knowledge().genes[gene].contig
    names = {f"{contig}:{variants[site].position}" for site in sites}
    who = "carriers" if person.carried else "others"
    pairs = zip(_advice(gene, masked_call), _advice(gene, truth), strict=True)
    for (row, kind), (right, _) in pairs:
        key = gene, who, kind
        found.rows[key] += 1
        raised = (row.residual or 0.0) - (right.residual or 0.0) > RAISED
        if raised and not names & {*row.depends_on}:
            found.unnamed[key] += 1
        if row.certainty is not Certainty.CERTAIN:
            continue
        found.certain[key] += 1
        if what_to_do(row) != what_to_do(right):
            found.other[key] += 1
            if person.carried and kind != CRITICAL:
                continue  # a rare allele hidden from a drug that is not critical
            found.examples.append(
                f"{gene} {truth.diplotype} as {masked_call.diplotype} ({who}), {row.drug}"
                f" {row.source}, residual {row.residual}, hidden {', '.join(sorted(names)[:5])}"
            )


def masked(
    gene: str, n_random: int = RANDOM_SETS, ancestries: Sequence[str] = ANCESTRIES
) -> Masked:
    """Hide positions of one gene and count."""
    rng = np.random.default_rng([SEED, *gene.encode()])
    found = Masked()
    carriers, others = _carriers(gene), _others(gene, 40, rng)
    for sites in _sets(gene, n_random, rng):
        people = [
            *_hidden_from(gene, sites, carriers, rng),
            *_hidden_from(gene, sites, others, rng),
        ]
        if not people:
            continue
        whole = _genotypes(gene, [p.codes for p in people])
        where = np.zeros(whole.call.shape[:2], np.bool_)
        where[list(sites)] = True
        left = hidden(whole, where)
        for column, person in enumerate(people):
            for ancestry in ancestries:
                truth = _call(gene, whole, column, ancestry)
                call = _call(gene, left, column, ancestry)
                _compare(found, gene, person, sites, (truth, call))
    return found


def measured(n_random: int = RANDOM_SETS, ancestries: Sequence[str] = ANCESTRIES) -> str:
    """Measure every gene and return the tables, and what they were measured with."""
    found = Masked()
    for gene in genes():
        found += masked(gene, n_random, ancestries)
    groups = ", ".join(group or "all groups alike" for group in ancestries)
    about = f"Random sets of each gene: {n_random}. Haplotype frequencies: {groups}."
    return f"{about}\n\n{report(found)}"


def report(found: Masked) -> str:
    """Return the tables."""
    return "\n\n".join([_by_gene(found), *_examples(found.examples)])


def _by_gene(found: Masked) -> str:
    header = ["gene", "people", "drugs", "rows", "certain", "certain with other advice"]
    header.append("residual raised without a hidden position")
    rows = [_row(found, key) for key in sorted(found.rows)]
    totals: Mapping[tuple[str, str], list[tuple[str, str, str]]] = {
        pair: [key for key in found.rows if key[1:] == pair]
        for pair in sorted({key[1:] for key in found.rows})
    }
    for (who, kind), keys in totals.items():
        counters = (found.rows, found.certain, found.other, found.unnamed)
        n, certain, other, unnamed = (sum(c[key] for key in keys) for c in counters)
        rows.append(["all", who, kind, n, counted(certain, n), counted(other, certain), unnamed])
    return table(header, rows)


def _row(found: Masked, key: tuple[str, str, str]) -> list[object]:
    rows, certain = found.rows[key], found.certain[key]
    return [*key, rows, counted(certain, rows), found.other[key], found.unnamed[key]]


def _examples(lines: Sequence[str]) -> list[str]:
    if not lines:
        return []
    shown = [f"- {line}" for line in sorted({*lines})[:30]]
    about = (
        "Certain, and other than the truth's advice, carriers on critical drugs alone (first 30):"
    )
    return [about, "\n".join(shown)]
