"""PharmCAT's prescribing guidance: recommendations of CPIC, DPWG and the FDA from ClinPGx.

The texts are HTML. Every tag becomes a space, as in `normalise_sentence`, so that a text keeps the
digest under which it was reviewed; comparison signs are kept, including unescaped ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Annotated, Any, Final

import msgspec

from pgx.errors import InputError
from pgx.knowledge.importers.source_files import (
    Skipped,
    document,
    gene_symbol,
    label,
    parse_json,
    prose,
)

__all__ = [
    "guidance_rows",
    "plain_text",
]


_TAGS: Final = (
    "a|abbr|b|blockquote|body|br|center|cite|code|col|colgroup|dd|del|div|dl|dt|em|figcaption|figure"
    "|font|h[1-6]|head|hr|html|i|img|ins|li|mark|ol|p|pre|q|s|script|section|small|span|strike"
    "|strong|style|sub|sup|table|tbody|td|tfoot|th|thead|tr|tt|u|ul|wbr|\\w+:\\w+"
)
_MARKUP: Final = re.compile(
    rf"<(?P<tag>/?(?:{_TAGS}))(?:\s[^<>]*)?/?>|<!--(?:[^-]|-(?!->))*-->|<", re.IGNORECASE
)
"""A whole tag of HTML, a whole comment, or else a ``<`` that is a comparison."""
_HIDDEN: Final = ("script", "style")
_SOURCES: Final = (("cpic", "CPIC"), ("dpwg", "DPWG"))
_LONGEST_TEXT: Final = 50_000
_PMID: Final = re.compile(r"[1-9][0-9]{0,8}")

Copies = Annotated[float, msgspec.Meta(gt=0, le=2)]
LookupKey = dict[str, str | dict[str, Copies] | list[str]]


class _NamedRecord(msgspec.Struct, rename="camel"):
    name: str | None = None
    symbol: str | None = None


class _Term(msgspec.Struct, rename="camel"):
    term: str | None = None


class _Text(msgspec.Struct, rename="camel"):
    html: str | None = None


class _Citation(msgspec.Struct, rename="camel"):
    pmid: str | int | None = None
    title: str | None = None
    year: str | int | None = None


class _Recommendation(msgspec.Struct, rename="camel"):
    lookup_key: list[LookupKey] | LookupKey | None = None
    id: str | None = None
    population: str | None = None
    classification: _Term | str | None = None
    related_chemicals: list[_NamedRecord] = []
    text: _Text | str | None = None
    implications: list[str] | None = None
    dosing_information: bool | None = None
    alternate_drug_available: bool | None = None
    other_prescribing_guidance: bool | None = None


class _GuidelineRecord(msgspec.Struct, rename="camel"):
    id: str
    source: str
    name: str = ""
    obj_cls: str | None = None
    version: str | int | None = None
    related_chemicals: list[_NamedRecord] = []
    related_genes: list[_NamedRecord] = []


class _Package(msgspec.Struct, rename="camel"):
    guideline: _GuidelineRecord
    recommendations: list[_Recommendation] | None = None
    citations: list[_Citation] | None = None


class _Guidance(msgspec.Struct, rename="camel"):
    guidelines: list[Any]
    version: str | None = None


class _Plain(HTMLParser):
    """Collects the text between tags; the content of scripts and styles is dropped."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.hidden = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.pieces.append(" ")
        self.hidden = self.hidden or (tag if tag in _HIDDEN else "")

    def handle_endtag(self, tag: str) -> None:
        self.pieces.append(" ")
        self.hidden = "" if tag == self.hidden else self.hidden

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.pieces.append(data)


def plain_text(html: str) -> str:
    """Return the text of an HTML fragment: no tags, single spaces, every comparison sign.

    >>> plain_text("<p>Children <40 kg:</p><ul><li>1 mg</li><li>&ge;40 kg, CrCl &lt;30: 2 mg</ul>")
    'Children <40 kg: 1 mg ≥40 kg, CrCl <30: 2 mg'

    Raises
    ------
    InputError
        A script or style is not closed: the text after it would be lost.
    """
    parser = _Plain()
    # texts contain unescaped comparisons (`<40 kg`): a plain parser would take them for tags and
    # drop the dose after them
    parser.feed(_MARKUP.sub(_bare, html))
    parser.close()
    # no text may be lost silently: it may be the warning
    if parser.hidden:
        raise InputError(f"a text has a {parser.hidden} that does not end", where="HTML")
    return " ".join("".join(parser.pieces).split())


def _bare(match: re.Match[str]) -> str:
    """Return a tag without attributes: an unclosed quote in one would swallow the next text."""
    if match["tag"]:
        return f"<{match['tag']}>"
    return "&lt;" if match[0] == "<" else " "


def guidance_rows(data: bytes, name: str) -> tuple[str, list[dict[str, Any]], list[Skipped]]:
    """Read a file of prescribing guidance.

    Returns
    -------
    tuple
        The file's stamp or an empty text, rows as in ``guidelines_*.jsonl``, and what was not
        read. A guideline that cannot be trusted is left out as a whole.

    Raises
    ------
    InputError
        The file as a whole is damaged or has another form.
    """
    whole = parse_json(data, name, _Guidance)
    rows: list[dict[str, Any]] = []
    unread: list[Skipped] = []
    for number, part in enumerate(whole.guidelines, 1):
        where = f"{name}, guideline {number}"
        try:
            package = document(part, where, _Package)
            found, passed = _package_rows(package, where)
        # one bad guideline in a hundred: the others are used, and this one is reported
        except InputError as error:
            unread.append(Skipped(name, f"guideline {number}", error.line()))
        else:
            rows += found
            unread += [Skipped(name, what, why) for what, why in passed]
    return whole.version or "", rows, unread


def _package_rows(
    package: _Package, where: str
) -> tuple[list[dict[str, Any]], list[tuple[str, str]]]:
    guideline = package.guideline
    identifier = label(guideline.id, "the guideline's identifier", where)
    issuer = _issuer(guideline)
    if not issuer:
        source = label(guideline.source, "the guideline's source", where)
        return [], [(f"guideline {identifier}", f"no authority of ours: {source}")]
    citations, uncited = _citations(package.citations or [], where)
    shared = {
        "source": issuer,
        "guideline_id": identifier,
        "guideline": prose(guideline.name, where),
        "genes": sorted({gene_symbol(g.symbol, where) for g in guideline.related_genes}),
        "citations": citations,
        "version": "" if guideline.version is None else str(guideline.version),
    }
    rows, passed = [], []
    if uncited:
        passed.append((f"guideline {identifier}", f"{uncited} citations have no PMID"))
    for number, recommendation in enumerate(package.recommendations or [], 1):
        if recommendation.lookup_key:
            rows.append({**shared, **_recommendation(recommendation, guideline, where)})
        else:
            what = f"guideline {identifier}, recommendation {number}"
            passed.append((what, "it has no lookup key"))
    if not package.recommendations:
        passed.append((f"guideline {identifier}", "it has no recommendations"))
    return rows, passed


def _issuer(guideline: _GuidelineRecord) -> str:
    """Return the authority by the name in its rows; empty if it is not one of ours."""
    source = guideline.source.casefold()
    if source.startswith("fda"):
        kind = f"{source} {guideline.obj_cls or ''}".casefold()
        return "FDA_LABEL" if "label" in kind else "FDA_TABLE" if "assoc" in kind else ""
    return next((ours for theirs, ours in _SOURCES if source.startswith(theirs)), "")


def _recommendation(
    recommendation: _Recommendation, guideline: _GuidelineRecord, where: str
) -> dict[str, Any]:
    drugs = recommendation.related_chemicals or guideline.related_chemicals
    text, grade = recommendation.text, recommendation.classification
    html = text.html if isinstance(text, _Text) else text
    term = grade.term if isinstance(grade, _Term) else grade
    lookups = recommendation.lookup_key
    listed = lookups if isinstance(lookups, list) else [lookups or {}]
    implied = [_plain_prose(said, where) for said in recommendation.implications or []]
    return {
        "drugs": [label(drug.name, "a drug's name", where) for drug in drugs],
        "population": prose(recommendation.population or "", where),
        "classification": prose(term or "", where),
        "text": _plain_prose(html or "", where),
        "implications": [said for said in implied if said],
        "dosing_information": bool(recommendation.dosing_information),
        "alternate_drug": bool(recommendation.alternate_drug_available),
        "other_guidance": bool(recommendation.other_prescribing_guidance),
        "lookup_keys": [dict(_lookup(lookup, where)) for lookup in listed],
    }


def _plain_prose(html: str, where: str) -> str:
    if len(html) > _LONGEST_TEXT:
        raise InputError(f"a text of more than {_LONGEST_TEXT} characters", where=where)
    return prose(plain_text(prose(html, where)), where)


def _lookup(lookup: Mapping[str, Any], where: str) -> Iterator[tuple[str, Any]]:
    for gene, value in lookup.items():
        if isinstance(value, str):
            key: Any = label(value, "a lookup key", where)
        elif isinstance(value, Mapping):
            key = {label(a, "an allele's name", where): float(n) for a, n in value.items()}
        else:
            key = [label(one, "a lookup key", where) for one in value]
        yield gene_symbol(gene, where), key


def _citations(citations: list[_Citation], where: str) -> tuple[list[dict[str, Any]], int]:
    """Return the citations with a PMID, and how many have none."""
    found = []
    for citation in citations:
        pmid, year = str(citation.pmid or ""), str(citation.year or "")
        if _PMID.fullmatch(pmid):
            title = prose(citation.title or "", where)
            found.append({"pmid": pmid, "title": title, "year": _year(year)})
    return found, len(citations) - len(found)


def _year(text: str) -> int | str:
    return int(text) if re.fullmatch(r"[12][0-9]{3}", text) else ""
