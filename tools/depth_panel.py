"""Build a panel of expected depths: ``python -m tools.depth_panel GVCF... -o PANEL.json``.

Windows are where every gVCF has depth; those of genes that vary in copies themselves are left out.
Nobody's known copies are looked at: the copies of the panel's own samples are found by expectation
and maximisation on the depth of the gene's body. Expectations are medians over samples of one or
two copies, so that few odd samples do not move them.
"""

from __future__ import annotations

import argparse
import gzip
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.base.assemblies import CANONICAL, Assembly
from pgx.copynumber.depth import CLIPPED, OFFSET, Controls, ControlWindow, DepthPanel, GeneWindow
from pgx.io.depth import DepthLayout, DepthListener
from pgx.io.windows import Interval

__all__ = [
    "GENE",
    "GeneDepths",
    "PanelDepths",
    "PanelSettings",
    "build_panel",
    "main",
    "panel_of",
    "read_depths",
]

NAME: Final = "gatk-1000g-grch38"
MADE_FROM: Final = "genomes of the 1000 Genomes Project at 30x, bwa mem, GATK HaplotypeCaller"
GENE, CONTIG, SPAN = "CYP2D6", "chr22", (42_126_400, 42_133_100)
BODY: Final = (42_127_400, 42_129_860)
"""Where whole copies and *36 and *13 show alike, and *68 hardly."""
EXON_9: Final = ((42126568, 42126589), (42126605, 42126634), (42126635, 42126697),
                 (42126710, 42126763))  # fmt: skip
"""Parts of exon 9 apart: *36 loses the reads of its middle alone."""
DIPS: Final = (42126605, 42126635)
VARYING: Final = (
    ("chr1", 109_650_000, 109_720_000),  # GSTM1, GSTM2
    ("chr4", 68_500_000, 68_650_000),  # UGT2B17
    ("chr16", 55_740_000, 55_840_000),  # CES1, CES1P1
    ("chr19", 40_820_000, 40_900_000),  # CYP2A6, CYP2A7
    ("chr22", 42_110_000, 42_160_000),  # CYP2D6, CYP2D7
)
LEAST_DEPTH, MOST_SD = 10.0, 0.25
_ROUNDS: Final = 30
_MOST_COPIES: Final = 6
_FIRST_SHARES: Final = (0.15, 0.65, 0.12, 0.05, 0.02, 0.01)
"""Prior probability of 1 to 6 copies; it is not estimated anew, few samples would not allow it."""
_LEAST_SD: Final = 0.04
_PLAIN_WITHIN: Final = 0.2
_SHRINKAGE: Final = 0.5
_DECIMALS: Final = 5

Floats = npt.NDArray[np.float64]


class GeneDepths(msgspec.Struct):
    """Depth of all samples, (N, C) of controls and (N, W) of the gene's windows."""

    samples: list[str]
    controls: list[Interval]
    windows: list[GeneWindow]
    depth: Floats
    gene: Floats


def main() -> None:
    """Write the panel of the gVCFs that the command names."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("gvcf", nargs="+", type=Path)
    parser.add_argument("-o", "--output", required=True, type=Path)
    parser.add_argument("--name", default=NAME)
    parser.add_argument("--made-from", default=MADE_FROM, help="what the samples are")
    words = parser.parse_args()
    found = read_depths(sorted(words.gvcf))
    panel = panel_of(found, range(len(found.samples)), words.name, words.made_from)
    text = msgspec.json.format(msgspec.json.encode(panel), indent=0)
    words.output.write_bytes(text + b"\n")
    numbers = f"{len(panel.controls)} control windows, {len(panel.windows)} of the gene"
    sys.stdout.write(f"{panel.n_samples} samples, {numbers}\n")


def panel_of(
    found: GeneDepths, samples: Sequence[int], name: str = NAME, made_from: str = MADE_FROM
) -> DepthPanel:
    """Build a panel from some of the samples."""
    rows = np.array(samples)
    steady = _steady(found.depth[rows])
    settings = PanelSettings(
        name=name,
        gene=GENE,
        contig=CONTIG,
        made_from=f"{len(rows)} {made_from}",
        controls=[c for c, keep in zip(found.controls, steady, strict=True) if keep],
        gene_windows=found.windows,
    )
    return build_panel(settings, PanelDepths(found.depth[rows][:, steady], found.gene[rows]))


def _steady(depth: Floats) -> npt.NDArray[np.bool_]:
    """Return the windows whose depth follows that of the sample."""
    logs = np.log(depth + 0.5)
    level = np.median(logs, axis=1, keepdims=True)
    rest = logs - level - np.median(logs - level, axis=0)
    # the median distance times 1.4826 is the standard deviation of a normal distribution
    spread = 1.4826 * np.median(np.abs(rest), axis=0)
    return np.asarray((np.median(depth, axis=0) > LEAST_DEPTH) & (spread < MOST_SD))


def read_depths(paths: Sequence[Path]) -> GeneDepths:
    """Return the depth of every file in the windows that all of them have."""
    common = _common([_covered(path) for path in paths])
    controls = [w for w in common if not any(_overlaps(w, v) for v in VARYING)]
    own = sorted([*_own_windows(common), *EXON_9])
    windows = [_gene_window(a, b) for a, b in own]
    intervals = [*controls, *((CONTIG, w.start, w.end) for w in windows)]
    layout = DepthLayout(
        intervals, [False] * len(controls) + [w.dips for w in windows], {CONTIG: SPAN}
    )
    depth = np.array([_depth(path, layout) for path in paths])
    whole = np.isfinite(depth[:, : len(controls)]).all(axis=0)
    return GeneDepths(
        samples=[path.name.split(".")[0] for path in paths],
        controls=[c for c, keep in zip(controls, whole, strict=True) if keep],
        windows=windows,
        depth=depth[:, : len(controls)][:, whole],
        gene=depth[:, len(controls) :],
    )


def _gene_window(start: int, end: int) -> GeneWindow:
    middle = (start + end) / 2
    return GeneWindow(start, end, 0.0, 0.0, start in DIPS, BODY[0] < middle < BODY[1])


def _own_windows(common: Iterable[Interval]) -> Iterator[tuple[int, int]]:
    """Yield the gene's windows but those of exon 9, which is cut into parts."""
    for contig, start, end in common:
        inside = contig == CONTIG and SPAN[0] <= start and end <= SPAN[1]
        if inside and not any(start <= b and end >= a for a, b in EXON_9):
            yield start, end


def _overlaps(one: Interval, other: Interval) -> bool:
    return one[0] == other[0] and one[1] <= other[2] and one[2] >= other[1]


def _depth(path: Path, layout: DepthLayout) -> Floats:
    listener = DepthListener(layout, 1)
    with gzip.open(path) as handle:
        for _ in listener.tap(iter(lambda: handle.read(1 << 20), b"")):
            pass
    return listener.finish().depth[:, 0]


def _covered(path: Path) -> dict[str, npt.NDArray[np.int64]]:
    """Return (n, 2) stretches with a depth by autosome, joined where they touch."""
    rows: dict[str, list[list[int]]] = {name: [] for name in CANONICAL[:22]}
    with gzip.open(path, "rt") as handle:
        for line in handle:
            if line[0] == "#":
                continue
            contig, pos, _, ref, _, _, _, info, _ = line.split("\t", 8)
            own = rows.get(contig)
            if own is None:
                continue
            start = int(pos)
            end = int(info[4:]) if info.startswith("END=") else start + len(ref) - 1
            # records that touch or overlap are one stretch
            if own and start <= own[-1][1] + 1:
                own[-1][1] = max(own[-1][1], end)
            else:
                own.append([start, end])
    return {name: np.array(own, np.int64).reshape(-1, 2) for name, own in rows.items()}


def _common(covered: Sequence[dict[str, npt.NDArray[np.int64]]]) -> list[Interval]:
    """Return the stretches that all files cover."""
    found = []
    for contig in CANONICAL[:22]:
        edges = np.concatenate([own[contig][:, 0] for own in covered])
        beyond = np.concatenate([own[contig][:, 1] + 1 for own in covered])
        places = np.concatenate([edges, beyond])
        steps = np.concatenate([np.ones(len(edges), int), -np.ones(len(beyond), int)])
        # ends before beginnings at the same base: files that only touch there do not overlap
        order = np.lexsort((steps, places))
        depth, last = np.cumsum(steps[order]), 0
        for i in np.flatnonzero(depth == len(covered)).tolist():
            start, last = int(places[order[i]]), int(places[order[i + 1]]) - 1
            found.append((contig, start, last))
    return found


@dataclass(frozen=True, slots=True)
class PanelDepths:
    """Depths of N samples in C control windows, (N, C), and W windows of the gene, (N, W)."""

    controls: Floats
    gene: Floats


@dataclass(frozen=True, slots=True)
class PanelSettings:
    """What a panel is called and where its windows lie; ``gene_windows`` have no depths yet."""

    name: str
    gene: str
    contig: str
    made_from: str
    controls: Sequence[Interval]
    gene_windows: Sequence[GeneWindow]


def build_panel(settings: PanelSettings, depths: PanelDepths) -> DepthPanel:
    """Return a panel from samples' depths; control windows must be complete in all of them."""
    controls = _expected_controls(depths.controls)
    found = [controls.level(own) for own in depths.controls]
    levels = np.array([own.level for own in found])
    scores = np.array([own.score for own in found])
    body = np.array([w.body for w in settings.gene_windows])
    log_depth, slope = _expected_windows(depths.gene, levels, scores, body)
    return DepthPanel(
        name=settings.name,
        assembly=Assembly.GRCH38,
        gene=settings.gene,
        contig=settings.contig,
        made_from=settings.made_from,
        n_samples=len(depths.controls),
        score_mean=round(float(scores.mean()), _DECIMALS),
        score_sd=round(float(scores.std()), _DECIMALS),
        controls=tuple(
            ControlWindow(c, a, b, round(float(e), _DECIMALS))
            for (c, a, b), e in zip(settings.controls, controls.log_depth, strict=True)
        ),
        windows=tuple(
            GeneWindow(
                w.start, w.end, round(float(e), _DECIMALS), round(float(s), _DECIMALS),
                w.dips, w.body,
            )
            for w, e, s in zip(settings.gene_windows, log_depth, slope, strict=True)
        ),
    )  # fmt: skip


def _expected_controls(depth: Floats) -> Controls:
    """Return the expectation of control windows: medians over samples, and over windows."""
    logs = np.log(depth + OFFSET)
    level = np.median(logs, axis=1, keepdims=True)
    expectation = np.median(logs - level, axis=0)
    residual = np.clip(logs - level - expectation, -CLIPPED, CLIPPED)
    return Controls(expectation + residual.mean(axis=0))


def _expected_windows(
    depth: Floats, levels: Floats, scores: Floats, body: npt.NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Return (W,) log depth of two copies to the level, and the slope on the score."""
    relative = np.log(depth + OFFSET) - levels[:, None]
    middle = np.nanmedian(relative[:, body], axis=1)
    mean, slope, spread = _settled(middle, scores)
    copies = _most_probable(middle - mean - slope * scores, spread)
    rest = middle - mean - slope * scores - np.log(copies / 2)
    plain = (copies <= 2) & (np.abs(rest) < _PLAIN_WITHIN)
    one_or_two = relative - np.log(copies / 2)[:, None]
    left = one_or_two - slope * scores[:, None]
    expectation = np.nanmedian(left[plain], axis=0)
    centred = scores[plain] - scores[plain].mean()
    own = np.nansum(centred[:, None] * (left[plain] - expectation), axis=0) / (centred**2).sum()
    slopes = slope + _SHRINKAGE * own
    shifted = one_or_two[plain] - scores[plain][:, None] * slopes
    return np.nanmedian(shifted, axis=0), slopes


def _settled(middle: Floats, scores: Floats) -> tuple[float, float, float]:
    """Return mean, slope and spread of the body's log depth, with copies summed over."""
    log_copies = np.log(np.arange(1, _MOST_COPIES + 1) / 2)
    mean, slope, spread = float(np.median(middle)), 0.0, 0.1
    centred = scores - scores.mean()
    for _ in range(_ROUNDS):
        rest = middle[:, None] - mean - slope * scores[:, None] - log_copies
        share = np.exp(-0.5 * (rest / spread) ** 2) * np.array(_FIRST_SHARES)
        share /= share.sum(axis=1, keepdims=True)
        plain = middle - share @ log_copies
        slope = float((centred * (plain - plain.mean())).sum() / (centred**2).sum())
        mean = float((plain - slope * scores).mean())
        spread = max(_LEAST_SD, float(np.sqrt((share * rest**2).sum() / len(middle))))
    return mean, slope, spread


def _most_probable(rest: Floats, spread: float) -> npt.NDArray[np.int64]:
    """Return (N,) copies that explain the body's log depth best."""
    numbers = np.arange(1, _MOST_COPIES + 1)
    distance = rest[:, None] - np.log(numbers / 2)
    share = np.exp(-0.5 * (distance / spread) ** 2) * np.array(_FIRST_SHARES)
    return np.asarray(numbers[share.argmax(axis=1)])


if __name__ == "__main__":
    main()
