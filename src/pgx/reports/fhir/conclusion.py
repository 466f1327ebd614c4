"""The report's conclusion: intended use, what was not verified, and drugs by recommendation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pgx.messages.catalogue import ENGLISH
from pgx.records.calls import PatientResult
from pgx.records.order import ReportStatus
from pgx.reports.content.drug_groups import build_overview
from pgx.reports.content.drug_ranking import BUCKETS
from pgx.reports.content.header import research_use, validated_genes
from pgx.reports.content.release_facts import ReportFacts

__all__ = ["conclude"]

# a count is enough for standard use; an unknown effect must not look like it
_NAMED: Final = frozenset({"open_maybe", "indeterminate", "open_silent", "unassessed"})
_BETWEEN: Final = "; "


def conclude(result: PatientResult, facts: ReportFacts, *, is_full: bool) -> str:
    """Return the conclusion of a result's report as text."""
    text = ENGLISH["fhir"]
    parts = [_intended_use(result, facts)]
    if facts.status in (None, ReportStatus.PRELIMINARY):
        parts.append(text["unsigned"])
    if result.context:
        parts.append(text["medicines"])
    if result.overrides:
        parts.append(text["overridden"])
    groups = _BETWEEN.join(_groups(result))
    if groups:
        parts.append(text["drugs"].format(groups=groups))
    if not is_full:
        parts.append(text["actionable_only"])
    return " ".join(filter(None, parts))


def _intended_use(result: PatientResult, facts: ReportFacts) -> str:
    """Return the sentence on research use; empty if every gene with a result is validated."""
    if not validated_genes(result, facts.laboratory):
        return str(ENGLISH["fhir"]["research_use"])
    return research_use(result, facts.laboratory, ENGLISH)


def _groups(result: PatientResult) -> Iterator[str]:
    """Yield the groups of drugs as in the report: counted, and named where the effect is open."""
    overview = build_overview(result)
    for key in BUCKETS:
        drugs = overview.drugs_in(key)
        if drugs:
            shape = ENGLISH["fhir"]["named" if key in _NAMED else "counted"]
            yield shape.format(group=ENGLISH["bucket"][key], n=len(drugs), drugs=", ".join(drugs))
