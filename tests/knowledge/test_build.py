"""Building: the same sources give the same bytes, a failed build changes nothing."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from pgx.base.errors import InputError, KnowledgeError
from pgx.knowledge.build import COUNTED, build_release
from pgx.knowledge.manifest import MANIFEST, read_manifest

ROOT = Path(__file__).resolve().parents[2]
RELEASE = ROOT / "data" / "knowledgebase"
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
    report = build_release(SOURCE, folder, known.release)
    assert report.manifest == known
    for name in [MANIFEST, *known.tables]:
        assert (folder / name).read_bytes() == (RELEASE / name).read_bytes(), name


@needs_data
@pytest.mark.validation
def test_a_failed_build_leaves_the_old_release(folder):
    for name in [MANIFEST, *read_manifest(RELEASE).tables]:
        shutil.copy(RELEASE / name, folder / name)
    before = contents(folder)
    curated = folder / "curated" / "alleles.tsv"
    curated.write_text(curated.read_text().replace("m.663A>G", "m.663A|G"))
    with pytest.raises(KnowledgeError):
        build_release(SOURCE, folder, "x")
    assert contents(folder) == before
    assert not list(folder.glob(".build-*"))


def test_a_folder_of_other_files_is_refused(folder, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError):
        build_release(tmp_path / "empty", folder, "x")
    assert not (folder / MANIFEST).exists()
