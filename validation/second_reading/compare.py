"""Hold the second reading against the knowledge base: by text, and by lookup."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from pgx.knowledge.importers.readings import READING_COLUMNS
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.advice import DOSE_ACTIONS, Statement
from validation.data import read_table

__all__ = [
    "HERE",
    "SOURCES",
    "Compared",
    "compared",
    "facts",
    "known_statements",
    "lookups",
    "read_once",
    "restated",
    "second_rows",
    "settled",
]

HERE = Path(__file__).parent
READINGS = HERE.parents[1] / "data" / "knowledgebase" / "readings"
SOURCES = {"cpic": ("CPIC",), "dpwg": ("DPWG",), "fda": ("FDA_LABEL", "FDA_TABLE")}
NO_TEXT = "e3b0c44298fc"
"""Beginning of the digest of nothing: a row of a source without a sentence."""

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Compared:
    """One row of the second reading; ``ours`` is the reading of the same text closest to it."""

    source: str
    digest: str
    drugs: str
    second: Row
    ours: Row
    agrees: bool


def read_once() -> list[Statement]:
    """Return statements of texts that have no second reading yet."""
    read = {row["digest"] for name in SOURCES for row in second_rows(name)}
    authorities = {authority for several in SOURCES.values() for authority in several}
    return [s for s in known_statements() if s.authority in authorities and s.reading not in read]


def settled() -> dict[str, str]:
    """Return how differences were settled, by the beginning of the text's digest."""
    return {row["digest"]: row["settled"] for row in read_table(HERE / "settled.tsv")}


def restated() -> dict[tuple[str, str], str]:
    """Return the action that a changed rule of the code book gives, by text and action as read.

    A rule can name an action that the text does not. Where such a rule was changed after the
    readers had worked by it, their rows stay as they wrote them and are compared by the rule of
    today. Only the texts listed are touched, and only rows with the action of the former rule.
    """
    return {(r["digest"], r["read"]): r["now"] for r in read_table(HERE / "restated.tsv")}


def second_rows(name: str, folder: Path = HERE, *, as_read: bool = False) -> list[Row]:
    """Return the rows of a second reading by today's code book, or as they were read."""
    rows = read_table(folder / f"{name}.tsv")
    now = {} if as_read else restated()
    return [{**r, "action": now.get((r["digest"], r["action"]), r["action"])} for r in rows]


def compared(folder: Path = HERE, *, as_read: bool = False) -> list[Compared]:
    """Hold every row of a second reading against ours."""
    return [
        i for name in SOURCES for i in _source(name, second_rows(name, folder, as_read=as_read))
    ]


def _source(name: str, rows: Iterable[Row]) -> Iterator[Compared]:
    own: dict[str, list[Row]] = defaultdict(list)
    for authority in SOURCES[name]:
        for row in read_table(READINGS / f"{authority.lower()}.tsv"):
            own[row["digest"][:12]].append({c: row.get(c) or "" for c in READING_COLUMNS})
    for second in rows:
        found = _own_rows(own.get(second["digest"], []), second)
        if found and second["digest"] != NO_TEXT:
            good = [row for row in found if _agree(row, second)]
            ours = (good or found)[0]
            yield Compared(name, second["digest"], ours["seen"], second, ours, bool(good))


def _own_rows(rows: Sequence[Row], second: Row) -> list[Row]:
    """Return our readings of a text for the drug and the keys of a row of the second one."""
    drug, keys = second["drug"], _keys(second)
    for_drug = [r for r in rows if drug and r["drug"] == drug] or [r for r in rows if not r["drug"]]
    special = [row for row in for_drug if keys & _keys(row)]
    plain = [row for row in for_drug if not row["when"]]
    return special or (plain if keys else []) or for_drug or list(rows)


def _keys(row: Row) -> set[str]:
    return set(filter(None, row["when"].replace("=diplotype ", "=").split(";")))


def _agree(ours: Row, second: Row) -> bool:
    """Whether primary actions and dose factors are the same."""
    actions, theirs = ours["action"].split(";"), second["action"].split("|")
    several = len(theirs) > 1 and bool(set(theirs) & set(actions[:2]))
    if not several and actions[0] not in theirs:
        return False
    mine, other = _factors(ours, "dose_factor_"), _factors(second, "factor_")
    # a share in a fall-back may be noted or not, where the first action is no dose
    return mine == other or (actions[0] not in DOSE_ACTIONS and not (any(mine) and any(other)))


def _factors(row: Row, prefix: str) -> tuple[float | None, float | None]:
    low, high = (row[f"{prefix}{end}"] for end in ("min", "max"))
    return (round(float(low), 3) if low else None, round(float(high), 3) if high else None)


def facts(row: Row, prefix: str) -> str:
    """Return actions and dose factors of a row in short."""
    low, high = _factors(row, prefix)
    factors = "" if (low, high) == (None, None) else f" {low or ''}–{high or ''}"
    return row["action"].replace(";", "; ").replace("|", " or ") + factors


def lookups(
    name: str, statements: Iterable[Statement], *, as_read: bool = False
) -> tuple[int, int]:
    """Return how many lookups of a source the base answers, and how many as the second reader.

    A lookup is a drug, a population and one key of each gene.
    """
    second: dict[str, list[Row]] = defaultdict(list)
    for row in second_rows(name, as_read=as_read):
        second[row["digest"]].append(row)
    counted = agreed = 0
    for statement in statements:
        rows = second.get(statement.reading, [])
        if statement.authority in SOURCES[name] and statement.reading != NO_TEXT and rows:
            for keys in _combinations(statement):
                counted += 1
                agreed += _agree(_facts_of(statement), _second_row(rows, statement.drug, keys))
    return counted, agreed


def _combinations(statement: Statement) -> Iterator[set[str]]:
    for factors in statement.lookup:
        named = [[f"{g}={k}".replace("=diplotype ", "=") for k in keys] for g, keys in factors]
        yield from map(set, product(*named))


def _second_row(rows: Sequence[Row], drug: str, keys: set[str]) -> Row:
    own = [r for r in rows if r["drug"] == drug] or [r for r in rows if not r["drug"]] or rows
    special = [row for row in own if keys & _keys(row)]
    plain = [row for row in own if not row["when"]]
    return (special or plain or list(own))[0]


def _facts_of(statement: Statement) -> Row:
    low, high = statement.dose_factor_min, statement.dose_factor_max
    return {
        "action": ";".join(statement.action),
        "dose_factor_min": "" if low is None else str(low),
        "dose_factor_max": "" if high is None else str(high),
    }


def known_statements() -> tuple[Statement, ...]:
    """Return the statements of the installed release."""
    return tuple(KnowledgeBase().statements)
