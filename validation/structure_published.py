"""Published diplotypes of CYP2D6 told from simulated gVCFs: what reference materials carry.

Diplotypes of all reference materials, most of which have no reads here; their allele and
structure frequencies are those of materials, not of persons. Where a publication allows several
diplotypes, the first is simulated and each is right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pgx.errors import PgxError
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.genes import GeneDefinition
from pgx.simulator.depth.people import copy_haplotype, parse_chromosome
from validation.intervals import counted
from validation.nomenclature import Pair, ordered
from validation.published import Reading, is_structural, pairs, published
from validation.structure_depth import GENE
from validation.structure_genomes import COVERAGE, call_simulated
from validation.structure_tables import SURE
from validation.tables import table

__all__ = ["Simulated", "measure", "measured", "report"]

SAMPLES: Final = 3
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


def measure(n: int = SAMPLES) -> tuple[list[Simulated], list[str]]:
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


def measured() -> str:
    """Measure and return the tables."""
    return report(*measure())


def report(found: Sequence[Simulated], left: Sequence[str]) -> str:
    """Return the counts, those that are wrong, and what could not be simulated."""
    return "\n\n".join(_parts(found, left))


def _parts(found: Sequence[Simulated], left: Sequence[str]) -> Iterator[str]:
    yield f"{len(found)} genomes at {COVERAGE}×, {SAMPLES} of each published genotype:"
    kinds = {
        "all": found,
        "with a deletion, copies or a hybrid": [s for s in found if s.structural],
        "two plain copies": [s for s in found if not s.structural],
    }
    header = ["genomes", "n", "diplotype right", f"right at ≥ {SURE}", f"wrong at ≥ {SURE}"]
    yield table(header, [_row(name, own) for name, own in kinds.items()])
    wrong = [s for s in found if not s.right]
    if wrong:
        yield "Wrong:"
        rows = [["/".join(s.true), s.called, f"{s.probability:.4f}", s.status] for s in wrong]
        yield table(["true", "called", "posterior", "status"], rows)
    if left:
        yield f"Not simulated: {'; '.join(left)}."


def _row(name: str, own: Sequence[Simulated]) -> list[object]:
    sure = [s for s in own if s.is_sure]
    return [
        name,
        len(own),
        counted(sum(s.right for s in own), len(own)),
        sum(s.right for s in sure),
        sum(not s.right for s in sure),
    ]
