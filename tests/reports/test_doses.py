"""The part of a report on doses: what it says, how it is drawn, in both languages, on paper."""

from __future__ import annotations

import io
import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import html5lib
import msgspec
import pypdf
import pytest

from cases import one_test
from languages import ENGLISH_WORDS
from pgx.engine.annotate import annotate
from pgx.engine.personal import with_patient
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.calls import Override
from pgx.records.patient import Medicine, MedicineUse, Patient
from pgx.reports.content.deidentification import deidentified
from pgx.reports.content.document import build_document, with_doses
from pgx.reports.content.release_facts import facts_for
from pgx.reports.files.formats import render_one
from pgx.reports.html_page import render_document, render_html
from pgx.reports.result_json import render_json
from pgx_dosing.folders import shipped_folder
from pgx_dosing.replies import Asked, DoseReply
from pgx_dosing.report import section as section_module
from pgx_dosing.report.section import steps
from pgx_dosing.report.words import DoseBar, EquationEntry
from reports.factory import HOSTILE
from reports.test_render_html import Page

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "patient.g.vcf"
BODY = {"age_years": 67.0, "sex": "female", "weight_kg": 71.5, "height_cm": 164.0}
SECTION = re.compile(r'<section id="doses".*?</section>', re.DOTALL)
ENGLISH_PARTS = re.compile(r'<(\w+)[^>]* lang="en"[^>]*>.*?</\1>', re.DOTALL)
LINKS = re.compile(r"<a .*?</a>|<span lang=.*?</span>", re.DOTALL)


@pytest.fixture(scope="module")
def knowledge():
    return KnowledgeBase()


@pytest.fixture(scope="module")
def plain(knowledge):
    [result] = annotate([EXAMPLE], knowledge=knowledge).results()
    return result


def taking(plain, knowledge, *names, **fields):
    medicines = tuple(Medicine(name=name, use=MedicineUse.CURRENT) for name in names)
    return with_patient(plain, Patient(medicines=medicines, **{**BODY, **fields}), knowledge)


@pytest.fixture(scope="module")
def warfarin(plain, knowledge):
    return taking(
        plain, knowledge, "warfarin", "amiodarone", "siponimod", "Plavix", "simvastatin",
        "eliglustat", "mavacamten", "tacrolimus",
    )  # fmt: skip


@pytest.fixture(scope="module")
def facts(plain, knowledge):
    return facts_for(plain, knowledge)


def in_german(facts):
    return msgspec.structs.replace(facts, language="de")


def entries(result, facts):
    return {d.drug: d for d in with_doses(build_document(result, facts), result, facts).doses}


def section(result, facts) -> str:
    return SECTION.search(render_html(result, facts))[0]


def words(html: str) -> str:
    return " ".join(" ".join(Page(f"<div>{html}</div>").text).split())


def pdf_text(result, facts) -> str:
    """Text of the printed report with its annex, where doses are shown in full."""
    facts = msgspec.structs.replace(facts, annex=True)
    pages = pypdf.PdfReader(io.BytesIO(render_one("pdf", result, facts))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_without_a_patient_a_page_is_as_without_models(plain, facts):
    page = render_html(plain, facts)
    assert page == render_html(plain, msgspec.structs.replace(facts, knowledge=None))
    assert 'id="doses"' not in page
    assert "dose-brief" not in page


def test_a_patient_without_dosed_drugs_has_no_part_on_doses(plain, knowledge, facts):
    assert 'id="doses"' not in render_html(taking(plain, knowledge, "codeine"), facts)


def test_the_part_tells_dose_interval_inputs_and_source(warfarin, facts):
    entry = entries(warfarin, facts)["warfarin"]
    first = entry.equations[0]
    said = words(section(warfarin, facts))
    for text in (
        first.said, first.interval, first.population, *first.limits, *first.remarks,
        *(fact.value for fact in first.inputs), "PMID 19228618", "takes amiodarone",
        "self-reported race or ancestry", "unknown (not provided); assumed: Unknown",
    ):  # fmt: skip
        assert text in said, text
    assert any(rule.title in said and rule.open for rule in entry.rules)
    assert "[PGX-MOD-002] INR on day 4 or 5 is required" in said


def test_bars_add_up_to_the_dose(warfarin, facts):
    first = entries(warfarin, facts)["warfarin"].equations[0]
    assert {bar.name for bar in first.bars} >= {"CYP2C9", "amiodarone", "weight"}
    drawn = steps(first, "typical", "own")
    assert drawn[-2].end == pytest.approx(first.dose, abs=0.05)
    assert drawn[-1].end == first.dose
    assert all(one.end == two.start for one, two in itertools.pairwise(drawn[:-1]))


def test_more_and_less_are_told_by_sign_and_not_by_colour_alone():
    bars = (DoseBar("up", 5.0, "+5.00"), DoseBar("down", -2.0, "−2.00"))
    own = EquationEntry(
        title="t", model="m 1", predicts="p", unit="mg/week", dose=33.0, typical=30.0,
        said="33 mg/week", typical_said="30 mg/week", interval="", certainty="certain", bars=bars,
    )  # fmt: skip
    kinds = [(step.kind, step.start, step.end) for step in steps(own, "typical", "own")]
    assert kinds == [
        ("sum", 0.0, 30.0), ("more", 30.0, 35.0), ("less", 35.0, 33.0), ("sum", 0.0, 33.0),
    ]  # fmt: skip


def test_the_picture_says_all_that_it_shows(warfarin, facts):
    first = entries(warfarin, facts)["warfarin"].equations[0]
    drawn = re.search(r'<svg class="pic"[^>]*>.*?</svg>', section(warfarin, facts), re.DOTALL)[0]
    described = re.search(r"<desc>(.*?)</desc>", drawn)[1]
    assert 'role="img"' in drawn
    for text in (first.said, first.typical_said, first.interval, *(b.said for b in first.bars)):
        assert text in described


def test_the_advice_on_a_drug_leads_to_its_dose(warfarin, facts):
    page = render_html(warfarin, facts)
    entry = entries(warfarin, facts)["warfarin"]
    assert f'<a href="#{entry.anchor}">Dose</a>: {entry.brief}' in page
    assert f'id="{entry.anchor}"' in page
    assert page.count('id="doses"') == 1
    html5lib.HTMLParser(strict=True).parse(page)
    ids = re.findall(r' id="([^"]*)"', page)
    assert len(ids) == len(set(ids))


def test_its_style_is_allowed_by_the_policy_of_the_page(warfarin, facts):
    page = render_html(warfarin, facts)
    assert len(Page(page).styles) == 3
    assert page.partition("<style>")[0].count("sha256-") == 4


def test_doses_by_equations_stand_before_labels_and_scores(warfarin, facts):
    assert next(iter(entries(warfarin, facts))) == "warfarin"


def test_the_label_of_each_place_has_its_own_answer(warfarin, facts):
    entry = entries(warfarin, facts)["siponimod"]
    assert entry.brief == (
        "EU: 1 mg once a day after a titration of five days; US: 1 mg once a day after a titration"
        " of four days; not with the starter pack for 2 mg"
    )
    assert [rule.jurisdiction for rule in entry.rules] == ["EU", "US"]


def test_a_score_that_waits_names_what_it_waits_for(warfarin, facts):
    entry = entries(warfarin, facts)["clopidogrel"]
    [rule] = entry.rules
    assert rule.certainty == "unknown"
    assert "diabetes mellitus" in rule.open
    assert len(rule.answers) == 2
    assert entry.brief == "see the section on doses"


def test_a_medicine_that_nobody_knows_leaves_the_dose_open(plain, knowledge, facts):
    result = taking(plain, knowledge, "warfarin", "xyzzyol")
    first = entries(result, facts)["warfarin"].equations[0]
    assert first.certainty == "depends"
    assert any("amiodarone yes" in other for other in first.alternatives)
    said = words(section(result, facts))
    assert "Provisional: depends on unresolved or missing data" in said
    assert first.alternatives[0] in said
    assert entries(result, facts)["warfarin"].brief.endswith("other doses are possible")


def test_nothing_is_built_on_an_open_dose(plain, knowledge, facts):
    def loading(*names):
        entry = entries(taking(plain, knowledge, "warfarin", *names), facts)["warfarin"]
        return [rule for rule in entry.rules if "loading" in rule.title], entry.not_answered

    [own], _ = loading()
    assert own.certainty == "certain"
    none, missed = loading("xyzzyol")
    assert none == []
    assert any("loading" in fact.name and "depends on" in fact.value for fact in missed)


def test_who_takes_it_already_needs_no_loading(warfarin, plain, knowledge, facts):
    assert "already takes the drug" in entries(warfarin, facts)["warfarin"].notes[0]
    medicine = Medicine(name="warfarin", use=MedicineUse.PLANNED)
    planned = with_patient(plain, Patient(medicines=(medicine,), **BODY), knowledge)
    assert entries(planned, facts)["warfarin"].notes == ()


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_refusal_is_shown_with_its_code(plain, knowledge, facts, language):
    result = taking(plain, knowledge, "warfarin", "siponimod", age_years=16.0)
    shown_as = msgspec.structs.replace(facts, language=language)
    entry = entries(result, shown_as)["warfarin"]
    assert entry.refusal.startswith("[PGX-MOD-003] ")
    for said in (words(section(result, shown_as)), pdf_text(result, shown_as)):
        assert "[PGX-MOD-003]" in said
    assert entries(result, shown_as)["siponimod"].refusal.startswith("[PGX-MOD-003] ")


def test_a_result_of_another_release_says_so(warfarin, knowledge):
    made = msgspec.structs.replace(warfarin.provenance, knowledge_digest="0" * 64)
    other = msgspec.structs.replace(warfarin, provenance=made)
    said = words(section(other, facts_for(other, knowledge)))
    assert "No dose: this result was made with another release of the knowledge base" in said


def test_what_a_laboratory_decided_on_a_gene_is_told(warfarin, facts):
    gene = next(g for r in warfarin.recommendations if r.drug == "warfarin" for g in r.genes)
    held = Override(sample="", gene=gene, says="x", by="Dr A", date="2026-11-01", reason="y")
    decided = msgspec.structs.replace(warfarin, overrides=(held,))
    assert f"The laboratory decided otherwise on {gene}" in words(section(decided, facts))
    assert "decided otherwise" not in words(section(warfarin, facts))


def test_a_de_identified_result_keeps_its_dose(plain, knowledge, facts):
    result = taking(plain, knowledge, "warfarin", date="2026-11-01")
    shown = deidentified(result, "P001")
    assert (
        entries(shown, facts)["warfarin"].equations == entries(result, facts)["warfarin"].equations
    )


@one_test(sample=8)
@pytest.mark.parametrize("text", HOSTILE)
def test_texts_of_a_model_are_texts(warfarin, facts, text, monkeypatch):
    reply = DoseReply(drug="warfarin", asked=Asked.NAMED, code="X", reason=text)
    monkeypatch.setattr(section_module, "dose_replies", lambda *_: (reply,))
    document = with_doses(build_document(warfarin, facts), warfarin, facts)
    assert document.doses
    page = Page(render_document(document))
    assert page.all("img") == []
    assert len(page.scripts) == 1


def test_the_saved_result_has_no_dose(warfarin):
    held = json.loads(render_json(warfarin))
    assert "doses" not in held
    assert held["schema_version"] == "1.5"


# German


def said_by(tree: Any, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield from said_by(value, name)
    elif isinstance(tree, list):
        for value in tree:
            yield from said_by(value, key)
    elif isinstance(tree, str):
        yield key, tree


def shipped_texts() -> set[str]:
    """Texts of published models and of rules that a report may show."""
    keys = {"title", "population", "limits", "notes", "meaning", "label", "predicts", "source"}
    found: set[str] = set()
    for path in shipped_folder().glob("*/*.json"):
        model = json.loads(path.read_bytes())
        if path.name == "rules.json" or (path.name == "model.json" and _is_published(model)):
            model.pop("citations", None)
            model.pop("citation", None)
            pairs = list(said_by(model))
            texts = {text for key, text in pairs if key in keys and text}
            texts |= {t for k, t in pairs if k in ("text", "reason") and t}
            found |= texts - {"plausibility", "source"}  # kinds of limits, not sentences
    alerts = json.loads((shipped_folder() / "alerts.json").read_bytes())["alerts"]
    return found | {alert["text"] for alert in alerts}


def _is_published(model: dict[str, Any]) -> bool:
    return model["kind"] == "published"


def german_texts() -> dict[str, str]:
    return json.loads((shipped_folder() / "words" / "de.json").read_bytes())


def test_every_text_that_is_shipped_is_in_german():
    assert sorted(shipped_texts() - set(german_texts())) == []


def test_no_translation_is_of_a_text_that_is_gone():
    files = [path for path in shipped_folder().glob("*/*.json") if path.name != "de.json"]
    files.append(shipped_folder() / "alerts.json")
    held = " ".join(path.read_text(encoding="utf-8") for path in files)
    assert [text for text in german_texts() if f'"{text}"' not in held] == []


def test_translations_keep_their_numbers():
    figures = re.compile(r"\d+(?:[.,]\d+)*")

    def numbers(text: str) -> list[str]:
        return sorted(re.sub("[.,]", "", n) for n in figures.findall(text))

    for english, german in german_texts().items():
        assert numbers(english) == numbers(german), english


def test_a_german_page_has_no_english_but_what_is_marked(warfarin, facts):
    html = section(warfarin, in_german(facts))
    kept = ENGLISH_PARTS.sub("", LINKS.sub("", html))
    assert ENGLISH_WORDS.findall(words(kept)) == []
    assert "15,4 mg/Woche" in words(html)
    assert '<span lang="en">[PGX-MOD-002]' in html


# paper


def test_the_printed_report_says_the_same(warfarin, facts):
    said = pdf_text(warfarin, facts)
    first = entries(warfarin, facts)["warfarin"].equations[0]
    for text in (
        first.said,
        "Contributions to the dose",
        "PMID 19228618",
        *(b.said for b in first.bars),
    ):
        assert text in said, text


def test_pages_for_patients_tell_no_dose(warfarin, facts):
    for name in ("pdf-patient", "pdf-card"):
        pages = pypdf.PdfReader(io.BytesIO(render_one(name, warfarin, facts))).pages
        assert "mg/week" not in " ".join(page.extract_text() for page in pages)
