"""Shipped data are used as they were released, or not at all."""

import json
import random
import shutil
import subprocess

import pytest

from pgx.base import shipped
from pgx.base.shipped import (
    KEY_VARIABLE,
    MANIFEST,
    check_all,
    check_release,
    check_signature,
    data_files,
    data_folder,
    data_manifest,
    key_id,
    manifest_of,
    read_data,
    read_private_key,
    read_public_key,
    signature_file,
    signature_over,
)
from pgx.errors import SnapshotIntegrityError, UsageError

ROOT = data_folder()
NAMES = sorted(data_manifest().files)


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """A copy of the shipped data that is taken for them."""
    package = tmp_path / "src" / "pgx"
    package.mkdir(parents=True)
    for name in [*NAMES, MANIFEST]:
        (tmp_path / "data" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, tmp_path / "data" / name)
    monkeypatch.setattr(shipped, "_PACKAGE", package)
    return tmp_path / "data"


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    pytest.importorskip("cryptography")
    return made_keys(tmp_path_factory.mktemp("keys"))


def made_keys(folder):
    from cryptography.hazmat.primitives import serialization as s
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    private, public = folder / "private.pem", folder / "public.pem"
    private.write_bytes(key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption()))
    public.write_bytes(
        key.public_key().public_bytes(s.Encoding.PEM, s.PublicFormat.SubjectPublicKeyInfo)
    )
    return private, public


def sign(manifest, private):
    signature_file(manifest).write_bytes(signature_over(manifest, read_private_key(private)))


def test_the_manifest_is_that_of_the_files():
    # after an intended change: python packaging/data_manifest.py
    assert manifest_of(ROOT) == data_manifest()
    assert check_all() == len(NAMES)


def test_all_that_changes_a_result_is_named():
    kinds = {name.split("/")[0] for name in NAMES}
    assert kinds == {"knowledgebase", "models", "panels", "releases"}
    for name in (
        "models/alerts.json",
        "models/warfarin-kpd/parameters.json",
        "models/words/de.json",
    ):
        assert name in NAMES


def test_any_flipped_bit_is_refused(copied):
    chosen = random.Random(1)
    for name in NAMES:
        path = copied / name
        data = path.read_bytes()
        assert read_data(path) == data
        for _ in range(3):
            changed = bytearray(data)
            changed[chosen.randrange(len(data))] ^= 1 << chosen.randrange(8)
            path.write_bytes(changed)
            with pytest.raises(SnapshotIntegrityError) as error:
                read_data(path)
            assert error.value.where == name
        path.write_bytes(data)


def test_lost_and_added_and_swapped_files_are_refused(copied):
    lost, other = copied / "models" / "alerts.json", copied / "panels" / "gatk-1000g-grch38.json"
    shutil.copyfile(lost, other)
    with pytest.raises(SnapshotIntegrityError):
        read_data(other)
    lost.unlink()
    with pytest.raises(SnapshotIntegrityError):
        read_data(lost)
    added = copied / "models" / "mine" / "rules.json"
    added.parent.mkdir()
    added.write_bytes(b"{}")
    assert added not in data_files("models/*/rules.json")
    with pytest.raises(SnapshotIntegrityError):
        read_data(added)


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"\xff", b"null"])
def test_a_manifest_that_cannot_be_read_ends_it(copied, data):
    (copied / MANIFEST).write_bytes(data)
    with pytest.raises(SnapshotIntegrityError):
        data_manifest()


def test_a_manifest_has_one_spelling(copied):
    path = copied / MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text())))
    with pytest.raises(SnapshotIntegrityError, match="written"):
        data_manifest()


def test_files_elsewhere_are_the_users(tmp_path):
    (tmp_path / "panel.json").write_bytes(b"mine")
    assert read_data(tmp_path / "panel.json") == b"mine"
    with pytest.raises(FileNotFoundError):
        read_data(tmp_path / "none.json")


def test_a_rewritten_manifest_does_not_pass_a_pinned_key(copied, keys, monkeypatch):
    private, public = keys
    manifest = copied / MANIFEST
    sign(manifest, private)
    monkeypatch.setenv(KEY_VARIABLE, str(public))
    shipped._manifest_in.cache_clear()
    data_manifest()
    panel = copied / "panels" / "gatk-1000g-grch38.json"
    panel.write_bytes(panel.read_bytes().replace(b"1", b"2", 1))
    manifest.write_text(manifest_of(copied).text())
    shipped._manifest_in.cache_clear()
    with pytest.raises(SnapshotIntegrityError, match="does not match"):
        read_data(panel)
    signature_file(manifest).unlink()
    with pytest.raises(SnapshotIntegrityError, match="no signature"):
        read_data(panel)
    monkeypatch.delenv(KEY_VARIABLE)
    assert read_data(panel)  # without a pinned key it is another release


def test_a_release_elsewhere_needs_the_pinned_signature(tmp_path, keys, monkeypatch):
    private, public = keys
    manifest = tmp_path / "manifest.json"
    manifest.write_bytes(b"{}")
    check_release(manifest, b"{}")
    monkeypatch.setenv(KEY_VARIABLE, str(public))
    with pytest.raises(SnapshotIntegrityError):
        check_release(manifest, b"{}")
    sign(manifest, private)
    check_release(manifest, b"{}")
    with pytest.raises(SnapshotIntegrityError):
        check_release(manifest, b"{ }")


def test_signatures_of_others_and_broken_ones_are_refused(tmp_path, keys):
    private, public = keys
    (tmp_path / "other").mkdir()
    other_private, _ = made_keys(tmp_path / "other")
    manifest, key = tmp_path / "manifest.json", read_public_key(public)
    manifest.write_bytes(b"{}")
    sign(manifest, other_private)
    with pytest.raises(SnapshotIntegrityError, match="another key"):
        check_signature(manifest, b"{}", key)
    sign(manifest, private)
    whole = json.loads(signature_file(manifest).read_bytes())
    assert whole["key_id"] == key_id(key)
    for change in (
        {"signature": "!"},
        {"signature": ""},
        {"signature": ("A" if whole["signature"][0] != "A" else "B") + whole["signature"][1:]},
        {"method": "none"},
        {"more": 1},
    ):
        signature_file(manifest).write_text(json.dumps({**whole, **change}))
        with pytest.raises(SnapshotIntegrityError):
            check_signature(manifest, b"{}", key)


def test_a_pinned_file_that_is_no_key_is_no_key(tmp_path, keys, monkeypatch):
    private, _ = keys
    for content in (b"", b"x" * 100, private.read_bytes()):
        (tmp_path / "key").write_bytes(content)
        with pytest.raises(UsageError, match="no public"):
            read_public_key(tmp_path / "key")
    with pytest.raises(UsageError):
        read_public_key(tmp_path / "none")
    with pytest.raises(UsageError, match="no private"):
        read_private_key(tmp_path / "key.pem")
    monkeypatch.setenv(KEY_VARIABLE, str(tmp_path / "none"))
    shipped._manifest_in.cache_clear()
    with pytest.raises(UsageError):
        data_manifest()
    shipped._manifest_in.cache_clear()


def test_openssl_makes_the_keys(tmp_path):
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    pytest.importorskip("cryptography")
    private, public = tmp_path / "private.pem", tmp_path / "public.pem"
    made = ["openssl", "genpkey", "-algorithm", "ed25519", "-out", private]
    subprocess.run(made, check=True, capture_output=True)
    subprocess.run(["openssl", "pkey", "-in", private, "-pubout", "-out", public], check=True)
    assert key_id(read_private_key(private).public_key()) == key_id(read_public_key(public))


def test_the_code_has_a_digest_of_its_lines(tmp_path, monkeypatch):
    package = tmp_path / "pgx"
    (package / "a").mkdir(parents=True)
    (package / "a" / "b.py").write_text("x = 1\n")
    monkeypatch.setattr(shipped, "_PACKAGE", package)

    def digest():
        shipped.code_digest.cache_clear()
        return shipped.code_digest()

    first = digest()
    (package / "a" / "__pycache__").mkdir()
    (package / "a" / "__pycache__" / "b.pyc").write_bytes(b"1")
    assert digest() == first
    (package / "a" / "b.py").write_text("x = 2\n")
    second = digest()
    (package / "a" / "b.py").rename(package / "a" / "c.py")
    assert len({first, second, digest()}) == 3
    shipped.code_digest.cache_clear()
