"""Recommendations by therapeutic class: the short form of the pages after the answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pgx.reports.content.document import ReportDocument
from pgx.reports.content.drug_entries import AdviceRow, DrugEntry
from pgx.reports.content.drug_lines import DrugLine
from pgx.reports.pdf.pdf_answer import Decisions, otherwise
from pgx.reports.pdf.pdf_entries import dose_briefs, lines_of, listed_name, whom

__all__ = ["advice_data"]

Words = Mapping[str, Any]
_UNRESOLVED: Final = ("open_maybe", "indeterminate")
_HEADING: Final = 2
"""Lines of a heading with the space around it."""
_SPACE: Final = 0.2
"""Space between two entries, in lines."""
_LEAST: Final[tuple[dict[str, Any], ...]] = (
    {"text": "", "with_text": ""},
    {"why": "", "standing": "", "open": []},
)
"""What is left out of the least serious drugs if room is short, first the texts."""
_CONSEQUENCES: Final = 1
_SPARE: Final = 30
"""Lines by which the estimate is too high if all other drugs are short: used for medicines."""


def advice_data(
    document: ReportDocument, words: Words, decided: Decisions, room: float
) -> dict[str, Any]:
    """Return the actionable drugs by class, and the unresolved ones by name.

    ``room`` is the number of lines of a column of text that may be used.

    The guideline's text is added as long as there is room, the most serious drugs first; headline,
    reason and sources of each drug always stay. ``n_short`` counts the drugs without their text.
    """
    summary = document.summary
    entries = {drug.drug: drug for group in document.groups for drug in group.drugs}
    classes = [
        (words["answer"]["medicines"], [line for line in summary.own if entries[line.drug].rows]),
        *((line.title, line.drugs) for line in summary.by_class),
    ]
    briefs = dose_briefs(document, words)
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
    room -= _HEADING * (len(classes) + len(unresolved)) + lines_of(unresolved)
    own = [line.drug for line in summary.own if line.drug in told]
    others = [line.drug for line in summary.drugs if line.drug in told and line.drug not in own]
    n_short = _leave_out(told, own, others, room)
    return {
        "classes": [
            {"title": title, "drugs": [*_together(told[line.drug] for line in lines)]}
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
        "sources": _sources(first),
        "links": first.links if first else (),
        "standing": _standing(drug, first),
    }


def _together(entries: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    """Yield entries; neighbours that differ by their name alone are one."""
    last: dict[str, Any] = {}
    for entry in entries:
        if {**entry, "name": ""} == {**last, "name": ""}:
            last["name"] = f"{last['name']}, {entry['name']}"
            continue
        if last:
            yield last
        last = entry
    if last:
        yield last


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


def _sources(first: AdviceRow | None) -> str:
    """Return the strength, after the name of the source if no link shows it."""
    if first is None:
        return ""
    names = [name for name, _ in first.links]
    return ": ".join(
        filter(None, ("" if _is_named(first, names) else first.source, first.strength))
    )


def _is_named(first: AdviceRow, names: Sequence[str]) -> bool:
    return any(name.startswith(first.source) for name in names)


def _standing(drug: DrugEntry, first: AdviceRow | None) -> str:
    """Return whether the sources agree, and the positions other than that of the headline."""
    if not drug.standing or first is None:
        return ""
    # the reasons for a difference are in the annex
    said = drug.standing.partition(" (")[0]
    others = [
        source if headline == first.headline else f"{source}: {headline}"
        for source, headline, _ in drug.positions
        if source != first.source or headline != first.headline
    ]
    return f"{said}: {'; '.join(others)}" if others else said


def _unresolved(document: ReportDocument) -> list[tuple[str, str]]:
    """Return the drugs of unresolved groups by name; medicines are listed with theirs."""
    own = {line.drug for line in document.summary.own}
    found = [
        (group.key, ", ".join(listed_name(d) for d in group.drugs if d.drug not in own))
        for group in document.groups
        if group.key in _UNRESOLVED
    ]
    return [(kind, names) for kind, names in found if names]


def _leave_out(
    told: Mapping[str, dict[str, Any]], own: Sequence[str], others: Sequence[str], room: float
) -> int:
    """Shorten the least serious drugs until all fit; return the number of drugs without text.

    The text is left out first; if that is not enough, the reason and the other sources as well.
    The patient's own medicines come last.
    """
    left = room - sum(map(_height, told.values()))
    short: set[str] = set()
    for drugs, spare in ((others, 0), (own, _SPARE)):
        for fields in _LEAST:
            for drug in reversed(drugs):
                if left + spare >= 0:
                    return len(short)
                before = _height(told[drug])
                told[drug].update(fields)
                left += before - _height(told[drug])
                short.add(drug)
    return len(short)


def _height(entry: Mapping[str, Any]) -> float:
    """Estimate the lines of an entry, with the space that follows it."""
    linked = " ".join(name for name, _ in entry["links"])
    told = " ".join(
        (
            *(f"{entry[name]} " for name in ("why", "whom", "text", "with", "with_text", "dose")),
            *(entry[name] for name in ("decision", "sources", "standing")),
            *entry["open"],
            linked,
        )
    )
    parts = (f"   {entry['name']} – {entry['headline']}", told)
    return lines_of(parts) + _SPACE
