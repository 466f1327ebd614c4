"""The Snakefile: `annotate` runs on the examples, the rest of it is linted and planned."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
import yaml

import pgx
from cases import one_test
from workflows.snakefile import SNAKEFILE, snakemake

SAMPLES = {
    "EXAMPLE_1": "examples/patient.g.vcf",
    "EXAMPLE_2": "examples/cohort.vcf",
    "EXAMPLE_3": "examples/cohort.vcf",
}
PARTS = """#!/bin/sh
# writes down how it was called; two parts of the plan read, three call
echo "$@" >>CALLED
case "$1 $2" in
--version*) echo '{}' ;;
"partition plan")
    mkdir -p results/plan
    echo '{"reads": [[0, 1], [2]], "genes": ["A", "B", "C"]}' >results/plan/plan.json ;;
"partition run") test "$5" -lt 5 ;;
"partition merge")
    mkdir -p results/merged
    touch results/merged/calls.parquet results/merged/recommendations.parquet ;;
*) exit 2 ;;
esac
"""


@pytest.fixture
def folder(tmp_path):
    lines = ["sample\tvariants", *(f"{name}\t{file}" for name, file in SAMPLES.items())]
    (tmp_path / "samples.tsv").write_text("\n".join(lines) + "\n")
    return tmp_path


@pytest.mark.exhaustive
def test_every_sample_is_annotated_by_itself(folder):
    config = ["--config", "samples=samples.tsv", "sample_info=examples/sample-info.tsv"]
    snakemake(folder, "--cores", "2", "annotate", *config)
    for sample, file in SAMPLES.items():
        made = folder / "results" / "samples" / sample
        again = folder / "again" / sample
        command = [sys.executable, "-m", "pgx.cli.main", "annotate", file, "-o", again, "--quiet"]
        command += ["--samples", sample, "--sample-info", "examples/sample-info.tsv"]
        subprocess.run(command, cwd=folder, check=True, timeout=900)
        names = {path.name for path in again.iterdir()}
        assert {path.name for path in made.iterdir()} == names
        assert f"{sample}.pgx.html" in names
        for name in names:
            assert (made / name).read_bytes() == (again / name).read_bytes(), name
    version = json.loads((folder / "results" / "pgx_version.json").read_text())
    assert version["version"] == pgx.__version__


def test_a_refused_file_fails_its_job_and_says_why(folder):
    (folder / "bad.vcf").write_text("no VCF\n")
    (folder / "samples.tsv").write_text("sample\tvariants\nS1\tbad.vcf\n")
    snakemake(folder, "--cores", "1", "annotate", "--config", "samples=samples.tsv", status=1)
    assert "[PGX-VCF-" in (folder / "results/logs/annotate/S1.log").read_text()
    assert not (folder / "results/samples/S1/calls.tsv").exists()


@one_test(sample=2)
@pytest.mark.parametrize("target", ["annotate", "cohort", "partitions"])
def test_without_files_nothing_is_taken_for_done(target, tmp_path):
    done = snakemake(tmp_path, "-n", target, status=1)
    assert "names no" in done.stdout + done.stderr


def test_the_linter_has_nothing_to_say(tmp_path):
    snakemake(tmp_path, "--lint", "--config", "cohort=examples/cohort.vcf")


def test_cohort_and_partitions_are_planned(tmp_path):
    config = ["--config", "cohort=examples/cohort.vcf,examples/cohort.vcf", "absent=reference"]
    done = snakemake(tmp_path, "-n", "--printshellcmds", "cohort", "partitions", *config)
    text = " ".join((done.stdout + done.stderr).split())
    files = "examples/cohort.vcf examples/cohort.vcf"
    options = "--absent reference --assembly GRCh38"
    assert f"pgx cohort {files} -o results/cohort {options} --threads 2 --force" in text
    assert f"pgx partition plan {files} -o results/plan {options} --force" in text
    assert "pgx partition merge results/plan -o results/merged --threads 2 --force" in text


def test_as_many_jobs_run_as_the_plan_has_parts(tmp_path):
    # a stand-in for the command: what is tested is who is called, how often and in which order
    place = tmp_path / "bin"
    place.mkdir()
    (place / "pgx").write_text(PARTS.replace("CALLED", str(tmp_path / "called.txt")))
    (place / "pgx").chmod(0o755)
    config = ["--config", "cohort=examples/cohort.vcf"]
    snakemake(tmp_path, "--cores", "2", "partitions", *config, path=place)
    called = [line.split() for line in (tmp_path / "called.txt").read_text().splitlines()]
    called = [words for words in called if words[0] == "partition"]
    assert [words[1] for words in called] == ["plan", *["run"] * 5, "merge"]
    runs = [words[2:5] for words in called if words[1] == "run"]
    assert sorted(runs) == [["results/plan", "--part", str(part)] for part in range(5)]
    assert {words[-1] for words in runs[:2]} == {"0", "1"}, "a part called before all was read"


def test_every_value_of_the_config_is_used():
    config = yaml.safe_load((SNAKEFILE.parent / "config.yaml").read_text(encoding="utf-8"))
    text = "".join(p.read_text(encoding="utf-8") for p in SNAKEFILE.parent.rglob("*.smk"))
    assert all(f'config["{name}"]' in text for name in config)


def test_the_environment_holds_this_version():
    text = (SNAKEFILE.parent / "environment.yaml").read_text(encoding="utf-8")
    assert yaml.safe_load(text)["dependencies"] == [f"pgx-therapy ={pgx.__version__}"]
