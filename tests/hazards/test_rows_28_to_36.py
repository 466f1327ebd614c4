"""Rows 28 and 30 to 36: gaps together, one answer, conditions, alarms, context, the risk allele."""

from __future__ import annotations

import pytest

from hazards.edited import annotated, edited_file, removed
from pgx.engine.annotate import annotate
from pgx.inputs.settings import RunSettings
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.outside.calls import OutsideCall
from pgx.records.calls import Certainty
from pgx.records.patient import Medicine, MedicineUse, Patient
from pgx.reports.tables.tsv_tables import recommendation_lines
from simulated import genes, vcf_file, vcf_text

KB = KnowledgeBase()
HAPB3 = (97573863, 97579893)  # DPYD c.1236G>A and c.1129-5923C>G


def dpyd(folder, hidden):
    edits = dict.fromkeys(hidden, removed)
    result = annotated(edited_file(folder, edits, "Reference/Reference", "DPYD"), "DPYD")
    [call] = [c for c in result.calls if c.gene == "DPYD"]
    return call, [r for r in result.recommendations if r.drug == "fluorouracil"]


def test_row_28_gaps_are_taken_together(tmp_path):
    """One gap, two that hide the same haplotype, and nearly all: none is standard dose for sure."""
    positions = [v.position for v in genes()["DPYD"].variants]
    for number, hidden in enumerate((HAPB3[1:], HAPB3, positions[:-3])):
        folder = tmp_path / str(number)
        folder.mkdir()
        _, rows = dpyd(folder, hidden)
        advised = [r for r in rows if r.source in ("CPIC", "DPWG")]
        assert advised
        if hidden == HAPB3[1:]:
            continue  # c.1236G>A is typed and stands in for it
        for row in advised:
            assert row.certainty is Certainty.DEPENDS
            assert {f"chr1:{p}" for p in hidden if p in HAPB3} <= set(row.depends_on)


def test_row_28_a_gap_that_changes_nothing_is_named_and_leaves_advice_certain(tmp_path):
    rare = next(
        v.position
        for v in genes()["DPYD"].variants
        if v.position not in {c.position for c in genes()["DPYD"].core_positions}
    )
    call, rows = dpyd(tmp_path, [rare])
    assert call.missing == (f"chr1:{rare}",)
    assert all(row.certainty is Certainty.CERTAIN for row in rows if row.source == "CPIC")


@pytest.mark.parametrize(
    ("diplotype", "drug", "action", "factor"),
    [
        ("*2/*3", "siponimod", "reduce_dose", 0.5),
        ("*3/*3", "siponimod", "avoid", None),
        ("*1/*2", "warfarin", "use_as_directed", None),
        ("*2/*3", "warfarin", "adjust_initial_dose", 0.45),
    ],
)
def test_row_30_the_genotype_row_is_the_only_one(diplotype, drug, action, factor, tmp_path):
    path = vcf_file(tmp_path, {"CYP2C9": diplotype})
    [result] = annotate([path], RunSettings(genes=("CYP2C9",), drugs=(drug,))).results()
    rows = [r for r in result.recommendations if r.source == "DPWG" and r.genes == ("CYP2C9",)]
    [row] = rows
    assert row.dose_factor_max == factor
    assert row.action[0] == action or (factor is not None and "reduce_dose" in row.action)


@pytest.mark.parametrize("drug", ["atorvastatin", "metoprolol", "omeprazole", "imipramine"])
def test_row_31_a_condition_of_an_action_is_data(drug):
    own = [s for s in KB.statements if s.drug == drug and s.action[0] != "no_recommendation"]
    assert any(s.condition for s in own)


def test_row_31_the_condition_stands_in_the_row(tmp_path):
    path = vcf_file(tmp_path, {"SLCO1B1": "*5/*5"})
    [result] = annotate([path], RunSettings(genes=("SLCO1B1",), drugs=("atorvastatin",))).results()
    [row] = [r for r in result.recommendations if r.source == "DPWG"]
    assert row.condition
    assert row.condition.partition(": ")[0]
    assert row.condition in recommendation_lines(result)


def test_row_32_a_child_below_40_kg_has_a_maximum_of_its_own():
    """The label says "<40 kg", which a reader of markup would drop."""
    own = [s for s in KB.statements if s.drug == "pitolisant" and s.authority == "FDA_LABEL"]
    told = {s.maximum_dose for s in own if s.maximum_dose}
    assert any("40 kg" in text and "8.9 mg" in text for text in told), told


def test_row_33_an_alert_needs_a_finding(tmp_path):
    names = ("CACNA1S", "RYR1", "CFTR", "CYP2C19")
    path = vcf_file(tmp_path, {"CYP2C19": "*1/*1"}, style="gvcf")
    [result] = annotate([path], RunSettings(genes=names)).results()
    drugs = {"sevoflurane", "succinylcholine", "ivacaftor"}
    rows = [r for r in result.recommendations if r.drug in drugs]
    assert {r.drug for r in rows} == drugs
    assert not [r.drug for r in rows if r.may_alert and r.action[0] != "no_recommendation"]


def test_row_34_programs_are_told_what_medicines_change(tmp_path):
    path = vcf_file(tmp_path, {"CYP2C19": "*1/*1"})
    said = [OutsideCall(gene="CYP2D6", diplotype="*1/*1", where="test")]
    taken = Patient(medicines=(Medicine(name="paroxetine", use=MedicineUse.CURRENT),))
    settings = RunSettings(drugs=("codeine",))
    [result] = annotate([path], settings, outside=said, patient=taken).results()
    lines = [line.split("\t") for line in recommendation_lines(result).splitlines()]
    cpic = [line for line in lines if line[2] == "CPIC"]
    assert {(line[7], line[8].split(";")[0]) for line in cpic} == {
        ("genotype", "use_as_directed"), ("phenoconverted", "avoid"),
    }  # fmt: skip


def test_row_36_the_leiden_allele_is_the_reference_of_grch37(tmp_path):
    """A record of the usual base is no carrier on GRCh37, and an absent one is two copies."""
    [row] = [r for r in KB.table("variants") if r["gene"] == "F5"]
    assert (row["ref_grch37"], row["ref_grch38"]) == ("T", "C")
    calls = {}
    for assembly in ("GRCh37", "GRCh38"):
        text = vcf_text({"F5": f"{genes()['F5'].default_allele}/{genes()['F5'].default_allele}"},
                        assembly=assembly, style="all_sites")  # fmt: skip
        (tmp_path / f"{assembly}.vcf").write_text(text)
        [result] = annotate([tmp_path / f"{assembly}.vcf"], RunSettings(genes=("F5",))).results()
        calls[assembly] = result.calls[0].diplotype
    assert calls["GRCh37"] == calls["GRCh38"]
    assert "Leiden" not in calls["GRCh37"]
