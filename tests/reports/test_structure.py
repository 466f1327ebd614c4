"""Copies and hybrids: what is said of them, what is drawn, and that nothing is said in vain."""

from __future__ import annotations

import html
import io
import json
import re
from itertools import pairwise
from pathlib import Path

import jsonschema
import msgspec
import openpyxl
import pypdf
import pytest
from tools.json_schema import result_schema

from cases import one_test
from languages import GERMAN
from pgx.api.notebook import patient_html
from pgx.errors import ResultFileError
from pgx.messages.catalogue import ENGLISH
from pgx.records.genes import GeneFrequencies, HaplotypeCount
from pgx.records.notes import NoteCode
from pgx.records.structures import CopyNumber, StructuralModel, StructureEvidence
from pgx.reports.content.deidentification import deidentified
from pgx.reports.content.document import build_document
from pgx.reports.content.gene_entries import build_gene
from pgx.reports.content.release_facts import NO_FACTS, ReportFacts
from pgx.reports.content.structure_entries import build_structure
from pgx.reports.explain_text import explain_call
from pgx.reports.fhir.read_bundle import parse_fhir
from pgx.reports.fhir.write_bundle import render_fhir
from pgx.reports.figures.copy_number import draw_copies, print_copies
from pgx.reports.figures.figure_data import build_copies, build_pictures
from pgx.reports.html_page import render_html
from pgx.reports.pdf.typesetting import render_pdf
from pgx.reports.result_json import parse_result, render_json
from pgx.reports.tables.excel_report import write_xlsx
from reports import factory, structures
from reports.test_pictures import parsed
from reports.test_render_html import Page

ROOT = Path(__file__).parents[2]
NOT_ASSESSED = (
    "alternative_contigs",
    "conflict",
    "depth_too_low",
    "depth_uneven",
    "no_normaliser",
    "no_panel_windows",
    "other_assembly",
)
PRINTED_HOSTILE = factory.HOSTILE[:2] + factory.HOSTILE[9:12]
ANNEX = ReportFacts(annex=True)
IN_GERMAN = ReportFacts(language="de")


def result(call=None, **changes):
    return factory.result(calls=(call or structures.call(), factory.called()), **changes)


def text_of(data: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(data)).pages
    return " ".join(" ".join(p.extract_text() for p in pages).replace("\u200b", "").split())


def drawn(diplotype="*1/*2", **changes):
    found = build_copies(structures.evidence(diplotype, **changes))
    return parsed(draw_copies(found, ENGLISH))


def path(tree, kind):
    return "".join(e.get("d") for e in tree.iter() if e.get("class") == kind)


# what is said


@pytest.mark.parametrize(
    ("diplotype", "copies", "model"),
    [
        ("*1/*2", "2 copies", "2 intact copies"),
        ("*5/*17", "1 copy", "1 intact copy"),
        ("*36+*10/*2", "3 copies", "2 intact copies and 1 hybrid gene *36"),
        ("*68+*4/*5", "2 copies", "1 intact copy and 1 hybrid gene *68"),
    ],
)
def test_copies_and_models_in_words(diplotype, copies, model):
    entry = build_structure(structures.call(diplotype), ENGLISH)
    assert entry.brief == f"{copies}, from read depth of the gVCF"
    assert entry.result[0].startswith(f"{copies} (99.7%), otherwise ")
    assert entry.result[1].startswith(f"{model} (98.1%), otherwise 3 intact copies (1.9%)")
    assert entry.basis == (
        "Based on read depth of the gVCF; reference panel cyp2d6-gvcf-1; "
        "expected reads for two copies: 33; 41 control windows; noise 6.2%"
    )


def test_in_german():
    entry = build_structure(structures.call("*36+*10/*2"), GERMAN)
    assert entry.result == (
        "3 Kopien (99,7\u00a0%), sonst 4 Kopien (0,3\u00a0%)",
        "2 intakte Kopien und 1 Hybridgen *36 (98,1\u00a0%), sonst 3 intakte Kopien (1,9\u00a0%)",
    )
    assert "Rauschen 6,2 %" in entry.basis


def test_reads_of_both_alleles():
    entry = build_structure(structures.call(), ENGLISH)
    assert entry.balances[0] == (
        "chr22:42127941: 14 reads of the reference allele, 29 of the alternate allele (67%)"
    )


def test_nothing_is_said_where_nobody_looked():
    call = structures.call(structure=None, notes=(NoteCode.COPY_NUMBER_NOT_ASSESSED,))
    assert build_structure(call, ENGLISH) is None
    page = render_html(result(call))
    # the note on it begins with the same words
    assert f">{ENGLISH['structure']['title']}<" not in page


def test_no_copy_and_many_models():
    found = structures.evidence(
        copies=(CopyNumber(0, 1.0),), models=tuple(StructuralModel(f"{n} gene", 0.1) for n in
        (0, 1, 2, 3, 4, 5)),
    )  # fmt: skip
    entry = build_structure(structures.call(structure=found), ENGLISH)
    assert entry.result[0] == "no copy (>99.9%)"
    assert entry.result[1].startswith("no copy (10%), otherwise 1 intact copy (10%)")
    assert entry.result[1].endswith("2 more")


@one_test
@pytest.mark.parametrize("words", [ENGLISH, GERMAN])
@pytest.mark.parametrize("reason", NOT_ASSESSED)
def test_every_reason_is_a_sentence_and_there_is_no_picture(reason, words):
    call = structures.call(
        structure=structures.not_assessed(reason), notes=(NoteCode.COPY_NUMBER_NOT_ASSESSED,)
    )
    entry = build_structure(call, words)
    assert not entry.is_assessed
    assert entry.lines == (
        words["structure"]["not_assessed"].format(reason=words["structure"]["reason"][reason]),
    )
    assert build_copies(call.structure) is None


def test_a_reason_of_another_version_is_named_and_nothing_is_assessed():
    call = structures.call(structure=structures.evidence(reason="moon_phase"))
    entry = build_structure(call, ENGLISH)
    assert entry.result == ("Not assessed: reason moon_phase",)
    assert build_copies(call.structure) is None
    bare = StructureEvidence(gene="CYP2D6", source="x")
    assert not build_structure(structures.call(structure=bare), ENGLISH).is_assessed


def test_reasons_are_documented():
    page = (ROOT / "docs" / "reference" / "notes.md").read_text(encoding="utf-8")
    part = page.split("## Why copy number and hybrids are not assessed\n")[1].split("\n## ")[0]
    documented = re.findall(r"^\| `(\w+)`", part, re.MULTILINE)
    assert sorted(ENGLISH["structure"]["reason"]) == documented == sorted(NOT_ASSESSED)


def test_every_word_is_used():
    code = (ROOT / "src/pgx/reports/content/structure_entries.py").read_text(encoding="utf-8")
    folder = ROOT / "src/pgx/reports"
    code += "".join(p.read_text(encoding="utf-8") for p in folder.rglob("*.py"))
    kinds = {"whole_one", "hybrid_one", "whole", "hybrid"}
    assert not [k for k in ENGLISH["structure"] if k not in kinds and f'"{k}"' not in code]


@pytest.mark.parametrize("noted", [True, False])
def test_copies_are_said_to_be_open_exactly_where_the_note_is(noted):
    notes = (NoteCode.COPY_NUMBER_NOT_ASSESSED,) if noted else ("copy_number_from_depth",)
    call = structures.call(notes=notes, candidates=(), n_candidates=1)
    assert (build_gene(call, ENGLISH).others == ENGLISH["label"]["copies_open"]) is noted
    gaps = " ".join(build_document(result(call)).gaps)
    assert ("Copy number not determined: CYP2D6" in gaps) is noted
    assert ("gene copies not determined" in patient_html(result(call))) is noted


# what is drawn


def test_counts_without_copies_say_nothing_of_a_structural_allele():
    found = GeneFrequencies(
        gene="CYP2D6",
        groups=("AFR",),
        haplotypes=(HaplotypeCount(differences={5: "T"}, allele="*2", counts=(10,)),),
    )
    call = structures.call("*68+*4/*2", structure=structures.evidence())
    facts = ReportFacts(frequencies={"CYP2D6": found})
    [pictures] = build_pictures(factory.result(calls=(call,)), facts)
    assert [a.allele for a in pictures.alleles] == ["*2"]


def test_windows_stand_at_their_copies():
    tree = drawn("*5/*17")
    lines = [
        float(e.get("d").split()[1].split("H")[0])
        for e in tree.iter()
        if e.get("class") in ("axis", "grid") and re.match(r"M36 [\d.]+H", e.get("d"))
    ]
    zero, one, two = lines[:3]
    assert zero - one == pytest.approx(one - two, abs=0.2)
    assert len(lines) == 6, "0 to 4 copies, and the line of the exons"
    seen = [float(y) for y in re.findall(r"M[\d.]+ ([\d.]+)h", path(tree, "seen"))]
    assert len(seen) == len(structures.windows("1 gene")) + 1, "and one in the key"
    assert all(abs(y - one) < (zero - one) * 0.15 for y in seen[:-1])
    steps = re.findall(r"V([\d.]+)", path(tree, "model"))
    assert steps == [], "one copy everywhere: no step"


def test_the_model_loses_exon_nine_of_a_hybrid():
    tree = drawn("*36+*10/*2")
    steps = [float(y) for y in re.findall(r"V([\d.]+)", path(tree, "model"))]
    assert max(steps) - min(steps) > 25, "from three copies to two, down the page"


def test_exons_are_to_scale_and_numbered_against_the_positions():
    tree = drawn(reads=True)
    boxes = [e for e in tree.iter("rect") if e.get("class") == "exon"][:-1]
    exons = structures.known().exons
    assert len(boxes) == len(exons) == 18
    by_place = sorted(exons, key=lambda e: (e.gene, e.start))
    shown = sorted(boxes, key=lambda b: float(b.get("x")))
    ratios = [
        (e.end - e.start + 1) / float(b.get("width")) for e, b in zip(by_place, shown, strict=True)
    ]
    assert max(ratios) / min(ratios) < 1.05
    gaps = [float(b.get("x")) - float(a.get("x")) for a, b in pairwise(shown[:9])]
    starts = [b.start - a.start for a, b in pairwise(by_place[:9])]
    assert [round(s / g) for s, g in zip(starts, gaps, strict=True)] == [
        pytest.approx(starts[0] / gaps[0], abs=1)
    ] * 8
    numbers = [e.text for e in tree.iter("text") if e.get("class") == "m s"]
    assert numbers == [str(n) for n in range(9, 0, -1)] * 2


def test_a_gene_without_depth_says_so():
    texts = [e.text for e in drawn().iter("text")]
    assert "not measured" in texts
    assert "not measured" not in [e.text for e in drawn(reads=True).iter("text")]
    assert {"CYP2D6", "CYP2D7"} <= set(texts)


def test_it_says_in_words_what_it_shows():
    tree = drawn("*36+*10/*2")
    assert tree.get("aria-label") == (
        "Copy number along CYP2D6: 2 intact copies and 1 hybrid gene *36 (98.1%), 3 copies (99.7%)"
    )
    said = tree[0].text
    assert re.search(r"exon 2 [23]\.\d copies measured, 3\.0 expected", said)
    assert re.search(r"exon 9 2\.\d copies measured, 2\.\d expected", said)
    assert "CYP2D7: exon 1 not measured" in said or "CYP2D7: not measured" in said


@pytest.mark.parametrize("value", [9.0, 1e9, 1e300])
def test_depth_beyond_the_scale_is_marked_and_stays_in_the_picture(value):
    first, *rest = structures.windows("2 gene")
    odd = msgspec.structs.replace(first, copies=value, spread=value, expected=value)
    tree = drawn(windows=(odd, *rest))
    assert path(tree, "over")
    numbers = [float(n) for e in tree.iter("path") for n in re.findall(r"-?[\d.]+", e.get("d"))]
    assert [n for n in numbers if not -150 <= n <= 680] == []


def test_what_cannot_be_drawn_is_left_out():
    good = structures.windows("2 gene")
    changes = ({"copies": float("nan")}, {"spread": float("inf")}, {"expected": -1.0}, {"end": 1})
    odd = tuple(msgspec.structs.replace(good[0], **change) for change in changes)
    assert build_copies(structures.evidence(windows=odd)) is None
    assert build_copies(structures.evidence(windows=(*odd, *good))) == build_copies(
        structures.evidence(windows=good)
    )


def test_without_exons_it_is_still_drawn():
    tree = drawn(exons=())
    assert "CYP2D7" not in [e.text for e in tree.iter("text")]
    assert tree[0].text == f"CYP2D6: {len(structures.windows('2 gene'))} windows."


def test_page_and_print_show_the_same_drawing():
    found = build_copies(structures.evidence("*68+*4/*5"))
    printed, alt = print_copies(found, ENGLISH)
    page = draw_copies(found, ENGLISH)
    tree = parsed(printed.replace(' xmlns="http://www.w3.org/2000/svg"', ""))
    shapes = [(e.tag, e.attrib) for e in tree.iter()][2:]
    assert shapes == [(e.tag, e.attrib) for e in parsed(page).iter()][2:]
    assert parsed(page)[0].text in alt
    classes = {c for e in tree.iter() for c in (e.get("class") or "").split()}
    assert not [c for c in classes if f".{c}{{" not in tree[0].text]
    style = (ROOT / "src/pgx/reports/templates/report.css").read_text(encoding="utf-8")
    assert not [c for c in classes if f".pic .{c}" not in style]


# where it is told


@one_test
@pytest.mark.parametrize(
    ("diplotype", "facts"),
    [*((name, NO_FACTS) for name in structures.DIPLOTYPES), ("*36+*10/*2", IN_GERMAN)],
)
def test_html_and_pdf_show_it(diplotype, facts):
    shown = result(structures.call(diplotype))
    page = render_html(shown, facts)
    said = GERMAN if facts is IN_GERMAN else ENGLISH
    entry = build_structure(structures.call(diplotype), said)
    text = html.unescape(page)
    assert all(line in text for line in entry.lines)
    assert len(re.findall('<path class="model"', page)) == 2, "the line and its sign"
    with_annex = msgspec.structs.replace(facts, annex=True)
    data = render_pdf(shown, with_annex)
    assert data == render_pdf(shown, with_annex)
    assert page == render_html(shown, facts)
    printed = text_of(data)
    assert said["picture"]["copies"].format(gene="CYP2D6") in printed
    assert said["picture"]["copies_expected"] in printed
    assert entry.result[1].split(",")[0] in printed


def test_the_printed_report_grows_by_a_page_at_most():
    plain = structures.call(structure=None)
    before = len(pypdf.PdfReader(io.BytesIO(render_pdf(result(plain), ANNEX))).pages)
    after = len(pypdf.PdfReader(io.BytesIO(render_pdf(result(), ANNEX))).pages)
    assert after <= before + 1


def test_not_assessed_is_a_sentence_on_page_and_paper():
    call = structures.call(
        structure=structures.not_assessed(), notes=(NoteCode.COPY_NUMBER_NOT_ASSESSED,)
    )
    sentence = build_structure(call, ENGLISH).result[0]
    page = render_html(result(call))
    assert sentence in page
    assert 'class="model"' not in page
    printed = text_of(render_pdf(result(call), ANNEX))
    assert sentence in printed
    assert "Copy number along CYP2D6" not in printed


def test_the_wide_picture_can_be_scrolled_by_keyboard():
    regions = Page(render_html(result())).all("div")
    wide = [r for r in regions if (r.get("aria-label") or "").startswith("Copy number along")]
    assert [(r["role"], r["tabindex"]) for r in wide] == [("region", "0")]


@one_test
@pytest.mark.parametrize("word", [w for w in factory.HOSTILE if len(w) < 100])
def test_hostile_strings_stay_text(word):
    def page(text: str) -> Page:
        found = structures.evidence(
            panel=text, source=text, models=(StructuralModel(text, 0.9),),
            windows=tuple(msgspec.structs.replace(w, gene=text)
                          for w in structures.windows("2 gene")[:3]), exons=(), gene=text,
        )  # fmt: skip
        return Page(render_html(result(structures.call(structure=found))))

    assert page(word).shape() == page("S1").shape()
    found = structures.evidence(
        panel=word, source=word, gene=word, models=(StructuralModel(word, 0.9),),
        windows=tuple(msgspec.structs.replace(w, gene=word)
                      for w in structures.windows("2 gene")[:3]),
    )  # fmt: skip
    if word in PRINTED_HOSTILE:
        assert text_of(render_pdf(result(structures.call(structure=found)), ANNEX))
    refused = structures.call(structure=structures.not_assessed(word))
    assert Page(render_html(result(refused))).all("img") == []
    sections = explain_call(refused, "r")
    said = "".join(line for s in sections for line, _ in s.items)
    assert not [c for c in said if ord(c) < 32 or c in "\x7f\x85\u202e\u2028"]


def test_json_holds_all_and_a_report_is_drawn_from_it_alone():
    data = render_json(result())
    jsonschema.validate(json.loads(data), result_schema())
    read = parse_result(data)
    assert read.calls[1].structure == structures.evidence()
    assert render_html(read) == render_html(result())


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_results_from_before_have_none(version):
    old = json.loads(render_json(factory.result())) | {"schema_version": version}
    for call in old["calls"]:
        del call["structure"]
    assert [c.structure for c in parse_result(json.dumps(old).encode()).calls] == [None] * 3


@pytest.mark.parametrize("field", ["copies", "models"])
def test_impossible_probabilities_are_refused(field):
    tree = json.loads(render_json(result()))
    tree["calls"][1]["structure"][field][0]["probability"] = 1.2
    with pytest.raises(ResultFileError, match="probability"):
        parse_result(json.dumps(tree).encode())


def test_a_result_without_names_keeps_what_advice_rests_on():
    left = deidentified(result(), "P1")
    assert left.calls[0].structure == structures.evidence()
    assert b'"S1"' not in render_json(left)


def test_explain_prints_copies_models_and_reads():
    sections = {s.title: s.items for s in explain_call(structures.call("*36+*10/*2"), "r")}
    items = sections["Copy number and hybrid genes"]
    assert items[0] == ("3 copies (99.7%), otherwise 4 copies (0.3%)", ())
    assert items[1][0].startswith("2 intact copies and 1 hybrid gene *36")
    assert items[-1][0] == "Reads of each allele at heterozygous sites"
    assert len(items[-1][1]) == 2


def test_fhir_tells_and_carries_it_without_windows():
    data = render_fhir(result(), NO_FACTS)
    told = json.loads(data)
    notes = [n["text"] for e in told["entry"] for n in e["resource"].get("note", ())]
    assert any(
        n.startswith("CYP2D6, Copy number and hybrid genes: 2 copies (99.7%)") for n in notes
    )
    [call] = [c for c in parse_fhir(data).calls if c.gene == "CYP2D6"]
    expected = msgspec.structs.replace(structures.evidence(), windows=(), exons=())
    assert call.structure == expected
    assert b"DepthWindow" not in data


def test_workbook_and_notebook_tell_it():
    buffer = io.BytesIO()
    with write_xlsx(buffer, NO_FACTS) as add:
        add(result())
    sheet = openpyxl.load_workbook(buffer)["calls"]
    heading, *lines = sheet.iter_rows(values_only=True)
    cells = {line[1]: dict(zip(heading, line, strict=True)) for line in lines}
    assert cells["CYP2D6"]["Copies and hybrids"].startswith("2 copies (99.7%)")
    assert cells["CYP2C19"]["Copies and hybrids"] is None
    assert "2 copies, from read depth of the gVCF" in patient_html(result())
