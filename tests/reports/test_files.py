"""Files of results: complete or absent, inside the folder, never over others' results."""

from __future__ import annotations

import errno
import gc
import os
import re
import stat
import weakref
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import one_test
from pgx.base.files import temporary_path
from pgx.errors import OutputError, UsageError
from pgx.records.calls import PatientResult
from pgx.reports.files import output_folder as files
from pgx.reports.files.formats import DEFAULT_FORMATS, RUN_FORMATS
from pgx.reports.files.output_folder import check_folder, write_file, write_results
from pgx.reports.safe_text import file_stem, file_stems
from reports import factory


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_what_is_written(tmp_path):
    folder = tmp_path / "new" / "out"
    written = write_results([factory.result("S1"), factory.result("S/2")], folder)
    expected = {"calls.tsv", "recommendations.tsv"}
    expected |= {f"{s}.pgx.{f}" for s in ("S1", "S_2") for f in DEFAULT_FORMATS}
    assert names(folder) == expected == {path.name for path in written}


def test_results_are_written_as_they_come(tmp_path):
    def coming():
        for name in ("S1", "S2"):
            yield factory.result(name)
            assert (tmp_path / "one" / ".pgx-run" / "new" / f"{name}.pgx.json").exists()
            assert "calls.tsv" not in names(tmp_path / "one")

    write_results(coming(), tmp_path / "one", samples=["S1", "S2"])
    write_results([factory.result("S1"), factory.result("S2")], tmp_path / "all")
    assert content(tmp_path / "one") == content(tmp_path / "all")


def test_a_run_that_breaks_off_leaves_nothing(tmp_path):
    def breaking():
        yield factory.result("S1")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_results(breaking(), tmp_path, ["json"], samples=["S1", "S2"])
    assert names(tmp_path) == set()


@pytest.mark.parametrize("name", list(RUN_FORMATS))
def test_a_table_of_a_run_is_written_once_and_known_again(tmp_path, name):
    results = [factory.result("S1"), factory.result("S2")]
    written = write_results(results, tmp_path, [name, name])
    expected = {"calls.tsv", "recommendations.tsv", RUN_FORMATS[name].file}
    assert names(tmp_path) == expected == {path.name for path in written}
    with pytest.raises(OutputError, match=RUN_FORMATS[name].file):
        check_folder(tmp_path)
    write_results(results, tmp_path, [], force=True)
    assert names(tmp_path) == {"calls.tsv", "recommendations.tsv"}


@pytest.mark.parametrize("name", list(RUN_FORMATS))
def test_a_run_that_breaks_off_leaves_no_table_of_the_run(tmp_path, name):
    def breaking():
        yield factory.result("S1")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_results(breaking(), tmp_path, [name], samples=["S1", "S2"])
    assert names(tmp_path) == set()


class Watched(PatientResult, frozen=True, kw_only=True, weakref=True):
    """A result whose end can be seen."""


@pytest.fixture
def quick_collection():
    """Let the collector leave alone what other tests hold."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("quick_collection")
@pytest.mark.parametrize("name", list(RUN_FORMATS))
def test_results_of_a_run_are_not_kept(tmp_path, name):
    """Of many samples, at most the last two are still in memory."""
    seen: list[weakref.ref[Watched]] = []

    def coming():
        for number in range(20):
            made = factory.result(f"S{number}")
            watched = Watched(**{f: getattr(made, f) for f in made.__struct_fields__})
            seen.append(weakref.ref(watched))
            yield watched
            del watched
            gc.collect()
            assert sum(ref() is not None for ref in seen) <= 2

    write_results(coming(), tmp_path, [name], samples=[f"S{n}" for n in range(20)])
    assert len(seen) == 20


def test_two_runs_give_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        write_results([factory.result()], tmp_path / name)
    assert content(tmp_path / "a") == content(tmp_path / "b")


def test_a_folder_with_results_is_refused_and_untouched(tmp_path):
    write_results([factory.result()], tmp_path)
    before = content(tmp_path)
    with pytest.raises(OutputError, match="already holds results") as caught:
        write_results([factory.result("S2")], tmp_path)
    assert caught.value.exit_status == 5
    assert "S1" not in str(caught.value)
    assert content(tmp_path) == before


def test_force_replaces_the_old_run_and_nothing_else(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    write_results([factory.result("S1")], tmp_path)
    write_results([factory.result("S2")], tmp_path, force=True)
    assert "S1.pgx.json" not in names(tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"
    fresh = tmp_path / "fresh"
    write_results([factory.result("S2")], fresh)
    kept = {k: v for k, v in content_of_files(tmp_path).items() if k != "notes.txt"}
    assert kept == content(fresh)


def content_of_files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_a_folder_with_other_files_is_fine(tmp_path):
    (tmp_path / "input.vcf").write_text("")
    check_folder(tmp_path)


def test_unknown_format(tmp_path):
    with pytest.raises(UsageError, match="docx"):
        write_results([factory.result()], tmp_path / "out", ["docx"])
    assert not (tmp_path / "out").exists()


def test_a_file_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(OutputError):
        write_results([factory.result()], tmp_path / "out")


@pytest.mark.parametrize("call", ["fsync", "replace", "fchmod"])
def test_a_failing_disk_leaves_old_files_and_no_half_ones(tmp_path, monkeypatch, call):
    write_results([factory.result()], tmp_path)
    before = content(tmp_path)

    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files.os, call, fail)
    with pytest.raises(OutputError, match="No space left") as caught:
        write_results([factory.result("S9")], tmp_path, force=True)
    assert "S9" not in str(caught.value)
    assert content(tmp_path) == before


def test_files_are_private_until_complete_and_then_follow_the_umask(tmp_path, monkeypatch):
    seen = []
    real = os.fsync

    def look(handle: int) -> None:
        seen.append(stat.S_IMODE(os.fstat(handle).st_mode))
        real(handle)

    monkeypatch.setattr(files.os, "fsync", look)
    write_file(tmp_path / "a.tsv", b"x")
    (tmp_path / "plain").touch()
    plain = stat.S_IMODE((tmp_path / "plain").stat().st_mode)
    assert seen == [0o600]
    assert stat.S_IMODE((tmp_path / "a.tsv").stat().st_mode) == plain


def test_what_a_killed_run_left_is_removed(tmp_path, monkeypatch):
    dead = 2**22 + 1  # above the largest process number of Linux
    for process in (dead, os.getppid()):
        monkeypatch.setattr(files.os, "getpid", lambda process=process: process)
        temporary_path(tmp_path).write_text("half")
    monkeypatch.undo()
    (tmp_path / f".pgx-00000000-{dead}-0.tmp").write_text("of another machine")
    write_results([factory.result()], tmp_path)
    left = sorted(name for name in names(tmp_path) if name.startswith(".pgx-"))
    assert [name.split("-")[2] for name in left] == [str(dead), str(os.getppid())]
    files.remove_temporaries(tmp_path, is_ours=True)
    assert not [name for name in names(tmp_path) if name.startswith(".pgx-")]


def test_temporary_names_differ(tmp_path):
    assert len({temporary_path(tmp_path) for _ in range(100)}) == 100


def test_a_link_in_place_of_a_file_is_replaced_not_followed(tmp_path):
    outside = tmp_path / "outside"
    outside.write_text("keep")
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "calls.tsv").symlink_to(outside)
    write_results([factory.result()], folder, force=True)
    assert outside.read_text() == "keep"
    assert not (folder / "calls.tsv").is_symlink()


@one_test
@pytest.mark.parametrize("name", factory.HOSTILE)
def test_hostile_names_stay_inside_the_folder(tmp_path, name):
    folder = tmp_path / "out"
    written = write_results([factory.result(name)], folder)
    assert names(tmp_path) == {"out"}
    for path in written:
        assert path.parent == folder
        assert path.is_file()
        assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,140}", path.name)


@given(st.lists(st.text() | st.sampled_from(["S1", "s1", "S 1", "S_1", "", ".", "S_1-2"])))
def test_stems_are_safe_and_different(samples):
    stems = file_stems(samples)
    assert len({stem.lower() for stem in stems}) == len(samples)
    for stem in stems:
        assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]*", stem)
        assert len(stem) <= 130


def test_plain_names_are_their_own_stems():
    assert file_stems(["NA12878", "S-1.x_2"]) == ["NA12878", "S-1.x_2"]
    assert file_stem("..") == "__"
    assert file_stem("../x") == "___x"
    assert file_stem("con") == "_con"
    assert file_stem("-rf") == "_rf"
    assert file_stem("--help") == "__help"


def test_a_sample_with_the_name_of_an_option_gives_files_without(tmp_path):
    from cli.support import PATIENT, pgx

    (tmp_path / "v.vcf").write_text(PATIENT.read_text().replace("EXAMPLE_1", "-rf"))
    words = ("--genes", "CYP2C19", "--format", "html,json,fhir")
    assert pgx("annotate", tmp_path / "v.vcf", "-o", tmp_path / "out", *words).returncode == 0
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"_rf.pgx.html", "_rf.pgx.json", "_rf.fhir.json"} <= names
    assert not [name for name in names if name.startswith(("-", "."))]
