"""Write the shipped panel of expected depths: ``python -m validation.depth_panel``.

Windows are where every gVCF of the validation folder has depth; those of genes that vary in
copies themselves are left out. Nobody's known copies are looked at.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.base.assemblies import CANONICAL
from pgx.base.shipped import data_folder
from pgx.copynumber.depth import DepthPanel, GeneWindow
from pgx.copynumber.panel_building import PanelDepths, PanelSettings, build_panel
from pgx.io.depth import DepthLayout, DepthListener
from pgx.io.windows import Interval
from validation.data import gvcf_files
from validation.tables import show

__all__ = ["GeneDepths", "main", "panel_of", "read_depths"]

NAME: Final = "gatk-1000g-grch38"
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

Floats = npt.NDArray[np.float64]


class GeneDepths(msgspec.Struct):
    """Depth of all samples, (N, C) of controls and (N, W) of the gene's windows."""

    samples: list[str]
    controls: list[Interval]
    windows: list[GeneWindow]
    depth: Floats
    gene: Floats


def main() -> None:
    """Write the panel into the checkout's data folder."""
    found = read_depths(gvcf_files())
    panel = panel_of(found, range(len(found.samples)))
    folder = data_folder() / "panels"
    folder.mkdir(exist_ok=True)
    text = msgspec.json.format(msgspec.json.encode(panel), indent=0)
    (folder / f"{NAME}.json").write_bytes(text + b"\n")
    numbers = f"{len(panel.controls)} control windows, {len(panel.windows)} of the gene"
    show(f"{panel.n_samples} samples, {numbers}")


def panel_of(found: GeneDepths, samples: Sequence[int]) -> DepthPanel:
    """Build a panel from some of the samples."""
    rows = np.array(samples)
    steady = _steady(found.depth[rows])
    settings = PanelSettings(
        name=NAME,
        gene=GENE,
        contig=CONTIG,
        made_from=f"{len(rows)} genomes of the 1000 Genomes Project at 30x, bwa mem, GATK"
        " HaplotypeCaller",
        controls=[c for c, keep in zip(found.controls, steady, strict=True) if keep],
        gene_windows=found.windows,
    )
    return build_panel(settings, PanelDepths(found.depth[rows][:, steady], found.gene[rows]))


def _steady(depth: Floats) -> npt.NDArray[np.bool_]:
    """Return the windows whose depth follows that of the sample."""
    # half a read keeps the logarithm finite where a window has none
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


if __name__ == "__main__":
    main()
