"""Frequencies and quality of the validation data's cohort, against plain recounts of its files."""

import functools
from collections import Counter, defaultdict

import polars as pl
import pytest
from validation.data import DATA

import pgx
from cases import one_test
from cohort.read import read_cohort
from pgx.engine.frequencies import frequency_tables
from pgx.inputs.side_files import read_sample_info
from pgx.records.genes import parse_bracket

pytestmark = [
    pytest.mark.validation,
    pytest.mark.skipif(
        not (DATA / "cohort").is_dir(),
        reason=f"no validation data folder at {DATA} (PGX_VALIDATION_DATA)",
    ),
]
SETTINGS = {"absent": "reference"}


@functools.cache
def sample_info():
    return read_sample_info(DATA / "cohort" / "samples.tsv")


def cohort_file(gene, assembly="GRCh38"):
    return DATA / "cohort" / assembly / f"{gene}.vcf.gz"


def read(gene, assembly="GRCh38"):
    path = cohort_file(gene, assembly)
    return read_cohort([path], sample_info(), [gene], assembly=assembly, **SETTINGS)


def tables(gene):
    cohort = read(gene)
    return frequency_tables(cohort.table(gene), cohort.genes[gene], cohort.levels())


def written(gene, position, alt):
    """Count a file's genotypes at a position: group → (0|0, 0|1, 1|1), read by cyvcf2."""
    cyvcf2 = pytest.importorskip("cyvcf2")
    info = sample_info()
    found = defaultdict(lambda: [0, 0, 0])
    reader = cyvcf2.VCF(str(cohort_file(gene)))
    for record in reader:
        if position == record.POS and alt in record.ALT:
            code = record.ALT.index(alt) + 1
            for sample, genotype in zip(reader.samples, record.genotypes, strict=True):
                copies = genotype[:2].count(code)
                found["all"][copies] += 1
                found[info[sample].superpopulation][copies] += 1
    assert found, "the file has no such record"
    return dict(found)


@one_test(sample=2)
@pytest.mark.parametrize(
    ("gene", "allele", "position", "alt"),
    [
        ("F5", "rs6025 Factor V Leiden (T)", 169549811, "T"),
        ("CYP2C19", "*2", 94781859, "A"),
        ("VKORC1", "rs9923231 variant (T)", 31096368, "T"),
    ],
)
def test_allele_frequencies_are_those_of_the_variant_in_the_file(gene, allele, position, alt):
    frame = tables(gene).alleles.filter(pl.col("level") != "population")
    ours = Counter()
    for row in frame.iter_rows(named=True):
        if allele in parse_bracket(row["allele"]):
            ours[row["group"]] += row["count"]
    theirs = written(gene, position, alt)
    assert ours == {group: one + 2 * two for group, (_, one, two) in theirs.items()}
    totals = dict(frame.select("group", "total").rows())
    assert totals == {group: 2 * sum(counts) for group, counts in theirs.items()}


def test_positions_are_counted_as_the_file_has_them():
    [site] = (
        read("VKORC1")
        .quality()
        .sites()
        .filter(pl.col("level") == "superpopulation", pl.col("group") == "EUR")
        .iter_rows(named=True)
    )
    reference, heterozygous, alternative = written("VKORC1", 31096368, "T")["EUR"]
    assert (site["n_reference"], site["n_heterozygous"], site["n_alternative"]) == (
        reference, heterozygous, alternative,
    )  # fmt: skip
    assert site["hwe_p"] > 1e-3


def test_calls_made_one_by_one_count_the_same():
    """Diplotypes and phenotypes of `pgx.call`, counted by population."""
    info = sample_info()
    calls = pgx.call(
        [cohort_file("TPMT")],
        assembly="GRCh38", genes=["TPMT"], sample_info=info, **SETTINGS,
    )  # fmt: skip
    ours = tables("TPMT")
    for column, frame in (("diplotype", ours.diplotypes), ("phenotype", ours.phenotypes)):
        counted = Counter(
            (level, group, value)
            for sample, value, status in calls.select("sample", column, "status").iter_rows()
            for level, group in (
                ("all", "all"),
                ("superpopulation", info[sample].superpopulation),
                ("population", info[sample].population),
            )
            if status == "called"
        )
        rows = frame.filter(pl.col("count") > 0).select("level", "group", column, "count").rows()
        assert {(level, group, name): n for level, group, name, n in rows} == counted


@pytest.mark.parametrize(
    ("assembly", "males"), [("GRCh38", "consistent"), ("GRCh37", "not_informative")]
)
def test_nobody_of_the_cohort_has_another_sex_than_recorded(assembly, males):
    """One of its call sets writes males with single alleles, the other with pairs."""
    frame = read("G6PD", assembly).quality().samples()
    assert set(frame["sex"]) == {"male", "female"}
    assert "inconsistent" not in set(frame["sex_check"])
    assert set(frame.filter(pl.col("sex") == "male")["sex_check"]) == {males}
    females = frame.filter(pl.col("sex") == "female")
    assert set(females.filter(pl.col("x_heterozygous") > 0)["sex_check"]) == {"consistent"}
    assert 50 < females.filter(pl.col("sex_check") == "consistent").height < 150
