"""Containers: plain, gzip, BGZF and BCF give the same scan; damage is refused."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import struct
import subprocess
import sys
import zlib

import numpy as np
import pysam.bcftools
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases import one_test
from pgx.errors import PgxError, SampleNotFoundError, UsageError, VcfFormatError
from pgx.io.records import ScanLimits
from pgx.io.source import open_source
from pgx.io.windows import Windows
from vcf.support import header_text, line

WINDOWS = Windows.build([("chr10", 1, 130_000_000)])
EOF_BLOCK = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
FORMAT = (
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n##FILTER=<ID=q,Description="">\n'
)
TEXT = header_text(extra=FORMAT).encode() + b"".join(
    line(pos=str(i + 1), cells=["0|1" if i % 3 else "0/0"]).encode() for i in range(5_000)
)


def block(data):
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    body = packer.compress(data) + packer.flush()
    head = b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0" + struct.pack("<H", len(body) + 25)
    return head + body + struct.pack("<II", zlib.crc32(data), len(data))


def bgzf(data, size=40_000):
    return b"".join(block(data[i : i + size]) for i in range(0, len(data), size)) + EOF_BLOCK


def written(folder, data, name="t.vcf"):
    path = folder / name
    path.write_bytes(data)
    return path


def facts(path):
    scan = open_source(path).scan(WINDOWS)
    return scan.n_records, scan.genotypes.tobytes(), scan.phased.tobytes(), scan.records


def code_of(path):
    with pytest.raises(PgxError) as caught:
        open_source(path).scan(WINDOWS)
    return caught.value.code.removeprefix("PGX-VCF-")


@one_test
@pytest.mark.parametrize(
    "packed",
    [
        gzip.compress(TEXT),
        gzip.compress(TEXT[:70_000]) + gzip.compress(TEXT[70_000:]),
        bgzf(TEXT),
        bgzf(TEXT, 50),
        bgzf(TEXT[:70_000]) + bgzf(TEXT[70_000:]),
    ],
    ids=["gzip", "gzip members", "BGZF", "small blocks", "joined BGZF"],
)
def test_containers_of_one_text_give_one_scan(tmp_path, packed):
    assert facts(written(tmp_path, packed)) == facts(written(tmp_path, TEXT, "plain.vcf"))


def test_bcf_gives_the_same_scan(tmp_path):
    plain, packed = written(tmp_path, TEXT, "plain.vcf"), tmp_path / "t.bcf"
    pysam.bcftools.view("-Ob", "-o", str(packed), str(plain), catch_stdout=False)
    expected = facts(plain)
    seen = facts(packed)
    assert seen[:3] == expected[:3]
    digest = hashlib.sha256(packed.read_bytes()).hexdigest()
    assert open_source(packed).sha256() == digest
    cut = written(tmp_path, packed.read_bytes()[:-28], "cut.bcf")
    assert code_of(cut) == "011"
    broken = written(tmp_path, bgzf(b"BCF\2\2" + b"\xff" * 400), "broken.bcf")
    assert code_of(broken) == "014"


@one_test
@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "002"),
        (EOF_BLOCK, "002"),
        (gzip.compress(b"", mtime=0), "002"),
        (TEXT.decode().encode("utf-16"), "003"),
        (b"\xef\xbb\xbf" + TEXT, "004"),
        (b"\n <!DOCTYPE html>", "005"),
        (b"version https://git-lfs.github.com/spec/v1\n", "006"),
        (b"PK\x03\x04" + bytes(99), "007"),
        (b"BAM\x01" + bytes(99), "027"),
        (gzip.compress(gzip.compress(TEXT)), "008"),
        (TEXT.replace(b"VCFv4.2", b"VCFv3.3", 1), "009"),
        (TEXT.replace(b"VCFv4.2", b"VCFv4.x", 1), "001"),
        (b"chr1\t5\n", "001"),
        (bgzf(TEXT)[:-28], "011"),
        (bgzf(TEXT)[:-40], "011"),
        (bgzf(TEXT)[:-20], "011"),
        (bgzf(TEXT) + b"x", "012"),
        (bgzf(TEXT) + bytes(1000), "012"),
        (gzip.compress(TEXT)[:-3], "011"),
        (gzip.compress(TEXT) + b"rubbish", "012"),
        (gzip.compress(TEXT)[:-8] + bytes(8), "013"),
        (bgzf(TEXT)[:60] + b"\xff\xff\xff" + bgzf(TEXT)[63:], "010"),
        (bgzf(TEXT)[:-29] + b"\x7f" + EOF_BLOCK, "010"),
        (TEXT[:-1], "018"),
        (TEXT[:200], "018"),
        (TEXT.split(b"#CHROM")[0], "020"),
    ],
)
def test_damage_is_refused_with_its_code(tmp_path, data, code):
    assert code_of(written(tmp_path, data)) == code


def test_a_missing_file_is_refused(tmp_path):
    assert code_of(tmp_path / "none.vcf") == "019"
    assert code_of(tmp_path) == "019"


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 255), st.sampled_from(["cut", "flip"]))
def test_damage_of_bgzf_never_changes_a_result(tmp_path_factory, at, byte, how):
    good = bgzf(TEXT)
    at %= len(good) - 1
    bad = good[: at + 1] if how == "cut" else good[:at] + bytes([byte]) + good[at + 1 :]
    path = written(tmp_path_factory.mktemp("bgzf"), bad)
    try:
        seen = facts(path)
    except VcfFormatError:
        return
    assert how == "flip"  # of a byte that gzip ignores, such as its time
    assert seen == facts(written(tmp_path_factory.mktemp("plain"), TEXT))


def test_bombs_are_refused_within_memory(tmp_path):
    limits = ScanLimits(max_header_bytes=1 << 20, max_line_bytes=1 << 20)
    header = b"##fileformat=VCFv4.2\n##x=" + b"A" * (8 << 20) + b"\n"
    packed = written(tmp_path, gzip.compress(header))
    with pytest.raises(VcfFormatError, match="PGX-VCF-016"):
        open_source(packed, limits=limits)
    long = header_text().encode() + line(alt="A" * (8 << 20)).encode()
    with pytest.raises(VcfFormatError, match="PGX-VCF-015"):
        open_source(written(tmp_path, gzip.compress(long)), limits=limits).scan(WINDOWS)


def test_the_digest_is_of_the_stored_bytes(tmp_path):
    path = written(tmp_path, gzip.compress(TEXT))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    source = open_source(path)
    assert source.sha256() == digest
    scanned = open_source(path)
    scanned.scan(WINDOWS)
    assert scanned.sha256() == digest
    with open_source(path) as closed:
        pass
    with pytest.raises(UsageError):
        closed.sha256()


def test_a_file_can_be_scanned_twice(tmp_path):
    source = open_source(written(tmp_path, TEXT))
    first, second = source.scan(WINDOWS), source.scan(WINDOWS)
    assert first.genotypes.tobytes() == second.genotypes.tobytes()
    assert source.path == "t.vcf"


def test_standard_input_is_read_once(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(bgzf(TEXT))))
    source = open_source("-")
    assert source.path == "-"
    assert source.scan(WINDOWS).n_records == 5_000
    assert source.sha256() == hashlib.sha256(bgzf(TEXT)).hexdigest()
    with pytest.raises(UsageError):
        source.scan(WINDOWS)


def test_a_header_without_samples_is_refused(tmp_path):
    header = TEXT.split(b"#CHROM")[0] + b"#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO"
    for end in (b"\n", b"\tFORMAT\n"):
        with pytest.raises(SampleNotFoundError):
            open_source(written(tmp_path, header + end))


def test_a_crash_of_the_converter_is_an_error_of_ours(tmp_path, monkeypatch):
    path = written(tmp_path, bgzf(b"BCF\2\2" + bytes(60)))

    class Dying(subprocess.Popen):
        def __init__(self, command, **options):
            dies = [sys.executable, "-c", "import os; os.kill(os.getpid(), 11)"]
            super().__init__(dies, **options)

    monkeypatch.setattr("subprocess.Popen", Dying)
    with pytest.raises(VcfFormatError, match=r"PGX-VCF-014.*status -11"):
        open_source(path)
    assert os.listdir(tmp_path) == ["t.vcf"]  # noqa: PTH208


def test_bcf_that_is_kept_has_no_name(tmp_path, monkeypatch):
    """A killed run leaves no file of a person's genotypes."""
    plain, packed, pipe = written(tmp_path, TEXT, "plain.vcf"), tmp_path / "t.bcf", tmp_path / "p"
    pysam.bcftools.view("-Ob", "-o", str(packed), str(plain), catch_stdout=False)
    temporary, seen = tmp_path / "tmp", []
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))

    class Looking(subprocess.Popen):
        def __init__(self, command, **options):
            seen.append(os.listdir(temporary))  # noqa: PTH208
            super().__init__(command, **options)

    monkeypatch.setattr("subprocess.Popen", Looking)
    os.mkfifo(pipe)
    with subprocess.Popen(["cp", str(packed), str(pipe)]) as writer:
        open_source(pipe).scan(WINDOWS)
        assert writer.wait(timeout=30) == 0
    assert seen
    assert not any(seen)


def test_bcf_through_a_named_pipe(tmp_path):
    plain, packed, pipe = written(tmp_path, TEXT, "plain.vcf"), tmp_path / "t.bcf", tmp_path / "p"
    pysam.bcftools.view("-Ob", "-o", str(packed), str(plain), catch_stdout=False)
    os.mkfifo(pipe)
    with subprocess.Popen(["cp", str(packed), str(pipe)]) as writer:
        piped = open_source(pipe).scan(WINDOWS)
        assert writer.wait(timeout=900) == 0
    assert np.array_equal(piped.genotypes, open_source(packed).scan(WINDOWS).genotypes)
