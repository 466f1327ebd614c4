"""``docs/performance.md`` as text, made of the JSON alone."""

from __future__ import annotations

from pathlib import Path

from benchmarks.performance import model
from benchmarks.performance.chapters import genes, genomes, growth, real_cohort, workers
from benchmarks.performance.outlook import projection, published
from benchmarks.performance.words import amount, filled, number, table

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "benchmarks" / "results" / "performance.json"
PAGE = ROOT / "docs" / "performance.md"
PICTURE = ROOT / "docs" / "images" / "cohort-growth.svg"

# what a release should keep to: ratios of one run, so that they hold on any machine
MOST_OF_CYVCF2 = 1.0
MOST_OF_ISAL = 3.0
MOST_SLOPE = 1.15
MOST_MEMORY_MB = 1_500
LEAST_CALLS_A_SECOND = 200_000
LEAST_GAIN = 1.7
WORKER_TIMES = (
    ("parts", "in their parts"),
    ("confined", "the whole command on as many cores"),
    ("seconds", "the whole command on all cores"),
)


def render(found):
    """Return the page."""
    parts = [head(found), targets(found), real_cohort(found), growth(found, PICTURE.name)]
    parts += [genes(found), workers(found), genomes(found), projection(found), published(found)]
    return filled("\n\n".join(part for part in (*parts, again()) if part)) + "\n"


def head(found):
    machine = found["machine"]
    libraries = ", ".join(f"{name} {version}" for name, version in machine["libraries"].items())
    load = ", ".join(f"{x:.1f}" for x in found["load_before"])
    return f"""# What a cohort costs

Made by `python -m benchmarks.performance`; every number measured here comes from one run
([how to repeat it](#how-to-repeat-it)), on {found["date"]}, with pgx {found["version"]},
commit `{found["commit"]}`{apart(found)}.

{state(found)}

Machine: {machine["processor"]}, {machine["cores"]} cores, {machine["memory_gb"]:.0f} GB of memory,
{machine["system"]}, Python {machine["python"]}, {libraries}. Load average before: {load}."""


def apart(found):
    """Return which chapters come from another run of the same day, if any does."""
    names = found.get("measured_apart", ())
    return f", but for {' and '.join(names)}: from a later run of that day" if names else ""


def state(found):
    busy = max(found["others_before"], *found["others"].values())
    if found["is_busy"]:
        return (
            f"!!! warning\n    Other work kept up to {busy:.1f} cores of the machine busy"
            " meanwhile. Times are longer than they should be;\n    ratios of one run, and"
            " processor times, say more."
        )
    return f"Other work kept at most {busy:.2f} cores busy meanwhile."


def targets(found):
    of_cyvcf2, _ = model.ratio(found, "cohort", "cyvcf2")
    of_isal, _ = model.ratio(found, "reading", "isal")
    slope, last = model.slope(found), model.growth_rows(found)[-1]
    memory, most = last["peak_mb"], MOST_MEMORY_MB
    rows = [
        (
            "`pgx cohort` of the real cohort, beside cyvcf2 reading its genotypes",
            *at_most(of_cyvcf2, MOST_OF_CYVCF2),
        ),
        ("reading with all checks, beside decompressing alone", *at_most(of_isal, MOST_OF_ISAL)),
        ("a sample at 64 times the real cohort, beside 4 times", *at_most(slope, MOST_SLOPE)),
        (
            "each further sample from 16 to 64 times, beside 4 to 16 times",
            *at_most(model.bend(found), MOST_SLOPE),
        ),
        (
            f"peak memory with {number(last['samples'])} samples",
            f"at most {amount(most * 1e6)}",
            amount(memory * 1e6),
            reached(memory <= most),
        ),
        (
            f"calling alone, {number(last['samples'])} samples × genes, a second and core",
            f"at least {number(LEAST_CALLS_A_SECOND)}",
            number(round(last["calls_a_second"], -3)),
            reached(last["calls_a_second"] >= LEAST_CALLS_A_SECOND),
        ),
    ]
    if found["workers"]:
        aim = f"at least {LEAST_GAIN:.2f} times"
        for name, label in WORKER_TIMES:
            gain = model.gain(found, name)
            measured = f"{gain:.2f} times"
            rows.append(
                (f"two workers beside one, {label}", aim, measured, reached(gain >= LEAST_GAIN))
            )
    return "## Targets\n\n" + table(("", "target", "measured", "reached"), rows)


def at_most(value, most):
    return f"at most {most:.2f} times", f"{value:.2f} times", reached(value <= most)


def reached(yes):
    return "yes" if yes else "**no**"


def again():
    return """## How to repeat it

```text
make performance                                    # measures, writes this page
python -m benchmarks.performance --page             # this page again, from the JSON
python -m benchmarks.cohorts FOLDER --copies 64     # a cohort of 64 times the size
make bench                                          # the other benchmarks
```

The first needs the validation data folder (`PGX_VALIDATION_DATA`) and 2 GB of disk. It refuses a
machine that others keep busy; with `--busy` it measures all the same, and the page says so. All
figures, run by run, are in `benchmarks/results/performance.json`."""
