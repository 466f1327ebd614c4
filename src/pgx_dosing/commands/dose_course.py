"""A refined dose on the screen: what it is, why, and what speaks against it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from pgx.reports.text import escape_json
from pgx_dosing.feedback.refinement import ObservationFit, Refinement, ReportFit, Severity

__all__ = ["refinement_json", "refinement_text"]

SCHEMA_VERSION = "1.0"


def refinement_json(found: Refinement) -> str:
    """Return a refinement as one line of JSON, numbers rounded to what they can mean."""
    tree: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "unit": "mg/week",
        "doubtful": found.is_doubtful,
    }
    tree |= _rounded(msgspec.to_builtins(found))
    for fit, o in zip(tree["observations"], found.observations, strict=True):
        fit["moved"] = round(o.moved, 2)
    return escape_json(msgspec.json.encode(tree).decode())


def _rounded(value: Any) -> Any:  # noqa: ANN401 - any part of a tree of JSON
    if isinstance(value, float):
        return round(value, 3)
    if isinstance(value, dict):
        return {name: _rounded(v) for name, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(v) for v in value]
    return value


def refinement_text(found: Refinement) -> str:
    """Return a refinement as lines of text, ending in a line break."""
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Refinement) -> Iterator[str]:
    if found.simulated:
        yield "SIMULATION: not for care"
    for caution in found.cautions:
        if caution.severity is Severity.DOUBT:
            yield f"DOUBT  {caution.text}"
    low, high = found.target
    r, prior, level = found.refined, found.prior, f"{found.level:.0%}"
    if found.is_doubtful:
        yield ""
    yield f"Maintenance dose for INR {low:g}-{high:g} (aimed at {found.aimed:g}), mg/week"
    yield f"  refined   {r.dose:6.1f}   {level} interval {r.lower:.1f}-{r.upper:.1f}"
    by = f"   by {found.prior_model}" if found.prior_model else ""
    bounds = f"{prior.lower:.1f}-{prior.upper:.1f}"
    yield f"  before    {prior.dose:6.1f}   {level} interval {bounds}{by}"
    if found.current is not None:
        yield f"  taken now {found.current:6.1f}{_leads_to(found)}"
    if found.observations:
        yield ""
        yield "INR         measured  expected  now fits   dose after it  (mg/week)"
        yield from map(_observation, found.observations)
    yield from map(_report, found.reports)
    notes = [c.text for c in found.cautions if c.severity is Severity.NOTE]
    if notes:
        yield ""
        yield from (f"note   {text}" for text in notes)
    yield ""
    yield f"Model {found.model} (PMID {found.pmid}); no dose is for use without a clinician."


def _leads_to(found: Refinement) -> str:
    if found.inr_at_current is None:
        return ""
    middle, low, high = found.inr_at_current
    return f"   leads to INR {middle:.1f} ({low:.1f}-{high:.1f})"


def _observation(o: ObservationFit) -> str:
    return (
        f"{o.date}  {o.observed:8.1f}  {o.expected:8.1f}  {o.fitted:8.1f}"
        f"   {o.dose_after:8.1f}  ({o.moved:+.1f})"
    )


def _report(report: ReportFit) -> str:
    said = "not weighed" if report.probability is None else f"probability {report.probability:.2f}"
    return f"{report.date}  {report.kind}: {report.value} ({said})"
