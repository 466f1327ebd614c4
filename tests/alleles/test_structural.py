"""Diplotypes of CYP2D6 with copies, deletions and hybrids."""

from dataclasses import replace

import numpy as np
import pytest

from pgx.base.calls import CallStatus
from pgx.pipeline.call import GeneCaller
from pgx.structure.depth import copies_from_depth
from pgx.structure.evidence import SiteReads
from structure.made import GENE, KB, PANEL, genotypes, scan

CALLER = GeneCaller(GENE, KB.frequencies["CYP2D6"])
TWO = {42126611: ("C", "G"), 42127941: ("G", "A"), 42129130: ("C", "G")}  # *1/*2
TEN = {42126611: ("C", "G"), 42129130: ("C", "G"), 42130692: ("G", "A")}  # *1/*10
BOTH = {42126611: "GG", 42129130: "GG", 42130692: "AA"}  # *10/*10
SEVENTEEN = {42126611: "GG", 42127941: "AA", 42129130: "GG", 42129770: "AA"}
FOUR = {42128945: "TT", 42126611: "GG", 42129130: "GG", 42130692: "AA", 42129809: "CC",
        42129819: "TT"}  # fmt: skip


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
    assert np.isfinite(found.probability)


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
