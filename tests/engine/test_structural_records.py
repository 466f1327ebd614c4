"""Whole results of inputs with structural records: diplotype, phenotype, notes, advice."""

import pytest

from cases import one_test
from pgx.engine.annotate import annotate
from pgx.engine.reinterpret import Reinterpreter
from pgx.inputs.settings import Prior, RunSettings
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.calls import CallStatus, Certainty
from pgx.reports.result_json import parse_result, render_json
from simulated import genes, vcf_text

WHOLE = "chr10 94700000 . A {} . PASS END=94900000 GT {}"
PART = "chr10 94755000 . A <DEL> . PASS END=94783000 GT 0/1"
FROM_RECORDS, CONFLICT = "copy_number_from_records", "copy_number_conflict"


def result_of(folder, diplotype, *records, gene="CYP2C19", edit=None, **settings):
    path = folder / "sv.vcf"
    lines = vcf_text({gene: diplotype}, only_named=True).splitlines()
    if edit is not None:
        lines = [line if line.startswith("#") else edit(line) for line in lines]
    path.write_text("\n".join([*lines, *(r.replace(" ", "\t") for r in records)]) + "\n")
    [result] = annotate([path], RunSettings(genes=(gene,), **settings)).results()
    return result


def call_of(folder, diplotype, *records, **more):
    [call] = result_of(folder, diplotype, *records, **more).calls
    return call


def no_call(line):
    cells = line.split("\t")
    return "\t".join([*cells[:-1], "./."])


@one_test(sample=2)
@pytest.mark.parametrize("prior", list(Prior))
@pytest.mark.parametrize(
    ("shown", "diplotype", "phenotype"),
    [
        ("*1/*1", "*1/*36", "Intermediate Metabolizer"),
        ("*2/*2", "*2/*36", "Poor Metabolizer"),
        ("*17/*17", "*17/*36", "Intermediate Metabolizer"),
    ],
)
def test_a_deletion_stands_beside_what_the_other_chromosome_shows(
    shown, diplotype, phenotype, prior, tmp_path
):
    call = call_of(tmp_path, shown, WHOLE.format("<DEL>", "0/1"), prior=prior)
    assert (call.diplotype, call.phenotype) == (diplotype, phenotype)
    assert call.status is CallStatus.CALLED
    assert FROM_RECORDS in call.notes
    assert "structural_variant" not in call.notes
    assert call.depends_on == ()
    assert sorted(h.name for h in call.haplotypes) == sorted(diplotype.split("/"))
    assert [c.diplotype for c in call.candidates] == [diplotype]
    assert call.structure.source == "records"
    assert [(r.allele, r.copies) for r in call.structure.records] == [("*36", 1)]


def test_advice_is_certain_where_the_record_is_believed(tmp_path):
    found = result_of(tmp_path, "*2/*2", WHOLE.format("<DEL>", "0/1"), drugs=("clopidogrel",))
    assert found.recommendations
    assert {row.certainty for row in found.recommendations} == {Certainty.CERTAIN}


@pytest.mark.parametrize("prior", list(Prior))
def test_no_copy_is_left(prior, tmp_path):
    record = WHOLE.format("<DEL>", "1/1")
    call = call_of(tmp_path, "*1/*1", record, edit=no_call, prior=prior)
    assert (call.diplotype, call.phenotype) == ("*36/*36", "Poor Metabolizer")
    assert (call.status, call.probability) == (CallStatus.CALLED, 1.0)
    shown = call_of(tmp_path, "*1/*1", record, prior=prior)
    assert shown.status is CallStatus.AMBIGUOUS
    assert {CONFLICT, "structural_variant"} <= set(shown.notes)


@pytest.mark.parametrize("record", [WHOLE.format("<DEL>", "0/1"), PART])
def test_two_alleles_where_one_copy_is_left_are_a_conflict(record, tmp_path):
    call = call_of(tmp_path, "*1/*4", record)
    assert call.status is CallStatus.AMBIGUOUS
    assert call.probability is None
    assert {CONFLICT, "structural_variant"} <= set(call.notes)
    assert FROM_RECORDS not in call.notes
    assert "CYP2C19:copy_number" in call.depends_on


def test_of_two_alleles_outside_a_part_either_may_be_on_the_whole_chromosome(tmp_path):
    # *9 and *10 differ from *1 behind the deletion's end, or within it
    gene = genes()["CYP2C19"]
    behind = {v.position for v in gene.variants if v.position > 94783000}
    star = next(a for a in gene.alleles if set(a.defining) <= behind and a.defining
                and a.function == "Decreased function")  # fmt: skip
    call = call_of(tmp_path, f"*1/{star.name}", PART)
    names = {c.diplotype for c in call.candidates}
    assert {"*1/*37", f"{star.name}/*37"} & names or "*37" in call.diplotype
    assert call.status is CallStatus.AMBIGUOUS
    assert all("*37" in name for name in names)
    sure = call_of(tmp_path, f"{star.name}/{star.name}", PART)
    assert sure.status is CallStatus.CALLED
    assert set(sure.diplotype.split("/")) == {star.name, "*37"}


@one_test(sample=2)
@pytest.mark.parametrize("cell", ["1", ".|1", "1/."])
def test_the_only_allele_may_be_written_once(cell, tmp_path):
    def once(line):
        cells = line.split("\t")
        return "\t".join([*cells[:-1], cell.replace("1", cells[-1][0])])

    call = call_of(tmp_path, "*2/*2", WHOLE.format("<DEL>", "0/1"), edit=once)
    assert (call.status, call.diplotype) == (CallStatus.CALLED, "*2/*36")
    assert "haploid_on_autosome" not in call.notes


def test_one_more_copy_has_an_uncertain_function(tmp_path):
    alike = call_of(tmp_path, "*2/*2", WHOLE.format("<DUP>", "0/1"))
    assert (alike.diplotype, alike.phenotype) == ("*2/*2x2", "Indeterminate")
    assert alike.status is CallStatus.CALLED
    for prior in Prior:
        other = call_of(tmp_path, "*1/*2", WHOLE.format("<DUP>", "0/1"), prior=prior)
        assert other.status is CallStatus.AMBIGUOUS
        assert {c.diplotype for c in other.candidates} == {"*1x2/*2", "*1/*2x2"}
        assert other.phenotypes == ("Indeterminate",)


def test_other_genes(tmp_path):
    record = "chr19 40940000 . A <DEL> . PASS END=41008000 GT 0/1"
    call = call_of(tmp_path, "*1/*1", record, gene="CYP2B6")
    assert (call.status, call.diplotype) == (CallStatus.CALLED, "*1/*29")
    record = "chr12 21100000 . A <DEL> . PASS SVLEN=-200000 GT 1/1"
    call = call_of(tmp_path, "*1/*1", record, gene="SLCO1B1", edit=no_call)
    assert (call.diplotype, call.phenotype) == ("*48/*48", "Poor Function")
    record = "chr12 21200000 . A <DEL> . PASS SVLEN=-200000 GT 0/1"
    call = call_of(tmp_path, "*1/*1", record, gene="SLCO1B1")  # of *49 no exons are known
    assert call.status is CallStatus.AMBIGUOUS
    assert "structural_variant" in call.notes


COPIES = "chr22 42120000 . A <CNV> . PASS END=42135000 GT:CN:CNQ ./.:{}:60"


@pytest.mark.exhaustive
def test_copies_of_cyp2d6(tmp_path):
    one = call_of(tmp_path, "*4/*4", COPIES.format(1), gene="CYP2D6")
    assert (one.status, one.diplotype) == (CallStatus.CALLED, "*4/*5")
    for prior in Prior:
        none = call_of(
            tmp_path, "*4/*4", COPIES.format(0), gene="CYP2D6", edit=no_call, prior=prior
        )
        assert (none.diplotype, none.phenotype) == ("*5/*5", "Poor Metabolizer")
        assert (none.status, none.activity_score) == (CallStatus.CALLED, "0.0")
        assert "copy_number_not_assessed" not in none.notes
    three = call_of(tmp_path, "*1/*1", COPIES.format(3), gene="CYP2D6")
    assert three.diplotype == "*1/*1x2"
    two = call_of(tmp_path, "*1/*4", COPIES.format(2), gene="CYP2D6")
    assert two.diplotype == "*1/*4"
    for call in (one, three, two):
        assert FROM_RECORDS in call.notes
        assert "copy_number_not_assessed" not in call.notes
    denied = call_of(tmp_path, "*1/*4", COPIES.format(1), gene="CYP2D6")
    assert denied.status is CallStatus.AMBIGUOUS
    assert {CONFLICT, "structural_variant", "copy_number_not_assessed"} <= set(denied.notes)


@one_test(sample=1)
@pytest.mark.parametrize(
    ("diplotype", "copies", "edit"),
    [("*4/*4", 1, None), ("*1/*4", 1, None), ("*1/*1", 3, None), ("*4/*4", 0, no_call)],
)
def test_a_saved_cyp2d6_is_read_again_alike(diplotype, copies, edit, tmp_path):
    record = COPIES.format(copies)
    saved = parse_result(
        render_json(result_of(tmp_path, diplotype, record, gene="CYP2D6", edit=edit))
    )
    [before], [after] = saved.calls, Reinterpreter(KnowledgeBase()).again(saved).calls
    for name in ("status", "diplotype", "phenotype", "depends_on", "notes"):
        assert getattr(after, name) == getattr(before, name), name


def test_without_a_prior_cyp2d6_stays_open(tmp_path):
    call = call_of(tmp_path, "*4/*4", COPIES.format(1), gene="CYP2D6", prior=Prior.NONE)
    assert call.status is CallStatus.AMBIGUOUS
    assert "structural_variant" in call.notes
    assert CONFLICT not in call.notes


@one_test(sample=2)
@pytest.mark.parametrize(
    ("diplotype", "record", "edit"),
    [
        ("*2/*2", WHOLE.format("<DEL>", "0/1"), None),
        ("*1/*1", PART, None),
        ("*1/*2", WHOLE.format("<DEL>", "0/1"), None),
        ("*1/*1", WHOLE.format("<DEL>", "1/1"), no_call),
        ("*1/*2", WHOLE.format("<DUP>", "0/1"), None),
        ("*1/*2", "chr10 94800000 . A <DEL> . PASS END=94801000 GT 0/1", None),
    ],
)
def test_a_saved_result_is_read_again_alike(diplotype, record, edit, tmp_path):
    knowledge = KnowledgeBase()
    saved = parse_result(render_json(result_of(tmp_path, diplotype, record, edit=edit)))
    [before], [after] = saved.calls, Reinterpreter(knowledge).again(saved).calls
    for name in ("status", "diplotype", "phenotype", "candidates", "depends_on", "notes"):
        assert getattr(after, name) == getattr(before, name), name
