"""Rows of guidelines: one record per drug, lookup and authority; withdrawn rows are removed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any, Final

import msgspec

from pgx.records.advice import ANY_KEY, NO_RESULT
from pgx.records.genes import natural_key

__all__ = [
    "AUTHORITIES",
    "FLAGS",
    "Authority",
    "KeyWords",
    "Keys",
    "SourceRow",
    "listed_rows",
    "standing_rows",
]


_GUIDELINES: Final = ("guidelines_*.jsonl", "guidance/changed_*.jsonl")
_LABELS: Final = ("fda_*.jsonl",)
_SITE: Final = "https://www.clinpgx.org/"


class Authority(msgspec.Struct, frozen=True, kw_only=True):
    """One issuer of advice.

    ``files`` are the patterns of its source files, ``rows`` the prefix of the ``source`` of its
    rows, ``page`` the address of a guideline without its identifier. If ``algorithms`` is true,
    advice to use a dosing algorithm applies to every result of its genes. A ``selective``
    issuer covers only some results: no statement means no advice.
    """

    name: str
    files: tuple[str, ...]
    rows: str
    page: str
    algorithms: bool = False
    selective: bool = False

    @property
    def slug(self) -> str:
        """Name in file names and in names of releases."""
        return self.name.lower().replace("_", "-")


AUTHORITIES: Final = (
    Authority(
        name="CPIC",
        files=_GUIDELINES,
        rows="CPIC",
        page=_SITE + "guidelineAnnotation/",
        algorithms=True,
    ),
    Authority(name="DPWG", files=_GUIDELINES, rows="DPWG", page=_SITE + "guidelineAnnotation/"),
    Authority(
        name="FDA_LABEL",
        files=_LABELS,
        rows="FDA_LABEL",
        page=_SITE + "labelAnnotation/",
        selective=True,
    ),
    Authority(
        name="FDA_TABLE",
        files=_LABELS,
        rows="FDA_TABLE",
        page=_SITE + "fdaPgxAssociations#",
        selective=True,
    ),
)
"""Issuers in the order in which advice is shown."""


FLAGS: Final = ("dosing_information", "alternate_drug", "other_guidance")
_DAY: Final = re.compile(r"(\d{2})/(\d{2})/(\d{4})")
_YEAR: Final = re.compile(r", (\d{4})\b")
_RELEASED: Final = re.compile(r"\d{4}(-\d{2})?$")

_LEFT_OUT: Final = "-"
"""Our key for an entry of a source's lookup that is not a result of the gene."""

Keys = tuple[tuple[str, str], ...]
KeyWords = Mapping[tuple[str, str], tuple[str, ...]]
"""Our keys by gene and key of a source; empty if another row covers the same result."""


class SourceRow(msgspec.Struct, frozen=True, kw_only=True):
    """One lookup of one recommendation row of a release.

    ``read_as`` are the keys for which its sentence was reviewed, if they differ from its own.
    """

    guideline_id: str
    drug: str
    population: str
    keys: Keys
    sentence: str
    implications: tuple[str, ...]
    classification: str
    flags: tuple[str, ...]
    pmids: tuple[str, ...]
    years: tuple[str, ...]
    version: str
    source: str
    read_as: Keys = ()

    @property
    def date(self) -> str:
        """Date of the row's text: the newest date that it cites, else its release.

        ``YYYY-MM-DD``, ``YYYY-MM`` or ``YYYY``, as far as known.
        """
        days = [f"{year}-{month}-{day}" for month, day, year in _DAY.findall(self.version)]
        cited = [*days, *_YEAR.findall(self.version)]
        # without a cited date, the release is the latest possible date of the text
        released = _RELEASED.search(self.source)
        return max(cited) if cited else released[0] if released else ""


def _diplotype(counts: Mapping[str, float]) -> str:
    """Return the key of two alleles, the reference first, else in natural order."""
    names = [name for name, copies in counts.items() for _ in range(int(copies))]
    # a count of one without a haploid call: in the source, the gene was not tested
    if names == [NO_RESULT]:
        return NO_RESULT
    ordered = sorted(names, key=lambda n: ("reference" not in n, natural_key(n)))
    return f"diplotype {'/'.join(ordered)}"


def _choices(
    gene: str, value: object, usual: Mapping[str, set[str]], words: KeyWords
) -> list[tuple[tuple[str, str], ...]]:
    """Return the translations of a gene's part of a lookup to our keys.

    A list of keys describes one person: all of them apply, as far as the guideline uses them.
    """
    if isinstance(value, Mapping):
        given = [_diplotype(value)]
    elif isinstance(value, str):
        given = [value]
    else:
        # a list is one person's results (HLA-B), some of which the guideline uses
        listed = [str(key) for key in value] if isinstance(value, Iterable) else []
        given = [k for k in listed if k in usual.get(gene, set())] or listed or [ANY_KEY]
    ours = [words.get((gene, key), (key,)) for key in given]
    return [tuple((gene, key) for key in way if key != _LEFT_OUT) for way in product(*ours)]


def _key_ways(
    lookup: Mapping[str, object], usual: Mapping[str, set[str]], words: KeyWords
) -> Iterator[Keys]:
    parts = [_choices(gene, value, usual, words) for gene, value in sorted(lookup.items())]
    for way in product(*parts):
        yield tuple(pair for part in way for pair in part)


def _usual_keys(rows: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, set[str]]]:
    usual: dict[str, dict[str, set[str]]] = {}
    for row in rows:
        for lookup in row["lookup_keys"]:
            for gene, value in lookup.items():
                if isinstance(value, str):
                    usual.setdefault(row["guideline_id"], {}).setdefault(gene, set()).add(value)
    return usual


def listed_rows(
    own: Sequence[tuple[str, Sequence[Mapping[str, Any]]]], words: KeyWords | None = None
) -> list[SourceRow]:
    """Return one row per drug and lookup of rows by their source, as `source_rows` does."""
    # over all releases: only an older row may name a key by itself
    usual = _usual_keys(row for _, rows in own for row in rows)
    found: list[SourceRow] = []
    for source, rows in own:
        for row in rows:
            known = usual.get(row["guideline_id"], {})
            for lookup in row["lookup_keys"]:
                for keys in _key_ways(lookup, known, words or {}):
                    found.extend(_source_row(row, drug, keys, source) for drug in row["drugs"])
    return found


def standing_rows(
    rows: Iterable[SourceRow], withdrawn: Iterable[Mapping[str, str]]
) -> list[SourceRow]:
    """Return rows without those that their authority withdrew and did not replace.

    A row of the same lookup replaces an older one. Withdrawals are listed explicitly, in rows of
    ``guideline_id``, ``drug``, ``lookup`` (``GENE=KEY|KEY``, or empty for all), and ``since``,
    the first release without it. Without rows of that guideline and drug from that release or a
    later one, nothing is withdrawn.
    """
    every = list(rows)
    newest: dict[tuple[str, str], str] = {}
    for row in every:
        named = (row.guideline_id, row.drug)
        newest[named] = max(newest.get(named, ""), _release(row))
    # an entry about a release that is not among the files must not remove the older row
    listed = [gone for gone in withdrawn if gone["since"] <= newest.get(_of(gone), "")]

    def is_withdrawn(row: SourceRow) -> bool:
        return any(
            _of(gone) == (row.guideline_id, row.drug)
            and _release(row) < gone["since"]
            and _names_keys(gone["lookup"], row.keys)
            for gone in listed
        )

    return [row for row in every if not is_withdrawn(row)]


def _of(gone: Mapping[str, str]) -> tuple[str, str]:
    return gone["guideline_id"], gone["drug"]


def _release(row: SourceRow) -> str:
    found = _RELEASED.search(row.source)
    return found[0] if found else ""


def _names_keys(lookup: str, keys: Keys) -> bool:
    """Whether a lookup, empty for any, includes the keys of a row."""
    if not lookup:
        return True
    parts = dict(part.split("=", 1) for part in lookup.split(";"))
    return all(key in parts.get(gene, key).split("|") for gene, key in keys)


def _source_row(row: Mapping[str, Any], drug: str, keys: Keys, source: str) -> SourceRow:
    grade = row["classification"] or ""
    years = {str(c["year"]) for c in row["citations"]} - {""}
    return SourceRow(
        guideline_id=row["guideline_id"],
        drug=drug,
        population=row["population"] or "",
        keys=keys,
        sentence=row["text"] or "",
        implications=tuple(" ".join(i.split()) for i in row["implications"]),
        classification="" if grade in ("N/A", "Unspecified") else grade,
        flags=tuple(flag for flag in FLAGS if row[flag]),
        # newest first: PubMed's numbers grow with time
        pmids=tuple(sorted({c["pmid"] for c in row["citations"]}, key=int, reverse=True)),
        years=tuple(sorted(years, reverse=True)),
        version=row.get("version", ""),
        source=source,
    )
