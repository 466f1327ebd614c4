"""One file of a release: one spelling, and nothing in it that is not of the release."""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path

import pytest

from cases import one_test
from pgx import KnowledgeBase
from pgx.errors import SnapshotIntegrityError, SnapshotSchemaError
from pgx.knowledge import release_folder as archive
from pgx.knowledge import release_folder as contents
from pgx.knowledge.release_folder import pack, parse_contents, unpack
from pgx.knowledge.tables import MANIFEST, SIGNATURE

FILES = KnowledgeBase().files()
PACKED = pack(FILES)


def refused(files: dict[str, bytes]) -> str:
    with pytest.raises(SnapshotIntegrityError) as caught:
        parse_contents(unpack(pack(files), "a.pgxkb"), "a.pgxkb")
    return caught.value.line()


def test_what_is_packed_is_unpacked():
    assert unpack(PACKED, "") == FILES
    assert parse_contents(FILES, "").manifest == KnowledgeBase().manifest


def test_the_order_of_files_does_not_matter():
    assert pack(dict(reversed(FILES.items()))) == PACKED


def test_every_tool_can_open_it():
    with zipfile.ZipFile(io.BytesIO(PACKED)) as opened:
        assert opened.testzip() is None
        assert opened.namelist() == sorted(FILES)
        assert {name: opened.read(name) for name in FILES} == FILES
        assert {i.date_time for i in opened.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@one_test
@pytest.mark.parametrize("seed", range(50))
def test_a_changed_byte_is_refused(seed):
    chance = random.Random(seed)
    place, bit = chance.randrange(len(PACKED)), 1 << chance.randrange(8)
    data = bytearray(PACKED)
    data[place] ^= bit
    with pytest.raises((SnapshotIntegrityError, SnapshotSchemaError)):
        parse_contents(unpack(bytes(data), ""), "")


def test_every_changed_byte_outside_of_tables_is_refused():
    """Headers hold times, modes and sizes that no checksum covers."""
    small = pack({MANIFEST: b"{}", "a.tsv": b"x\n"})
    assert unpack(small, "")
    for place in range(len(small)):
        for bit in range(8):
            data = bytearray(small)
            data[place] ^= 1 << bit
            with pytest.raises(SnapshotIntegrityError):
                unpack(bytes(data), "")


@one_test
@pytest.mark.parametrize("length", [0, 1, 29, 30, 31, 100, len(PACKED) - 1, len(PACKED) - 22])
def test_a_cut_file_is_refused(length):
    with pytest.raises(SnapshotIntegrityError):
        unpack(PACKED[:length], "")


@pytest.mark.parametrize("added", [b"\0", PACKED[-22:], PACKED])
def test_what_stands_before_or_after_is_refused(added):
    for data in (PACKED + added, added + PACKED):
        with pytest.raises(SnapshotIntegrityError):
            unpack(data, "")


@one_test
@pytest.mark.parametrize(
    "name", ["../genes.tsv", "/etc/x.tsv", "a/b.tsv", "..", "a\\b.tsv", ".tsv", "genes.TSV", "x.py"]
)
def test_paths_and_foreign_files_are_refused(name):
    assert "no part of a release" in refused({**FILES, name: b"x"})


def test_tables_are_those_of_the_manifest():
    assert "other tables" in refused({**FILES, "more.tsv": b"x\n"})
    assert "other tables" in refused({n: d for n, d in FILES.items() if n != "genes.tsv"})
    assert "SHA-256" in refused({**FILES, "genes.tsv": FILES["genes.tsv"] + b"\n"})
    assert "not whole" in refused({n: d for n, d in FILES.items() if n != MANIFEST})


def test_a_compressed_member_is_refused():
    """A zip bomb is one: nothing is ever decompressed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in sorted(FILES.items()):
            made.writestr(name, data)
    with pytest.raises(SnapshotIntegrityError):
        unpack(packed.getvalue(), "")


def test_sizes_and_numbers_are_bounded(monkeypatch, tmp_path):
    many = {f"t{n}.tsv": b"" for n in range(256)}
    assert "too large" in refused({MANIFEST: b"{}", **many})
    assert "too large" in refused({**FILES, SIGNATURE: bytes((1 << 20) + 1)})
    monkeypatch.setattr(archive, "MAX_TABLE_BYTES", 1000)
    assert "too large" in refused(FILES)
    monkeypatch.setattr(contents, "MAX_ARCHIVE_BYTES", 1000)
    path: Path = tmp_path / "a.pgxkb"
    path.write_bytes(PACKED)
    with pytest.raises(SnapshotIntegrityError, match="cannot be read"):
        KnowledgeBase(path)
