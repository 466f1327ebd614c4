"""``matrix.tsv``: one line a sample, columns by names that any database takes."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import one_test
from pgx.records.calls import PHENOCONVERTED, Override, PatientContext
from pgx.records.patient import Applies, Patient, PopulationFit
from pgx.reports.content.release_facts import NO_FACTS
from pgx.reports.tables.run_summaries import FIRST_COLUMNS, column_names, write_matrix
from reports import factory


def written(*results) -> str:
    buffer = io.BytesIO()
    with write_matrix(buffer, NO_FACTS) as add:
        for result in results:
            add(result)
    return buffer.getvalue().decode("utf-8")


def rows(text: str) -> list[dict[str, str]]:
    header, *lines = text.split("\n")[:-1]
    names = header.split("\t")
    return [dict(zip(names, line.split("\t"), strict=True)) for line in lines]


def test_a_line():
    [row] = rows(written(factory.result()))
    assert list(row)[: len(FIRST_COLUMNS)] == list(FIRST_COLUMNS)
    assert row["sample"] == "S1"
    assert row["gene_cyp2c19_diplotype"] == "*2/*3"
    assert row["gene_cyp2b6_status"] == "ambiguous"
    assert row["gene_hla_b_status"] == "not_assessed"
    assert row["gene_hla_b_diplotype"] == ""
    assert row["drug_clopidogrel_action"] == "avoid"
    assert row["drug_efavirenz_certainty"] == "depends"
    assert row["drug_abacavir_certainty"] == "unknown"
    assert row["genes_not_assessed"] == "HLA-B"
    assert row["genes_ambiguous"] == "CYP2B6"
    assert row["drugs_not_assessed"] == "abacavir"
    assert row["drugs_not_settled"] == "efavirenz"
    assert (row["n_positions"], row["n_missing"]) == ("4", "1")


def test_the_most_serious_source_counts_and_a_gap_beside_it_is_told():
    both = (
        factory.usable(drug="codeine", source="FDA_LABEL"),
        factory.advice(drug="codeine", source="DPWG"),
        factory.unknown(drug="codeine", source="CPIC"),
    )
    [row] = rows(written(factory.result(recommendations=both)))
    assert (row["drug_codeine_action"], row["drug_codeine_source"]) == ("avoid", "DPWG")
    assert row["drugs_partly_assessed"] == "codeine"
    assert row["drugs_not_assessed"] == ""


def test_advice_for_other_patients_is_not_this_ones():
    fit = PopulationFit(drug="clopidogrel", population="acs_or_pci", applies=Applies.NO)
    adjusted = factory.advice(
        drug="warfarin", action=("reduce_dose",), population="general", basis=PHENOCONVERTED
    )
    context = PatientContext(patient=Patient(), fits=(fit,))
    advice = (*factory.result().recommendations, adjusted)
    [row] = rows(written(factory.result(context=context, recommendations=advice)))
    assert row["drug_clopidogrel_action"] == row["drug_clopidogrel_certainty"] == ""
    assert row["drug_warfarin_action"] == "use_as_directed"
    assert row["drug_warfarin_with_medicines"] == "reduce_dose"


def test_a_decision_of_the_laboratory_is_told():
    said = {"by": "L", "date": "2026-01-31", "reason": "r"}
    override = Override(sample="S1", gene="CYP2C19", says="*1/*2", **said)
    [row] = rows(written(factory.result(overrides=(override,))))
    assert row["laboratory_decisions"] == "CYP2C19"
    assert row["gene_cyp2c19_diplotype"] == "*2/*3"


def test_samples_may_have_other_genes_and_drugs():
    other = factory.result(
        "S2", calls=(factory.called("S2", "DPYD"),), recommendations=(factory.advice("S2", "x"),)
    )
    first, second = rows(written(factory.result(), other))
    assert first["gene_dpyd_status"] == first["drug_x_action"] == ""
    assert second["gene_dpyd_status"] == "called"
    assert second["gene_cyp2c19_status"] == second["drug_warfarin_action"] == ""


def test_columns_do_not_depend_on_the_samples_order():
    one, two = factory.result("S1"), factory.result("S2")
    assert written(one, two).split("\n")[0] == written(two, one).split("\n")[0]


@given(st.sets(st.text(max_size=8), max_size=8))
def test_names_are_safe_and_differ(names):
    found = column_names("drug", names)
    assert set(found) == names
    assert len(set(found.values())) == len(names)
    assert all(re.fullmatch("drug_[a-z0-9_]*", stem) for stem in found.values())


def test_two_names_of_one_stem_do_not_depend_on_each_other():
    assert (
        column_names("drug", ["a/b", "a b"])["a b"] == column_names("drug", ["a b", "a-b"])["a b"]
    )


@one_test
@pytest.mark.parametrize("name", factory.HOSTILE)
def test_a_hostile_name_stays_in_its_cell(name):
    result = factory.result(name, recommendations=(factory.advice(name, name, source=name),))
    [row] = rows(written(result))
    assert all(not cell.startswith(tuple("=+-@\uff1d")) for cell in row.values())
    assert all(re.fullmatch("[a-z0-9_]+", column) for column in row)
