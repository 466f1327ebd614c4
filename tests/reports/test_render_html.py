"""The page: nothing from the outside acts in it, nothing unsure reads as sure."""

from __future__ import annotations

import base64
import hashlib
import html
import itertools
import re
from html.parser import HTMLParser

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases import one_test
from pgx.records.advice import Drug, DrugStatus, Guideline
from pgx.records.calls import CallStatus, Candidate
from pgx.reports.content.release_facts import ReportFacts, SourceFact
from pgx.reports.html_page import render_html
from reports import factory

VOID = {"meta", "use", "path", "circle", "link", "br", "img", "input"}
# elements whose end tag HTML lets a page leave out, and what ends them
BLOCKS = {"p", "div", "ul", "dl", "table", "details", "section", "figure", "h2", "h3"}
IMPLIED = {
    "p": BLOCKS, "li": {"li"}, "dt": {"dt", "dd"}, "dd": {"dt", "dd"}, "tr": {"tr"},
    "th": {"th", "td", "tr"}, "td": {"th", "td", "tr"},
}  # fmt: skip


class Page(HTMLParser):
    """Elements, attributes and text of a page; fails where elements do not nest."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.stack: list[str] = []
        self.text: list[str] = []
        self.styles: list[str] = []
        self.scripts: list[str] = []
        self.feed(text)
        self.close()
        assert not self.stack

    def handle_starttag(self, tag, attrs):
        while self.stack and tag in IMPLIED.get(self.stack[-1], ()):
            self.stack.pop()
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        while tag not in IMPLIED and self.stack[-1] in IMPLIED:
            self.stack.pop()
        assert self.stack.pop() == tag

    def handle_data(self, data):
        kinds = {"style": self.styles, "script": self.scripts}
        kinds.get(self.stack[-1] if self.stack else "", self.text).append(data)

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")

    def shape(self) -> list[tuple[str, tuple[str, ...]]]:
        return [(tag, tuple(attrs)) for tag, attrs in self.elements]

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]


def facts() -> ReportFacts:
    return ReportFacts(
        drugs=(
            Drug(drug="warfarin", authority="CPIC", status=DrugStatus.COVERED),
            Drug(drug="abacavir", authority="CPIC", status=DrugStatus.PENDING),
        ),
        guidelines=(
            Guideline(
                guideline_id="PA166104948",
                authority="CPIC",
                years=("2022", "2013"),
                url="https://www.clinpgx.org/guidelineAnnotation/PA166104948",
            ),
        ),
        sources=(SourceFact(name="CPIC", version="2025-11"),),
    )


def plain_text(page: str) -> str:
    return re.sub(r"\s+", " ", " ".join(Page(page).text))


def full(name: str):
    """A result in which every string that an input can choose is the given one."""
    return factory.result(
        name,
        calls=(
            factory.called(name, diplotype=name, phenotype=name, phenotypes=(name, "x")),
            factory.ambiguous(
                name,
                candidates=(Candidate(name), Candidate("*4")),
                undocumented=(name,),
                missing=(name,),
                depends_on=(name, f"phase:{name}"),
                notes=(name,),
                findings=(name,),
                sites=(factory.site(name, rsid=name, alleles=(name, "."), reason=name),),
            ),
            factory.not_assessed(name),
        ),
        recommendations=(
            factory.advice(
                name,
                name,
                text=name,
                source=name,
                classification=name,
                population=name,
                implications=(name,),
                pmids=(name,),
            ),
            factory.depending(name, depends_on=(name, "chr1:5"), lookup=name),
        ),
        provenance=factory.provenance(assembly=name, settings={name: name}),
    )


@one_test
@pytest.mark.parametrize("name", factory.HOSTILE)
def test_hostile_strings_add_no_element_and_no_attribute(name):
    assert Page(render_html(full(name))).shape() == Page(render_html(full("S1"))).shape()


@given(st.text(min_size=1).filter(lambda name: name != "S1" and not name.isdecimal()))
@settings(max_examples=25, deadline=None)
def test_any_string_adds_no_element(name):
    page = Page(render_html(full(f"x{name}")))
    assert page.shape() == Page(render_html(full("xS1"))).shape()


@one_test
@pytest.mark.parametrize("name", factory.HOSTILE)
def test_hidden_characters_are_written_out(name):
    page = html.unescape(render_html(full(name)))
    assert not [c for c in page if ord(c) < 32 and c != "\n"]
    assert not set(page) & set("\x7f\x85\u202e\u2066\u200b\u2028\ufeff")
    if "\u202e" in name:
        assert "⟨U+202E⟩" in page


def test_a_gene_name_from_outside_is_harmless_too():
    name = '"><script>'
    result = factory.result(calls=(factory.called(gene=name),), recommendations=())
    page = Page(render_html(result))
    assert len(page.all("script")) == 1


def digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_the_policy_allows_nothing_but_the_two_styles_and_the_script():
    page = Page(render_html(factory.result(), facts()))
    [policy] = [m["content"] for m in page.all("meta") if "http-equiv" in m]
    assert len(page.styles) == 2
    [script] = page.scripts
    assert policy == (
        f"default-src 'none'; style-src {' '.join(map(digest, page.styles))};"
        f" script-src {digest(script)}; base-uri 'none'; form-action 'none'"
    )


@one_test
@pytest.mark.parametrize("name", ["S1", *factory.HOSTILE])
def test_the_page_loads_nothing_and_runs_nothing_but_its_own_script(name):
    page = Page(render_html(full(name), facts()))
    tags = {tag for tag, _ in page.elements}
    assert page.all("script") == [{}]
    assert page.scripts == Page(render_html(factory.result())).scripts, "no value is in it"
    assert not tags & {"link", "img", "iframe", "object", "form", "base"}
    for _, attrs in page.elements:
        assert not {"src", "style", "srcset"} & set(attrs)
        assert not [a for a in attrs if a.startswith("on")]
        assert re.match(r"#|https://", attrs.get("href") or "#")
    assert not re.search(r"url\(|@import|<|expression", "".join(page.styles))


def test_only_https_addresses_and_numbers_are_linked():
    guideline = Guideline(guideline_id="PA166104948", authority="CPIC", url="javascript:alert(1)")
    row = factory.advice(pmids=("1/../../x",))
    page = render_html(factory.result(recommendations=(row,)), ReportFacts(guidelines=(guideline,)))
    assert not [a for a in Page(page).all("a") if not (a["href"] or "").startswith("#")]


def test_equal_results_give_equal_pages_and_the_file_name_is_not_in_it():
    other = factory.provenance(input=({"name": "elsewhere.vcf", "sha256": "b" * 64},))
    first = render_html(factory.result(), facts())
    assert first == render_html(factory.result(provenance=other), facts())
    assert "b" * 64 in first
    assert "a" * 64 in first


def test_landmarks_headings_tables_and_links():
    page = Page(render_html(factory.result(), facts()))
    tags = [tag for tag, _ in page.elements]
    assert page.all("html") == [{"lang": "en"}]
    for landmark in ("header", "nav", "main", "footer", "h1"):
        assert tags.count(landmark) == 1
    levels = [int(tag[1]) for tag in tags if re.fullmatch(r"h[1-6]", tag)]
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))
    scopes = [cell.get("scope") for cell in page.all("th")]
    assert set(scopes) <= {"col", "row", "rowgroup", None}, "None: the row of a tested position"
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(set(ids)) == len(ids)
    for _, attrs in page.elements:
        for wanted in ((attrs.get("href") or "")[1:], attrs.get("aria-labelledby")):
            assert not wanted or wanted in ids or (attrs["href"] or "").startswith("https")
    for attrs in page.all("svg"):
        signs_beside_words = attrs.get("aria-hidden") == "true"
        assert signs_beside_words or (attrs["role"] == "img" and attrs["aria-label"])


def test_what_to_change_comes_first_and_the_rest_is_named():
    page = render_html(factory.result(), facts())
    order = re.findall(r'<details class="(?:drug|group) b-(\w+)"', page)
    assert order[:2] == ["avoid", "open_change"]
    assert re.findall(r'id="group-(\w+)"', page) == ["directed", "unassessed"]
    text = plain_text(page)
    assert "Genes not assessed: HLA-B" in text
    assert "1 drug could not be assessed" in text
    assert "Guideline published but not included in this release: abacavir" in text
    assert "CPIC guideline 2022" in text


def test_unsure_calls_and_advice_say_so_in_words():
    text = plain_text(render_html(factory.result()))
    # without a prior no candidate is the most likely
    assert "one of 2 possible diplotypes" in text
    assert "*1/*6, *4/*9" in text
    assert "or: Indeterminate" in text
    assert "Provisional: reduce the dose to 50–66.7% of the standard dose" in text
    assert "No recommendation if CYP2B6 Indeterminate" in text
    assert "CYP2B6: genotype at chr19:41004125" in text
    assert "genotype quality too low: chr19:41004125" in text
    assert "chr19:41006936:G>C" in text


def test_probabilities_never_round_to_certainty():
    call = factory.ambiguous(
        candidates=(Candidate("*1/*6", 0.99996), Candidate("*4/*9", 0.00004)), probability=0.99996
    )
    text = plain_text(render_html(factory.result(calls=(call,))))
    assert "most likely of 2 diplotypes (posterior >99.9%)" in text
    assert "next most likely *4/*9 (<0.1%)" in text
    assert "100%" not in text


def test_a_structural_variant_leaves_a_single_candidate_marked():
    call = factory.called(status=CallStatus.AMBIGUOUS, probability=None)
    page = render_html(factory.result(calls=(call,)))
    assert page.count("Ambiguous") >= 2


def test_an_empty_result_is_a_page_too():
    empty = msgspec.structs.replace(factory.result(), calls=(), recommendations=())
    text = plain_text(render_html(empty))
    assert "Limits of use" in text
    assert "definite" not in text.casefold().partition("limits of use")[0]


def contrast(first: str, second: str) -> float:
    def light(colour: str) -> float:
        full = colour * 2 if len(colour) == 3 else colour
        if len(colour) == 3:
            full = "".join(c * 2 for c in colour)
        parts = [int(full[i : i + 2], 16) / 255 for i in (0, 2, 4)]
        lin = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * lin[0] + 0.7152 * lin[1] + 0.0722 * lin[2]

    high, low = sorted((light(first), light(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_every_text_colour_has_contrast_in_light_and_dark():
    style = Page(render_html(factory.result())).styles[0]
    blocks = re.findall(r":root\{([^}]*)\}", style)
    assert len(blocks) == 2
    for block in blocks:
        colour = dict(re.findall(r"--([\w-]+):#([0-9a-f]{3,6})", block))
        for name in ("ink", "soft", "link", "avoid", "dose", "care", "open", "ok", "none"):
            for ground in ("paper", f"{name}-bg", "none-bg" if name in ("ink", "soft") else ""):
                if ground in colour:
                    assert contrast(colour[name], colour[ground]) >= 4.5, (name, ground)


def test_what_two_rows_of_a_drug_share_is_said_once():
    rows = tuple(factory.depending(population=p) for p in ("adult", "pediatric"))
    rows = (rows[0], msgspec.structs.replace(rows[1], action=("avoid",), text="Not for children."))
    page = render_html(factory.result(recommendations=rows), facts())
    assert page.count('<div class="row">') == 2
    assert page.count("CYP2B6: genotype at chr19:41004125") == 1
    assert page.count("CPIC guideline 2022") == 1
    assert page.count("Less active metabolite.") == 1
    assert page.count('class="mark m-depends"') == 3, "each row is marked, and the mark explained"


def test_what_differs_between_rows_is_said_of_each():
    first = factory.depending(action=("avoid",))
    other = factory.depending(
        source="DPWG", depends_on=("CYP2B6:copy_number",), implications=("Other.",), pmids=("1",)
    )
    page = render_html(factory.result(recommendations=(first, other)), facts())
    assert page.count("CPIC guideline 2022") == 1
    assert page.count("DPWG guideline 2022") == 1
    for said in (
        "PMID 35034351<",
        "PMID 1<",
        "Less active metabolite.",
        "Other.",
        "copy number",
    ):
        assert page.count(said) == 1


def test_nothing_moves():
    style = Page(render_html(factory.result())).styles[0]
    assert not re.search(r"transition|animation|scroll-behavior|@keyframes", style)
