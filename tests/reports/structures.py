"""Evidence on copies made by hand: what models let expect, with a fixed unevenness on top."""

from __future__ import annotations

import functools
import math
from typing import Any

from pgx.copynumber.configurations import structural_models
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.calls import Candidate, GeneCall, HaplotypeDetail
from pgx.records.structures import (
    CopyNumber,
    DepthWindow,
    GeneStructure,
    SiteBalance,
    StructuralModel,
    StructureEvidence,
)
from reports import factory

PLACES = ((42126424, 42128693), (42128695, 42129970), (42130318, 42131929), (42132218, 42133211))
"""What gVCFs of pharmacogenes cover of CYP2D6."""
WHOLE = ((42126300, 42134900),), ((42139500, 42145400),)
"""What reads cover of CYP2D6 and CYP2D7."""
DIPLOTYPES = {
    "*1/*2": ("2 gene", 2),
    "*5/*17": ("1 gene", 1),
    "*36+*10/*2": ("2 gene + 1 *36", 3),
    "*68+*4/*5": ("1 gene + 1 *68", 2),
    "*13+*2/*1x2": ("3 gene + 1 *13", 4),
}


@functools.cache
def known() -> GeneStructure:
    found = KnowledgeBase().genes["CYP2D6"].structure
    assert found is not None
    return found


def windows(model: str, spread: float = 0.12, *, reads: bool = False) -> tuple[DepthWindow, ...]:
    """Return windows of 100 bp over the gene, as the model named lets expect them."""
    models = structural_models(known())
    [row] = [m for m in range(len(models.counts)) if models.name(m) == model]
    own, other = WHOLE if reads else (PLACES, ())
    found = []
    for gene, places in (("CYP2D6", own), ("CYP2D7", other)):
        tiles = [
            (start, min(start + 99, end))
            for first, end in places
            for start in range(first, end, 100)
        ]
        if not tiles:
            continue
        starts, ends = zip(*tiles, strict=True)
        expected = models.expected(starts, ends).copies[row] if gene == "CYP2D6" else None
        for n, (start, end) in enumerate(tiles):
            copies = 2.0 if expected is None else float(expected[n])
            uneven = spread * _unevenness(start) * math.sqrt(max(copies, 0.05) / 2)
            found.append(
                DepthWindow(
                    gene=gene, start=start, end=end, copies=round(max(copies + uneven, 0), 3),
                    spread=round(spread * math.sqrt(max(copies, 0.1) / 2), 3), expected=copies,
                )
            )  # fmt: skip
    return tuple(found)


def _unevenness(position: int) -> float:
    """Return a number between -1.2 and 1.2 that looks like chance."""
    return 2.4 * (math.sin(position * 12.9898) * 43758.5453 % 1 - 0.5)


def evidence(diplotype: str = "*1/*2", *, reads: bool = False, **changes: Any) -> StructureEvidence:
    """Return what would be seen of a diplotype."""
    model, copies = DIPLOTYPES[diplotype]
    values: dict[str, Any] = {
        "gene": "CYP2D6",
        "source": "reads" if reads else "depth",
        "panel": "cyp2d6-gvcf-1",
        "mean_depth": 33.4,
        "noise": 0.062,
        "n_controls": 41,
        "copies": (CopyNumber(copies, 0.9972), CopyNumber(copies + 1, 0.0028)),
        "models": (StructuralModel(model, 0.981), StructuralModel("3 gene", 0.019)),
        "windows": windows(model, reads=reads),
        "exons": known().exons,
        "balances": (
            SiteBalance(position=42127941, reference_reads=14, alternative_reads=29),
            SiteBalance(position=42126611, reference_reads=17, alternative_reads=31),
        ),
    }
    return StructureEvidence(**{**values, **changes})


def not_assessed(reason: str = "depth_too_low", **changes: Any) -> StructureEvidence:
    return StructureEvidence(gene="CYP2D6", source="depth", reason=reason, **changes)


def call(diplotype: str = "*1/*2", **changes: Any) -> GeneCall:
    """Return the call of CYP2D6 with such evidence."""
    values: dict[str, Any] = {
        "gene": "CYP2D6",
        "diplotype": diplotype,
        "candidates": (Candidate(diplotype, 0.98), Candidate("*1/*41", 0.02)),
        "n_candidates": 2,
        "probability": 0.98,
        "phenotype": "Normal Metabolizer",
        "phenotypes": ("Normal Metabolizer",),
        "activity_score": "2.0",
        "lookup_keys": ("2.0",),
        "notes": ("copy_number_from_depth",),
        "haplotypes": tuple(
            HaplotypeDetail(name=name, function="Normal function", activity_value="1.0")
            for name in diplotype.split("/")
        ),
        "sites": (factory.site("chr22:42127941", rsid="rs16947"),),
    }
    if "structure" not in changes:
        values["structure"] = evidence(diplotype)
    return factory.called(**{**values, **changes})
