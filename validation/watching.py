"""Whether watching a model keeps quiet when nothing happens, and speaks when something does.

    python -m validation.watching --logs 400

Simulates a model of a weekly dose, its validation, and logs of its use: in control, with outcomes
that are shifted, with the ages of another hospital, with an input that vanishes. Prints the
share of logs with an alert, and after how many outcomes a shift was signalled. All is seeded.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from pgx_dosing.monitoring.log import OutcomeLine, PredictionLine
from pgx_dosing.monitoring.records import (
    CheckState,
    GroupReference,
    LevelReference,
    ModelStatus,
    MonitoredModel,
    NumberReference,
    ResidualReference,
    ValidationReference,
)
from pgx_dosing.monitoring.status import monitor
from pgx_dosing.specification import Link

Columns = dict[str, npt.NDArray[Any]]

N_VALIDATION: Final = 3926
UNIT: Final = "mg/week"
DIGEST: Final = "ab" * 32
_NUMBERS: Final = ("age_years", "weight_kg", "height_cm")
_RACES: Final = {"Asian": 0.3, "Black": 0.15, "White": 0.55}
_A_ALLELES: Final = {"Asian": 0.9, "Black": 0.1, "White": 0.4}
_CYP2C9: Final = {"*1/*1": 0.78, "*1/*2": 0.12, "*1/*3": 0.08, "*2/*3": 0.02}
_MISSING: Final = {"weight_kg": 0.03, "height_cm": 0.12, "cyp2c9": 0.02}
_SD: Final = 0.85  # of the square root of the dose
_LEVEL: Final = 0.9
_Z: Final = 1.6449
_A_DAY: Final = 3  # predictions
_KNOWN: Final = 0.9  # of the predictions have an outcome
_BEGIN: Final = dt.date(2026, 1, 1)


class Scenario(NamedTuple):
    """What is wrong with a log, from prediction ``start`` on; nothing by default."""

    name: str = "in control"
    shift: float = 0.0  # added to outcomes, mg/week
    age: tuple[float, float] = (63.0, 14.0)  # mean and standard deviation
    vanished: str = ""
    group_shift: float = 0.0  # added to outcomes of one group, mg/week
    start: int = 0


SCENARIOS: Final = (
    Scenario(),
    Scenario("outcomes +3 mg/week", shift=3.0),
    Scenario("outcomes +3 mg/week from the 250th on", shift=3.0, start=250),
    Scenario("outcomes -3 mg/week", shift=-3.0),
    Scenario("ages of another hospital (70, SD 12)", age=(70.0, 12.0)),
    Scenario("ages slightly higher (66, SD 14)", age=(66.0, 14.0)),
    Scenario("weight no longer arrives, from the 400th on", vanished="weight_kg", start=400),
    Scenario("one group +10 mg/week", group_shift=10.0),
)


def patients(random: np.random.Generator, n: int, age: tuple[float, float]) -> Columns:
    """Return ``n`` patients: what a model takes of them, nothing missing yet."""
    race = random.choice(list(_RACES), n, p=list(_RACES.values()))
    a_share = np.array([_A_ALLELES[r] for r in race])
    sex = random.choice(["female", "male"], n)
    return {
        "age_years": np.clip(np.round(random.normal(*age, n)), 18, 100),
        "height_cm": np.round(np.where(sex == "male", 174, 161) + random.normal(0, 7, n)),
        "weight_kg": np.round(np.where(race == "Asian", 63, 83) + random.normal(0, 16, n), 1),
        "race": race,
        "sex": sex,
        "vkorc1": np.array(["G/G", "A/G", "A/A"])[random.binomial(2, a_share)],
        "cyp2c9": random.choice(list(_CYP2C9), n, p=list(_CYP2C9.values())),
        "amiodarone": random.random(n) < 0.06,
    }


def root_dose(columns: Columns) -> npt.NDArray[np.float64]:
    """Return the square root of the mean dose (mg/week) of patients, shape (n,)."""
    of_vkorc1 = {"G/G": 0.0, "A/G": 0.87, "A/A": 1.70}
    of_cyp2c9 = {"*1/*1": 0.0, "*1/*2": 0.52, "*1/*3": 0.94, "*2/*3": 1.92}
    total = 5.6 - 0.026 * columns["age_years"] + 0.0087 * columns["height_cm"]
    total = total + 0.0128 * columns["weight_kg"] - 0.55 * columns["amiodarone"]
    total = total - np.array([of_vkorc1[g] for g in columns["vkorc1"]])
    total = total - np.array([of_cyp2c9[g] for g in columns["cyp2c9"]])
    return np.maximum(total, 2.0)


def doses(random: np.random.Generator, root: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return what patients turn out to need (mg/week)."""
    return np.maximum(root + random.normal(0, _SD, len(root)), 0.5) ** 2


def validated(seed: int, *, quantiles: bool = False) -> MonitoredModel:
    """Return a model with the reference that its validation on simulated patients gives."""
    random = np.random.default_rng(seed)
    columns = patients(random, N_VALIDATION, (63.0, 14.0))
    root = root_dose(columns)
    observed = doses(random, root)
    residuals = observed - root**2
    on_scale = np.sqrt(observed) - root
    lower, upper = (root - _Z * _SD) ** 2, (root + _Z * _SD) ** 2
    held = (lower <= observed) & (observed <= upper)
    steps = tuple(np.quantile(on_scale, np.linspace(0, 1, 101)).tolist()) if quantiles else ()
    reference = ValidationReference(
        inputs={name: _input_reference(name, columns[name]) for name in columns},
        residual=ResidualReference(
            float(on_scale.mean()), float(on_scale.std(ddof=1)), Link.SQUARE_ROOT, steps
        ),
        coverage=float(held.mean()),
        mae=float(np.abs(residuals).mean()),
        within_20_percent=float((np.abs(residuals) <= 0.2 * observed).mean()),
        n=N_VALIDATION,
        groups={
            name: {
                str(value): GroupReference(
                    int((columns[name] == value).sum()),
                    float(np.abs(residuals)[columns[name] == value].mean()),
                    float(held[columns[name] == value].mean()),
                )
                for value in np.unique(columns[name])
            }
            for name in ("race", "sex")
        },
    )
    return MonitoredModel("simulated", "1", UNIT, reference, DIGEST)


def _input_reference(name: str, values: npt.NDArray[Any]) -> NumberReference | LevelReference:
    missing = _MISSING.get(name, 0.0)
    if name not in _NUMBERS:
        levels, counts = np.unique(values.astype(str), return_counts=True)
        shares = dict(zip(levels.tolist(), (counts / len(values)).tolist(), strict=True))
        return LevelReference(shares, missing)
    edges = np.unique(np.quantile(values, np.arange(0.1, 1, 0.1)))
    counts = np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(edges) + 1)
    return NumberReference(tuple(edges.tolist()), tuple((counts / len(values)).tolist()), missing)


def write_log(
    path: Path,
    seed: int,
    scenario: Scenario = SCENARIOS[0],
    n: int = 500,
    digest: str = DIGEST,
) -> None:
    """Write a log of ``n`` predictions, most of which have their outcome a month later."""
    random = np.random.default_rng(seed)
    columns = patients(random, n, scenario.age)
    root = root_dose(columns)
    is_wrong = np.arange(n) >= scenario.start
    of_group = scenario.group_shift * (columns["race"] == "Black")
    observed = np.maximum(doses(random, root) + (scenario.shift + of_group) * is_wrong, 0.5)
    is_missing = {name: random.random(n) < share for name, share in _MISSING.items()}
    if scenario.vanished:
        is_missing[scenario.vanished] |= is_wrong
    lines = list(_lines(random, columns, root, observed, is_missing, digest))
    lines.sort(key=lambda line: line.date)  # as they would arrive
    path.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))


def _lines(
    random: np.random.Generator,
    columns: Columns,
    root: npt.NDArray[np.float64],
    observed: npt.NDArray[np.float64],
    is_missing: dict[str, npt.NDArray[np.bool_]],
    digest: str,
) -> Iterator[PredictionLine | OutcomeLine]:
    nowhere = np.zeros(len(root), np.bool_)
    for i, own in enumerate(root):
        day = _BEGIN + dt.timedelta(days=i // _A_DAY)
        key = random.bytes(16).hex()
        yield PredictionLine(
            date=day.isoformat(),
            model="simulated",
            version="1",
            digest=digest,
            inputs={
                name: None if is_missing.get(name, nowhere)[i] else values[i].item()
                for name, values in columns.items()
            },
            prediction=float(own**2),
            lower=float((own - _Z * _SD) ** 2),
            upper=float((own + _Z * _SD) ** 2),
            level=_LEVEL,
            unit=UNIT,
            groups={"race": str(columns["race"][i]), "sex": str(columns["sex"][i])},
            key=key,
        )
        if random.random() < _KNOWN:
            arrived = (day + dt.timedelta(days=30)).isoformat()
            yield OutcomeLine(date=arrived, key=key, outcome=float(observed[i]))


def statuses(
    scenario: Scenario, n_logs: int, *, quantiles: bool = False, n: int = 500
) -> Iterator[ModelStatus]:
    """Yield the status of each of ``n_logs`` logs, each with a validation of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.jsonl"
        for seed in range(n_logs):
            write_log(path, 10_000 + seed, scenario, n)
            yield monitor(path, validated(seed, quantiles=quantiles)).status


def measure(scenario: Scenario, n_logs: int, *, quantiles: bool = False, n: int = 500) -> str:
    """Return what the logs of a scenario gave, in one line."""
    states: Counter[str] = Counter()
    causes: Counter[str] = Counter()
    delays: list[int] = []
    for status in statuses(scenario, n_logs, quantiles=quantiles, n=n):
        states[status.state] += 1
        causes.update(
            {c.id for c in status.checks if c.state in (CheckState.ALERT, CheckState.WATCH)}
        )
        signals = [c.since for c in status.checks if c.since]
        delays += [_delay(min(signals), scenario)] if signals else []
    shares = ", ".join(f"{state} {count / n_logs:.1%}" for state, count in sorted(states.items()))
    most = "; ".join(f"{name} {count / n_logs:.1%}" for name, count in causes.most_common(6))
    after = f"; signal after {np.median(delays):.0f} outcomes (median)" if delays else ""
    return f"{scenario.name} ({n} predictions, {n_logs} logs): {shares} [{most}]{after}"


def _delay(signal: str, scenario: Scenario) -> int:
    """Return about how many outcomes came between the begin of a shift and its signal."""
    begin = _BEGIN + dt.timedelta(days=30 + scenario.start // _A_DAY)
    days = (dt.date.fromisoformat(signal) - begin).days
    return round(days * _A_DAY * _KNOWN)


def main() -> int:
    """Print the figures of all scenarios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--logs", type=int, default=400, help="logs in control")
    parser.add_argument("--shifted", type=int, default=100, help="logs of each other scenario")
    parser.add_argument("--predictions", type=int, default=500)
    parser.add_argument("--quantiles", action="store_true")
    given = parser.parse_args()
    for scenario in SCENARIOS:
        n_logs = given.shifted if scenario.name != SCENARIOS[0].name else given.logs
        line = measure(scenario, n_logs, quantiles=given.quantiles, n=given.predictions)
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
