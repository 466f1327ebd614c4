"""Outside calls: what other tools write is taken if it can be checked, else refused."""

import pytest

from cases import one_test
from pgx.engine.annotate import annotate
from pgx.errors import OutsideCallError
from pgx.inputs.outside_calls import outside_gene_call
from pgx.inputs.settings import RunSettings
from pgx.outside.calls import OutsideCall
from pgx.records.calls import CallStatus
from simulated import cohort_file, genes, vcf_file

MARKERS = ("*15:02", "*57:01")


def outside(gene, diplotype="", phenotype="", score=""):
    call = OutsideCall(
        gene=gene,
        diplotype=diplotype,
        phenotype=phenotype,
        activity_score=score,
        where="o.tsv line 2",
    )
    return outside_gene_call(call, genes()[gene], "S1", MARKERS)


@pytest.mark.parametrize(
    "diplotype",
    [
        "*57:01/*07:02",
        "HLA-B*57:01:01/HLA-B*07:02:01",
        "HLA-B*57:01:01:01/HLA-B*07:02",
        "B*57:01/B*07:02",
    ],
)
def test_hla_names_count_to_two_fields(diplotype):
    call = outside("HLA-B", diplotype)
    assert call.diplotype == "*57:01/*07:02"
    assert call.lookup_keys == ("*15:02 negative", "*57:01 positive")


@pytest.mark.parametrize("null", ["*57:01N", "HLA-B*57:01:01N", "B*57:01:01:01N"])
def test_a_null_allele_is_not_a_carrier(null):
    """Nothing of it is expressed (IMGT/HLA suffix N); the other allele decides."""
    call = outside("HLA-B", f"{null}/*07:02")
    assert (call.diplotype, call.notes) == ("*57:01N/*07:02", ("null_allele",))
    assert call.lookup_keys == ("*15:02 negative", "*57:01 negative")
    both = outside("HLA-B", f"{null}/*57:01")
    assert both.lookup_keys == ("*15:02 negative", "*57:01 positive")


@pytest.mark.parametrize("suffix", ["G", "P"])
def test_a_group_of_equal_sequence_counts_as_its_allele(suffix):
    call = outside("HLA-B", f"*57:01:01{suffix}/*07:02")
    assert (call.diplotype, call.notes) == ("*57:01/*07:02", ())
    assert "*57:01 positive" in call.lookup_keys


@pytest.mark.parametrize("strange", ["*57:01X", "*57:01NN", "*57:01n"])
def test_a_suffix_that_nobody_uses_is_refused(strange):
    with pytest.raises(OutsideCallError):
        outside("HLA-B", f"{strange}/*07:02")


def test_hla_statement_of_one_allele():
    call = outside("HLA-B", phenotype="*57:01 negative")
    assert call.lookup_keys == ("*57:01 negative",)


@one_test
@pytest.mark.parametrize(
    "diplotype", ["*57/*07", "57:01", "*57:01", "*57:01/*07:02/*08:01", "HLA-A*57:01/HLA-A*01:01"]
)
def test_hla_names_that_cannot_be_relied_on(diplotype):
    with pytest.raises(OutsideCallError):
        outside("HLA-B", diplotype)


@one_test
@pytest.mark.parametrize(
    ("diplotype", "score", "phenotype"),
    [
        ("*1/*1", "2.0", "Normal Metabolizer"),
        ("*1x2/*1", "3.0", "Ultrarapid Metabolizer"),
        ("*36+*10/*1", "1.25", "Normal Metabolizer"),
        ("*4xN/*4", "0.0", "Poor Metabolizer"),
        ("*5/*4", "0.0", "Poor Metabolizer"),
    ],
)
def test_cyp2d6_copies_and_tandems(diplotype, score, phenotype):
    call = outside("CYP2D6", diplotype)
    assert (call.status, call.activity_score, call.phenotype) == (
        CallStatus.CALLED,
        score,
        phenotype,
    )


@one_test
@pytest.mark.parametrize("diplotype", ["*1/*1/*1", "*1/*9999", "*1/", "/", "*1x/*2", "*1x0/*1"])
def test_diplotypes_that_cannot_be_read(diplotype):
    with pytest.raises(OutsideCallError) as found:
        outside("CYP2D6", diplotype)
    assert found.value.line().count("\n") == 0
    assert "o.tsv line 2" in found.value.line()


def test_one_haplotype_of_an_autosome_is_refused():
    for diplotype in ("*4", "*1"):
        with pytest.raises(OutsideCallError):
            outside("CYP2C19" if diplotype == "*1" else "CYP2D6", diplotype)


def test_a_phenotype_or_score_alone():
    assert outside("CYP2C19", phenotype="Poor Metabolizer").phenotype == "Poor Metabolizer"
    assert outside("CYP2D6", score="0.0").phenotype == "Poor Metabolizer"
    with pytest.raises(OutsideCallError):
        outside("CYP2C19", phenotype="Very poor")


@pytest.mark.parametrize(
    ("gene", "diplotype", "phenotype", "score"),
    [
        ("CYP2C19", "*2/*2", "Normal Metabolizer", ""),
        ("CYP2D6", "*4/*4", "", "2.0"),
        ("CYP2D6", "*4/*4", "Normal Metabolizer", "0.0"),
        ("CYP2D6", "", "Normal Metabolizer", "0.0"),
    ],
)
def test_contradictions_are_refused(gene, diplotype, phenotype, score):
    with pytest.raises(OutsideCallError):
        outside(gene, diplotype, phenotype, score)


# -- which sample ------------------------------------------------------------------------


def run(path, *calls, **settings):
    lines = [OutsideCall(where=f"o.tsv line {n}", **call) for n, call in enumerate(calls, 2)]
    return annotate([path], RunSettings(**settings), outside=lines)


CALL = {"gene": "CYP2D6", "diplotype": "*4/*4"}


def test_a_call_of_a_sample_that_no_input_has_is_told(tmp_path):
    done = run(vcf_file(tmp_path, {}), {**CALL, "sample": "S2"}, genes=("CYP2D6",))
    [hint] = done.hints
    assert "o.tsv line 2" in hint
    assert "S2" not in hint


def test_calls_of_several_such_samples_are_told_in_one_hint(tmp_path):
    lines = [{**CALL, "sample": name} for name in ("S1", "S2", "S3")]
    done = run(vcf_file(tmp_path, {}, sample="S1"), *lines, genes=("CYP2D6",))
    [hint] = done.hints
    assert hint.startswith("o.tsv: 2 of 3 calls")


def test_a_call_of_a_sample_that_was_not_asked_for_is_left_out(tmp_path):
    path = cohort_file(tmp_path, {"S1": {"CYP2C19": "*1/*1"}, "S2": {"CYP2C19": "*1/*1"}})
    done = run(path, {**CALL, "sample": "S2"}, samples=("S1",), genes=("CYP2D6",))
    [result] = done.results()
    assert result.calls[0].source == "vcf"


def test_without_a_sample_there_must_be_one(tmp_path):
    path = cohort_file(tmp_path, {"S1": {"CYP2C19": "*1/*1"}, "S2": {"CYP2C19": "*1/*1"}})
    with pytest.raises(OutsideCallError, match="line 2"):
        run(path, CALL)


@pytest.mark.parametrize("calls", [[CALL, CALL], [CALL, {**CALL, "sample": "S1"}]])
def test_two_calls_of_one_gene_are_refused(calls, tmp_path):
    with pytest.raises(OutsideCallError, match="line 3"):
        run(vcf_file(tmp_path, {}, only_named=True), *calls)


def test_an_unknown_gene_is_refused(tmp_path):
    with pytest.raises(OutsideCallError, match="line 2"):
        run(vcf_file(tmp_path, {}, only_named=True), {**CALL, "gene": "CYP2D7"})


# -- names -------------------------------------------------------------------------------


def test_a_diplotype_is_written_as_any_other(tmp_path):
    call = outside("CYP2C19", "*2 / *1")
    assert call.diplotype == "*1/*2"
    assert [h.name for h in call.haplotypes] == ["*1", "*2"]


def test_a_score_may_be_written_as_a_whole_number():
    assert outside("CYP2D6", "*1/*1", score="2").activity_score == "2.0"
    assert outside("CYP2D6", score="2").phenotype == "Normal Metabolizer"


def test_more_copies_of_a_gene_without_scores_are_uncertain():
    """Nothing says what three copies of CYP2C19*1 mean."""
    assert outside("CYP2C19", "*1x2/*1").phenotype == "Indeterminate"


def test_core_alleles_stand_for_their_suballeles():
    assert outside("SLCO1B1", "*1/*45").phenotype == "Decreased Function"


@one_test
@pytest.mark.parametrize("name", ["*57:01L", "*57:01S", "*57:01C", "*57:01A", "*57:01Q"])
def test_hla_alleles_of_changed_expression_are_refused(name):
    with pytest.raises(OutsideCallError):
        outside("HLA-B", f"{name}/*07:02")


def test_hla_alleles_and_a_statement_must_agree():
    call = outside("HLA-B", "*57:01/*07:02", phenotype="*57:01 positive")
    assert "*57:01 positive" in call.lookup_keys
    with pytest.raises(OutsideCallError):
        outside("HLA-B", "*08:01/*07:02", phenotype="*57:01 positive")


# -- against the input's own variants ------------------------------------------------------

NOTE = "outside_call_contradicts_vcf"


def noted(folder, given, seen, gene="CYP2D6"):
    path = vcf_file(folder, {gene: seen}, only_named=True)
    [result] = run(path, {"gene": gene, "diplotype": given}, genes=(gene,)).results()
    assert result.calls[0].source == "outside"
    return NOTE in result.calls[0].notes


@one_test(sample=4)
@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ("*1/*4", "*1/*4"),
        ("*1x2/*4", "*1/*4"),
        ("*4/*5", "*4/*4"),
        ("*5/*5", "*1/*1"),
        ("*36+*10/*1", "*1/*10"),
        ("*4N+*4/*1", "*1/*4"),
        ("*4N+*4/*5", "*4/*4"),
        ("*1/*13", "*1/*4"),
    ],
)
def test_a_call_that_the_variants_allow(given, seen, tmp_path):
    assert not noted(tmp_path, given, seen)


@one_test(sample=4)
@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ("*1/*1", "*1/*4"),
        ("*1/*4", "*1/*1"),
        ("*4/*5", "*1/*1"),
        ("*1x2/*1", "*4/*4"),
        ("*36+*10/*1", "*1/*1"),
        ("*4N+*4/*1", "*1/*1"),
        ("*4N+*4/*1", "*4/*41"),
        ("*68+*4/*1", "*17/*17"),
    ],
)
def test_a_call_that_the_variants_contradict_is_noted(given, seen, tmp_path):
    assert noted(tmp_path, given, seen)


def test_an_input_that_says_nothing_contradicts_nothing(tmp_path):
    path = vcf_file(tmp_path, {"CYP2C19": "*1/*1"}, only_named=True)
    [result] = run(path, CALL, genes=("CYP2D6",)).results()
    assert result.calls[0].notes == ()


def test_a_call_of_a_gene_that_was_not_asked_for_changes_nothing(tmp_path):
    path = vcf_file(tmp_path, {"CYP2C19": "*1/*1"}, only_named=True)
    [result] = run(path, CALL, genes=("CYP2C19",)).results()
    assert [c.gene for c in result.calls] == ["CYP2C19"]
