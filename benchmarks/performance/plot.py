"""The picture of time and memory against samples, as SVG."""

from __future__ import annotations

import hashlib
import json

from benchmarks.performance import model

TIME, MEMORY, GREY = "#0b5c6e", "#b3541e", "#5f6b6d"


def mark(found):
    """Return a digest of what is drawn; it stands in the picture, so that a stale one shows."""
    rows = [[row["samples"], row["seconds"], row["peak_mb"]] for row in model.growth_rows(found)]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:16]


def draw(found, path):
    """Write the picture."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot as plt

    style = {
        "svg.hashsalt": "pgx", "svg.fonttype": "path", "font.size": 10, "axes.edgecolor": GREY,
        "axes.spines.top": False, "axes.spines.right": False, "axes.titlesize": 11,
        "axes.titleweight": "bold", "axes.titlelocation": "left", "xtick.color": GREY,
        "ytick.color": GREY, "axes.labelcolor": "#222222",
    }  # fmt: skip
    with plt.rc_context(style):
        figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.8), layout="constrained")
        panel(left, found, "seconds", 1, "Wall time", "seconds", TIME)
        panel(right, found, "peak_mb", 1e3, "Peak memory", "GB", MEMORY)
        figure.savefig(path, metadata={"Date": None, "Description": mark(found)}, facecolor="white")
        plt.close(figure)


def panel(axes, found, name, unit, title, label, colour):
    """Draw the measured points of one figure, each with its value, and the fitted line."""
    rows, line = model.growth_rows(found), model.lines(found)[name]
    x = [row["samples"] / 1e3 for row in rows]
    y = [row[name] / unit for row in rows]
    ends = (0, max(x) * 1.04)
    fit = [line.at(end * 1e3) / unit for end in ends]
    axes.plot(ends, fit, color=GREY, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
    axes.plot(x, y, "o", color=colour, markersize=6, zorder=2)
    axes.annotate("straight line, from 4× on", (ends[1] * 0.52, fit[0] + (fit[1] - fit[0]) * 0.52),
                  xytext=(8, -14), textcoords="offset points", color=GREY, fontsize=9)  # fmt: skip
    for here, value in list(zip(x, y, strict=True))[-3:]:
        axes.annotate(f"{value:.3g}", (here, value), xytext=(-4, 7), ha="right", color=colour,
                      textcoords="offset points")  # fmt: skip
    axes.set(title=title, xlabel="samples, thousands", ylabel=label, xlim=(0, ends[1]))
    axes.set_ylim(0, max(*y, *fit) * 1.12)
    axes.grid(axis="y", color="#e3e6e6", linewidth=0.8)
    axes.set_axisbelow(True)
