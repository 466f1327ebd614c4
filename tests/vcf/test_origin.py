"""What a header says of where its genotypes come from: arrays and imputation probe alleles."""

from __future__ import annotations

import pytest

from cases import one_test
from pgx.io.header import Platform, parse_header
from vcf.support import COLUMNS


def origin(*lines: str):
    text = "".join(f"##{line}\n" for line in ("fileformat=VCFv4.2", *lines))
    return parse_header(f"{text}{COLUMNS}\tS1\n".encode(), "t.vcf").origin


def field(kind: str, *names: str) -> list[str]:
    return [f'{kind}=<ID={name},Number=1,Type=Float,Description="x, y">' for name in names]


GT = 'FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">'


@one_test
@pytest.mark.parametrize(
    "lines",
    [
        field("INFO", "AF", "R2", "IMPUTED") + field("FORMAT", "GT", "DS"),
        field("INFO", "AF", "DR2", "IMP") + field("FORMAT", "GT", "DS"),
        field("FORMAT", "GT", "HDS"),
        field("FORMAT", "GT", "GP"),
        field("FORMAT", "GT", "DS", "GP", "DP") + field("INFO", "R2"),
        field("FILTER", "GENOTYPED") + field("FORMAT", "GT"),
        ["source=Minimac4.v1.0.2", GT],
        ["source=IMPUTE5 v1.1", GT],
        ["source=GLIMPSE_phase v2.0.0", GT],
        ["pipeline=michigan-imputationserver-1.2.4", GT],
    ],
)
def test_imputed(lines):
    assert origin(*lines).platform is Platform.IMPUTED


@one_test
@pytest.mark.parametrize(
    "lines",
    [
        field("FORMAT", "GT", "GQ", "BAF", "LRR"),
        field("FORMAT", "GT", "IGC"),
        field("INFO", "ALLELE_A", "ALLELE_B"),
        ["source=PLINKv1.90", GT],
        ["source=PLINK", GT],
        ['INFO=<ID=PR,Number=0,Type=Flag,Description="Provisional reference allele, may not be">'],
        ["bcftools_convertCommand=convert --tsv2vcf me.txt -f b37.fa -Oz", GT],
        ["bcftools_+gtc2vcfCommand=+gtc2vcf --bpm array.bpm", GT],
        ["arrayType=GSAMD-24v1", "source=Infinium", GT],
    ],
)
def test_array(lines):
    assert origin(*lines).platform is Platform.ARRAY


@one_test
@pytest.mark.parametrize(
    "lines",
    [
        [GT],
        ["source=myImputationProgramV3.1", *field("FORMAT", "GT", "GQ", "DP", "HQ")],
        ["source=HaplotypeCaller", *field("FORMAT", "GT", "AD", "DP", "GQ", "PL")],
        field("FORMAT", "GT", "DP", "GP", "PL"),  # refined by CalculateGenotypePosteriors
        field("FORMAT", "GT", "AD", "DP", "BAF"),  # a caller of copy numbers
        field("INFO", "PR", "R2", "DS", "INFO"),
        ["source=IlluminaPlatinumGenomes, version: hg38_2.0.1", GT],
        ["source=SHAPEIT4.2", GT],  # phased, not imputed
        ['ALT=<ID=DEL,Description="imputed deletion">'],
    ],
)
def test_nothing_says_so(lines):
    assert not origin(*lines).probes_alleles


def test_the_sign_is_told():
    assert origin(*field("FORMAT", "GT", "HDS")).sign == "FORMAT HDS"
    assert origin("source=PLINKv2.00").sign == "source: PLINKv2"
