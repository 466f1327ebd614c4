"""Answers of models and rules, and a refined dose, as text and JSON for the terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import msgspec

from pgx.errors import printable
from pgx.records.calls import Certainty
from pgx.reports.safe_text import escape_json
from pgx_dosing.answers import DoseAnswer
from pgx_dosing.feedback.weighing import ObservationFit, Refinement, ReportFit, Severity
from pgx_dosing.predicting import DosePrediction, InputUsed
from pgx_dosing.report.words import amount, one_decimal
from pgx_dosing.rules.flows import FlowOutcome, FlowResult, LoadingResult
from pgx_dosing.rules.results import RuleResult
from pgx_dosing.rules.specification import RuleAnswer
from pgx_dosing.specification import InputValue

__all__ = [
    "answer_json",
    "answer_text",
    "input_text",
    "refinement_json",
    "refinement_text",
    "value_text",
]

# line width on the terminal
_WIDTH: Final = 96
_HANDLED: Final = {
    "assumed": "unknown ({reason}); assumed: {value}",
    "estimated": "unknown ({reason}); estimated: {value}",
    "own_term": "unknown ({reason}); the equation has a separate term for this",
}
SCHEMA_VERSION = "1.0"


def answer_json(found: DoseAnswer) -> str:
    """Return an answer as one line of JSON."""
    return escape_json(msgspec.json.encode(found).decode())


def answer_text(found: DoseAnswer) -> str:
    """Return an answer as lines of text, ending with a line break."""
    parts: list[Iterable[str]] = [[f"WARNING: {a.text}" for a in found.alerts]] * bool(found.alerts)
    parts += [_flow(own) for own in found.preferred]
    parts += [_prediction(own, first=i == 0) for i, own in enumerate(found.models)]
    parts += [_flow(own) for own in found.flows if own not in found.preferred]
    parts += [_loading(own) for own in found.loading]
    parts += [_rule(own) for own in found.rules]
    if found.not_answered:
        parts.append(
            ["No result", *(f"  {n.name}: [{n.code}] {n.reason}" for n in found.not_answered)]
        )
    blocks = ["\n".join(_folded(part)) for part in parts]
    return "\n\n".join(blocks) + "\n"


def _folded(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        indent = " " * (len(line) - len(line.lstrip()))
        yield from textwrap.wrap(
            printable(line), _WIDTH, subsequent_indent=indent + "  ", break_on_hyphens=False
        ) or [""]


def value_text(value: InputValue, unit: str = "") -> str:
    """Return an input's value as text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g} {unit}".rstrip()
    return str(value)


def input_text(own: InputUsed) -> str:
    """Return an input's value, or how its absence was handled."""
    if not own.handled:
        more = (
            f" (one of several that are possible; {own.reason.replace('_', ' ')})"
            if own.reason
            else ""
        )
        return value_text(own.value, own.unit) + more
    said = _HANDLED[own.handled]
    reason = own.reason.replace("_", " ")
    return said.format(reason=reason, value=value_text(one_decimal(own.stand_in), own.unit))


def _prediction(own: DosePrediction, *, first: bool) -> Iterator[str]:
    state = "" if own.state in ("approved", "published") else f", {own.state}"
    yield f"{own.title} ({own.model} {own.version}{state})"
    yield f"  {own.predicts}: {amount(own.dose)} {own.unit}{_interval(own)}"
    if own.certainty is Certainty.DEPENDS:
        yield "  depends on unresolved or missing data:"
        for other in own.alternatives:
            weight = "" if other.probability is None else f", probability {other.probability:.3g}"
            changed = _differs(own, other.values)
            yield f"    {amount(other.dose)} {own.unit} with {changed}{weight}"
    yield from (f"  note: {remark}" for remark in own.remarks)
    if not first:
        return
    yield f"  contributions, from {amount(own.typical)} {own.unit} in a typical patient:"
    for share in own.shares:
        yield f"    {share.amount:+7.2f}  {' and '.join(share.inputs)}"
    yield "  inputs:"
    for item in own.inputs:
        yield f"    {item.name}: {input_text(item)}"
    yield from _scope(own)
    pmids = "".join(f", PMID {p}" for p in own.citation.pmids)
    yield f"  source: {own.citation.text}{pmids}"


def _scope(own: DosePrediction | FlowResult | LoadingResult | RuleResult) -> Iterator[str]:
    """Yield the population of a model or rule, and its limits."""
    yield f"  intended for: {own.population}"
    yield from (f"  limit: {limit}" for limit in own.limits)


def _interval(own: DosePrediction) -> str:
    if own.lower is None or own.upper is None or own.level is None:
        return " (no prediction interval is available for this model)"
    return (
        f" ({own.level:.0%} of comparable patients need {amount(own.lower)} to {amount(own.upper)})"
    )


def _differs(own: DosePrediction, values: dict[str, InputValue]) -> str:
    main = {item.name: item.value for item in own.inputs}
    changed = [f"{n} {value_text(v)}" for n, v in values.items() if main.get(n) != v]
    return ", ".join(changed) or "other values"


def _flow(own: FlowResult) -> Iterator[str]:
    yield f"{own.title} ({own.source})"
    outcomes: Sequence[FlowOutcome] = (own.outcome,) if own.outcome else own.alternatives
    if not own.outcome:
        yield f"  depends on {', '.join(own.settled_by)}:"
    for outcome in outcomes[:6]:
        when = f" if {', '.join(outcome.when)}" if outcome.when else ""
        yield (
            f"  {_span(outcome.low, outcome.high)} {outcome.unit}{when} "
            f"({outcome.equation} equation: {outcome.reason})"
        )
    # outcomes are sorted by probability: the first six are the most likely
    if len(outcomes) > 6:
        yield f"  and {len(outcomes) - 6} more possibilities; --json-lines has all"
    yield from (
        f"  note: {alert.text}{'' if alert.sure else ' (possible)'}" for alert in own.alerts
    )
    yield from _scope(own)


def _loading(own: LoadingResult) -> Iterator[str]:
    yield f"{own.title} ({own.source})"
    for day in own.days:
        yield f"  day {day.day}: {_span(day.low, day.high)} {day.unit}"
    yield from _scope(own)


def _span(low: float, high: float) -> str:
    return amount(low) if low == high else f"{amount(low)} to {amount(high)}"


def _rule(own: RuleResult) -> Iterator[str]:
    where = "" if own.jurisdiction == "international" else f"{own.jurisdiction}: "
    yield f"{where}{own.title} ({own.source})"
    if own.answer:
        yield from _answer(own.answer, "  ")
    else:
        yield f"  {own.certainty.value}: depends on {', '.join(own.settled_by)}"
        for other in own.alternatives[:6]:
            yield from _answer(other.answer, "    ")
            for when in other.when[:2]:
                yield f"      if {', '.join(when)}"
        for answer in own.meanwhile:
            yield "  until then:"
            yield from _answer(answer, "    ")
    for item in own.missing:
        how = "is not needed" if item.handled == "not_needed" else "matters"
        yield f"  {item.label}: unknown ({item.reason.replace('_', ' ')}), {how}"
    yield from _scope(own)


def _answer(own: RuleAnswer, indent: str) -> Iterator[str]:
    yield f"{indent}{own.text}"
    yield from (f"{indent}note: {note}" for note in own.notes)


def refinement_json(found: Refinement) -> str:
    """Return a refinement as one line of JSON, numbers rounded to their meaningful precision."""
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
        # more decimals would suggest a precision that the refined dose does not have
        return round(value, 3)
    if isinstance(value, dict):
        return {name: _rounded(v) for name, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(v) for v in value]
    return value


def refinement_text(found: Refinement) -> str:
    """Return a refinement as lines of text, ending with a line break."""
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
