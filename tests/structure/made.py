"""Depth and genotypes of made-up samples of CYP2D6."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pgx.genotypes.matrix import Evidence, GeneGenotypes, Unknown
from pgx.io.depth import AllelicDepths, DepthScan
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.structure.models import structural_models
from pgx.structure.panel import default_panel

KB = KnowledgeBase()
GENE = KB.genes["CYP2D6"]
MODELS = structural_models(GENE.structure)
PANEL = default_panel()
NAMES = [MODELS.name(m) for m in range(len(MODELS.counts))]


def scan(
    model: str,
    depth: float = 35.0,
    noise: float = 0.05,
    reads: Mapping[int, tuple[str, str, int, int]] | None = None,
    seed: int = 0,
) -> DepthScan:
    """Return the depth that a model lets expect, with noise of every window (SD of its log)."""
    rng = np.random.default_rng(seed)
    level = np.log(depth)
    controls = np.exp(level + PANEL.controls.log_depth)
    shown = MODELS.expected(PANEL.starts.tolist(), PANEL.ends.tolist())
    copies = shown.copies[NAMES.index(model)] + 0.01
    own = np.exp(level + PANEL.expectation) / 2 * copies
    whole = np.concatenate([controls, own])
    noisy = whole * np.exp(noise * rng.standard_normal(len(whole)))
    allelic = tuple(
        AllelicDepths("chr22", p, (ref, alt, "<NON_REF>"), (a, b, 0))
        for p, (ref, alt, a, b) in (reads or {}).items()
    )
    return DepthScan(noisy[:, None], (allelic,))


def genotypes(variants: Mapping[int, tuple[str, str]]) -> GeneGenotypes:
    """Return one sample that is the reference but for unphased alleles at some positions."""
    found = GeneGenotypes.empty(GENE, ("S",))
    found.call[:] = 0
    found.evidence[:] = Evidence.RECORD
    found.reason[:] = Unknown.NONE
    for index, variant in enumerate(GENE.variants):
        if variant.position in variants:
            codes = sorted(variant.alleles.index(a) for a in variants[variant.position])
            found.call[index, 0] = codes
    return found
