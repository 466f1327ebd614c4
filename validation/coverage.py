"""What the knowledge base covers, written from the base itself into ``docs/coverage.md``.

Run ``python -m validation.coverage --write``. How its lookups compare with the source files is
counted in the validation data folder (`validation.held`); without it that part stays as it is.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from pgx.knowledge.importers.guideline_rows import AUTHORITIES
from pgx.knowledge.later import ChangeState
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.advice import Drug, DrugStatus
from validation import held
from validation.data import DATA
from validation.measurements import replaced
from validation.tables import show, table

__all__ = ["HELD", "PAGE", "held_part", "page"]

PAGE = Path(__file__).resolve().parents[1] / "docs" / "coverage.md"
HELD = "held"
"""Name of the part that is counted in the source files."""
_HELD = f"""## Held to the sources

Each lookup of the source files, one drug and one combination of results of one row, was asked of
the knowledge base (`validation/held.py`). *The same* is: the facts that were read of that row's own
text, its strength, its citations and its numbers. *Replaced*: a later file has a row for the same
lookup, and the base says what that one says. *In another row*: the source names a result in a way
that results here do not have; what its carrier is told is the advice of another row. *Withdrawn*: a
later release of the guideline no longer has it.

<!-- {HELD} --><!-- /{HELD} -->
"""
_WHY = {
    "no_statement_in_sources": "no source at hand holds its statements",
    "partial_lookups": "some results are not read yet",
    "texts_not_coded": "some texts are not read yet",
}


def held_part() -> str:
    """Count in the source files, or return what the page says where they are not at hand."""
    if (DATA / "reference").is_dir():
        return held.report(held.asked())
    part = PAGE.read_text(encoding="utf-8").partition(f"<!-- {HELD} -->")[2]
    return part.partition(f"<!-- /{HELD} -->")[0].strip() + "\n"


def page(knowledge: KnowledgeBase, held_text: str) -> str:
    """Return the whole page; ``held_text`` is what was counted in the source files."""
    drugs = knowledge.drugs
    names = sorted({drug.drug for drug in drugs}, key=str.casefold)
    intro = f"""# What is covered

Written from the knowledge base (`python -m validation.coverage --write`), release
{knowledge.release}: {len(names)} drugs. A source *covers* a drug if it has at least one
statement on it; what no source at hand says is *pending* and gives no advice.
"""
    parts = [intro, _by_source(knowledge), _HELD, "## Later changes\n", _changes(knowledge)]
    parts += ["## Drugs\n", _by_drug(drugs, names)]
    parts += ["## Pending or read in part\n", _open(drugs), "## Genes\n", _by_gene(knowledge)]
    return replaced("\n".join(parts), HELD, held_text.strip())


def _name(authority: str) -> str:
    return held.NAMES.get(authority, authority)


def _by_source(knowledge: KnowledgeBase) -> str:
    rows: list[Sequence[object]] = []
    for authority in AUTHORITIES:
        own = [d for d in knowledge.drugs if d.authority == authority.name]
        said = [s for s in knowledge.statements if s.authority == authority.name]
        pairs = {(gene, s.drug) for s in said for gene in s.genes}
        covered = sum(d.status is DrugStatus.COVERED for d in own)
        releases = ", ".join(sorted({s.source for s in said}))
        rows.append([_name(authority.name), len(own), covered, len(pairs), len(said), releases])
    header = ["source", "drugs", "covered", "gene–drug pairs", "statements", "read from"]
    return table(header, rows) + "\n"


def _changes(knowledge: KnowledgeBase) -> str:
    """Return what authorities changed by date, and how far it is in the tables."""
    counts = Counter(c.state.value for c in knowledge.later_changes)
    states = ", ".join(f"{counts[state]} {state}" for state in ChangeState)
    intro = (
        "What authorities changed since the oldest facts at hand, of May 2024: "
        f"{states} (`pgx kb changes`).\nAdvice of a pending change is not given; where older"
        " advice on the same drug exists, it stands.\n\n"
    )
    rows = [
        [
            c.date,
            c.authority,
            ", ".join((*c.genes, *c.drugs)),
            c.what,
            c.state.value,
            c.facts,
        ]
        for c in knowledge.later_changes
    ]
    return intro + table(["date", "authority", "of", "what", "state", "facts"], rows) + "\n"


def _by_drug(drugs: Sequence[Drug], names: Sequence[str]) -> str:
    own: dict[str, dict[str, Drug]] = defaultdict(dict)
    for drug in drugs:
        own[drug.drug][drug.authority] = drug
    rows = []
    for name in names:
        genes = sorted({gene for drug in own[name].values() for gene in drug.genes})
        cells = [_cell(own[name].get(authority.name)) for authority in AUTHORITIES]
        rows.append([name, ", ".join(genes), *cells])
    header = ["drug", "genes", *(_name(authority.name) for authority in AUTHORITIES)]
    return table(header, rows) + "\n"


def _cell(drug: Drug | None) -> str:
    if drug is None:
        return ""
    if drug.status is DrugStatus.PENDING:
        return "pending"
    return "in part" if drug.reason else "yes"


def _open(drugs: Sequence[Drug]) -> str:
    rows = [
        [
            drug.drug,
            _name(drug.authority),
            ", ".join(drug.genes),
            _WHY.get(drug.reason, drug.reason),
        ]
        for drug in sorted(drugs, key=lambda d: (d.drug.casefold(), d.authority))
        if drug.reason
    ]
    return table(["drug", "source", "genes", "why"], rows) + "\n"


def _by_gene(knowledge: KnowledgeBase) -> str:
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for statement in knowledge.statements:
        for gene in statement.genes:
            found[gene][statement.authority].add(statement.drug)
    rows = [
        [gene, *(len(found[gene][authority.name]) for authority in AUTHORITIES)]
        for gene in sorted(found)
    ]
    header = ["gene", *(f"{_name(authority.name)}: drugs" for authority in AUTHORITIES)]
    return table(header, rows) + "\n"


def main() -> None:
    """Print the page, or write it."""
    parser = argparse.ArgumentParser(prog="python -m validation.coverage", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/coverage.md")
    text = page(KnowledgeBase(), held_part())
    if parser.parse_args().write:
        PAGE.write_text(text, encoding="utf-8")
    else:
        show(text)


if __name__ == "__main__":
    main()
