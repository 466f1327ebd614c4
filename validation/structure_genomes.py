"""Diplotypes of CYP2D6 called from simulated gVCFs: every structural model, every published one.

Unlike `validation.structure_depth`, files are written and read, and reads of alleles count.

`measure_published` simulates the diplotypes of all reference materials, most of which have no reads
here; their allele and structure frequencies are those of materials, not of persons. Where a
publication allows several diplotypes, the first is simulated and each is right.
"""

from __future__ import annotations

import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

import pgx
from pgx.copynumber.configurations import structural_models
from pgx.copynumber.depth import default_panel
from pgx.errors import PgxError
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.genes import GeneDefinition, format_diplotype
from pgx.simulator.depth.gvcf import DepthSimulator
from pgx.simulator.depth.noise import DepthSettings, panel_windows
from pgx.simulator.depth.people import allele_weights, copy_haplotype, draw_people, parse_chromosome
from pgx.simulator.haplotypes import common_spellings
from pgx.simulator.settings import AmbiguityChoice, SimulationSettings, WriteStyle
from validation.published import Pair, Reading, is_structural, ordered, pairs, published
from validation.structure_depth import COMMON, GENE, NOISE, SURE
from validation.tables import counted, table

__all__ = [
    "Called",
    "Simulated",
    "call_simulated",
    "measure",
    "measure_published",
    "measured",
    "measured_published",
    "report",
    "report_published",
]

COVERAGE: Final = 30
SAMPLES: Final = 10
"""Samples of each model."""
SEED: Final = 30


@dataclass(frozen=True, slots=True)
class Called:
    """One simulated genome: its model, diplotype, and the call."""

    model: str
    frequency: float
    true: str
    called: str | None
    status: str
    probability: float

    @property
    def right(self) -> bool:
        """Whether the best diplotype is the true one."""
        return self.called == self.true


def measure(n: int = SAMPLES, coverage: float = COVERAGE) -> list[Called]:
    """Simulate ``n`` genomes of each model that is not rare, and call them."""
    kb = KnowledgeBase()
    gene = kb.genes[GENE]
    if gene.structure is None:
        message = f"nothing is known of the structure of {GENE}"
        raise ValueError(message)
    models = structural_models(gene.structure)
    frequency = models.frequency
    order = np.argsort(-frequency, kind="stable").tolist()
    model = [m for m in order if frequency[m] > COMMON for _ in range(n)]
    random = np.random.default_rng(SEED)
    names = draw_people(gene, model, allele_weights(gene, kb.frequencies), random).names
    rows = call_simulated(kb, names, coverage)
    return [
        Called(
            models.name(m),
            float(frequency[m]),
            format_diplotype(own, gene.default_allele),
            row["diplotype"],
            row["status"],
            float(row["probability"] or 0.0),
        )
        for m, own, row in zip(model, names, rows, strict=True)
    ]


def call_simulated(
    kb: KnowledgeBase, names: Sequence[tuple[str, str]], coverage: float
) -> list[dict[str, Any]]:
    """Write a gVCF of each pair of chromosomes and return the rows of their calls."""
    with tempfile.TemporaryDirectory() as folder:
        paths = list(_written(kb, names, coverage, Path(folder)))
        return pgx.call(paths, genes=[GENE]).to_dicts()


def _written(
    kb: KnowledgeBase, names: Sequence[tuple[str, str]], coverage: float, folder: Path
) -> Iterator[Path]:
    settings = SimulationSettings(
        style=WriteStyle.GVCF,
        only_named=True,
        ambiguity=AmbiguityChoice.COMMON,
        common=common_spellings(kb.genes, kb.frequencies),
    )
    depth = DepthSettings(coverage=coverage, noise=NOISE, seed=SEED)
    simulator = DepthSimulator(kb.genes, settings, depth, panel_windows(default_panel())[0])
    for number, own in enumerate(names):
        path = folder / f"{number:05}.g.vcf"
        path.write_text(simulator.render(f"S{number:05}", {GENE: own}), encoding="utf-8")
        yield path


def measured() -> str:
    """Measure and return the tables."""
    return report(measure())


def report(found: Sequence[Called]) -> str:
    """Return one row a model, then all, then those that are wrong and sure."""
    groups: dict[str, list[Called]] = defaultdict(list)
    for item in found:
        groups[item.model].append(item)
    rows = [_row(name, own) for name, own in groups.items()]
    rows.append(_row("all", found))
    header = ["model", "persons", "n", "diplotype right", "called", f"posterior ≥ {SURE}"]
    header += [f"wrong at ≥ {SURE}", "wrong as, most often"]
    wrong = [c for c in found if not c.right and c.probability >= SURE]
    persons = sum(c.frequency * c.right for c in found) / sum(c.frequency for c in found)
    parts = [
        f"{len(found)} genomes at {COVERAGE}×, {NOISE:.0%} noise, alleles drawn by frequency:",
        table(header, rows),
        f"Weighed as frequent as in persons, {100 * persons:.1f}% are right.",
    ]
    if wrong:
        parts.append("Wrong although sure:")
        told = [[c.true, c.called, f"{c.probability:.4f}", c.status] for c in wrong]
        parts.append(table(["true", "called", "posterior", "status"], told))
    return "\n\n".join(parts)


def _row(name: str, own: Sequence[Called]) -> list[object]:
    sure = [c for c in own if c.probability >= SURE]
    wrong = Counter(f"{c.true} as {c.called or 'nothing'}" for c in own if not c.right)
    often = f"{wrong.most_common(1)[0][0]}" if wrong else ""
    return [
        name,
        "" if name == "all" else f"{own[0].frequency:.1e}",
        len(own),
        counted(sum(c.right for c in own), len(own)),
        sum(c.status == "called" for c in own),
        len(sure),
        sum(not c.right for c in sure),
        often,
    ]


GENOMES_EACH: Final = 3
"""Genomes of each published diplotype."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """One simulated genome: what it carries, the diplotypes that are right, and the call."""

    true: Pair
    allowed: frozenset[Pair]
    structural: bool
    called: str
    status: str
    probability: float

    @property
    def right(self) -> bool:
        """Whether the best diplotype is one of those that are right."""
        return "/" in self.called and ordered(*self.called.split("/")) in self.allowed

    @property
    def is_sure(self) -> bool:
        """Whether the posterior says so."""
        return self.probability >= SURE


def measure_published(n: int = GENOMES_EACH) -> tuple[list[Simulated], list[str]]:
    """Simulate and call; return as well the published diplotypes that cannot be simulated."""
    kb = KnowledgeBase()
    texts = [
        known.text(Reading.REVISED) for (_, gene), known in sorted(published().items())
        if gene == GENE
    ]  # fmt: skip
    wanted = [(text, pairs(GENE, text)) for text in texts]
    made = [(text, own) for text, own in wanted if own and _is_known(kb.genes[GENE], min(own))]
    left = Counter(text for text, own in wanted if not own or (text, own) not in made)
    rows = call_simulated(kb, [min(own) for _, own in made for _ in range(n)], COVERAGE)
    found = [
        Simulated(
            min(own),
            own,
            is_structural(GENE, text),
            row["diplotype"] or "",
            row["status"],
            float(row["probability"] or 0.0),
        )
        for (text, own), row in zip((m for m in made for _ in range(n)), rows, strict=True)
    ]
    return found, sorted(left)


def _is_known(gene: GeneDefinition, pair: Pair) -> bool:
    try:
        for name in pair:
            for copy in parse_chromosome(gene, name):
                copy_haplotype(gene, copy)
    except PgxError:
        return False
    return True


def measured_published() -> str:
    """Measure and return the tables."""
    return report_published(*measure_published())


def report_published(found: Sequence[Simulated], left: Sequence[str]) -> str:
    """Return the counts, those that are wrong, and what could not be simulated."""
    return "\n\n".join(_parts(found, left))


def _parts(found: Sequence[Simulated], left: Sequence[str]) -> Iterator[str]:
    yield f"{len(found)} genomes at {COVERAGE}×, {GENOMES_EACH} of each published genotype:"
    kinds = {
        "all": found,
        "with a deletion, copies or a hybrid": [s for s in found if s.structural],
        "two plain copies": [s for s in found if not s.structural],
    }
    header = ["genomes", "n", "diplotype right", f"right at ≥ {SURE}", f"wrong at ≥ {SURE}"]
    yield table(header, [_published_row(name, own) for name, own in kinds.items()])
    wrong = [s for s in found if not s.right]
    if wrong:
        yield "Wrong:"
        rows = [["/".join(s.true), s.called, f"{s.probability:.4f}", s.status] for s in wrong]
        yield table(["true", "called", "posterior", "status"], rows)
    if left:
        yield f"Not simulated: {'; '.join(left)}."


def _published_row(name: str, own: Sequence[Simulated]) -> list[object]:
    sure = [s for s in own if s.is_sure]
    return [
        name,
        len(own),
        counted(sum(s.right for s in own), len(own)),
        sum(s.right for s in sure),
        sum(not s.right for s in sure),
    ]
