"""One position hidden, populations at hand: no advice is certain that the truth contradicts."""

import random
import tempfile
from pathlib import Path

import pytest

from cases import one_test
from hazards.test_hidden_positions import HIDE, hidden, pairs_of
from pgx.engine.annotate import annotate
from pgx.haplotypes.definitions import TYPED_TIER
from pgx.inputs.settings import RunSettings
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.calls import Certainty
from simulated import cohort_text, genes

GENES = (
    "ABCG2", "CYP2B6", "CYP2C19", "CYP2C9", "CYP3A4", "CYP3A5", "CYP4F2", "DPYD", "G6PD",
    "NAT2", "NUDT15", "SLCO1B1", "TPMT", "UGT1A1",
)  # fmt: skip
WAYS = {way: HIDE[way] for way in ("absent", "no call", "filter", "low GQ")}
N_POSITIONS = 3
RELEASE = KnowledgeBase()


def advice(text, name):
    """Return each sample's advice by drug, source, guideline and population."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.vcf"
        path.write_text(text)
        run = annotate([path], RunSettings(genes=(name,)), knowledge=RELEASE)
        assert not run.refused
        return {
            result.sample: {
                (r.drug, r.source, r.guideline_id, r.population, r.genes): r
                for r in result.recommendations
                if name in r.genes
            }
            for result in run.results()
        }


def what_to_do(row):
    return row.action, row.dose_factor_min, row.dose_factor_max


def varied(name, pairs):
    """Return the positions at which some of the alleles have a variant.

    Without those that another position stands in for, as the guideline has it.
    """
    carried = {allele for pair in pairs.values() for allele in pair}
    found = {p for a in genes()[name].alleles if a.name in carried for p in a.defining}
    return sorted(found - {proxy.decisive for proxy in genes()[name].proxies})


@one_test(sample=8)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", GENES)
def test_one_hidden_position(name, way):
    chosen = random.Random(f"{name} {way}")
    pairs = pairs_of(name, chosen.randrange(10**6))
    samples = {s: {name: pair} for s, pair in pairs.items()}
    phased = chosen.random() < 0.5
    text = cohort_text(samples, phased=phased, only_named=True)
    whole = advice(text, name)
    positions = varied(name, pairs) or [v.position for v in genes()[name].variants]
    for position in chosen.sample(positions, min(N_POSITIONS, len(positions))):
        found = advice(hidden(text, {position: way}, genes()[name].contig), name)
        for sample, pair in pairs.items():
            for place, row in found[sample].items():
                true = whole[sample][place]
                if row.certainty is true.certainty is Certainty.CERTAIN:
                    same = what_to_do(row) == what_to_do(true)
                    assert same or may_be_unseen(row, name, position, way), (position, pair, place)


def may_be_unseen(row, name, position, way):
    """Whether a rare allele may go unseen: no data failed, and other advice is improbable.

    Not so at a core position, if the drug is critical.
    """
    is_critical = row.drug in {d.drug for d in RELEASE.drugs if d.critical}
    core = {c.position for c in genes()[name].core_positions if c.tier <= TYPED_TIER}
    if way != "absent" or (is_critical and position in core):
        return False
    return row.residual is not None and 0 < row.residual <= (0.001 if is_critical else 0.01)


def rare_variants(name):
    """Return alleles that differ from the default allele at one position, the last ones named."""
    gene = genes()[name]
    usual = next(a for a in gene.alleles if a.name == gene.default_allele).defining
    found = []
    for allele in gene.alleles:
        differs = {p for p, base in allele.defining.items() if usual.get(p) != base}
        if len(differs) == 1 and usual.keys() <= allele.defining.keys():
            found.append((allele.name, *differs))
    return found[-3:]


@one_test(sample=2)
@pytest.mark.parametrize("name", ["CYP2C9", "TPMT", "NUDT15", "G6PD", "CYP3A4"])
def test_every_alternative_counts_where_a_record_failed(name):
    """However rare: a filtered record leaves open what two copies of its variant would mean."""
    gene = genes()[name]
    usual = gene.default_allele
    variants = rare_variants(name)
    assert variants
    for allele, position in variants:
        text = cohort_text({"s": {name: (usual, usual)}})
        whole = advice(text, name)["s"]
        found = advice(hidden(text, {position: "filter"}, gene.contig), name)["s"]
        true = advice(cohort_text({"s": {name: (allele, allele)}}), name)["s"]
        for place in whole:
            if what_to_do(whole[place]) != what_to_do(true[place]):
                assert found[place].certainty is not Certainty.CERTAIN, (allele, place)
