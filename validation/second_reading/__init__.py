"""A second reading of every guideline sentence, held against the readings of the knowledge base.

The second reading was made from the texts and the lookups, without our tables, and holds the
primary action and the dose factor (``cpic.tsv``, ``dpwg.tsv``, ``fda.tsv``; several actions joined
by ``|`` stand as equals). ``settled.tsv`` says how a difference was settled. The page
``docs/second-reading.md`` is written by ``python -m validation.second_reading --write``; it
needs no validation data.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pgx.base.advice import Statement
from pgx.knowledge.importers.readings import READING_COLUMNS
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.recommendations.wording import render_statement
from validation.data import read_table
from validation.tables import table

__all__ = ["PAGE", "Compared", "compared", "page", "settled"]

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PAGE = ROOT / "docs" / "second-reading.md"
READINGS = ROOT / "data" / "knowledgebase" / "readings"
TABLES = {"cpic": ("cpic",), "dpwg": ("dpwg",), "fda": ("fda_label", "fda_table")}
NAMES = {"cpic": "CPIC", "dpwg": "DPWG", "fda": "FDA label and table"}
CAP = "a limit on the starting dose: `adjust_initial_dose` here, `reduce_dose` there"
SHOWN, SEED = 50, 2026

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Compared:
    """One text in both readings; ``ours`` is the reading closest to the second one."""

    source: str
    digest: str
    drugs: str
    second: Row
    ours: Row
    agrees: bool

    @property
    def is_cap(self) -> bool:
        """Whether the readings differ in what a limit on the first dose is called."""
        actions = self.ours["action"].split(";")[0], self.second["action"]
        return actions == ("adjust_initial_dose", "reduce_dose") and bool(
            self.ours["starting_dose"]
        )


def settled() -> dict[str, str]:
    """Return how differences were settled, by the beginning of the text's digest."""
    return {row["digest"]: row["settled"] for row in read_table(HERE / "settled.tsv")}


def compared() -> list[Compared]:
    """Hold every text of the second reading against ours."""
    return [item for name in TABLES for item in _source(name)]


def _source(name: str) -> Iterator[Compared]:
    own: dict[str, list[Row]] = defaultdict(list)
    for part in TABLES[name]:
        for row in read_table(READINGS / f"{part}.tsv"):
            own[row["digest"][:12]].append({c: row.get(c) or "" for c in READING_COLUMNS})
    for second in read_table(HERE / f"{name}.tsv"):
        found = _own_rows(own.get(second["digest"], []), second)
        if found:
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
    actions, theirs = ours["action"].split(";"), second["action"].split("|")
    several = len(theirs) > 1 and bool(set(theirs) & set(actions[:2]))
    if not several and actions[0] not in theirs:
        return False
    mine, other = _factors(ours, "dose_factor_"), _factors(second, "factor_")
    # a share in a fallback may be noted or not, where the first action is no dose
    is_dose = actions[0] in ("reduce_dose", "increase_dose", "adjust_initial_dose")
    return mine == other or (not is_dose and not (any(mine) and any(other)))


def _factors(row: Row, prefix: str) -> tuple[float | None, float | None]:
    low, high = (row[f"{prefix}{end}"] for end in ("min", "max"))
    return (round(float(low), 3) if low else None, round(float(high), 3) if high else None)


def page() -> str:
    """Return the whole page."""
    found = compared()
    return "\n".join(
        [
            _INTRO,
            _counts(found),
            "\n## Differences, and how they were settled\n",
            _differences(found),
            f"\n## {SHOWN} texts drawn at random\n",
            "Our sentence is made from our facts; the last columns are the second reader's.\n",
            _drawn(found),
            "",
        ]
    )


_INTRO = """# A second reading

Guidelines speak in sentences, and a reading turns them into facts
([how](explanation/guidance.md)). Every sentence of every source was read a second time, from the
sentence and its lookups alone and without a look at our tables; noted were the primary action and
the dose factor. This page is written by `python -m validation.second_reading --write`.

*Agree*: the same primary action, or one of two that the second reader put as equals, and the same
factors. One definition differed: a limit on the starting dose (`≤20 mg`) is `adjust_initial_dose`
here, and was `reduce_dose` there. *Settled*: looked at again, the reason below.
"""


def _counts(found: Sequence[Compared]) -> str:
    rows = []
    for name in (*TABLES, ""):
        own = [item for item in found if name in ("", item.source)]
        agree = sum(item.agrees for item in own)
        caps = sum(item.is_cap and not item.agrees for item in own)
        share = f"{100 * agree / len(own):.1f}%"
        wide = f"{100 * (agree + caps) / len(own):.1f}%"
        left = len(own) - agree - caps
        rows.append([NAMES.get(name, "all"), len(own), agree, share, caps, wide, left])
    header = ["source", "texts", "agree", "share", "limit on the start", "share with it", "settled"]
    return table(header, rows)


def _differences(found: Sequence[Compared]) -> str:
    why = settled()
    rows = [
        [
            NAMES[item.source],
            item.drugs.replace(";", ", "),
            item.digest,
            _facts(item.ours, "dose_factor_"),
            _facts(item.second, "factor_"),
            CAP if item.is_cap else why.get(item.digest, ""),
        ]
        for item in found
        if not item.agrees
    ]
    return table(["source", "drugs", "text", "ours", "second", "settled"], rows)


def _facts(row: Row, prefix: str) -> str:
    low, high = _factors(row, prefix)
    factors = "" if (low, high) == (None, None) else f" {low or ''}–{high or ''}"
    return row["action"].replace(";", "; ").replace("|", " or ") + factors


def _drawn(found: Sequence[Compared]) -> str:
    by_reading: dict[str, list[Statement]] = defaultdict(list)
    for statement in KnowledgeBase().statements:
        by_reading[statement.reading].append(statement)
    known = [item for item in found if item.digest in by_reading]
    rows = []
    for item in random.Random(SEED).sample(known, SHOWN):  # noqa: S311 - drawn, not secret
        own = [s for s in by_reading[item.digest] if ";".join(s.action) == item.ours["action"]]
        statement = (own or by_reading[item.digest])[0]
        rows.append(
            [
                statement.authority,
                statement.drug,
                render_statement(statement),
                _facts(item.ours, "dose_factor_"),
                _facts(item.second, "factor_"),
            ]
        )
    return table(["source", "drug", "our sentence", "ours", "second"], rows)
