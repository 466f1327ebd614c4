"""Helpers of the VCF tests: texts, pure-Python kernels, the validation data folder."""

from __future__ import annotations

import importlib
import os
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import pgx.io
from pgx.base import accel
from pgx.io.header import parse_header
from pgx.io.records import ScanLimits
from pgx.io.scanner import Scanner
from pgx.io.windows import Windows

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("PGX_VALIDATION_DATA", ROOT.parent / "shared")).resolve()
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the validation data folder is absent")

CONTIGS = {"chr10": 133_797_422, "chr12": 133_275_309, "chrX": 156_040_895}
COLUMNS = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"
EVERYWHERE = [(contig, 1, 200_000_000) for contig in CONTIGS]
BEHIND = b"1|0\t.\n\xff:"  # what follows a chunk must not matter
MODULES = (
    "_cell_rules",
    "_swar",
    "_scan_columns",
    "_scan_alleles",
    "_scan_cells",
    "_kernels",
)


def header_text(samples=("S1",), extra=""):
    contigs = "".join(f"##contig=<ID={c},length={n}>\n" for c, n in CONTIGS.items())
    return f"##fileformat=VCFv4.2\n{contigs}{extra}" + "\t".join([COLUMNS, *samples]) + "\n"


def line(alt="A", cells=("0/1",), **columns):
    fields = {
        "chrom": "chr10",
        "pos": "94781859",
        "id": ".",
        "ref": "G",
        "alt": alt,
        "qual": ".",
        "filter": "PASS",
        "info": ".",
        "format": "GT",
    } | columns
    return "\t".join([*fields.values(), *cells]) + "\n"


def scan_body(
    body, samples=("S1",), windows=None, regions=(), limits=None, kernel=None, cut=None, extra=""
):
    """Scan records below a standard header, fed whole or in pieces of ``cut`` bytes."""
    body = body.encode() if isinstance(body, str) else body
    header = parse_header(header_text(samples, extra).encode(), "t.vcf")
    wanted = Windows.build(EVERYWHERE if windows is None else windows, regions)
    scanner = Scanner(header, wanted, "t.vcf", limits=limits or ScanLimits(), kernel=kernel)
    step = cut or max(len(body), 1)
    scanner.feed(body[i : i + step] for i in range(0, len(body), step))
    return scanner.finish()


@cache
def python_kernel():
    """Return the scanning loop as plain Python, its helpers included."""
    names = [f"pgx.io.{name}" for name in MODULES]
    kept = {name: sys.modules.pop(name, None) for name in names}
    saved = accel.helper, accel.kernel
    accel.helper, accel.kernel = (lambda f: f), (lambda _: lambda f: f)
    try:
        loop = importlib.import_module("pgx.io._kernels").scan
    finally:
        accel.helper, accel.kernel = saved
        for name, short in zip(names, MODULES, strict=True):
            sys.modules.pop(name, None)
            if kept[name] is not None:
                sys.modules[name] = kept[name]
                setattr(pgx.io, short, kept[name])

    def interpreted(chunk, end, *rest):
        with np.errstate(over="ignore"):  # 32-bit words wrap round, as compiled
            return loop(Text(bytes(chunk[:end]) + BEHIND), end, *rest)

    return interpreted


class Text(bytes):
    """Bytes whose items are plain integers and whose slices are arrays."""

    def __getitem__(self, key):
        part = super().__getitem__(key)
        return part if isinstance(part, int) else np.frombuffer(part, np.uint8)
