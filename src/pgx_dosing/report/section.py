"""The dose section of a report, HTML and PDF, as used by `pgx.reports.content.document`."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from markupsafe import Markup

from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.calls import PatientResult
from pgx.reports.figures.svg import number, picture, shortened, text
from pgx.reports.page_template import page_template, resource, without_implied
from pgx_dosing.replies import dose_replies
from pgx_dosing.report.words import DoseEntry, EquationEntry, RuleEntry

__all__ = ["Step", "draw_shares", "entries", "page", "printed", "scale_top", "steps", "style"]

# dimensions of the figure in px: labels, bars, total width, a row, a bar
_NAMES: Final = 125.0
_PLOT: Final = 150.0
_WIDTH: Final = 340.0
_ROW: Final = 19.0
_THICK: Final = 11.0
Words = Mapping[str, Any]
_PACKAGE: Final = "pgx_dosing.report"


class Step(NamedTuple):
    """A bar from ``start`` to ``end``, in the dose's unit; ``kind`` is sum, more or less."""

    name: str
    start: float
    end: float
    said: str
    kind: str


def steps(own: EquationEntry, typical: str, patient: str) -> list[Step]:
    """Return the bars: typical patient's dose, contribution of each input, this patient's dose."""
    found = [Step(typical, 0.0, own.typical, own.typical_said, "sum")]
    at = own.typical
    for bar in own.bars:
        kind = "more" if bar.amount > 0 else "less"
        found.append(Step(bar.name, at, at + bar.amount, bar.said, kind))
        at += bar.amount
    return [*found, Step(patient, 0.0, own.dose, own.said, "sum")]


def scale_top(own: EquationEntry) -> float:
    """Return the largest amount in the figure, in the dose's unit."""
    ends = [end for step in steps(own, "", "") for end in (step.start, step.end)]
    return max([*ends, own.high or 0.0])


def draw_shares(drug: str, own: EquationEntry, words: Mapping[str, Any]) -> Markup:
    """Return the figure; increases are filled bars, decreases outlined, with signed amounts."""
    said = words["dose"]
    rows = steps(own, said["typical"], said["own"])
    top = scale_top(own)
    # without a positive amount all bars have zero length, instead of a division by zero
    scale = _PLOT / top if top > 0 else 0.0
    height = _ROW * len(rows) + (8 if own.high is not None else 0)
    parts = [part for index, row in enumerate(rows) for part in _row(index, row, scale)]
    parts += _interval(own, len(rows) - 1, scale)
    parts.append(f'<path class="axis" d="M{_NAMES:g} 0V{number(height)}"/>')
    return picture(
        _WIDTH,
        height,
        said["picture"].format(drug=drug, unit=own.unit),
        _says(own, said),
        parts,
    )


def _row(index: int, row: Step, scale: float) -> Iterator[str]:
    """Yield a label, a bar and its amount to the right of the bar."""
    y = index * _ROW
    low, high = sorted((row.start, row.end))
    # at least 1.5 px, so that a contribution near zero remains visible
    x, width = _NAMES + low * scale, max((high - low) * scale, 1.5)
    kind = {"sum": "sum", "more": "bar", "less": "less"}[row.kind]
    yield text(0, y + 13, shortened(row.name, _NAMES - 4), "b" if row.kind == "sum" else "")
    yield (
        f'<path class="{kind}" d="M{number(x)} {number(y + 3)}h{number(width)}v{_THICK:g}'
        f'H{number(x)}z"/>'
    )
    end = _NAMES + row.end * scale
    yield f'<path class="join" d="M{number(end)} {number(y + 3 + _THICK)}v{_ROW - _THICK:g}"/>'
    amount = row.said.partition(" ")[0]
    yield text(x + width + 5, y + 13, amount, "q s")


def _interval(own: EquationEntry, index: int, scale: float) -> Iterator[str]:
    """Yield the interval as a line with end caps, below the last bar."""
    if own.low is None or own.high is None:
        return
    y = index * _ROW + _ROW + 1
    low, high = _NAMES + own.low * scale, _NAMES + own.high * scale
    yield (
        f'<path class="whisker" fill="none" d="M{number(low)} {number(y - 3)}v6'
        f'M{number(low)} {number(y)}H{number(high)}M{number(high)} {number(y - 3)}v6"/>'
    )


def _says(own: EquationEntry, said: Mapping[str, str]) -> str:
    shares = "; ".join(
        said["share_line"].format(input=bar.name, amount=bar.said) for bar in own.bars
    )
    told = said["picture_says"].format(typical=own.typical_said, shares=shares, dose=own.said)
    return f"{told} {own.interval}."


def entries(
    result: PatientResult, knowledge: KnowledgeBase, words: Words
) -> tuple[tuple[DoseEntry, ...], frozenset[str]]:
    """Return one entry per drug, and the texts left in English.

    A saved result holds the models' answers from when it was made; the report recomputes them, so
    that a model retired since is not used.
    """
    replies = dose_replies(knowledge, result)
    if not replies:
        return (), frozenset()
    # the modules of models and rules are loaded only if there is a dose to report
    from pgx_dosing.report.entries import build_doses

    return build_doses(result, replies, words)


@functools.cache
def style() -> Markup:
    """Return the CSS of the dose section."""
    return Markup(resource("dose.css", _PACKAGE))  # noqa: S704 (our own file)


def page(
    doses: Sequence[DoseEntry],
    words: Words,
    marks: Mapping[str, Markup],
    untranslated: frozenset[str],
) -> Markup:
    """Return the dose section of the page; ``marks`` are the symbols of each certainty.

    The page's template escapes every value.
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
    """Return the doses for the PDF; bar lengths are fractions (0–1) of the scale."""
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
    """Return population, limits and source."""
    said = words["dose"]
    source = "; ".join(filter(None, (own.source, *(name for name, _ in own.links))))
    pairs = [
        (said["made_for"], own.population),
        (said["limits"], "; ".join(own.limits)),
        (said["source"], source),
    ]
    return [f"{name}: {text}" for name, text in pairs if text]
