"""What becomes of another tool's call: a call, an open call, or the input's own with a reason."""

from __future__ import annotations

import pytest

from cases import one_test
from outside.made import aldy, cyrius_table, dragen, pypgx, starphase
from pgx.engine.annotate import annotate
from pgx.errors import OutsideCallError
from pgx.inputs.outside_calls import answer
from pgx.inputs.settings import RunSettings
from pgx.outside.calls import OutsideCall, UnusedReason
from pgx.outside.formats import read_calls
from pgx.records.calls import CallStatus, Certainty
from simulated import cohort_file, genes, vcf_file

NOTE = "outside_call_contradicts_vcf"


def given(*solutions, gene="CYP2D6", tool="Tool", reason=""):
    several = solutions if len(solutions) > 1 else ()
    call = OutsideCall(
        gene=gene, diplotype="" if several or reason else solutions[0], solutions=several,
        tool=tool, reason=reason, where="f line 2",
    )  # fmt: skip
    return answer(call, genes()[gene], "S1", ("*57:01",))


def run(path, name, data, **settings):
    done = annotate([path], RunSettings(**settings), outside=read_calls(name, data))
    return done, list(done.results())


# -- copies and tandems -------------------------------------------------------------------


@one_test
@pytest.mark.parametrize(
    ("said", "name", "score", "phenotype"),
    [
        ("*1/*2x2", "*1/*2x2", "3.0", "Ultrarapid Metabolizer"),
        ("*1/*2+*2", "*1/*2x2", "3.0", "Ultrarapid Metabolizer"),
        ("*2x3/*1", "*1/*2x3", "4.0", "Ultrarapid Metabolizer"),
        ("*2x2/*2x2", "*2x2/*2x2", "4.0", "Ultrarapid Metabolizer"),
        ("*36+*10/*2", "*2/*36+*10", "1.25", "Normal Metabolizer"),
        ("*10+*36/*2", "*2/*36+*10", "1.25", "Normal Metabolizer"),
        ("*36+*10x2/*1", "*1/*36+*10x2", "1.5", "Normal Metabolizer"),
        ("*10x2/*10x2", "*10x2/*10x2", "1.0", "Intermediate Metabolizer"),
        ("*68+*4/*1", "*1/*68+*4", "1.0", "Intermediate Metabolizer"),
        ("*4.001+*68/*4.001", "*4/*68+*4", "0.0", "Poor Metabolizer"),
        ("*5/*17", "*5/*17", "0.5", "Intermediate Metabolizer"),
        ("*4/*4x2", "*4/*4x2", "0.0", "Poor Metabolizer"),
        ("*4N+*4/*2A", "*2/*4.013+*4", "1.0", "Intermediate Metabolizer"),
        ("*1xN/*2", "*1xN/*2", "≥3.0", "Ultrarapid Metabolizer"),
        ("*57+*10/*66", "*13/*36+*10", "0.25", "Intermediate Metabolizer"),
    ],
)
def test_cyp2d6(said, name, score, phenotype):
    call = given(said)
    assert (call.status, call.diplotype) == (CallStatus.CALLED, name)
    assert (call.activity_score, call.phenotype) == (score, phenotype)


def test_what_the_tool_wrote_is_kept_beside_the_name():
    call = given("*4.013+*4.001/*1")
    assert [(h.name, h.variants) for h in call.haplotypes] == [
        ("*1", ("*1",)),
        ("*4.013+*4", ("*4.013+*4.001",)),
    ]


def test_a_table_of_our_own_may_use_the_same_names():
    assert given("*10+*36/*1A", tool="").diplotype == "*1/*36+*10"


# -- several solutions --------------------------------------------------------------------


def test_several_solutions_are_candidates_alike():
    call = given("*1/*46", "*43/*45")
    assert call.status is CallStatus.AMBIGUOUS
    assert [c.diplotype for c in call.candidates] == ["*1/*46", "*43/*45"]
    assert {c.probability for c in call.candidates} == {call.probability} == {None}
    assert call.n_candidates == 2
    assert set(call.phenotypes) == {"Normal Metabolizer", "Indeterminate"}


def test_solutions_that_are_one_here_are_a_call():
    call = given("*1/*4.001", "*4.021/*1A")
    assert (call.status, call.diplotype, call.probability) == (CallStatus.CALLED, "*1/*4", 1.0)


def test_a_solution_that_is_not_understood_leaves_all_unused():
    assert given("*1/*4", "*1/*9999") == UnusedReason.UNKNOWN


def test_advice_on_an_open_call_depends(tmp_path):
    path = vcf_file(tmp_path, {"CYP2D6": "*1/*4"}, only_named=True)
    data = cyrius_table(("S1", "*1/*4;*1/*2x2", "More_than_one_possible_genotype"))
    _, [result] = run(path, "c.tsv", data, genes=("CYP2D6",), drugs=("codeine",))
    assert result.calls[0].status is CallStatus.AMBIGUOUS
    certainty = {r.source: r.certainty for r in result.recommendations if r.source != "FDA_TABLE"}
    assert set(certainty) >= {"CPIC", "DPWG"}
    assert set(certainty.values()) == {Certainty.DEPENDS}


# -- no answer ----------------------------------------------------------------------------


@one_test(sample=3)
@pytest.mark.parametrize(
    ("genotype", "passed", "code"),
    [
        ("None", "None", UnusedReason.NO_RESULT),
        ("*1x3/*2x3", "LowQ_high_CN", UnusedReason.NOT_PASSED),
        ("*1_*2_*68", "Not_assigned_to_haplotypes", UnusedReason.NOT_ASSIGNED),
        ("*1/*9999", "PASS", UnusedReason.UNKNOWN),
    ],
)
def test_the_inputs_own_call_stands_with_a_reason(genotype, passed, code, tmp_path):
    path = vcf_file(tmp_path, {"CYP2D6": "*1/*4"}, only_named=True)
    data = cyrius_table(("S1", genotype, passed))
    _, [result] = run(path, "c.tsv", data, genes=("CYP2D6",))
    [own] = annotate([path], RunSettings(genes=("CYP2D6",))).results()
    call, before = result.calls[0], own.calls[0]
    assert call.source == "vcf"
    assert set(call.notes) == {*before.notes, code.value}
    assert "copy_number_not_assessed" in call.notes
    assert (call.diplotype, call.phenotype) == (before.diplotype, before.phenotype)


@one_test(sample=3)
@pytest.mark.parametrize("reason", list(UnusedReason))
def test_a_gene_of_outside_calls_alone_stays_unassessed(reason, tmp_path):
    path = vcf_file(tmp_path, {"CYP2D6": "*1/*4"}, only_named=True)
    outside = [OutsideCall(gene="HLA-B", tool="Tool", reason=reason.value, where="f")]
    [result] = annotate([path], RunSettings(genes=("HLA-B",)), outside=outside).results()
    call = result.calls[0]
    assert call.status is CallStatus.NOT_ASSESSED
    assert set(call.notes) == {"outside_call_needed", reason.value}


def test_every_reason_has_words():
    from languages import GERMAN
    from pgx.messages.catalogue import ENGLISH

    for words in (ENGLISH, GERMAN):
        assert {r.value for r in UnusedReason} <= set(words["note"])


def test_a_new_allele_is_never_the_reference(tmp_path):
    path = vcf_file(tmp_path, {"CYP2D6": "*1/*4"}, only_named=True)
    _, [result] = run(path, "S1.aldy", aldy("*1-like/*4"), genes=("CYP2D6",))
    assert result.calls[0].source == "vcf"
    assert UnusedReason.NOVEL in result.calls[0].notes


def test_hla_of_a_tool():
    call = given("*57:01:01:01/*07:02:01", gene="HLA-B")
    assert call.lookup_keys == ("*57:01 positive",)
    null = given("*57:01:01N/*07:02:01", gene="HLA-B")
    assert null.lookup_keys == ("*57:01 negative",)  # a null allele is not expressed
    assert given("*57:01/*07:02", "*57:01/*08:01", gene="HLA-B") == UnusedReason.UNKNOWN


def test_the_mitochondrial_genome_has_one_haplotype():
    assert given("Reference/Reference", gene="MT-RNR1").diplotype == "Reference"


# -- samples and genes --------------------------------------------------------------------


def test_the_sample_of_a_dragen_file_is_told_by_its_name(tmp_path):
    path = cohort_file(tmp_path, {"S1": {"CYP2C19": "*1/*1"}, "S2": {"CYP2C19": "*1/*1"}})
    done, results = run(path, "S2.targeted.json", dragen("*4/*4"), genes=("CYP2D6",))
    assert [r.calls[0].source for r in results] == ["vcf", "outside"]
    assert not done.hints


def test_another_name_is_told_in_one_line(tmp_path):
    path = vcf_file(tmp_path, {"CYP2C19": "*1/*1"}, only_named=True)
    done, [result] = run(path, "other.targeted.json", dragen("*4/*4"), genes=("CYP2D6",))
    assert result.calls[0].source == "vcf"
    [hint] = done.hints
    assert "DRAGEN" in hint
    assert "other" not in hint


def test_a_file_without_a_sample_serves_an_input_of_one(tmp_path):
    path = cohort_file(tmp_path, {"S1": {"CYP2C19": "*1/*1"}, "S2": {"CYP2C19": "*1/*1"}})
    data = starphase(CYP2D6=["*4/*4"])
    with pytest.raises(OutsideCallError, match="--samples"):
        run(path, "S2.json", data, genes=("CYP2D6",))
    _, [result] = run(path, "S2.json", data, genes=("CYP2D6",), samples=("S2",))
    assert (result.sample, result.calls[0].diplotype) == ("S2", "*4/*4")


def test_genes_that_are_not_known_here_are_told_in_one_line(tmp_path):
    path = vcf_file(tmp_path, {"CYP2C19": "*1/*1"}, only_named=True)
    data = starphase(CYP2D6=["*4/*4"], CYP2A6=["*1/*1"], GSTM1=["*0/*0"])
    done, [result] = run(path, "S1.json", data, genes=("CYP2D6",))
    assert result.calls[0].diplotype == "*4/*4"
    [hint] = done.hints
    assert hint.startswith("2 gene(s)")


def test_several_genes_of_one_file(tmp_path):
    path = vcf_file(tmp_path, {"CYP2C19": "*1/*1"}, only_named=True)
    data = starphase(CYP2D6=["*1/*68+*4"], HLA_B=["57:01:01/07:02:01"], CYP2C19=["*1/*2"])
    _, [result] = run(path, "S1.json", data, genes=("CYP2D6", "HLA-B", "CYP2C19"))
    assert {c.gene: c.diplotype for c in result.calls} == {
        "CYP2D6": "*1/*68+*4", "HLA-B": "*57:01/*07:02", "CYP2C19": "*1/*2",
    }  # fmt: skip


def test_a_table_of_many_samples_serves_an_input_of_one(tmp_path):
    path = vcf_file(tmp_path, {"CYP2D6": "*1/*1"}, only_named=True)
    data = pypgx(S1="*1/*1", S2="*4/*4", S3="*5/*5")
    done, [result] = run(path, "cyp2d6.tsv", data, genes=("CYP2D6",))
    assert result.calls[0].source == "outside"
    [hint] = done.hints
    assert hint.startswith("2 call(s) of PyPGx")


# -- against the input's own variants -----------------------------------------------------


def contradictions(folder, said, seen):
    path = vcf_file(folder, {"CYP2D6": seen}, only_named=True)
    _, [result] = run(path, "S1.targeted.json", dragen(said), genes=("CYP2D6",))
    call = result.calls[0]
    assert call.source == "outside"
    assert (NOTE in call.notes) == (call.evidence is not None)
    return [] if call.evidence is None else list(call.evidence.alternatives[0].contradictions)


def test_the_positions_that_contradict_are_named(tmp_path):
    found = contradictions(tmp_path, "*1/*1", "*1/*4")
    by_rsid = {c.rsid: c for c in found}
    assert "rs3892097" in by_rsid  # 1847G>A, which defines *4
    splice = by_rsid["rs3892097"]
    assert splice.position == "chr22:42128945"
    assert sorted(splice.observed) == ["C", "T"]
    assert splice.needs == (("C",), ("C",))


def test_a_lacking_variant_is_named_too(tmp_path):
    found = contradictions(tmp_path, "*1/*4", "*1/*1")
    assert "chr22:42128945" in {c.position for c in found}


@one_test(sample=3)
@pytest.mark.parametrize(
    ("said", "seen"),
    [("*1/*4", "*1/*4"), ("*4/*5", "*4/*4"), ("*36+*10/*1", "*1/*10"), ("*68+*4/*1", "*1/*4")],
)
def test_what_fits_names_nothing(said, seen, tmp_path):
    assert contradictions(tmp_path, said, seen) == []


def test_a_solution_that_fits_speaks_for_an_open_call(tmp_path):
    path = vcf_file(tmp_path, {"CYP2D6": "*1/*4"}, only_named=True)
    for other, noted in (("*1/*4", False), ("*3/*3", True)):
        data = dragen(f"*1/*1;{other}", "More_than_one_possible_genotype")
        _, [result] = run(path, "S1.targeted.json", data, genes=("CYP2D6",))
        assert (NOTE in result.calls[0].notes) == noted
