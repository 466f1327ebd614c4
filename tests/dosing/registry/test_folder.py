"""A model's folder is what was written, byte for byte, or it is refused."""

from __future__ import annotations

import json
import os
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import one_test
from dosing.registry.made import KEY, MODEL, approved, documents, made, model_of
from pgx.errors import ModelFolderError, OutputError
from pgx_dosing.registry.files import (
    canonical_json,
    manifest_bytes,
    manifest_of,
    parse_json,
    sha256,
)
from pgx_dosing.registry.folder import check_signatures, pack, read_folder


@pytest.fixture
def folder(tmp_path):
    made(tmp_path / "examplol" / "1")
    return tmp_path / "examplol" / "1"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Return an approved, signed model, and the bytes of its files."""
    root = tmp_path_factory.mktemp("whole")
    approved(root / "examplol" / "1", root, KEY)
    folder = root / "examplol" / "1"
    return folder, {path.name: path.read_bytes() for path in folder.iterdir()}


def refusal(folder) -> ModelFolderError:
    with pytest.raises(ModelFolderError) as caught:
        read_folder(folder)
    assert caught.value.code == "PGX-MOD-004"
    assert caught.value.exit_status == 3
    return caught.value


def test_what_was_written_is_read(folder):
    model = read_folder(folder)
    assert model.model == MODEL
    assert model.label == "examplol@1"
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        [*documents(), "manifest.json", "states.json"]
    )
    assert not [path for path in folder.parent.iterdir() if path.name.startswith(".")]


def test_the_digest_is_that_of_content_alone(tmp_path):
    one, other = made(tmp_path / "a" / "1"), made(tmp_path / "b" / "1", KEY)
    assert one.digest == other.digest
    third = made(tmp_path / "c" / "1", card="# Another\n")
    assert third.digest != one.digest


@given(data=st.data())
def test_any_changed_byte_is_refused(whole, data):
    folder, files = whole
    name = data.draw(st.sampled_from(sorted(files)))
    before = files[name]
    place = data.draw(st.integers(0, len(before) - 1))
    changed = bytearray(before)
    changed[place] ^= data.draw(st.integers(1, 255))
    (folder / name).write_bytes(bytes(changed))
    try:
        refusal(folder)
    finally:
        (folder / name).write_bytes(before)
    assert read_folder(folder).label == "examplol@1"


@given(data=st.data())
def test_any_cut_or_longer_file_is_refused(whole, data):
    folder, files = whole
    name = data.draw(st.sampled_from(sorted(files)))
    before = files[name]
    end = data.draw(st.integers(0, len(before) - 1))
    longer = before + data.draw(st.binary(min_size=1, max_size=3))
    for changed in (before[:end], longer):
        (folder / name).write_bytes(changed)
        try:
            refusal(folder)
        finally:
            (folder / name).write_bytes(before)


@pytest.mark.parametrize("name", [*documents(), "manifest.json"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    assert refusal(folder).where.endswith(name)


@pytest.mark.parametrize("name", ["model.pkl", "extra.json", ".hidden", "model.json~"])
def test_an_unknown_file_is_named(folder, name):
    (folder / name).write_bytes(b"{}")
    assert refusal(folder).where.endswith(name)


def test_an_unknown_folder_inside_is_refused(folder):
    (folder / "sub").mkdir()
    assert refusal(folder).where.endswith("sub")


@pytest.mark.parametrize("name", ["model.json", "manifest.json", "states.json"])
def test_a_link_is_refused(folder, tmp_path, name):
    shutil.move(folder / name, tmp_path / "elsewhere")
    (folder / name).symlink_to(tmp_path / "elsewhere")
    error = refusal(folder)
    assert "link" in error.what
    assert error.where.endswith(name)


def test_a_pipe_does_not_block(folder):
    (folder / "card.md").unlink()
    os.mkfifo(folder / "card.md")
    assert "not a regular file" in refusal(folder).what


def test_a_huge_file_is_not_read(folder):
    os.truncate(folder / "manifest.json", 1 << 34)  # a hole: it takes no room
    assert "larger than" in refusal(folder).what


def written_anew(folder, name, data) -> None:
    """Replace a file and write manifest and digest as who made the model would."""
    files = {p.name: p.read_bytes() for p in folder.iterdir() if p.name in documents()}
    files[name] = data
    (folder / name).write_bytes(data)
    (folder / "manifest.json").write_bytes(manifest_bytes(manifest_of("examplol", "1", files)))


@pytest.mark.parametrize(
    "data",
    [
        b'{"a": 1, "a": 2}', b'{"a": NaN}', b'{"a": -Infinity}', b'{"a": 1e999}', b"[1]", b"",
        b'{"a": "\xff"}', b'{"a": ' + b"9" * 30 + b"}", b'{"a":' * 100_000,
    ],
)  # fmt: skip
def test_json_that_readers_understand_differently_is_refused(folder, data):
    written_anew(folder, "metrics.json", data)
    assert refusal(folder).where.endswith("metrics.json")


@one_test
@pytest.mark.parametrize(
    "changes",
    [
        {"name": "../examplol"}, {"name": ""}, {"name": None}, {"version": "../1"}, {"version": 1},
        {"drug": ""}, {"drug": None}, {"kind": "pickled"}, {"kind": None},
    ],
)  # fmt: skip
def test_a_model_without_identity_is_not_written(changes):
    with pytest.raises(ModelFolderError):
        pack({"model.json": {**MODEL, **changes}})


def test_a_model_swapped_with_its_manifest_does_not_fit_its_history(folder):
    written_anew(folder, "model.json", json.dumps(model_of(drug="another")).encode())
    error = refusal(folder)
    assert "history" in error.what
    assert error.where.endswith("states.json")


def test_a_model_of_another_name_than_its_manifest_is_refused(folder):
    written_anew(folder, "model.json", json.dumps(model_of("2")).encode())
    assert "a name or version that differs" in refusal(folder).what


@pytest.mark.parametrize(
    "name", ["../model.json", "/etc/passwd", "sub/model.json", "manifest.json", "model.pkl"]
)
def test_a_manifest_names_no_other_files(folder, name):
    content = json.loads((folder / "manifest.json").read_bytes())
    content["files"][name] = content["files"]["card.md"]
    del content["check"]
    content["check"] = sha256(canonical_json(content))
    (folder / "manifest.json").write_bytes(canonical_json(content))
    assert name in refusal(folder).what


def test_a_manifest_that_leaves_out_a_file_is_refused(folder):
    files = {"model.json": (folder / "model.json").read_bytes()}
    (folder / "manifest.json").write_bytes(manifest_bytes(manifest_of("examplol", "1", files)))
    assert "not one of the files" in refusal(folder).what


def test_a_manifest_of_another_schema_is_refused(folder):
    text = (
        (folder / "manifest.json")
        .read_text()
        .replace('schema_version": "1.0', 'schema_version": "9.9')
    )
    (folder / "manifest.json").write_text(text)
    assert "9.9" in refusal(folder).what


def test_no_folder_is_said(tmp_path):
    assert "No such file" in refusal(tmp_path / "nothing").what
    (tmp_path / "file").write_text("x")
    refusal(tmp_path / "file")


def test_a_folder_is_not_overwritten(folder):
    with pytest.raises(ModelFolderError, match="already"):
        made(folder)


def test_nothing_is_left_of_a_folder_that_cannot_be_written(tmp_path):
    if os.geteuid() == 0:
        (tmp_path / "examplol").write_text("a file in the way")
    else:
        (tmp_path / "examplol").mkdir(mode=0o500)
    with pytest.raises(OutputError):
        made(tmp_path / "examplol" / "1")
    assert [path.name for path in tmp_path.iterdir()] == ["examplol"]


def test_numbers_that_are_none_are_not_written(tmp_path):
    with pytest.raises(ModelFolderError, match="metrics"):
        made(tmp_path / "1", metrics={"mae_mg_per_week": float("nan")})
    assert not list(tmp_path.iterdir())


def test_a_model_without_history_is_a_draft(folder):
    (folder / "states.json").unlink()
    model = read_folder(folder)
    assert model.state.value == "draft"
    check_signatures(model, None)


@given(st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20,
))  # fmt: skip
def test_content_is_read_as_it_was_written(content):
    packed = pack({"model.json": {**MODEL, "any": content}})["model.json"]
    assert parse_json(packed, "model.json")["any"] == content
