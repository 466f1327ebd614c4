"""Copies of CYP2D6 called from simulated depth: how often right, and whether posteriors hold.

The generator (`pgx.simulator.depth`) draws samples of every structural model that a pair of
chromosomes has with a frequency above `RAREST`, over the windows of the shipped panel; the
caller sees their depth alone, no reads of alleles. A posterior can only hold where the prior is
how often models were drawn, so that each way to draw them is judged with its own prior
(`designs`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
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
from validation.judging import EDGES
from validation.tables import share, table

__all__ = [
    "COVERAGES",
    "Design",
    "Judged",
    "Simulated",
    "calibration",
    "designs",
    "distance",
    "drawn_models",
    "judge",
    "measure",
    "measured",
    "models_of",
    "report",
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
    # log likelihoods of hundreds of reads underflow: the best model is the unit
    posterior = np.exp(score - score.max(axis=1, keepdims=True))
    posterior /= posterior.sum(axis=1, keepdims=True)
    # several models have the same number of copies: their posteriors add up
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
    # the simulator draws windows along the genome, the panel has controls first
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


SURE: Final = 0.99


class Bin(NamedTuple):
    """Samples whose posterior lies between two bounds, counted and weighed."""

    low: float
    high: float
    n: int
    weight: float
    mean: float
    right: float


def calibration(posterior: Floats, right: Bools, weight: Floats) -> list[Bin]:
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
    models = models_of(KnowledgeBase().genes[GENE])
    chosen = drawn_models(models)
    return report(models, [measure(coverage, chosen) for coverage in COVERAGES])


def report(models: StructuralModels, found: Sequence[Simulated]) -> str:
    """Return the tables of samples at several coverages."""
    return "\n\n".join(_parts(models, found))


def _parts(models: StructuralModels, found: Sequence[Simulated]) -> Iterator[str]:
    drawn = drawn_models(models)
    each = len(found[0].model) // len(drawn)
    yield (
        f"{len(drawn)} models, {each} samples of each at each coverage, {NOISE:.0%} noise between "
        "windows beside counting."
    )
    ways = designs(models)
    header = ["coverage", "models drawn", "n", "not assessed", "copies right"]
    header += [f"posterior ≥ {SURE}", f"wrong at ≥ {SURE}", "structure right", "calibration error"]
    judged = [(s, way, judge(models, s, way)) for s in found for way in ways]
    yield table(header, [_row(*item) for item in judged])
    for way in ways[:2]:
        yield f"Calibration of the posterior of copies, all coverages, {way.name}:"
        bins = _bins([own for _, other, own in judged if other is way])
        rows = [[f"{b.low:g}–{b.high:g}", b.n, f"{b.mean:.4f}", f"{b.right:.4f}"] for b in bins]
        yield table(["posterior", "n", "mean", "right"], rows)
        yield f"Expected calibration error: {distance(bins):.4f}."
    yield "Copies right by model with the prior of persons, and what was taken for what most often:"
    yield table(
        ["model", "persons", *(f"{s.coverage}×" for s in found), "wrong as"],
        [_model_row(models, m, [judge(models, s, ways[-1]) for s in found], found) for m in drawn],
    )


def _bins(judged: Sequence[Judged]) -> list[Bin]:
    """Return the calibration over coverages together."""
    return calibration(
        np.concatenate([j.copies for j in judged]),
        np.concatenate([j.copies_right for j in judged]),
        np.concatenate([j.weight for j in judged]),
    )


def _row(found: Simulated, way: Design, judged: Judged) -> list[object]:
    sure = judged.copies >= SURE
    wrong = sure & ~judged.copies_right
    return [
        f"{found.coverage}×",
        way.name,
        len(judged.model) + judged.n_open,
        judged.n_open,
        _share(judged.copies_right, judged.weight),
        _per_cent(float(judged.weight[sure].sum())),
        _per_cent(float(judged.weight[wrong].sum() / max(judged.weight[sure].sum(), 1e-12))),
        _share(judged.structure_right, judged.weight),
        f"{distance(_bins([judged])):.4f}",
    ]


def _share(right: Bools, weight: Floats) -> str:
    """Return a share: with its interval where all samples weigh alike."""
    if np.ptp(weight) < 1e-12:
        return share(int(right.sum()), len(right))
    return _per_cent(float(weight[right].sum()))


def _per_cent(fraction: float) -> str:
    return f"{100 * fraction:.2f}%"


def _model_row(
    models: StructuralModels, model: int, judged: Sequence[Judged], found: Sequence[Simulated]
) -> list[object]:
    shares: list[object] = []
    for own in judged:
        here = own.model == model
        shares.append(f"{own.copies_right[here].sum()}/{here.sum()}")
    wrong: dict[str, int] = {}
    for sample in found:
        own = sample.log_likelihood[sample.model == model] + models.log_prior
        for other in own[np.isfinite(own[:, 0])].argmax(axis=1).tolist():
            if models.copies[other] != models.copies[model]:
                wrong[models.name(other)] = wrong.get(models.name(other), 0) + 1
    often = max(wrong, key=wrong.__getitem__, default="")
    told = f"{often} ({wrong[often]})" if often else ""
    return [models.name(model), f"{models.frequency[model]:.1e}", *shares, told]
