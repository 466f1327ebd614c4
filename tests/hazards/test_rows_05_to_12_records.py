"""Hazard rows 5–12: a record that cannot be relied on is unknown, never the reference."""

import pytest

from calling import call_file
from cases import one_test
from hazards.edited import (
    STAR3,
    annotated,
    assert_advice_is_open,
    assert_no_sure_advice,
    called,
    changed,
    doubled,
    edited_file,
    edited_text,
    is_open,
    names,
    with_cells,
)
from pgx.errors import AssemblyMismatchError, InputError, UndeclaredAssemblyError
from pgx.records.calls import CallStatus
from simulated import genes, vcf_file, vcf_text

ALL_THREE = {"*1/*1", "*1/*3", "*3/*3"}


# -- row 5: assembly -------------------------------------------------------------------


def test_row_5_nothing_says_which_assembly(tmp_path):
    with pytest.raises(UndeclaredAssemblyError):
        call_file(vcf_file(tmp_path, {}, declared=False))


def test_row_5_header_signals_that_disagree(tmp_path):
    text = vcf_text({}).replace("##reference=GRCh38", "##reference=GRCh37")
    (tmp_path / "a.vcf").write_text(text)
    with pytest.raises(AssemblyMismatchError) as found:
        call_file(tmp_path / "a.vcf")
    assert found.value.where == "a.vcf"


# -- row 6: reference bases --------------------------------------------------------------


MISMATCHES = {
    "swapped": {"ref": "A", "alt": "G", "gt": "0|0"},
    "flipped": {"ref": "C", "alt": "T", "gt": "1|1"},
    "flipped and swapped": {"ref": "T", "alt": "C", "gt": "0/0"},
    "no alternative": {"ref": "A", "alt": ".", "gt": "0/0"},
}


@one_test(sample=2)
@pytest.mark.parametrize("cells", MISMATCHES.values(), ids=MISMATCHES)
def test_row_6_one_mismatch_among_many_is_unknown(cells, tmp_path):
    text = edited_text(vcf_text({"CYP2C19": "*3/*3"}), {STAR3: changed(**cells)})
    path = tmp_path / "a.vcf"
    path.write_text(text)
    call = call_file(path)["S1", "CYP2C19"]
    assert names(call) >= ALL_THREE
    assert is_open(call)
    assert "ref_mismatch" in call.notes
    assert call.missing == (f"chr10:{STAR3}",)


def test_row_6_two_mismatches_refuse_the_file(tmp_path):
    second = genes()["CYP2C19"].variants[0].position
    wrong = {STAR3: changed(ref="A", alt="G"), second: changed(ref="T", alt="C")}
    (tmp_path / "a.vcf").write_text(edited_text(vcf_text({}), wrong))
    with pytest.raises(AssemblyMismatchError):
        call_file(tmp_path / "a.vcf")


# -- rows 7 and 8: filters, quality, reads ---------------------------------------------


UNRELIABLE = {
    "filter": ({"filter": "LowQual"}, "filtered"),
    "several filters": ({"filter": "q10;s50"}, "filtered"),
    "FT": ({"format": "GT:FT", "sample": "0|0:LowQual"}, "filtered"),
    "GQ 0": ({"format": "GT:GQ", "sample": "0|0:0"}, "low_gq"),
    "GQ 19": ({"format": "GT:GQ", "sample": "0|0:19"}, "low_gq"),
    "DP 0": ({"format": "GT:DP", "sample": "0|0:0"}, "low_dp"),
    "DP 7": ({"format": "GT:DP", "sample": "0|0:7"}, "low_dp"),
    "no reads counted": ({"format": "GT:AD", "sample": "0|0:0,0"}, "low_dp"),
    "seven reads counted": ({"format": "GT:AD", "sample": "0|0:7,0"}, "low_dp"),
    "het of one-sided reads": ({"format": "GT:AD", "sample": "0|1:0,30"}, "ad_contradicts_gt"),
    "het of reference reads": ({"format": "GT:AD", "sample": "0|1:30,0"}, "ad_contradicts_gt"),
    "reference of alt reads": ({"format": "GT:AD", "sample": "0|0:0,30"}, "ad_contradicts_gt"),
    "alt of reference reads": ({"format": "GT:AD", "sample": "1|1:30,0"}, "ad_contradicts_gt"),
}


@one_test
@pytest.mark.parametrize(("cells", "note"), UNRELIABLE.values(), ids=UNRELIABLE)
def test_rows_7_and_8_are_unknown_and_say_why(cells, note, tmp_path):
    edits = {STAR3: changed(**cells)}
    call = called(tmp_path, edits)
    assert names(call) >= ALL_THREE
    assert is_open(call)
    assert note in call.notes
    assert call.missing == (f"chr10:{STAR3}",)
    assert_advice_is_open(tmp_path, edits)


@pytest.mark.parametrize("value", [".", "PASS"])
def test_row_7_passing_filters(value, tmp_path):
    assert called(tmp_path, {STAR3: changed(filter=value)}).diplotype == "*3/*3"


def test_row_7_without_depth_it_is_taken_as_called_with_a_note(tmp_path):
    [call] = annotated(edited_file(tmp_path, {}, depth=False), "CYP2C19").calls
    assert (call.diplotype, call.status) == ("*3/*3", CallStatus.CALLED)
    assert "no_depth" in call.notes


# -- rows 9 and 10: several records, several alternatives --------------------------------


@one_test
@pytest.mark.parametrize(
    ("first", "second"),
    [("0|0", "1|1"), ("1|1", "0|0"), ("0|1", "1|1"), ("0/1", "0/0"), ("0/0", "0/1")],
)
def test_row_9_conflicting_duplicates(first, second, tmp_path):
    edits = {
        STAR3: lambda line: [with_cells(line, gt=first), with_cells(line, gt=second)],
    }
    call = called(tmp_path, edits)
    assert is_open(call)
    assert names(call) >= ALL_THREE
    assert "conflict" in call.notes
    assert_advice_is_open(tmp_path, edits)


@pytest.mark.parametrize("gt", ["0|0", "0|1", "1|1", "0/1"])
def test_row_9_equal_duplicates(gt, tmp_path):
    def edit(line):
        return [with_cells(line, gt=gt)] * 2

    call = called(tmp_path, {STAR3: edit})
    carried = gt.count("1")
    assert call.status is CallStatus.CALLED
    assert call.diplotype == {0: "*1/*1", 1: "*1/*3", 2: "*3/*3"}[carried]
    assert "conflict" not in call.notes


def test_row_9_more_alternatives_than_haplotypes(tmp_path):
    call = called(tmp_path, {STAR3: doubled(alt="T", gt="0/1")})
    assert is_open(call)
    assert "conflict" in call.notes


@pytest.mark.parametrize("pair", [("0/1", "0/1"), ("0|1", "1|0"), ("1|0", "0|1")])
def test_row_9_split_multi_allelics_merge(pair, tmp_path):
    """rs3064744 7/8: two records of one site, one alternative each."""
    site = 233760233

    def split(line):
        return [
            with_cells(line, ref="C", alt="CAT", gt=pair[0]),
            with_cells(line, ref="C", alt="CATAT", gt=pair[1]),
        ]

    call = called(tmp_path, {site: split}, "*1/*1", "UGT1A1")
    assert "conflict" not in call.notes
    assert call.missing == ()
    assert names(call) == {"*28/*37"}


def test_row_10_alleles_are_matched_by_their_letters(tmp_path):
    call = called(tmp_path, {STAR3: changed(alt="T,A", gt="2|2")})
    assert (call.diplotype, call.status) == ("*3/*3", CallStatus.CALLED)
    call = called(tmp_path, {STAR3: changed(alt="*,A", gt="0|2")})
    assert (call.diplotype, call.status) == ("*1/*3", CallStatus.CALLED)
    call = called(tmp_path, {STAR3: changed(alt="A,*", gt="1|1")})
    assert (call.diplotype, call.status) == ("*3/*3", CallStatus.CALLED)


# -- rows 11 and 12: deletions -----------------------------------------------------------


@pytest.mark.parametrize("gt", ["1|2", "2|1", "1/2"])
def test_row_11_a_spanning_deletion_keeps_the_other_haplotype(gt, tmp_path):
    edits = {STAR3: changed(alt="A,*", gt=gt)}
    call = called(tmp_path, edits)
    assert "spanning_deletion" in call.notes
    assert call.undocumented == (f"chr10:{STAR3}:G>*",)
    assert call.phenotype in (None, "Indeterminate")
    assert all("*3" in name for name in names(call))
    assert_no_sure_advice(tmp_path, edits)


def test_row_11_both_haplotypes_deleted(tmp_path):
    edits = {STAR3: changed(alt="*", gt="1/1")}
    call = called(tmp_path, edits)
    assert call.phenotype in (None, "Indeterminate")
    assert_no_sure_advice(tmp_path, edits)


def test_row_12_a_symbolic_allele_at_the_site(tmp_path):
    edits = {STAR3: changed(alt="<DEL>", info="END=94780900", gt="0/1")}
    call = called(tmp_path, edits)
    assert is_open(call)
    assert "structural_variant" in call.notes
    assert f"chr10:{STAR3}" in call.missing
    assert_advice_is_open(tmp_path, edits)


def test_row_12_a_deletion_of_the_whole_gene_is_an_allele(tmp_path):
    first = min(v.position for v in genes()["CYP2C19"].variants)
    deletion = ["chr10", str(first - 900), ".", "A", "<DEL>", ".", "PASS"]
    deletion += ["END=94900000", "GT", "0/1"]
    edits = {first: lambda line: [deletion, line]}
    call = called(tmp_path, edits, "*2/*2")
    assert (call.status, call.diplotype) == (CallStatus.CALLED, "*2/*36")
    call = called(tmp_path, edits, "*2/*17")
    assert is_open(call)
    assert {"copy_number_conflict", "structural_variant"} <= set(call.notes)


def test_row_12_cyp2d6_says_that_copies_were_not_counted(tmp_path):
    call = called(tmp_path, {}, "*4/*4", "CYP2D6")
    assert "copy_number_not_assessed" in call.notes


def test_rows_5_and_6_refusals_are_one_line(tmp_path):
    with pytest.raises(InputError) as found:
        call_file(vcf_file(tmp_path, {}, declared=False))
    assert "\n" not in found.value.line()
