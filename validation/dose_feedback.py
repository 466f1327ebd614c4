"""Whether a dose refined by INRs is nearer, and its interval as wide as it says.

    python -m validation.dose_feedback [--patients 600] [--write]

No open data hold doses and INRs of single persons over time, so persons are simulated: first
as the model assumes them, then otherwise, to see what a wrong assumption costs. What of the
model can be checked on real persons, the dose that a genotype needs, is compared with the
stable doses of the validation data folder. ``--write`` puts tables and picture into
``docs/explanation/dose-feedback.md``.
"""

from __future__ import annotations

import argparse
import csv
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from pgx_dosing.feedback.kpd import (
    HOURS_A_WEEK,
    Parameters,
    inr_course,
    read_parameters,
    steady_ratio,
)
from pgx_dosing.feedback.update import refine
from pgx_dosing.feedback.weighing import Refinement
from validation.data import DATA
from validation.measurements import IMAGES, replaced
from validation.simulated_courses import SimulatedPatient, Truth, simulate
from validation.tables import show, table

PAGE = IMAGES.parent / "explanation" / "dose-feedback.md"
PICTURE = IMAGES / "dose-feedback.png"
LEVEL = 0.9
SEED = 2026
COUNTS = (0, 1, 3, 5, 8)
OUTLIER = 300.0
ADULT = 20

SCENARIOS: dict[str, Truth] = {
    "as the model assumes": Truth(),
    "spread of INR 0.30 instead of 0.20": Truth(sd_inr=0.3),
    "speed hardly differs between persons (0.07)": Truth(sd_speed=0.07),
    "everybody eliminates 1.5 times as fast": Truth(speed_factor=1.5),
    "regression worse than it says (0.40 instead of 0.30)": Truth(sd_dose=0.4),
    "5% of doses listed but not taken": Truth(missed=0.05),
    "20% of doses listed but not taken": Truth(missed=0.2),
    "5% of INRs belong to somebody else": Truth(wrong_inr=0.05),
}


def refined(patient: SimulatedPatient, n: int, interval: tuple[float, float]) -> Refinement:
    """Return the refinement by the first n INRs."""
    return refine(
        patient.prior_dose,
        interval,
        LEVEL,
        age_years=patient.age_years,
        genotype=patient.genotype,
        course=patient.first(n),
    )


def believed(patient: SimulatedPatient) -> tuple[float, float]:
    """Return the prior's interval as the regression gives it, whatever the truth."""
    reach = math.exp(Truth().sd_dose * 1.6448536)
    return patient.prior_dose / reach, patient.prior_dose * reach


def scores(patients: Sequence[SimulatedPatient], n: int) -> tuple[float, float, float, float]:
    """Return mean error in mg/week, share within 20%, coverage, and median width."""
    true = np.array([p.true_dose for p in patients])
    found = [refined(p, n, believed(p)).refined for p in patients]
    dose, low, high = (np.array(x) for x in zip(*((f.dose, f.lower, f.upper) for f in found),
                                                strict=True))  # fmt: skip
    near = np.abs(dose - true) <= 0.2 * true
    held = (low <= true) & (true <= high)
    width = float(np.median(high - low))
    return float(np.abs(dose - true).mean()), float(near.mean()), float(held.mean()), width


def calibration(n_patients: int) -> str:
    """Return the table of errors and coverage by number of INRs, for each scenario."""
    rows = []
    for name, truth in SCENARIOS.items():
        patients = simulate(n_patients, SEED, truth, LEVEL)
        counts = COUNTS if truth == Truth() else (3, 5, 8)
        for n in counts:
            error, near, held, width = scores(patients, n)
            prior = float(np.mean([abs(p.prior_dose - p.true_dose) for p in patients]))
            rows.append([name, n, f"{prior:.2f}", f"{error:.2f}", f"{near:.0%}", f"{held:.1%}",
                         f"{width:.1f}"])  # fmt: skip
    head = ["persons", "INRs", "prior's error", "error, mg/week", "within 20%",
            "90% interval holds", "its median width"]  # fmt: skip
    return table(head, rows)


def structure() -> str:
    """Return what the abstract of the paper says beside what the model gives."""
    p = read_parameters()
    clearance, ec50 = p.clearance_per_allele, p.ec50_per_allele
    usual, weak = _extremes(clearance.values)
    high, low = _extremes(ec50.values)
    dose = typical_dose(p, usual, high, 71)
    decade = 1 - typical_dose(p, usual, high, 81) / dose
    return table(
        ["", "abstract", "here"],
        [
            [f"dose, {clearance.gene} most to least", "up to 4.2-fold",
             f"{dose / typical_dose(p, weak, high, 71):.2f}-fold"],
            [f"dose, {ec50.gene} most to least", "up to 2.1-fold",
             f"{dose / typical_dose(p, usual, low, 71):.2f}-fold"],
            ["dose by decade of age", "about 6% less", f"{decade:.1%} less"],
        ],
    )  # fmt: skip


def _extremes(values: Mapping[str, float]) -> tuple[dict[str, int], dict[str, int]]:
    ordered = sorted(values, key=lambda allele: values[allele])
    return {ordered[-1]: 2}, {ordered[0]: 2}


def typical_dose(
    p: Parameters, clearance: dict[str, int], ec50: dict[str, int], age: float
) -> float:
    """Return the model's own dose for INR 2.5, mg/week."""
    cleared = p.clearance(clearance, age)
    ratio = steady_ratio(2.5, cleared / p.values.volume.value, p.values.baseline_inr.value, p)
    potency = cleared * p.ec50_per_allele.total(ec50)
    return float(ratio[0]) * potency * HOURS_A_WEEK / p.values.share_active.value


def real_doses() -> Iterator[tuple[float, float]]:
    """Yield stable dose and the model's own dose, of persons whose genotype the model knows."""
    p = read_parameters()
    known = set(p.clearance_per_allele.values)
    path = DATA / "dosing" / "iwpc_warfarin.csv"
    with path.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            stable = row["Subject Reached Stable Dose of Warfarin"] == "1"
            alleles = row["Cyp2C9 genotypes"].split("/")
            name = next(c for c in row if c.startswith("VKORC1 genotype: -1639"))
            potency = row[name].split("/")
            decade = row["Age"][:2]
            adult = decade.isdigit() and int(decade) >= ADULT
            if not (stable and adult and set(alleles) <= known and len(potency) == 2):
                continue
            dose = float(row["Therapeutic Dose of Warfarin"])
            if dose < OUTLIER:
                age = int(decade) + 5.0
                counts = {a: potency.count(a) for a in set(potency)}
                cleared = {a: alleles.count(a) for a in set(alleles)}
                yield dose, typical_dose(p, cleared, counts, age)


def against_real() -> str:
    """Return how the model's own dose stands to stable doses."""
    pairs = np.array(list(real_doses()))
    ratio = np.log(pairs[:, 0] / pairs[:, 1])
    middle = float(np.median(np.exp(ratio)))
    spread = float(np.percentile(ratio, 84) - np.percentile(ratio, 16)) / 2
    head = ["persons", "median of stable by model dose", "the same if the whole dose acted",
            "spread of the log (SD)", "half of 16% to 84%"]  # fmt: skip
    row = [len(pairs), f"{middle:.2f}", f"{2 * middle:.2f}", f"{ratio.std():.2f}", f"{spread:.2f}"]
    return table(head, [row])


def timing() -> str:
    """Return processor milliseconds of one refinement, best of turns."""
    patients = simulate(10, SEED)
    best = math.inf
    for _ in range(5):
        for patient in patients:
            start = time.process_time()
            refined(patient, 8, patient.prior_interval)
            best = min(best, time.process_time() - start)
    return f"One refinement by 8 INRs over 56 days takes {1000 * best:.0f} ms of processor time."


def draw(n_patients: int, path: Path) -> None:
    """Draw one person's course, and errors and coverage by number of INRs."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 7.2), layout="constrained")
    axes = figure.subplots(2, 2)
    patient = next(p for p in simulate(60, SEED + 1) if p.true_dose > 1.5 * p.prior_dose)
    _draw_course(axes[0, 0], patient)
    _draw_doses(axes[0, 1], patient)
    patients = simulate(n_patients, SEED, Truth(), LEVEL)
    found = [scores(patients, n) for n in range(9)]
    axes[1, 0].plot(range(9), [f[0] for f in found], "o-", color="C0")
    axes[1, 0].set(title=f"mean error, {n_patients} simulated persons", xlabel="INRs",
                   ylabel="mg/week", ylim=(0, None))  # fmt: skip
    held = [100 * f[2] for f in found]
    axes[1, 1].axhspan(85, 95, color="0.92")
    axes[1, 1].axhline(90, color="0.6", linestyle="--", linewidth=1)
    axes[1, 1].plot(range(9), held, "o-", color="C0")
    axes[1, 1].set(title="how often the 90% interval holds the true dose", xlabel="INRs",
                   ylabel="%", ylim=(70, 100))  # fmt: skip
    for one in axes.flat:
        one.grid(visible=True, color="0.93")
    figure.savefig(path, dpi=110, metadata={"Software": None})


def _draw_course(axes, patient: SimulatedPatient) -> None:  # noqa: ANN001 - matplotlib's
    p = read_parameters()
    hours = 24.0 * np.arange(len(patient.course.doses)) + p.values.hour_of_dose.value
    mg = [d.mg for d in patient.course.doses]
    when = np.arange(24.0, 24.0 * len(mg), 6.0)
    for dose, label, color, line in (
        (patient.prior_dose, "prior", "0.55", "--"),
        (refined(patient, 8, patient.prior_interval).refined.dose, "refined by 8 INRs", "C0", "-"),
        (patient.true_dose, "true (simulated)", "C2", ":"),
    ):
        speed = patient.true_speed
        ratio = float(steady_ratio(2.5, speed, 1.0, p)[0])
        potency = dose * p.values.share_active.value / HOURS_A_WEEK / ratio
        curve = inr_course(hours, mg, when, speed=speed, potency=potency, baseline=1.0, p=p)[0]
        axes.plot(when / 24, curve, line, color=color, label=f"{label}: {dose:.0f} mg/week")
    fits = refined(patient, 8, patient.prior_interval).observations
    axes.plot([o.hours / 24 for o in fits], [o.observed for o in fits], "o", color="C3",
              label="measured")  # fmt: skip
    axes.axhspan(2, 3, color="0.93")
    axes.set(title="one simulated person: INR for the doses taken", xlabel="day", ylabel="INR")
    axes.legend(fontsize=8)


def _draw_doses(axes, patient: SimulatedPatient) -> None:  # noqa: ANN001 - matplotlib's
    found = [refined(patient, n, patient.prior_interval).refined for n in range(9)]
    dose = np.array([f.dose for f in found])
    below, above = dose - [f.lower for f in found], [f.upper for f in found] - dose
    axes.errorbar(range(9), dose, yerr=[below, above], fmt="o", capsize=3, color="C0",
                  label="refined, 90% interval")  # fmt: skip
    axes.axhline(patient.true_dose, color="C2", linestyle=":", label="true")
    axes.set(title="the same person: dose after each INR", xlabel="INRs", ylabel="mg/week",
             ylim=(0, None))  # fmt: skip
    axes.legend(fontsize=8)


def main() -> None:
    """Measure and print, or write into the page."""
    parser = argparse.ArgumentParser(prog="python -m validation.dose_feedback")
    parser.add_argument("--patients", type=int, default=600)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    parts = {
        "structure": structure(),
        "real": against_real(),
        "calibration": calibration(options.patients),
        "timing": timing(),
    }
    page = PAGE.read_text(encoding="utf-8") if options.write else ""
    for name, text in parts.items():
        show(f"## {name}\n\n{text}\n")
        if options.write:
            page = replaced(page, name, text)
    if options.write:
        PAGE.write_text(page, encoding="utf-8")
        draw(options.patients, PICTURE)


if __name__ == "__main__":
    main()
