"""Commands in this process, with a registry of their own."""

from __future__ import annotations

import json
from types import SimpleNamespace

import msgspec
import pytest

from dosing.invented import IWPC, RECIPE, SCHEMA, frame
from pgx.cli import main as command
from pgx_dosing.json_records import encode


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    """Return a function that runs ``pgx`` and gives status, stdout, stderr."""
    monkeypatch.setenv("PGX_MODELS", str(tmp_path / "registry"))
    monkeypatch.delenv("PGX_MODEL_KEY", raising=False)

    def call(*words):
        capsys.readouterr()
        status = command.main([str(word) for word in words])
        out, err = capsys.readouterr()
        return SimpleNamespace(status=status, out=out, err=err)

    return call


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    """Return invented patients, their schema and a recipe, as files."""
    root = tmp_path_factory.mktemp("files")
    frame(n_sites=4, per_site=30).write_csv(root / "patients.csv")
    (root / "schema.json").write_bytes(encode(SCHEMA))
    (root / "recipe.json").write_bytes(msgspec.json.encode(RECIPE))
    return root


@pytest.fixture(scope="session")
def trained(files, tmp_path_factory):
    """Return the folder of a model trained on the invented patients."""
    folder = tmp_path_factory.mktemp("trained") / "model"
    words = ["model", "train", files / "patients.csv", "-o", folder, "--by", "Anna Beispiel",
             "--schema", files / "schema.json", "--recipe", files / "recipe.json"]  # fmt: skip
    assert command.main([str(word) for word in words]) == 0
    return folder


@pytest.fixture(scope="session")
def trained_on_real(tmp_path_factory):
    """Return the folder of the shipped recipe's model; the one long fit of all tests."""
    if not IWPC.is_file():
        pytest.skip("no validation data folder (PGX_VALIDATION_DATA)")
    folder = tmp_path_factory.mktemp("real") / "model"
    words = ["model", "train", str(IWPC), "-o", str(folder), "--by", "Anna Beispiel"]
    assert command.main(words) == 0
    return folder


def read(path):
    return json.loads(path.read_bytes())
