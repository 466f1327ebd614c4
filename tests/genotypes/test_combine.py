"""Several inputs: answers add up, phase does not reach across files, differences are refused."""

import pytest

from calling import call_files
from cases import one_test
from hazards.edited import STAR3, changed, edited_file, edited_text, names, removed, with_cells
from pgx.errors import InputConflictError
from pgx.records.calls import CallStatus
from simulated import genes, vcf_file, vcf_text

STAR2 = (94775367, 94781859)
THREE_C = 18130687
"""TPMT*3C; *3A has it together with *3B's."""


def files(folder, *edits, diplotype="*1/*3", gene="CYP2C19", **settings):
    """Write one file for each set of edits."""
    paths = []
    for number, own in enumerate(edits):
        text = edited_text(vcf_text({gene: diplotype}, only_named=True, **settings), own)
        paths.append(folder / f"{number}.vcf")
        paths[-1].write_text(text)
    return paths


def call(paths, gene="CYP2C19", **settings):
    return call_files(paths, [gene], **settings)["S1", gene]


def test_equal_files_give_the_call_of_one(tmp_path):
    result = call(files(tmp_path, {}, {}))
    assert (result.diplotype, result.status) == ("*1/*3", CallStatus.CALLED)


@one_test
@pytest.mark.parametrize(
    "cells",
    [
        {"gt": "./."},
        {"filter": "q10"},
        {"format": "GT:GQ", "sample": "0/0:3"},
        {"format": "GT:DP", "sample": "0/0:0"},
        {"gt": "./1"},
        {"gt": "0/."},
    ],
)
@pytest.mark.parametrize("turn", [1, -1])
def test_an_answer_counts_where_the_other_file_has_none(cells, turn, tmp_path):
    paths = files(tmp_path, {}, {STAR3: changed(**cells)})[::turn]
    result = call(paths)
    assert (result.diplotype, result.status) == ("*1/*3", CallStatus.CALLED)


@pytest.mark.parametrize("turn", [1, -1])
def test_a_site_that_one_file_contradicts_stays_unknown(turn, tmp_path):
    def edit(line):
        return [with_cells(line, gt="0/1"), with_cells(line, gt="1/1")]

    result = call(files(tmp_path, {}, {STAR3: edit})[::turn])
    assert names(result) >= {"*1/*1", "*1/*3", "*3/*3"}
    assert "conflict" in result.notes


@pytest.mark.parametrize("gt", ["0/0", "1/1"])
def test_two_answers_are_a_refusal(gt, tmp_path):
    with pytest.raises(InputConflictError) as found:
        call(files(tmp_path, {}, {STAR3: changed(gt=gt)}))
    assert f"chr10:{STAR3}" in found.value.line()


def test_a_half_call_that_cannot_be_the_others_genotype_is_a_refusal(tmp_path):
    with pytest.raises(InputConflictError):
        call(files(tmp_path, {STAR3: changed(gt="0/0")}, {STAR3: changed(gt="./1")}))


def test_phase_does_not_reach_across_files(tmp_path):
    """*3B in one file and *3C in the other, each phased: cis (*3A) and trans are possible."""
    alone = {v.position: removed for v in genes()["TPMT"].variants if v.position != THREE_C}
    paths = files(tmp_path, {THREE_C: removed}, alone, diplotype="*1/*3A", gene="TPMT")
    result = call(paths, "TPMT")
    assert names(result) == {"*1/*3A", "*3B/*3C"}
    assert result.phased != "true"
    assert call(files(tmp_path, {}, diplotype="*1/*3A", gene="TPMT"), "TPMT").diplotype == "*1/*3A"


def test_other_samples_keep_their_phase(tmp_path):
    first = vcf_file(tmp_path, {"CYP2C19": "*2/*3"}, sample="A", name="a.vcf")
    second = vcf_file(tmp_path, {"CYP2C19": "*2/*3"}, sample="B", name="b.vcf")
    calls = call_files([first, second], ["CYP2C19"])
    assert calls["A", "CYP2C19"].sites == calls["B", "CYP2C19"].sites


def test_undocumented_alleles_keep_their_names(tmp_path):
    other = STAR2[0]
    paths = files(
        tmp_path,
        {STAR3: changed(alt="T", gt="0|1"), other: removed},
        {STAR3: removed, other: changed(alt="C", gt="0|1")},
        diplotype="*1/*1",
    )
    result = call(paths)
    assert set(result.undocumented) == {f"chr10:{STAR3}:G>T", f"chr10:{other}:A>C"}


def test_one_haplotype_in_one_file_and_two_in_the_other_refuse_the_gene(tmp_path):
    site = 154536002
    rest = {v.position: removed for v in genes()["G6PD"].variants if v.position != site}
    paths = [edited_file(tmp_path, {site: removed}, "B (reference)", "G6PD", sex="male")]
    paths[0] = paths[0].rename(tmp_path / "male.vcf")
    paths.append(
        edited_file(
            tmp_path, {**rest, site: changed(gt="0/1")}, "B (reference)/B (reference)", "G6PD"
        )
    )
    result = call(paths, "G6PD")
    assert result.status is CallStatus.NOT_ASSESSED
    assert "mixed_ploidy" in result.notes
