"""What supports a call and excludes alternative diplotypes, compared with the caller itself."""

from __future__ import annotations

import functools

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calling import call_file, caller
from cases import one_test
from pgx.engine.reading import read_inputs
from pgx.haplotypes.definitions import HaplotypeMasks
from pgx.haplotypes.matching import fit_observation
from pgx.haplotypes.observation import Observation, observe
from pgx.haplotypes.support import (
    AlternativeDiplotypes,
    call_evidence,
    count_contradictions,
    read_sites,
)
from pgx.inputs.settings import RunSettings
from pgx.phenotypes import HaplotypeFunctions
from pgx.records.calls import CallStatus, SiteObservation
from pgx.records.genes import Strategy
from simulated import cohort_file, genes, vcf_file

STAR = sorted(n for n, g in genes().items() if g.strategy is Strategy.STAR and len(g.variants) > 3)


def evidence_of(path, gene, **settings):
    [call] = call_file(path, gene, **settings).values()
    found = call_evidence(caller(gene).compiled, call)
    assert found is not None
    return call, found


def simulated(folder, gene, diplotype, **settings):
    path = vcf_file(folder, {gene: diplotype}, only_named=True, **settings)
    return evidence_of(path, gene)


# -- a count of zero is a fit ----------------------------------------------------------


@st.composite
def observations(draw):
    """A gene with a pair of its alleles, some positions changed, hidden or out of phase."""
    name = draw(st.sampled_from(STAR))
    gene = caller(name).compiled
    n_positions = len(gene.gene.variants)
    rows = [gene.masks[draw(st.integers(0, len(gene.names) - 1))] for _ in range(2)]
    codes = np.array([[int(m & -m).bit_length() - 1 for m in row.astype(int)] for row in rows]).T
    for index in draw(st.lists(st.integers(0, n_positions - 1), max_size=4)):
        codes[index, draw(st.integers(0, 1))] = draw(st.integers(-1, 2))
    codes = np.ascontiguousarray(codes.astype(np.int8))
    haploid = draw(st.booleans())
    if haploid:
        codes[:, 1] = codes[:, 0]
    block = np.full(n_positions, -1, np.int32)
    differs = np.flatnonzero(codes[:, 0] != codes[:, 1])
    numbers = [draw(st.integers(0, 3)) for _ in differs]
    names = sorted(set(numbers))
    block[differs] = [names.index(n) for n in numbers]
    return gene, Observation(codes, block, len(names), haploid)


@given(observations())
@settings(max_examples=60, deadline=None)
def test_nothing_contradicts_exactly_the_pairs_that_the_caller_finds(case):
    gene, observation = case
    counts = count_contradictions(gene.masks, observation)
    zero = {tuple(pair) for pair in np.argwhere(np.triu(counts == 0)).tolist()}
    zero |= {(a, a) for a in np.flatnonzero(np.diag(counts) == 0).tolist()}
    zero = {(a, b) for a, b in zero if counts[a, b] == 0}
    assert zero == {tuple(pair) for pair in fit_observation(gene, observation).pairs.tolist()}
    assert (counts == counts.T).all()


# -- the sites of a result are what was observed ---------------------------------------

SPELLINGS = [
    {},
    {"phased": False},
    {"default_phase_sets": 2, "flip_blocks": True},
    {"style": "gvcf", "phased": False},
]


@pytest.mark.parametrize("settings", SPELLINGS, ids=str)
def test_sites_give_back_the_observation(tmp_path, settings):
    hidden = {
        "missing": [("CYP2D6", 42127941), ("TPMT", 18130687)],
        "half_calls": [("CYP2D6", 42128945), ("CYP2C19", 94781859)],
    }
    diplotypes = {
        "CYP2D6": "*4/*41", "CYP2C19": "*2/[*17 + g.94781859G>C]", "TPMT": "*1/*3A",
        "G6PD": ["A- 202A_376G"], "MT-RNR1": ["m.1555A>G"],
    }  # fmt: skip
    path = vcf_file(tmp_path, diplotypes, sex="male", **hidden, **settings)
    wanted = [genes()[name] for name in diplotypes]
    found = read_inputs([path], wanted, RunSettings(), {})
    for gene in wanted:
        genotypes = found.combined(gene)
        call = caller(gene.gene).call(genotypes, 0, with_sites=True)
        seen, written = read_sites(caller(gene.gene).compiled, call.sites), observe(genotypes, 0)
        assert seen.observation.codes.tolist() == written.codes.tolist()
        assert seen.observation.block.tolist() == written.block.tolist()
        assert seen.observation.haploid == written.haploid


# -- what matched ----------------------------------------------------------------------


@functools.cache
def alleles(gene: str) -> list[str]:
    return [a.name for a in genes()[gene].alleles if a.defining and not a.structural]


@one_test
@pytest.mark.parametrize("gene", ["CYP2C19", "CYP2D6", "NAT2", "UGT1A1", "G6PD", "DPYD"])
def test_every_variant_of_the_called_alleles_is_matched(tmp_path, gene):
    default = genes()[gene].default_allele
    samples = {f"S{i}": {gene: (default, name)} for i, name in enumerate(alleles(gene)[:30])}
    path = cohort_file(tmp_path, samples, only_named=True, sex="female")
    for call in call_file(path, gene).values():
        found = call_evidence(caller(gene).compiled, call)
        assert [s.name for s in found.haplotypes] == [h.name for h in call.haplotypes]
        assert {v.state for s in found.haplotypes for v in s.variants} <= {"matched"}
        assert found.haplotypes[0].n_named == found.haplotypes[0].n_answered
        for alternative in found.alternatives:
            assert bool(alternative.contradictions) == alternative.why.startswith("nearest")


def test_variants_are_named_with_what_they_need(tmp_path):
    call, found = simulated(tmp_path, "CYP2C19", "*1/*2")
    assert call.status is CallStatus.CALLED
    first, second = found.haplotypes
    assert (first.name, first.variants) == ("*1", ())
    assert (second.name, second.function, second.n_named) == ("*2", "No function", 4)
    shown = {(v.position, v.rsid, v.needs, v.state) for v in second.variants}
    assert ("chr10:94781859", "rs4244285", ("A",), "matched") in shown


def test_a_hidden_variant_is_unknown(tmp_path):
    # *2 is still the best reading, by its other position
    hidden = [("CYP2C19", 94775367)]
    call, found = simulated(tmp_path, "CYP2C19", "*2/*2", missing=hidden)
    states = {v.position: v.state for s in found.haplotypes if s.name == "*2" for v in s.variants}
    assert call.diplotype == "*2/*2"
    assert states == {"chr10:94775367": "unknown", "chr10:94781859": "matched"}


def test_the_variants_of_a_combination_are_matched(tmp_path):
    call, found = simulated(tmp_path, "CYP2C19", "*1/[*2 + g.94761900C>T]")
    assert call.status is CallStatus.CALLED
    [_, second] = found.haplotypes
    assert {v.position for v in second.variants} >= {"chr10:94761900", "chr10:94781859"}
    assert {v.state for v in second.variants} == {"matched"}


def test_a_listing_whose_phase_is_unknown_has_no_contradiction(tmp_path):
    diplotype = ["[c.85T>C (*9A) + c.496A>G]", "[c.1905+1G>A (*2A) + c.1601G>A (*4)]"]
    call, found = simulated(tmp_path, "DPYD", diplotype, phased=False)
    assert call.phased == "false"
    assert {v.state for s in found.haplotypes for v in s.variants} == {"matched"}
    [other] = [r for r in found.alternatives if r.why == "nearest_other_function"]
    assert len(other.contradictions) == 1


# -- what excludes the others ----------------------------------------------------------


def test_the_nearest_is_excluded_by_what_was_seen(tmp_path):
    _, found = simulated(tmp_path, "CYP2C19", "*1/*3", phased=False)
    by_name = {r.diplotype: r for r in found.alternatives}
    nearest = by_name["*1/*1"]
    assert nearest.why == "nearest"
    [contradiction] = nearest.contradictions
    assert contradiction.position == "chr10:94780653"
    assert contradiction.observed == ("G", "A")
    assert contradiction.needs == (("G",), ("G",))
    assert (contradiction.kind, contradiction.phased) == ("allele", False)


def test_phase_alone_tells_candidates_apart(tmp_path):
    _, found = simulated(tmp_path, "TPMT", "*1/*3A", phased=False)
    [alternative] = [r for r in found.alternatives if r.why == "fits"]
    assert alternative.diplotype == "*3B/*3C"
    assert alternative.contradictions == alternative.open_sites == ()
    assert alternative.open_phase == ("chr6:18130687", "chr6:18138997")


def test_alleles_on_the_other_haplotypes_contradict_by_phase(tmp_path):
    compiled = caller("TPMT").compiled
    _, found = simulated(tmp_path, "TPMT", "*3B/*3C")
    assert not [r for r in found.alternatives if r.diplotype == "*1/*3A" and not r.contradictions]
    [call] = call_file(tmp_path / "simulated.vcf", "TPMT").values()
    seen = read_sites(compiled, call.sites)
    alternatives = AlternativeDiplotypes(
        compiled, HaplotypeMasks(compiled, {}), seen.observation, seen.labels, None
    )
    [contradiction] = alternatives.contradictions("*1/*3A")
    assert (contradiction.kind, contradiction.phased) == ("phase", True)
    assert sorted(contradiction.observed) == sorted(a for (a,) in contradiction.needs)


def test_an_allele_that_the_gene_does_not_have_has_no_known_function():
    compiled = caller("CYP2D6").compiled
    meanings = HaplotypeFunctions(genes()["CYP2D6"]).of
    names = HaplotypeMasks(compiled, {}, meanings)
    assert names.function("*1x2") is not None
    assert names.function("*999x2") == compiled.gene.uncertain_function


def test_where_nothing_fits_the_nearest_are_still_named(tmp_path):
    call, _ = simulated(tmp_path, "TPMT", "*1/*3A")
    nothing = msgspec.structs.replace(
        call, status=CallStatus.NO_CALL, candidates=(), diplotype=None, haplotypes=()
    )
    found = call_evidence(caller("TPMT").compiled, nothing)
    assert found.haplotypes == ()
    assert found.alternatives[0].why == "nearest"


def test_a_candidate_names_the_position_that_would_tell(tmp_path):
    call, found = simulated(
        tmp_path, "CYP2C19", "*1/*1", missing=[("CYP2C19", 94780653), ("CYP2C19", 94761900)]
    )
    assert call.status is CallStatus.AMBIGUOUS
    fits = [r for r in found.alternatives if r.why.startswith("fits")]
    assert fits[0].diplotype == call.candidates[1].diplotype
    for alternative in fits:
        assert set(alternative.open_sites) <= set(call.missing)
        assert alternative.open_sites
    [excluded] = [r for r in found.alternatives if r.why == "nearest_other_function"]
    named = {"No function", "Increased function", "Normal function"}
    assert not set(excluded.functions) <= named


def test_a_candidates_probability_is_kept(tmp_path):
    call, _ = simulated(tmp_path, "TPMT", "*1/*3A", phased=False)
    weighed = tuple(
        msgspec.structs.replace(c, probability=p)
        for c, p in zip(call.candidates, (0.99, 0.01), strict=True)
    )
    found = call_evidence(
        caller("TPMT").compiled, msgspec.structs.replace(call, candidates=weighed)
    )
    assert found.alternatives[0].probability == 0.01


def test_a_males_single_haplotype(tmp_path):
    call, found = simulated(tmp_path, "G6PD", ["A- 202A_376G"], sex="male")
    assert len(found.haplotypes) == 1
    assert all("/" not in r.diplotype for r in found.alternatives)
    assert all(len(c.needs) == 1 for r in found.alternatives for c in r.contradictions)
    assert call.diplotype not in {r.diplotype for r in found.alternatives}


def test_the_substitute_site_speaks_for_the_deciding_one(tmp_path):
    hap_b3 = "c.1129-5923C>G, c.1236G>A (HapB3)"
    _, found = simulated(tmp_path, "DPYD", ["Reference", hap_b3], missing=[("DPYD", 97579893)])
    [second] = [s for s in found.haplotypes if s.variants]
    assert {v.state for v in second.variants} == {"matched"}


# -- results that are not ours ---------------------------------------------------------


def test_nothing_observed_gives_no_evidence(tmp_path):
    [call] = call_file(vcf_file(tmp_path, {"CYP2C19": "*1/*1"}, no_calls=[]), "CYP2C19").values()
    compiled = caller("CYP2C19").compiled
    unknown = tuple(msgspec.structs.replace(s, alleles=(".", ".")) for s in call.sites)
    assert call_evidence(compiled, msgspec.structs.replace(call, sites=unknown)) is None
    assert call_evidence(compiled, msgspec.structs.replace(call, sites=())) is None


def test_positions_of_another_release_are_left_out(tmp_path):
    [call] = call_file(vcf_file(tmp_path, {"CYP2C19": "*1/*2"}), "CYP2C19").values()
    moved = tuple(
        msgspec.structs.replace(s, position="chr10:1") if i % 2 else s
        for i, s in enumerate(call.sites)
    )
    found = call_evidence(caller("CYP2C19").compiled, msgspec.structs.replace(call, sites=moved))
    assert found.haplotypes[0].n_answered < found.haplotypes[0].n_named


text = st.one_of(st.sampled_from(["G", "A", ".", "", "*", "a:b:c", "/", "[x + y]"]), st.text())


@given(
    st.lists(st.tuples(st.lists(text, max_size=4), st.integers(), st.booleans()), max_size=5),
    text, text,
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_any_saved_sites_and_names_are_survived(own, name, other):
    gene = genes()["CYP2C19"]
    compiled = caller("CYP2C19").compiled
    sites = tuple(
        SiteObservation(
            position=f"{gene.contig}:{v.position}", rsid="", alleles=tuple(alleles), ref="G",
            evidence="record", phased=phased, phase_block=block,
        )
        for v, (alleles, block, phased) in zip(gene.variants, own, strict=False)
    )  # fmt: skip
    from reports import factory

    call = factory.ambiguous(
        gene="CYP2C19", sites=sites, diplotype=name,
        candidates=(factory.Candidate(name), factory.Candidate(other)),
        haplotypes=(factory.HaplotypeDetail(name=name, function=other, activity_value=None),),
    )  # fmt: skip
    found = call_evidence(compiled, call)
    assert found is None or len(found.alternatives) <= 4
