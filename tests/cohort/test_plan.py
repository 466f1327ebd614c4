"""A plan knows its inputs again, and how to share them out."""

from __future__ import annotations

import os
from dataclasses import dataclass

import pytest

from pgx.engine.parts import FolderParts, MemoryParts
from pgx.engine.plan import make_plan
from pgx.engine.work import parts_of
from pgx.inputs.settings import RunSettings


@dataclass
class Store:
    """A folder that looks like a VCF Zarr store."""

    folder: object

    def put(self, name, data=b"x"):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path


@pytest.fixture
def store(tmp_path):
    own = Store(tmp_path / "a.vcz")
    own.put(".zgroup", b"{}")
    own.put("call_genotype/0.0.0", b"1234")
    return own


def plan_of(*inputs):
    return make_plan([str(path) for path in inputs], RunSettings())


def test_a_store_is_all_its_files(store):
    [file] = plan_of(store.folder).inputs
    assert file.size == 6
    assert file.changed == max(p.stat().st_mtime_ns for p in store.folder.rglob("*"))


@pytest.mark.parametrize("name", ["call_genotype/0.0.0", "call_genotype/1.0.0"])
def test_a_store_that_was_written_anew_is_another(store, name):
    before = plan_of(store.folder)
    assert not list(before.changed_files())
    later = store.put(name, b"4321")
    os.utime(later, ns=(later.stat().st_mtime_ns + 10**9,) * 2)
    assert [file.path for file in before.changed_files()] == [str(store.folder)]
    assert plan_of(store.folder).digest() != before.digest()


def test_a_folder_that_is_no_store_is_not_searched(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "file").write_bytes(b"1")
    [file] = plan_of(tmp_path).inputs
    assert (file.size, file.changed) == (0, 0)


def test_what_may_be_large_is_kept_on_disk(tmp_path, store):
    assert isinstance(parts_of(plan_of(store.folder), tmp_path), MemoryParts)
    addresses = [f"s3://bucket/{number}.vcz" for number in range(3)]
    plan = plan_of(store.folder, *addresses)
    assert isinstance(parts_of(plan, tmp_path), FolderParts)
    assert plan.reads == ((0,), (1,), (2,), (3,))
    assert isinstance(parts_of(plan_of("-", *addresses), tmp_path), MemoryParts)
