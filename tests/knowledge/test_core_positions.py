"""Causal variants of named alleles, and the strength of their proxies."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from cases import one_test
from pgx.knowledge.integrity.genes import core_position_findings
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.genes import CorePosition, CoreProxy, GeneDefinition

KB = KnowledgeBase()
CYP2C19 = KB.gene("CYP2C19")
STOP = CorePosition(position=94780653, alt="A", allele="*3", tier=1)
FEWEST_CARRIERS = 10


def with_core(*core: CorePosition) -> GeneDefinition:
    return msgspec.structs.replace(CYP2C19, core_positions=core)


def test_every_gene_of_the_release_agrees_with_its_core_positions():
    assert not [f for g in KB.genes.values() for f in core_position_findings(g)]


@one_test
@pytest.mark.parametrize(
    ("core", "what"),
    [
        ((STOP, STOP), "stands twice"),
        ((msgspec.structs.replace(STOP, allele="*0"),), "no allele *0"),
        ((msgspec.structs.replace(STOP, alt="C"),), "no variant C"),
        ((msgspec.structs.replace(STOP, allele="*2"),), "not defined by A"),
        ((msgspec.structs.replace(STOP, tier=4),), "tier 4"),
    ],
)
def test_a_core_position_has_to_fit_the_definitions(core, what):
    assert what in "".join(f.what for f in core_position_findings(with_core(*core)))


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"position": STOP.position}, "cannot be a proxy"),
        ({"alt": "T"}, "cannot be a proxy"),
        ({"r2": 1.5}, "out of range"),
        ({"carriers": 0}, "out of range"),
    ],
)
def test_a_proxy_has_to_be_another_variant_with_a_strength(changed, what):
    facts = {"position": 94775367, "alt": "G", "r2": 0.9, "sensitivity": 1.0, "carriers": 12}
    core = msgspec.structs.replace(STOP, proxies=(CoreProxy(**(facts | changed)),))
    assert what in "".join(f.what for f in core_position_findings(with_core(core)))


def test_alleles_that_a_test_must_type_have_a_causal_variant():
    """Only alleles of the default function, and structural ones, have none."""
    for gene in KB.genes.values():
        frequencies = KB.frequencies.get(gene.gene)
        usual = next((a.function for a in gene.alleles if a.name == gene.default_allele), None)
        caused = {core.allele for core in gene.core_positions}
        for allele in gene.alleles:
            if frequencies and allele.name in frequencies.core and allele.defining:
                assert (allele.name in caused) or allele.function == usual, allele.name


def test_the_strength_of_a_proxy_is_that_of_the_counted_haplotypes():
    found = 0
    for gene in KB.genes.values():
        for core in gene.core_positions:
            for proxy in core.proxies:
                carriers, sensitivity, r2 = measured(gene.gene, core, proxy)
                assert carriers == proxy.carriers
                assert sensitivity == pytest.approx(proxy.sensitivity, abs=5e-4)
                assert r2 == pytest.approx(proxy.r2, abs=1e-3)
                found += 1
    assert found


def measured(gene: str, core: CorePosition, proxy: CoreProxy) -> tuple[int, float, float]:
    """Return carriers, sensitivity and the lowest r² of the groups with enough carriers."""
    found = KB.frequencies[gene]
    counts = np.array([h.counts for h in found.haplotypes])
    causal = np.array([h.differences.get(core.position) == core.alt for h in found.haplotypes])
    tagged = np.array([h.differences.get(proxy.position) == proxy.alt for h in found.haplotypes])
    groups = [*counts.T, counts.sum(axis=1)]
    enough = [n for n in groups[:-1] if n[causal].sum() >= FEWEST_CARRIERS] or groups[-1:]
    both = groups[-1][causal & tagged].sum()
    r2 = min(np.cov(causal, tagged, fweights=n)[0, 1] ** 2 / variances(causal, tagged, n)
             for n in enough)  # fmt: skip
    return int(groups[-1][causal].sum()), both / groups[-1][causal].sum(), float(r2)


def variances(one: np.ndarray, two: np.ndarray, counts: np.ndarray) -> float:
    return float(np.prod(np.diag(np.cov(one, two, fweights=counts))))
