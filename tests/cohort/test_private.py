"""A cohort without names: pseudonyms in every table, and nothing of the input's names."""

from __future__ import annotations

import stat

import polars as pl
import pytest

from cli.support import COHORT, pgx, refused
from reports.test_deidentify import parts

CANARY = "ZYXDOE"
NAMES = [f"{CANARY}_{i}" for i in (1, 2, 3)]
NAMED_TABLES = ("calls", "recommendations", "sample_quality")
WORDS = ("--genes", "CYP2C19,G6PD,VKORC1", "--format", "tsv", "--quiet", "--deidentify")


@pytest.fixture
def inputs(tmp_path):
    """Return a cohort whose samples and file bear a name, and what is known of the samples."""
    vcf = tmp_path / f"{CANARY}.vcf"
    vcf.write_text(COHORT.read_text("utf-8").replace("EXAMPLE", CANARY), "utf-8")
    info = tmp_path / "info.tsv"
    people = zip(NAMES, ("female", "male", "female"), ("EUR", "AFR", "EUR"), strict=True)
    rows = [("sample", "sex", "superpopulation"), *people]
    info.write_text("".join("\t".join(row) + "\n" for row in rows), "utf-8")
    return vcf, "--sample-info", info


def names_in(folder):
    return [pl.read_parquet(folder / f"{t}.parquet")["sample"].unique(maintain_order=True).to_list()
            for t in NAMED_TABLES]  # fmt: skip


def test_nothing_names_a_person(tmp_path, inputs):
    vcf, *info = inputs
    other = tmp_path / f"{CANARY}_2.vcf"
    other.write_text("no VCF", "utf-8")
    done = pgx("cohort", vcf, other, *info, "-o", tmp_path / "out", *WORDS)
    assert done.returncode == 3, done.stderr
    for path in (tmp_path / "out").iterdir():
        assert CANARY.encode() not in parts(path.read_bytes()).upper(), path.name
    assert names_in(tmp_path / "out") == [["P001", "P002", "P003"]] * 3


def test_but_for_the_names_all_is_the_same(tmp_path, inputs):
    named, unnamed = tmp_path / "named", tmp_path / "unnamed"
    assert pgx("cohort", *inputs, "-o", named, *WORDS[:-1]).returncode == 0
    assert pgx("cohort", *inputs, "-o", unnamed, *WORDS).returncode == 0
    for path in named.glob("*.tsv"):
        text = path.read_text("utf-8")
        for name, pseudonym in zip(NAMES, ("P001", "P002", "P003"), strict=True):
            text = text.replace(name, pseudonym)
        assert (unnamed / path.name).read_text("utf-8") == text, path.name


def test_a_key_gives_the_pseudonyms_of_annotate(tmp_path, inputs):
    key, table = tmp_path / "key", tmp_path / "table.tsv"
    key.write_bytes(bytes(range(32)))
    words = (*inputs, *WORDS, "--pseudonym-key", key)
    done = pgx("cohort", *words, "-o", tmp_path / "out", "--pseudonym-table", table)
    assert done.returncode == 0, done.stderr
    assert pgx("annotate", *words, "-o", tmp_path / "one").returncode == 0
    for name in ("calls.tsv", "recommendations.tsv"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "one" / name).read_bytes()
    pairs = [line.split("\t") for line in table.read_text("utf-8").splitlines()[1:]]
    assert names_in(tmp_path / "out") == [[pseudonym for pseudonym, _ in pairs]] * 3
    assert [name for _, name in pairs] == NAMES
    assert stat.S_IMODE(table.stat().st_mode) == 0o600


def test_a_key_that_is_none_is_refused_before_the_work(tmp_path, inputs):
    short = tmp_path / "key"
    short.write_bytes(b"123")
    words = ("cohort", *inputs, "-o", tmp_path / "out")
    assert "16 bytes" in refused(2, *words, "--deidentify", "--pseudonym-key", short)
    assert "--deidentify" in refused(2, *words, "--pseudonym-key", short)
    for guessed in (bytes(32), b"ab" * 16):
        short.write_bytes(guessed)
        assert "guessed" in refused(2, *words, "--deidentify", "--pseudonym-key", short)
    assert not (tmp_path / "out").exists()
