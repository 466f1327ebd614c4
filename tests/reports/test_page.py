"""The page as a browser takes it: valid, whole without its script, usable by everybody."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
from pathlib import Path

import html5lib
import pytest
from validation.accessibility import GRAVE, SCHEMES, WIDTHS, check_page, find_chromium

import pgx
from cases import one_test
from pgx.engine.annotate import annotate
from pgx.inputs.side_files import read_outside_calls
from pgx.reports.content.release_facts import ReportFacts, facts_for, facts_of
from pgx.reports.html_page import render_html
from reports import factory
from reports.test_render_html import Page, facts, full

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("PGX_VALIDATION_DATA", ROOT.parent / "shared"))
REAL = sorted((SHARED / "gvcf").glob("*.g.vcf.gz"))
AXE = Path(os.environ.get("PGX_AXE", ROOT / "build" / "axe.min.js"))
SAMPLE = "EXAMPLE_1"
LIMIT = 600_000  # bytes; a paragraph for the record of each drug is a tenth of it

needs_chromium = pytest.mark.skipif(not find_chromium(), reason="no Chromium (PGX_CHROMIUM)")


@pytest.fixture(scope="module")
def page() -> str:
    example = ROOT / "examples"
    outside = read_outside_calls(example / "outside-calls.tsv")
    [result] = pgx.annotate(
        example / "patient.g.vcf",
        patient=example / "patient.json",
        outside=[call for call in outside if call.sample == SAMPLE],
    )
    return render_html(result, facts_of(pgx.KnowledgeBase()))


def assert_valid(text: str) -> None:
    html5lib.HTMLParser(strict=True).parse(text)
    ids = re.findall(r' id="([^"]*)"', text)
    assert len(ids) == len(set(ids))


def test_the_example_is_valid_html(page):
    assert_valid(page)


@one_test
@pytest.mark.parametrize("name", ["S1", *factory.HOSTILE])
def test_hostile_strings_leave_the_page_valid(name):
    assert_valid(render_html(full(name), facts()))


def test_headings_do_not_jump_and_every_table_has_headers(page):
    found = Page(page)
    levels = [int(tag[1]) for tag, _ in found.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))
    for table in re.findall(r"<table.*?</table>", page, re.DOTALL):
        assert "<th" in table


def test_the_page_is_whole_without_its_script(page):
    bare = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert [t for t in Page(bare).text if t.strip()] == [t for t in Page(page).text if t.strip()]
    hidden = [attrs for _, attrs in Page(page).elements if "hidden" in attrs]
    assert [attrs["id"] for attrs in hidden] == ["find"], "only what the script needs is hidden"
    assert 'class="off' not in page


def test_what_is_filtered_away_on_screen_is_printed():
    [style, _] = Page(render_html(factory.result())).styles
    assert style.count(".off{") == 1
    assert "@media screen{.off{display:none!important}}" in style


@one_test(sample=1)
@pytest.mark.validation
@pytest.mark.skipif(not REAL, reason="no validation data (PGX_VALIDATION_DATA)")
@pytest.mark.parametrize("path", REAL[:3], ids=lambda path: path.name)
def test_a_real_sample_is_small_and_valid(path):
    run = annotate([path])
    for result in run.results():
        text = render_html(result, facts_for(result, run.knowledge))
        assert len(text.encode("utf-8")) < LIMIT
        assert_valid(text)


def loaded(page: str, tmp_path: Path, then: str = "", at: str = "") -> str:
    """Return the page as it is after loading, and after a script of the test's own."""
    file = tmp_path / "page.html"
    if then:
        page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
        page = page.replace("</body>", f"<script>{then}</script></body>")
    file.write_text(page, encoding="utf-8")
    command = [
        find_chromium(), "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom",
        f"--user-data-dir={tmp_path / 'profile'}", file.as_uri() + at,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=True)
    return done.stdout


def shown_drugs(dom: str) -> list[str]:
    tags = re.findall(r'<details class="drug b-\w+( off)?" id="[^>]*>.*?<b>([^<]*)</b>', dom)
    return [name.strip() for off, name in tags if not off]


@needs_chromium
def test_the_policy_lets_the_script_run_and_search_is_offered(tmp_path):
    dom = loaded(render_html(factory.result()), tmp_path)
    assert re.search(r'<div class="find" id="find" role="search">', dom)
    assert len(shown_drugs(dom)) == 4


@needs_chromium
def test_the_policy_lets_no_other_script_run(tmp_path):
    page = render_html(factory.result()).replace(
        "</body>", "<script>document.title = 'ran'</script></body>"
    )
    assert "<title>ran" not in loaded(page, tmp_path)


@one_test
@needs_chromium
@pytest.mark.parametrize(
    ("words", "drugs"),
    [
        ("CLOPI", ["Clopidogrel"]),
        ("cyp2c19", ["Clopidogrel", "Warfarin"]),
        ("cyp2c19 warf", ["Warfarin"]),
        ("nothing of the kind", []),
        ("", ["Clopidogrel", "Efavirenz", "Warfarin", "Abacavir"]),
    ],
)
def test_search_by_drug_and_gene(tmp_path, words, drugs):
    typed = (
        f"const w = document.getElementById('find-words'); w.value = '{words}';"
        "w.dispatchEvent(new Event('input'));"
    )
    dom = loaded(render_html(factory.result()), tmp_path, typed)
    assert shown_drugs(dom) == drugs
    said = f"{len(drugs)} of 4 drugs shown" if words else ""
    assert re.search(r'<p id="found"[^>]*>([^<]*)', dom)[1].strip() == said


@needs_chromium
def test_a_search_opens_the_groups_of_what_it_finds(tmp_path):
    page = render_html(factory.result())
    assert 'id="group-directed"><summary>' in page, "closed until it is asked for"
    typed = (
        "const w = document.getElementById('find-words'); w.value = 'efav';"
        "w.dispatchEvent(new Event('input'));"
    )
    [name] = shown_drugs(loaded(page, tmp_path, typed))
    assert name == "Efavirenz"
    typed = typed.replace("efav", "warf")
    dom = loaded(page, tmp_path, typed)
    assert re.search(r'id="group-directed"[^>]* open=""', dom)
    assert re.search(r'class="group b-unassessed off"', dom)


@needs_chromium
def test_a_link_opens_what_it_leads_to_and_ends_a_search_that_hides_it(tmp_path):
    page = render_html(factory.result())
    target = re.search(
        r'id="(drug-\d+)"[^>]*><summary><span class="name"><svg[^>]*><use[^>]*></svg><b>Warfarin',
        page,
    )[1]
    followed = (
        "const w = document.getElementById('find-words'); w.value = 'clopi';"
        "w.dispatchEvent(new Event('input'));"
        f"location.hash = '{target}'; window.dispatchEvent(new Event('hashchange'));"
    )
    dom = loaded(page, tmp_path, followed)
    assert len(shown_drugs(dom)) == 4
    assert re.search(rf'id="{target}"[^>]* open=""', dom)
    assert re.search(r'id="group-directed"[^>]* open=""', dom)


@pytest.mark.slow
@needs_chromium
@pytest.mark.skipif(not AXE.is_file(), reason="no axe-core: npm pack axe-core (PGX_AXE)")
@pytest.mark.parametrize("place", WIDTHS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing_serious(page, place, scheme):
    axe = AXE.read_text(encoding="utf-8")
    told = check_page(page, axe, WIDTHS[place], SCHEMES[scheme], find_chromium())
    assert told["width"] == WIDTHS[place]
    assert told["dark"] == (scheme == "dark")
    assert told["passes"] > 20
    assert [v for v in told["violations"] if v["impact"] in GRAVE] == []
    assert told["scroll"] <= WIDTHS[place], "no sideways scrolling of the page"


@pytest.mark.slow
@needs_chromium
@pytest.mark.skipif(not AXE.is_file(), reason="no axe-core: npm pack axe-core (PGX_AXE)")
def test_axe_would_find_a_fault():
    page = render_html(factory.result(), ReportFacts()).replace(
        'role="img" aria-label', 'role="img" data-x'
    )
    told = check_page(page, AXE.read_text(encoding="utf-8"), 1100, 1, find_chromium())
    assert "svg-img-alt" in {v["id"] for v in told["violations"] if v["impact"] in GRAVE}
