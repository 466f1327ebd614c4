"""A laboratory's decisions on genes and drugs, and its own rules, as a report shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from pgx.messages.arguments import in_words
from pgx.records.calls import GeneCall, Override, PatientResult, Recommendation
from pgx.reports.content.phrases import day, figure

__all__ = [
    "OverrideEntry",
    "advice_text",
    "build_overrides",
    "call_text",
    "computed_text",
    "laboratory_of",
    "overlay_text",
    "review_text",
]

Words = Mapping[str, Any]


class OverrideEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A laboratory's decision on one gene or drug; ``anchor`` is the subject's id, or empty.

    ``kind`` is ``gene`` or ``drug``; ``name`` is the subject in the language of the report.
    """

    kind: str
    subject: str
    name: str
    anchor: str
    computed: str
    says: str
    who: str
    reason: str


def build_overrides(
    result: PatientResult, anchors: Mapping[str, str], words: Words
) -> tuple[OverrideEntry, ...]:
    """Return a result's overrides; ``anchors`` are the ids of genes and drugs in the report."""
    label = words["label"]
    return tuple(
        OverrideEntry(
            kind="gene" if override.gene else "drug",
            subject=override.subject,
            name=override.gene or in_words(override.drug, words["phrases"]),
            anchor=anchors.get(override.subject, ""),
            computed=computed_text(result, override, words) or label["not_in_report"],
            says=override.says,
            who=f"{override.by}, {day(override.date, words)}",
            reason=override.reason,
        )
        for override in result.overrides
    )


def computed_text(result: PatientResult, override: Override, words: Words | None = None) -> str:
    """Return the computed result for the subject of an override, empty if there is none.

    With ``words`` in the wording of a report, otherwise in the codes of the tables.
    """
    if override.gene:
        calls = [call_text(c, words) for c in result.calls if c.gene == override.gene]
        return "; ".join(calls)
    rows = [row for row in result.by_genotype if row.drug == override.drug]
    return "; ".join(dict.fromkeys(advice_text(row, words) for row in rows))


def call_text(call: GeneCall, words: Words | None) -> str:
    """Return a call with its status and phenotype: in a report's wording, or in codes."""
    status = words["status"][call.status.value] if words else call.status.value
    said = [call.phenotype] if call.phenotype else []
    if call.activity_score:
        said.append(
            words["label"]["score"].format(score=figure(call.activity_score, words))
            if words
            else f"score {call.activity_score}"
        )
    meaning = f" ({', '.join(said)})" if said else ""
    return f"{status}: {call.diplotype}{meaning}" if call.diplotype else f"{status}{meaning}"


def advice_text(row: Recommendation, words: Words | None) -> str:
    """Return source, action and certainty of a row: in a report's wording, or in codes."""
    if words is None:
        return f"{row.source} {row.population}: {'+'.join(row.action)}, {row.certainty.value}"
    action = words["action"].get(row.action[0], row.action[0]) if row.action else ""
    source = words["authority"].get(row.source, row.source)
    certainty = words["certainty"][row.certainty.value]
    return f"{source}: {action} ({certainty})"


def laboratory_of(result: PatientResult) -> str:
    """Return the laboratory whose folder overlays the release, empty without one."""
    return result.provenance.overlay.laboratory if result.provenance.overlay else ""


def overlay_text(result: PatientResult, words: Words) -> str:
    """Name the laboratory's folder that overlays the release, empty without one."""
    made = result.provenance.overlay
    return f"{made.laboratory}, {made.version}, {day(made.date, words)}" if made else ""


def review_text(row: Recommendation, words: Words) -> str:
    """Return source and reviewer of a local row, empty for other rows."""
    facts = row.facts
    if facts is None or not facts.reviewer:
        return ""
    said: str = words["label"]["reviewed_rule"]
    date = day(facts.reviewed, words)
    return said.format(source=facts.source, reviewer=facts.reviewer, date=date)
