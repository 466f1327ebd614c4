"""Parts of definitions: the causal variant of an allele without all of its other markers.

Each example is a haplotype with the causal variants of one named allele and a random part of
its other variants, beside a haplotype of the default allele or of the same kind. The advice
that the complete allele gets is the worse reading. None of the examples may get other advice
than that with certainty, or be called as if nothing were open.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

import pgx
from pgx.base.assemblies import Assembly, contig_length
from pgx.genotypes.matrix import MISSING
from pgx.haplotypes.definitions import Cause, CompiledGene, compile_gene, matching_alleles
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.calls import CallStatus, Certainty, PatientResult
from pgx.records.genes import Ploidy, Strategy
from validation.tables import counts_table

__all__ = ["Example", "Judged", "examples", "judge", "measured"]

EXAMPLES = 200
SEED = 20261202
WAYS = ("phased", "unphased", "unphased, one other position missing")
CALLED, SURE, LEADS = "called", "certain with other advice", "worse reading leads"

Codes = npt.NDArray[np.int8]


class Example(NamedTuple):
    """A pair of haplotypes with a part of a definition, and the same with the whole of it."""

    gene: CompiledGene
    allele: str
    partial: tuple[Codes, Codes]
    whole: tuple[Codes, Codes]
    way: str


class Judged(NamedTuple):
    """What one example got, with the rows that are sure and wrong."""

    gene: str
    allele: str
    way: str
    diplotype: str | None
    is_called: bool
    leads: bool
    sure_and_wrong: tuple[str, ...]


def examples(n: int = EXAMPLES) -> list[Example]:
    """Return ``n`` examples, the same each time, of all genes with such alleles."""
    rng = np.random.default_rng(SEED)
    wanted = [(gene, cause) for gene in _genes() for cause in gene.causes if _markers(gene, cause)]
    found: list[Example] = []
    while len(found) < n:
        gene, cause = wanted[int(rng.integers(len(wanted)))]
        partial = _part(gene, cause, rng)
        if matching_alleles(gene, partial):
            continue  # another named allele: nothing is partial
        whole = _whole(gene, cause.allele)
        # a quarter homozygous: these have no second haplotype that could explain the markers
        both = bool(rng.random() < 0.25)
        way = WAYS[len(found) % len(WAYS)]
        found.append(
            Example(
                gene,
                gene.names[cause.allele],
                (partial, partial if both else gene.base),
                (whole, whole if both else gene.base),
                way,
            )
        )
    return found


def _genes() -> Iterator[CompiledGene]:
    for gene in KnowledgeBase().genes.values():
        if gene.strategy is Strategy.STAR and gene.ploidy is Ploidy.AUTOSOME and gene.rules:
            yield compile_gene(gene)


def _whole(gene: CompiledGene, allele: int) -> Codes:
    """Return the haplotype of a named allele: the lowest code that its definition allows."""
    codes = gene.base.copy()
    for index in np.flatnonzero(gene.needs[allele]).tolist():
        # any allowed code will do; the lowest is the same in every run
        mask = int(gene.masks[allele, index])
        codes[index] = (mask & -mask).bit_length() - 1
    return codes


def _markers(gene: CompiledGene, cause: Cause) -> list[int]:
    """Return the positions of an allele's variants that are not causal."""
    causal = {index for index, _ in cause.variants}
    return [i for i in np.flatnonzero(gene.needs[cause.allele]).tolist() if i not in causal]


def _part(gene: CompiledGene, cause: Cause, rng: np.random.Generator) -> Codes:
    codes, markers = _whole(gene, cause.allele), _markers(gene, cause)
    n_left_out = int(rng.integers(1, len(markers) + 1))
    left_out = rng.choice(markers, n_left_out, replace=False)
    codes[left_out] = gene.base[left_out]
    return codes


def judge(chosen: Sequence[Example]) -> list[Judged]:
    """Annotate all examples, and the same persons with the complete allele, in one file."""
    columns: list[tuple[CompiledGene, tuple[Codes, Codes], str]] = []
    for number, example in enumerate(chosen):
        columns.append((example.gene, _with_gap(example, number), example.way))
        columns.append((example.gene, example.whole, WAYS[0]))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "partial.vcf"
        path.write_text(_vcf(columns), encoding="utf-8", newline="")
        results = pgx.annotate(path)
    pairs = zip(results[::2], results[1::2], strict=True)
    return [_judged(e, part, whole) for e, (part, whole) in zip(chosen, pairs, strict=True)]


def _with_gap(example: Example, number: int) -> tuple[Codes, Codes]:
    """Return the example's haplotypes, one position that no haplotype varies at being missing."""
    if example.way != WAYS[2]:
        return example.partial
    first, second = (codes.copy() for codes in example.partial)
    free = np.flatnonzero(
        (first == example.gene.base) & (second == first) & (example.whole[0] == first)
    )
    if len(free):
        first[free[number % len(free)]] = second[free[number % len(free)]] = MISSING
    return first, second


def _judged(example: Example, part: PatientResult, whole: PatientResult) -> Judged:
    gene = example.gene.gene.gene
    call = next(c for c in part.calls if c.gene == gene)
    truth = next(c for c in whole.calls if c.gene == gene)
    wrong = {
        f"{r.drug} ({r.source}, {r.population})"
        for r in part.recommendations
        if gene in r.genes
        and r.certainty is Certainty.CERTAIN
        and (r.drug, r.source, r.population, r.action) not in _advice(whole)
    }
    return Judged(
        gene,
        example.allele,
        example.way,
        call.diplotype,
        call.status is CallStatus.CALLED,
        call.phenotype == truth.phenotype,
        tuple(sorted(wrong)),
    )


def _advice(result: PatientResult) -> set[tuple[object, ...]]:
    return {(r.drug, r.source, r.population, r.action) for r in result.recommendations}


def _vcf(columns: Sequence[tuple[CompiledGene, tuple[Codes, Codes], str]]) -> str:
    """Return a file in which each person varies in one gene, and all positions are typed."""
    genes = {c.gene.gene: c for c, _, _ in columns}
    names = [f"S{i:04d}" for i in range(len(columns))]
    contigs = sorted({g.gene.contig for g in genes.values()})
    lines = ["##fileformat=VCFv4.2"]
    lines += [f"##contig=<ID={c},length={contig_length(c, Assembly.GRCH38)}>" for c in contigs]
    lines.append('##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">')
    head = ["CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT"]
    lines.append("#" + "\t".join([*head, *names]))
    for compiled in sorted(
        genes.values(), key=lambda g: (g.gene.contig, g.gene.variants[0].position)
    ):
        for index, variant in enumerate(compiled.gene.variants):
            cells = [_cell(compiled, index, *column) for column in columns]
            fixed = [compiled.gene.contig, str(variant.position), ".", variant.ref]
            lines.append(
                "\t".join([*fixed, ",".join(variant.alts), ".", "PASS", ".", "GT", *cells])
            )
    return "\n".join(lines) + "\n"


def _cell(
    gene: CompiledGene, index: int, own: CompiledGene, pair: tuple[Codes, Codes], way: str
) -> str:
    codes = pair if own is gene else (gene.base, gene.base)
    first, second = (int(c[index]) for c in codes)
    if MISSING in (first, second):
        return "./."
    if way == WAYS[0]:
        return f"{first}|{second}"
    return "/".join(map(str, sorted((first, second))))


def measured() -> str:
    """Return the table by gene."""
    found = judge(examples())
    counts: dict[str, Counter[str]] = {}
    for item in found:
        row = counts.setdefault(item.gene, Counter())
        row["examples"] += 1
        row[LEADS] += item.leads
        row[CALLED] += item.is_called
        row[SURE] += bool(item.sure_and_wrong)
    kinds = ["examples", LEADS, CALLED, SURE]
    return counts_table("gene", kinds, counts)
