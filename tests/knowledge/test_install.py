"""A release is installed whole or not at all, whatever ends the program, and whoever reads."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pgx import KnowledgeBase
from pgx.base.shipped import data_folder
from pgx.errors import OutputError
from pgx.knowledge import release_folder as install
from pgx.knowledge.release_folder import install_release, pack, read_contents
from pgx.knowledge.tables import MANIFEST, Manifest

OLD = KnowledgeBase().files()
_MANIFEST = KnowledgeBase().manifest
NEW_MANIFEST = Manifest(
    release="2027.1.1", schema_version=_MANIFEST.schema_version, tables=_MANIFEST.tables
)
NEW = {**OLD, MANIFEST: NEW_MANIFEST.text().encode()}


def held(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def folder(tmp_path):
    install_release(OLD, tmp_path / "release", force=False)
    return tmp_path / "release"


def test_a_new_or_an_empty_folder_gets_the_release(tmp_path):
    (tmp_path / "empty").mkdir()
    for name in ("new", "empty"):
        assert install_release(OLD, tmp_path / name, force=False)
        assert held(tmp_path / name) == OLD
    assert sorted(p.name for p in tmp_path.iterdir()) == ["empty", "new"]


def test_another_release_is_replaced_with_force_only(folder):
    with pytest.raises(OutputError, match="--force"):
        install_release(NEW, folder, force=False)
    assert held(folder) == OLD
    assert not install_release(OLD, folder, force=False), "it is there already"
    assert install_release(NEW, folder, force=True)
    assert held(folder) == NEW
    assert [p.name for p in folder.parent.iterdir()] == [folder.name]


def test_a_damaged_copy_of_the_release_is_repaired_with_force(folder):
    (folder / "genes.tsv").write_text("")
    with pytest.raises(OutputError, match="--force"):
        install_release(OLD, folder, force=False)
    install_release(OLD, folder, force=True)
    assert held(folder) == OLD


def test_what_is_no_release_is_never_removed(folder, tmp_path):
    (folder / "mine.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "genes.tsv").symlink_to(tmp_path / "file")
    for place in (folder, tmp_path / "file", tmp_path / "linked", data_folder() / "knowledgebase"):
        with pytest.raises(OutputError):
            install_release(NEW, place, force=True)
    assert (folder / "mine.txt").read_text() == (tmp_path / "file").read_text() == "mine"
    assert KnowledgeBase(folder).release == KnowledgeBase().release


def test_a_link_to_the_folder_stays(folder, tmp_path):
    link = tmp_path / "current"
    link.symlink_to(folder)
    install_release(NEW, link, force=True)
    assert link.is_symlink()
    assert held(folder) == NEW


@pytest.mark.parametrize("step", ["_write", "_switch"])
def test_a_failure_leaves_the_old_release(step, folder, monkeypatch):
    def fail(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(install, step, fail)
    with pytest.raises(OutputError, match="No space left"):
        install_release(NEW, folder, force=True)
    assert held(folder) == OLD
    assert [p.name for p in folder.parent.iterdir()] == [folder.name]


def test_a_file_system_that_cannot_is_told(folder, monkeypatch):
    class Library:
        def __init__(self, *_, **__):
            pass

    monkeypatch.setattr(install.ctypes, "CDLL", Library)
    with pytest.raises(OutputError, match="one step"):
        install_release(NEW, folder, force=True)
    assert held(folder) == OLD


_KILLED = """
import os, signal, sys
from pathlib import Path
from pgx.knowledge import release_folder as install
from pgx.knowledge.release_folder import read_contents
setattr(install, sys.argv[3], lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
from pgx.knowledge.release_folder import unpack
install.install_release(unpack(Path(sys.argv[1]).read_bytes(), ""), Path(sys.argv[2]), force=True)
"""


@pytest.mark.parametrize("step", ["_switch", "sync_folder"])
def test_a_kill_before_the_switch_leaves_the_old_release(step, folder, tmp_path):
    packed = tmp_path / "new.pgxkb"
    packed.write_bytes(pack(NEW))
    words = [sys.executable, "-c", _KILLED, str(packed), str(folder), step]
    assert subprocess.run(words, check=False).returncode == -signal.SIGKILL
    assert held(folder) == OLD
    [left] = [p for p in tmp_path.iterdir() if p not in (packed, folder)]
    install_release(NEW, folder, force=True)
    assert held(folder) == NEW
    assert not left.exists(), "the next import removes what was left"


def test_the_next_import_removes_nothing_of_others(folder, tmp_path):
    foreign = tmp_path / f".pgx-00000000-{os.getpid()}-ab.tmp"
    foreign.mkdir()
    install_release(NEW, folder, force=True)
    assert foreign.is_dir()


@pytest.mark.exhaustive
def test_readers_get_one_whole_release_during_switches(folder):
    """Two readers and forty switches: no mixture, and no refusal."""
    wanted = {_MANIFEST.digest, NEW_MANIFEST.digest}
    seen: set[str] = set()
    failed: list[Exception] = []
    ended = threading.Event()

    def read():
        while not ended.is_set():
            try:
                seen.add(read_contents(folder).manifest.digest)
            except Exception as error:  # noqa: BLE001 - whatever fails, the test shall say
                failed.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for turn in range(40):
        install_release(OLD if turn % 2 else NEW, folder, force=True)
    ended.set()
    for reader in readers:
        reader.join()
    assert failed == []
    assert seen == wanted
