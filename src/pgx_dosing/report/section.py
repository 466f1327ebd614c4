"""The part on doses of a report, page and print: what `pgx.reports.dose_section` asks for."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup

from pgx.base.calls import PatientResult
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.reports.page_template import page_template, resource, without_implied
from pgx_dosing.doses import dose_replies
from pgx_dosing.report.dose_records import DoseEntry, EquationEntry, RuleEntry
from pgx_dosing.report.dose_shares import draw_shares, scale_top, steps

__all__ = ["entries", "page", "printed", "style"]

Words = Mapping[str, Any]
_PACKAGE: Final = "pgx_dosing.report"


def entries(
    result: PatientResult, knowledge: KnowledgeBase, words: Words
) -> tuple[tuple[DoseEntry, ...], frozenset[str]]:
    """Return an entry a drug, and the texts that stayed English in them.

    A saved result holds what the models said when it was made; the report computes it anew, so
    that a model that was retired since does not speak.
    """
    replies = dose_replies(knowledge, result)
    if not replies:
        return (), frozenset()
    # the entries know the records of models and rules: loaded where there is a dose to tell
    from pgx_dosing.report.dose_entries import build_doses

    return build_doses(result, replies, words)


@functools.cache
def style() -> Markup:
    """Return the style of the part of the page."""
    return Markup(resource("dose.css", _PACKAGE))  # noqa: S704 (our own file)


def page(
    doses: Sequence[DoseEntry],
    words: Words,
    marks: Mapping[str, Markup],
    untranslated: frozenset[str],
) -> Markup:
    """Return the part of the page; ``marks`` are the signs of each certainty.

    Every value is escaped by the template, which is that of the page.
    """
    text = page_template(without_implied(resource("doses.html.j2", _PACKAGE))).render(
        doses=doses,
        d=words["dose"],
        marks=marks,
        untranslated=untranslated,
        pictures={dose.drug: _picture(dose, words) for dose in doses},
    )
    return Markup(text)  # noqa: S704 (a template that escapes)


def _picture(dose: DoseEntry, words: Words) -> Markup:
    first = dose.equations[0] if dose.equations else None
    return draw_shares(dose.name, first, words) if first and first.bars else Markup()


def printed(doses: Iterable[DoseEntry], words: Words) -> list[dict[str, Any]]:
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
