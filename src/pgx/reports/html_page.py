"""The HTML report of one sample, and its collapsible table of tested positions.

Most rows of a page are in these tables, so optional HTML is omitted: end tags of cells and rows,
and the scope of row headings.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from jinja2 import Template
from markupsafe import Markup, escape

from pgx.messages.catalogue import catalogue
from pgx.records.calls import PatientResult
from pgx.reports.content.alleles_tested import alleles_text
from pgx.reports.content.document import ReportDocument, build_document, dose_section, with_doses
from pgx.reports.content.drug_ranking import ACTIONABLE, BUCKETS
from pgx.reports.content.gene_entries import GeneEntry, SiteRow
from pgx.reports.content.gene_lines import short_diplotype
from pgx.reports.content.release_facts import NO_FACTS, ReportFacts
from pgx.reports.figures.drug_matrix import build_matrix, draw_matrix, matrix_signs
from pgx.reports.figures.gene_figures import draw_gene
from pgx.reports.page_template import page_template, resource, without_implied
from pgx.reports.safe_text import visible

__all__ = ["render_document", "render_html"]

_CLASS_OF: Final = {"variant": " class=v", "unknown": " class=u", "": ""}
_PLAIN_CELLS = re.compile("[A-Za-z0-9:./|, -]*")  # nothing to escape: most rows


def _draw_sites(gene: GeneEntry, label: Mapping[str, str]) -> Markup:
    """Return the table of tested positions, by evidence; empty if none was tested."""
    if not gene.sites:
        return Markup("")
    title = escape(f"{label['tested']}: {visible(gene.gene)}")
    summary = escape(label["tested_summary"].format(count=len(gene.sites)))
    remarks = any(site.remark for site in gene.sites)
    width = 6 if remarks else 5
    bodies = "".join(_body(evidence, rows, width) for evidence, rows in _by_evidence(gene.sites))
    return Markup(  # noqa: S704 (every part is escaped)
        f"<details><summary>{summary}</summary>"
        f'<div class="scroll" role="region" tabindex="0" aria-label="{title}">'
        f'<table class="sites"><thead><tr>{_heads(label, remarks=remarks)}</thead>'
        f"{bodies}</table></div></details>"
    )


def _heads(label: Mapping[str, str], *, remarks: bool) -> str:
    plain = "".join(
        f"<th scope=col>{escape(label[name])}" for name in ("position", "rsid", "genotype")
    )
    short = "".join(
        f'<th scope=col><abbr title="{escape(label[long])}">{escape(label[name])}</abbr>'
        for name, long in (("gq", "gq_long"), ("dp", "dp_long"))
    )
    return f"{plain}{short}" + (f"<th scope=col>{escape(label['remark'])}" if remarks else "")


def _by_evidence(sites: Iterable[SiteRow]) -> Iterable[tuple[str, list[SiteRow]]]:
    """Group rows by kind of evidence, groups with findings first."""
    found: dict[str, list[SiteRow]] = {}
    for site in sorted(sites, key=lambda s: not s.kind):
        found.setdefault(site.evidence, []).append(site)
    return found.items()


def _body(evidence: str, rows: list[SiteRow], width: int) -> str:
    head = f"<tr><th scope=rowgroup colspan={width}>{escape(visible(evidence))} ({len(rows)})"
    return f"<tbody>{head}\n{''.join(map(_row, rows))}</tbody>"


def _row(site: SiteRow) -> str:
    cells: tuple[str, ...] = (site.position, site.rsid, site.genotype, site.gq, site.dp)
    cells = (*cells, site.remark) if site.remark else cells
    if not _PLAIN_CELLS.fullmatch("".join(cells)):
        cells = tuple(escape(visible(text)) for text in cells)
    return f"<tr{_CLASS_OF[site.kind]}><th>{'<td>'.join(cells)}\n"


_SHORT_LIST: Final = 16  # positions listed without folding
# characters of a sample name that fit the margin of a printed page
_MARGIN_NAME: Final = 60
_BETWEEN_BLOCKS = re.compile(
    r"\n(?=</?(?:article|details|div|dl|h[1-4]|li|ol|p|section|table|tbody|thead|tr|ul)\b)"
)
"""Line breaks that show as nothing: a page has thousands."""
_NOT_PLAIN = re.compile("[^A-Za-z0-9 ]")
_LABEL = re.compile(r"\{\{ ([tap])\.(\w+) \}\}")


def render_html(result: PatientResult, facts: ReportFacts = NO_FACTS) -> str:
    """Return the report of one sample as HTML; equal results and facts give equal text."""
    return render_document(with_doses(build_document(result, facts), result, facts))


def render_document(document: ReportDocument) -> str:
    """Return a document as HTML, in its own language.

    Every value is escaped, and control and direction characters are made visible.
    """
    words = catalogue(document.language)
    label = words["label"]
    style, page, script = _style(), _page_style(document, words), _script()
    row_marks = {kind: _mark("m", kind, word) for kind, word in words["certainty"].items()}
    doses = _doses(document, words, row_marks)
    styles = [style, page, *([doses["dose_style"]] if document.doses else [])]
    page_text = _template(document.language).render(
        doc=document,
        t=label,
        p=words["picture"],
        csp=_policy(styles, script, has_picture=bool(document.header.logo)),
        script=script,
        style=style,
        page_style=page,
        **_header(document, words),
        **_answer(document, words),
        **_personal(document, words),
        **_matrix(document, words),
        **doses,
        figures=[draw_gene(facts, words) for facts in document.pictures],
        facts=[_gene_facts(gene, words) for gene in document.genes],
        long_missing=[_is_long(gene) for gene in document.genes],
        site_tables=[_draw_sites(gene, label) for gene in document.genes],
        icons={key: _icon(key) for key in BUCKETS},
        row_marks=row_marks,
        call_marks={kind: _mark("s", kind, word) for kind, word in words["status"].items()},
        call_signs={kind: _sign(kind, word) for kind, word in words["status"].items()},
        marks=[
            (_mark("m", kind, word), label[f"mark_{kind}"])
            for kind, word in words["certainty"].items()
        ],
    )
    return _BETWEEN_BLOCKS.sub("", page_text)


def _header(document: ReportDocument, words: Mapping[str, Any]) -> dict[str, object]:
    """Return what surrounds the result; facts of the order are not repeated by the patient file."""
    stated = set(document.header.identity)
    told = document.patient.facts if document.patient else ()
    return {
        "hdr": document.header,
        "h": words["header"],
        "person": [*document.header.identity, *(pair for pair in told if pair not in stated)],
        "tested": {
            alleles.gene: (alleles, alleles_text(alleles, words)) for alleles in document.alleles
        },
        "n": words["alleles"],
    }


def _answer(document: ReportDocument, words: Mapping[str, Any]) -> dict[str, object]:
    """Return the first screen, the drugs by class, and the drugs that need no change."""
    said, answer = document.summary, words["answer"]
    own = {line.drug for line in said.own}
    rest = [
        (group, [d for d in said.drugs if d.kind == group.key and d.drug not in own])
        for group in document.groups
        if group.key not in ACTIONABLE
    ]
    n_change = "change_count_one" if said.n_change == 1 else "change_count"
    return {
        "a": answer,
        "instead_not": answer["instead_not"],
        "same_class": answer["same_class"],
        "sum": said,
        "entries": {drug.drug: drug for group in document.groups for drug in group.drugs},
        "found_by": _found_by(document),
        "own": said.own,
        "rest": [(group, lines) for group, lines in rest if lines],
        "counts": {group.key: _count(len(lines), words["label"]) for group, lines in rest},
        "n_change": answer[n_change].format(count=said.n_change) if said.n_change else "",
        "without_guidance": answer["without_guidance"].format(
            names=", ".join(said.without_guidance)
        ),
        "diplotypes": {gene.gene: short_diplotype(gene.diplotype) for gene in document.genes},
    }


def _found_by(document: ReportDocument) -> dict[str, str]:
    """Return what a search finds each drug by, beside its own line: names, class, genes."""
    classes = {d.drug: line.title for line in document.summary.by_class for d in line.drugs}
    return {
        drug.drug: " ".join(
            (classes.get(drug.drug, ""), *drug.synonyms, *(basis.gene for basis in drug.basis))
        ).strip()
        for group in document.groups
        for drug in group.drugs
    }


def _personal(document: ReportDocument, words: Mapping[str, Any]) -> dict[str, object]:
    """Return the patient-specific remarks on drugs."""
    label = words["label"]
    drugs = {drug.drug: drug for group in document.groups for drug in group.drugs}
    return {
        "with_medicines": {
            name: label["with_medicines"].format(medicines=drug.adjusted.medicines)
            for name, drug in drugs.items()
            if drug.adjusted
        },
        "folded_counts": {
            n: label["not_for_summary"].format(count=len(d.folded)) for n, d in drugs.items()
        },
    }


def _doses(
    document: ReportDocument, words: Mapping[str, Any], marks: Mapping[str, Markup]
) -> dict[str, Any]:
    """Return the data of the dose section, if there is one."""
    section = dose_section() if document.doses else None
    part = (
        section.page(document.doses, words, marks, document.untranslated) if section else Markup()
    )
    return {
        "d": words["dose"],
        "dose_style": section.style() if section else Markup(),
        "dose_of": {dose.drug: dose for dose in document.doses},
        "dose_part": part,
    }


def _matrix(document: ReportDocument, words: Mapping[str, Any]) -> dict[str, object]:
    matrix = build_matrix(document)
    return {
        "matrices": draw_matrix(matrix, words),
        "signs": [(sign, _icon(sign), word) for sign, word in matrix_signs(matrix, words)],
    }


def _icon(name: str) -> Markup:
    return Markup('<svg class="i" aria-hidden="true"><use href="#i-{}"/></svg>').format(name)


def _mark(prefix: str, kind: str, word: str) -> Markup:
    """Return a sign with its word, so that meaning never depends on color alone."""
    return Markup('<span class="mark {}-{}">{}</span>').format(prefix, kind, word)


def _sign(kind: str, word: str) -> Markup:
    """Return the sign alone, with its word for screen readers and as a hint."""
    return Markup('<span class="mark s-{}" role="img" aria-label="{}" title="{}"></span>').format(
        kind, word, word
    )


@functools.cache
def _template(language: str) -> Template:
    """Return the template with the labels inserted: fewer expressions render faster."""
    words = catalogue(language)
    tables = {"t": words["label"], "a": words["answer"], "p": words["picture"]}
    source = without_implied(resource("report.html.j2"))
    return page_template(_LABEL.sub(lambda m: escape(tables[m[1]][m[2]]), source))


@functools.cache
def _style() -> Markup:
    return Markup(resource("report.css"))  # noqa: S704 (our own file)


@functools.cache
def _script() -> Markup:
    return Markup(resource("report.js"))  # noqa: S704 (our own file)


def _policy(styles: Sequence[str], script: str, *, has_picture: bool) -> str:
    """Return a content security policy that permits only this file's styles, script and logo."""
    pictures = " img-src data:;" if has_picture else ""
    return (
        # a result may contain hostile text: the browser runs only content with these digests
        f"default-src 'none'; style-src {' '.join(map(_digest, styles))};"
        f" script-src {_digest(script)};{pictures} base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    found = base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest())
    return f"'sha256-{found.decode('ascii')}'"


def _page_style(document: ReportDocument, words: Mapping[str, Any]) -> Markup:
    """Return print margins with the sample name and the intended use on every page."""
    label = words["label"]
    name, use = visible(document.sample), visible(document.header.research_use_brief)
    if len(name) > _MARGIN_NAME:
        name = f"{name[:_MARGIN_NAME]}…"
    who = _css_string(f"{label['title']}: {name}")
    font = "font:8pt system-ui,sans-serif;color:#4d5b69"
    return Markup(  # noqa: S704 (the name is an escaped CSS string)
        f"@page{{@top-left{{content:{_css_string(use)};{font}}}"
        f"@bottom-left{{content:{who};{font}}}"
        f"@bottom-right{{content:{_css_string(label['page'] + ' ')} counter(page);{font}}}}}"
    )


def _css_string(text: str) -> str:
    """Return a CSS string in which all characters except letters, digits and spaces are escaped."""
    return f'"{_NOT_PLAIN.sub(_css_escaped, text)}"'


def _css_escaped(match: re.Match[str]) -> str:
    return f"\\{ord(match[0]):06x} "


def _count(number: int, label: Mapping[str, str]) -> str:
    return label["drug_one"] if number == 1 else label["drugs"].format(count=number)


def _gene_facts(gene: GeneEntry, words: Mapping[str, Any]) -> list[tuple[str, Sequence[str]]]:
    """Return the facts in a gene's section, without empty ones."""
    label: Mapping[str, str] = words["label"]
    listed: list[tuple[str, Sequence[str]]] = [
        (label["phenotype"], [gene.scored_phenotype] if gene.phenotype else []),
        (label["haplotypes"], ["; ".join(gene.alleles)] if gene.alleles else []),
        (label["candidates"], [gene.all_candidates] if gene.candidates else []),
        (words["structure"]["title"], gene.structure.lines if gene.structure else ()),
        (label["findings"], [", ".join(gene.findings)] if gene.findings else []),
        (label["undocumented"], gene.undocumented),
        (label["open"], gene.open_questions),
        (label["notes"], gene.notes),
        (label["source"], [gene.origin]),
        (label["missing"], () if _is_long(gene) else gene.missing),
    ]
    return [(name, items) for name, items in listed if items]


def _is_long(gene: GeneEntry) -> bool:
    return sum(line.count(",") + 1 for line in gene.missing) > _SHORT_LIST
