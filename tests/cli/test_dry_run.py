"""--dry-run: says what a run would do, writes nothing, names no sample."""

from __future__ import annotations

import pytest

from cli.support import COHORT, EXAMPLES, PATIENT, calls, pgx, refused


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def test_what_is_said_is_what_is_done(out):
    words = ["annotate", COHORT, "-o", out, "--genes", "CYP2C19,TPMT", "--format", "json"]
    said = pgx(*words, "--dry-run")
    assert said.returncode == 0
    assert not out.exists()
    assert pgx(*words).returncode == 0
    found = calls(out)
    samples = {sample for sample, _ in found}
    assert f"would call {len(samples)} sample(s)" in said.stdout
    assert "2 gene(s): CYP2C19, TPMT" in said.stdout
    files = sorted(path.name for path in out.iterdir())
    n_json = sum(name.endswith(".pgx.json") for name in files)
    assert f"{n_json} file(s) SAMPLE.pgx.json" in said.stdout
    assert "html" not in said.stdout
    assert not any(sample in said.stdout for sample in samples)


def test_files_of_a_run_are_told_too(out):
    said = pgx(
        "annotate", COHORT, "-o", out, "--dry-run", "--format", "xlsx,matrix", "--deidentify"
    )
    assert f"would write into {out}: results.xlsx" in said.stdout
    assert f"would write into {out}: matrix.tsv" in said.stdout
    assert "SAMPLE" not in said.stdout


def test_outside_calls_are_read_and_told(out):
    beside = ["--outside-calls", EXAMPLES / "outside-calls.tsv"]
    said = pgx("annotate", PATIENT, "-o", out, "--dry-run", *beside)
    assert "HLA-B (given)" in said.stdout


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (2, ["--genes", "NOPE"]),
        (2, ["--drugs", "nope"]),
        (2, ["--format", "docx"]),
        (3, ["--assembly", "GRCh37"]),
        (3, ["--samples", "CANARY"]),
        (3, ["--sample-info", "absent.tsv"]),
    ],
    ids=str,
)
def test_what_would_end_the_run_ends_the_rehearsal(status, words, out):
    refused(status, "annotate", PATIENT, "-o", out, "--dry-run", *words)
    assert not out.exists()


def test_a_folder_with_results_is_refused(out):
    out.mkdir()
    (out / "calls.tsv").write_text("")
    refused(5, "annotate", PATIENT, "-o", out, "--dry-run")
    done = pgx("annotate", PATIENT, "-o", out, "--dry-run", "--force")
    assert done.returncode == 0
    assert (out / "calls.tsv").read_text() == ""


def test_a_refused_input_is_named_beside_the_others(out, tmp_path):
    bad = tmp_path / "bad.vcf"
    bad.write_text("no VCF\n")
    done = pgx("annotate", PATIENT, bad, "-o", out, "--dry-run")
    assert done.returncode == 3
    assert "bad.vcf" in done.stderr
    assert "would read patient.g.vcf" in done.stdout
