"""Tables of copies told from simulated depth: right, sure, calibrated, by model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.copynumber.configurations import StructuralModels
from pgx.knowledge.snapshot import KnowledgeBase
from validation.intervals import share
from validation.reliability import EDGES
from validation.structure_depth import (
    COVERAGES,
    GENE,
    NOISE,
    Design,
    Judged,
    Simulated,
    designs,
    drawn_models,
    judge,
    measure,
    models_of,
)
from validation.tables import table

__all__ = ["calibration", "distance", "measured", "report"]

SURE: Final = 0.99

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


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
