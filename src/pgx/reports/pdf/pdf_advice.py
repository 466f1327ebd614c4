"""Recommendations by therapeutic class: the short form of the pages after the answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pgx.reports.content.document import ReportDocument
from pgx.reports.content.drug_entries import AdviceRow, DrugEntry
from pgx.reports.content.summary import DrugLine
from pgx.reports.pdf.pdf_answer import Decisions, otherwise
from pgx.reports.pdf.pdf_entries import listed_name, whom

__all__ = ["advice_data"]

Words = Mapping[str, Any]
_UNRESOLVED: Final = ("open_maybe", "indeterminate")
_ROOM: Final = 285
"""Lines of both columns of two pages, less one line for each heading that may end a column."""
_WIDTH: Final = 62
"""Characters of a line: 8 pt in half of an A4 page."""
_CONSEQUENCES: Final = 2


def advice_data(document: ReportDocument, words: Words, decided: Decisions) -> dict[str, Any]:
    """Return the actionable drugs by class, and the unresolved ones by name.

    The guideline's text is added as long as there is room, the most serious drugs first; headline,
    reason and sources of each drug always stay. ``n_short`` counts the drugs without their text.
    """
    summary = document.summary
    entries = {drug.drug: drug for group in document.groups for drug in group.drugs}
    classes = [
        (words["answer"]["medicines"], [line for line in summary.own if entries[line.drug].rows]),
        *((line.title, line.drugs) for line in summary.by_class),
    ]
    briefs = {dose.drug: dose.brief for dose in document.doses}
    told = {
        line.drug: {
            **_short(entries[line.drug], line, words),
            "dose": briefs.get(line.drug, ""),
            "decision": decided.get(line.drug, ""),
        }
        for _, lines in classes
        for line in lines
    }
    unresolved = _unresolved(document)
    room = _ROOM - 2 * len(classes) - sum(_lines(text) for _, text in unresolved)
    in_order = [line.drug for line in summary.drugs if line.drug in told]
    n_short = _leave_out(told, in_order, room)
    return {
        "classes": [
            {"title": title, "drugs": [told[line.drug] for line in lines]}
            for title, lines in classes
            if lines
        ],
        "unresolved": [
            {"kind": kind, "title": words["bucket"][kind], "names": names}
            for kind, names in unresolved
        ],
        "n_short": n_short,
    }


def _short(drug: DrugEntry, line: DrugLine, words: Words) -> dict[str, Any]:
    """Return a drug's recommendation in the order in which a clinician reads it."""
    label: Mapping[str, str] = words["label"]
    first = drug.rows[0] if drug.rows else None
    adjusted = drug.adjusted
    return {
        "kind": line.kind,
        "name": drug.name,
        "headline": line.action,
        "why": _why(drug, line, first),
        "whom": whom(first, label) if first else "",
        "text": _text(first) if first else "",
        "open": [*_open(first, label)] if first else [],
        "with": label["with_medicines"].format(medicines=adjusted.medicines) if adjusted else "",
        "with_text": adjusted.rows[0].text if adjusted else "",
        "sources": _sources(drug, first),
        "links": first.links if first else (),
        "standing": _standing(drug),
    }


def _why(drug: DrugEntry, line: DrugLine, first: AdviceRow | None) -> str:
    """Return gene, result and consequence."""
    reason = line.reason or "; ".join(f"{b.gene} {b.result}" for b in drug.basis)
    told = first.implications[:_CONSEQUENCES] if first else ()
    # the gene of a consequence is that of the reason if there is only one
    only = f"{drug.basis[0].gene}: " if len(drug.basis) == 1 else ""
    consequences = "; ".join(text.removeprefix(only) for text in told)
    return f"{reason}: {consequences}" if consequences else reason


def _text(first: AdviceRow) -> str:
    """Return the recommendation's text; the alternatives explain why it is provisional."""
    return first.text[len(first.lead) :] if first.alternatives else first.text


def _open(first: AdviceRow, label: Mapping[str, str]) -> Iterable[str]:
    """Yield what else is possible, what would resolve it, and the reviewer of a local rule."""
    others = [*otherwise(first)]
    if others:
        yield f"{label['otherwise']}: {'; '.join(others)}"
    if first.settle:
        yield f"{label['settle']}: {'; '.join(first.settle)}"
    if first.review:
        yield first.review


def _sources(drug: DrugEntry, first: AdviceRow | None) -> str:
    """Name the source of the recommendation and its strength."""
    if first is None:
        return ""
    return f"{first.source}: {first.strength}" if first.strength else first.source


def _standing(drug: DrugEntry) -> str:
    """Return whether the sources agree; each position if they do not."""
    if not drug.standing:
        return ""
    headlines = {said for _, said, _ in drug.positions}
    if not drug.contradicts and len(headlines) == 1:
        return f"{drug.standing}: {', '.join(source for source, _, _ in drug.positions)}"
    positions = "; ".join(f"{source}: {said}" for source, said, _ in drug.positions)
    return f"{drug.standing}. {positions}"


def _unresolved(document: ReportDocument) -> list[tuple[str, str]]:
    """Return the drugs of unresolved groups by name; medicines are listed with theirs."""
    own = {line.drug for line in document.summary.own}
    found = [
        (group.key, ", ".join(listed_name(d) for d in group.drugs if d.drug not in own))
        for group in document.groups
        if group.key in _UNRESOLVED
    ]
    return [(kind, names) for kind, names in found if names]


def _leave_out(told: Mapping[str, dict[str, Any]], order: Sequence[str], room: int) -> int:
    """Remove the texts of the least serious drugs that do not fit; return their number."""
    left = room - sum(_height(told[drug]) for drug in order)
    n_short = 0
    for drug in reversed(order):
        if left >= 0:
            break
        entry = told[drug]
        before = _height(entry)
        entry.update(text="", with_text="")
        left += before - _height(entry)
        n_short += 1
    return n_short


def _height(entry: Mapping[str, Any]) -> float:
    """Estimate the lines of an entry, with the space that follows it."""
    linked = " ".join(name for name, _ in entry["links"])
    parts = (
        f"{entry['name']} {entry['headline']}",
        entry["why"],
        f"{entry['whom']} {entry['text']}".strip(),
        *entry["open"],
        f"{entry['with']} {entry['with_text']}".strip(),
        entry["dose"],
        entry["decision"],
        f"{entry['sources']} {linked} {entry['standing']}",
    )
    return sum(map(_lines, parts)) + 0.5


def _lines(text: str) -> int:
    return -(-len(text) // _WIDTH)
