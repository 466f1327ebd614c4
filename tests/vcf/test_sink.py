"""A sink is given block by block what a scan without one returns at once."""

from __future__ import annotations

import numpy as np

from pgx.io.source import open_source
from pgx.io.windows import Windows

HEADER = (
    "##fileformat=VCFv4.2\n##contig=<ID=chr1>\n##contig=<ID=chr2>\n"
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\tB\n"
)
PLAIN = "chr1\t{at}\t.\tA\tC\t.\tPASS\t.\tGT\t0|{x}\t./1\n"
RICH = (
    "chr2\t{at}\t.\tA\tC\t.\tPASS\t.\tGT:GQ:DP:PL:PS\t0/{x}:9:7:0,9,90:.\t0|1:99:30:90,0,90:{at}\n"
)


class Collector:
    """Keeps copies of all that it is given."""

    def __init__(self):
        self.restart()

    def restart(self):
        self.records, self.parts = [], []

    def take(self, block):
        self.records += block.records
        arrays = block._asdict()
        del arrays["records"]
        self.parts.append({n: None if a is None else a.copy() for n, a in arrays.items()})


def test_a_sink_is_given_what_a_scan_returns(tmp_path):
    path = tmp_path / "a.vcf"
    lines = [PLAIN.format(at=k, x=k % 2) for k in range(1, 5000)]
    lines += [RICH.format(at=k, x=k % 2) for k in range(1, 5000)]
    lines += [PLAIN.format(at=k, x=k % 2) for k in range(5001, 5010)]
    path.write_text(HEADER + "".join(lines))
    windows = Windows.build([("chr1", 1, 6000), ("chr2", 1, 6000)])
    sink = Collector()
    given = open_source(path).scan(windows, sink=sink)
    whole = open_source(path).scan(windows)
    assert sink.records == whole.records == given.records
    assert len(sink.parts) > 2
    assert len(given.genotypes) == 0
    for name in ("genotypes", "phased", "phase_set", "reason", "gq", "dp"):
        joined = np.concatenate([part[name] for part in sink.parts])
        assert np.array_equal(joined, getattr(whole, name)), name
    at = 0
    for part in sink.parts:
        n = len(part["genotypes"])
        expected = whole.likelihoods[at : at + n]
        if part["likelihoods"] is None:
            assert (expected == -1).all()
        else:
            assert np.array_equal(part["likelihoods"], expected)
        at += n
