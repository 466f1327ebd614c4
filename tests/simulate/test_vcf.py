"""The text of simulated files: format, genotypes, positions, refusals."""

from __future__ import annotations

import pysam
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases import one_test
from pgx.base.assemblies import CANONICAL, Assembly, contig_length
from pgx.errors import UnknownAlleleError, UnknownGeneError, UsageError
from pgx.simulator.haplotypes import parse_diplotype
from pgx.simulator.settings import SimulationSettings, VariantForm, WriteStyle
from pgx.simulator.vcf import render_vcf
from simulate.haplotype_oracle import data_lines
from simulated import cohort_text, genes, simulation_settings, vcf_file, vcf_text


def line_at(text, position):
    return next(line for line in data_lines(text) if line[1] == str(position))


def genotype(text, position, sample=0):
    return line_at(text, position)[9 + sample].split(":")[0]


def test_reference_allele_is_not_the_default_allele_of_cyp2c19():
    assert genotype(vcf_text({}), 94842866) == "1|1"
    assert genotype(vcf_text({"CYP2C19": "*38/*1"}), 94842866) == "0|1"


def test_bases_of_grch37_are_written_where_they_differ():
    text = vcf_text({}, assembly="GRCh37")
    differing = [
        (gene.gene, v) for gene in genes().values() for v in gene.variants if v.ref != v.ref_grch37
    ]
    assert len(differing) == 7
    for gene, variant in differing:
        line = line_at(text, variant.position_grch37)
        assert line[3] == variant.ref_grch37
        assert variant.ref in line[4].split(",")
        expected = "0|0" if gene == "CYP2C19" else "1|1"
        assert line[9].split(":")[0] == expected, gene


def test_every_ref_is_the_assemblys_own():
    for assembly in Assembly:
        lines = {(line[0], line[1]): line for line in data_lines(vcf_text({}, assembly=assembly))}
        variants = [(gene, v) for gene in genes().values() for v in gene.variants]
        assert len(lines) == len(variants)
        for gene, v in variants:
            ref = v.ref if assembly is Assembly.GRCH38 else v.ref_grch37
            assert lines[gene.contig, str(gene.position_on(v, assembly))][3] == ref


def test_male_chrx_is_haploid_and_can_be_written_diploid():
    male = {"G6PD": "A- 202A_376G"}
    assert genotype(vcf_text(male, sex="male"), 154535277) == "1"
    assert genotype(vcf_text(male), 154535277) == "1"
    assert genotype(vcf_text(male, sex="male", diploid_x=True), 154535277) == "1|1"
    assert genotype(vcf_text({}, sex="male"), 154535277) == "0"
    assert genotype(vcf_text({}, sex="female"), 154535277) == "0|0"


def test_each_sample_has_its_own_sex():
    text = cohort_text({"M": {}, "F": {}}, sex_of={"M": "male"}, sex="female")
    assert (genotype(text, 154535277, 0), genotype(text, 154535277, 1)) == ("0", "0|0")


def test_mitochondrial_genotypes_are_haploid():
    assert genotype(vcf_text({"MT-RNR1": "m.1555A>G"}), 1555) == "1"


@pytest.mark.parametrize("style", list(WriteStyle))
def test_missing_sites_are_covered_by_nothing(style):
    text = vcf_text({"CYP2C19": "*2/*3"}, style=style, missing=[("CYP2C19", 94781859)])
    for line in data_lines(text):
        end = int(line[7][4:]) if line[7].startswith("END=") else int(line[1]) + len(line[3]) - 1
        assert line[0] != "chr10" or not int(line[1]) <= 94781859 <= end
    assert ("chr10", "94780653") in {(line[0], line[1]) for line in data_lines(text)}


@one_test
@pytest.mark.parametrize("style", list(WriteStyle))
@pytest.mark.parametrize("phased", [True, False])
def test_marked_sites_are_written_as_asked(style, phased):
    sites = {"no_calls": 94781859, "half_calls": 94780653, "filtered": 94762706}
    marked = {kind: [("CYP2C19", position)] for kind, position in sites.items()}
    text = vcf_text({"CYP2C19": "*2/*3"}, style=style, phased=phased, **marked)
    assert genotype(text, sites["no_calls"]) == "./."
    assert genotype(text, sites["half_calls"]) == (".|1" if phased else "./1")
    assert line_at(text, sites["filtered"])[6] == "LowQual"
    low = vcf_text({}, style=style, low_quality=[("CYP2C19", 94781859)])
    line = line_at(low, 94781859)
    values = dict(zip(line[8].split(":"), line[9].split(":"), strict=True))
    assert (values["DP"], values["GQ"]) == ("0", "0")


def test_gvcf_covers_each_gene_from_end_to_end():
    text = vcf_text({"UGT1A1": "*80+*28/*1"}, style="gvcf")
    assert "indelSizeToEliminateInRefModel=10" in text
    for gene in genes().values():
        if not gene.segments or gene.contig == "chrM":
            continue
        first, last = gene.segments[0].start, max(s.end for s in gene.segments)
        at = first
        for line in data_lines(text):
            start = int(line[1])
            if line[0] == gene.contig and first <= start <= last:
                assert start == at, gene.gene
                block = line[7].startswith("END=")
                at = (int(line[7][4:]) if block else start + len(line[3]) - 1) + 1
        assert at == last + 1, gene.gene


def test_indels_move_and_neighbours_join():
    lines = {
        form: data_lines(
            vcf_text({"UGT1A1": "*80+*28/*1"}, style="variants", form=form, only_named=True)
        )
        for form in VariantForm
    }
    spelled = {form: [(line[1], line[3], line[4]) for line in lines[form]] for form in lines}
    assert ("233760233", "C", "CAT") in spelled[VariantForm.LEFT]
    assert ("233760248", "A", "ATA") in spelled[VariantForm.RIGHT]
    assert any(len(ref) == 3 and len(alt) == 3 for _, ref, alt in spelled[VariantForm.MNV])


def test_spanning_deletion_is_a_star():
    text = vcf_text({"CYP2D6": "*38/*1"}, only_named=True)
    assert genotype(text, 42128198) == "1|0"
    inside = [line for line in data_lines(text) if "*" in line[4].split(",")]
    assert [(line[1], line[9].split(":")[0]) for line in inside] == [("42128200", "2|0")]


def test_phase_blocks_split_heterozygous_sites_and_may_flip():
    pair = {"CYP2D6": "*4/*41"}
    one = vcf_text(pair, only_named=True, default_phase_sets=1)
    two = vcf_text(pair, only_named=True, phase_sets={"CYP2D6": 2}, flip_blocks=True)
    before, after = phase_sets(one), phase_sets(two)
    assert len(set(before.values())) == 1
    assert len(set(after.values())) == 2
    first = min(after, key=int)
    for position in before:
        same = genotype(one, position) == genotype(two, position)
        assert same is (after[position] == after[first])


def phase_sets(text):
    found = {}
    for line in data_lines(text):
        values = dict(zip(line[8].split(":"), line[9].split(":"), strict=True))
        if values.get("PS", ".") != ".":
            found[line[1]] = values["PS"]
    return found


def test_brackets_put_alleles_on_one_haplotype():
    text = vcf_text({"DPYD": "Reference/[c.85T>C (*9A) + c.496A>G]"}, only_named=True)
    assert sum(line[9].startswith("0|1") for line in data_lines(text)) == 2
    text = vcf_text({"CYP2C19": "*1/[*17 + g.94781859G>C]"}, only_named=True)
    assert "C" in line_at(text, 94781859)[4].split(",")


def test_contig_names_of_each_style():
    names = {
        style: {line[0] for line in data_lines(vcf_text({}, contig_style=style))}
        for style in ("chr", "bare", "refseq", "genbank")
    }
    assert {"chr10", "chrM"} <= names["chr"]
    assert {"10", "MT"} <= names["bare"]
    assert {"NC_000010.11", "NC_012920.1"} <= names["refseq"]
    assert {"CM000672.2", "J01415.2"} <= names["genbank"]
    old = vcf_text({}, contig_style="refseq", assembly="GRCh37")
    assert "NC_000010.10" in {line[0] for line in data_lines(old)}


def test_header_may_hide_the_assembly():
    hidden = vcf_text({}, declared=False).split("#CHROM")[0]
    assert "GRCh" not in hidden
    assert "length=" not in hidden
    assert "##reference=GRCh37" in vcf_text({}, assembly="GRCh37")


@one_test
@pytest.mark.parametrize(
    ("diplotypes", "options", "error"),
    [
        ({"CYP2C99": "*1/*1"}, {}, UnknownGeneError),
        ({"CYP2C19": "*1/*999"}, {}, UnknownAlleleError),
        ({"CYP2C19": "*1/g.94781859A>G"}, {}, UnknownAlleleError),
        ({"CYP2D6": "*5/*1"}, {}, UsageError),
        ({"HLA-B": "*57:01/*58:01"}, {}, UsageError),
        ({"CYP2C19": "*1"}, {}, UsageError),
        ({"CYP2C19": "*1/*1/*2"}, {}, UsageError),
        ({"G6PD": "B (reference)/B (reference)"}, {"sex": "male"}, UsageError),
        ({"G6PD": "B (reference)"}, {"sex": "female"}, UsageError),
        ({"MT-RNR1": "Reference/m.1555A>G"}, {}, UsageError),
        ({"MT-RNR1": "[m.961T>del + m.961T>G]"}, {}, UsageError),
        ({}, {"missing": [("CYP2C19", 1)]}, UsageError),
        ({}, {"no_calls": [("CYP2C99", 1)]}, UnknownGeneError),
        ({}, {"phased": False, "default_phase_sets": 1}, UsageError),
        ({}, {"default_phase_sets": -1}, UsageError),
        ({}, {"eliminated_indel_size": -1}, UsageError),
        ({}, {"sample": "a\tb"}, UsageError),
    ],
)
def test_refusals(diplotypes, options, error):
    with pytest.raises(error):
        vcf_text(diplotypes, **options)


def test_a_file_needs_a_sample_and_names():
    with pytest.raises(UsageError):
        render_vcf(genes(), {})
    with pytest.raises(UsageError):
        parse_diplotype("*1/")


def test_structural_allele_is_refused_with_the_reason():
    with pytest.raises(UsageError, match="structural"):
        vcf_text({"CYP2D6": "*1/*1x2"})


SITES = st.frozensets(
    st.sampled_from([(gene.gene, v.position) for gene in genes().values() for v in gene.variants]),
    max_size=8,
)
SETTINGS = st.builds(
    SimulationSettings,
    assembly=st.sampled_from(Assembly),
    phased=st.just(True),
    style=st.sampled_from(WriteStyle),
    form=st.sampled_from(VariantForm),
    missing=SITES,
    no_calls=SITES,
    half_calls=SITES,
    filtered=SITES,
    low_quality=SITES,
    diploid_x=st.booleans(),
    only_named=st.booleans(),
    default_phase_sets=st.integers(0, 3),
    flip_blocks=st.booleans(),
    depth=st.booleans(),
    declared=st.booleans(),
    star_alleles=st.booleans(),
    lower_case=st.booleans(),
)
CHOSEN = ("CYP2C19", "CYP2D6", "DPYD", "NUDT15", "UGT1A1", "G6PD")


@st.composite
def diplotypes(draw):
    found = {}
    for gene in draw(st.sets(st.sampled_from(CHOSEN))):
        names = [a.name for a in genes()[gene].alleles if not a.structural]
        found[gene] = (draw(st.sampled_from(names)), draw(st.sampled_from(names)))
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(SETTINGS, diplotypes(), diplotypes())
def test_any_settings_give_a_valid_sorted_repeatable_file(tmp_path_factory, chosen, one, two):
    samples = {"S1": one, "S2": two}
    text = render_vcf(genes(), samples, chosen)
    assert text == render_vcf(genes(), samples, chosen)
    lines = data_lines(text)
    places = [(CANONICAL.index(line[0]), int(line[1])) for line in lines]
    assert places == sorted(places)
    assert len(set(places)) == len(places)
    for line in lines:
        assert len({line[3], *line[4].split(",")}) == 1 + len(line[4].split(","))
        for cell in line[9:]:
            assert len(cell.split(":")) == len(line[8].split(":"))
    agree_with_pysam(tmp_path_factory.mktemp("s") / "a.vcf", text, lines)


def agree_with_pysam(path, text, lines):
    path.write_text(text)
    with pysam.VariantFile(str(path)) as file:
        records = list(file)
    assert len(records) == len(lines)
    for record, line in zip(records, lines, strict=True):
        assert (record.chrom, record.pos, record.ref) == (line[0], int(line[1]), line[3])
        for sample, cell in zip(record.samples.values(), line[9:], strict=True):
            code = cell.split(":")[0].replace("|", "/").split("/")
            assert tuple("." if a is None else str(a) for a in sample["GT"]) == tuple(code)


def test_cyvcf2_reads_the_genotypes(tmp_path):
    cyvcf2 = pytest.importorskip("cyvcf2")
    path = vcf_file(tmp_path, {"CYP2C19": "*2/*17"}, name="a.vcf")
    found = {record.POS: record.genotypes[0] for record in cyvcf2.VCF(str(path))}
    assert found[94781859] == [1, 0, True]
    assert found[94761900] == [0, 1, True]
    assert found[1555][0] == 0


def test_line_ends_and_lengths_of_contigs():
    assert vcf_text({}, crlf=True).replace("\r\n", "\n") == vcf_text({})
    assert vcf_text({}).endswith("\n")
    assert f"##contig=<ID=chrX,length={contig_length('chrX', Assembly.GRCH38)}" in vcf_text({})


def test_settings_from_plain_values_are_checked():
    assert simulation_settings(style="gvcf").style is WriteStyle.GVCF
    with pytest.raises(ValueError, match="style"):
        simulation_settings(style="odd")
