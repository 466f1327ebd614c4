"""Tables: exactly the published columns, and nothing a spreadsheet could run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import one_test
from pgx.records.calls import AlternativeAdvice, Candidate, GeneCall, PatientResult, Recommendation
from pgx.records.tables import CALL_COLUMNS, RECOMMENDATION_COLUMNS
from pgx.reports.tables.tsv_tables import call_lines, header, recommendation_lines
from reports import factory


def render_calls(results: list[PatientResult]) -> str:
    return header(CALL_COLUMNS) + "".join(map(call_lines, results))


def render_recommendations(results: list[PatientResult]) -> str:
    return header(RECOMMENDATION_COLUMNS) + "".join(map(recommendation_lines, results))


def rows(text: str) -> list[dict[str, str]]:
    header, *lines = text.removesuffix("\n").split("\n")
    return [dict(zip(header.split("\t"), line.split("\t"), strict=True)) for line in lines]


def test_columns_are_fields_of_the_records():
    fields = GeneCall.__struct_fields__
    assert fields[: len(CALL_COLUMNS)] == CALL_COLUMNS
    advised = Recommendation.__struct_fields__
    assert advised[: len(RECOMMENDATION_COLUMNS)] == RECOMMENDATION_COLUMNS


def test_samples_in_input_order_and_genes_in_alphabet():
    text = render_calls([factory.result("S2"), factory.result("S1")])
    found = [(row["sample"], row["gene"]) for row in rows(text)]
    genes = ["CYP2B6", "CYP2C19", "HLA-B"]
    assert found == [(s, g) for s in ("S2", "S1") for g in genes]


def test_drugs_in_alphabet_and_rows_of_one_drug_in_their_order():
    first = factory.advice(population="neurovascular")
    second = factory.advice(population="acs_or_pci")
    result = factory.result(recommendations=(factory.usable(), first, second))
    found = [(r["drug"], r["population"]) for r in rows(render_recommendations([result]))]
    assert found == [
        ("clopidogrel", "neurovascular"),
        ("clopidogrel", "acs_or_pci"),
        ("warfarin", "general"),
    ]


def test_candidates_with_and_without_probability():
    with_prior = factory.ambiguous(
        candidates=(Candidate("*1/*6", 2 / 3), Candidate("*4/*9", 1e-4)), probability=2 / 3
    )
    [row] = rows(render_calls([factory.result(calls=(with_prior,))]))
    assert row["candidates"] == "*1/*6=0.666667;*4/*9=0.0001"
    assert row["probability"] == "0.666667"
    [row] = rows(render_calls([factory.result(calls=(factory.ambiguous(),))]))
    assert row["candidates"] == "*1/*6;*4/*9"
    assert row["probability"] == ""


def test_null_is_empty_and_lists_are_joined():
    row = rows(render_calls([factory.result()]))[2]
    assert row["gene"] == "HLA-B"
    assert row["diplotype"] == row["probability"] == row["candidates"] == ""
    row = rows(render_recommendations([factory.result()]))[2]
    assert row["action"] == "reduce_dose"
    assert (row["dose_factor_min"], row["dose_factor_max"]) == ("0.5", "0.666667")
    assert row["alternatives"] == "no_recommendation [CYP2B6=Indeterminate,X=1]"


def test_alternative_with_probability():
    other = AlternativeAdvice(lookup="G=a", action=("avoid", "monitor"), text="", probability=0.25)
    row = factory.depending(alternatives=(other,))
    [found] = rows(render_recommendations([factory.result(recommendations=(row,))]))
    assert found["alternatives"] == "avoid+monitor [G=a]=0.25"


def test_semicolon_inside_an_item_becomes_a_comma():
    row = factory.advice(implications=("first; still first", "second"))
    [found] = rows(render_recommendations([factory.result(recommendations=(row,))]))
    assert found["implications"] == "first, still first;second"


def test_breaks_inside_a_value_become_spaces():
    row = factory.advice(text="a\tb\r\nc")
    [found] = rows(render_recommendations([factory.result(recommendations=(row,))]))
    assert found["text"] == "a b  c"


def test_genotype_terms_of_guidelines_stay_as_they_are():
    call = factory.called(gene="VKORC1", phenotype="-1639 AG", phenotypes=("-1639 AG",))
    [row] = rows(render_calls([factory.result(calls=(call,))]))
    assert row["phenotype"] == row["phenotypes"] == "-1639 AG"


def assert_harmless(text: str) -> None:
    for line in text.removesuffix("\n").split("\n"):
        for cell in line.split("\t"):
            assert cell[:1] not in tuple('=+-@"\t\r') or cell == "-1639 AG"
            assert cell.isprintable() or not any(ord(c) < 32 or 126 < ord(c) < 160 for c in cell)
            assert not set(cell) & set("\u202e\u2066\u2028\u200b")


@one_test
@pytest.mark.parametrize("name", factory.HOSTILE)
def test_hostile_strings_give_harmless_cells(name):
    result = factory.result(
        name,
        calls=(factory.called(name, undocumented=(name,), diplotype=name, gene=name),),
        recommendations=(factory.advice(name, name, text=name, genes=(name,)),),
    )
    calls, advice = render_calls([result]), render_recommendations([result])
    assert calls.count("\n") == advice.count("\n") == 2
    assert_harmless(calls)
    assert_harmless(advice)
    assert len(rows(calls)[0]) == len(CALL_COLUMNS)


@given(st.text())
def test_any_sample_name_is_one_harmless_cell(name):
    text = render_calls([factory.result(name, calls=(factory.called(name),))])
    assert text.count("\n") == 2
    assert_harmless(text)


def test_plain_names_are_untouched():
    [row, *_] = rows(render_calls([factory.result("Jürgen Ω_1-2.x")]))
    assert row["sample"] == "Jürgen Ω_1-2.x"
