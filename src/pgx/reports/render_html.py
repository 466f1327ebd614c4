"""``SAMPLE.pgx.html``: one file for clinicians, without network, script or clock time."""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any, Final

from jinja2 import BaseLoader, Environment, StrictUndefined, Template
from markupsafe import Markup, escape

from pgx.base.calls import PatientResult
from pgx.reports.document import ReportDocument, build_document
from pgx.reports.english import ENGLISH
from pgx.reports.facts import NO_FACTS, ReportFacts
from pgx.reports.gene_entries import GeneEntry, SiteRow
from pgx.reports.text import visible

__all__ = ["render_document", "render_html"]

_CARDS: Final = frozenset({"avoid", "dose", "care", "open_change"})
_SHORT_LIST: Final = 16  # positions that are named in the open
_CLASS_OF: Final = {"variant": ' class="v"', "unknown": ' class="u"', "": ""}
_MARGIN_NAME: Final = 60


def render_html(result: PatientResult, facts: ReportFacts = NO_FACTS) -> str:
    """Return the report of one sample as HTML; equal results and facts give equal text."""
    return render_document(build_document(result, facts))


def render_document(document: ReportDocument, words: Mapping[str, Any] = ENGLISH) -> str:
    """Return a document as HTML.

    Every value is escaped, and its control and direction characters are made visible.
    """
    label = words["label"]
    style, page = _style(), Markup(_page_style(document.sample, label))
    return _template().render(
        doc=document,
        t=label,
        lang="en",
        csp=_policy(style, page),
        style=style,
        page_style=page,
        cards=_CARDS,
        counts={group.key: _count(len(group.drugs), label) for group in document.groups},
        facts=[_gene_facts(gene, label) for gene in document.genes],
        long_missing=[_is_long(gene) for gene in document.genes],
        site_tables=[_site_table(gene, label) for gene in document.genes],
        marks=[
            (kind, words["certainty"][kind], label[f"mark_{kind}"])
            for kind in ("certain", "depends", "unknown")
        ],
    )


@functools.cache
def _template() -> Template:
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        loader=BaseLoader(),
        trim_blocks=True,
    )
    return environment.from_string(_resource("report.html.j2"))


@functools.cache
def _style() -> Markup:
    return Markup(_resource("report.css"))  # noqa: S704 (our own file)


def _resource(name: str) -> str:
    return resources.files("pgx.reports").joinpath("templates", name).read_text(encoding="utf-8")


def _shown(value: object) -> object:
    """Make hidden characters visible in everything that the template prints."""
    return visible(value) if type(value) is str else value


def _policy(*styles: str) -> str:
    """Allow nothing but the two style elements of this file, by digest."""
    digests = (base64.b64encode(hashlib.sha256(s.encode("utf-8")).digest()) for s in styles)
    allowed = " ".join(f"'sha256-{digest.decode('ascii')}'" for digest in digests)
    return f"default-src 'none'; style-src {allowed}; base-uri 'none'; form-action 'none'"


def _page_style(sample: str, label: Mapping[str, str]) -> str:
    """Return print margins that name the sample on every page."""
    name = visible(sample)
    if len(name) > _MARGIN_NAME:
        name = f"{name[:_MARGIN_NAME]}…"
    who = _css_string(f"{label['title']}: {name}")
    font = "font:8pt system-ui,sans-serif;color:#4d5b69"
    return (
        f"@page{{@bottom-left{{content:{who};{font}}}"
        f"@bottom-right{{content:{_css_string(label['page'] + ' ')} counter(page);{font}}}}}"
    )


def _css_string(text: str) -> str:
    """Return a CSS string in which all but letters, digits and spaces is an escape."""
    plain = "".join(
        c if c.isascii() and (c.isalnum() or c == " ") else f"\\{ord(c):06x} " for c in text
    )
    return f'"{plain}"'


def _count(number: int, label: Mapping[str, str]) -> str:
    return label["drug_one"] if number == 1 else label["drugs"].format(count=number)


def _gene_facts(gene: GeneEntry, label: Mapping[str, str]) -> list[tuple[str, Sequence[str]]]:
    """Return what a gene's part lists, without what is empty."""
    candidates = [*gene.candidates, *([gene.more_candidates] if gene.more_candidates else [])]
    phenotype = ", ".join(part for part in (gene.phenotype, gene.score, gene.others) if part)
    listed: list[tuple[str, Sequence[str]]] = [
        (label["phenotype"], [phenotype] if gene.phenotype else []),
        (label["haplotypes"], ["; ".join(gene.alleles)] if gene.alleles else []),
        (label["candidates"], [", ".join(candidates)] if candidates else []),
        (label["findings"], [", ".join(gene.findings)] if gene.findings else []),
        (label["undocumented"], gene.undocumented),
        (label["open"], gene.open_questions),
        (label["notes"], gene.notes),
        (label["source"], [", ".join(filter(None, (gene.source, gene.coverage, gene.phased)))]),
        (label["missing"], () if _is_long(gene) else gene.missing),
    ]
    return [(name, items) for name, items in listed if items]


def _is_long(gene: GeneEntry) -> bool:
    return sum(line.count(",") + 1 for line in gene.missing) > _SHORT_LIST


def _site_table(gene: GeneEntry, label: Mapping[str, str]) -> Markup:
    """Return the folded table of tested positions; made here since it has most of the rows."""
    if not gene.sites:
        return Markup("")
    heads = "".join(
        f'<th scope="col">{escape(name)}</th>'
        for name in (label["position"], label["rsid"], label["genotype"], label["found_in"])
    )
    heads += "".join(
        f'<th scope="col"><abbr title="{escape(label[f"{key}_long"])}">{escape(label[key])}</abbr></th>'
        for key in ("gq", "dp")
    )
    title = escape(f"{label['tested']}: {visible(gene.gene)}")
    summary = escape(label["tested_summary"].format(count=len(gene.sites)))
    rows = "".join(map(_site_row, gene.sites))
    return Markup(  # noqa: S704 (every part is escaped)
        f"<details><summary>{summary}</summary>"
        f'<div class="scroll" role="region" tabindex="0" aria-label="{title}">'
        f'<table class="sites"><thead><tr>{heads}<th scope="col">{escape(label["remark"])}</th>'
        f"</tr></thead><tbody>{rows}</tbody></table></div></details>"
    )


def _site_row(site: SiteRow) -> str:
    position, *cells = (escape(visible(text)) for text in _cells(site))
    tail = "".join(f"<td>{text}</td>" for text in cells)
    return f'<tr{_CLASS_OF[site.kind]}><th scope="row">{position}</th>{tail}</tr>\n'


def _cells(site: SiteRow) -> tuple[str, ...]:
    return (
        site.position, site.rsid, site.genotype, site.evidence, site.gq, site.dp, site.remark,
    )  # fmt: skip
