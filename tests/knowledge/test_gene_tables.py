"""The gene tables of the release: complete, unambiguous, and in agreement with each other."""

from __future__ import annotations

from itertools import combinations_with_replacement

import pytest

from cases import one_test
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.phenotypes import INDETERMINATE, PhenotypeTable, activity_score
from pgx.records.genes import GeneDefinition, Ploidy, Strategy

GENES = KnowledgeBase().genes
WITH_SITES = [g for g in GENES.values() if g.variants]
WITH_RULES = [g for g in WITH_SITES if g.rules]
IUPAC = {
    "R": "AG", "Y": "CT", "S": "CG", "W": "AT", "K": "GT", "M": "AC",
    "B": "CGT", "D": "AGT", "H": "ACT", "V": "ACG", "N": "ACGT",
}  # fmt: skip
by_name = pytest.mark.parametrize("gene", WITH_SITES, ids=lambda gene: gene.gene)


@one_test
@by_name
def test_names_can_be_printed_and_told_apart(gene):
    names = [allele.name for allele in gene.alleles]
    assert len(set(names)) == len(names)
    for name in names:
        assert name.isprintable()
        assert name == name.strip()
        assert not set(";=/|\t") & set(name)
        assert " + " not in name


@one_test
@by_name
def test_definitions_lie_within_the_variants(gene):
    variants = {v.position: v for v in gene.variants}
    assert len(variants) == len(gene.variants)
    for allele in gene.alleles:
        for position, cell in allele.defining.items():
            allowed = variants[position].alleles
            assert cell in allowed or set(IUPAC[cell]) & set(allowed), allele.name


@one_test
@by_name
def test_each_structural_allele_is_without_definition(gene):
    for allele in gene.alleles:
        if not allele.is_reference:
            assert allele.structural != bool(allele.defining), allele.name


@one_test
@by_name
def test_reference_bases_are_those_of_the_segments(gene):
    for variant in gene.variants:
        last = variant.position + len(variant.ref)
        held = [
            s.sequence[variant.position - s.start : last - s.start]
            for s in gene.segments
            if s.start <= variant.position <= s.end
        ]
        assert held == [variant.ref], variant.position


@one_test
@by_name
def test_variants_are_in_order_with_distinct_alleles_of_bases(gene):
    positions = [v.position for v in gene.variants]
    assert positions == sorted(positions)
    for variant in gene.variants:
        assert len(set(variant.alleles)) == len(variant.alleles)
        assert set("".join(variant.alleles)) <= set("ACGT")
        assert variant.ref_grch37 in variant.alleles


@one_test
@by_name
def test_grch37_lies_one_offset_away(gene):
    assert len({v.position_grch37 - v.position for v in gene.variants}) == 1


def test_sites_whose_reference_base_differs_between_assemblies():
    differing = {
        (gene.gene, v.rsid) for gene in WITH_SITES for v in gene.variants if v.ref != v.ref_grch37
    }
    assert differing >= {
        ("CYP2C19", "rs3758581"), ("CYP3A5", "rs776746"), ("DPYD", "rs1801265"),
        ("CYP2D6", "rs1135840"), ("CYP2D6", "rs16947"), ("F5", "rs6025"),
    }  # fmt: skip


@one_test
@by_name
def test_the_default_allele_is_defined(gene):
    names = {allele.name for allele in gene.alleles}
    assert gene.default_allele in names
    assert sum(allele.is_reference for allele in gene.alleles) == 1


@one_test
@by_name
def test_two_site_alleles_name_their_own_variants(gene):
    positions = {v.position for v in gene.variants}
    for proxy in gene.proxies:
        assert {proxy.decisive, proxy.substitute} <= positions
    assert set(gene.preferred) <= {allele.name for allele in gene.alleles}


def functions(gene: GeneDefinition) -> set[str]:
    used = {allele.function or gene.uncertain_function for allele in gene.alleles}
    return used - {""}


@one_test
@pytest.mark.parametrize("gene", WITH_RULES, ids=lambda gene: gene.gene)
def test_each_pair_of_functions_has_one_phenotype(gene):
    pairs = [tuple(sorted((r.function_1, r.function_2))) for r in gene.rules]
    assert len(set(pairs)) == len(pairs)
    haploid = gene.ploidy is Ploidy.MITOCHONDRIAL
    known = set(pairs)
    lacking = [
        pair
        for pair in combinations_with_replacement(sorted(functions(gene)), 2)
        if not haploid and pair not in known and not _scored(gene, pair)
    ]
    for first, second in lacking:
        assert gene.uncertain_function in (first, second)
        assert PhenotypeTable(gene).translate(first, second, "").term == INDETERMINATE
    if gene.ploidy is not Ploidy.AUTOSOME:
        assert {("", f) for f in functions(gene)} <= known


def _scored(gene: GeneDefinition, pair: tuple[str, str]) -> bool:
    """Whether a sum of activity values answers a pair that has no rule of its own."""
    return gene.scored and activity_score(list(pair)) in {r.activity_score for r in gene.rules}


@pytest.mark.parametrize("gene", [g for g in WITH_RULES if g.scored], ids=lambda gene: gene.gene)
def test_scores_are_sums_of_values(gene):
    for rule in gene.rules:
        total = activity_score([rule.function_1, rule.function_2])
        assert (total or "n/a") == rule.activity_score
        assert rule.lookup_key == rule.activity_score


@one_test
@pytest.mark.parametrize("gene", WITH_RULES, ids=lambda gene: gene.gene)
def test_an_allele_without_a_function_is_uncertain_never_normal(gene):
    lacking = [a.name for a in gene.alleles if a.function is None]
    assert gene.uncertain_function or not lacking
    assert "normal" not in gene.uncertain_function.lower()


def test_every_strategy_has_what_it_needs():
    for gene in GENES.values():
        assert (gene.strategy is Strategy.OUTSIDE) == (not gene.variants)
        if gene.strategy is Strategy.VARIANT_LIST:
            assert gene.function_order
            assert functions(gene) <= set(gene.function_order)
