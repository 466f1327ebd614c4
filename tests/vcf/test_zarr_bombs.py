"""A small store that stands for gigabytes is refused within a bounded amount of memory."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numcodecs
import numpy as np
import pytest

from cases import one_test
from pgx.io.zarr_recorder import TooMuchError, unpacked_bytes
from vcf.support import ROOT
from vcf.zarr_support import convert, group_of, write_vcf

MOST = 512  # MB of memory
ZSTD = numcodecs.Zstd(3)
TEXTS = [{"id": "vlen-utf8"}]
SCRIPT = '''
import resource, sys
from pgx.errors import PgxError
from vcf.zarr_support import scan
def peak():
    """Return the most memory of this program in kB; that of its parent counts in getrusage."""
    try:
        lines = open("/proc/self/status").read().splitlines()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
for store in sys.argv[1:]:
    try:
        scan(store)
        said = "read -"
    except PgxError as error:
        said = f"{error.code} {error.where}"
    print(peak() // 1024, said, flush=True)
'''


def packed(values) -> bytes:
    return bytes(ZSTD.encode(np.ascontiguousarray(values)))


def texts(count: int, each: bytes) -> bytes:
    """Return a packed chunk of equal texts."""
    one = len(each).to_bytes(4, "little") + each
    return bytes(ZSTD.encode(count.to_bytes(4, "little") + one * count))


def put(store, name, shape, chunks, dtype, data=b"", *, compressor=ZSTD, fill=None, filters=None):
    """Put an array of one chunk, or of none, in the place of one of the store's."""
    shutil.rmtree(store / name)
    (store / name).mkdir()
    metadata = {
        "shape": shape,
        "chunks": chunks,
        "dtype": dtype,
        "fill_value": fill,
        "order": "C",
        "filters": filters,
        "dimension_separator": ".",
        "compressor": compressor.get_config(),
        "zarr_format": 2,
    }
    (store / name / ".zarray").write_text(json.dumps(metadata))
    if data:
        (store / name / ".".join("0" * len(shape))).write_bytes(data)


def undeclared(n_blocks: int) -> bytes:
    """Return a zstd frame without its size: blocks of one repeated byte, 128 kB each."""
    block = ((1 << 17) << 3 | 1 << 1).to_bytes(3, "little") + b"\0"
    head = 0xFD2FB528.to_bytes(4, "little") + bytes([0, 0x70])
    return head + block * n_blocks + (1 << 3 | 1).to_bytes(3, "little") + b"x"


def many_samples(store):
    put(store, "sample_id", [1 << 24], [1 << 24], "|O", texts(1 << 24, b"A"), filters=TEXTS)


def long_texts(store):
    put(store, "sample_id", [2], [2], "|O", texts(2, b"A" * (1 << 26)), filters=TEXTS)


def wide_texts(store):
    put(store, "sample_id", [2], [1], f"<U{1 << 28}", fill="")


def packed_twice(store):
    once = packed(np.zeros(1 << 26, np.int8))
    put(store, "call_GQ", [14, 2], [14, 2], "|i1", packed(np.frombuffer(once * 40, np.uint8)),
        filters=[ZSTD.get_config()])  # fmt: skip


def endless_zstd(store):
    put(store, "call_genotype", [14, 2, 2], [14, 2, 2], "|i1", undeclared(24_000))


def endless_gzip(store):
    data = gzip.compress(bytes(1 << 26)) * 20
    put(store, "call_genotype", [14, 2, 2], [14, 2, 2], "|i1", data, compressor=numcodecs.GZip())


def wide_cells(store):
    put(store, "call_GQ", [14, 2, 1 << 27], [1, 1, 1 << 20], "|i1", fill=0)


def many_chunks(store):
    put(store, "call_GQ", [14, 2, 1 << 17], [14, 1, 1], "|i1", fill=0)


def high_ploidy(store):
    data = packed(np.zeros(1 << 27, np.int8))
    put(store, "call_genotype", [14, 2, 1 << 26], [1, 2, 1 << 26], "|i1", data)


def many_variants(store):
    """Two positions in turn, 16 million variants of each: a record has to be looked at."""
    n = 1 << 25
    for name in ("variant_END", "variant_SVLEN", "variant_R2", "variant_DR2", "variant_filter"):
        shutil.rmtree(store / name)
    positions = np.arange(n, dtype=np.int32) % 2 + 101
    put(store, "variant_position", [n], [n], "<i4", packed(positions))
    put(store, "variant_contig", [n], [n], "|i1", packed(np.zeros(n, np.int8)))
    put(store, "variant_length", [n], [n], "|i1", packed(np.ones(n, np.int8)))
    put(store, "variant_allele", [n, 2], [1 << 20, 2], "|O", texts(1 << 21, b"A"), filters=TEXTS)
    for path in store.glob("call_*"):
        shutil.rmtree(path)


def attributes(store):
    (store / ".zattrs").write_text('{"vcf_zarr_version": "0.4", "x": [' + "[]," * 3_000_000 + "0]}")


def no_file(store):
    (store / ".zattrs").unlink()
    (store / ".zattrs").symlink_to("/dev/zero")


def no_chunk(store):
    chunk = next(path for path in (store / "call_GQ").iterdir() if path.name[0] == "0")
    chunk.unlink()
    os.mkfifo(chunk)


BOMBS = {
    many_samples: "PGX-VCZ-010 sample_id",
    long_texts: "PGX-VCZ-010 sample_id",
    wide_texts: "PGX-VCZ-010 sample_id",
    packed_twice: "PGX-VCZ-007 call_GQ",
    endless_zstd: "PGX-VCZ-009 call_genotype",
    endless_gzip: "PGX-VCZ-009 call_genotype",
    wide_cells: "PGX-VCZ-010 call_GQ",
    many_chunks: "PGX-VCZ-010 call_GQ",
    high_ploidy: "PGX-VCZ-010 call_genotype",
    many_variants: "PGX-VCZ-010 variant_position",
    attributes: "PGX-VCZ-010 metadata",
    no_file: "PGX-VCZ-014",
    no_chunk: "PGX-VCZ-009 call_GQ",
}
LINES = [
    f"{contig}\t{k}\t.\tA\tC,G\t.\tPASS\t.\tGT:GQ:DP\t0|1:30:9\t1/2:31:30\n"
    for contig in ("chr10", "chr12")
    for k in range(101, 108)
]


def scanned(*stores: Path) -> list[str]:
    """Scan stores in one process of their own: its memory so far, and what it says of each."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *map(str, stores)],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'tests'}{os.pathsep}{ROOT / 'src'}"},
        check=True,
    )
    assert not done.stderr
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def pristine(tmp_path_factory):
    folder = tmp_path_factory.mktemp("store")
    vcf = write_vcf(folder / "a.vcf", LINES)
    return {version: convert(vcf, folder / f"a{version}.vcz", version) for version in (2, 3)}


@pytest.fixture(scope="module")
def said(pristine, tmp_path_factory):
    """What is said of each bomb, and the memory that it took at most with those before it."""
    folder = tmp_path_factory.mktemp("bombs")
    stores = []
    for bomb in BOMBS:
        store = Path(shutil.copytree(pristine[2], folder / f"{bomb.__name__}.vcz"))
        bomb(store)
        stores.append(store)
    return dict(zip(BOMBS, scanned(*stores), strict=True))


@one_test
@pytest.mark.torture
@pytest.mark.parametrize("bomb", BOMBS, ids=lambda bomb: bomb.__name__)
def test_a_bomb_is_refused(said, bomb):
    memory, code, name, *array = said[bomb].split()
    assert " ".join([code, *array]) == BOMBS[bomb]
    assert name == f"{bomb.__name__}.vcz"
    assert int(memory) < MOST


@pytest.mark.torture
def test_large_chunks_are_not_unpacked_side_by_side(pristine, tmp_path):
    """Each is as large as a chunk may be; many at a time would take gigabytes."""
    store = Path(shutil.copytree(pristine[2], tmp_path / "a.vcz"))
    chunk = packed(np.zeros(1 << 28, np.int8))
    put(store, "call_genotype", [14, 2, 2], [1, 1 << 27, 2], "|i1")
    for k in range(14):
        (store / "call_genotype" / f"{k}.0.0").write_bytes(chunk)
    [line] = scanned(store)
    assert line.endswith("read -")
    assert int(line.split()[0]) < MOST


def test_inner_chunks_of_shards_are_looked_at(pristine, tmp_path):
    store = Path(shutil.copytree(pristine[3], tmp_path / "a.vcz"))
    shutil.rmtree(store / "call_genotype")
    array = group_of(store).create_array(
        "call_genotype", shape=(14, 2, 2), dtype="i1", chunks=(1, 1, 2), shards=(14, 2, 2)
    )
    array[:] = 1
    bomb = packed(np.zeros(1 << 29, np.int8))
    index = np.array([[0, len(bomb)]] * 28, "<u8")
    [shard] = (path for path in (store / "call_genotype" / "c").rglob("*") if path.is_file())
    shard.write_bytes(bomb + bytes(numcodecs.CRC32C().encode(index)))
    [line] = scanned(store)
    assert "PGX-VCZ-009 a.vcz call_genotype" in line
    assert int(line.split()[0]) < MOST


def test_members_of_an_archive_are_bounded(pristine, tmp_path):
    stores = []
    for kind in (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2):
        store = Path(shutil.copytree(pristine[2], tmp_path / "a.vcz", dirs_exist_ok=True))
        if kind == zipfile.ZIP_DEFLATED:
            attributes(store)
        stores.append(tmp_path / f"{kind}.vcz.zip")
        with zipfile.ZipFile(stores[-1], "w", kind) as archive:
            for path in sorted(store.rglob("*")):
                archive.write(path, path.relative_to(store))
        shutil.rmtree(store)
    deflated, other = scanned(*stores)
    assert deflated.endswith("PGX-VCZ-010 8.vcz.zip metadata")
    assert other.endswith("PGX-VCZ-014 12.vcz.zip")


CODECS = [
    numcodecs.Blosc(),
    numcodecs.Blosc("lz4"),
    numcodecs.Zstd(1),
    numcodecs.Zstd(1, checksum=True),
    numcodecs.GZip(),
    numcodecs.Zlib(),
    numcodecs.BZ2(),
    numcodecs.LZMA(),
    numcodecs.LZ4(),
]


@one_test(sample=28)
@pytest.mark.parametrize("codec", CODECS, ids=repr)
@pytest.mark.parametrize("size", [1, 1_000, 3 << 20])
@pytest.mark.parametrize("kind", ["zeros", "random"])
def test_what_a_chunk_unpacks_to_is_known(codec, size, kind):
    values = np.zeros(size, np.uint8)
    if kind == "random":
        values = np.random.default_rng(1).integers(0, 256, size, np.uint8)
    data = bytes(codec.encode(values))
    assert unpacked_bytes(codec.codec_id, data, size) == size
    with pytest.raises(TooMuchError):
        unpacked_bytes(codec.codec_id, data, size - 1)


def test_zstd_without_its_size_is_bounded_by_its_blocks():
    data = undeclared(3)
    assert unpacked_bytes("zstd", data, 1 << 20) == 3 * (1 << 17) + 1 == len(ZSTD.decode(data))
    skipped = 0x184D2A50.to_bytes(4, "little") + (2).to_bytes(4, "little") + b"ab"
    assert unpacked_bytes("zstd", skipped + data + data, 1 << 20) == 2 * (3 * (1 << 17) + 1)
    with pytest.raises(TooMuchError):
        unpacked_bytes("zstd", undeclared(9), 1 << 20)
    with pytest.raises(ValueError, match="cut"):
        unpacked_bytes("zstd", data[:-4], 1 << 20)
