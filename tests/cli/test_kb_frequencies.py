"""``pgx kb frequencies``: counts into a release, or a refusal that changes nothing."""

import shutil

import pytest

from cli.support import KNOWLEDGE, pgx, refused
from pgx.knowledge.snapshot import KnowledgeBase
from simulated import cohort_text


@pytest.fixture
def made(tmp_path):
    release, vcf, table = tmp_path / "release", tmp_path / "a.vcf", tmp_path / "people.tsv"
    shutil.copytree(KNOWLEDGE, release)
    people = {"a": {"TPMT": "*1/*3A"}, "b": {"TPMT": "*1/*3C"}}
    vcf.write_text(cohort_text(people, phased=True, only_named=True))
    table.write_text("sample\tsuperpopulation\na\tEUR\nb\tAFR\n")
    return release, vcf, table


def words(release, vcf, table, source="1000g-30x-2022"):
    return ["kb", "frequencies", vcf, "--sample-info", table, "--source", source, "-o", release]


def test_counts_are_written_and_told(made):
    done = pgx(*words(*made))
    assert done.returncode == 0, done.stderr
    assert "TPMT: 4 chromosomes, 3 haplotypes" in done.stderr
    assert not done.stdout
    assert KnowledgeBase(made[0]).frequencies["TPMT"].totals == (2, 2)
    assert pgx("kb", "verify", made[0]).returncode == 0
    assert pgx("kb", "info", PGX_KNOWLEDGE_BASE=str(made[0])).returncode == 0


def test_an_unknown_source_is_refused(made):
    assert "curated/sources.tsv" in refused(4, *words(*made, source="nobody"))


def test_an_unknown_gene_is_refused(made):
    assert "TPMX" in refused(2, *words(*made), "--genes", "TPMX")


def test_a_file_that_is_none_is_refused_and_changes_nothing(made, tmp_path):
    release, _, table = made
    bad = tmp_path / "bad.vcf"
    bad.write_text("nothing\n")
    before = (release / "manifest.json").read_bytes()
    refused(3, *words(release, bad, table))
    assert (release / "manifest.json").read_bytes() == before
