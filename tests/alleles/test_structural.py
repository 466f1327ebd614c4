"""Diplotypes of CYP2D6 with copies, deletions and hybrids."""

from dataclasses import replace

import numpy as np
import pytest

from cases import one_test
from pgx.copynumber.depth import copies_from_depth
from pgx.copynumber.evidence import SiteReads, evidence_of
from pgx.haplotypes.caller import GeneCaller
from pgx.records.calls import CallStatus
from structure.made import GENE, KB, MODELS, PANEL, genotypes, scan

CALLER = GeneCaller(GENE, KB.frequencies["CYP2D6"])
TWO = {42126611: ("C", "G"), 42127941: ("G", "A"), 42129130: ("C", "G")}  # *1/*2
TEN = {42126611: ("C", "G"), 42129130: ("C", "G"), 42130692: ("G", "A")}  # *1/*10
BOTH = {42126611: "GG", 42129130: "GG", 42130692: "AA"}  # *10/*10
SEVENTEEN = {42126611: "GG", 42127941: "AA", 42129130: "GG", 42129770: "AA"}
FOUR = {42128945: "TT", 42126611: "GG", 42129130: "GG", 42130692: "AA", 42129809: "CC",
        42129819: "TT"}  # fmt: skip
GENE_REF = {v.position: v.ref for v in GENE.variants}


def shares(variants, alternative, total=40):
    return {
        position: (*alleles, round(total * (1 - alternative)), round(total * alternative))
        for position, alleles in variants.items()
        if alleles[0] != alleles[1]
    }


def sites_of(variants, total):
    return tuple(SiteReads(p, alleles, (total // 2,) * 2) for p, alleles in variants.items())


def called(model, variants, reads=None, **settings):
    evidence = copies_from_depth(GENE, scan(model, reads=reads, **settings), 0, PANEL)
    assert evidence.is_assessed
    return CALLER.call(genotypes(variants), 0, with_sites=True, copies=evidence)


@one_test
@pytest.mark.parametrize(
    ("model", "variants", "reads", "diplotype", "score", "phenotype"),
    [
        ("2 gene", {}, None, "*1/*1", "2.0", "Normal Metabolizer"),
        ("2 gene", TWO, shares(TWO, 0.5), "*1/*2", "2.0", "Normal Metabolizer"),
        ("1 gene", SEVENTEEN, None, "*5/*17", "0.5", "Intermediate Metabolizer"),
        ("1 gene", {}, None, "*1/*5", "1.0", "Intermediate Metabolizer"),
        ("0 gene", {}, None, "*5/*5", "0.0", "Poor Metabolizer"),
        ("3 gene", TWO, shares(TWO, 2 / 3), "*1/*2x2", "3.0", "Ultrarapid Metabolizer"),
        ("3 gene", TWO, shares(TWO, 1 / 3), "*1x2/*2", "3.0", "Ultrarapid Metabolizer"),
        ("2 gene + 1 *36", TEN, shares(TEN, 0.6), "*1/*36+*10", "1.25", "Normal Metabolizer"),
        ("2 gene + 2 *36", BOTH, None, "*36+*10/*36+*10", "0.5", "Intermediate Metabolizer"),
        ("1 gene + 1 *68", FOUR, None, "*5/*68+*4", "0.0", "Poor Metabolizer"),
        ("2 gene + 1 *13", TWO, shares(TWO, 2 / 3), "*1/*13+*2", "2.0", "Normal Metabolizer"),
    ],
)
def test_structure_and_alleles_are_named_together(
    model, variants, reads, diplotype, score, phenotype
):
    found = called(model, variants, reads)
    assert found.diplotype == diplotype
    assert (found.activity_score, found.phenotype) == (score, phenotype)
    assert "copy_number_from_depth" in found.notes
    assert "copy_number_not_assessed" not in found.notes
    assert found.structure.copies[0].probability > 0.9


def test_probabilities_of_candidates_and_rest_are_one():
    found = called("3 gene", TWO, shares(TWO, 0.5))
    total = sum(c.probability for c in found.candidates) + found.rest
    assert total == pytest.approx(1)
    assert found.probability == found.candidates[0].probability


def test_the_next_best_has_the_activity_of_its_copies():
    found = called("3 gene", TWO, shares(TWO, 0.5, total=12))
    alternative = found.evidence.alternatives[0]
    assert {found.diplotype, alternative.diplotype} == {"*1/*2x2", "*1x2/*2"}
    assert sorted(alternative.functions) == ["1.0", "2.0"]


def test_reads_that_do_not_say_which_allele_is_double_leave_both():
    found = called("3 gene", TWO, shares(TWO, 0.5, total=12))
    names = {c.diplotype for c in found.candidates if c.probability > 0.05}
    assert {"*1/*2x2", "*1x2/*2"} <= names
    assert found.status is CallStatus.AMBIGUOUS


def test_uncertain_copies_say_what_they_depend_on():
    """A homozygote of little depth between two and three copies."""
    found = called("2 gene + 1 *36", BOTH, depth=10.5, noise=0.12, seed=4)
    others = [e for e in found.key_evidence if e.lookup_key != found.key_evidence[0].lookup_key]
    assert others
    assert "CYP2D6:copy_number" in found.depends_on


def test_a_deletion_with_two_alleles_in_the_reads_is_no_call_that_looks_sure():
    """Depth says one copy, reads at three sites say two alleles in equal shares."""
    found = called("1 gene", TWO, shares(TWO, 0.5))
    assert found.status is CallStatus.AMBIGUOUS
    assert "copy_number_conflict" in found.notes


def test_genotypes_that_deny_all_that_depth_leaves_keep_the_call_open():
    """Depth says one copy, two sites are heterozygous and have no reads to doubt it."""
    found = called("1 gene", TWO)
    assert found.diplotype == "*1/*2"
    assert (found.status, found.probability) == (CallStatus.AMBIGUOUS, None)
    assert "CYP2D6:copy_number" in found.depends_on
    assert "copy_number_conflict" in found.notes
    assert "copy_number_not_assessed" in found.notes
    assert found.structure.reason == "conflict"


def test_a_call_that_genotypes_deny_is_open_again_when_its_result_is_read_again():
    found = called("1 gene", TWO)
    again = CALLER.call(
        genotypes(TWO), 0, with_sites=True, copies=evidence_of(found.structure, MODELS)
    )
    assert (again.status, again.depends_on) == (found.status, found.depends_on)
    assert "copy_number_conflict" in again.notes


@pytest.mark.parametrize("model", ["1 *13 + 1 *68", "2 *13", "0 gene", "1 *36"])
def test_hybrids_alone_must_explain_the_genotypes(model):
    """Depth looks like that of no whole copy, but *1/*2 is seen."""
    found = called(model, TWO)
    assert found.status is CallStatus.AMBIGUOUS
    assert found.probability is None
    assert "copy_number_conflict" in found.notes


def test_a_hybrid_alone_carries_what_is_seen_beside_it():
    """*36 without a whole copy has the alleles of *10; with those of *2 it is not known."""
    sites = {42130692: "AA"}
    ten = called("2 *36", {**sites, 42126611: "GG", 42129130: "GG"})
    assert ten.diplotype in {"*36/*36", "*5/*36x2"}
    assert ten.phenotype == "Poor Metabolizer"
    assert "copy_number_conflict" not in ten.notes
    two = called("2 *36", {42126611: "GG", 42127941: "AA", 42129130: "GG"})
    assert two.status is CallStatus.AMBIGUOUS
    assert two.probability is None


def test_more_copies_than_hardly_any_person_has_are_not_sure():
    found = called("8 gene", {})
    assert found.status is CallStatus.AMBIGUOUS
    assert "CYP2D6:copy_number" in found.depends_on


def test_hybrids_explain_small_variants_as_whole_copies_do():
    """One chromosome, and two alleles: it is not a hybrid for want of a name of its alleles."""
    models = CALLER.structural.models
    own = np.array([models.name(m) == "1 gene" for m in range(len(models.counts))])
    one = copies_from_depth(GENE, scan("1 gene"), 0, PANEL)
    for cost in (8.0, 40.0, 5000.0):
        evidence = replace(one, log_likelihood=np.where(own, 0.0, -cost), reads=sites_of(TWO, 200))
        found = CALLER.call(genotypes(TWO), 0, with_sites=True, copies=evidence)
        assert found.status is CallStatus.AMBIGUOUS or found.diplotype == "*1/*2"
        names = {c.diplotype for c in found.candidates if (c.probability or 0) > 0.01}
        assert names <= {"*1/*2", "*1/*5", "*2/*5"}


def test_without_any_candidate_left_the_two_alleles_stand_as_a_conflict():
    """Depth that allows one chromosome only, and so many reads of both alleles that two are."""
    models = CALLER.structural.models
    own = np.array([models.name(m) == "1 gene" for m in range(len(models.counts))])
    one = copies_from_depth(GENE, scan("1 gene"), 0, PANEL)
    evidence = replace(one, log_likelihood=np.where(own, 0.0, -5000.0), reads=sites_of(TWO, 2000))
    found = CALLER.call(genotypes(TWO), 0, with_sites=True, copies=evidence)
    assert found.status is CallStatus.AMBIGUOUS
    assert "copy_number_conflict" in found.notes


def test_two_hybrids_show_what_small_variants_show():
    """Half of *2/*2's frequency is no argument for a chromosome of *36 alone."""
    hom = {p: a[1] * 2 for p, a in TWO.items()}
    models = CALLER.structural.models
    three = copies_from_depth(GENE, scan("3 gene"), 0, PANEL)
    likely = np.where(models.copies == 3, 0.0, -7.0)
    found = CALLER.call(
        genotypes(hom), 0, with_sites=True, copies=replace(three, log_likelihood=likely)
    )
    names = {c.diplotype: c.probability or 0 for c in found.candidates}
    assert names["*2/*2x2"] > names.get("*2/*36x2", 0)


def test_nothing_changes_without_evidence_of_copies():
    plain = CALLER.call(genotypes(TWO), 0, with_sites=True)
    assert "copy_number_not_assessed" in plain.notes
    assert plain.structure is None


def test_unassessed_copies_say_why():
    evidence = copies_from_depth(GENE, scan("2 gene", 2.0), 0, PANEL)
    found = CALLER.call(genotypes(TWO), 0, with_sites=True, copies=evidence)
    assert "copy_number_not_assessed" in found.notes
    assert found.structure.reason == "depth_too_low"
    assert found.diplotype == "*1/*2"


def test_a_prior_is_needed():
    evidence = copies_from_depth(GENE, scan("1 gene"), 0, PANEL)
    found = GeneCaller(GENE, None).call(genotypes({}), 0, with_sites=True, copies=evidence)
    assert "copy_number_not_assessed" in found.notes
    assert found.probability is None or np.isfinite(found.probability)


def test_depth_of_no_number_of_copies_leaves_a_call_open():
    """Where depth says that something is off, small variants alone are not sure either."""
    made = scan("2 gene")
    made.depth[PANEL.n_controls :] *= 0.69
    evidence = copies_from_depth(GENE, made, 0, PANEL)
    found = CALLER.call(genotypes({}), 0, with_sites=True, copies=evidence)
    assert found.status is CallStatus.AMBIGUOUS
    assert {"copy_number_conflict", "copy_number_not_assessed"} <= {*found.notes}
    assert not found.structure.copies


def test_shares_of_reads_that_no_copies_explain_leave_a_call_open():
    """Two copies by depth, and one allele in a tenth of the reads: another person's."""
    found = called("2 gene", TWO, shares(TWO, 0.1, total=60))
    assert found.status is CallStatus.AMBIGUOUS
    assert found.probability is None
    assert "copy_number_conflict" in found.notes


def test_a_few_strayed_reads_are_held_against_one_haplotype_and_two_alike():
    """Both chromosomes *36+*10, and a site with few reads of another allele called 0/1."""
    site_ = {42129770: ("G", "A")}
    found = called("2 gene + 2 *36", {**BOTH, **site_}, shares(site_, 0.1))
    assert found.diplotype == "*36+*10/*36+*10"


EXON_9 = {42126619: ("G", "A"), 42126622: ("A", "G"), 42126625: ("A", "G"), 42126635: ("T", "G")}


@pytest.mark.parametrize("model", ["2 gene + 2 *36", "1 gene + 1 *36"])
def test_reads_of_a_hybrids_exon_9_are_no_alleles_of_another_copy(model):
    """Each called 0/1: the bases that CYP2D7, and so the hybrid, has there."""
    given = {**BOTH, **EXON_9}
    found = called(model, given, shares(EXON_9, 0.2, total=15))
    whole = {"2 gene + 2 *36": "*36+*10/*36+*10", "1 gene + 1 *36": "*5/*36+*10"}
    assert found.diplotype == whole[model]
    assert "paralogue_reads" in found.notes


OTHER = {
    "2 gene + 1 *68": ("*68+*4", FOUR),
    "2 gene + 1 *36": ("*36+*10", {42126611: "GG", 42129130: "GG", 42130692: "AA"}),
}
EXON_9_ALLELES = {"*36", "*83", "*141"}  # defined by the bases of CYP2D7 themselves


def _like_the_paralogue():
    bases = {site.position: site.paralogue_base for site in GENE.structure.sites}
    for allele in GENE.alleles:
        defined = {p: b for p, b in allele.defining.items() if b in {"A", "C", "G", "T"}}
        if allele.name not in EXON_9_ALLELES and bases.items() & defined.items():
            yield allele.name, defined


@pytest.mark.parametrize("model", OTHER)
def test_an_allele_like_the_paralogue_is_not_lost_beside_a_hybrid(model):
    """Half of the reads have its base: no hybrid shows that much."""
    name, beside = OTHER[model]
    alleles = dict(_like_the_paralogue())
    assert len(alleles) > 10
    for allele, defined in alleles.items():
        given = {p: (GENE_REF[p], base) for p, base in defined.items()}
        given |= {p: (given.get(p, (0, GENE_REF[p]))[1], b[0]) for p, b in beside.items()}
        found = called(model, given, shares(given, 0.5, total=30))
        assert set(found.diplotype.split("/")) == {allele, name}


def test_the_same_reads_without_a_hybrid_stay_alleles():
    found = called("2 gene", EXON_9, shares(EXON_9, 0.5))
    assert found.diplotype != "*1/*1"
    assert "paralogue_reads" not in found.notes


def test_a_hybrid_like_36_with_the_variants_of_4_has_its_own_name():
    one_of_both = {p: (GENE_REF[p], a[0]) for p, a in FOUR.items()}
    found = called("2 gene + 1 *36", one_of_both, shares(one_of_both, 2 / 3))
    assert found.diplotype == "*1/*4.013+*4"
    assert (found.activity_score, found.phenotype) == ("1.0", "Intermediate Metabolizer")


def test_many_sites_with_few_reads_of_another_allele_leave_a_call_open():
    """More than mismapped reads make: another person's, beside hybrids as beside whole copies."""
    sites = {p: (v.alleles[0], v.alleles[1]) for p, v in list(_plain_variants().items())[:6]}
    for model in ("2 gene", "2 gene + 2 *36"):
        found = called(model, sites, shares(sites, 0.1))
        assert found.status is CallStatus.AMBIGUOUS
        assert "copy_number_conflict" in found.notes


def _plain_variants():
    silent = {*GENE.structure.mismapped, *GENE.structure.uneven}
    silent |= {site.position for site in GENE.structure.sites}
    return {
        v.position: v
        for v in GENE.variants
        if not v.is_indel and len(v.alts) == 1 and v.position not in silent
    }
