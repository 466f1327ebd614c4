"""CYP2D6 with copies and hybrids from gVCF depth: reference genomes, each left out of the panel.

For each genome a panel of expected depths is built from the others, and haplotype frequencies are
those of people other than itself. The published diplotype is read as in `validation.published`;
its copies are counted by its names: a deletion is none, a hybrid one, a tandem its members.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
from tools.depth_panel import GENE, GeneDepths, panel_of, read_depths

from pgx.copynumber.depth import PANEL_VARIABLE, default_panel
from pgx.records.calls import CallStatus, GeneCall
from validation import callers
from validation.data import gvcf_files, read_files
from validation.published import Pair, Reading, is_structural, ordered, pairs, published
from validation.tables import table

__all__ = ["Judged", "copies_of", "measure", "measured", "report"]

SURE: Final = 0.99
_COPIES: Final = re.compile(r"(.+?)x(\d+)")


@dataclass(frozen=True, slots=True)
class Judged:
    """One genome: what is published, what was called, how far it is right."""

    sample: str
    wanted: frozenset[Pair]
    structural: bool
    ours: str
    probability: float
    status: CallStatus
    copies: int
    copies_probability: float

    @property
    def right(self) -> bool:
        """Whether the diplotype is a published one, structure included."""
        return _pair(self.ours) in self.wanted

    @property
    def counted(self) -> bool:
        """Whether the number of copies is that of a published diplotype."""
        return self.copies in {copies_of("/".join(pair)) for pair in self.wanted}


def copies_of(diplotype: str) -> int:
    """Return the gene copies of a diplotype: ``*5`` none, hybrids one, tandems their sum.

    >>> copies_of("*1/*2x2"), copies_of("*5/*68+*4"), copies_of("*36x2+*10/*5")
    (3, 2, 3)
    """
    total = 0
    for unit in re.split(r"[/+]", diplotype):
        match = _COPIES.fullmatch(unit)
        total += int(match[2]) if match else unit != "*5"
    return total


def _pair(diplotype: str) -> Pair:
    one, *other = diplotype.split("/")
    return ordered(one, other[0] if other else "")


def measure() -> list[Judged]:
    """Call every reference genome with a panel that has not seen it."""
    paths = gvcf_files()
    found = read_depths(paths)
    known = published()
    return [
        _judged(call, known[sample, GENE].text(Reading.PUBLISHED))
        for sample, call in _left_out(paths, found)
    ]


def _left_out(paths: list[Path], found: GeneDepths) -> Iterator[tuple[str, GeneCall]]:
    before = os.environ.get(PANEL_VARIABLE)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "panel.json"
        os.environ[PANEL_VARIABLE] = str(place)
        try:
            for number, (sample, path) in enumerate(zip(found.samples, paths, strict=True)):
                others = [i for i in range(len(paths)) if i != number]
                place.write_bytes(msgspec.json.encode(panel_of(found, others)))
                # the panel is read once a process: each left-out genome needs another one
                default_panel.cache_clear()
                yield sample, _call(path)
        finally:
            default_panel.cache_clear()
            del os.environ[PANEL_VARIABLE]
            if before is not None:
                os.environ[PANEL_VARIABLE] = before


def _call(path: Path) -> GeneCall:
    seen = read_files([path])
    if seen.read.refused:
        raise seen.read.refused[0]
    genotypes = seen.genotypes[GENE]
    copies = seen.read.copies_of(GENE, genotypes.samples[0])
    return callers.call(genotypes, 0, with_sites=True, copies=copies)


def _judged(call: GeneCall, text: str) -> Judged:
    counted = call.structure.copies if call.structure else ()
    return Judged(
        sample=call.sample,
        wanted=pairs(GENE, text),
        structural=is_structural(GENE, text),
        ours=call.diplotype or call.status.value,
        probability=call.probability or 0.0,
        status=call.status,
        copies=counted[0].copies if counted else -1,
        copies_probability=counted[0].probability if counted else 0.0,
    )


def measured() -> str:
    """Measure and return the tables."""
    return report(measure())


def report(found: list[Judged]) -> str:
    """Return the counts, and a row for each genome with structure or doubt."""
    kinds = {
        "all": found,
        "with a deletion, copies or a hybrid": [j for j in found if j.structural],
        "two plain copies": [j for j in found if not j.structural],
    }
    counts = table(
        ["genomes", "n", "copies right", "diplotype right", "right at ≥ 0.99", "wrong at ≥ 0.99"],
        [[name, *_counts(own)] for name, own in kinds.items()],
    )
    rows = [
        [
            j.sample,
            " or ".join("/".join(pair) for pair in sorted(j.wanted)),
            j.ours,
            f"{j.probability:.4f}",
            f"{j.copies} ({j.copies_probability:.4f})",
            j.status.value,
        ]
        for j in found
        if j.structural or not j.right or j.probability < SURE
    ]
    each = table(["genome", "published", "called", "probability", "copies", "status"], rows)
    return f"{counts}\n\n{each}"


def _counts(found: list[Judged]) -> list[str]:
    sure = [j for j in found if j.probability >= SURE]
    return [
        str(len(found)),
        str(sum(j.counted for j in found)),
        str(sum(j.right for j in found)),
        str(sum(j.right for j in sure)),
        str(sum(not j.right for j in sure)),
    ]
