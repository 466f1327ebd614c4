"""Counting haplotypes: what counts, what is left out, and what a release gets."""

import shutil

import numpy as np
import pytest

from alleles.made import gene, genotypes, position
from pgx.engine.haplotype_counts import count_haplotypes, count_release
from pgx.errors import InputError, SnapshotSchemaError, UnknownGeneError, UsageError
from pgx.genotypes.matrix import GeneGenotypes, Unknown
from pgx.inputs.release_check import verify_release
from pgx.knowledge.release_folder import default_release
from pgx.knowledge.snapshot import KnowledgeBase
from simulated import cohort_text

DEFINITIONS = {"*1": "AAA", "*2": "GAA", "*3": "GGA"}
MADE = gene(DEFINITIONS)
FILE = (0, 0, 0)


def cohort(*people, untyped=()):
    """Join people, each given as keyword arguments of `genotypes`, into one matrix."""
    parts = [genotypes(MADE, *haplotypes, **more) for haplotypes, more in people]
    names = tuple(f"S{i}" for i in range(1, len(parts) + 1))
    whole = GeneGenotypes.empty(MADE, names)
    for i, part in enumerate(parts):
        whole.call[:, i], whole.phase_block[:, i] = part.call[:, 0], part.phase_block[:, 0]
        whole.reason[:, i], whole.evidence[:, i] = part.reason[:, 0], part.evidence[:, 0]
    for site in untyped:
        whole.call[site], whole.reason[site] = -1, Unknown.UNTYPED
    return whole


def person(*haplotypes, blocks=FILE):
    return haplotypes, {"blocks": blocks}


def counted(whole, groups, **more):
    found = count_haplotypes(whole, dict(zip(whole.samples, groups, strict=True)), **more)
    return found, {h.allele: h.counts for h in found.haplotypes} if found else {}


def test_haplotypes_are_counted_by_group():
    whole = cohort(person("AAA", "GAA"), person("GAA", "GGA"), person("AAA", "AAA"))
    found, counts = counted(whole, ["EUR", "AFR", "EUR"])
    assert found.groups == ("AFR", "EUR")
    assert counts == {"*1": (0, 3), "*2": (1, 1), "*3": (1, 0)}
    assert found.totals == (2, 4)
    assert found.haplotypes[0].differences == {}
    assert {h.allele: h.differences for h in found.haplotypes}["*3"] == {
        position(0): "G", position(1): "G"
    }  # fmt: skip


@pytest.mark.parametrize(
    "left_out",
    [
        person("AAA", "GGA", blocks=(-1, -1, -1)),
        person("AAA", "GGA", blocks=(1, 2, 0)),
        person("AAA", "GGA", blocks=(0, -1, 0)),
        person("AA.", "GAA"),
    ],
)
def test_unphased_and_unanswered_persons_are_left_out(left_out):
    _, counts = counted(cohort(left_out, person("AAA", "AAA")), ["EUR", "EUR"])
    assert counts == {"*1": (2,)}


def test_one_heterozygous_position_needs_no_phase():
    _, counts = counted(cohort(person("AAA", "GAA", blocks=(-1, -1, -1))), ["EUR"])
    assert counts == {"*1": (1,), "*2": (1,)}


def test_one_haplotype_counts_once():
    _, counts = counted(cohort(person("GAA")), ["EUR"])
    assert counts == {"*2": (1,)}


def test_samples_without_a_group_and_others_are_left_out():
    whole = cohort(person("AAA", "GAA"), person("GAA", "GAA"))
    assert counted(whole, ["", "EUR"])[1] == {"*2": (2,)}
    assert counted(whole, ["EUR", "EUR"], only=["S1"])[1] == {"*1": (1,), "*2": (1,)}
    assert counted(whole, ["", ""])[0] is None


def test_untyped_positions_stay_open():
    found, _ = counted(cohort(person("AAA", "GGA"), untyped=[1]), ["EUR"])
    assert found.untyped == (position(1),)
    assert [h.differences for h in found.haplotypes] == [{}, {position(0): "G"}]


def test_an_undocumented_allele_is_counted_under_its_own_name():
    whole = genotypes(MADE, "CAA", "AAA", blocks=FILE)
    found, _ = counted(whole, ["EUR"])
    assert {position(0): "C"} in [h.differences for h in found.haplotypes]


def test_nobody_whole_is_nothing():
    assert counted(cohort(person("...", "AAA")), ["EUR"])[0] is None


# -- a release ---------------------------------------------------------------------------


@pytest.fixture
def release(tmp_path):
    folder = tmp_path / "release"
    shutil.copytree(default_release(), folder)
    return folder


@pytest.fixture
def made(tmp_path):
    """Three phased persons with known TPMT diplotypes, and their table."""
    people = {"a": {"TPMT": "*1/*3A"}, "b": {"TPMT": "*1/*1"}, "c": {"TPMT": "*1/*3C"}}
    vcf, table = tmp_path / "people.vcf", tmp_path / "people.tsv"
    vcf.write_text(cohort_text(people, phased=True, only_named=True))
    table.write_text("sample\tsex\tsuperpopulation\na\tmale\tEUR\nb\tfemale\tEUR\nc\tmale\tAFR\n")
    return vcf, table


def count(release, vcf, table, **more):
    settings = {
        "folder": release, "source": "1000g-30x-2022", "sample_info": table, "assembly": None,
        "genes": (), "absent": "reference", "untyped": None, **more,
    }  # fmt: skip
    return count_release([vcf], **settings)


def test_counts_of_answered_genes_are_replaced_and_others_stay(release, made):
    before = KnowledgeBase(release).frequencies
    [found] = count(release, *made)
    after = KnowledgeBase(release).frequencies
    assert found.gene == "TPMT"
    assert {h.allele: h.counts for h in after["TPMT"].haplotypes} == {
        "*1": (1, 3), "*3A": (0, 1), "*3C": (1, 0)
    }  # fmt: skip
    assert {g: f for g, f in after.items() if g != "TPMT"} == {
        g: f for g, f in before.items() if g != "TPMT"
    }
    verify_release(KnowledgeBase(release))


def test_the_same_files_give_the_same_bytes(release, made):
    count(release, *made)
    first = {p.name: p.read_bytes() for p in release.glob("*") if p.is_file()}
    count(release, *made)
    assert {p.name: p.read_bytes() for p in release.glob("*") if p.is_file()} == first


def test_an_unknown_source_gene_and_an_empty_table_are_refused(release, made, tmp_path):
    vcf, table = made
    with pytest.raises(SnapshotSchemaError):
        count(release, vcf, table, source="nobody")
    with pytest.raises(UnknownGeneError):
        count(release, vcf, table, genes=("TPMX",))
    empty = tmp_path / "empty.tsv"
    empty.write_text("sample\tsuperpopulation\na\t\n")
    with pytest.raises(UsageError):
        count(release, vcf, empty)


def test_a_refused_input_writes_nothing(release, made, tmp_path):
    vcf, table = made
    bad = tmp_path / "bad.vcf"
    bad.write_text(vcf.read_text().replace("#CHROM", "#CHROMOSOME"))
    before = (release / "haplotype_counts.tsv").read_bytes()
    with pytest.raises(InputError):
        count(release, bad, table)
    assert (release / "haplotype_counts.tsv").read_bytes() == before


def test_counts_are_whole_numbers(release, made):
    [found] = count(release, *made)
    assert all(isinstance(n, int) for h in found.haplotypes for n in h.counts)
    assert np.sum([h.counts for h in found.haplotypes]) == 6
