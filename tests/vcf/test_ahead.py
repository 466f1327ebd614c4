"""Reading ahead in a thread: the same pieces and errors, and no thread left behind."""

from __future__ import annotations

import gzip
import random
import threading

import pytest

from pgx.base.extensions import progress_callback
from pgx.errors import VcfFormatError
from pgx.io.source import open_source, read_ahead
from pgx.io.windows import Windows
from vcf.support import header_text, line
from vcf.test_container import bgzf

PIECES = [bytes([i % 251]) * (100_000 + i) for i in range(120)]
WINDOWS = Windows.build([("chr10", 1, 130_000_000)])
KEYS = "GT:AD:DP:GQ"


def threads():
    return [t for t in threading.enumerate() if t.name == "pgx-read-ahead"]


def failing():
    yield from PIECES[:90]
    raise VcfFormatError("broken", where="here")


def test_pieces_come_in_their_order_and_the_thread_ends():
    seen, running = [], 0
    for piece in read_ahead(iter(PIECES), lambda: True):
        seen.append(piece)
        running = max(running, len(threads()))
    assert seen == PIECES
    assert running == 1
    assert not threads()


def test_no_thread_starts_where_it_does_not_pay():
    few = PIECES[:5]
    for pieces, pays in ((PIECES, False), (few, True)):
        seen = []
        for piece in read_ahead(iter(pieces), lambda pays=pays: pays):
            seen.append(piece)
            assert not threads()
        assert seen == pieces


def test_an_error_comes_after_the_pieces_before_it():
    seen = []
    with pytest.raises(VcfFormatError, match="broken"):
        seen.extend(read_ahead(failing(), lambda: True))
    assert seen == PIECES[:90]
    assert not threads()


def test_who_stops_early_ends_the_thread():
    taken = []

    def counted():
        for piece in PIECES:
            taken.append(piece)
            yield piece

    pieces = read_ahead(counted(), lambda: True)
    for _ in range(20):
        next(pieces)
    assert len(threads()) == 1
    pieces.close()
    assert not threads()
    assert len(taken) < len(PIECES)


@pytest.fixture(scope="module")
def rich():
    rng = random.Random(7)

    def cell():
        a, b = rng.randrange(60), rng.randrange(60)
        return f"{rng.randrange(2)}/{rng.randrange(2)}:{a},{b}:{a + b}:{rng.randrange(100)}"

    lines = [
        line(pos=str(k), format=KEYS, cells=[cell() for _ in range(60)]) for k in range(1, 6000)
    ]
    return header_text(tuple(f"S{i}" for i in range(60))).encode() + "".join(lines).encode()


def facts(path, **options):
    scan = open_source(path).scan(WINDOWS, **options)
    return scan.n_records, scan.records, scan.genotypes.tobytes(), scan.dp.tobytes()


def test_a_scan_is_the_same_with_and_without_a_thread(tmp_path, rich, monkeypatch):
    path = tmp_path / "rich.vcf.gz"
    path.write_bytes(bgzf(rich))
    asked = []
    pays = type(open_source(path))._pays
    monkeypatch.setattr("pgx.io.source.Source._pays", lambda s: asked.append(pays(s)) or asked[-1])
    heard = []
    with progress_callback(heard.append):
        ahead = facts(path, ahead=True)
    assert asked == [True]
    assert sum(heard) == path.stat().st_size  # also of what the thread read
    assert ahead == facts(path)
    assert asked == [True]
    source = open_source(path)
    source.scan(WINDOWS, ahead=True)
    alone = open_source(path)
    alone.scan(WINDOWS)
    assert source.sha256() == alone.sha256()


@pytest.mark.parametrize("ahead", [True, False])
def test_damage_is_refused_alike(tmp_path, rich, ahead):
    packed = bgzf(rich)
    at = len(packed) * 9 // 10
    lines = rich.split(b"\n")
    lines[-500] = lines[-500].replace(b"/", b"\\", 1)
    cases = {
        "011": packed[:at],
        "010": packed[:at] + b"\0\0\0\0" + packed[at + 4 :],
        "012": packed + b"x",
        "054": bgzf(b"\n".join(lines)),
    }
    for code, data in cases.items():
        path = tmp_path / f"{code}.vcf.gz"
        path.write_bytes(data)
        with pytest.raises(VcfFormatError) as caught:
            open_source(path).scan(WINDOWS, ahead=ahead)
        assert caught.value.code == f"PGX-VCF-{code}"
        if code == "054":
            assert caught.value.where.endswith(f" line {len(lines) - 499}")
        assert not threads()


@pytest.mark.parametrize("pack", [bgzf, gzip.compress], ids=["BGZF", "gzip"])
def test_packed_tightly_no_thread_is_started(tmp_path, rich, pack):
    body = "".join(line(pos=str(k), cells=["0|0"] * 50) for k in range(1, 9000))
    dense = header_text(tuple(f"S{i}" for i in range(50))).encode() + body.encode()
    path = tmp_path / "t.vcf.gz"
    for text, pays in ((dense, False), (rich, True)):
        path.write_bytes(pack(text))
        source = open_source(path)
        assert source.scan(WINDOWS, ahead=True).n_records == text.count(b"\nchr10")
        assert source._pays() is pays
