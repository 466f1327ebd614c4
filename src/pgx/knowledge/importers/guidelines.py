"""Drugs of the index: RxNorm and ATC codes, CPIC levels of their genes, covered or pending."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from pgx.errors import SnapshotSchemaError
from pgx.knowledge.importers.guideline_rows import (
    Authority,
    Keys,
    SourceRow,
    standing_rows,
)
from pgx.knowledge.importers.readings import (
    Readings,
    normalise_sentence,
    sentence_digest,
)
from pgx.knowledge.tables import READING_DIGITS, Row
from pgx.records.advice import (
    ADVICE_FIELDS,
    ANY_KEY,
    NOT_CODED,
    Drug,
    DrugStatus,
    Guideline,
    LookupProduct,
    Statement,
    format_lookup,
    record_from_row,
    row_from_record,
)

__all__ = [
    "GUIDELINE_COLUMNS",
    "DrugCodes",
    "Edition",
    "GuidelineTables",
    "Unread",
    "build_authority",
    "build_drugs",
    "compact_lookup",
    "newest_rows",
]


UNCODED: Final = "texts_not_coded"


class DrugCodes(msgspec.Struct, frozen=True):
    """Codes of one drug and the CPIC level of each of its genes."""

    rxnorm: str = ""
    atc: tuple[str, ...] = ()
    levels: dict[str, str] = {}


def build_drugs(
    authority: str,
    rows: Iterable[SourceRow],
    unfinished: set[str],
    statements: Iterable[Statement],
    readings: Readings,
    codes: Mapping[str, DrugCodes],
) -> list[Drug]:
    """Return every drug of the sources and of the pending list, A–Z.

    ``rows`` holds one row of the sources per drug, the newest; ``unfinished`` are drugs with an
    unreviewed sentence: covered in part, or pending.
    """
    waiting = {row["drug"]: row for row in readings.pending}
    newest = {row.drug: row for row in rows}
    known: dict[str, list[Statement]] = {}
    for statement in statements:
        known.setdefault(statement.drug, []).append(statement)
    # a drug that is only pending has no row of its own
    last = max(row.source for row in newest.values())
    drugs = []
    for name in sorted(newest | waiting):
        own = known.get(name, [])
        reason = waiting.get(name, {}).get("reason", UNCODED if name in unfinished else "")
        code = codes.get(name, DrugCodes())
        drugs.append(
            Drug(
                drug=name,
                authority=authority,
                status=DrugStatus.COVERED if own else DrugStatus.PENDING,
                reason=reason,
                rxnorm=code.rxnorm,
                atc=code.atc,
                genes=_genes(own, newest.get(name), waiting.get(name, {})),
                guidelines=_guidelines(own, newest.get(name), waiting.get(name, {})),
                source=max((s.source for s in own), default=last),
            )
        )
    return drugs


def _genes(own: Iterable[Statement], row: SourceRow | None, wanted: Row) -> tuple[str, ...]:
    found = {gene for statement in own for gene in statement.genes}
    found.update(gene for gene, _ in (row.keys if row else ()))
    return tuple(sorted(found.union(filter(None, wanted.get("genes", "").split(";")))))


def _guidelines(own: Iterable[Statement], row: SourceRow | None, wanted: Row) -> tuple[str, ...]:
    found = {statement.guideline_id for statement in own} | {wanted.get("guideline_id", "")}
    return tuple(sorted(filter(None, found | ({row.guideline_id} if row else set()))))


class Edition(msgspec.Struct, frozen=True, kw_only=True):
    """A source's data on a guideline as a whole: its newest paper and its own version.

    ``checked`` is the month (``YYYY-MM``) of the release in which it was fully reviewed.
    """

    pmid: str
    year: str
    version: str
    checked: str


_UNCHECKED: Final = Edition(pmid="", year="", version="", checked="")

GUIDELINE_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "drugs": Drug.__struct_fields__,
    "guidelines": Guideline.__struct_fields__,
    "statements": tuple(name for name in Statement.__struct_fields__ if name != "words"),
}


class Unread(msgspec.Struct, frozen=True, order=True):
    """A sentence or implication that has not been reviewed yet.

    ``before`` is the withdrawn action of an earlier row of the same lookup, empty if there was
    none.
    """

    authority: str
    drug: str
    lookup: str
    population: str
    digest: str
    kind: str
    before: str = ""


class SourceText(msgspec.Struct, frozen=True, order=True):
    """A source's own text of a sentence or an implication; ``digest`` is that of its review."""

    authority: str
    digest: str
    kind: str
    text: str
    source: str


class GuidelineTables(msgspec.Struct, frozen=True, kw_only=True):
    """Result of an import: records, their table rows, and the texts still to be reviewed."""

    drugs: tuple[Drug, ...]
    guidelines: tuple[Guideline, ...]
    statements: tuple[Statement, ...]
    unread: tuple[Unread, ...]
    texts: tuple[SourceText, ...] = ()

    def rows(self) -> dict[str, list[dict[str, str]]]:
        """Return the rows of the three tables, in the order in which they are written."""
        return {
            "drugs": [row_from_record(record) for record in self.drugs],
            "guidelines": [row_from_record(record) for record in self.guidelines],
            "statements": [row_from_record(record) for record in self.statements],
        }


def _populations(row: SourceRow, readings: Readings, known: Mapping[str, set[str]]) -> list[str]:
    """Return our population codes; a row without a population applies to all of its drug's.

    A text that names its population itself is labeled ``text=`` and its digest.
    """
    codes = readings.populations
    said = codes.get((f"text={sentence_digest(row.sentence)[:12]}", row.drug))
    if said:
        return [said]
    if row.population in ("", "n/a"):
        return sorted(known.get(row.drug, set())) or ["general"]
    code = codes.get((row.population, row.drug)) or codes.get((row.population, ""))
    if code is None:
        raise SnapshotSchemaError(
            f"population {row.population!r} has no code of ours",
            where=f"{row.guideline_id}, {row.drug}",
            remedy="add it to the readings, NAME_populations.tsv of its authority",
        )
    return [code]


def newest_rows(
    rows: Iterable[SourceRow], readings: Readings
) -> dict[tuple[str, str, str, Keys], SourceRow]:
    """Return one row per guideline, drug, population and lookup: the one from the last file."""
    listed = list(rows)
    # a row without population applies to every population in the drug's other rows
    known: dict[str, set[str]] = {}
    for row in listed:
        if row.population not in ("", "n/a"):
            known.setdefault(row.drug, set()).update(_populations(row, readings, {}))
    newest = {}
    for row in listed:
        for population in _populations(row, readings, known):
            newest[row.guideline_id, row.drug, population, row.keys] = row
    return newest


def _with_results(rows: Iterable[SourceRow], readings: Readings) -> list[SourceRow]:
    """Add rows for results that a sentence covers but its lookups do not.

    A row of the source itself comes first.
    """
    listed = list(rows)
    own = {(row.guideline_id, row.drug, row.keys) for row in listed}
    found = []
    for row in listed:
        for more in readings.results:
            named, wanted = (more["gene"], more["key"]), (more["guideline_id"], more["drug"])
            if (row.guideline_id, row.drug) == wanted and named in row.keys:
                also = (more["gene"], more["also"])
                keys = tuple(also if pair == named else pair for pair in row.keys)
                if (row.guideline_id, row.drug, keys) not in own:
                    found.append(msgspec.structs.replace(row, keys=keys, read_as=row.keys))
    return [*listed, *found]


def _facts(row: SourceRow, readings: Readings) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Return the reviewed facts of a row, and the digests of unreviewed texts."""
    digest = sentence_digest(row.sentence)
    reading = readings.reading_of(digest, row.drug, (*row.keys, *row.read_as))
    missing = [] if reading else [("sentence", digest)]
    implied: list[str] = []
    for text in row.implications:
        key = sentence_digest(text)
        if key in readings.implications:
            implied.extend(_implied_for(row.keys, readings.implications[key]))
        else:
            missing.append(("implication", key))
            implied.append(f"{row.keys[0][0]}:{NOT_CODED}={_in_a_fact(text)}")
    facts = {name: reading[name] if reading else "" for name in ADVICE_FIELDS}
    # never the old action: the changed part of the sentence may be the action itself
    if reading is None:
        facts["action"] = NOT_CODED
    facts["implications"] = ";".join(dict.fromkeys(implied))
    facts["reading"] = digest[:READING_DIGITS]
    return facts, missing


def _in_a_fact(text: str) -> str:
    """Return a text without the characters that separate facts and their arguments."""
    return normalise_sentence(text).translate({ord(";"): ",", ord("|"): "/"})


def _implied_for(keys: Keys, implications: Iterable[str]) -> Iterator[str]:
    """Return the implications of a text for these keys: ``GENE:code``, or ``GENE=KEY|KEY:code``.

    The second form is for a text that names no gene in a row of several genes: it applies to the
    gene whose key it explains.
    """
    for implication in implications:
        condition, _, code = implication.partition(":")
        gene, _, wanted = condition.partition("=")
        if any(g == gene and (not wanted or key in wanted.split("|")) for g, key in keys):
            yield f"{gene}:{code}"


def compact_lookup(keys: Iterable[Keys]) -> tuple[LookupProduct, ...]:
    """Return the fewest products that cover exactly these combinations of keys.

    Keys of the first gene with the same rest are joined; one and two genes are covered exactly,
    without overlap.
    """
    rest: dict[tuple[str, str], set[Keys]] = {}
    for combination in keys:
        rest.setdefault(combination[0], set()).add(combination[1:])
    grouped: dict[tuple[str, frozenset[Keys]], list[str]] = {}
    for (gene, key), tails in sorted(rest.items()):
        grouped.setdefault((gene, frozenset(tails)), []).append(key)
    # fewer products give shorter tables: pairs of two genes would be listed one by one
    products: list[LookupProduct] = []
    for (gene, shared), own in grouped.items():
        head = ((gene, tuple(own)),)
        ends = compact_lookup(shared) if any(shared) else ((),)
        products.extend(head + end for end in ends)
    return tuple(sorted(products))


def _reach(keys: Keys, facts: Mapping[str, str], authority: Authority) -> Keys:
    """Return the keys to which advice applies: a dosing algorithm takes any result."""
    # a dosing algorithm takes every result of its genes, whichever row names it
    if not authority.algorithms or facts["action"].split(";")[0] != "use_algorithm":
        return keys
    return tuple((gene, ANY_KEY) for gene in dict.fromkeys(gene for gene, _ in keys))


def _statement_row(
    row: SourceRow, population: str, facts: Mapping[str, str], authority: Authority
) -> dict[str, str]:
    cells = dict(facts)
    cells["authority"] = authority.name
    cells["guideline_id"] = row.guideline_id
    cells["drug"] = row.drug
    cells["genes"] = ";".join(dict.fromkeys(gene for gene, _ in row.keys))
    cells["population"] = population
    cells["classification"] = row.classification
    # A mark on a text without a recommendation is an error of the source.
    cells["flags"] = "" if facts["action"] == "no_recommendation" else ";".join(row.flags)
    cells["pmids"] = ";".join(row.pmids)
    cells["source"] = row.source
    return cells


def _build_statements(
    newest: Mapping[tuple[str, str, str, Keys], SourceRow],
    readings: Readings,
    codes: Mapping[str, DrugCodes],
    authority: Authority,
    before: Callable[[SourceRow, Keys], str],
) -> tuple[list[Statement], list[Unread]]:
    groups: dict[tuple[tuple[str, str], ...], set[Keys]] = {}
    unread: set[Unread] = set()
    for (_, drug, population, keys), row in newest.items():
        facts, missing = _facts(row, readings)
        lookup = format_lookup((tuple((gene, (key,)) for gene, key in keys),))
        unread.update(
            Unread(authority.name, drug, lookup, population, digest, kind, before(row, keys))
            for kind, digest in missing
        )
        cells = _statement_row(row, population, facts, authority)
        group = groups.setdefault(tuple(sorted(cells.items())), set())
        group.add(_reach(keys, facts, authority))
    statements = [_statement(dict(cells), keys, codes) for cells, keys in groups.items()]
    statements.sort(key=lambda s: (s.drug, s.population, s.lookup))
    return statements, sorted(unread)


def _statement(
    cells: dict[str, str], keys: Iterable[Keys], codes: Mapping[str, DrugCodes]
) -> Statement:
    levels = codes.get(cells["drug"], DrugCodes()).levels
    genes = cells["genes"].split(";")
    cells["evidence"] = ";".join(f"{g}:{levels[g]}" for g in genes if g in levels)
    cells["lookup"] = format_lookup(compact_lookup(keys))
    parts = (cells["guideline_id"], cells["drug"], cells["population"], cells["lookup"])
    # not of the text: a statement keeps its name when only its wording changes, and `kb diff` can
    # distinguish the two
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    cells["id"] = f"{cells['authority']}-{digest[:12]}"
    return record_from_row(Statement, cells)


def _build_guidelines(
    rows: Iterable[SourceRow],
    statements: Iterable[Statement],
    authority: Authority,
    editions: Mapping[str, Edition],
) -> list[Guideline]:
    cited: dict[str, SourceRow] = {row.guideline_id: row for row in rows}
    listed = list(statements)
    guidelines = []
    for identifier, row in sorted(cited.items()):
        own = [s for s in listed if s.guideline_id == identifier]
        edition = editions.get(identifier, _UNCHECKED)
        guidelines.append(
            Guideline(
                guideline_id=identifier,
                authority=authority.name,
                drugs=tuple(sorted({s.drug for s in own})),
                genes=tuple(sorted({gene for s in own for gene in s.genes})),
                populations=tuple(sorted({s.population for s in own})),
                pmids=_newest_first(edition.pmid, row.pmids),
                years=_newest_first(edition.year, row.years),
                version=edition.version or row.version,
                checked=edition.checked,
                url=authority.page + identifier,
                source=row.source,
            )
        )
    return guidelines


def _newest_first(newest: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Return the citations of a guideline, with those of its newest edition first."""
    return tuple(dict.fromkeys(filter(None, (newest, *known))))


def build_authority(
    authority: Authority,
    rows: Sequence[SourceRow],
    readings: Readings,
    codes: Mapping[str, DrugCodes],
    editions: Mapping[str, Edition],
) -> GuidelineTables:
    """Return the tables of one authority from its rows, oldest release first."""
    standing = standing_rows(rows, readings.withdrawn)
    newest = newest_rows(_with_results(standing, readings), readings)
    before = _earlier_action(rows, readings)
    statements, unread = _build_statements(newest, readings, codes, authority, before)
    named = {row.drug: row for row in rows}
    unfinished = {entry.drug for entry in unread}
    return GuidelineTables(
        drugs=tuple(
            build_drugs(authority.name, named.values(), unfinished, statements, readings, codes)
        ),
        guidelines=tuple(_build_guidelines(rows, statements, authority, editions)),
        statements=tuple(statements),
        unread=tuple(unread),
        texts=tuple(sorted(_texts(authority, newest.values()))),
    )


def _earlier_action(
    rows: Iterable[SourceRow], readings: Readings
) -> Callable[[SourceRow, Keys], str]:
    """Return a function that finds the action of the last reviewed row of a lookup."""
    known: dict[tuple[str, str, Keys], str] = {}
    for row in rows:
        reading = readings.reading_of(sentence_digest(row.sentence), row.drug, row.keys)
        if reading is not None:
            known[row.guideline_id, row.drug, row.keys] = reading["action"]
    return lambda row, keys: known.get((row.guideline_id, row.drug, keys), "")


def _texts(authority: Authority, rows: Iterable[SourceRow]) -> set[SourceText]:
    """Return the texts of rows as the source has them, without markup."""
    return {
        SourceText(authority.name, sentence_digest(text), kind, said, row.source)
        for row in rows
        for kind, texts in (("sentence", (row.sentence,)), ("implication", row.implications))
        for text in texts
        if (said := normalise_sentence(text))
    }
