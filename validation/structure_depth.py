"""Copies of CYP2D6 told from simulated depth: how often right, and whether posteriors hold.

The generator (`pgx.simulator.depth`) draws samples of every structural model that a pair of
chromosomes has with a frequency above `RAREST`, over the windows of the shipped panel; the
caller sees their depth alone, no reads of alleles. A posterior can only hold where the prior is
how often models were drawn, so that each way to draw them is judged with its own prior
(`designs`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from tools.simulated_depth import simulate_many

from pgx.copynumber.configurations import StructuralModels, structural_models
from pgx.copynumber.depth import PanelArrays, copies_from_depth, default_panel
from pgx.io.depth import DepthScan
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.genes import GeneDefinition
from pgx.simulator.depth.noise import Neighbours, panel_windows
from pgx.simulator.depth.people import AlleleWeights, allele_weights

__all__ = [
    "COVERAGES",
    "Design",
    "Judged",
    "Simulated",
    "designs",
    "drawn_models",
    "judge",
    "measure",
    "models_of",
]

GENE: Final = "CYP2D6"
COVERAGES: Final = (15, 20, 30, 45, 60)
NOISE: Final = 0.05
RAREST: Final = 1e-5
COMMON: Final = 1e-4
SAMPLES: Final = 100
"""Samples of each model and coverage."""
SEED: Final = 8

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Simulated:
    """N samples of one coverage, each with a log likelihood of M models; NaN if not assessed."""

    coverage: int
    model: Places
    log_likelihood: Floats


class Design(NamedTuple):
    """A way to draw models: (M,) how often each is, and (M,) the prior they are judged by."""

    name: str
    weight: Floats
    log_prior: Floats


class Judged(NamedTuple):
    """Samples of a design that were assessed, and how many were not.

    (K,) weights that sum to 1, true models, posterior of the best number of copies and whether
    it is right, the same of the best model.
    """

    n_open: int
    weight: Floats
    model: Places
    copies: Floats
    copies_right: Bools
    structure: Floats
    structure_right: Bools


def models_of(gene: GeneDefinition) -> StructuralModels:
    """Return the structural models of a gene."""
    if gene.structure is None:
        message = f"nothing is known of the structure of {gene.gene}"
        raise ValueError(message)
    return structural_models(gene.structure)


def drawn_models(models: StructuralModels) -> list[int]:
    """Return the models that are drawn, the most frequent first."""
    order = np.argsort(-models.frequency, kind="stable").tolist()
    return [m for m in order if models.frequency[m] > RAREST]


def designs(models: StructuralModels) -> list[Design]:
    """Return the ways to draw models, each with its own prior but the last."""
    common, drawn = models.frequency > COMMON, models.frequency > RAREST
    persons = np.where(drawn, models.frequency, 0.0)
    return [
        Design("as frequent as in persons", persons, models.log_prior),
        Design(f"{common.sum()} models alike", common * 1.0, _alike(common)),
        Design(f"{drawn.sum()} models alike", drawn * 1.0, _alike(drawn)),
        Design(f"{drawn.sum()} models alike, prior of persons", drawn * 1.0, models.log_prior),
    ]


def _alike(chosen: Bools) -> Floats:
    return np.where(chosen, -np.log(chosen.sum()), -np.inf)


def judge(models: StructuralModels, found: Simulated, design: Design) -> Judged:
    """Judge the samples of one coverage that a design draws."""
    drawn = design.weight[found.model] > 0
    known = drawn & np.isfinite(found.log_likelihood[:, 0])
    model = found.model[known]
    score = found.log_likelihood[known] + design.log_prior
    posterior = np.exp(score - score.max(axis=1, keepdims=True))
    posterior /= posterior.sum(axis=1, keepdims=True)
    by_copies = posterior @ np.eye(models.copies.max() + 1)[models.copies]
    weight = design.weight[model]
    return Judged(
        n_open=int(drawn.sum() - known.sum()),
        weight=weight / weight.sum(),
        model=model,
        copies=by_copies.max(axis=1),
        copies_right=by_copies.argmax(axis=1) == models.copies[model],
        structure=posterior.max(axis=1),
        structure_right=posterior.argmax(axis=1) == model,
    )


def measure(coverage: int, chosen: Sequence[int], n: int = SAMPLES, seed: int = SEED) -> Simulated:
    """Simulate ``n`` samples of each chosen model and weigh all models in each."""
    kb = KnowledgeBase()
    gene, panel = kb.genes[GENE], default_panel()
    near = Neighbours(panel_windows(panel)[0])
    weights = allele_weights(gene, kb.frequencies)
    parts = [
        _weighed(
            gene, panel, near, np.full(n, m), coverage, weights, 10**6 * seed + 10**3 * m + coverage
        )
        for m in chosen
    ]
    return Simulated(coverage, np.repeat(np.asarray(chosen), n), np.concatenate(parts))


def _weighed(
    gene: GeneDefinition,
    panel: PanelArrays,
    near: Neighbours,
    model: Places,
    coverage: int,
    weights: AlleleWeights,
    seed: int,
) -> Floats:
    """Return (N, M) log likelihoods in samples of given models."""
    found = simulate_many(
        gene, near, model, coverage=coverage, noise=NOISE, weights=weights, seed=seed
    )
    order = panel_windows(panel)[1]
    scan = DepthScan(found.depth[order], ((),) * len(model))
    return np.array([_log_likelihood(gene, scan, i, panel) for i in range(len(model))])


def _log_likelihood(
    gene: GeneDefinition, scan: DepthScan, sample: int, panel: PanelArrays
) -> Floats:
    evidence = copies_from_depth(gene, scan, sample, panel)
    if not evidence.is_assessed:
        return np.full(len(models_of(gene).counts), np.nan)
    return evidence.log_likelihood
