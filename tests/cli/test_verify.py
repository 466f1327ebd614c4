"""``pgx verify``: a result is what its inputs give, or every value that is not is named."""

import json
import shutil

import pytest

from cli.support import EXAMPLES, PATIENT, pgx, refused

DECISION = (
    "sample\tgene\tdrug\tsays\tby\tdate\treason\nEXAMPLE_1\t\tcodeine\tno\tA\t2026-01-02\tB\n"
)
BESIDE = {
    "--outside-calls": EXAMPLES / "outside-calls.tsv",
    "--sample-info": EXAMPLES / "sample-info.tsv",
    "--patient": EXAMPLES / "patient.json",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A result of the example with all that can stand beside it; one file is beside the result."""
    folder = tmp_path_factory.mktemp("made")
    decided = folder.parent / "decided.tsv"
    decided.write_text(DECISION)
    beside = {**BESIDE, "--overrides": decided}
    options = [word for pair in beside.items() for word in pair]
    done = pgx(
        "annotate", PATIENT, "-o", folder, *options, "--threshold", "0.9", "--min-gq", "15",
        "--drugs", "clopidogrel,codeine,abacavir", "--format", "json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (result,) = folder.glob("*.pgx.json")
    return result


def test_a_result_is_derived_again(made):
    done = pgx("verify", made, EXAMPLES)
    assert done.returncode == 0, done.stderr
    assert "the same" in done.stderr
    assert done.stdout == ""


def test_files_of_another_name_are_known_by_their_content(made, tmp_path):
    files = []
    for number, path in enumerate([PATIENT, *BESIDE.values()]):
        files.append(tmp_path / f"renamed-{number}")
        shutil.copyfile(path, files[-1])
    done = pgx("verify", made, *files)  # and that beside the result
    assert done.returncode == 0, done.stderr


def test_every_changed_value_is_named(made, tmp_path):
    tree = json.loads(made.read_bytes())
    call = next(c for c in tree["calls"] if c["gene"] == "CYP2C19")
    call["phenotype"] = "Normal Metabolizer"
    row = tree["recommendations"][0]
    row["certainty"] = "depends" if row["certainty"] == "certain" else "certain"
    changed = tmp_path / "changed.pgx.json"
    changed.write_text(json.dumps(tree))
    done = pgx("verify", changed, EXAMPLES)
    assert done.returncode == 3
    assert "2 values differ" in done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("calls[CYP2C19 vcf].phenotype: ")
    assert ".certainty: " in lines[1]


def test_a_changed_input_is_not_found(made, tmp_path):
    for path in [PATIENT, *BESIDE.values()]:
        shutil.copyfile(path, tmp_path / path.name)
    own = tmp_path / PATIENT.name
    own.write_bytes(own.read_bytes().replace(b"\t0/1", b"\t1/1", 1))
    assert "PGX-" in refused(3, "verify", made, tmp_path)


def test_settings_are_those_of_the_result(made, tmp_path):
    tree = json.loads(made.read_bytes())
    tree["provenance"]["settings"]["drugs"] = "codeine"
    other = tmp_path / "other.pgx.json"
    other.write_text(json.dumps(tree))
    assert pgx("verify", other, EXAMPLES).returncode == 3
    del tree["provenance"]["settings"]["threshold"]
    other.write_text(json.dumps(tree))
    assert "settings" in refused(3, "verify", other, EXAMPLES)


def test_another_release_is_refused(made, tmp_path):
    tree = json.loads(made.read_bytes())
    tree["provenance"]["knowledge_digest"] = "0" * 64
    other = tmp_path / "other.pgx.json"
    other.write_text(json.dumps(tree))
    assert "release" in refused(4, "verify", other, EXAMPLES)


def test_a_result_without_names_is_refused(tmp_path):
    key = tmp_path / "key"
    key.write_bytes(bytes(range(64)))
    out = tmp_path / "out"
    done = pgx(
        "annotate", PATIENT, "-o", out, "--deidentify", "--pseudonym-key", key, "--format", "json"
    )
    assert done.returncode == 0, done.stderr
    (result,) = out.glob("*.pgx.json")
    assert "without names" in refused(2, "verify", result, EXAMPLES)


def test_what_came_through_a_pipe_cannot_be_read_again(made, tmp_path):
    tree = json.loads(made.read_bytes())
    tree["provenance"]["input"][1]["sha256"] = ""
    other = tmp_path / "other.pgx.json"
    other.write_text(json.dumps(tree))
    assert "pipe" in refused(3, "verify", other, EXAMPLES)
