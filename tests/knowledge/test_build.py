"""Building: the same sources give the same bytes, a failed build changes nothing."""

from __future__ import annotations

import os
import shutil
import tomllib
from pathlib import Path

import pytest

from pgx.errors import InputError, KnowledgeError, UsageError
from pgx.knowledge.build import COUNTED
from pgx.knowledge.changes import ChangeKind, changes
from pgx.knowledge.importers.source_build import build_release
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.knowledge.tables import MANIFEST, read_manifest
from release_sources import source_folders

ROOT = Path(__file__).resolve().parents[2]
RELEASE = ROOT / "data" / "knowledgebase"
OLDER = ROOT / "data" / "releases" / "2024.05.1"
SOURCE = Path(os.environ.get("PGX_VALIDATION_DATA", ROOT.parent / "shared")) / "reference"
needs_data = pytest.mark.skipif(not SOURCE.is_dir(), reason="the validation data folder is absent")


@pytest.fixture
def folder(tmp_path) -> Path:
    for name in ("curated", "readings"):
        shutil.copytree(RELEASE / name, tmp_path / name)
    for name in COUNTED:  # not made from source files: a build takes them over
        shutil.copy(RELEASE / f"{name}.tsv", tmp_path)
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@needs_data
@pytest.mark.validation
def test_the_sources_give_the_tables_of_the_repository(folder):
    known = read_manifest(RELEASE)
    report = build_release(source_folders(SOURCE), folder, known.release)
    assert report.manifest == known
    for name in [MANIFEST, *known.tables]:
        assert (folder / name).read_bytes() == (RELEASE / name).read_bytes(), name


@pytest.mark.exhaustive
@needs_data
@pytest.mark.validation
def test_the_sources_give_what_the_older_release_says(folder, tmp_path_factory):
    """The same sources without what came after May 2024.

    A release that was given out stays as it is: tables that people write went on since.
    """
    made = tmp_path_factory.mktemp("older") / "release"
    report = build_release([SOURCE], made, "2024.05.2", until="2024-05", written=folder)
    assert not report.unread
    found = {change.kind for change in changes(KnowledgeBase(OLDER), KnowledgeBase(made))}
    # F2 was advised on before it was defined; drugs that waited are no longer listed as waiting.
    assert found <= {
        ChangeKind.LOOKUP_NEW,
        ChangeKind.LOOKUP_GONE,
        ChangeKind.DRUG_GONE,
        ChangeKind.STATUS,
    }


def test_no_build_takes_another_word_for_a_month(folder):
    for word in ("2024", "2024-13", "May 2024"):
        with pytest.raises((UsageError, InputError)) as refusal:
            build_release([SOURCE], folder, "x", until=word)
        assert refusal.type is UsageError or not SOURCE.is_dir()


def test_the_wheel_holds_the_newest_release_alone():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["force-include"]["data/knowledgebase"] == "pgx/_data/knowledgebase"
    assert wheel["packages"] == ["src/pgx", "src/pgx_dosing"]
    assert not list(RELEASE.rglob("releases"))
    assert OLDER.is_relative_to(ROOT / "data" / "releases")


@pytest.mark.parametrize(("folder_of", "limit"), [("RELEASE", ""), ("OLDER", "2024-05")])
def test_a_release_is_named_by_its_last_month(folder_of, limit):
    """The month it was ended at, or that of its newest source."""
    kb = KnowledgeBase({"RELEASE": RELEASE, "OLDER": OLDER}[folder_of])
    month = limit or max(row["date"] for row in kb.table("sources"))[:7]
    assert kb.release.rpartition(".")[0] == month.replace("-", ".")


@needs_data
@pytest.mark.validation
def test_a_failed_build_leaves_the_old_release(folder):
    for name in [MANIFEST, *read_manifest(RELEASE).tables]:
        shutil.copy(RELEASE / name, folder / name)
    before = contents(folder)
    curated = folder / "curated" / "alleles.tsv"
    curated.write_text(curated.read_text().replace("m.663A>G", "m.663A|G"))
    with pytest.raises(KnowledgeError):
        build_release([SOURCE], folder, "x")
    assert contents(folder) == before
    assert not list(folder.glob(".build-*"))


def test_a_folder_of_other_files_is_refused(folder, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError):
        build_release([tmp_path / "empty"], folder, "x")
    assert not (folder / MANIFEST).exists()
