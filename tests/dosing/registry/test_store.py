"""Models by name: the newest approved version is in use, and going back is recorded."""

from __future__ import annotations

import shutil

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosing.registry.made import KEY, NOTE, approved, made, model_of
from pgx.errors import ModelFolderError, ModelStateError, OutputError
from pgx_dosing.folders import user_folder
from pgx_dosing.registry import store as stores
from pgx_dosing.registry.folder import read_folder, write_history
from pgx_dosing.registry.history import LifecycleState
from pgx_dosing.registry.making import sign_model
from pgx_dosing.registry.states import advance
from pgx_dosing.registry.store import Store, find_model, version_order


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "user", tmp_path / "shipped")


@pytest.fixture
def three(store, tmp_path):
    """Return a store with three approved versions: 2, 9 and 10."""
    for version in ("2", "9", "10"):
        approved(store.user / "examplol" / version, tmp_path)
    return store


def states(store, name="examplol"):
    return {model.version: model.state.value for model in store.versions(name)}


def test_the_newest_approved_version_is_current(three):
    assert three.find("examplol").version == "10"
    made(three.user / "examplol" / "11")
    assert three.find("examplol").version == "10"
    advance(three.user / "examplol" / "10", LifecycleState.RETIRED, NOTE)
    assert three.find("examplol").version == "9"
    assert three.find("examplol@2").version == "2"


def test_where_none_is_approved_the_newest_is_found_and_not_current(store):
    made(store.user / "examplol" / "1")
    made(store.user / "examplol" / "2")
    assert store.current("examplol") is None
    assert store.find("examplol").version == "2"


def test_a_folder_is_found_by_its_path(store, tmp_path, monkeypatch):
    made(tmp_path / "some" / "folder", version="1")
    assert store.find(str(tmp_path / "some" / "folder")).label == "examplol@1"
    monkeypatch.chdir(tmp_path / "some")
    assert store.find("folder").label == "examplol@1"
    assert store.find("./folder").label == "examplol@1"
    monkeypatch.chdir(tmp_path / "some" / "folder")
    assert store.find(".").label == "examplol@1"


def test_a_name_of_the_registry_comes_before_a_folder(three, tmp_path, monkeypatch):
    made(tmp_path / "here" / "examplol", version="77")
    monkeypatch.chdir(tmp_path / "here")
    assert three.find("examplol").version == "10"
    assert three.find("./examplol").version == "77"


@pytest.mark.parametrize("text", ["exemplol", "Examplol", "examplol@10.", "examplol@1O"])
def test_near_names_are_suggested(three, text):
    with pytest.raises(ModelFolderError, match=r"did you mean examplol") as caught:
        three.find(text)
    assert "pgx model list" in caught.value.remedy


@pytest.mark.parametrize("text", ["", "@", "@1", "a/b", "..", "\x00", "nothing@", "/"])
def test_nonsense_is_refused(three, text):
    with pytest.raises(ModelFolderError):
        three.find(text)


def test_without_any_folder_there_are_no_models(store):
    assert store.places() == []


def test_a_damaged_version_stops_the_name_not_the_version(three):
    (three.user / "examplol" / "2" / "card.md").write_text("# changed\n")
    with pytest.raises(ModelFolderError, match=r"card\.md"):
        three.find("examplol")
    assert three.find("examplol@9").version == "9"


def test_a_model_at_another_place_is_refused(three):
    shutil.move(three.user / "examplol" / "10", three.user / "examplol" / "12")
    with pytest.raises(ModelFolderError, match="moved or replaced"):
        three.find("examplol")


def test_what_is_shipped_is_found_and_the_user_has_the_last_word(store, tmp_path):
    approved(store.shipped / "examplol", tmp_path, version="1")
    (store.shipped / "schemas").mkdir()
    (store.shipped / "schemas" / "any.json").write_text("{}")
    shipped = store.find("examplol")
    assert (shipped.is_shipped, shipped.state) == (True, LifecycleState.APPROVED)
    added = store.add(shipped, NOTE)
    assert (added.state, added.digest) == (LifecycleState.DRAFT, shipped.digest)
    found = store.find("examplol")
    assert (found.is_shipped, found.state) == (False, LifecycleState.DRAFT)
    assert len(store.places()) == 1


def test_nothing_is_added_twice(store, tmp_path):
    model = made(tmp_path / "some" / "1")
    store.add(model, NOTE)
    with pytest.raises(ModelFolderError, match="already"):
        store.add(model, NOTE)


def test_with_a_key_only_signed_models_are_found(three):
    keyed = Store(three.user, three.shipped, KEY)
    with pytest.raises(ModelFolderError, match="unsigned"):
        keyed.find("examplol")
    for version in ("2", "9", "10"):
        sign_model(three.user / "examplol" / version, KEY)
    assert keyed.find("examplol").version == "10"
    after = keyed.roll_back("examplol", "9", NOTE)
    assert keyed.find("examplol").version == after.version == "9"


def test_with_a_key_what_is_shipped_needs_no_signature_and_what_is_added_gets_one(store, tmp_path):
    approved(store.shipped / "examplol", tmp_path, version="1")
    keyed = Store(store.user, store.shipped, KEY)
    added = keyed.add(keyed.find("examplol"), NOTE)
    assert added.manifest.signature.key_id == KEY.key_id
    assert keyed.find("examplol").where == added.where


def test_rolling_back_retires_what_is_newer_and_records_it(three):
    note = msgspec.structs.replace(NOTE, reason="site 7 overdosed", day="2025-03-02")
    after = three.roll_back("examplol", "2", note)
    assert (after.version, three.find("examplol").version) == ("2", "2")
    assert states(three) == {"2": "approved", "9": "retired", "10": "retired"}
    for version in ("2", "9", "10"):
        entry = read_folder(three.user / "examplol" / version).history.entries[-1]
        assert (entry.is_rollback, entry.reason, entry.day) == (True, note.reason, note.day)


def test_a_retired_version_comes_back_by_a_rollback(three):
    advance(three.user / "examplol" / "9", LifecycleState.RETIRED, NOTE)
    three.roll_back("examplol", "9", NOTE)
    assert states(three) == {"2": "approved", "9": "approved", "10": "retired"}


def test_where_none_is_in_use_a_retired_version_comes_back(three):
    for version in ("2", "9", "10"):
        advance(three.user / "examplol" / version, LifecycleState.RETIRED, NOTE)
    three.roll_back("examplol", "10", NOTE)
    assert three.find("examplol").version == "10"


@pytest.mark.parametrize(
    ("version", "match"),
    [("10", "already in use"), ("1", "never approved")],
)
def test_there_must_be_something_to_go_back_to(three, version, match):
    made(three.user / "examplol" / "1")
    with pytest.raises(ModelStateError, match=match):
        three.roll_back("examplol", version, NOTE)
    assert states(three) == {"1": "draft", "2": "approved", "9": "approved", "10": "approved"}


def test_a_rollback_does_not_go_forward(three):
    three.roll_back("examplol", "2", NOTE)
    with pytest.raises(ModelStateError, match="newer than examplol@2"):
        three.roll_back("examplol", "9", NOTE)


@pytest.mark.parametrize("version", ["3", "", "../2"])
def test_a_version_that_is_not_there(three, version):
    with pytest.raises(ModelFolderError, match="there is no model"):
        three.roll_back("examplol", version, NOTE)


def test_what_is_refused_of_one_version_changes_none(three):
    late = msgspec.structs.replace(NOTE, day="2025-03-05")
    advance(three.user / "examplol" / "9", LifecycleState.RETIRED, late)
    with pytest.raises(ModelStateError, match="before the last step"):
        three.roll_back("examplol", "9", NOTE)
    assert states(three) == {"2": "approved", "9": "retired", "10": "approved"}


def test_a_rollback_that_breaks_off_leaves_the_bad_version_out_of_use(three, monkeypatch):
    written = []

    def write(model, history):
        if len(written) == 2:
            raise OutputError("disk is full")
        written.append(model.version)
        return write_history(model, history)

    monkeypatch.setattr("pgx_dosing.registry.states.write_history", write)
    with pytest.raises(OutputError):
        three.roll_back("examplol", "2", NOTE)
    monkeypatch.undo()
    assert sorted(written) == ["10", "9"]
    assert states(three) == {"2": "approved", "9": "retired", "10": "retired"}
    three.find("examplol")


def test_an_installed_model_is_not_rolled_back(three, tmp_path, monkeypatch):
    shipped = tmp_path / "_models"
    approved(shipped / "another", tmp_path, model=model_of(name="another"))
    monkeypatch.setattr(stores, "shipped_folder", lambda: shipped)
    store = Store(three.user, shipped)
    advance(shipped / "another", LifecycleState.RETIRED, NOTE)
    with pytest.raises(ModelStateError, match="pgx model add"):
        store.roll_back("another", "1", NOTE)


def test_the_users_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("PGX_MODELS", str(tmp_path / "here"))
    assert user_folder() == tmp_path / "here"
    monkeypatch.delenv("PGX_MODELS")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert user_folder() == tmp_path / "pgx" / "models"


def test_a_model_is_found_by_environment(three, monkeypatch, tmp_path):
    monkeypatch.setenv("PGX_MODELS", str(three.user))
    monkeypatch.delenv("PGX_MODEL_KEY", raising=False)
    assert find_model("examplol").version == "10"
    (tmp_path / "key").write_bytes(bytes(range(32)))
    monkeypatch.setenv("PGX_MODEL_KEY", str(tmp_path / "key"))
    with pytest.raises(ModelFolderError, match="unsigned"):
        find_model("examplol")


@given(st.lists(st.lists(st.integers(0, 30), min_size=1, max_size=4), unique_by=tuple))
def test_versions_sort_as_their_numbers(numbers):
    texts = [".".join(map(str, parts)) for parts in numbers]
    assert sorted(texts, key=version_order) == [".".join(map(str, p)) for p in sorted(numbers)]


def test_a_versions_own_site_comes_after_it(store, tmp_path):
    for version in ("1", "1.clinic"):
        approved(store.user / "examplol" / version, tmp_path)
    assert store.find("examplol").version == "1.clinic"
