"""A release is whole or refused: any changed byte, cut, missing or exchanged table."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from cases import one_test, sampled
from pgx.errors import KnowledgeError, SnapshotIntegrityError, SnapshotSchemaError
from pgx.inputs.release_check import verify_release
from pgx.knowledge.release_folder import default_release
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.knowledge.tables import MANIFEST, check_allele_name, read_manifest, write_manifest

RELEASE = Path(__file__).resolve().parents[2] / "data" / "knowledgebase"
TABLES = sorted(read_manifest(RELEASE).tables)


@pytest.fixture
def copy(tmp_path) -> Path:
    for name in [MANIFEST, *TABLES]:
        shutil.copy(RELEASE / name, tmp_path / name)
    return tmp_path


def rewrite(folder: Path, table: str, old: str, new: str) -> KnowledgeBase:
    """Change a table as an editor would, digests included."""
    path = folder / f"{table}.tsv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    write_manifest(folder, "changed", TABLES)
    return KnowledgeBase(folder)


def test_the_release_is_whole(copy):
    verify_release(KnowledgeBase(RELEASE))
    verify_release(KnowledgeBase(copy))


def test_the_manifest_names_every_table():
    assert sorted(path.name for path in RELEASE.glob("*.tsv")) == TABLES


@pytest.mark.parametrize("name", sampled([MANIFEST, *TABLES], 8))
def test_any_changed_byte_is_refused(name, copy):
    original = (copy / name).read_bytes()
    chance = random.Random(name)
    # every byte of the manifest, which is small; of each table a dozen
    places = range(len(original)) if name == MANIFEST else chance.sample(range(len(original)), 12)
    for place in places:
        data = bytearray(original)
        data[place] ^= 1 << chance.randrange(8)
        (copy / name).write_bytes(data)
        with pytest.raises(KnowledgeError):
            read_manifest(copy) if name == MANIFEST else KnowledgeBase(copy)


@pytest.mark.parametrize("name", sampled([MANIFEST, *TABLES], 4))
def test_a_cut_or_missing_file_is_refused(name, copy):
    data = (copy / name).read_bytes()
    for end in (0, len(data) // 2, len(data) - 1):
        (copy / name).write_bytes(data[:end])
        with pytest.raises(SnapshotIntegrityError):
            KnowledgeBase(copy)
    (copy / name).unlink()
    with pytest.raises(SnapshotIntegrityError):
        KnowledgeBase(copy)


def test_exchanged_tables_are_refused(copy):
    (copy / "genes.tsv").write_bytes((copy / "alleles.tsv").read_bytes())
    with pytest.raises(SnapshotIntegrityError):
        KnowledgeBase(copy)


def test_another_schema_version_is_refused(copy):
    path = copy / MANIFEST
    path.write_text(path.read_text().replace('schema_version": "1"', 'schema_version": "2"'))
    with pytest.raises(SnapshotSchemaError):
        KnowledgeBase(copy)


def test_a_table_outside_the_release_is_refused(copy, tmp_path):
    inner = tmp_path / "inner"
    inner.mkdir()
    write_manifest(inner, "x", ["../genes.tsv"])
    with pytest.raises(SnapshotIntegrityError):
        KnowledgeBase(inner)


def test_a_table_that_the_manifest_lacks_is_refused(copy):
    write_manifest(copy, "x", [name for name in TABLES if name != "genes.tsv"])
    with pytest.raises(SnapshotIntegrityError):
        _ = KnowledgeBase(copy).genes


def test_every_change_of_content_changes_the_digest(copy):
    before = KnowledgeBase(copy).manifest.digest
    assert rewrite(copy, "genes", "CACNA1S", "CACNA1T").manifest.digest != before


@pytest.mark.parametrize(
    ("table", "old", "new"),
    sampled(
        [
            ("variants", "\tclinpgx-2025-11", "\tnobody"),
            ("variants", "\tG\tG\tT\t", "\tA\tA\tT\t"),
            ("alleles", "94781859=A", "94781859=T"),
            ("alleles", "94781859=A", "94781858=A;94781860=A"),
            ("alleles", "CYP2C19\t*3\t", "CYP2C19\t*2\t"),
            ("alleles", "CYP2C19\t*3\t", "CYP2C19\t[*2 + *3]\t"),
            ("alleles", "CYP2C19\t*3\t", "CYP2C19\t*2|*3\t"),
            ("alleles", "94781859=A", "x=A"),
            ("genes", "chr4\tstar", "chr4\tmagic"),
            ("genes", "autosome\t*1\t", "autosome\t*0\t"),
            ("genes", "gene\tcontig", "gene\tchromosome"),
            ("drugs", "covered", "perhaps"),
        ],
        5,
    ),
)
def test_verification_finds_what_digests_cannot(table, old, new, copy):
    with pytest.raises(SnapshotSchemaError):
        verify_release(rewrite(copy, table, old, new))


@one_test
@pytest.mark.parametrize(
    "name", ["", "*1/*2", "a;b", "a=b", "a|b", "a\tb", "[*1]", "*1 + *2", "\x1b"]
)
def test_names_that_could_be_misread_are_refused(name):
    with pytest.raises(SnapshotSchemaError):
        check_allele_name("GENE", name)


def test_the_folder_can_be_named(copy, monkeypatch):
    monkeypatch.setenv("PGX_KNOWLEDGE_BASE", str(copy))
    assert default_release() == copy
    assert KnowledgeBase().place == copy
    monkeypatch.setenv("PGX_KB", str(copy / "other"))
    assert default_release() == copy / "other", "the newer name wins"
    monkeypatch.delenv("PGX_KB")
    monkeypatch.delenv("PGX_KNOWLEDGE_BASE")
    assert default_release() != copy
