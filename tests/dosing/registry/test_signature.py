"""A signature shows who answers for a model; the key shows nowhere."""

from __future__ import annotations

import copy
import os
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import one_test
from dosing.registry.made import KEY, NOTE, OTHER_KEY, approved, made, model_of, protocol_of
from pgx.errors import ModelFolderError, ModelStateError
from pgx_dosing.registry.files import (
    ManifestSignature,
    ModelKey,
    SignatureState,
    configured_key,
    manifest_bytes,
    read_key,
    signature_over,
    signature_state,
)
from pgx_dosing.registry.folder import check_signatures, read_folder
from pgx_dosing.registry.history import LifecycleState, history_bytes
from pgx_dosing.registry.making import make_model, revise_model, sign_model
from pgx_dosing.registry.states import advance

SECRET = bytes(range(32))


def state_of(model, key):
    return signature_state(model.manifest.signature, "model", model.digest, key)


def test_what_a_signature_is_worth(tmp_path):
    plain, signed = made(tmp_path / "a" / "1"), made(tmp_path / "b" / "1", KEY)
    assert state_of(plain, KEY) is SignatureState.UNSIGNED
    assert state_of(signed, KEY) is SignatureState.SIGNED
    assert state_of(signed, None) is SignatureState.NOT_CHECKED
    assert state_of(signed, OTHER_KEY) is SignatureState.OTHER_KEY
    forged = ManifestSignature(method="hmac-sha256", key_id=KEY.key_id, value="0" * 64)
    assert signature_state(forged, "model", signed.digest, KEY) is SignatureState.WRONG
    foreign = ManifestSignature(method="ed25519", key_id=KEY.key_id, value="0" * 64)
    assert signature_state(foreign, "model", signed.digest, KEY) is SignatureState.UNKNOWN_METHOD


@given(st.binary(min_size=32, max_size=64).filter(lambda b: len(set(b)) >= 16), st.text())
def test_only_the_same_key_purpose_and_digest_match(secret, digest):
    key = ModelKey(secret)
    signature = signature_over("model", digest, key)
    assert signature_state(signature, "model", digest, key) is SignatureState.SIGNED
    assert signature_state(signature, "history", digest, key) is SignatureState.WRONG
    assert signature_state(signature, "model", digest + "x", key) is SignatureState.WRONG
    other = ModelKey(bytes([secret[0] ^ 1]) + secret[1:] + b"0")
    assert signature_state(signature, "model", digest, other) is SignatureState.OTHER_KEY


def test_with_a_key_an_unsigned_model_is_refused_and_a_shipped_one_is_not(tmp_path):
    made(tmp_path / "a" / "1")
    with pytest.raises(ModelFolderError, match="unsigned") as caught:
        check_signatures(read_folder(tmp_path / "a" / "1"), KEY)
    assert caught.value.where.endswith("manifest.json")
    check_signatures(read_folder(tmp_path / "a" / "1", is_shipped=True), KEY)
    check_signatures(read_folder(tmp_path / "a" / "1"), None)


def test_a_model_made_anew_by_somebody_without_the_key_is_refused(tmp_path):
    signed = made(tmp_path / "a" / "1", KEY)
    shutil.rmtree(signed.where)
    made(signed.where, model=model_of(drug="another"))
    forged = read_folder(signed.where)
    manifest = type(forged.manifest)(
        **{f: getattr(forged.manifest, f) for f in ("schema_version", "model", "version", "files")},
        signature=signed.manifest.signature,
    )
    (signed.where / "manifest.json").write_bytes(manifest_bytes(manifest))
    with pytest.raises(ModelFolderError, match="does not match"):
        check_signatures(read_folder(signed.where), KEY)


def test_a_history_from_which_the_last_step_was_cut_is_refused_with_the_key(tmp_path):
    approved(tmp_path / "a" / "1", tmp_path, KEY)
    model = advance(tmp_path / "a" / "1", LifecycleState.RETIRED, NOTE, key=KEY)
    whole = model.history
    cut = type(whole)(entries=whole.entries[:-1], signature=whole.signature)
    (model.where / "states.json").write_bytes(history_bytes(cut))
    found = read_folder(model.where)
    assert found.state is LifecycleState.APPROVED  # digests alone cannot tell
    with pytest.raises(ModelFolderError, match="does not match") as caught:
        check_signatures(found, KEY)
    assert caught.value.where.endswith("states.json")


def test_a_signed_history_goes_on_only_with_a_key(tmp_path):
    made(tmp_path / "a" / "1", KEY)
    protocol = protocol_of(tmp_path)
    with pytest.raises(ModelStateError, match="PGX_MODEL_KEY"):
        advance(tmp_path / "a" / "1", LifecycleState.VALIDATED, NOTE, protocol=protocol)
    with pytest.raises(ModelStateError, match="PGX_MODEL_KEY"):
        revise_model(tmp_path / "a" / "1", {"card.md": "# New\n"}, NOTE)
    with pytest.raises(ModelFolderError, match="another key"):
        advance(
            tmp_path / "a" / "1", LifecycleState.VALIDATED, NOTE, protocol=protocol, key=OTHER_KEY
        )
    after = advance(
        tmp_path / "a" / "1", LifecycleState.VALIDATED, NOTE, protocol=protocol, key=KEY
    )
    check_signatures(read_folder(after.where), KEY)


def test_signing_later_leaves_the_model_what_it_was(tmp_path):
    before = approved(tmp_path / "a" / "1", tmp_path)
    sign_model(before.where, KEY)
    after = read_folder(before.where)
    check_signatures(after, KEY)
    assert (after.digest, after.state) == (before.digest, LifecycleState.APPROVED)
    sign_model(before.where, OTHER_KEY)
    check_signatures(read_folder(before.where), OTHER_KEY)


def test_a_damaged_model_is_not_signed(tmp_path):
    model = made(tmp_path / "a" / "1")
    (model.where / "card.md").write_text("# changed\n")
    with pytest.raises(ModelFolderError, match=r"card\.md"):
        sign_model(model.where, KEY)


@one_test
@pytest.mark.parametrize("secret", [b"", SECRET[:31], SECRET * 129, b"a" * 64, b"password" * 8])
def test_a_weak_key_is_refused(tmp_path, secret):
    (tmp_path / "key").write_bytes(secret)
    with pytest.raises(ModelFolderError) as caught:
        read_key(tmp_path / "key")
    assert secret == b"" or secret[:8].decode() not in str(caught.value)


def test_a_key_of_the_environment(tmp_path, monkeypatch):
    monkeypatch.delenv("PGX_MODEL_KEY", raising=False)
    assert configured_key() is None
    (tmp_path / "key").write_bytes(SECRET)
    monkeypatch.setenv("PGX_MODEL_KEY", str(tmp_path / "key"))
    assert configured_key().key_id == KEY.key_id
    monkeypatch.setenv("PGX_MODEL_KEY", str(tmp_path / "nothing"))
    with pytest.raises(ModelFolderError):
        configured_key()


def test_a_key_shows_nowhere(tmp_path):
    secret = os.urandom(32)
    key = ModelKey(secret)
    model = make_model(tmp_path / "1", {"model.json": model_of()}, NOTE, key)
    assert repr(key) == str(key) == f"ModelKey({key.key_id})"
    with pytest.raises(TypeError):
        copy.deepcopy(key)
    for path in model.where.iterdir():
        data = path.read_bytes()
        assert secret not in data
        assert secret.hex().encode() not in data
