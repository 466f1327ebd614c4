"""Population tables: rows to records and back, and what the release says."""

from pathlib import Path

import pytest

from cases import one_test
from pgx.errors import SnapshotSchemaError
from pgx.knowledge.gene_records import POPULATION_TABLES, count_rows, read_frequencies
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.genes import GeneFrequencies, HaplotypeCount

RELEASE = KnowledgeBase()
EMPTY = {name: [] for name in POPULATION_TABLES}
FOUND = GeneFrequencies(
    gene="MADE",
    groups=("X", "Y"),
    haplotypes=(
        HaplotypeCount(differences={}, allele="*1", counts=(3, 4)),
        HaplotypeCount(differences={12: "G", 5: "AT"}, allele="*2", counts=(0, 1)),
    ),
    untyped=(7,),
)


def test_what_is_written_is_read_again():
    rows = count_rows(FOUND, "somewhere")
    assert read_frequencies(EMPTY | rows) == {"MADE": FOUND}
    assert rows["haplotype_counts"][1]["haplotype"] == "5=AT;12=G"


def test_totals_are_by_group():
    assert FOUND.totals == (3, 5)
    assert GeneFrequencies(gene="A", groups=()).totals == ()


@pytest.mark.parametrize(
    ("column", "value"),
    [("counts", "X=3;Z=4"), ("counts", "X=3"), ("counts", "X=a;Y=1"), ("haplotype", "x=G")],
)
def test_a_damaged_cell_is_refused(column, value):
    rows = count_rows(FOUND, "somewhere")
    rows["haplotype_counts"][1][column] = value
    with pytest.raises(SnapshotSchemaError):
        read_frequencies(EMPTY | rows)


def test_no_tables_are_no_frequencies():
    assert read_frequencies(EMPTY) == {}


@one_test
@pytest.mark.parametrize("name", sorted(RELEASE.frequencies))
def test_the_release_fits_its_genes(name):
    found, gene = RELEASE.frequencies[name], RELEASE.genes[name]
    alleles = {v.position: v.alleles for v in gene.variants}
    for haplotype in found.haplotypes:
        assert len(haplotype.counts) == len(found.groups)
        assert sum(haplotype.counts) > 0
        for position, allele in haplotype.differences.items():
            assert position not in found.untyped
            assert allele != alleles[position][0]
    assert set(found.untyped) <= alleles.keys()
    assert len({tuple(h.differences.items()) for h in found.haplotypes}) == len(found.haplotypes)
    assert all(0 <= p.frequency <= 1 and p.group in found.groups for p in found.published)


def test_published_frequencies_of_a_group_do_not_exceed_the_whole():
    for found in RELEASE.frequencies.values():
        for group in found.groups:
            assert sum(p.frequency for p in found.published if p.group == group) <= 1.001


def test_untyped_positions_have_published_frequencies():
    for found in RELEASE.frequencies.values():
        assert not found.untyped or found.published


def test_every_source_is_named_in_the_list_of_sources():
    text = (Path(__file__).resolve().parents[2] / "data/knowledgebase/SOURCES.md").read_text()
    named = {row["source"] for name in POPULATION_TABLES for row in RELEASE.table(name)}
    assert all(f"`{source}`" in text for source in named)
