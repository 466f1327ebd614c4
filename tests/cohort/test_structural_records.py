"""A cohort with structural records has the calls and advice of `pgx annotate`."""

import pytest

from cases import sampled
from cli.support import pgx
from cohort.test_same import both
from simulated import cohort_text

PEOPLE = {
    f"S{i}": {
        "CYP2C19": ("*1/*1", "*2/*2", "*1/*2")[i % 3],
        "CYP2D6": ("*1/*1", "*4/*4", "*1/*4")[i % 3],
        "SLCO1B1": ("*1/*1", "*5/*5", "*1/*5")[i % 3],
    }
    for i in range(12)
}
RECORDS = [
    ("chr10 94700000 . A <DEL> . PASS END=94900000 GT", ["0/1", "0/0", "0/0", "1/1"]),
    ("chr12 21100000 . A <CNV> . PASS END=21300000 GT:CN:CNQ",
     ["./.:1:60", "0/0:2:60", "./.:1:9", "./.:3:40", "./.:2:50", "./.:.:.", "0/0:x:60"]),
    ("chr22 42120000 . A <CN0>,<CN2> . PASS END=42135000 GT:GQ",
     ["0|1:50", "0|0:50", "0|2:50", "0|1:5", "1|2:50"]),
    ("chr22 42100000 . A <CNV> . PASS END=42140000 GT:CN:CNQ",
     ["0/0:.:.", "0/0:2:55", "0/0:.:.", "0/0:.:.", "0/0:.:.", "0/0:3:70"]),
]  # fmt: skip


def lines():
    for fixed, cells in RECORDS:
        own = [cells[i % len(cells)] for i in range(len(PEOPLE))]
        yield "\t".join([*fixed.split(" "), *own])


@pytest.fixture
def cohort(tmp_path):
    text = cohort_text(PEOPLE, only_named=True)
    header = [line for line in text.splitlines() if line.startswith("#")]
    records = [line for line in text.splitlines() if not line.startswith("#")]
    path = tmp_path / "cohort.vcf"
    path.write_text("\n".join([*header, *lines(), *records]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "words", sampled([(), ("--prior", "none"), ("--min-gq", "8")], 2, tuples_are_values=True)
)
def test_the_same_calls_and_advice(cohort, tmp_path, words):
    both(tmp_path, cohort, "--genes", "CYP2C19,CYP2D6,SLCO1B1", *words)
    calls = (tmp_path / "many" / "calls.tsv").read_text()
    for expected in ("*1/*36", "*1/*48", "copy_number_from_records", "structural_variant"):
        assert expected in calls


def test_parts_that_are_kept_and_read_again(cohort, tmp_path):
    both(tmp_path, cohort, "--genes", "CYP2C19,CYP2D6,SLCO1B1")
    whole = (tmp_path / "many" / "calls.tsv").read_bytes()
    plan, out = tmp_path / "plan", tmp_path / "parts"
    words = ("--genes", "CYP2C19,CYP2D6,SLCO1B1", "--format", "tsv")
    planned = pgx("partition", "plan", cohort, "-o", plan, *words)
    n_parts = int(planned.stdout.split()[0])
    for part in range(n_parts):
        done = pgx("partition", "run", plan, "--part", str(part))
        assert done.returncode == 0, done.stderr
    done = pgx("partition", "merge", plan, "-o", out)
    assert done.returncode == 0, done.stderr
    assert (out / "calls.tsv").read_bytes() == whole
