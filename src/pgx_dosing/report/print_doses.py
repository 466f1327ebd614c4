"""Doses in the printed report: entries enter, plain data for the typesetter leaves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pgx_dosing.report.dose_records import DoseEntry, EquationEntry, RuleEntry
from pgx_dosing.report.dose_shares import scale_top, steps

__all__ = ["dose_data"]

Words = Mapping[str, Any]


def dose_data(doses: Iterable[DoseEntry], words: Words) -> list[dict[str, Any]]:
    """Return what is printed of doses; lengths of bars are shares (0–1) of the scale."""
    return [_dose(dose, words) for dose in doses]


def _dose(dose: DoseEntry, words: Words) -> dict[str, Any]:
    said = words["dose"]
    return {
        "name": f"{dose.name} ({dose.asked})",
        "refusal": f"{said['refused']}: {dose.refusal}" if dose.refusal else "",
        "notes": dose.notes,
        "preferred": [_rule(own, words) for own in dose.preferred],
        "equations": [_equation(own, words) for own in dose.equations],
        "rules": [_rule(own, words) for own in dose.rules],
        "not_answered": [f"{fact.name}: {fact.value}" for fact in dose.not_answered],
    }


def _equation(own: EquationEntry, words: Words) -> dict[str, Any]:
    return {
        "said": own.said,
        "predicts": own.predicts,
        "title": f"{own.title} ({own.model})",
        "interval": own.interval,
        "unit": own.unit,
        "alternatives": own.alternatives,
        "remarks": own.remarks,
        "inputs": [(fact.name, fact.value) for fact in own.inputs],
        "about": _about(own, words),
        **_bars(own, words),
    }


def _bars(own: EquationEntry, words: Words) -> dict[str, Any]:
    said, top = words["dose"], scale_top(own)
    if not own.bars or top <= 0:
        return {"bars": [], "ends": []}
    bars = [
        {
            "name": step.name,
            "start": min(step.start, step.end) / top,
            "length": abs(step.end - step.start) / top,
            "said": step.said.partition(" ")[0],
            "kind": step.kind,
        }
        for step in steps(own, said["typical"], said["own"])
    ]
    is_known = own.low is not None and own.high is not None
    return {"bars": bars, "ends": [(own.low or 0) / top, (own.high or 0) / top] if is_known else []}


def _rule(own: RuleEntry, words: Words) -> dict[str, Any]:
    where = f"{own.jurisdiction}: " if own.jurisdiction else ""
    return {
        "title": where + own.title,
        "certainty": words["certainty"][own.certainty],
        "open": own.open,
        "answers": own.answers,
        "notes": own.notes,
        "missing": own.missing,
        "about": _about(own, words),
    }


def _about(own: EquationEntry | RuleEntry, words: Words) -> list[str]:
    """Return for whom it was made, its limits and its source."""
    said = words["dose"]
    source = "; ".join(filter(None, (own.source, *(name for name, _ in own.links))))
    pairs = [
        (said["made_for"], own.population),
        (said["limits"], "; ".join(own.limits)),
        (said["source"], source),
    ]
    return [f"{name}: {text}" for name, text in pairs if text]
