"""Genotype likelihoods of unsure genotypes: which alleles they speak of, and what joins do."""

import numpy as np
import pytest

from alleles.made import gene, genotypes
from calling import call_files
from hazards.edited import STAR3, changed, edited_text
from pgx.base.assemblies import Assembly
from pgx.engine.reading import read_inputs
from pgx.errors import InputConflictError
from pgx.genotypes.matrix import ABSENT, MISSING, Evidence, LikelyGenotype, Unknown
from pgx.genotypes.merge import combine
from pgx.genotypes.observations import likely_genotypes
from pgx.genotypes.sites import STAR, GeneLocus
from pgx.haplotypes.caller import GeneCaller
from pgx.inputs.settings import RunSettings
from pgx.knowledge.snapshot import KnowledgeBase
from simulated import genes, vcf_text

NONE = -1
MADE = gene({"*1": "AA", "*2": "GA"})


def site(name="CYP2C19", position=STAR3):
    found = GeneLocus(genes()[name], Assembly.GRCH38).sites
    return next(s for s in found if s.position == position)


def likely(alts, codes, phred):
    table = np.array([0, *codes, ABSENT, MISSING], np.int8)
    return likely_genotypes(site(), alts, table, np.array(phred, np.int16))


def test_each_genotype_once_by_codes():
    found = likely(("A",), (1,), (20, 0, 30, NONE, NONE, NONE))
    assert found == (
        LikelyGenotype(0, 0, 20),
        LikelyGenotype(0, 1, 0),
        LikelyGenotype(1, 1, 30),
    )


def test_the_any_other_allele_of_a_block_is_every_documented_one():
    n = len(site().variant.alleles)
    found = likely(("<NON_REF>",), (MISSING,), (0, 6, 60, NONE, NONE, NONE))
    assert found[0] == LikelyGenotype(0, 0, 0)
    assert {(g.first, g.second) for g in found} == {(0, 0)} | {(0, k) for k in range(1, n)} | {
        (k, k) for k in range(1, n)
    }


def test_a_record_that_names_an_alternative_leaves_the_others_out():
    found = likely(("A", "<NON_REF>"), (1, MISSING), (20, 0, 30, 40, 40, 90))
    assert {(g.first, g.second) for g in found} == {(0, 0), (0, 1), (1, 1)}


def test_a_star_leaves_the_site_unknown():
    """What the haplotype carries there stands in another record."""
    assert likely(("A", "*"), (1, STAR), (20, 0, 30, 40, 40, 90)) == ()


def test_haploid_likelihoods_are_of_one_haplotype():
    found = likely(("A",), (1,), (20, NONE, 0, NONE, NONE, NONE))
    assert found == (LikelyGenotype(0, 0, 20), LikelyGenotype(1, 1, 0))


def calls(folder, *edits, name="CYP2C19", diplotype="*1/*3"):
    """Call a file for each set of edits, with the release's frequencies."""
    paths = []
    for number, own in enumerate(edits):
        text = edited_text(vcf_text({name: diplotype}, only_named=True), own)
        paths.append(folder / f"{number}.vcf")
        paths[-1].write_text(text)
    definition = genes()[name]
    read = read_inputs(paths, [definition], RunSettings(), {})
    assert not read.refused
    own = GeneCaller(definition, KnowledgeBase().frequencies[name])
    return own.call(read.combined(definition), 0, with_sites=True)


def unsure(sample):
    return {STAR3: changed(format="GT:GQ:PL", sample=sample)}


def chances(found):
    return {c.diplotype: c.probability for c in found.candidates}


def test_an_unsure_genotype_counts_as_its_likelihoods_say(tmp_path):
    """Odds of two diplotypes are those of the prior, times the ratio of likelihoods."""
    even = chances(calls(tmp_path, unsure("0/1:3:0,0,0")))
    shifted = chances(calls(tmp_path, unsure("0/1:3:13,0,30")))
    assert shifted["*1/*3"] / shifted["*1/*1"] == pytest.approx(
        even["*1/*3"] / even["*1/*1"] * 10**1.3
    )


def test_an_unsure_genotype_without_likelihoods_stays_open(tmp_path):
    found = calls(tmp_path, {STAR3: changed(format="GT:GQ", sample="0/1:3")})
    assert len(found.phenotypes) > 1
    assert "low_gq" in found.notes


def test_a_filtered_record_has_no_say(tmp_path):
    edit = changed(filter="q10", format="GT:GQ:PL", sample="0/0:3:0,30,60")
    found = calls(tmp_path, {STAR3: edit})
    assert len(found.phenotypes) > 1


def test_two_inputs_that_are_both_unsure_do_not_choose(tmp_path):
    """Likelihoods of one alone would hide that the other says something else."""
    one, two = unsure("0/1:3:30,0,30"), unsure("0/0:3:0,30,30")
    both = calls(tmp_path, one, two)
    assert len(both.phenotypes) > 1
    assert chances(both)["*1/*1"] > chances(calls(tmp_path, one))["*1/*1"]
    assert chances(calls(tmp_path, one, one)) == chances(calls(tmp_path, one))


def test_an_answer_of_another_input_ends_the_likelihoods(tmp_path):
    found = calls(tmp_path, unsure("0/1:3:30,0,30"), {})
    assert (found.diplotype, found.n_candidates) == ("*1/*3", 1)


def test_likelihoods_follow_the_codes_of_undocumented_alleles():
    """Two inputs number undocumented alleles each for itself."""
    first, second = genotypes(MADE, "AC", "AC"), genotypes(MADE, "A.", "AA")
    second.samples = ("S2",)
    code = second.code_of_extra(1, "chr1:101:A>CC")
    second.call[1, 0] = MISSING
    second.evidence[1, 0], second.reason[1, 0] = Evidence.RECORD, Unknown.LOW_GQ
    second.likelihoods[1, 0] = (LikelyGenotype(0, 0, 9), LikelyGenotype(0, code, 0))
    whole = combine([first, second], MADE, ("S1", "S2"))
    *_, last = whole.likelihoods[1, 1]
    assert whole.label(1, last.second) == "chr1:101:A>CC"
    assert last.phred == 0


def test_calling_without_a_prior_leaves_likelihoods_aside(tmp_path):
    path = tmp_path / "a.vcf"
    path.write_text(
        edited_text(vcf_text({"CYP2C19": "*1/*3"}, only_named=True), unsure("0/1:3:60,0,60"))
    )
    found = call_files([path], ["CYP2C19"])["S1", "CYP2C19"]
    assert {"*1/*1", "*1/*3"} <= {c.diplotype for c in found.candidates}


def test_inputs_that_answer_differently_are_still_refused(tmp_path):
    with pytest.raises(InputConflictError):
        calls(tmp_path, {}, {STAR3: changed(gt="0/0")})
