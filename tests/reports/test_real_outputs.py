"""Whole runs: example files and hostile sample names, from VCF to what is written."""

from __future__ import annotations

import html
import io
import json
import os
import re
from pathlib import Path

import jsonschema
import msgspec
import pypdf
import pytest
from tools.json_schema import result_schema

import pgx
from cases import one_test
from pgx.engine.annotate import annotate
from pgx.inputs.side_files import read_outside_calls
from pgx.messages.catalogue import ENGLISH, catalogue
from pgx.reports.content.document import build_document
from pgx.reports.content.release_facts import facts_for, facts_of
from pgx.reports.files.output_folder import write_results
from pgx.reports.html_page import render_html
from pgx.reports.pdf.typesetting import render_pdf, render_pdf_card, render_pdf_patient
from pgx.reports.result_json import parse_result, read_result, render_json
from reports import factory
from reports.ordered import MEDICINES, ordered_example, write_patient
from reports.test_render_html import Page
from reports.test_render_json import sorted_result
from reports.test_render_tsv import assert_harmless

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "patient.g.vcf"
SHARED = Path(os.environ.get("PGX_VALIDATION_DATA", ROOT.parent / "shared"))
PICTURES = {"figure", "figcaption", "svg", "desc", "text", "rect", "path", "circle", "g", "use"}
GENOMES = sorted((SHARED / "gvcf").glob("*.g.vcf.gz"))
PROBES = sorted((SHARED / "badvcf" / "probes").glob("sample_*.vcf"))


@pytest.fixture(scope="module")
def run():
    return annotate([EXAMPLE])


@pytest.fixture(scope="module")
def result(run):
    [only] = run.results()
    return only


def test_json_follows_the_schema_and_is_read_back(result):
    data = render_json(result)
    jsonschema.validate(json.loads(data), result_schema())
    assert parse_result(data) == sorted_result(result)


def test_a_read_result_gives_the_same_report(tmp_path, run, result):
    facts = facts_for(result, run.knowledge)
    write_results([result], tmp_path, facts=facts)
    again = read_result(tmp_path / f"{result.sample}.pgx.json")
    page = (tmp_path / f"{result.sample}.pgx.html").read_text(encoding="utf-8")
    assert render_html(again, facts_for(again, run.knowledge)) == page


def test_every_drug_and_gene_is_in_the_page(run, result):
    text = render_html(result, facts_for(result, run.knowledge))
    assert text.count('<details class="drug ') == len({r.drug for r in result.recommendations})
    assert text.count('<details class="gene"') == len(result.calls)
    assert text.count("<th>chr") == sum(len(call.sites) for call in result.calls)


def test_no_code_is_left_without_words(run, result):
    words = " ".join(Page(render_html(result, facts_for(result, run.knowledge))).text)
    left = set(re.findall(r"\b[a-z]+(?:_[a-z0-9]+)+\b", words))
    assert not left


def test_unsettled_drugs_are_marked_where_they_stand(result):
    text = render_html(result)
    for row in result.recommendations:
        if row.certainty != "certain":
            name = row.drug[:1].upper() + row.drug[1:]
            part = text.split(f"</svg><b>{name}</b>")[1].split('<details class="drug ')[0]
            assert "m-depends" in part or "m-unknown" in part


@one_test(sample=4)
@pytest.mark.validation
@pytest.mark.skipif(not PROBES, reason="no validation data (PGX_VALIDATION_DATA)")
@pytest.mark.parametrize("path", PROBES, ids=lambda path: path.name)
def test_hostile_sample_names_of_real_files(tmp_path, path):
    run = annotate([path])
    results = list(run.results())
    for refused in run.refused:
        assert refused.line().isprintable()
    folder = tmp_path / "out"
    write_results(results, folder)
    assert {p.name for p in tmp_path.iterdir()} == {"out"}
    assert_harmless((folder / "calls.tsv").read_text(encoding="utf-8"))
    assert_harmless((folder / "recommendations.tsv").read_text(encoding="utf-8"))
    plain = {tag for tag, _ in Page(render_html(factory.result())).elements}
    for page in folder.glob("*.html"):
        elements = {tag for tag, _ in Page(page.read_text(encoding="utf-8")).elements}
        assert elements <= plain | {"details", "summary"} | PICTURES


def test_every_actionable_drug_is_on_page_one_of_the_pdf_with_its_action(run, result):
    facts = facts_for(result, run.knowledge)
    page = pypdf.PdfReader(io.BytesIO(render_pdf(result, facts))).pages[0].extract_text()
    said = " ".join(page.replace("\xa0", " ").split())
    lines = [d for c in build_document(result, facts).summary.by_class for d in c.drugs]
    assert lines
    for line in lines:
        assert f"{line.name} {line.word}" in said


def plain(text):
    """The text without places to break it, and with plain spaces."""
    return " ".join(text.replace("\u200b", "").split())


def first_screen(page):
    """Text of the header and of the section that a page opens with."""
    shown = page[page.index("<header") : page.index('<section id="recommendations"')]
    return html.unescape(re.sub("<[^>]+>", " ", shown))


def assert_answered(result, facts, first, *names):
    """Whose result, the medicines, every called gene, and every drug to avoid."""
    summary = build_document(result, facts).summary
    genes = {gene.gene for gene in summary.findings}
    genes |= {gene.gene for usual in summary.usual for gene in usual.genes}
    assert genes == {c.gene for c in result.calls if c.status in ("called", "ambiguous")}
    drugs = [drug.name for group in summary.avoid for drug in group.drugs]
    actions = [line.action for medicine in summary.medicines for line in medicine.drugs]
    for said in (*names, *genes, *drugs, *actions):
        assert plain(said) in plain(first), said


def assert_short(result, facts, *names):
    """Nothing of the answer is beyond page one, and no file is longer than it may be."""
    pages = pypdf.PdfReader(io.BytesIO(render_pdf(result, facts))).pages
    assert len(pages) <= 4
    assert_answered(result, facts, pages[0].extract_text(), result.sample, *names)
    for renderer, most in ((render_pdf_patient, 1), (render_pdf_card, 2)):
        assert len(pypdf.PdfReader(io.BytesIO(renderer(result, facts))).pages) == most


@one_test(sample=2)
@pytest.mark.validation
@pytest.mark.skipif(not GENOMES, reason="no validation data (PGX_VALIDATION_DATA)")
@pytest.mark.parametrize("path", GENOMES[:30], ids=lambda path: path.name)
def test_a_genome_is_answered_on_the_first_screen_and_in_four_pages_at_most(path, tmp_path):
    run = annotate([path])
    [result] = run.results()
    taking = write_patient(tmp_path / "patient.json", sample=result.sample)
    [treated] = pgx.annotate(path, patient=taking)
    for language in ("en", "de"):
        facts = msgspec.structs.replace(facts_for(result, run.knowledge), language=language)
        assert_short(result, facts)
        assert_short(treated, facts, *MEDICINES)
        assert_answered(treated, facts, first_screen(render_html(treated, facts)), result.sample)


@pytest.mark.parametrize("language", ["en", "de"])
def test_an_order_and_eight_medicines_are_answered_on_page_one(language):
    result, facts = ordered_example(language)
    assert_short(result, facts, "Ada Example", "ACC-2026-0001", "EDTA blood", *MEDICINES)
    page = pypdf.PdfReader(io.BytesIO(render_pdf(result, facts))).pages[0].extract_text()
    said = catalogue(language)
    # what the order and the patient file both state is printed once
    assert page.count(said["patient"]["sex"]) == 1
    assert said["print"]["dose_elsewhere"] not in " ".join(page.split())


def test_a_patient_with_many_drugs_is_answered_in_four_pages_and_the_annex_has_the_rest():
    example = EXAMPLE.parent
    calls = read_outside_calls(example / "outside-calls.tsv")
    [result] = pgx.annotate(
        EXAMPLE,
        patient=example / "patient.json",
        outside=[call for call in calls if call.sample == "EXAMPLE_1"],
    )
    facts = facts_of(pgx.KnowledgeBase())
    assert len(pypdf.PdfReader(io.BytesIO(render_pdf(result, facts))).pages) <= 4
    full = pypdf.PdfReader(
        io.BytesIO(render_pdf(result, msgspec.structs.replace(facts, annex=True)))
    )
    said = " ".join(page.extract_text() for page in full.pages[4:])
    assert ENGLISH["print"]["positions_hint"].split(";")[0] in " ".join(said.split())
