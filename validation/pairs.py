"""Pairs of named alleles, unphased, every position typed: how often the pair is named.

Diplotypes of two named alleles are drawn at random for each gene and called without phase.
Judged apart are pairs whose unphased genotype another pair of named alleles has too, and pairs
whose variants a haplotype of the reference panel carries all in cis: there the posterior
decides. Suballeles count as their core allele.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from pgx.genotypes.matrix import Evidence, GeneGenotypes, Unknown
from pgx.haplotypes.caller import GeneCaller
from pgx.haplotypes.definitions import CompiledGene
from pgx.haplotypes.matching import fit_observation
from pgx.haplotypes.observation import observe
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.phenotypes import PhenotypeTable
from pgx.records.calls import CallStatus, GeneCall
from pgx.records.genes import GeneFrequencies
from pgx.simulator.haplotypes import common_spellings
from validation.judging import diplotype
from validation.tables import counted, table

__all__ = ["MOST", "SEED", "Kind", "Pair", "measure", "measured", "report", "weighed_genes"]

MOST = 400
"""Pairs drawn for each gene."""
SEED = 2026

Codes = npt.NDArray[np.int8]


class Kind(StrEnum):
    """Why a pair is judged apart, or that it is not."""

    PLAIN = "no other explanation"
    NAMED = "another named pair"
    COUNTED = "counted in cis"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two named alleles without phase, and what they were called.

    ``phenotype`` is that of the two alleles; ``same`` says whether the call names them or a pair
    of the same functions, ``listed`` whether their phenotype is among those of the call, and
    ``misled`` whether the call is called and has another phenotype.
    """

    gene: str
    alleles: tuple[str, str]
    kind: Kind
    phenotype: str | None
    call: GeneCall
    named: bool
    same: bool
    listed: bool
    misled: bool


def weighed_genes() -> list[str]:
    """Return the genes with defining positions and haplotype frequencies."""
    base = KnowledgeBase()
    return sorted(
        name
        for name, counted in base.frequencies.items()
        if counted.groups and name in base.genes and len(base.genes[name].variants) > 1
    )


def measure(genes: Sequence[str] = (), most: int = MOST, seed: int = SEED) -> list[Pair]:
    """Call up to ``most`` pairs of every gene, or of those in ``genes``."""
    return [pair for gene in genes or weighed_genes() for pair in _of_gene(gene, most, seed)]


def _of_gene(name: str, most: int, seed: int) -> Iterator[Pair]:
    base = KnowledgeBase()
    gene, frequencies = base.gene(name), base.frequencies[name]
    caller = GeneCaller(gene, frequencies)
    haplotypes = _Haplotypes(caller.compiled, frequencies)
    every = list(itertools.combinations(haplotypes.names, 2))
    rng = np.random.default_rng([seed, *name.encode()])
    chosen = rng.permutation(len(every))[:most]
    table_of = PhenotypeTable(gene)
    for index in sorted(chosen.tolist()):
        pair = every[index]
        genotypes = haplotypes.genotypes(pair)
        call = caller.call(genotypes, 0, with_sites=False)
        yield _judged(pair, call, haplotypes, genotypes, table_of)


class _Haplotypes:
    """The named alleles of one gene as haplotypes; core alleles, each spelled in one way."""

    def __init__(self, gene: CompiledGene, frequencies: GeneFrequencies) -> None:
        self.gene = gene
        first = {name: i for i, name in reversed(list(enumerate(gene.names)))}
        self.names = list(dict.fromkeys(gene.names))
        spelled = common_spellings({gene.gene.gene: gene.gene}, {gene.gene.gene: frequencies})
        own = spelled.get(gene.gene.gene, {})
        self._place = {v.position: i for i, v in enumerate(gene.gene.variants)}
        self.codes = {
            name: self._spelled(row, own.get(gene.identifiers[row])) for name, row in first.items()
        }
        self.functions = {name: gene.functions[row] for name, row in first.items()}
        self.counted = np.array(
            [c for h in frequencies.haplotypes if (c := self._counted(h.differences)) is not None]
        )

    def _spelled(self, row: int, common: dict[int, str] | None) -> Codes:
        if common is not None:
            found = self._counted(common)
            if found is not None:
                return found
        masks = self.gene.masks[row]
        lowest = masks & (~masks + np.uint64(1))
        # a power of two has an exact logarithm
        codes: Codes = np.log2(lowest.astype(np.float64)).astype(np.int8)
        return codes

    def _counted(self, differences: dict[int, str]) -> Codes | None:
        codes = np.zeros(len(self.gene.gene.variants), np.int8)
        for position, allele in differences.items():
            alleles = self.gene.gene.variants[self._place[position]].alleles
            if allele not in alleles:
                return None
            codes[self._place[position]] = alleles.index(allele)
        return codes

    def genotypes(self, pair: tuple[str, str]) -> GeneGenotypes:
        """Return the observations of one sample with two alleles, unphased."""
        found = GeneGenotypes.empty(self.gene.gene, ("S1",))
        found.call[:, 0] = np.sort(np.stack([self.codes[name] for name in pair], axis=1), axis=1)
        found.evidence[:], found.reason[:] = Evidence.RECORD, Unknown.NONE
        return found

    def is_counted_in_cis(self, pair: tuple[str, str]) -> bool:
        """Whether one counted haplotype carries the variants of both alleles."""
        one, two = (self.codes[name] for name in pair)
        varies = [(c != self.gene.base) for c in (one, two)]
        if not (varies[0].any() and varies[1].any()):
            return False
        holds = [
            (~v | (self.counted == c)).all(axis=1) for v, c in zip(varies, (one, two), strict=True)
        ]
        return bool((holds[0] & holds[1]).any())


def _judged(
    pair: tuple[str, str],
    call: GeneCall,
    haplotypes: _Haplotypes,
    genotypes: GeneGenotypes,
    phenotypes: PhenotypeTable,
) -> Pair:
    functions = [haplotypes.functions[name] for name in pair]
    name = "/".join(pair)
    own = phenotypes.translate(functions[0], functions[1], name)
    named = diplotype(call.diplotype or "") == diplotype(name)
    called = sorted(h.function or "" for h in call.haplotypes)
    same = named or called == sorted(f or "" for f in functions)
    return Pair(
        gene=call.gene,
        alleles=pair,
        kind=_kind(pair, haplotypes, genotypes),
        phenotype=own.term,
        call=call,
        named=named,
        same=same,
        listed=own.term is None or own.term in call.phenotypes,
        misled=call.status is CallStatus.CALLED and not same and call.phenotype != own.term,
    )


def _kind(pair: tuple[str, str], haplotypes: _Haplotypes, genotypes: GeneGenotypes) -> Kind:
    gene = haplotypes.gene
    fit = fit_observation(gene, observe(genotypes, 0))
    names = {tuple(sorted(gene.names[a] for a in p)) for p in fit.pairs.tolist()}
    if len(names) > 1:
        return Kind.NAMED
    return Kind.COUNTED if haplotypes.is_counted_in_cis(pair) else Kind.PLAIN


def report(found: Sequence[Pair]) -> str:
    """Return the table by gene."""
    groups = {
        gene: [p for p in found if p.gene == gene] for gene in sorted({p.gene for p in found})
    }
    rows = [_row(gene, own) for gene, own in groups.items()]
    rows.append(_row("all", found))
    header = ["gene", "pairs", "apart: another named pair", "apart: counted in cis", "of the rest"]
    return table(
        [*header, "named", "named, or same functions", "called", "called with another phenotype"],
        rows,
    )


def _row(name: str, pairs: Sequence[Pair]) -> list[object]:
    plain = [p for p in pairs if p.kind is Kind.PLAIN]
    return [
        name,
        len(pairs),
        sum(p.kind is Kind.NAMED for p in pairs),
        sum(p.kind is Kind.COUNTED for p in pairs),
        len(plain),
        counted(sum(p.named for p in plain), len(plain)),
        counted(sum(p.same for p in plain), len(plain)),
        sum(p.call.status is CallStatus.CALLED for p in plain),
        sum(p.misled for p in plain),
    ]


def measured() -> str:
    """Measure and return the table."""
    return report(measure())
