"""Every lookup of the source files, asked of the knowledge base and compared with its own text.

A lookup is one drug and one combination of keys of one row of a source file. It is *the same* if
the base answers it with the facts that were read of this very row's text, its strength, its
citations and its numbers; *replaced* if a later file has a row for the same lookup and the base
answers as that one says; *in another row* if our keys say it by another name
(``readings/*_keys.tsv``); *withdrawn* if a later release of the same guideline no longer has it
(``readings/*_withdrawn.tsv``). Anything else is *open*, and there must be none.

Source files are read here anew, without the importer; facts of a text come from the readings.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

from pgx.knowledge.importers.guideline_rows import AUTHORITIES
from pgx.knowledge.importers.readings import (
    Readings,
    load_readings,
    number_gaps,
    sentence_digest,
)
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.phenotypes import PhenotypeTable
from pgx.recommendations.index import GuidanceIndex, guidance_of
from pgx.recommendations.topics import Topic
from pgx.records.advice import ADVICE_FIELDS, Statement, row_from_record
from pgx.records.genes import natural_key
from validation.data import DATA, ROOT, read_table
from validation.tables import table

__all__ = ["FILES", "Lookup", "Outcome", "asked", "report"]

READINGS = ROOT / "data" / "knowledgebase" / "readings"
CHANGED = tuple(f"2026-07/guidance/changed_part{part}.jsonl" for part in (1, 2, 3))
FILES = ("guidelines_2024-05.jsonl", "fda_2025.jsonl", *CHANGED)
"""Source files; each of their lookups has to have an answer."""
LATER = {"guidelines_2024-05.jsonl": ("guidelines_2025-11_partial.jsonl", *CHANGED)}
"""By file, those whose rows replace its rows."""
OUTCOMES = ("same", "replaced", "in another row", "withdrawn", "open")
NAMES = {"FDA_LABEL": "FDA label", "FDA_TABLE": "FDA table"}

Keys = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Lookup:
    """One drug and one combination of keys of a source row, in the source's words."""

    file: str
    authority: str
    guideline: str
    drug: str
    population: str
    keys: Keys
    text: str
    strength: str
    pmids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a lookup; ``why`` says what replaced it, holds it, or is wrong."""

    lookup: Lookup
    kind: str
    why: str = ""


@dataclass(slots=True)
class Asked:
    """The knowledge base, ready for questions."""

    knowledge: KnowledgeBase
    readings: Mapping[str, Readings]
    populations: Mapping[tuple[str, str], frozenset[str]]
    index: GuidanceIndex
    topics: dict[tuple[str, str, str], list[Topic]] = field(default_factory=dict)


def lookups(path: Path, name: str) -> Iterator[Lookup]:
    """Yield every lookup of one source file, in its order."""
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        authority = next((a.name for a in AUTHORITIES if row["source"].startswith(a.rows)), "")
        text, keys, drugs = (
            (row["text"], row["lookup_keys"], row["drugs"])
            if "text" in row
            else (row["action"], row["lookup"], row["drug"])
        )
        grade = row["classification"] or ""
        for drug, combination in product(drugs, keys if authority else ()):
            yield Lookup(
                file=name,
                authority=authority,
                guideline=row["guideline_id"],
                drug=drug,
                population=row["population"] or "",
                keys=tuple((g, _key(value)) for g, value in sorted(combination.items())),
                text=text or "",
                strength="" if grade in ("N/A", "Unspecified") else grade,
                pmids=frozenset(_pmids(row)),
            )


def _pmids(row: Mapping[str, Any]) -> list[str]:
    return [str(c["pmid"]) for c in row["citations"]] if "citations" in row else row["pmids"]


def _key(value: Any) -> str:  # noqa: ANN401 - keys have many forms
    """Return a key as text: itself, a pair of alleles, or all of a person's tests."""
    if isinstance(value, dict):
        names = [name for name, copies in value.items() for _ in range(int(copies))]
        if names == ["No Result"]:
            return "No Result"
        ordered = sorted(names, key=lambda n: ("reference" not in n, natural_key(n)))
        return f"diplotype {'/'.join(ordered)}"
    return value if isinstance(value, str) else "|".join(map(str, value))


def asked(knowledge: KnowledgeBase | None = None) -> list[Outcome]:
    """Ask every lookup of `FILES` in the folder of validation data; by default the base in use."""
    folder = DATA / "reference"
    names = {*FILES, *(name for later in LATER.values() for name in later)}
    own = {name: list(lookups(folder / name, name)) for name in names}
    base = _ready(knowledge or KnowledgeBase(), own)
    outcomes = []
    for name in FILES:
        later = _by_place([row for other in LATER.get(name, ()) for row in own[other]])
        outcomes += [_outcome(base, lookup, later) for lookup in own[name]]
    return outcomes


def _ready(knowledge: KnowledgeBase, own: Mapping[str, Sequence[Lookup]]) -> Asked:
    readings = {a.name: load_readings(READINGS, a.name.lower()) for a in AUTHORITIES}
    labels: dict[tuple[str, str], set[str]] = defaultdict(set)
    for lookup in (item for items in own.values() for item in items):
        if lookup.population not in ("", "n/a"):
            code = _population(readings[lookup.authority], lookup)
            labels[lookup.authority, lookup.drug].add(code)
    index = guidance_of(knowledge)
    base = Asked(knowledge, readings, {k: frozenset(v) for k, v in labels.items()}, index)
    for topic in index.topics:
        own = {s.guideline_id for known in topic.statements.values() for s in known.values()}
        for guideline in own or {topic.guideline_id}:  # entries of one document are one topic
            place = (topic.drug.authority, guideline, topic.drug.drug)
            base.topics.setdefault(place, []).append(topic)
    return base


def _population(readings: Readings, lookup: Lookup) -> str:
    codes = readings.populations
    label = lookup.population
    return codes.get((label, lookup.drug)) or codes.get((label, "")) or f"unknown {label}"


def _by_place(own: Sequence[Lookup]) -> dict[tuple[str, str, str], list[Lookup]]:
    found: dict[tuple[str, str, str], list[Lookup]] = defaultdict(list)
    for lookup in own:
        found[lookup.authority, lookup.guideline, lookup.drug].append(lookup)
    return found


def _outcome(
    base: Asked, lookup: Lookup, later: Mapping[tuple[str, str, str], Sequence[Lookup]]
) -> Outcome:
    """Ask one lookup in every population and in each of our ways to say its keys."""
    words = base.readings[lookup.authority].keys
    ways = [words.get(pair, (pair[1],)) for pair in lookup.keys]
    if not all(ways):
        return _in_another_row(base, lookup)
    place = (lookup.authority, lookup.guideline, lookup.drug)
    taken_back = _withdrawn(base.readings[lookup.authority], lookup)
    if taken_back:
        return Outcome(lookup, "withdrawn", taken_back)
    said = []
    for population in _asked_populations(base, lookup):
        for keys in product(*ways):
            ours = tuple((g, k) for (g, _), k in zip(lookup.keys, keys, strict=True) if k != "-")
            statement = _find(base.topics.get(place, ()), population, ours)
            said.append(_judged(base, lookup, ours, statement, later.get(place, ())))
    kinds = {kind for kind, _ in said}
    worst = max(kinds, key=OUTCOMES.index)
    return Outcome(lookup, worst, next(why for kind, why in said if kind == worst))


def _withdrawn(readings: Readings, lookup: Lookup) -> str:
    """Return why a later release no longer has a row; empty where it has."""
    for gone in readings.withdrawn:
        keys = dict(part.split("=", 1) for part in filter(None, gone["lookup"].split(";")))
        if (
            (gone["guideline_id"], gone["drug"]) == (lookup.guideline, lookup.drug)
            and not lookup.file.startswith(gone["since"])
            and all(key in keys.get(gene, key).split("|") for gene, key in lookup.keys)
        ):
            return gone["reason"]
    return ""


def _asked_populations(base: Asked, lookup: Lookup) -> list[str]:
    """Return codes; a row without a population is for all that its drug has."""
    if lookup.population not in ("", "n/a"):
        return [_population(base.readings[lookup.authority], lookup)]
    return sorted(base.populations.get((lookup.authority, lookup.drug), ())) or ["general"]


def _find(topics: Sequence[Topic], population: str, keys: Keys) -> Statement | None:
    """Look up as a result would: by the keys of all genes of a guideline."""
    said = dict(keys)
    for topic in topics:
        if set(topic.genes) == set(said):
            found = topic.find(population, tuple(said[gene] for gene in topic.genes))
            if found is not None:
                return found
    return None


def _judged(
    base: Asked,
    lookup: Lookup,
    keys: Keys,
    statement: Statement | None,
    later: Sequence[Lookup],
) -> tuple[str, str]:
    """Return the kind of outcome for one answer of the base, and why."""
    if statement is None:
        return "open", "no answer"
    readings = base.readings[lookup.authority]
    wrong = _differs(readings, lookup, keys, statement)
    if not wrong:
        return "same", ""
    for row in later:
        if _meets(readings, row.keys, keys) and not _differs(readings, row, keys, statement):
            return "replaced", f"{row.file} ({statement.source})"
    return "open", wrong


def _meets(readings: Readings, listed: Keys, keys: Keys) -> bool:
    """Whether the tests of a person, as the later file lists them, hold these keys."""
    words = readings.keys
    tests = {gene: words.get((gene, value)) or value.split("|") for gene, value in listed}
    return all(key in tests.get(gene, ()) for gene, key in keys)


def _differs(readings: Readings, lookup: Lookup, keys: Keys, statement: Statement) -> str:
    """Say what a statement has otherwise than a source row; empty where nothing."""
    row = readings.reading_of(sentence_digest(lookup.text), lookup.drug, keys)
    if row is None:
        return "its text is not read"
    given = row_from_record(statement)
    for name in ADVICE_FIELDS:
        if _value(row[name]) != _value(given[name]):
            return f"{name}: {row[name]!r} in the text, {given[name]!r} in the base"
    if statement.classification != lookup.strength:
        return f"strength {lookup.strength!r} there, {statement.classification!r} in the base"
    if set(statement.pmids) != lookup.pmids:
        return f"citations {sorted(lookup.pmids)} there, {list(statement.pmids)} in the base"
    gaps = number_gaps(lookup.text, {**row, **{n: given[n] for n in ADVICE_FIELDS}})
    if gaps != (set(), set()) and not row["note"].startswith("exempt"):
        return f"numbers {gaps[0]} are missing, {gaps[1]} are added"
    return ""


def _value(cell: str) -> object:
    try:
        return float(cell)
    except ValueError:
        return cell


def _in_another_row(base: Asked, lookup: Lookup) -> Outcome:
    """Hold a row that our keys say by another name against what its carrier is told.

    For pairs of alleles that is the row of the phenotype, which must give the same advice; for
    others our table of keys says which.
    """
    [(gene, key)] = lookup.keys
    place = (lookup.authority, lookup.guideline, lookup.drug)
    if not key.startswith("diplotype "):
        why = _note(lookup.authority, gene, key)
        return Outcome(lookup, "in another row" if why else "open", why)
    names = key.removeprefix("diplotype ").split("/")
    definition = base.knowledge.gene(gene)
    alleles = {a.name: a.function for a in definition.alleles}
    functions = [alleles[name] for name in names]
    phenotype = PhenotypeTable(definition).translate(*functions, key).lookup_key
    ours = ((gene, phenotype),)
    statement = _find(base.topics.get(place, ()), "general", ours)
    readings = base.readings[lookup.authority]
    wrong = _differs(readings, lookup, ours, statement) if statement else "no answer"
    kind = "open" if wrong else "in another row"
    return Outcome(lookup, kind, wrong or f"{gene} {phenotype}")


def _note(authority: str, gene: str, key: str) -> str:
    """Return why our tables of keys have no key for one of the source."""
    rows = read_table(READINGS / f"{authority.lower()}_keys.tsv")
    return next(
        (r["note"] for r in rows if (r["gene"], r["key"], r["ours"]) == (gene, key, "")), ""
    )


def report(outcomes: Sequence[Outcome]) -> str:
    """Return the counts as Markdown, and each row that stands in another or is open."""
    parts = []
    for name in FILES:
        own = [o for o in outcomes if o.lookup.file == name]
        counts = Counter(o.kind for o in own)
        parts.append(
            f"`{name}`: {counts['same']:,} of {len(own):,} lookups are answered the same,"
            f" {counts['replaced']:,} as a later row says,"
            f" {counts['in another row']:,} by another row, {counts['withdrawn']:,} are withdrawn,"
            f" {counts['open']:,} are open."
        )
    sources = [a.name for a in AUTHORITIES]
    counted = {s: Counter(o.kind for o in outcomes if o.lookup.authority == s) for s in sources}
    rows = [
        [NAMES.get(s, s), sum(counted[s].values()), *(counted[s][k] for k in OUTCOMES)]
        for s in sources
    ]
    parts.append(table(["source", "lookups", *OUTCOMES], rows))
    told = _told(outcomes)
    if told:
        header = ["source", "drug", "lookup", "what", "by"]
        parts += ["Lookups that are answered by a row of other keys:", table(header, told)]
    return "\n\n".join(parts) + "\n"


def _told(outcomes: Sequence[Outcome]) -> list[list[object]]:
    rows = []
    for outcome in outcomes:
        it = outcome.lookup
        if outcome.kind in ("in another row", "open"):
            keys = ", ".join(f"{gene} {key}" for gene, key in it.keys)
            source = NAMES.get(it.authority, it.authority)
            rows.append([source, it.drug, keys, outcome.kind, outcome.why])
    return sorted(rows, key=lambda r: (str(r[3]), str(r[1]).casefold(), str(r[2])))
