"""A cohort's calls and advice are those of `pgx annotate`, line by line, in both formats."""

from __future__ import annotations

import os
import re
from pathlib import Path

import polars as pl
import pytest

from cases import one_test
from cli.support import pgx
from pgx.records.tables import EVIDENCE
from simulated import cohort_text, vcf_file

DATA = Path(os.environ.get("PGX_VALIDATION_DATA", Path(__file__).resolve().parents[3] / "shared"))
PEOPLE = {
    f"S{i}": {
        "CYP2C19": ("*1/*2", "*2/*17", "*1/*2", "*17/*17", "*1/*1", "*3/*1")[i % 6],
        "CYP2D6": ("*1/*4", "*2/*41", "*1/*4", "*10/*10")[i % 4],
        "NUDT15": ("*1/*3", "*1/*1")[i % 2],
        "G6PD": ("B (reference)/A", "A/A", "A- 202A_376G/A")[i % 3],
        "DPYD": ("Reference/c.1905+1G>A (*2A)", "Reference/Reference")[i % 2],
    }
    for i in range(12)
}


def both(folder: Path, *words) -> None:
    """Run both commands with the same words and compare what they write."""
    one, many = folder / "one", folder / "many"
    single = pgx("annotate", *words, "-o", one, "--force", "--format", "tsv")
    cohort = pgx("cohort", *words, "-o", many, "--force", "--format", "tsv")
    assert cohort.returncode == single.returncode, cohort.stderr
    assert hints(cohort.stderr) == hints(single.stderr)
    for name in ("calls", "recommendations"):
        expected = (one / f"{name}.tsv").read_bytes()
        assert (many / f"{name}.tsv").read_bytes() == expected
        same_as_text(pl.read_parquet(many / f"{name}.parquet"), expected.decode())
    assert not (many / ".pgx-cohort").exists()


def hints(text: str) -> list[str]:
    """Return lines but those of progress and of the end."""
    return sorted(
        line
        for line in text.splitlines()
        if not re.match(r"\d+ of \d+ ", line) and "files in" not in line
    )


def same_as_text(frame: pl.DataFrame, text: str) -> None:
    """Columns, their order and texts are those of the TSV; lists have as many items.

    Of a large table 20,000 rows are looked at, spread over all of it.
    """
    header, *lines = text.splitlines()
    frame = frame.drop(EVIDENCE, strict=False)  # a column of frames alone
    assert frame.columns == header.split("\t")
    assert frame.height == len(lines)
    step = 1 + len(lines) // 20_000
    frame, lines = frame.gather_every(step), lines[::step]
    cells = [line.split("\t") for line in lines]
    for place, (name, kind) in enumerate(frame.schema.items()):
        texts = [own[place] for own in cells]
        if kind == pl.String:
            plain = [(value or "").replace("\t", " ") for value in frame[name]]
            assert [t for t in texts if not t.startswith("'")] == [
                p for p, t in zip(plain, texts, strict=True) if not t.startswith("'")
            ]
        elif kind == pl.Int32:
            assert [int(t) for t in texts] == frame[name].to_list()
        elif isinstance(kind, pl.List):
            lengths = [len(value) for value in frame[name]]
            assert [bool(t) for t in texts] == [n > 0 for n in lengths]


@pytest.fixture
def cohort(tmp_path) -> Path:
    path = tmp_path / "cohort.vcf"
    path.write_text(cohort_text(PEOPLE), encoding="utf-8", newline="")
    return path


@one_test(sample=2)
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"phased": False, "style": "variants"},
        {"low_quality": [("CYP2C19", 94781859)], "missing": [("CYP2D6", 42126611)]},
        {"half_calls": [("CYP2C19", 94781859)], "no_calls": [("CYP2D6", 42126611)]},
        {"phase_sets": {"CYP2C19": 2, "CYP2D6": 3}, "flip_blocks": True},
        {"style": "gvcf", "assembly": "GRCh37"},
    ],
    ids=["plain", "unphased", "doubtful", "half", "blocks", "blocks37"],
)
def test_one_file(tmp_path, settings):
    path = tmp_path / "cohort.vcf"
    path.write_text(cohort_text(PEOPLE, **settings), encoding="utf-8", newline="")
    both(tmp_path, path)


@pytest.mark.exhaustive
def test_absence_sexes_and_recorded_populations(tmp_path):
    path = tmp_path / "cohort.vcf"
    text = cohort_text(PEOPLE, style="variants", phased=False, missing=[("CYP2C19", 94762706)])
    path.write_text(text, encoding="utf-8", newline="")
    table = tmp_path / "samples.tsv"
    rows = [
        f"S{i}\t{('male', 'female', '')[i % 3]}\tGBR\t{('EUR', 'AFR', 'EAS', '')[i % 4]}\n"
        for i in range(10)
    ]
    table.write_text("sample\tsex\tpopulation\tsuperpopulation\n" + "".join(rows))
    for ancestry in ("recorded", "inferred", "AFR"):
        both(
            tmp_path, path, "--sample-info", table, "--ancestry", ancestry, "--absent", "reference"
        )


@pytest.mark.exhaustive
def test_several_files_of_the_same_and_of_other_samples(tmp_path):
    first = {name: {"CYP2C19": own["CYP2C19"]} for name, own in list(PEOPLE.items())[:8]}
    second = {name: {"CYP2D6": own["CYP2D6"]} for name, own in list(PEOPLE.items())[4:]}
    again = {name: {"CYP2C19": own["CYP2C19"]} for name, own in list(PEOPLE.items())[6:9]}
    paths = []
    for name, people in (("a", first), ("b", second), ("c", again)):
        path = tmp_path / f"{name}.vcf"
        path.write_text(cohort_text(people, only_named=True, depth=name != "b"), newline="")
        paths.append(path)
    both(tmp_path, *paths)
    both(tmp_path, *reversed(paths), "--samples", "S7,S1", "--genes", "CYP2C19,CYP2D6,HLA-B")


def test_outside_calls_and_a_refused_input(tmp_path, cohort):
    outside = tmp_path / "outside.tsv"
    outside.write_text(
        "sample\tgene\tdiplotype\nS1\tHLA-B\t*57:01/*08:01\nS2\tCYP2D6\t*1/*5\nNOBODY\tCYP2D6\t*1/*1\n"
    )
    broken = tmp_path / "broken.vcf"
    broken.write_text(cohort.read_text().replace("S1\t", "T1\t")[:-20])
    both(tmp_path, cohort, broken, "--outside-calls", outside, "--drugs", "abacavir,codeine")


def test_calls_of_other_tools(tmp_path, cohort):
    """Calls, open calls and reasons why a tool's result is not used."""
    table = tmp_path / "cyrius.tsv"
    rows = [
        "S1\t*1/*4;*1/*2x2\tMore_than_one_possible_genotype",
        "S2\t*1_*2_*68\tNot_assigned_to_haplotypes",
        "S3\tNone\tNone",
        "S4\t*1/*9999\tPASS",
        "S5\t*10+*36/*2\tPASS",
        "NOBODY\t*1/*1\tPASS",
    ]
    table.write_text("Sample\tGenotype\tFilter\n" + "".join(f"{row}\n" for row in rows))
    both(tmp_path, cohort, "--outside-calls", table, "--drugs", "codeine")


def test_two_files_that_disagree_end_the_run(tmp_path):
    paths = [
        vcf_file(tmp_path, {"CYP2C19": pair}, name=f"{i}.vcf")
        for i, pair in enumerate(("*1/*2", "*1/*1"))
    ]
    done = pgx("cohort", *paths, "-o", tmp_path / "out", "--quiet")
    assert done.returncode == 3
    [line] = done.stderr.splitlines()
    assert "differently" in line
    assert "0.vcf, 1.vcf chr10:" in line
    assert not (tmp_path / "out" / "calls.parquet").exists()


@pytest.mark.exhaustive
@pytest.mark.validation
@pytest.mark.skipif(not DATA.is_dir(), reason="the validation data folder is absent")
@pytest.mark.parametrize(
    ("words", "assembly"),
    [
        (("cohort/GRCh38", "reference"), "GRCh38"),
        pytest.param(("cohort/GRCh37", "no-call"), "GRCh37", marks=pytest.mark.torture),
        (("gvcf", "no-call"), "GRCh38"),
    ],
    ids=["GRCh38", "GRCh37", "gvcf"],
)
def test_real_files(tmp_path, words, assembly):
    folder, absent = words
    paths = sorted((DATA / folder).glob("*.vcf.gz"))
    table = DATA / "cohort" / "samples.tsv"
    both(tmp_path, *paths, "--assembly", assembly, "--absent", absent, "--sample-info", table)
