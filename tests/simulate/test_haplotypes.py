"""What the records say is what the definitions say: every allele, both assemblies."""

from __future__ import annotations

import functools

import pytest

from cases import one_test
from simulate.haplotype_oracle import (
    expected_sequence,
    reference_bases,
    written_sequences,
)
from simulated import cohort_text, genes, vcf_text

ANSWERED = sorted(name for name, gene in genes().items() if gene.variants)
SPARSE = [("variants", "left"), ("variants", "right"), ("variants", "mnv"), ("gvcf", "left")]


@functools.cache
def expected(gene_name, allele_name, choose_variant=False):
    gene = genes()[gene_name]
    allele = next(a for a in gene.alleles if a.name == allele_name)
    return expected_sequence(gene, allele, choose_variant=choose_variant)


def definable(gene):
    return [allele.name for allele in gene.alleles if not allele.structural]


def pairs(gene):
    """Every allele once, with its neighbour in the table on the other haplotype."""
    names = definable(gene)
    if gene.ploidy == "mitochondrial":
        return [(name,) for name in names]
    return list(zip(names[::2], names[1::2] + names[:1], strict=False))


@one_test(sample=48)
@pytest.mark.parametrize("gene_name", ANSWERED)
@pytest.mark.parametrize("assembly", ["GRCh38", "GRCh37"])
@pytest.mark.parametrize("form", ["left", "right", "mnv"])
def test_all_sites_imply_the_defined_haplotypes(gene_name, assembly, form):
    gene = genes()[gene_name]
    samples = {f"S{i}": {gene_name: names} for i, names in enumerate(pairs(gene))}
    text = cohort_text(samples, assembly=assembly, form=form, only_named=True)
    found = written_sequences(gene, text, assembly)
    for names, written in zip(pairs(gene), found, strict=True):
        assert written == [expected(gene_name, name) for name in names], names


@one_test(sample=24)
@pytest.mark.parametrize("gene_name", ANSWERED)
@pytest.mark.parametrize("assembly", ["GRCh38", pytest.param("GRCh37", marks=pytest.mark.torture)])
@pytest.mark.parametrize(("style", "form"), SPARSE)
def test_variant_records_imply_the_defined_haplotypes(gene_name, assembly, style, form):
    gene = genes()[gene_name]
    for names in pairs(gene):
        text = vcf_text(
            {gene_name: names}, assembly=assembly, style=style, form=form, only_named=True
        )
        found = written_sequences(gene, text, assembly)
        reference = "".join(reference_bases(gene, assembly).values())
        wanted = [expected(gene_name, name) for name in names]
        assert (found[0] if found else [reference] * len(names)) == wanted, names


@pytest.mark.parametrize("assembly", ["GRCh38", "GRCh37"])
def test_the_other_base_of_an_ambiguity_code(assembly):
    for gene_name in ("CYP2D6", "CYP2C19", "CYP2B6"):
        gene = genes()[gene_name]
        for allele in gene.alleles:
            if allele.structural:
                continue
            text = vcf_text(
                {gene_name: (allele.name, allele.name)},
                assembly=assembly,
                ambiguity="variant",
                only_named=True,
            )
            wanted = expected(gene_name, allele.name, choose_variant=True)
            assert written_sequences(gene, text, assembly) == [[wanted, wanted]], allele.name


def test_no_star_alleles_leave_the_same_haplotype():
    gene = genes()["CYP2D6"]
    deletion = next(a for a in gene.alleles if a.defining.get(42127845) == "G")
    snv = next(a for a in gene.alleles if a.defining.get(42127852) == "T")
    pair = (deletion.name, snv.name)
    wanted = [expected_sequence(gene, deletion), expected_sequence(gene, snv)]
    for star in (True, False):
        text = vcf_text({"CYP2D6": pair}, star_alleles=star, only_named=True)
        assert (
            "*"
            in {a for line in text.split("\n") for a in line.split("\t")[4:5] for a in a.split(",")}
        ) is star
        assert written_sequences(gene, text, "GRCh38") == [wanted]
