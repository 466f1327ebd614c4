"""Copies of CYP2D6 told from simulated depth: how often right, and whether posteriors hold.

The generator (`pgx.simulate.depth`) draws samples of every structural model that a pair of
chromosomes has with a frequency above `RAREST`, over the windows of the shipped panel; the
caller sees their depth alone, no reads of alleles.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from pgx.base.genes import GeneDefinition
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.simulate.depth.drawing import AlleleWeights, allele_weights
from pgx.simulate.depth.many import simulate_many
from pgx.simulate.depth.noise import Neighbours
from pgx.simulate.depth.windows import panel_windows
from pgx.structure.depth import copies_from_depth
from pgx.structure.models import StructuralModels, structural_models
from pgx.structure.panel import PanelArrays, default_panel
from pgx.vcf.depth import DepthScan
from validation.intervals import share
from validation.reliability import EDGES
from validation.tables import table

__all__ = ["COVERAGES", "Judgements", "calibration", "measure", "measured"]

GENE: Final = "CYP2D6"
COVERAGES: Final = (15, 20, 30, 45, 60)
NOISE: Final = 0.05
RAREST: Final = 1e-5
COMMON: Final = 1e-4
SAMPLES: Final = 100
"""Samples of each model and coverage."""
SURE: Final = 0.99
SEED: Final = 8

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Judgements:
    """N samples of one coverage, each with a posterior of the M models; NaN if not assessed."""

    coverage: int
    model: Places
    posterior: Floats

    @property
    def assessed(self) -> npt.NDArray[np.bool_]:
        """(N,) whether copies were told."""
        return np.isfinite(self.posterior[:, 0])


def measure(coverage: int, chosen: Sequence[int], n: int = SAMPLES, seed: int = SEED) -> Judgements:
    """Simulate and judge ``n`` samples of each chosen model."""
    kb = KnowledgeBase()
    gene, panel = kb.genes[GENE], default_panel()
    near = Neighbours(panel_windows(panel)[0])
    weights = allele_weights(gene, kb.frequencies)
    parts = [
        _judged(
            gene, panel, near, np.full(n, m), coverage, weights, 10**6 * seed + 10**3 * m + coverage
        )
        for m in chosen
    ]
    return Judgements(coverage, np.repeat(np.asarray(chosen), n), np.concatenate(parts))


def _judged(
    gene: GeneDefinition,
    panel: PanelArrays,
    near: Neighbours,
    model: Places,
    coverage: int,
    weights: AlleleWeights,
    seed: int,
) -> Floats:
    """Return (N, M) posteriors of samples of given models."""
    found = simulate_many(
        gene, near, model, coverage=coverage, noise=NOISE, weights=weights, seed=seed
    )
    order = panel_windows(panel)[1]
    scan = DepthScan(found.depth[order], ((),) * len(model))
    return np.array([_posterior(gene, scan, i, panel) for i in range(len(model))])


def _posterior(gene: GeneDefinition, scan: DepthScan, sample: int, panel: PanelArrays) -> Floats:
    models = _models(gene)
    evidence = copies_from_depth(gene, scan, sample, panel)
    if not evidence.is_assessed:
        return np.full(len(models.counts), np.nan)
    weight = evidence.log_likelihood + models.log_prior
    found = np.exp(weight - weight.max())
    return np.asarray(found / found.sum())


def _models(gene: GeneDefinition) -> StructuralModels:
    if gene.structure is None:
        message = f"nothing is known of the structure of {gene.gene}"
        raise ValueError(message)
    return structural_models(gene.structure)


def by_copies(models: StructuralModels, judged: Judgements) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return posterior of the best number of copies and whether it is right, of those assessed."""
    of_copies = judged.posterior[judged.assessed] @ np.eye(models.copies.max() + 1)[models.copies]
    best = of_copies.argmax(axis=1)
    return of_copies.max(axis=1), best == models.copies[judged.model[judged.assessed]]


def by_model(judged: Judgements) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return posterior of the best model and whether it is right, of those assessed."""
    posterior = judged.posterior[judged.assessed]
    best = posterior.argmax(axis=1)
    return posterior.max(axis=1), best == judged.model[judged.assessed]


@dataclass(frozen=True, slots=True)
class Bin:
    """Samples whose posterior lies between two bounds, counted and weighed."""

    low: float
    high: float
    n: int
    weight: float
    mean: float
    right: float


def calibration(posterior: Floats, right: npt.NDArray[np.bool_], weight: Floats) -> list[Bin]:
    """Return weighted shares by bin of the posterior; empty bins are left out.

    >>> calibration(np.array([0.95, 0.96]), np.array([True, False]), np.ones(2))
    [Bin(low=0.95, high=0.99, n=2, weight=2.0, mean=0.955, right=0.5)]
    """
    bins = []
    for low, high in pairwise(EDGES):
        inside = (posterior >= low) & ((posterior < high) | (high == EDGES[-1]))
        total = float(weight[inside].sum())
        if total > 0:
            mean = float((posterior * weight)[inside].sum() / total)
            hits = float((right * weight)[inside].sum() / total)
            bins.append(Bin(low, high, int(inside.sum()), total, mean, hits))
    return bins


def distance(bins: Sequence[Bin]) -> float:
    """Return the expected calibration error: mean distance of posterior and share right."""
    total = sum(b.weight for b in bins)
    return sum(b.weight * abs(b.mean - b.right) for b in bins) / total if total else 0.0


def measured() -> str:
    """Measure at every coverage and return the tables."""
    models = _models(KnowledgeBase().genes[GENE])
    frequency = models.frequency
    chosen = [int(m) for m in np.argsort(-frequency, kind="stable") if frequency[m] > RAREST]
    found = [measure(coverage, chosen) for coverage in COVERAGES]
    return "\n\n".join(_report(models, frequency, chosen, found))


def _report(
    models: StructuralModels, frequency: Floats, chosen: Sequence[int], found: Sequence[Judgements]
) -> Iterator[str]:
    yield (
        f"{len(chosen)} models, {SAMPLES} samples of each at each coverage, {NOISE:.0%} noise "
        "between windows beside counting. Copies:"
    )
    header = ["coverage", "n", "not assessed", "right, each model alike"]
    header += [f"right, models above {COMMON:g}", "right, as frequent as in persons"]
    sure = [f"posterior ≥ {SURE}", f"wrong at ≥ {SURE}"]
    copies = [(j, *by_copies(models, j)) for j in found]
    yield table([*header, *sure], [_row(*item, frequency) for item in copies])
    yield "Structure (copies of the gene and of each hybrid):"
    whole = [(j, *by_model(j)) for j in found]
    yield table([*header, *sure], [_row(*item, frequency) for item in whole])
    for title, judged in (("copies", copies), ("structure", whole)):
        yield from _calibrated(models, frequency, title, judged)
    yield "Copies right by model, and what was taken for what most often:"
    yield table(
        ["model", "persons", *(f"{c}×" for c in COVERAGES), "wrong as"],
        [_model_row(models, frequency, m, found) for m in chosen],
    )


def _row(
    judged: Judgements, posterior: Floats, right: npt.NDArray[np.bool_], frequency: Floats
) -> list[object]:
    weight = frequency[judged.model[judged.assessed]]
    sure = posterior >= SURE
    n = len(judged.model)
    return [
        f"{judged.coverage}×",
        n,
        n - len(right),
        share(int(right.sum()), len(right)),
        share(int((right & (weight > COMMON)).sum()), int((weight > COMMON).sum())),
        _per_cent(float((right * weight).sum() / weight.sum()) if len(right) else 0.0),
        share(int(sure.sum()), len(right)),
        share(int((~right & sure).sum()), int(sure.sum())),
    ]


def _per_cent(fraction: float) -> str:
    return f"{100 * fraction:.2f}%"


def _calibrated(
    models: StructuralModels,
    frequency: Floats,
    title: str,
    judged: Sequence[tuple[Judgements, Floats, npt.NDArray[np.bool_]]],
) -> Iterator[str]:
    posterior = np.concatenate([p for _, p, _ in judged])
    right = np.concatenate([r for _, _, r in judged])
    model = np.concatenate([j.model[j.assessed] for j, _, _ in judged])
    weights = {
        "each model alike": np.ones(len(model)),
        "as in persons": frequency[model],
    }
    tables = {name: calibration(posterior, right, w) for name, w in weights.items()}
    rows: dict[tuple[float, float], list[object]] = {}
    for bins in tables.values():
        for b in bins:
            row = rows.setdefault((b.low, b.high), [f"{b.low:g}–{b.high:g}", b.n])
            row += [f"{b.mean:.4f}", f"{b.right:.4f}"]
    yield f"Calibration of the posterior of {title}, all coverages; models weighed in two ways:"
    header = [cell for name in weights for cell in (f"mean, {name}", "right")]
    yield table(["posterior", "n", *header], [rows[key] for key in sorted(rows)])
    errors = "; ".join(f"{name} {distance(bins):.4f}" for name, bins in tables.items())
    yield f"Expected calibration error: {errors}."


def _model_row(
    models: StructuralModels, frequency: Floats, model: int, found: Sequence[Judgements]
) -> list[object]:
    shares: list[object] = []
    wrong: dict[str, int] = {}
    for judged in found:
        own = judged.assessed & (judged.model == model)
        best = judged.posterior[own].argmax(axis=1)
        copies = judged.posterior[own] @ np.eye(models.copies.max() + 1)[models.copies]
        right = copies.argmax(axis=1) == models.copies[model]
        shares.append(f"{right.sum()}/{len(right)}")
        for other in best[~right].tolist():
            wrong[models.name(other)] = wrong.get(models.name(other), 0) + 1
    often = max(wrong, key=wrong.__getitem__, default="")
    told = f"{often} ({wrong[often]})" if often else ""
    return [models.name(model), f"{frequency[model]:.1e}", *shares, told]
