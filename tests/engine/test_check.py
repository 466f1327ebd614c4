"""What an input can answer: never more than the caller will make of it."""

from __future__ import annotations

import pytest

from calling import caller
from cases import one_test
from pgx.engine.annotate import annotate
from pgx.engine.check import Verdict, check
from pgx.errors import SampleNotFoundError, UnknownGeneError
from pgx.inputs.settings import Absent, RunSettings
from pgx.records.calls import CallStatus
from simulated import cohort_file, genes, vcf_file

PLAIN = {"CYP2C19": "*1/*1", "TPMT": "*1/*1", "DPYD": "Reference/Reference"}


def checked(path, *names, **settings):
    found = check([path], RunSettings(genes=names, **settings))
    return {gene.gene: gene for gene in found.genes}


def position(gene, where):
    [only] = [p for p in gene.positions if p.position == where]
    return only


def test_every_gene_is_listed_with_a_verdict(tmp_path):
    found = checked(vcf_file(tmp_path, {}))
    assert list(found) == sorted(genes())
    verdicts = {name: gene.verdict for name, gene in found.items()}
    outside = {name for name, gene in genes().items() if not gene.variants}
    assert {name for name, v in verdicts.items() if v is Verdict.OUTSIDE} == outside
    copies = {name for name, gene in genes().items() if "copy_number_not_assessed" in gene.notes}
    assert {name for name, v in verdicts.items() if v is Verdict.PARTIAL} == copies
    assert {v for name, v in verdicts.items() if name not in outside | copies} == {Verdict.COMPLETE}


def test_a_missing_position_hides_the_alleles_that_need_it(tmp_path):
    path = vcf_file(tmp_path, PLAIN, only_named=True, missing=[("CYP2C19", 94780653)])
    gene = checked(path, "CYP2C19")["CYP2C19"]
    assert gene.verdict is Verdict.PARTIAL
    assert (gene.n_positions, gene.answered, gene.record) == (35, 34, 34)
    assert gene.unanswered == {"no_record": 1}
    [allele] = gene.untold
    assert (allele.allele, allele.function, allele.matters) == ("*3", "No function", True)
    assert allele.positions == ("chr10:94780653",)
    site = position(gene, "chr10:94780653")
    assert (site.answered, site.unanswered, site.alleles) == (0, {"no_record": 1}, ("*3",))


def test_alleles_that_change_the_function_come_first(tmp_path):
    path = vcf_file(tmp_path, {"CYP2C19": "*1/*1"}, no_calls=sites("CYP2C19", keep=1))
    gene = checked(path, "CYP2C19")["CYP2C19"]
    matters = [allele.matters for allele in gene.untold]
    assert matters == sorted(matters, reverse=True)
    assert matters[0]
    assert gene.untold[-1].function == "Normal function"
    assert gene.unanswered == {"no_genotype": 34}


def sites(gene, keep):
    return [(gene, variant.position) for variant in genes()[gene].variants[keep:]]


@one_test
@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        ("missing", "no_record"),
        ("no_calls", "no_genotype"),
        ("filtered", "filtered"),
        ("low_quality", "low_gq"),
        ("half_calls", "half_call"),
    ],
)
def test_the_reason_is_said(tmp_path, setting, reason):
    path = vcf_file(tmp_path, {"TPMT": "*1/*3A"}, **{setting: [("TPMT", 18138997)]})
    gene = checked(path, "TPMT")["TPMT"]
    assert gene.unanswered == {reason: 1}
    assert gene.answered == gene.n_positions - 1
    assert {"*3A", "*3B"} <= {allele.allele for allele in gene.untold}


def test_blocks_records_and_assumed_reference_are_told_apart(tmp_path):
    block = vcf_file(tmp_path, {"CYP2C19": "*1/*2"}, style="gvcf", name="block.vcf")
    gene = checked(block, "CYP2C19")["CYP2C19"]
    assert gene.verdict is Verdict.COMPLETE
    assert gene.record + gene.reference_block == gene.n_positions
    assert gene.reference_block > gene.record > 0
    assert position(gene, "chr10:94781859").record == 1
    ends = [genes()["CYP2C19"].variants[i] for i in (0, -1)]  # else the region is not covered
    named = " + ".join(f"g.{v.position}{v.ref}>{v.alts[0]}" for v in ends)
    sparse = vcf_file(tmp_path, {"CYP2C19": f"*2/[*1 + {named}]"}, style="variants")
    unknown = checked(sparse, "CYP2C19")["CYP2C19"]
    assumed = checked(sparse, "CYP2C19", absent=Absent.REFERENCE)["CYP2C19"]
    assert unknown.answered == unknown.record < unknown.n_positions
    assert assumed.record == unknown.record
    assert assumed.assumed_reference == unknown.unanswered["no_record"]
    assert assumed.verdict is Verdict.COMPLETE


def test_nothing_answered_is_none_and_not_assessed(tmp_path):
    path = vcf_file(tmp_path, {"CYP2C19": "*1/*1"}, only_named=True)
    found = check([path], RunSettings(genes=("CYP2C19", "TPMT")))
    assert [gene.verdict for gene in found.genes] == [Verdict.COMPLETE, Verdict.NONE]
    [_, tpmt] = found.genes
    assert len(tpmt.untold) == tpmt.n_alleles - 1


@pytest.mark.parametrize("hidden", [0, 1, 10, 35])
def test_the_verdict_is_what_the_caller_makes_of_it(tmp_path, hidden):
    # nothing hidden: one diplotype; everything hidden: not assessed
    missing = sites("CYP2C19", 0)[:hidden]
    path = vcf_file(tmp_path, {"CYP2C19": "*1/*1"}, missing=missing)
    gene = checked(path, "CYP2C19")["CYP2C19"]
    [result] = annotate([path], RunSettings(genes=("CYP2C19",))).results()
    [call] = result.calls
    assert call.n_missing == gene.n_positions - gene.answered
    assert (gene.verdict is Verdict.NONE) == (call.status is CallStatus.NOT_ASSESSED)
    assert (gene.verdict is Verdict.COMPLETE) == (call.n_candidates == 1)
    named = {name for c in call.candidates for name in c.diplotype.split("/")} - {"*1"}
    assert named <= {allele.allele for allele in gene.untold}


def test_several_samples_are_counted(tmp_path):
    names = [f"S{i}" for i in range(4)]
    path = cohort_file(tmp_path, {name: {"TPMT": "*1/*1"} for name in names}, only_named=True)
    lines = path.read_text(encoding="utf-8").splitlines()
    spoiled = [
        "\t".join([*line.split("\t")[:9], "./.", *line.split("\t")[10:]])
        if line.startswith("chr6\t18138997\t")
        else line
        for line in lines
    ]
    path.write_text("\n".join([*spoiled, ""]), encoding="utf-8")
    gene = checked(path, "TPMT")["TPMT"]
    assert (gene.complete, gene.partial, gene.none, gene.n_samples) == (3, 1, 0, 4)
    assert gene.verdict is Verdict.PARTIAL
    assert position(gene, "chr6:18138997").answered == 3
    assert {allele.untold for allele in gene.untold} == {1}
    one = checked(path, "TPMT", samples=("S2",))["TPMT"]
    assert (one.n_samples, one.verdict) == (1, Verdict.COMPLETE)


def test_a_substitute_tells_the_allele(tmp_path):
    decisive, substitute = 97579893, 97573863
    hap_b3 = "c.1129-5923C>G, c.1236G>A (HapB3)"

    def untold(*missing):
        path = vcf_file(tmp_path, PLAIN, missing=[("DPYD", p) for p in missing])
        return {a.allele for a in checked(path, "DPYD")["DPYD"].untold}

    assert hap_b3 not in untold(decisive)
    assert hap_b3 not in untold(substitute)
    assert hap_b3 in untold(decisive, substitute)


def test_males_have_one_haplotype(tmp_path):
    path = vcf_file(tmp_path, {}, sex="male")
    assert checked(path, "G6PD")["G6PD"].verdict is Verdict.COMPLETE


def test_depth_and_quality_are_the_lowest(tmp_path):
    path = vcf_file(tmp_path, PLAIN, low_quality=[("TPMT", 18138997)])
    site = position(checked(path, "TPMT")["TPMT"], "chr6:18138997")
    assert (site.lowest_gq, site.lowest_dp) == (0, 0)
    bare = vcf_file(tmp_path, PLAIN, depth=False)
    site = position(checked(bare, "TPMT")["TPMT"], "chr6:18138997")
    assert (site.lowest_gq, site.lowest_dp) == (None, None)


def test_old_positions_are_given_on_grch38(tmp_path):
    path = vcf_file(tmp_path, PLAIN, assembly="GRCh37")
    gene = checked(path, "CYP2C19")["CYP2C19"]
    assert gene.verdict is Verdict.COMPLETE
    assert gene.positions[0].position == f"chr10:{caller('CYP2C19').gene.variants[0].position}"


def test_unknown_names_and_refused_files(tmp_path):
    path = vcf_file(tmp_path, PLAIN)
    with pytest.raises(UnknownGeneError):
        checked(path, "NOPE")
    with pytest.raises(SampleNotFoundError):
        checked(path, samples=("nobody",))
    broken = tmp_path / "broken.vcf"
    broken.write_text("no VCF\n")
    found = check([broken])
    assert (found.genes, found.samples, len(found.refused)) == ((), (), 1)
