"""Depth in windows, line by line and base by base: what the compiled loop must agree with."""

from __future__ import annotations

import math
from collections.abc import Sequence


def window_depth(
    lines: Sequence[str], contig: str, start: int, end: int, *, dips: bool, sample: int = 0
) -> float:
    """Return the mean depth of a window, NaN where less than half of it is covered."""
    covered = weight = total = 0.0
    for line in lines:
        columns = line.split("\t")
        if columns[0] != contig:
            continue
        first = int(columns[1])
        last = first + len(columns[3]) - 1
        for field in columns[7].split(";"):
            if field.startswith("END="):
                last = max(last, int(field[4:]))
        cell = dict(zip(columns[8].split(":"), columns[9 + sample].split(":"), strict=False))
        bases = sum(start <= base <= end for base in range(first, last + 1))
        if not bases or not cell.get("DP", ".").isdigit():
            continue
        length, depth = last - first + 1, float(cell["DP"])
        if dips and length > 60 and cell.get("MIN_DP", ".").isdigit():
            depth = min(depth, float(cell["MIN_DP"]) / 0.85)
        share = min(1.0, 60 / length)
        covered, weight = covered + bases, weight + bases * share
        total += bases * share * depth
    return total / weight if covered >= 0.5 * (end - start + 1) and weight else math.nan
