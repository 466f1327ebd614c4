"""What the measured figures come to: best times, straight lines, and what these lead to.

All is computed from the JSON; nothing here is measured.
"""

from __future__ import annotations

from typing import NamedTuple

STAGES = ("inputs", "genes", "files")
BYTES_A_CELL = 4
"""A phased diploid genotype and its tab."""


class Line(NamedTuple):
    """A straight line: ``start`` at no samples and ``each`` for every sample."""

    start: float
    each: float

    def at(self, n_samples):
        return self.start + self.each * n_samples


def fitted(pairs):
    """Return the line of least squares through (x, y), never falling, never below 0 at x = 0.

    >>> fitted([(1, 3.0), (2, 5.0), (3, 7.0)])
    Line(start=1.0, each=2.0)
    >>> fitted([(1, 1.0), (2, 3.0)])
    Line(start=0.0, each=1.4)
    >>> fitted([(1, 2.0), (3, 1.0)])
    Line(start=1.5, each=0.0)
    """
    n = len(pairs)
    x_mean, y_mean = sum(x for x, _ in pairs) / n, sum(y for _, y in pairs) / n
    square = sum((x - x_mean) ** 2 for x, _ in pairs)
    each = sum((x - x_mean) * (y - y_mean) for x, y in pairs) / square
    if each < 0:
        return Line(y_mean, 0.0)
    start = y_mean - each * x_mean
    if start < 0:
        return Line(0.0, sum(x * y for x, y in pairs) / sum(x * x for x, _ in pairs))
    return Line(start, each)


def best_run(row):
    """Return the quickest run of a row."""
    return min(row["runs"], key=lambda run: run["seconds"])


def growth_rows(found):
    """Return, for each number of samples, seconds, processor seconds, stages and MB."""
    rows = []
    for row in found["growth"]:
        best = best_run(row)
        n_samples = row["samples"]
        text = text_bytes(found, n_samples)
        rows.append({
            "copies": row["copies"],
            "samples": n_samples,
            "runs": len(row["runs"]),
            "seconds": best["seconds"],
            "processor": min(run["processor"] for run in row["runs"]),
            "ms_a_sample": best["seconds"] / n_samples * 1e3,
            "peak_mb": row["peak_mb"],
            "packed_bytes": row["packed_bytes"],
            "results_bytes": row["results_bytes"],
            "text_bytes": text,
            "calls_a_second": n_samples * best["genes"] / best["calling"],
            **{stage: best["stages"].get(stage, 0.0) for stage in STAGES},
        })  # fmt: skip
    return rows


def text_bytes(found, n_samples):
    """Return how much text the files of a cohort hold, decompressed."""
    facts = found["turns"]["facts"]
    kept, others = facts["records_kept"], facts["records"] - facts["records_kept"]
    share = (kept + others / found["every"]) / facts["records"]
    more = n_samples - facts["samples"]
    return share * (facts["text_bytes"] + BYTES_A_CELL * facts["records"] * more)


def slope(found):
    """Return how much longer a sample takes at 64 times than at 4 times the real cohort."""
    by_copies = {row["copies"]: row for row in growth_rows(found)}
    return by_copies[64]["ms_a_sample"] / by_copies[4]["ms_a_sample"]


def bend(found):
    """Return how much longer each further sample takes from 16 to 64 times than from 4 to 16."""
    by_copies = {row["copies"]: row for row in growth_rows(found)}
    early, late = (
        (by_copies[b]["seconds"] - by_copies[a]["seconds"])
        / (by_copies[b]["samples"] - by_copies[a]["samples"])
        for a, b in ((4, 16), (16, 64))
    )
    return late / early


def lines(found):
    """Return the lines of what grows with samples, through the points from 4 times on."""
    rows = [row for row in growth_rows(found) if row["copies"] != 1]
    names = ("seconds", "processor", "peak_mb", "packed_bytes", "results_bytes", *STAGES)
    return {name: fitted([(row["samples"], row[name]) for row in rows]) for name in names}


def reading_speed(found):
    """Return MB of text that reading gets through in a second, in the largest cohort."""
    last = growth_rows(found)[-1]
    return last["text_bytes"] / last["inputs"] / 1e6


def projected(found, n_samples):
    """Return what a cohort of another size would take, by the lines."""
    facts, known = found["turns"]["facts"], lines(found)
    text = text_bytes(found, n_samples)
    kept = BYTES_A_CELL * facts["records_kept"] * n_samples
    a_base = facts["records"] / facts["span_bases"]
    whole_text = BYTES_A_CELL * a_base * facts["chromosome_bases"] * n_samples
    return {
        "samples": n_samples,
        "seconds": known["seconds"].at(n_samples),
        "core_hours": known["processor"].at(n_samples) / 3600,
        "memory_gb": known["peak_mb"].at(n_samples) / 1e3,
        "results_bytes": known["results_bytes"].at(n_samples),
        "packed_bytes": known["packed_bytes"].at(n_samples),
        "text_bytes": text,
        "kept_bytes": kept,
        "chromosomes_bytes": whole_text,
        "chromosomes_seconds": whole_text / 1e6 / reading_speed(found),
        **{stage: known[stage].at(n_samples) for stage in STAGES},
    }


def least(found, name):
    """Return the least wall and processor seconds of one way of `turns`."""
    pairs = found["turns"]["times"][name]
    return min(p[0] for p in pairs), min(p[1] for p in pairs)


def gain(found, name="seconds"):
    """Return how many times as fast two workers are as one, whole or in their ``parts``."""
    return found["workers"][0][name] / found["workers"][-1][name]


def ratio(found, name, base):
    """Return the ratio of the least wall times, and the median of the ratios round by round."""
    times = found["turns"]["times"]
    rounds = sorted(a[0] / b[0] for a, b in zip(times[name], times[base], strict=True))
    return least(found, name)[0] / least(found, base)[0], rounds[len(rounds) // 2]
