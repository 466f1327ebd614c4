"""How sure advice is where reads, likelihoods or imputation do not support the genotype.

Persons are simulated with default alleles. At one core position their genotype and reads are
replaced: every share of ALT reads from 5% to 95%, at 10, 30 and 100 reads, under each written
genotype. The likelihood that decides what must not be certain is computed here, from its
formula, and not by the program.
"""

from __future__ import annotations

import itertools
import math
import random
import tempfile
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import msgspec

import pgx
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.calls import Recommendation
from pgx.records.genes import GeneDefinition, Ploidy
from pgx.simulator.settings import SimulationSettings
from pgx.simulator.vcf import render_vcf
from validation.judging import what_to_do
from validation.tables import share, table

__all__ = ["Cell", "Position", "Row", "core_positions", "log10_ratio", "measured", "sweep", "swept"]

SHARES = tuple(range(5, 100, 5))
DEPTHS = (10, 30, 100)
WRITTEN = ("0/0", "0/1", "1/1")
CLEAN = ("30,0", "15,15", "0,30")
ERROR, OVERDISPERSION = 0.01, 0.02
CONTRADICTED = -3.0
"""Log10 of L(GT) / max L below which no critical advice may be certain."""
SEED = 2026


class Position(NamedTuple):
    """A defining position: its gene, where it is (GRCh38), the allele whose share varies."""

    gene: str
    position: int
    alt: str


class Cell(NamedTuple):
    """What stands in one sample's column, and INFO of its line."""

    format: str
    text: str
    info: str = "."


class Row(NamedTuple):
    """One row of advice for a critical drug of a simulated person.

    ``guideline`` is its drug, source, guideline and population.
    """

    position: Position
    cell: Cell
    guideline: tuple[str, ...]
    certain: bool
    advice: tuple[object, ...]


@cache
def _knowledge() -> KnowledgeBase:
    return KnowledgeBase()


def critical_drugs(gene: str) -> list[str]:
    """Return the critical drugs whose advice names a gene."""
    base = _knowledge()
    named = {own.drug for own in base.statements if gene in own.genes}
    return sorted({d.drug for d in base.drugs if d.critical and d.drug in named})


def _genes(drugs: Sequence[str]) -> list[str]:
    """Return all genes that advice on some drugs names, as far as they are called."""
    named = {gene for own in _knowledge().statements if own.drug in drugs for gene in own.genes}
    return sorted(named & _knowledge().genes.keys())


def core_positions(genes: Iterable[str] = (), tier: int = 2) -> list[Position]:
    """Return core positions up to a tier of genes of two haplotypes, that a critical drug needs."""
    wanted = set(genes)
    found = []
    for gene in _knowledge().genes.values():
        if (wanted and gene.gene not in wanted) or gene.ploidy is Ploidy.MITOCHONDRIAL:
            continue
        if not critical_drugs(gene.gene):
            continue
        places = {(c.position, c.alt) for c in gene.core_positions if c.tier <= tier}
        found += [Position(gene.gene, *place) for place in sorted(places)]
    return found


def log10_ratio(reference: int, alternative: int, written: str) -> float:
    """Return log10 of the beta-binomial likelihood of GT over that of the best genotype.

    Parameters
    ----------
    reference, alternative
        Reads of each allele.
    written
        The genotype of the file: ``0/0``, ``0/1`` or ``1/1``.

    Returns
    -------
    float
        0 where the written genotype is the best, negative elsewhere. The binomial coefficient and
        the normalising terms are the same for all three genotypes and cancel.
    """
    strength = (1 - OVERDISPERSION) / OVERDISPERSION
    found = {}
    for genotype, mean in (("0/0", ERROR), ("0/1", 0.5), ("1/1", 1 - ERROR)):
        a, b = strength * mean, strength * (1 - mean)
        found[genotype] = (
            math.lgamma(alternative + a)
            + math.lgamma(reference + b)
            - math.lgamma(a)
            - math.lgamma(b)
        )
    return (found[written] - max(found.values())) / math.log(10)


@cache
def _lines() -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return the header and the lines of a person with default alleles."""
    genes = _knowledge().genes
    settings = msgspec.convert({}, SimulationSettings, strict=False)
    text = render_vcf(genes, {"S": {}}, settings)
    header = tuple(line for line in text.splitlines() if line.startswith("##"))
    body = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    return header, tuple(tuple(line) for line in body)


def text_of(position: Position, cells: Sequence[Cell]) -> str:
    """Return a file of a person a cell, which is theirs at the position; FORMAT is common."""
    header, body = _lines()
    gene = _knowledge().genes[position.gene]
    names = [f"S{number}" for number in range(len(cells))]
    columns = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT"]
    lines = ["\t".join([*columns, *names])]
    for line in body:
        own = list(line[:9])
        if own[0] == gene.contig and _covers(gene, position, own):
            written = next(v for v in gene.variants if v.position == position.position).alts
            own[4] = own[4].split(",")[written.index(position.alt)]
            own[7], own[8] = cells[0].info, cells[0].format
            lines.append("\t".join([*own, *(cell.text for cell in cells)]))
        else:
            lines.append("\t".join([*own, *line[9:10] * len(cells)]))
    return "\n".join([*header, *lines]) + "\n"


def _covers(gene: GeneDefinition, position: Position, line: Sequence[str]) -> bool:
    """Whether a line is that of a position; an indel's stands a base before it."""
    variant = next(v for v in gene.variants if v.position == position.position)
    return line[2] == variant.rsid if variant.rsid else int(line[1]) == position.position


def advice_rows(position: Position, cells: Sequence[Cell]) -> list[Row]:
    """Return what critical drugs of the position's gene advise to the persons."""
    drugs = critical_drugs(position.gene)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "persons.vcf"
        path.write_text(text_of(position, cells), encoding="utf-8")
        results = pgx.annotate(path, genes=_genes(drugs), drugs=drugs, knowledge=_knowledge())
    found = []
    for cell, result in zip(cells, results, strict=True):
        found += [
            Row(position, cell, _guideline(r), r.certainty == "certain", what_to_do(r))
            for r in result.recommendations
            if position.gene in r.genes
        ]
    return found


def _guideline(row: Recommendation) -> tuple[str, ...]:
    return row.drug, str(row.source), row.guideline_id or "", row.population or ""


def differing(position: Position) -> set[tuple[str, ...]]:
    """Return the guidelines whose advice is not the same for all three genotypes, well read."""
    cells = [Cell("GT:AD", f"{gt}:{reads}") for gt, reads in zip(WRITTEN, CLEAN, strict=True)]
    said: dict[tuple[str, ...], set[tuple[object, ...]]] = {}
    for row in advice_rows(position, cells):
        said.setdefault(row.guideline, set()).add(row.advice)
    return {guideline for guideline, own in said.items() if len(own) > 1}


def sweep() -> list[Cell]:
    """Return all shares, depths and written genotypes as reads by allele."""
    found = []
    for written, depth, part in itertools.product(WRITTEN, DEPTHS, SHARES):
        alternative = round(depth * part / 100)
        found.append(Cell("GT:AD", f"{written}:{depth - alternative},{alternative}"))
    return found


def swept(positions: Sequence[Position]) -> tuple[list[Row], list[Row]]:
    """Return rows of contradicted genotypes, and those of the others.

    Rows of a guideline that says the same for all three genotypes are left out.
    """
    against: list[Row] = []
    others: list[Row] = []
    for position in positions:
        told = differing(position)
        for row in advice_rows(position, sweep()):
            if row.guideline not in told:
                continue
            written, reads = row.cell.text.split(":")
            reference, alternative = map(int, reads.split(","))
            ratio = log10_ratio(reference, alternative, written)
            (against if ratio < CONTRADICTED else others).append(row)
    return against, others


def _pl(draw: random.Random) -> Cell:
    """Return GT and PL without GQ, GT not surely the best."""
    costs = [draw.randint(0, 9) for _ in range(3)]
    costs[draw.randrange(3)] = 0
    written = draw.choice(WRITTEN)
    return Cell("GT:PL", f"{written}:{','.join(map(str, costs))}")


def _gl(draw: random.Random) -> Cell:
    best = draw.uniform(-2, 0)
    values = [best - draw.uniform(0, 0.9) for _ in range(3)]
    return Cell("GT:GL", f"{draw.choice(WRITTEN)}:{','.join(f'{v:.3f}' for v in values)}")


def _gp(draw: random.Random) -> Cell:
    parts = [draw.random() + 0.05 for _ in range(3)]
    shares = [part / sum(parts) for part in parts]
    written = ("0|0", "0|1", "1|1")[max(range(3), key=shares.__getitem__)]
    r2 = draw.uniform(0.05, 0.79)
    return Cell("GT:GP", f"{written}:{','.join(f'{s:.3f}' for s in shares)}", f"R2={r2:.2f}")


def _sure_gp(draw: random.Random) -> Cell:
    """Return a probability near one in a record that is poorly imputed."""
    r2 = draw.uniform(0.05, 0.79)
    return Cell("GT:GP", "0|0:0.995,0.005,0.000", f"DR2={r2:.2f}")


KINDS: dict[str, Callable[[random.Random], Cell]] = {
    "PL without GQ, margin below 10": _pl,
    "GL without GQ, margin below 10": _gl,
    "GP below 0.99": _gp,
    "GP of 0.995, R2 below 0.8": _sure_gp,
}


def generated(kind: str, n: int, positions: Sequence[Position]) -> list[Row]:
    """Return rows of drawn cells that do not support their genotype, at drawn positions."""
    draw = random.Random(f"{SEED} {kind}")  # noqa: S311 - a fixed seed, nothing secret
    found = []
    for _ in range(n):
        position = draw.choice(positions)
        told = differing(position)
        rows = advice_rows(position, [KINDS[kind](draw)])
        found += [row for row in rows if row.guideline in told]
    return found


def measured() -> str:
    """Measure all and return the tables."""
    positions = core_positions()
    against, others = swept(positions)
    rows = []
    for gene in sorted({p.gene for p in positions}):
        mine = [r for r in against if r.position.gene == gene]
        rest = [r for r in others if r.position.gene == gene]
        certain = share(sum(r.certain for r in rest), len(rest))
        n = sum(p.gene == gene for p in positions)
        rows.append([gene, n, len(mine), *_certain(mine), certain])
    drawn = [
        [kind, len(found), *_certain(found)]
        for kind in KINDS
        for found in [generated(kind, 50, positions)]
    ]
    counts = ["certain advice", "certain that there is no advice"]
    return "\n\n".join(
        [
            table(["gene", "positions", "rows, GT contradicted", *counts, "others certain"], rows),
            table(["50 drawn cells each", "rows", *counts], drawn),
        ]
    )


def _certain(rows: Sequence[Row]) -> tuple[int, int]:
    """Return how many rows are certain: those that advise, those without advice."""
    certain = [row for row in rows if row.certain]
    silent = sum(row.advice[0] == ("no_recommendation",) for row in certain)
    return len(certain) - silent, silent
