"""One genome written in many ways gives one set of calls."""

import functools
import gzip
import random
import tempfile
from pathlib import Path

import msgspec
import pysam
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from calling import call_file
from cases import one_test
from hazards.edited import names
from pgx.records.genes import Ploidy
from simulated import cohort_text, genes

GENES = ("CYP2C19", "CYP2C9", "DPYD", "G6PD", "MT-RNR1", "NUDT15", "SLCO1B1", "TPMT", "UGT1A1")


def people(seed):
    """Two samples with random alleles of every gene."""
    chosen = random.Random(seed)
    return {sample: {name: alleles(chosen, name) for name in GENES} for sample in ("A", "B")}


def alleles(chosen, name):
    gene = genes()[name]
    known = [a.name for a in gene.alleles if a.defining or a.is_reference]
    return tuple(chosen.choices(known, k=1 if gene.ploidy is Ploidy.MITOCHONDRIAL else 2))


def parts(text):
    lines = text.splitlines()
    body = [line for line in lines if not line.startswith("#")]
    return lines[: len(lines) - len(body)], body


def joined(header, body):
    return "\n".join([*header, *body]) + "\n"


def split(text):
    """One record an alternative, as ``bcftools norm -m-`` writes them."""
    header, body = parts(text)
    fresh = []
    for line in body:
        cells = line.split("\t")
        alts = cells[4].split(",")
        for number, alt in enumerate(alts, 1):
            gts = [only(cell, number) for cell in cells[9:]] if len(alts) > 1 else cells[9:]
            fresh.append("\t".join([*cells[:4], alt, *cells[5:9], *gts]))
    return joined(header, fresh)


def only(cell, number):
    gt, *rest = cell.split(":")
    kept = "".join(c if not c.isdigit() else str(int(int(c) == number)) for c in gt)
    return ":".join([kept, *rest])


def shuffled(text):
    header, body = parts(text)
    random.Random(1).shuffle(body)
    return joined(header, body)


def padded(text):
    """Records of other places, of sequences that are no chromosomes, and comments."""
    header, body = parts(text)
    extra = "\t.\tA\tC\t50\tPASS\t.\tGT\t0/1\t1|1"
    places = ("chr3\t1000", "chr10\t1", "chrUn_KI270742v1\t5", "HLA-A*01:01\t7", "chrX\t500000")
    return joined(header, [place + extra for place in places] + body)


def reordered(text):
    return "\n".join(
        "\t".join([*cells[:9], *cells[:8:-1]]) if len(cells := line.split("\t")) > 9 else line
        for line in text.splitlines()
    ) + "\n"  # fmt: skip


def rewritten(change):
    def write(text, path):
        path.write_text(change(text), newline="")

    return write


def as_gzip(text, path):
    path.write_bytes(gzip.compress(text.encode()))


def as_bgzf(text, path):
    with pysam.BGZFile(str(path), "w") as out:
        out.write(text.encode())


def as_bcf(text, path):
    plain = path.with_suffix(".plain.vcf")
    plain.write_text(text)
    source = pysam.VariantFile(str(plain))
    with source, pysam.VariantFile(str(path), "wb", header=source.header) as out:
        for record in source:
            out.write(record)


WRITTEN = {
    "gzip": as_gzip,
    "BGZF": as_bgzf,
    "BCF": as_bcf,
    "split": rewritten(split),
    "unsorted": rewritten(shuffled),
    "split and unsorted": rewritten(lambda text: shuffled(split(text))),
    "other records": rewritten(padded),
    "sample order": rewritten(reordered),
    "CRLF": rewritten(lambda text: text.replace("\n", "\r\n")),
    "twice": rewritten(lambda text: joined(parts(text)[0], sorted(parts(text)[1] * 2))),
}
RENDERED = {
    "bare contigs": {"contig_style": "bare"},
    "RefSeq contigs": {"contig_style": "refseq"},
    "GenBank contigs": {"contig_style": "genbank"},
    "right-aligned": {"form": "right"},
    "lower case": {"lower_case": True},
    "no depth": {"depth": False},
}


def results(path):
    """All that a call says, but for where it stands in the file."""
    found = {}
    for key, call in call_file(path, *GENES).items():
        sites = [
            msgspec.structs.replace(
                s, gq=None, dp=None, evidence="", phase_block=None, heteroplasmy=None
            )
            for s in call.sites
        ]
        found[key] = msgspec.structs.replace(call, sites=tuple(sites))
    return dict(sorted(found.items()))


@functools.cache
def base(seed, **rendering):
    text = cohort_text(people(seed), only_named=True, **rendering)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "base.vcf"
        path.write_text(text)
        return text, results(path)


@one_test(sample=5)
@pytest.mark.parametrize("phased", [True, False])
@pytest.mark.parametrize("way", WRITTEN)
def test_written_otherwise(way, phased, tmp_path):
    for seed in range(3):
        text, expected = base(seed, phased=phased, depth=False)
        WRITTEN[way](text, tmp_path / "other.vcf")
        assert results(tmp_path / "other.vcf") == expected


@one_test(sample=4)
@pytest.mark.parametrize("assembly", ["GRCh38", "GRCh37"])
@pytest.mark.parametrize("way", RENDERED)
def test_rendered_otherwise(way, assembly, tmp_path):
    for seed in range(3):
        _, expected = base(seed, assembly=assembly)
        path = tmp_path / "other.vcf"
        text = cohort_text(people(seed), assembly=assembly, only_named=True, **RENDERED[way])
        path.write_text(text, newline="")
        assert results(path) == expected


@one_test(sample=1)
@pytest.mark.parametrize("assembly", ["GRCh38", "GRCh37"])
@pytest.mark.parametrize("phased", [True, False])
def test_joined_with_neighbours_and_padded(assembly, phased, tmp_path):
    """A 0/0 of a joined record does not answer every site inside; what is known is equal."""
    for seed in range(6):
        _, expected = base(seed, assembly=assembly, phased=phased)
        text = cohort_text(
            people(seed), assembly=assembly, phased=phased, form="mnv", only_named=True
        )
        (tmp_path / "other.vcf").write_text(text)
        for key, call in results(tmp_path / "other.vcf").items():
            assert names(expected[key]) <= names(call)
            assert call.undocumented == expected[key].undocumented
            for site, other in zip(call.sites, expected[key].sites, strict=True):
                assert "." in site.alleles or sorted(site.alleles) == sorted(other.alleles)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
@given(
    seed=st.integers(0, 10**6),
    way=st.sampled_from(sorted(WRITTEN)),
    form=st.sampled_from(["left", "right"]),
    style=st.sampled_from(["chr", "bare", "refseq", "genbank"]),
    assembly=st.sampled_from(["GRCh38", "GRCh37"]),
    phased=st.booleans(),
)
def test_any_way(tmp_path, seed, way, form, style, assembly, phased):
    rendering = {"phased": phased, "depth": False, "assembly": assembly}
    _, expected = base(seed, **rendering)
    text = cohort_text(people(seed), only_named=True, form=form, contig_style=style, **rendering)
    WRITTEN[way](text, tmp_path / "other.vcf")
    assert results(tmp_path / "other.vcf") == expected
