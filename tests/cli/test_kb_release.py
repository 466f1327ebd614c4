"""A release as one file: exported, signed, imported, and used by every command with --kb."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import pytest

from cases import one_test
from cli.support import COHORT, KNOWLEDGE, PATIENT, pgx, refused
from pgx import KnowledgeBase
from pgx.knowledge.release_folder import pack
from pgx.knowledge.tables import MANIFEST, Manifest

OTHER = "2027.1.1"


def done(*words, **environment):
    found = pgx(*words, **environment)
    assert found.returncode == 0, found.stderr
    return found


@pytest.fixture(scope="module")
def exported(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("exported") / "release.pgxkb"
    done("kb", "export", "-o", path)
    return path


@pytest.fixture(scope="module")
def other(tmp_path_factory) -> Path:
    """The same tables as a release of another name."""
    kb = KnowledgeBase()
    manifest = Manifest(
        release=OTHER, schema_version=kb.manifest.schema_version, tables=kb.manifest.tables
    )
    path = tmp_path_factory.mktemp("other") / "other.pgxkb"
    path.write_bytes(pack({**kb.files(), MANIFEST: manifest.text().encode()}))
    return path


def files(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir()) if p.is_file()}


def test_an_export_is_the_same_wherever_it_is_made(exported, tmp_path):
    done("kb", "import", exported, "-o", tmp_path / "there")
    done("kb", "export", tmp_path / "there", "-o", tmp_path / "again.pgxkb")
    done("kb", "export", exported, "-o", tmp_path / "third.pgxkb")
    assert (tmp_path / "again.pgxkb").read_bytes() == exported.read_bytes()
    assert (tmp_path / "third.pgxkb").read_bytes() == exported.read_bytes()
    names = json.loads((KNOWLEDGE / MANIFEST).read_bytes())["tables"]
    assert sorted(files(tmp_path / "there")) == sorted([*names, MANIFEST])


@pytest.mark.exhaustive
def test_results_are_those_of_the_release_byte_by_byte(exported, tmp_path):
    done("kb", "import", exported, "-o", tmp_path / "there")
    words = ("annotate", PATIENT, "--quiet", "--format", "html,json,fhir", "-o")
    done(*words, tmp_path / "own")
    done(*words, tmp_path / "file", "--kb", exported)
    done(*words, tmp_path / "folder", PGX_KB=str(tmp_path / "there"))
    wanted = files(tmp_path / "own")
    assert wanted
    assert files(tmp_path / "file") == files(tmp_path / "folder") == wanted
    [saved] = (tmp_path / "own").glob("*.pgx.json")
    done("verify", saved, PATIENT, "--kb", exported, "--quiet")
    for kb in ([], ["--kb", exported]):
        done("report", saved, "-o", tmp_path / f"{len(kb)}.html", "--quiet", *kb)
    assert (tmp_path / "0.html").read_bytes() == (tmp_path / "2.html").read_bytes()


def test_the_option_wins_over_both_variables(exported, other):
    def release(*words, **environment) -> str:
        printed = done("kb", "info", "--json-lines", *words, **environment).stdout
        rows = map(json.loads, printed.splitlines())
        return next(row["value"] for row in rows if row["what"] == "release")

    own, both = KnowledgeBase().release, {"PGX_KB": str(other), "PGX_KNOWLEDGE_BASE": "/absent"}
    assert release() == own
    assert release(PGX_KNOWLEDGE_BASE=str(other)) == OTHER
    assert release(**both) == OTHER
    assert release("--kb", exported, **both) == own
    assert release(exported, **both) == own


@one_test(sample=3)
@pytest.mark.parametrize(
    "words",
    [
        ("genes",), ("drugs",), ("show", "CYP2C19"), ("changes",), ("info",),
    ],
    ids=lambda words: words[0],
)  # fmt: skip
def test_lists_are_those_of_the_file(words, exported):
    assert done("kb", *words, "--kb", exported).stdout == done("kb", *words).stdout


def test_verify_and_diff_take_files(exported, other):
    assert "tables are whole" in done("kb", "verify", exported).stderr
    assert f"to {OTHER}: 0 changes" in done("kb", "diff", exported, other).stderr


def test_other_commands_take_files(other, tmp_path):
    done("annotate", PATIENT, "-o", tmp_path / "own", "--quiet", "--format", "json")
    [saved] = (tmp_path / "own").glob("*.pgx.json")
    done("check", PATIENT, "--kb", other, "--quiet")
    done("explain", saved, "--gene", "CYP2C19", "--kb", other)
    done("simulate", "-o", tmp_path / "s.vcf", "--gene", "CYP2C19=*1/*2", "--kb", other)
    done("dose", "siponimod", "--result", saved, "--kb", other)
    done("annotate", PATIENT, "-o", tmp_path / "dry", "--dry-run", "--kb", other)
    assert OTHER in refused(4, "verify", saved, PATIENT, "--kb", other)
    done("reinterpret", saved, "-o", tmp_path / "again", "--kb", other, "--quiet")
    [again] = (tmp_path / "again").glob("*.pgx.json")
    assert json.loads(again.read_bytes())["provenance"]["knowledge_release"] == OTHER
    version = json.loads(done("--version", "--json-lines", PGX_KB=str(other)).stdout)
    assert version["knowledge_base"]["release"] == OTHER


@pytest.mark.exhaustive
def test_parts_of_a_cohort_use_the_release_of_their_plan(other, tmp_path):
    """Also where another release, or none, lies where the plan's was read."""
    place = tmp_path / "chosen.pgxkb"
    shutil.copy(other, place)
    words = ("--genes", "CYP2C19,TPMT", "--kb", place)
    done("cohort", COHORT, "-o", tmp_path / "whole", "--quiet", *words)
    planned = done("partition", "plan", COHORT, "-o", tmp_path / "plan", *words)
    n_parts = int(planned.stdout.split()[0])
    place.unlink()
    for part in range(n_parts):
        done("partition", "run", tmp_path / "plan", "--part", part, "--quiet")
    done("partition", "merge", tmp_path / "plan", "-o", tmp_path / "merged", "--quiet")
    assert files(tmp_path / "merged") == files(tmp_path / "whole")
    told = json.loads((tmp_path / "merged" / "cohort.json").read_bytes())
    assert told["knowledge_release"] == OTHER


@pytest.mark.exhaustive
def test_workers_use_the_release_of_their_run(other, tmp_path):
    pytest.importorskip("distributed")
    words = ("cohort", COHORT, "--genes", "CYP2C19,TPMT", "--kb", other, "--quiet", "-o")
    done(*words, tmp_path / "alone")
    done(*words, tmp_path / "workers", "--workers", "2")
    assert files(tmp_path / "workers") == files(tmp_path / "alone")
    assert not list((tmp_path / "workers").rglob("*.pgxkb"))


def test_a_plan_of_the_installed_release_has_no_copy(tmp_path, exported):
    words = ("partition", "plan", COHORT, "-o", tmp_path / "plan", "--genes", "TPMT")
    done(*words, "--kb", exported)
    assert (tmp_path / "plan" / "release.pgxkb").read_bytes() == exported.read_bytes()
    done(*words, "--force")
    assert not (tmp_path / "plan" / "release.pgxkb").exists()


@one_test
@pytest.mark.parametrize("seed", range(50))
def test_a_flipped_byte_is_refused(seed, exported, tmp_path):
    chance = random.Random(seed)
    data = bytearray(exported.read_bytes())
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path = tmp_path / "flipped.pgxkb"
    path.write_bytes(data)
    out = tmp_path / "out"
    assert "PGX-KB-" in refused(4, "kb", "import", path, "-o", out)
    refused(4, "annotate", PATIENT, "-o", out, "--quiet", "--kb", path)
    assert not out.exists()


def test_what_is_no_release_is_refused(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "text").write_text("text")
    for place in (tmp_path / "absent", tmp_path / "folder", tmp_path / "text", "/dev/null"):
        for words in (
            ("annotate", PATIENT, "-o", tmp_path / "out", "--kb", place),
            ("cohort", COHORT, "-o", tmp_path / "out", "--kb", place),
            ("kb", "info", "--kb", place),
            ("kb", "verify", place),
        ):
            assert "PGX-KB-001" in refused(4, *words)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_a_faulty_release_gives_no_advice(kind, exported, tmp_path):
    """Its digests are right; only pgx kb verify finds what is wrong with it."""
    from pgx.knowledge.tables import write_manifest

    place = tmp_path / "faulty"
    done("kb", "import", exported, "-o", place)
    gaps = place / "known_gaps.tsv"
    header, *rows = gaps.read_text().splitlines()
    gaps.write_text("\n".join([header, *rows[1:]]) + "\n")
    write_manifest(place, "faulty", [path.name for path in place.glob("*.tsv")])
    if kind == "file":
        place, folder = tmp_path / "faulty.pgxkb", place
        place.write_bytes(pack(KnowledgeBase(folder).files()))
        refused(4, "kb", "import", place, "-o", tmp_path / "out")
    for words in (("annotate", PATIENT), ("cohort", COHORT)):
        refused(4, *words, "-o", tmp_path / "out", "--quiet", "--kb", place)
    refused(4, "kb", "export", place, "-o", tmp_path / "new.pgxkb")
    assert not (tmp_path / "out").exists()


def test_import_replaces_with_force_only(exported, other, tmp_path):
    folder = tmp_path / "release"
    done("kb", "import", exported, "-o", folder)
    assert "is there already" in done("kb", "import", exported, "-o", folder).stderr
    assert "--force" in refused(5, "kb", "import", other, "-o", folder)
    assert KnowledgeBase(folder).release != OTHER
    done("kb", "import", other, "-o", folder, "--force")
    assert KnowledgeBase(folder).release == OTHER
    assert "--force" in refused(5, "kb", "export", "-o", exported)


def test_a_signature_goes_with_the_file(tmp_path):
    pytest.importorskip("cryptography")
    from base.test_shipped import made_keys

    private, public = made_keys(tmp_path)
    stranger = tmp_path / "stranger"
    stranger.mkdir()
    _, other_public = made_keys(stranger)
    plain, signed, folder = tmp_path / "plain.pgxkb", tmp_path / "signed.pgxkb", tmp_path / "kb"
    done("kb", "export", "-o", plain)
    done("kb", "export", "-o", signed, "--key", private)
    pinned = {"PGX_RELEASE_KEY": str(public)}
    assert "no signature" in refused(4, "kb", "import", plain, "-o", folder, **pinned)
    assert "no signature" in refused(4, "kb", "import", plain, "-o", folder, "--key", public)
    assert "another key" in refused(4, "kb", "import", signed, "-o", folder, "--key", other_public)
    done("kb", "import", signed, "-o", folder, **pinned)
    done("kb", "verify", folder, "--key", public)
    done("kb", "verify", signed, "--key", public)
    done("kb", "export", folder, "-o", tmp_path / "again.pgxkb")
    assert (tmp_path / "again.pgxkb").read_bytes() == signed.read_bytes()
    assert "kb export --key" in refused(2, "kb", "sign", signed, "--key", private)
    again = {**KnowledgeBase(folder).files(), "manifest.sig": b"{}\n"}
    signed.write_bytes(pack(again))
    assert "no signature" in refused(4, "kb", "info", "--kb", signed, **pinned)
