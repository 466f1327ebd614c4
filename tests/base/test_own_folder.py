"""A run's own folder: told from others' by what the file system shows for a new one."""

import errno
import fcntl
import os
import stat

import pytest

from pgx.base import files as own_folder
from pgx.base.files import LOCK_FILE, locked, remove_own
from pgx.errors import OutputError


def shown(monkeypatch, uid=None, mode=None, of=lambda _: True):
    """Let the file system show another owner and mode, of what a rule says."""
    real = os.lstat

    def lstat(path, *words, **more):
        found = real(path, *words, **more)
        if not of(path):
            return found
        owner = found.st_uid if uid is None else uid
        kind = found.st_mode if mode is None else stat.S_IFMT(found.st_mode) | mode
        return os.stat_result((kind, *found[1:4], owner, *found[5:10]))

    monkeypatch.setattr(own_folder.os, "lstat", lstat)


@pytest.mark.parametrize(("uid", "mode"), [(None, 0o777), (65534, None), (65534, 0o777)])
def test_a_mount_that_shows_all_alike_is_used(tmp_path, monkeypatch, uid, mode):
    shown(monkeypatch, uid, mode)
    place = tmp_path / "run"
    with locked(place):
        (place / "left by a killed run").write_text("")
    with locked(place):  # it is there already, as after a killed run
        assert sorted(path.name for path in tmp_path.iterdir()) == ["run"]
        remove_own(place)
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize(("uid", "mode"), [(None, 0o777), (65534, None)])
def test_a_folder_of_others_is_refused_where_new_ones_look_different(
    tmp_path, monkeypatch, uid, mode
):
    place = tmp_path / "run"
    place.mkdir(mode=0o700)
    shown(monkeypatch, uid, mode, of=lambda path: path == place)
    with pytest.raises(OutputError, match="not what a run made"), locked(place):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_a_link_is_refused_where_everything_looks_alike(tmp_path, monkeypatch):
    (tmp_path / "other").mkdir()
    (tmp_path / "run").symlink_to(tmp_path / "other")
    shown(monkeypatch, 65534, 0o777)
    with pytest.raises(OutputError, match="not what a run made"), locked(tmp_path / "run"):
        pass
    assert not any((tmp_path / "other").iterdir())


def test_a_refusal_leaves_no_folder(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOLCK, "no locks")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(OutputError, match="cannot be locked"), locked(tmp_path / "run"):
        pass
    assert not any(tmp_path.iterdir())


def test_a_refusal_leaves_the_folder_of_the_run_at_work(tmp_path):
    place = tmp_path / "run"
    with locked(place):
        with pytest.raises(OutputError, match="another run"), locked(place):
            pass
        assert (place / LOCK_FILE).exists()
