"""Headers: samples, contigs, and what they say of the assembly."""

from __future__ import annotations

import pytest

from cases import one_test
from pgx.base.assemblies import Assembly
from pgx.errors import AssemblyMismatchError, VcfFormatError
from pgx.io.header import parse_header
from pgx.io.source import open_source
from vcf.support import COLUMNS, DATA, header_text, needs_data


def parse(*lines, samples="S1", version="4.2"):
    body = "".join(f"{text}\n" for text in lines)
    text = f"##fileformat=VCFv{version}\n{body}{COLUMNS}\t{samples}\n"
    return parse_header(text.encode(), "t.vcf")


G37, G38 = Assembly.GRCH37, Assembly.GRCH38


@one_test
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("##contig=<ID=chr1,length=248956422>", G38),
        ("##contig=<ID=1,length=249250621>", G37),
        ("##contig=<ID=chr1,length=5>", None),
        ("##contig=<ID=chr1>", None),
        ("##contig=<ID=NC_000010.11>", G38),
        ("##contig=<ID=NC_000010.10>", G37),
        ("##contig=<ID=chr10,assembly=b37>", G37),
        ('##contig=<ID=chr10,assembly="GRCh38.p14, primary">', G38),
        ("##contig=<ID=chrM,length=16571>", G37),
        ("##contig=<ID=chrM,length=16569>", None),
        ("##reference=file:///data/hs37d5.fa", G37),
        ("##reference=GRCh38_full_analysis_set_plus_decoy_hla.fa", G38),
        ("##reference=/refs/ucsc.HG19.fasta", G37),
        ("##reference=/refs/Homo_sapiens_assembly38.fasta", None),
        ("##reference=ftp://x/GCF_000001405.25.fna", G37),
        ("##reference=ftp://x/GCA_000001405.15_no_alt.fna", G38),
        ("##reference=/runs/ab37f2/ref.fa", None),
        ("##reference=hg19_lifted_to_hg38.fa", None),
        ("##assembly=hg38", G38),
        ("##source=hg19", None),
    ],
)
def test_one_line_can_name_the_assembly(text, expected):
    assert parse(text).declared_assembly == expected


def test_signals_that_contradict_are_refused():
    header = parse("##reference=hg19.fa", "##contig=<ID=chr1,length=248956422>")
    with pytest.raises(AssemblyMismatchError, match="reference says GRCh37"):
        _ = header.declared_assembly
    agreeing = parse("##reference=hg38.fa", "##contig=<ID=chr1,length=248956422>")
    assert agreeing.declared_assembly is G38
    assert len(agreeing.assembly_signals) == 2


def test_facts_of_gatk_are_read():
    assert parse('##ALT=<ID=NON_REF,Description="x">').lists_blocks
    assert parse('##ALT=<ID=*,Description="x">').lists_blocks
    assert not parse('##ALT=<ID=DEL,Description="x">').lists_blocks
    old = '##GATKCommandLine.HaplotypeCaller=<ID=x,O="indelSizeToEliminateInRefModel=10 a=b">'
    new = '##GATKCommandLine=<ID=HaplotypeCaller,C="--indel-size-to-eliminate-in-ref-model 7 --x">'
    assert parse(old).gatk_indel_limit == 10
    assert parse(old, new).gatk_indel_limit == 7
    assert parse(old.replace("HaplotypeCaller", "Mutect")).gatk_indel_limit is None
    assert parse("##contig=<ID=MT,length=16569>").mitochondrion_length == 16_569


@one_test
@pytest.mark.parametrize(
    ("text", "code"),
    [
        (header_text(("A", "A")), "023"),
        (header_text(("A", "")), "024"),
        (header_text((" A",)), "024"),
        (header_text(("A\u202e1",)), "024"),
        (header_text(("A\x01",)), "024"),
        (header_text().replace("\t", " "), "022"),
        (header_text().replace("QUAL", "Qual"), "021"),
        (header_text().replace("\tFORMAT\t", "\t"), "021"),
        (header_text() + header_text(), "030"),
        (header_text() + "##x=1\n", "030"),
        (header_text().replace("VCFv4.2", "VCFv4.2 "), "001"),
        (header_text(extra="##contig=<length=5>\n"), "026"),
        (header_text(extra="##contig=<ID=c,length=5x>\n"), "026"),
        (header_text(extra="##a\rb\n"), "033"),
        ("##fileformat=VCFv4.2\n##x=1\n", "020"),
    ],
)
def test_header_defects_are_refused(text, code):
    with pytest.raises(VcfFormatError) as caught:
        parse_header(text.encode(), "t.vcf")
    assert caught.value.code == f"PGX-VCF-{code}"


def test_header_bytes_must_be_utf8():
    with pytest.raises(VcfFormatError, match="PGX-VCF-025"):
        parse_header(header_text(("Müller",)).encode("latin-1"), "t.vcf")
    assert parse_header(header_text(("Müller",)).encode(), "t.vcf").samples == ("Müller",)


def test_comments_and_crlf_are_passed_over():
    text = header_text(("A b", "C"), extra="# free text\n").replace("\n", "\r\n")
    header = parse_header((text + "# missing: rs1\r\n").encode(), "t.vcf")
    assert header.samples == ("A b", "C")
    assert header.contigs["chr10"] == 133_797_422
    assert header.n_lines == text.count("\n") + 1


@needs_data
def test_real_headers_are_understood():
    gvcf = open_source(DATA / "gvcf" / "HG01190.g.vcf.gz").header
    assert gvcf.declared_assembly is G38
    assert gvcf.lists_blocks
    assert gvcf.gatk_indel_limit == 10
    cohort = open_source(DATA / "cohort" / "GRCh37" / "CFTR.vcf.gz").header
    assert cohort.declared_assembly is None
    assert len(cohort.samples) == 991
