"""Small files that unpack to a lot, or hold more than any real one: made by code."""

from __future__ import annotations

import gzip
import itertools
import json
import struct
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

__all__ = ["JSON_BOMBS", "LOGOS", "VCF_BOMBS", "write_zarr_bomb"]

_HEADER: Final = b"##fileformat=VCFv4.2\n##reference=GRCh38\n##contig=<ID=chr10>\n"
_FORMAT: Final = b'##FORMAT=<ID=GT,Number=1,Type=String,Description="x">\n'
_COLUMNS: Final = b"#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t"
_BLOCK: Final = 1 << 20
MB: Final = 1 << 20


def _packed(path: Path, parts: Iterable[bytes]) -> Path:
    with gzip.open(path, "wb", compresslevel=9) as stream:
        for part in parts:
            stream.write(part)
    return path


def _head(sample: bytes = b"S1") -> bytes:
    return _HEADER + _FORMAT + _COLUMNS + sample + b"\n"


def _record(alt: bytes = b"A", genotype: bytes = b"0/1", position: int = 94781859) -> bytes:
    return b"chr10\t%d\t.\tG\t%s\t.\tPASS\t.\tGT\t%s\n" % (position, alt, genotype)


def _repeated(text: bytes, size: int) -> Iterable[bytes]:
    block = text * (_BLOCK // len(text))
    return (block for _ in range(size // len(block)))


def long_line(path: Path) -> Path:
    """One record of 390 MB."""
    return _packed(path, [_head(), b"chr10\t94781859\t.\tG\t", *_repeated(b"A", 390 * MB), b"\n"])


def many_records(path: Path) -> Path:
    """16 million records."""
    record = _record(position=1)
    n = 16_000_000
    block = record * 10_000
    return _packed(path, [_head(), *(block for _ in range(n // 10_000))])


def many_alleles(path: Path) -> Path:
    """One record with 90,000 alternative alleles, at a defining position."""
    alts = b",".join(b"A" + b"ACGT"[n % 4 : n % 4 + 1] * (n % 400 + 1) for n in range(90_000))
    return _packed(path, [_head(), _record(alts, b"1/89999")])


def long_header(path: Path) -> Path:
    """A header of 390 MB."""
    line = b"##x=" + b"A" * 60 + b"\n"
    return _packed(path, [_HEADER, *_repeated(line, 390 * MB), _COLUMNS + b"S1\n"])


def long_name(path: Path) -> Path:
    """A sample whose name has a million letters."""
    return _packed(path, [_head(b"S" * 10**6), _record()])


def long_allele(path: Path) -> Path:
    """An allele of two million bases, at a defining position."""
    return _packed(path, [_head(), _record(b"G" + b"AT" * 10**6)])


def many_samples(path: Path) -> Path:
    """A header of 300,000 samples and no genotypes."""
    names = b"\t".join(b"S%d" % n for n in range(300_000))
    return _packed(path, [_head(names), _record()])


VCF_BOMBS: Final = {
    "a line of 390 MB": (long_line, True),
    "16 million records": (many_records, False),
    "90,000 alleles": (many_alleles, False),
    "a header of 390 MB": (long_header, True),
    "a sample name of 1 MB": (long_name, False),
    "an allele of 2 MB": (long_allele, False),
    "a line that is short of 300,000 samples": (many_samples, True),
}
"""What makes the file, and whether it must be refused."""


def deep(path: Path) -> Path:
    """A list in a list, 200,000 times."""
    path.write_text("[" * 200_000 + "]" * 200_000, encoding="utf-8")
    return path


def deep_value(path: Path) -> Path:
    """An object whose one value is nested 100,000 times."""
    nested = '{"a":' * 100_000 + "1" + "}" * 100_000
    path.write_text(f'{{"schema_version": "1.0", "x": {nested}}}', encoding="utf-8")
    return path


def many_keys(path: Path) -> Path:
    """An object of a million keys."""
    keys = {f"k{n}": n for n in range(10**6)}
    path.write_text(json.dumps({"schema_version": "1.0", **keys}), encoding="utf-8")
    return path


JSON_BOMBS: Final = {
    "nested 200,000 deep": deep,
    "a value nested 100,000 deep": deep_value,
    "a million keys": many_keys,
}


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def huge_png(path: Path) -> Path:
    """A picture of 40,000 by 40,000 points, one bit each, of which some are there."""
    side = 40_000
    rows = zlib.compress(b"\0" * 1024, 9)
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + header + _chunk(b"IDAT", rows) + _chunk(b"IEND", b""))
    return path


def whole_png(path: Path) -> Path:
    """A picture of 40,000 by 40,000 points, one bit each, in 200 kB."""
    side = 40_000
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(b"\0" * (side // 8 + 1)) for _ in range(side)) + packer.flush()
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + header + _chunk(b"IDAT", rows) + _chunk(b"IEND", b""))
    return path


def prefixed_svg(path: Path) -> Path:
    """A drawing that names a file of the machine by an element with a prefix."""
    path.write_text(
        '<s:svg xmlns:s="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink"'
        ' width="10" height="10"><s:image x:href="file:///etc/hostname" width="9" height="9"/>'
        "</s:svg><!-- <svg -->",
        encoding="utf-8",
    )
    return path


def entity_svg(path: Path) -> Path:
    """A drawing whose entities grow to a billion."""
    names = "abcdefghij"
    lines = [f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in itertools.pairwise(names)]
    path.write_text(
        f'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "lol">{"".join(lines)}]>'
        '<svg xmlns="http://www.w3.org/2000/svg"><text>&j;</text></svg>',
        encoding="utf-8",
    )
    return path


LOGOS: Final = {
    "a PNG that claims 40,000² points": ("png", huge_png),
    "a PNG of 40,000² points": ("png", whole_png),
    "an SVG with a prefixed image": ("svg", prefixed_svg),
    "an SVG of growing entities": ("svg", entity_svg),
}


def write_zarr_bomb(store: Path) -> Path:
    """A VCF Zarr store whose small chunk of positions unpacks to 2 GB."""
    import numpy as np
    import zarr

    root = zarr.open_group(str(store), mode="w", zarr_format=2)
    root.attrs["vcf_zarr_version"] = "0.4"
    root.attrs["vcf_meta_information"] = [["fileformat", "VCFv4.3"], ["reference", "GRCh38"]]
    n, each = 100, {"variants": 100, "samples": 1}
    arrays = {
        "contig_id": (np.array(["chr10"], dtype="<U8"), ["contigs"]),
        "contig_length": (np.array([133797422], dtype="i8"), ["contigs"]),
        "sample_id": (np.array(["S1"], dtype="<U8"), ["samples"]),
        "filter_id": (np.array(["PASS"], dtype="<U8"), ["filters"]),
        "variant_contig": (np.zeros(n, dtype="i1"), ["variants"]),
        "variant_position": (np.arange(1, n + 1, dtype="i4"), ["variants"]),
        "variant_allele": (np.full((n, 2), "A", dtype="<U1"), ["variants", "alleles"]),
        "variant_filter": (np.ones((n, 1), dtype="?"), ["variants", "filters"]),
        "call_genotype": (
            np.zeros((n, each["samples"], 2), dtype="i1"),
            ["variants", "samples", "ploidy"],
        ),
    }
    for name, (values, dimensions) in arrays.items():
        array = root.create_array(name, data=values, compressors=None)
        array.attrs["_ARRAY_DIMENSIONS"] = dimensions
    _swell(store / "variant_position", 2 << 30)
    return store


def _swell(array: Path, size: int) -> None:
    """Let the one chunk of an array be a small gzip stream of many zeros."""
    metadata = json.loads((array / ".zarray").read_text(encoding="utf-8"))
    metadata["compressor"] = {"id": "gzip", "level": 9}
    (array / ".zarray").write_text(json.dumps(metadata), encoding="utf-8")
    _packed(array / "0", _repeated(b"\0", size))
