"""Cohorts of any size from the real one: haplotypes of each gene are drawn anew.

    python -m benchmarks.cohorts FOLDER --copies 64 [--every 16] [--seed 1]
    python -m benchmarks.cohorts FOLDER --samples 100000

Reads ``cohort/GRCh38`` of the validation data folder (``PGX_VALIDATION_DATA``, default:
``../shared`` beside the repository) and writes each file into FOLDER under its own name, with
its header and records. The first samples are the real ones. Every other sample has, in each
file, two haplotypes of that file, drawn at random, so that combinations arise which nobody of
the source has. On chrX, and where cells are not all like ``0|1``, whole samples are drawn; they
are the same in all files of chrX, so that nobody changes sex. Haplotypes that the source does
not have do not arise: a real cohort of such a size has more rare ones.

``--every K`` keeps, of the records that say nothing of a defining position, each K-th only: the
files are smaller on disk, and reading takes a smaller part of the time than it should. Equal
arguments give equal bytes. Memory holds a line and a block, whatever the number of samples.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import functools
import os
import struct
import zlib
from pathlib import Path

import numpy as np
from isal import igzip, igzip_lib, isal_zlib

from benchmarks.reading import DATA, asked_of
from pgx.io.source import open_source

ASSEMBLY = "GRCh38"
_BLOCK = 0xFF00
_EMPTY_BLOCK = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
_TAB, _BAR = 9, 124


class BlockWriter:
    """BGZF, about as tight as bcftools writes it and ten times as fast."""

    def __init__(self, handle):
        self._handle, self._waiting = handle, bytearray()

    def write(self, data):
        self._waiting += data
        n_whole = len(self._waiting) // _BLOCK * _BLOCK
        if n_whole:
            with memoryview(self._waiting) as view:
                for start in range(0, n_whole, _BLOCK):
                    self._put(view[start : start + _BLOCK])
            del self._waiting[:n_whole]

    def close(self):
        if self._waiting:
            self._put(self._waiting)
        self._handle.write(_EMPTY_BLOCK)

    def _put(self, data):
        packed = igzip_lib.compress(data, level=1, flag=igzip_lib.COMP_DEFLATE)
        size = len(packed) + 25
        head = b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0" + struct.pack("<H", size)
        tail = struct.pack("<II", isal_zlib.crc32(data), len(data))
        self._handle.write(head + packed + tail)


def drawn_haplotypes(cells, first, second):
    """Return cells ``a|b`` and tabs for pairs of haplotypes; cells (N, 3) uint8 of the source.

    ``first`` and ``second`` are (M,) indices of haplotypes, 2 s and 2 s + 1 those of sample s.
    """
    alleles = cells[:, ::2].ravel().astype(np.uint32)
    low, high = alleles | _BAR << 8, alleles << 16 | _TAB << 24
    words = low.take(first)
    words |= high.take(second)
    return words.astype("<u4", copy=False).view(np.uint8)


def drawn_samples(cells, picked):
    """Return cells and tabs of the samples (M,) that are picked, whatever ``cells`` look like."""
    widths = np.array([len(cell) + 1 for cell in cells])
    padded = np.array(cells, f"S{widths.max()}").view(np.uint8).reshape(len(cells), -1).copy()
    padded[np.arange(len(cells)), widths - 1] = _TAB
    own = padded[picked]
    return own[np.arange(padded.shape[1]) < widths[picked][:, None]]


class Widener:
    """Widens the lines of one file from its samples to those and ``n_new`` more."""

    def __init__(self, n_source, n_new, *, whole, draw):
        self._n_source, self._n_new, self._whole = n_source, n_new, whole
        n_choices = n_source if whole else 2 * n_source
        self._picked = draw.integers(0, n_choices, (1 if whole else 2, n_new))

    def header(self, line):
        names = [f"N{i:07}".encode() for i in range(self._n_new)]
        return b"\t".join([line.rstrip(b"\n"), *names]) + b"\n"

    def record(self, line):
        line = line.rstrip(b"\n")
        if not self._n_new:
            return line + b"\n"
        cells = line.split(b"\t", 9)[9]
        if self._whole:
            new = drawn_samples(cells.split(b"\t"), self._picked[0])
        else:
            new = drawn_haplotypes(grid_of(cells, self._n_source)[:, :3], *self._picked)
        new[-1] = ord("\n")
        return b"".join((line, b"\t", new.data))


def grid_of(cells, n_samples):
    """Return cells of three bytes and tabs (N, 4) uint8, None where they are anything else."""
    if len(cells) + 1 != 4 * n_samples:
        return None
    grid = np.frombuffer(cells + b"\t", np.uint8).reshape(-1, 4)
    is_plain = (grid[:, 1] == _BAR).all() and (grid[:, 3] == _TAB).all()
    return grid if is_plain else None


def facts_of(path):
    """Return how many samples a file has, and whether they are to be drawn whole."""
    n_samples, whole = 0, False
    with igzip.open(path) as lines:
        for line in lines:
            if line.startswith(b"#CHROM"):
                n_samples = line.count(b"\t") - 8
            elif not line.startswith(b"#"):
                columns = line.rstrip(b"\n").split(b"\t", 9)
                on_x = columns[0].removeprefix(b"chr") == b"X"
                whole = whole or on_x or grid_of(columns[9], n_samples) is None
                if on_x:
                    break
    return n_samples, whole


def lines_kept(path):
    """Return the numbers of the lines of which a run of `pgx` keeps anything."""
    with open_source(path) as source:
        return {record.line for record in source.scan(**asked_of(path, ASSEMBLY)).records}


def widener_of(path, n_samples, seed):
    n_source, whole = facts_of(path)
    if n_samples < n_source:
        raise SystemExit(f"{path.name}: the source has {n_source} samples")
    stream = "whole" if whole else path.name
    draw = np.random.default_rng([seed, zlib.crc32(stream.encode())])
    return Widener(n_source, n_samples - n_source, whole=whole, draw=draw)


def write_one(path, folder, n_samples, every, seed):
    """Write one file of a cohort."""
    widener = widener_of(path, n_samples, seed)
    kept = lines_kept(path) if every > 1 else frozenset()
    n_others = 0
    with igzip.open(path) as lines, (folder / path.name).open("wb") as handle:
        out = BlockWriter(handle)
        for number, line in enumerate(lines, 1):
            if line.startswith(b"#"):
                out.write(line if line.startswith(b"##") else widener.header(line))
                continue
            n_others += number not in kept
            if number in kept or n_others % every == 0:
                out.write(widener.record(line))
        out.close()


def source_files():
    found = sorted((DATA / "cohort" / ASSEMBLY).glob("*.vcf.gz"))
    if not found:
        raise SystemExit("no cohort here: PGX_VALIDATION_DATA names the validation data folder")
    return found


def smallest_file():
    return min(source_files(), key=lambda path: path.stat().st_size)


def write_cohort(folder, n_samples, *, every=1, seed=1):
    """Write the files of a cohort, two at a time; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = source_files()
    largest_first = sorted(paths, key=lambda path: -path.stat().st_size)
    write = functools.partial(write_one, folder=folder, n_samples=n_samples, every=every, seed=seed)
    with concurrent.futures.ProcessPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        list(pool.map(write, largest_first))
    return [folder / path.name for path in paths]


def main():
    """Write a cohort."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", metavar="FOLDER", type=Path)
    size = parser.add_mutually_exclusive_group(required=True)
    size.add_argument("--copies", type=int, help="how many times the real samples")
    size.add_argument("--samples", type=int)
    parser.add_argument("--every", type=int, default=1, help="thin records that say nothing")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    n_samples = chosen.samples or chosen.copies * facts_of(source_files()[0])[0]
    paths = write_cohort(chosen.folder, n_samples, every=chosen.every, seed=chosen.seed)
    size = sum(path.stat().st_size for path in paths) / 1e6
    print(f"{n_samples} samples, {len(paths)} files, {size:.0f} MB")


if __name__ == "__main__":
    main()
