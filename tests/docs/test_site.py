"""The documentation site: made pages say what the release says, and nothing is fetched."""

from __future__ import annotations

import doctest
import importlib
import importlib.util
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
from website import markdown
from website.drugs import drug_names, drug_page, drug_uri
from website.genes import gene_page, gene_uri
from website.pages import COPIED, ROOT, made_pages

import pgx
from cases import one_test
from pgx import KnowledgeBase

KB = KnowledgeBase()
DOCS = ROOT / "docs"
PAGES = made_pages(KB)
needs_mkdocs = pytest.mark.skipif(
    importlib.util.find_spec("material") is None
    or importlib.util.find_spec("mkdocstrings") is None,
    reason="mkdocs-material and mkdocstrings (extra docs) are not installed",
)


def section(page: str, title: str) -> str:
    return re.split(r"^## ", page.partition(f"\n## {title}\n")[2], flags=re.MULTILINE)[0]


def rows(text: str) -> list[list[str]]:
    lines = [x.strip() for x in text.splitlines() if x.strip().startswith("|")]
    return [[c.strip() for c in x.strip("|").split(" | ")] for x in lines[2:]]


@one_test
@pytest.mark.parametrize("gene", KB.genes)
def test_every_gene_has_a_page_with_its_alleles(gene):
    page = PAGES[gene_uri(gene)]
    known = KB.genes[gene]
    assert page.startswith(f"# {gene}\n")
    listed = rows(section(page, "Alleles").partition("??? note")[0])
    names = {row[0].removesuffix(" †") for row in listed}
    assert names == {f"**{markdown.cell(a.name)}**" for a in known.alleles}
    assert len(listed) == len(known.alleles)
    positions = [int(row[0]) for row in rows(section(page, "Positions"))]
    assert positions == [v.position for v in known.variants]


@one_test
@pytest.mark.parametrize("gene", KB.genes)
def test_a_genes_page_names_its_drugs_rules_and_gaps(gene):
    page = PAGES[gene_uri(gene)]
    drugs = {s.drug for s in KB.statements if gene in s.genes}
    text = section(page, "Drugs")
    assert all(f"[{markdown.cell(drug)}](" in text for drug in drugs)
    result = section(page, "From alleles to a result")
    assert all(markdown.cell(rule.phenotype) in result for rule in KB.genes[gene].rules)
    gaps = section(page, "Known gaps")
    assert len(rows(gaps)) == sum(gap.gene == gene for gap in KB.known_gaps)


def test_a_page_has_its_own_rules_and_no_other_genes():
    text = section(PAGES["genes/dpyd.md"], "How it is called, and its limits")
    assert "DPYD HapB3" in text
    assert "7 of 347" not in text
    assert "7 of 347" in section(PAGES["genes/ryr1.md"], "How it is called, and its limits")
    assert "copies" in section(PAGES["genes/cyp2d6.md"], "How it is called, and its limits")


def test_counts_stand_beside_the_alleles():
    text = section(PAGES["genes/cyp2c19.md"], "Alleles")
    known = KB.frequencies["CYP2C19"]
    [row] = [r for r in rows(text) if r[0].startswith("**&#42;17**")]
    carried = [h.counts for h in known.haplotypes if h.allele == "*17"]
    assert [int(c) for c in row[-5:]] == [sum(group) for group in zip(*carried, strict=True)]
    assert f"EUR of {known.totals[known.groups.index('EUR')]}" in text


def test_a_level_of_cpic_stands_beside_its_drug():
    [row] = [r for r in rows(section(PAGES["genes/dpyd.md"], "Drugs")) if "fluorouracil" in r[0]]
    assert row[1].startswith("level A")


def test_every_drug_has_a_page_with_every_statement():
    names = drug_names(KB)
    assert len({drug_uri(name) for name in names}) == len(names)
    for name in names:
        page = PAGES[drug_uri(name)]
        expected = sum(s.drug == name for s in KB.statements)
        after = page.partition("## Side by side")[2].partition("\n## ")[2] or page
        told = [r for r in rows_of_sources(after) if len(r) == 4]
        assert len(told) == expected, name


def rows_of_sources(text: str) -> list[list[str]]:
    found = re.split(r"^\| result \| for whom \| advice \| strength \|$", text, flags=re.MULTILINE)
    lines = [x for part in found[1:] for x in part.partition("\n\n")[0].splitlines()[2:] if x]
    return [[c.strip() for c in x.strip().strip("|").split(" | ")] for x in lines]


def test_sources_stand_side_by_side():
    table = rows(section(PAGES["drugs/clopidogrel.md"], "Side by side"))
    [poor] = [r for r in table if r[0] == "CYP2C19: Poor Metabolizer"]
    assert "avoid" in poor[1]
    assert "acute coronary syndrome" in poor[1]
    assert len(poor) == 5


def test_pages_follow_the_release():
    old = KnowledgeBase(ROOT / "data" / "releases" / "2024.05.1")
    assert old.release in gene_page(old, "CYP2C19", DOCS)
    assert gene_page(old, "CYP2C19", DOCS) != PAGES["genes/cyp2c19.md"]
    assert drug_page(old, "codeine") != PAGES["drugs/codeine.md"]


def test_cells_show_what_they_hold():
    assert "*" not in markdown.cell("*1|*2")
    for text in PAGES.values():
        for line in text.splitlines():
            if line.startswith("|"):
                assert line.endswith("|"), line


def test_links_out_of_the_folder_lead_to_copies():
    text = "[a](../../CHANGELOG.md) [b](https://x.org/y) [c](#here) [d](other.md#z)"
    turned = markdown.relink(text, "how-to/a.md", COPIED)
    assert turned == "[a](../changelog.md) [b](https://x.org/y) [c](#here) [d](other.md#z)"


class Loads(HTMLParser):
    """Collect what a page makes the browser fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in {"script", "img", "iframe", "source", "video", "audio", "embed", "object"}:
            self.found += [given[n] for n in ("src", "srcset", "data") if n in given]
        if tag == "link" and given.get("rel") not in {"canonical", "next", "prev", "edit"}:
            self.found.append(given.get("href", ""))
        self.found += re.findall(r"url\(([^)]*)\)", given.get("style", ""))


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    place = tmp_path_factory.mktemp("site")
    source = str(Path(pgx.__file__).resolve().parents[1])
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(place)],
        cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=900,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1",
             "PYTHONPATH": source},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert "WARNING" not in done.stdout, done.stdout
    return place


@pytest.mark.exhaustive
@needs_mkdocs
def test_the_site_has_every_page(site):
    written = {p.relative_to(DOCS).as_posix() for p in DOCS.rglob("*.md")}
    for uri in written | set(PAGES):
        assert (site / uri).with_suffix(".html").is_file(), uri


@pytest.mark.exhaustive
@needs_mkdocs
def test_the_site_fetches_nothing(site):
    for path in site.rglob("*.html"):
        loads = Loads()
        loads.feed(path.read_text(encoding="utf-8"))
        assert loads.found, path
        assert not [x for x in loads.found if "//" in x and not x.startswith("data:")], path
    for path in site.rglob("*.css"):
        text = path.read_text(encoding="utf-8")
        assert not re.findall(r"(?:@import|url\()\s*[\"']?(?:https?:)?//", text), path


@pytest.mark.exhaustive
@needs_mkdocs
def test_scripts_know_one_foreign_host_that_no_page_needs(site):
    """The theme's bundle would fetch a drawing library for pages with mermaid blocks: none."""
    for path in site.rglob("*.html"):
        assert 'class="mermaid"' not in path.read_text(encoding="utf-8"), path


@pytest.mark.exhaustive
@needs_mkdocs
def test_public_names_are_on_the_python_page(site):
    text = (site / "reference" / "python.html").read_text(encoding="utf-8")
    for name in ("annotate", "call", "recommend", "KnowledgeBase", "GeneCall", "PgxError"):
        assert re.search(rf'<h3 id="pgx\.[a-z.]+\.{name}"', text), name
    assert "UnknownGeneError" in text
    assert ":::" not in text.partition("<article")[2].replace("<code>:::</code>", "")


@pytest.mark.exhaustive
@needs_mkdocs
def test_bars_in_tables_stand_without_backslash(site):
    for path in site.rglob("*.html"):
        cells = re.findall(r"<td.*?</td>", path.read_text(encoding="utf-8"), re.DOTALL)
        assert not [c for c in cells if "\\|" in c], path


@one_test
@pytest.mark.parametrize("name", ["drugs", "genes", "markdown", "pages", "words"])
def test_examples_of_the_package_hold(name):
    module = importlib.import_module(f"website.{name}")
    assert not doctest.testmod(module).failed


@needs_mkdocs
def test_a_page_that_the_order_does_not_name_stands_in_its_section(tmp_path):
    from website.hooks import on_config

    (tmp_path / "how-to").mkdir()
    (tmp_path / "how-to" / "new.md").write_text("# New", encoding="utf-8")
    config = SimpleNamespace(docs_dir=str(tmp_path), nav=[
        {"How to": ["how-to/old.md"]}, {"Genes": ["genes/index.md"]}, {"Reference": []},
    ])  # fmt: skip
    on_config(config)
    assert config.nav[0] == {"How to": ["how-to/old.md", "how-to/new.md"]}
    assert {"TPMT": "genes/tpmt.md"} in config.nav[1]["Genes"]
    assert config.nav[2] == {"Reference": []}
