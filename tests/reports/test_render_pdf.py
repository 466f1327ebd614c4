"""Printed reports: literal strings, equal bytes, the answer on page one, readable by machines."""

from __future__ import annotations

import io
import re
import sys

import msgspec
import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import one_test
from pgx.errors import DependencyError, UsageError
from pgx.messages.catalogue import ENGLISH
from pgx.records.advice import Drug, DrugStatus
from pgx.records.calls import Override, PatientContext
from pgx.records.laboratory import Laboratory
from pgx.records.order import Order, Signature
from pgx.records.patient import KnownMedicine, MedicineUse, Patient
from pgx.reports.content.alleles_tested import AllelesTested, NamedTier, alleles_text
from pgx.reports.content.document import build_document
from pgx.reports.content.drug_groups import ACTIONABLE, drugs_by_area
from pgx.reports.content.release_facts import NO_FACTS, ReportFacts
from pgx.reports.files.formats import FORMATS, format_of_file, known_formats
from pgx.reports.pdf import typesetting as module
from pgx.reports.pdf.typesetting import render_pdf, render_pdf_card, render_pdf_patient, set_pdf
from pgx.reports.safe_text import PRINTED, shown
from reports import factory

RENDERERS = (render_pdf, render_pdf_patient, render_pdf_card)
HOSTILE = (
    "#panic()", "$x$", "]", "#sys.inputs", "*b* _i_", '"; #read("/etc/passwd")', "\\u{41}", "<l>",
    "= H", "{{page}}", "//c", "/*", "`r`", "@ref", "~", "{pages}",
)  # fmt: skip
WITH_ANNEX = ReportFacts(annex=True)
LABORATORY = Laboratory(name="Lab #1 $a$ ]", address=("#panic()",), footer="$ foot ]")


def reader(data: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(data))


def text_of(data: bytes) -> str:
    """Text with line breaks as spaces and without places to break."""
    pages = (page.extract_text() for page in reader(data).pages)
    return " ".join(" ".join(pages).replace("\u200b", "").split())


def patient_context(date: str = "2026-11-01") -> PatientContext:
    return PatientContext(
        patient=Patient(date=date, age_years=70.0, sex="female"),
        medicines=(
            KnownMedicine(name="Plavix", use=MedicineUse.CURRENT, drugs=("clopidogrel",)),
            KnownMedicine(name="Nonesuch", use=MedicineUse.CURRENT, unrecognised=("Nonesuch",)),
        ),
    )


@one_test(sample=2)
@pytest.mark.parametrize("renderer", RENDERERS, ids=lambda r: r.__name__)
def test_strings_are_never_code(renderer):
    for name in HOSTILE:
        said = text_of(renderer(factory.result(name)))
        assert f"Sample {name}" in said, name


def test_every_string_of_a_report_is_literal():
    nasty = '#panic("x") $a$ ] *b*'
    result = factory.result(
        "S1",
        recommendations=(factory.advice(text=nasty, classification=nasty),),
        context=msgspec.structs.replace(
            patient_context(),
            medicines=(
                KnownMedicine(
                    name=nasty, dose=nasty, use=MedicineUse.CURRENT, drugs=("clopidogrel",)
                ),
            ),
        ),
    )
    laboratory = Laboratory(
        name=nasty, address=(nasty,), director=nasty, accreditation=nasty, footer=nasty
    )
    said = text_of(render_pdf(result, ReportFacts(laboratory=laboratory)))
    assert said.count(nasty) >= 9


def test_characters_without_glyph_are_spelled_out():
    for name in ("\u7530\u4e2d", "a\u202eb", "\U0001f600", "\u0627", "x\x00y", "\ufb01"):
        expected = shown(name)
        assert "⟨U+" in expected
        assert expected in text_of(render_pdf(factory.result(name)))


def test_every_character_that_is_printed_has_a_glyph():
    found = re.findall(f"[{PRINTED}]", "".join(map(chr, range(0x20, 0x10000))))
    assert len(found) > 500
    data = module.report_data(factory.result("S1", context=patient_context()))
    assert data["day"], "archives demand a day"
    data["limits"] = ["".join(found)]
    assert set_pdf("report", data).startswith(b"%PDF-1.7")


def test_words_of_reports_need_no_spelling_out():
    said = str(ENGLISH)
    assert shown(said).replace("\u200b", "") == said


def test_long_words_stay_on_the_page():
    name = "W" * 400
    data = render_pdf(factory.result(name))
    assert name in text_of(data).replace(" ", "")
    for page in reader(data).pages:
        edges: list[float] = []
        page.extract_text(visitor_text=lambda _t, _c, tm, _f, _s, e=edges: e.append(tm[4]))
        assert max(edges) < float(page.mediabox.width)


def test_long_names_leave_one_page_one():
    result = factory.result("W" * 400, context=patient_context())
    assert len(reader(render_pdf_patient(result)).pages) == 1


@given(st.text())
def test_what_is_shown_can_be_printed(text):
    assert re.fullmatch(f"[{PRINTED}\u200b]*", shown(text))


@pytest.mark.parametrize("renderer", RENDERERS, ids=lambda r: r.__name__)
def test_equal_results_give_equal_bytes(renderer, monkeypatch):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    first = renderer(factory.result())
    module._compiler.cache_clear()
    renderer(factory.result("S2"))
    assert renderer(factory.result()) == first
    assert reader(first).metadata.creation_date_raw is None


def test_the_day_is_the_epochs_else_the_patients(monkeypatch):
    result = factory.result(context=patient_context("2026-11-01"))
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    data = render_pdf(result)
    assert "20261101" in reader(data).metadata.creation_date_raw
    assert "Date 2026-11-01" in text_of(data)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1600000000")
    data = render_pdf(result)
    assert "20200913" in reader(data).metadata.creation_date_raw
    assert "Date 2020-09-13" in text_of(data)


@pytest.mark.parametrize("epoch", ["yesterday", "9" * 40])
def test_an_epoch_that_is_no_time_is_refused(epoch, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    with pytest.raises(UsageError, match="SOURCE_DATE_EPOCH"):
        render_pdf(factory.result())


@pytest.mark.parametrize("renderer", RENDERERS, ids=lambda r: r.__name__)
def test_tagged_titled_and_in_a_language(renderer, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1600000000")
    made = renderer(factory.result())
    root = reader(made).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"].value
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value
    assert reader(made).metadata.title.endswith(": S1")
    xmp = root["/Metadata"].get_data()
    assert b"pdfuaid:part>1<" in xmp
    assert b"pdfaid:part>2<" in xmp
    assert b"pdfaid:conformance>A<" in xmp


def test_without_a_day_no_archive_is_claimed(monkeypatch):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    xmp = reader(render_pdf(factory.result())).trailer["/Root"]["/Metadata"].get_data()
    assert b"pdfuaid:part>1<" in xmp
    assert b"pdfaid" not in xmp


def test_fonts_are_in_the_file():
    for page in reader(render_pdf(factory.result())).pages:
        for font in page["/Resources"]["/Font"].values():
            described = font["/DescendantFonts"][0]["/FontDescriptor"]
            assert {"/FontFile2", "/FontFile3"} & set(described)


def test_page_one_is_the_answer():
    result = factory.result(context=patient_context())
    summary = build_document(result).summary
    first = " ".join(reader(render_pdf(result)).pages[0].extract_text().split())
    for medicine in summary.medicines:
        assert medicine.name in first
        assert all(line.action in first for line in medicine.drugs)
    for gene in (*summary.findings, *(g for usual in summary.usual for g in usual.genes)):
        assert f"{gene.gene} {gene.diplotype}" in first
        assert gene.phenotype in first
    for line in (line for group in summary.by_class for line in group.drugs):
        assert f"{line.name} {line.word}" in first
    answer, label = ENGLISH["answer"], ENGLISH["label"]
    order = [answer["research_use"], label["title"], "Sample S1", answer["medicines"], "Plavix"]
    order += [f"{answer['genes']} {label['gene']}", ENGLISH["print"]["by_class_others"]]
    order += [summary.unresolved, summary.not_tested]
    places = [first.index(said) for said in order]
    assert places == sorted(places)


def test_research_use_and_sample_are_on_every_page():
    made = reader(render_pdf(factory.result(context=patient_context()), WITH_ANNEX))
    assert len(made.pages) > 2
    for page in made.pages:
        said = " ".join(page.extract_text().split())
        assert said.startswith(ENGLISH["answer"]["research_use"])
        assert "Sample S1" in said


def test_identity_status_comment_and_signers_of_an_order_are_printed():
    order = Order(
        name="Ada Example", birth_date="1959-03-14", mrn="MRN-7", comment="Seen.\n\nTwice.",
        signatures=(Signature(name="Dr. S", role="Director", date="2026-01-02"),),
    )  # fmt: skip
    pages = reader(render_pdf(factory.result(), ReportFacts(orders={"S1": order}))).pages
    said = [" ".join(page.extract_text().split()) for page in pages]
    for page in said:
        assert "Ada Example" in page
        assert "MRN-7" in page
    assert ENGLISH["header"]["status_preliminary"] in said[0]
    rest = " ".join(said[1:])
    assert "Seen. Twice." in rest
    assert "Dr. S" in rest
    for renderer in (render_pdf_patient, render_pdf_card):
        assert "Ada Example" in text_of(
            renderer(factory.result(), ReportFacts(orders={"S1": order}))
        )


def test_a_recommendation_has_reason_text_source_and_link():
    _, *rest = reader(render_pdf(factory.result())).pages
    said = " ".join(" ".join(page.extract_text() for page in rest).split())
    row = factory.advice()
    at = said.index("Clopidogrel – ")
    parts = ("CYP2C19 *2/*3", "Less active metabolite", row.text, "PMID 35034351", "Strong")
    places = [said.index(part, at) for part in parts]
    assert places == sorted(places)
    links = [note.get_object()["/A"]["/URI"] for page in rest for note in page.get("/Annots", ())]
    assert "https://pubmed.ncbi.nlm.nih.gov/35034351/" in links


def test_sources_stand_side_by_side():
    rows = (factory.advice(), factory.advice(source="DPWG", action=("alternative",)))
    said = text_of(render_pdf(factory.result(recommendations=rows)))
    assert f"{ENGLISH['standing']['agree']}: DPWG: {ENGLISH['action']['alternative']}" in said


def test_room_is_given_to_the_most_serious_drugs():
    text = "This is what a guideline says at some length. " * 12
    rows = [factory.advice(drug=f"avoidol {n:02}", text=f"A{n:02}. {text}") for n in range(8)]
    rows += [
        factory.advice(drug=f"cautiol {n:02}", action=("caution",), text=f"C{n:02}. {text}")
        for n in range(60)
    ]
    made = reader(render_pdf(factory.result(recommendations=tuple(rows))))
    assert len(made.pages) <= 4
    said = " ".join(" ".join(page.extract_text() for page in made.pages).split())
    assert all(f"A{n:02}." in said for n in range(8))
    assert "C59." not in said
    assert "Cautiol 59" in said
    assert "less serious drugs have no guideline text here" in said


def test_alleles_are_listed_in_ranges_and_by_tier():
    names = ("*2", "*3", "*4", "*6", "*9A")
    tested = tuple(NamedTier(name, 1 if name in names[:3] else None) for name in names)
    entry = AllelesTested(gene="G", method="", tested=tested, not_tested=(NamedTier("*8"),))
    assert alleles_text(entry, ENGLISH) == "tier 1: *2–*4; *6, *9A; not tested: *8"


@pytest.mark.parametrize("renderer", RENDERERS, ids=lambda r: r.__name__)
def test_nothing_of_the_template_is_left_over(renderer):
    said = text_of(renderer(factory.result("S1", context=patient_context())))
    assert re.findall(r"[#{}]|\)\)|none\b(?! defined|\. Phen)", said.replace("None ", "")) == []


def test_decisions_of_the_laboratory_stand_on_page_one_and_in_their_places():
    decided = [
        Override(
            sample="S1", drug=drug, says=f"Go on with {drug}", by="Dr. B", date="2026-01-02",
            reason="Because",
        )
        for drug in ("clopidogrel", "efavirenz")
    ]  # fmt: skip
    result = factory.result(context=patient_context(), overrides=tuple(decided))
    first, *rest = (
        " ".join(page.extract_text().split()) for page in reader(render_pdf(result)).pages
    )
    label = ENGLISH["label"]["override_of"]
    said = f"{label}: Go on with clopidogrel (Dr. B, 2026-01-02)"
    assert said in first
    assert f"Efavirenz ({label})" in first
    assert said in " ".join(rest)
    assert "Because" in " ".join(rest)


def test_sections_come_in_order():
    said = text_of(render_pdf(factory.result(context=patient_context()), WITH_ANNEX))
    words = {**ENGLISH["answer"], **ENGLISH["label"], **ENGLISH["print"]}
    names = ("recommendations", "genes_and_alleles", "methods_and_limits", "sign_off", "annex")
    places = [said.index(words[name]) for name in (*names, "positions_hint")]
    assert places == sorted(places)
    unbroken = said.replace("- ", "").replace("-", "")
    for limit in tuple(ENGLISH["limit"].values())[:2]:
        # narrow columns divide words at the end of a line
        assert limit.replace("-", "").replace(" ", "") in unbroken.replace(" ", "")


def test_the_laboratory_is_on_every_page():
    data = render_pdf(factory.result(), ReportFacts(laboratory=LABORATORY))
    pages = [page.extract_text() for page in reader(data).pages]
    assert LABORATORY.name in pages[0]
    assert all(LABORATORY.footer in page for page in pages)


def test_page_for_patients_is_one_and_plain(monkeypatch):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    many = tuple(factory.advice(drug=f"drug{n:03}") for n in range(200))
    for result in (
        factory.result(context=patient_context()),
        factory.result(recommendations=many),
    ):
        made = reader(render_pdf_patient(result))
        assert len(made.pages) == 1
        said = " ".join(made.pages[0].extract_text().split())
        assert ENGLISH["plain"]["rule"] in said
        assert "*1" not in said
        for group in build_document(result).groups:
            if group.key in ACTIONABLE:
                assert all(d.name in said or d.is_taken for d in group.drugs)


def test_a_medicine_that_nobody_knows_is_said_to_be_unknown():
    said = text_of(render_pdf_patient(factory.result(context=patient_context())))
    assert f"Nonesuch ○ {ENGLISH['plain']['current_unrecognised']}".replace("○", "–") in said


def test_areas_go_by_the_longest_code_and_the_main_use():
    def fact(drug, *atc):
        return Drug(drug=drug, authority="CPIC", status=DrugStatus.COVERED, atc=atc)

    rows = tuple(factory.advice(drug=d) for d in ("abc", "bcd", "cde", "def"))
    facts = ReportFacts(
        drugs=(fact("abc", "N06AB04"), fact("bcd", "S01AA01", "J01AA01"), fact("cde", "C10AA01"))
    )
    document = build_document(factory.result(recommendations=rows), facts)
    found = drugs_by_area(document.groups, facts, ENGLISH, skip=["nothing"])
    areas = ENGLISH["area"]
    assert [(a.title, [n for _, names in a.drugs for n in names]) for a in found] == [
        (areas["C10"], ["Cde"]),
        (areas["J"], ["Bcd"]),
        (areas["N06"], ["Abc"]),
        (areas[""], ["Def"]),
    ]
    assert drugs_by_area(document.groups, facts, ENGLISH, skip=["abc", "bcd", "cde", "def"]) == ()


def test_a_drug_of_several_uses_stands_with_its_guidelines_others():
    def fact(drug, *atc):
        return Drug(
            drug=drug, authority="CPIC", status=DrugStatus.COVERED, atc=atc, guidelines=("g",)
        )

    facts = ReportFacts(drugs=(fact("abc", "C01EB16", "M01AE01"), fact("bcd", "M01AC01")))
    rows = tuple(factory.advice(drug=d) for d in ("abc", "bcd"))
    groups = build_document(factory.result(recommendations=rows), facts).groups
    [area] = drugs_by_area(groups, facts, ENGLISH)
    assert area.title == ENGLISH["area"]["M01"]
    assert area.drugs == (("avoid", ("Abc", "Bcd")),)


def test_absent_typesetter_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "typst", None)
    module._compiler.cache_clear()
    with pytest.raises(UsageError, match=r"pgx-therapy\[pdf\]"):
        render_pdf(factory.result())
    with pytest.raises(UsageError, match=r"pgx-therapy\[pdf\]"):
        known_formats(("pdf",))
    assert known_formats(("html", "json"))


def test_a_logo_that_is_none_is_an_error_of_ours():
    broken = Laboratory(name="L", logo=b"\x89PNG\r\n\x1a\nnothing", logo_kind="png")
    with pytest.raises(DependencyError, match="logo"):
        render_pdf(factory.result(), ReportFacts(laboratory=broken))


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.pdf", "pdf"), ("a.patient.pdf", "pdf-patient"), ("A.CARD.PDF", "pdf-card")],
)
def test_endings(name, kind):
    assert format_of_file(name) == kind
    assert FORMATS[kind].suffix.endswith(".pdf")


def test_no_facts_no_laboratory():
    assert NO_FACTS.laboratory is None
