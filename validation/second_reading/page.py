"""The page ``docs/second-reading.md``."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence

from pgx.recommendations.wording import render_statement
from pgx.records.advice import Statement
from validation.second_reading.compare import (
    HERE,
    SOURCES,
    Compared,
    compared,
    facts,
    known_statements,
    lookups,
    read_once,
    restated,
    settled,
)
from validation.tables import table

__all__ = ["PAGE", "page"]

PAGE = HERE.parents[1] / "docs" / "second-reading.md"
NAMES = {"cpic": "CPIC", "dpwg": "DPWG", "fda": "FDA label and table"}
SHOWN, SEED = 50, 2026

_INTRO = """# A second reading

Guidelines speak in sentences, and a reading turns them into facts
([how](explanation/guidance.md)). The sentences of every source were read a second time, from the
sentence and its lookups alone and without a look at our tables; noted were the primary action and
the dose factor. This page is written by `python -m validation.second_reading --write`.

*Agree*: the same primary action, or one of two that the second reader put as equals, and the same
factors. A text that says different things for different results has several rows. *Lookup*: a
drug, a population and one key of each gene; what a patient's result meets is a lookup, and a text
may serve hundreds. A row of a source without any text (CPIC's warfarin) is not counted: there is
nothing to read.
"""

_ROUNDS = """
## Two rounds

The second readers worked by a code book (`validation/second_reading/codebook.md`): what each
action means, which of several instructions is the primary one, what counts as a dose factor. In a
first round its rules 10 to 17 were missing, and the readers named the texts that it left open:
caps on the dose as such, shares of the maximum dose, doses after a loading dose, texts split by
other medicines, sole conditional instructions. These points were decided in the code book, with
the first round's differences at hand, and
**other** readers, who had seen neither table, read everything again. Both rounds are kept
(`validation/second_reading/`). Against today's base:
"""

_CHANGED = """
Where the second readers were right, our reading was changed before this count: carbamazepine with
HLA-A\\*31:01 and no alternative (`monitor` first), dextromethorphan / quinidine in poor
metabolizers (`caution` instead of nothing), the dose factors of clobazam (half of the target) and
of mavacamten (half of the start), and that of metoprolol in ultrarapid metabolizers (2.5, a step
for want of effect, no dose to be used at once).
"""

_RESTATED = """## Two rules changed since

Rules 8 and 9 of the code book had told the readers to note `caution` where a result leaves the
susceptibility to malignant hyperthermia open. CPIC's texts leave the use to clinical findings,
family history and further tests; the labels forbid the drug where the susceptibility is known or
suspected. None of them asks for caution because of such a result, so the rules now say
`no_recommendation`, and our sentence keeps what guides the use or forbids it. The rows that these
rules had decided are compared by today's rules, as a change of the rule and not of the text's
reading: nobody read the texts a third time, and the rules were changed with our reading at hand.
The readers' own rows are kept as they wrote them; `validation/second_reading/restated.tsv` lists
the texts. Both counts:
"""


def page() -> str:
    """Return the whole page."""
    found = compared()
    parts = [
        _INTRO,
        _counts(found),
        _once(),
        _ROUNDS,
        _rounds(found),
        _CHANGED,
        _RESTATED,
        _by_rules(found),
        "\n## Differences, and how they were settled\n",
        _differences(found),
        f"\n## {SHOWN} texts drawn at random\n",
        "Our sentence is made from our facts; the last columns are the second reader's.\n",
        _drawn(found),
        "",
    ]
    return "\n".join(parts)


def _once() -> str:
    """Say how many texts only one reader has read, and of which releases they are."""
    open_ = read_once()
    if not open_:
        return ""
    texts = len({(s.authority, s.reading) for s in open_})
    releases = ", ".join(sorted({s.source for s in open_}))
    return f"\n{texts} texts of {releases} have been read once; their second reading is open.\n"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}%"


def _counts(found: Sequence[Compared]) -> str:
    statements = known_statements()
    rows: list[list[object]] = []
    sums = [0, 0]
    for name in SOURCES:
        answered, same = lookups(name, statements)
        sums = [sums[0] + answered, sums[1] + same]
        rows.append(_line(NAMES[name], [i for i in found if i.source == name], answered, same))
    rows.append(_line("all", found, *sums))
    header = ["source", "texts", "rows", "agree", "share", "lookups", "agree", "share"]
    return table(header, rows)


def _line(name: str, own: Sequence[Compared], answered: int, same: int) -> list[object]:
    texts = len({item.digest for item in own})
    agree = sum(item.agrees for item in own)
    shares = [agree, _share(agree, len(own)), answered, same, _share(same, answered)]
    return [name, texts, len(own), *shares]


def _rounds(found: Sequence[Compared]) -> str:
    rows = []
    for name, items in (("first", compared(HERE / "first")), ("second", found)):
        agree = sum(item.agrees for item in items)
        rows.append([name, len(items), agree, _share(agree, len(items))])
    return table(["round", "rows", "agree", "share"], rows)


def _by_rules(found: Sequence[Compared]) -> str:
    statements = known_statements()
    own = compared(as_read=True)
    changed = sum(now.second != read.second for now, read in zip(found, own, strict=True))
    texts = len({digest for digest, _ in restated()})
    rows = []
    for name, items, as_read in (
        ("as read", own, True),
        (f"today's ({changed} rows of {texts} texts restated)", found, False),
    ):
        counts = [lookups(source, statements, as_read=as_read) for source in SOURCES]
        answered, same = (sum(column) for column in zip(*counts, strict=True))
        rows.append(_line(name, items, answered, same))
    header = ["code book", "texts", "rows", "agree", "share", "lookups", "agree", "share"]
    return table(header, rows)


def _differences(found: Sequence[Compared]) -> str:
    why = settled()
    rows = [
        [
            NAMES[item.source],
            item.drugs.replace(";", ", "),
            item.digest,
            facts(item.ours, "dose_factor_"),
            facts(item.second, "factor_"),
            why.get(item.digest, ""),
        ]
        for item in found
        if not item.agrees
    ]
    return table(["source", "drugs", "text", "ours", "second", "settled"], rows)


def _drawn(found: Sequence[Compared]) -> str:
    by_reading: dict[str, list[Statement]] = defaultdict(list)
    for statement in known_statements():
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
                facts(item.ours, "dose_factor_"),
                facts(item.second, "factor_"),
            ]
        )
    return table(["source", "drug", "our sentence", "ours", "second"], rows)
