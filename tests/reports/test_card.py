"""The wallet card: two sides, ten drugs, no small print, a code that a reader decodes."""

from __future__ import annotations

import io

import msgspec
import pypdf
import pytest
import zxingcpp
from PIL import Image

from pgx.messages.catalogue import ENGLISH, catalogue
from pgx.records.calls import Override, PatientResult
from pgx.records.laboratory import Laboratory, ValidatedGene
from pgx.reports.content.document import build_document
from pgx.reports.content.drug_ranking import ACTIONABLE
from pgx.reports.content.release_facts import ReportFacts
from pgx.reports.pdf import typesetting
from pgx.reports.pdf.card_code import MAX_BYTES, build_code, code_picture
from pgx.reports.pdf.pdf_card import card_data
from pgx.reports.pdf.typesetting import render_pdf_card
from reports import factory
from reports.ordered import ordered_example

MANY_GENES = tuple(factory.called(gene=f"GENE{n:02}") for n in range(60))
MANY_DRUGS = tuple(factory.advice(drug=f"drug{n:03}") for n in range(80))


def pages(result: PatientResult) -> list[pypdf.PageObject]:
    return list(pypdf.PdfReader(io.BytesIO(render_pdf_card(result))).pages)


def text_of(page: pypdf.PageObject) -> str:
    return " ".join(page.extract_text().split())


def sizes(page: pypdf.PageObject) -> list[float]:
    """Sizes of all text in points."""
    found: list[float] = []

    def visit(text, matrix, text_matrix, _font, size):
        if text.strip():
            found.append(round(abs(size * text_matrix[3] * matrix[3]), 2))

    page.extract_text(visitor_text=visit)
    return found


@pytest.mark.parametrize(
    "result",
    [
        factory.result(),
        factory.result(recommendations=MANY_DRUGS),
        factory.result(calls=MANY_GENES),
        factory.result("W" * 400, calls=MANY_GENES, recommendations=MANY_DRUGS),
    ],
    ids=["usual", "drugs", "genes", "long"],
)
def test_a_card_has_two_sides_and_no_small_print(result):
    sides = pages(result)
    assert len(sides) == 2
    for side in sides:
        assert [round(float(s) / 72 * 25.4, 1) for s in side.mediabox[2:]] == [85.6, 54.0]
        assert min(sizes(side)) >= 6.5
        edges: list[tuple[float, float]] = []
        side.extract_text(visitor_text=lambda _t, _c, m, _f, _s, e=edges: e.append((m[4], m[5])))
        assert max(x for x, _ in edges) < float(side.mediabox.width)


def assert_two_sides(made: bytes) -> str:
    sides = pypdf.PdfReader(io.BytesIO(made)).pages
    assert len(sides) == 2
    assert all(min(sizes(side)) >= 6.5 for side in sides)
    return " ".join(map(text_of, sides))


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_laboratorys_card_of_many_medicines_has_two_sides(language):
    said = assert_two_sides(render_pdf_card(*ordered_example(language)))
    assert "Ada Example" in said
    # the genes that are not validated are many: the validated ones are named
    assert "CYP2C19, TPMT (" in said
    assert "CYP2B6, CYP2C," not in said


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_card_with_every_note_has_two_sides(language):
    calls = (*MANY_GENES, *(factory.not_assessed(gene=f"SILENT{n:02}") for n in range(20)))
    decided = tuple(
        Override(
            sample="S1",
            gene=call.gene,
            says="usual",
            by="A. Example",
            date="2026-01-01",
            reason="x",
        )
        for call in MANY_GENES[:20]
    )
    result = factory.result("W" * 400, calls=calls, recommendations=MANY_DRUGS, overrides=decided)
    genes = tuple(ValidatedGene(gene=call.gene) for call in MANY_GENES[:30])
    facts = ReportFacts(
        language=language, laboratory=Laboratory(name="W" * 200, validated_genes=genes)
    )
    said = assert_two_sides(render_pdf_card(result, facts))
    # what is not named is counted
    assert f"… (+{20 - said.count('SILENT')})" in said
    assert "30 gen" in said.casefold()


def test_it_names_the_ten_most_serious_drugs_and_counts_the_rest():
    rows = (*MANY_DRUGS, factory.advice(drug="zzz", action=("reduce_dose",)))
    front, _ = pages(factory.result(recommendations=rows))
    said = text_of(front)
    named = [row.drug for row in rows if row.drug.capitalize() in said]
    assert named == [row.drug for row in MANY_DRUGS[:10]]
    assert ENGLISH["print"]["card_more"].format(count=71) in said


def test_few_drugs_are_all_named():
    result = factory.result()
    said = text_of(pages(result)[0])
    for group in build_document(result).groups:
        if group.key in ACTIONABLE:
            assert all(drug.name in said for drug in group.drugs)


def test_research_use_and_what_does_not_fit_are_on_the_back():
    _, back = pages(factory.result(calls=MANY_GENES))
    said = text_of(back)
    assert ENGLISH["answer"]["research_use"] in said
    code = build_code(factory.result(calls=MANY_GENES), ["GENE00"])
    assert code.left_out
    assert f"{', '.join(code.left_out[:8])}, … (+{len(code.left_out) - 8})" in said


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_reader_decodes_the_printed_code(language):
    """The card is drawn as a picture at 300 dots per inch, as a printer would."""
    result = factory.result("Jane Doe", calls=MANY_GENES)
    data = card_data(result, words=catalogue(language))
    _, back = typesetting._compiler().compile(
        typesetting._template("card"),
        format="png",
        ppi=300.0,
        sys_inputs={"data": msgspec.json.encode(data).decode()},
    )
    [found] = zxingcpp.read_barcodes(Image.open(io.BytesIO(back)).convert("L"))
    assert found.text == data["code"]["text"]
    assert len(found.text.encode()) <= MAX_BYTES
    assert found.ec_level in "MQH"
    for word in ("Jane", "Doe"):
        assert word not in found.text


def test_modules_are_large_enough():
    widest = code_picture("x" * MAX_BYTES)["modules"]
    assert widest == 69 + 2 * 4
    assert 37 / widest >= 0.4


def test_text_of_a_code():
    result = factory.result(
        calls=(
            factory.called(gene="CYP2C19"),
            factory.called(
                gene="CYP2C9", diplotype="*1/*1", phenotype="Normal Metabolizer",
                haplotypes=tuple(factory.called().haplotypes[:0]),
            ),
            factory.ambiguous(activity_score="1.0"),
            factory.not_assessed(),
        )
    )  # fmt: skip
    made = result.provenance
    assert build_code(result, ["CYP2B6"]).text == (
        f"PGX1 {made.knowledge_release} {made.assembly} 4;-HLA-B;CYP2B6 ?*1/*6 IM 1.0;"
        "CYP2C19 *2/*3 PM;CYP2C9 *1/*1 NM"
    )


def test_reference_results_are_left_out_if_the_copies_were_counted():
    haplotype = msgspec.structs.replace(factory.called().haplotypes[0], name="*1")
    call = factory.called(
        diplotype="*1/*1", phenotype="Normal Metabolizer", haplotypes=(haplotype,)
    )
    assert "CYP2C19" not in build_code(factory.result(calls=(call,)), []).text
    uncounted = msgspec.structs.replace(call, notes=("copy_number_not_assessed",))
    assert "CYP2C19 ?*1/*1 NM" in build_code(factory.result(calls=(uncounted,)), []).text


def test_hostile_names_break_no_field():
    call = factory.called(gene="G;+9", diplotype="*1;-X/é\n")
    text = build_code(factory.result(calls=(call,)), []).text
    assert text.isascii()
    assert text.split(";")[1:] == ["G_+9 *1_-X/__ PM"]


def test_what_is_left_out_is_counted_and_the_first_genes_are_kept():
    result = factory.result(calls=MANY_GENES)
    code = build_code(result, ["GENE59"])
    fields = code.text.split(";")
    assert fields[1].startswith("GENE59 ")
    assert fields[-1] == f"+{len(code.left_out)}"
    assert len(fields) - 2 + len(code.left_out) == len(MANY_GENES)
