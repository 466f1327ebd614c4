"""A result as HTML for notebooks: sample, drugs that need a change, genes.

No scripts, no template engine, no external resources; every text is escaped.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Final

from pgx.messages.catalogue import ENGLISH
from pgx.records.calls import CallStatus, GeneCall, PatientResult
from pgx.records.notes import NoteCode
from pgx.reports.content.drug_groups import DrugGroup, build_groups
from pgx.reports.content.drug_ranking import ACTIONABLE, COLOURS, SIGNS
from pgx.reports.content.release_facts import NO_FACTS
from pgx.reports.content.structure_entries import build_structure
from pgx.reports.safe_text import visible

__all__ = ["patient_html"]

_SIGN: Final = (
    "display:inline-block;min-width:1.6em;text-align:center;color:#000;border:1px solid #777"
)


def patient_html(result: PatientResult) -> str:
    """Return a result as HTML: counts of drugs by recommendation, and one row per gene."""
    groups = build_groups(result, NO_FACTS, ENGLISH)
    return "".join(
        [
            '<div class="pgx-result">',
            f"<p><strong>Sample {_text(result.sample)}</strong>: {_counts(result)}</p>",
            "<table>",
            *(_group(group) for group in groups),
            "</table>",
            *_decisions(result),
            f"<details><summary>{len(result.calls)} genes</summary><table>",
            "<tr><th>gene</th><th>status</th><th>diplotype</th><th>phenotype</th></tr>",
            *(_gene(call) for call in result.calls),
            "</table></details>",
            "</div>",
        ]
    )


def _text(value: str | None) -> str:
    return escape(visible(value or ""))


def _counts(result: PatientResult) -> str:
    called = sum(call.status is CallStatus.CALLED for call in result.calls)
    release = _text(result.provenance.knowledge_release)
    return f"{called} of {len(result.calls)} genes called, knowledge base {release}"


def _decisions(result: PatientResult) -> Iterator[str]:
    """Yield the laboratory's overrides, which leave the rows of the table unchanged."""
    label = ENGLISH["label"]["override_of"]
    for said in result.overrides:
        yield (
            f"<p><strong>{_text(label)}</strong>: {_text(said.subject)}: {_text(said.says)}"
            f" ({_text(said.by)}, {_text(said.date)})</p>"
        )


def _group(group: DrugGroup) -> str:
    """Return one row; drugs are named if a change is recommended, otherwise counted."""
    sign = f'<span style="{_SIGN};background:{COLOURS[group.key]}">{SIGNS[group.key]}</span>'
    names = ", ".join(_drugs(group))
    return (
        f"<tr><td>{sign}</td><td>{_text(group.title)}</td><td>{len(group.drugs)}</td>"
        f'<td style="text-align:left">{names}</td></tr>'
    )


def _drugs(group: DrugGroup) -> Iterator[str]:
    """Yield the drugs of a group; without a change only those that the patient takes.

    Drugs whose recommendation changes with current medicines are always named, with the change.
    """
    for drug in group.drugs:
        more = f" ({_text(drug.brief)})" if drug.adjusted and drug.brief else ""
        if drug.is_taken:
            yield f"<strong>{_text(drug.name)}</strong>{more}"
        elif group.key in ACTIONABLE or more:
            yield f"{_text(drug.name)}{more}"


def _gene(call: GeneCall) -> str:
    status = ENGLISH["status"][call.status.value]
    score = f" ({_text(call.activity_score)})" if call.activity_score else ""
    others = "".join(f" or {_text(p)}" for p in call.phenotypes if p != call.phenotype)
    copies = "gene copies not determined" if NoteCode.COPY_NUMBER_NOT_ASSESSED in call.notes else ""
    structure = build_structure(call, ENGLISH)
    seen = _text(structure.brief) if structure and structure.is_assessed else ""
    status = "; ".join(filter(None, (status, copies, seen)))
    cells = (_text(call.gene), _text(status), _text(call.diplotype))
    said = f"{_text(call.phenotype)}{score}{others}"
    row = "".join(f"<td>{cell}</td>" for cell in (*cells, said))
    return f"<tr>{row}</tr>"
