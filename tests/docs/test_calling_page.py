"""The page of calling rules says what the knowledge base and the code do."""

from __future__ import annotations

import re
from pathlib import Path

from pgx import KnowledgeBase
from pgx.genotypes.build import REGION_FLANK
from pgx.inputs.settings import RunSettings
from pgx.records.genes import Strategy

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "explanation" / "calling.md").read_text(encoding="utf-8")
GENES = KnowledgeBase().genes


def section(title: str) -> str:
    return re.split(r"^#{2,3} ", PAGE.partition(f" {title}\n")[2], flags=re.MULTILINE)[0]


def test_positions_at_which_the_assemblies_differ():
    row = re.compile(
        r"^\| (\w+) \| (\d+), (rs\d+) \| ([ACGT])\b.* \| ([ACGT])\b.*\|$", re.MULTILINE
    )
    assert set(row.findall(PAGE)) == {
        (gene.gene, str(v.position), v.rsid, v.ref, v.ref_grch37)
        for gene in GENES.values()
        for v in gene.variants
        if v.ref != v.ref_grch37
    }


def test_required_positions():
    required = {v.rsid for v in GENES["NAT2"].variants if v.required}
    assert required == set(re.findall(r"rs\d+", section("NAT2").partition("are required")[0]))
    assert not [g for g, gene in GENES.items() if g != "NAT2" for v in gene.variants if v.required]


def test_genes_that_list_variants():
    listed = {g.gene for g in GENES.values() if g.strategy is Strategy.VARIANT_LIST}
    title = "DPYD, RYR1, CACNA1S, MT-RNR1: lists of variants"
    assert set(title.partition(":")[0].split(", ")) == listed
    alleles = [a for a in GENES["RYR1"].alleles if not a.is_reference]
    without = sum(a.function is None for a in alleles)
    assert f"{without} of {len(GENES['RYR1'].alleles)}" in section(title)


def test_structural_alleles():
    text = section("CYP2B6, CYP2C19, SLCO1B1, G6PD") + section("CYP2D6")
    for gene in ("CYP2B6", "CYP2C19", "SLCO1B1", "CYP2D6"):
        for allele in GENES[gene].alleles:
            if allele.structural and "x" not in allele.name:
                assert f"`{allele.name}`" in text, f"{gene} {allele.name}"


def test_limits_and_region():
    assert f"{REGION_FLANK:,} bases" in PAGE
    settings = RunSettings()
    assert f"GQ is below {settings.min_gq} or its DP below {settings.min_dp}" in PAGE


def test_every_gene_is_spoken_of():
    for gene in GENES:
        assert gene in PAGE or gene in {"CYP3A4", "NUDT15"}, gene
