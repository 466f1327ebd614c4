"""The Excel workbook: what a reader finds in it, and that no cell of it acts."""

from __future__ import annotations

import io
import re
import sys
import tempfile
import zipfile

import msgspec
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases import one_test
from pgx.errors import UsageError
from pgx.records.calls import PatientContext
from pgx.records.patient import Applies, KnownMedicine, MedicineUse, Patient, PopulationFit
from pgx.reports.content.release_facts import NO_FACTS
from pgx.reports.files.formats import render_one
from pgx.reports.tables import excel_workbook as workbook
from pgx.reports.tables.excel_report import FILLS, SIGNS, write_xlsx
from pgx.reports.tables.excel_workbook import MAX_CELL, Column, open_book, safe_text
from reports import factory

ACTING = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
# What makes a sheet do something, and the only parts of a workbook that do nothing.
ACTIVE = re.compile(r"<(f|hyperlinks?|drawing|legacyDrawing|oleObjects?|controls?)[ />]")
PARTS = re.compile(
    r"\[Content_Types\]\.xml|(docProps|xl|_rels|xl/(worksheets|theme|_rels))/[\w.]+(xml|rels)"
)


def written(*results) -> bytes:
    buffer = io.BytesIO()
    with write_xlsx(buffer, NO_FACTS) as add:
        for result in results:
            add(result)
    return buffer.getvalue()


def opened(data: bytes):
    return openpyxl.load_workbook(io.BytesIO(data))


def rows(sheet) -> list[dict[str, object]]:
    heading, *lines = sheet.iter_rows(values_only=True)
    return [dict(zip(heading, line, strict=True)) for line in lines]


def with_patient(sample="S1"):
    medicine = KnownMedicine(name="Paxil", use=MedicineUse.CURRENT, substances=("paroxetine",))
    context = PatientContext(patient=Patient(age_years=67.0), medicines=(medicine,))
    return factory.result(sample, context=context)


def assert_inert(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        for name in archive.namelist():
            assert PARTS.fullmatch(name)
            assert not ACTIVE.search(archive.read(name).decode("utf-8")), name
    for sheet in opened(data):
        assert not sheet._hyperlinks
        for line in sheet.iter_rows():
            for cell in line:
                assert cell.data_type in ("s", "n", "inlineStr"), cell
                if isinstance(cell.value, str):
                    assert not cell.value.startswith(ACTING), cell.value[:50]
                    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e]", cell.value)


def test_sheets_of_one_sample_and_of_two():
    one, two = (
        opened(written(factory.result())),
        opened(written(factory.result("S1"), factory.result("S2"))),
    )
    assert one.sheetnames == [
        "summary",
        "recommendations",
        "calls",
        "report",
        "positions",
        "methods",
    ]
    assert two.sheetnames == ["summary", "recommendations", "calls", "report", "methods"]
    assert opened(written(with_patient())).sheetnames == [
        "summary", "recommendations", "calls", "report", "patient", "positions", "methods",
    ]  # fmt: skip


def test_a_row_of_advice_and_its_colour():
    book = opened(written(factory.result()))
    found = {row["Drug"]: row for row in rows(book["recommendations"])}
    assert found["clopidogrel"]["What to do"] == f"{SIGNS['avoid']} Avoid or use an alternative"
    assert found["clopidogrel"]["Action"] == "Avoid; Use an alternative"
    assert found["efavirenz"]["Dose to (× standard)"] == pytest.approx(2 / 3)
    assert found["abacavir"]["What to do"] == f"{SIGNS['unassessed']} Not assessed"
    for line in book["recommendations"].iter_rows(min_row=2):
        group = next(k for k, sign in SIGNS.items() if line[2].value.startswith(sign))
        shown = line[2].fill.start_color.rgb[-6:]
        assert shown in {FILLS[k][1:] for k in FILLS if SIGNS[k] == SIGNS[group]}
        assert line[12].alignment.wrap_text


def test_advice_for_other_patients_is_not_coloured_as_if_it_were_for_this_one():
    fit = PopulationFit(
        drug="clopidogrel", population="acs_or_pci", applies=Applies.NO, reason="age=67"
    )
    context = PatientContext(patient=Patient(), fits=(fit,))
    book = opened(written(factory.result(context=context)))
    [found] = [r for r in rows(book["recommendations"]) if r["Drug"] == "clopidogrel"]
    assert found["What to do"] == f"{SIGNS['silent']} For other patients"
    assert found["Applies to this patient"] == "no: the patient is 67 years old"
    assert rows(book["summary"])[0]["Avoid or use an alternative"] is None


def test_every_sheet_has_a_frozen_heading_filters_and_widths():
    for sheet in opened(written(with_patient())):
        assert sheet.freeze_panes.endswith("2")
        assert sheet.auto_filter.ref == sheet.dimensions
        assert all(d.width and d.width >= 8 for d in sheet.column_dimensions.values())


def test_what_was_not_assessed_is_in_the_summary():
    [row] = rows(opened(written(factory.result()))["summary"])
    assert row["Genes not assessed"] == "HLA-B"
    assert row["Genes ambiguous"] == 1
    assert row["Not assessed"] == "abacavir"
    assert row["Avoid or use an alternative"] == "clopidogrel"


def test_positions_and_methods():
    book = opened(written(factory.result()))
    sites = rows(book["positions"])
    assert len(sites) == sum(len(call.sites) for call in factory.result().calls)
    assert [s["Remark"] for s in sites if s["Genotype quality"] == 8] != [None]
    told = dict(line[:2] for line in book["methods"].iter_rows(values_only=True))
    assert told["Knowledge base SHA-256"] == "a" * 64
    assert told["Input SHA-256"] == "b" * 64


def test_the_same_results_give_the_same_bytes():
    assert written(with_patient()) == written(with_patient())
    assert opened(written(factory.result())).properties.created.year == 2000


@one_test
@pytest.mark.parametrize("name", factory.HOSTILE)
def test_no_hostile_text_acts(name):
    call = factory.called(name, diplotype=name, phenotype=name, notes=(name,), missing=(name,))
    advice = factory.advice(name, name, text=name, lookup=name, source=name, implications=(name,))
    result = factory.result(name, calls=(call,), recommendations=(advice,))
    assert_inert(written(result))


@settings(max_examples=40)
@given(st.text(max_size=60))
def test_a_workbook_of_any_name_is_read(text):
    found = rows(opened(written(factory.result(text)))["calls"])
    assert {row["Sample"] or "" for row in found} == {safe_text(text)}


@given(st.text(max_size=60))
def test_no_text_acts(text):
    shown = safe_text(text)
    term = re.fullmatch(r"-\d{1,6} [A-Z]{1,4}(/[A-Z]{1,4})?", text)
    assert term or not shown.lstrip().startswith(ACTING)
    assert not re.search("_x[0-9A-Fa-f]{4}_", shown)


def test_a_number_of_a_character_is_no_character():
    data = written(factory.result("_x000D_=1+1"))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        texts = [archive.read(name).decode() for name in archive.namelist()]
    assert not any("_x000D_" in text for text in texts)


@pytest.mark.parametrize("letter", ["a", "\U0001f9ec"])
def test_a_long_cell_is_cut_where_all_can_see_it(letter):
    text = letter * 40_000
    shown = safe_text(text)
    assert len(shown.encode("utf-16-le")) // 2 <= MAX_CELL
    assert shown.endswith("⟨cut: 40000 characters in all⟩")
    assert safe_text("b" * MAX_CELL) == "b" * MAX_CELL
    result = factory.result(recommendations=(factory.advice(text=text),))
    [row] = rows(opened(written(result))["recommendations"])
    assert row["Advice"] == shown


def test_a_full_page_goes_on_on_the_next(monkeypatch):
    monkeypatch.setattr(workbook, "MAX_ROWS", 4)
    buffer = io.BytesIO()
    with open_book(buffer, {}) as book:
        sheet = book.sheet("calls", [Column("n", 9)])
        for number in range(7):
            sheet.add([number])
    book = opened(buffer.getvalue())
    assert book.sheetnames == ["calls", "calls 2", "calls 3"]
    found = [row["n"] for sheet in book for row in rows(sheet)]
    assert found == list(range(7))


def test_nothing_is_left_in_the_temporary_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    written(factory.result())
    held = []

    def breaking():
        with write_xlsx(io.BytesIO(), NO_FACTS) as add:
            add(factory.result())
            held.extend(tmp_path.rglob("*"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        breaking()
    assert held
    assert not any(tmp_path.iterdir())


def test_without_the_extra_it_says_which(monkeypatch):
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(UsageError, match="xlsxwriter is not installed") as caught:
        render_one("xlsx", factory.result(), NO_FACTS)
    assert "[excel]" in caught.value.line()


def test_memory_does_not_grow_with_samples():
    """Rows are in the folder, not in the records of the workbook."""
    buffer = io.BytesIO()
    with write_xlsx(buffer, NO_FACTS) as add:
        for number in range(50):
            add(msgspec.structs.replace(factory.result(f"S{number}")))
        kept = add.__self__
        pages = [sheet._page for sheet in kept._sheets.values()]
        assert all(len(page.table) <= 2 for page in pages)
        assert kept._only is None
