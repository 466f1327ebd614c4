"""The page of a model in use: one file, without network, script or clock time.

What it shows is in the status too, but for the pictures.
"""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec
from markupsafe import Markup

from pgx._version import __version__
from pgx.reports.page_template import page_template, resource
from pgx.reports.pictures.draw import Figure
from pgx_dosing.monitoring.drift import InputShares
from pgx_dosing.monitoring.records import CheckState, Family, ModelStatus, MonitoringCheck, worst
from pgx_dosing.monitoring.status import Monitoring
from pgx_dosing.report.monitoring_pictures import draw_intervals, draw_runs, draw_shares

__all__ = ["render_dashboard"]

_WORDS: Final = {
    CheckState.ALERT: "Alert",
    CheckState.WATCH: "Watch",
    CheckState.OK: "OK",
    CheckState.NOT_ASSESSED: "Not assessed",
}
_HEADLINES: Final = {
    CheckState.ALERT: "Something differs from the validation by more than chance, and by enough to"
    " matter: look at it before the next prediction is used.",
    CheckState.WATCH: "Something differs from the validation by more than chance, but by little, "
    "or a chart signalled and came back.",
    CheckState.OK: "Nothing differs from the validation by more than chance.",
    CheckState.NOT_ASSESSED: "Too little is known to say anything.",
}
_ORDER: Final = (CheckState.ALERT, CheckState.WATCH, CheckState.OK, CheckState.NOT_ASSESSED)
_FIRST: Final = (Family.RESIDUALS, Family.ERROR, Family.COVERAGE, Family.GAPS, Family.DRIFT)
_TITLES: Final = {
    "psi": "{subject}: distribution (PSI)",
    "ks": "{subject}: distribution (KS)",
    "chi_square": "{subject}: distribution (chi-square)",
    "missing": "{subject}: share without a value",
    "unseen": "{subject}: levels that are new",
    "cusum_up": "Outcomes above prediction (cumulative sum)",
    "cusum_down": "Outcomes below prediction (cumulative sum)",
    "ewma": "Mean residual (moving average)",
    "within_20": "Share within 20% of the outcome",
    "error.mae": "Mean absolute error",
    "coverage.coverage": "Coverage of the intervals{of}",
    "gaps.mae": "Error of {subject} against the others",
    "gaps.coverage": "Coverage of {subject} against the others",
}
_PERCENT: Final = frozenset({"missing", "unseen", "within_20", "coverage"})


class _Row(msgspec.Struct, frozen=True):
    """A check as the page lists it."""

    title: str
    state: CheckState
    n: int
    value: str
    expected: str
    limit: str
    reason: str
    advice: str


class _InputFigure(msgspec.Struct, frozen=True):
    caption: str
    drawn: Markup
    state: CheckState


def render_dashboard(found: Monitoring) -> str:
    """Return the page as HTML; every value in it is escaped, equal findings give equal text."""
    status = found.status
    style = _style()
    checks = sorted(status.checks, key=lambda c: (_ORDER.index(c.state), _FIRST.index(c.family)))
    rows = list(map(_row, checks))
    return page_template(resource("model.html.j2", "pgx_dosing.report")).render(
        csp=_policy(style),
        style=style,
        status=status,
        identity=_identity(status),
        headline=_HEADLINES[status.state],
        words=_WORDS,
        icons={state: _icon(state) for state in CheckState},
        alerts=[row for row in rows if row.state is CheckState.ALERT],
        watched=[row for row in rows if row.state is CheckState.WATCH],
        rows=rows,
        runs=list(_run_figures(found)),
        groups=list(_group_figures(status)),
        inputs=_input_figures(found.inputs, status.checks),
        n_inputs=min(status.n_predictions, status.settings.window),
        chance=_chances(status),
        run=f"{status.settings.in_control_run:,.0f}",
        version=__version__,
    )


def _identity(status: ModelStatus) -> list[tuple[str, str]]:
    return [
        ("Predictions", f"{status.n_predictions:,}"),
        ("Outcomes", f"{status.n_outcomes:,}"),
        ("From", status.first_date),
        ("to", status.last_date),
        ("Digest", status.model.digest.removeprefix("sha256:")[:12]),
    ]


def _row(check: MonitoringCheck) -> _Row:
    def shown(value: float | None) -> str:
        if value is None:
            return "–"
        return f"{value:.1%}" if check.kind in _PERCENT else f"{value:.3g}"

    value = shown(check.value)
    if check.lower is not None:
        value = f"{value} ({shown(check.lower)} to {shown(check.upper)})"
    return _Row(
        _title(check), check.state, check.n, value, shown(check.expected), shown(check.threshold),
        _sentence(check.reason), _sentence(check.advice),
    )  # fmt: skip


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _title(check: MonitoringCheck) -> str:
    text = _TITLES.get(check.kind) or _TITLES[f"{check.family}.{check.kind}"]
    of = f" of {check.subject}" if check.subject else ""
    return text.replace("{subject}", check.subject).replace("{of}", of)


def _run_figures(found: Monitoring) -> Iterator[Figure]:
    charts = {chart.kind: chart for chart in found.charts}
    if not charts:
        return
    since = {c.kind: c.since or "" for c in found.status.checks if c.family is Family.RESIDUALS}
    sums = [charts["cusum_up"], charts["cusum_down"]]
    first = min(filter(None, (since["cusum_up"], since["cusum_down"])), default="")
    name = "Cumulative sums of the residuals"
    yield Figure(name, draw_runs(name, sums, (1, -1), first), "up: above prediction")
    name = "Moving average of the residuals"
    yield Figure(name, draw_runs(name, [charts["ewma"]], (1,), since["ewma"]))


def _group_figures(status: ModelStatus) -> Iterator[Figure]:
    unit = f"in {status.unit}" if status.unit else ""
    kinds = (
        (Family.COVERAGE, "coverage", "Outcomes within their interval", ""),
        (Family.GAPS, "mae", "Mean absolute error against all others", unit),
        (Family.GAPS, "coverage", "Coverage against all others", ""),
    )
    for family, kind, name, hint in kinds:
        checks = [
            c
            for c in status.checks
            if c.family is family and c.kind == kind and c.state is not CheckState.NOT_ASSESSED
        ]
        if checks:
            drawn = draw_intervals(name, checks, as_percent=kind == "coverage")
            yield Figure(name, drawn, hint)


def _input_figures(
    inputs: Sequence[InputShares], checks: Sequence[MonitoringCheck]
) -> list[_InputFigure]:
    states = {
        own.name: worst(
            c.state for c in checks if c.family is Family.DRIFT and c.subject == own.name
        )
        for own in inputs
    }
    ordered = sorted(inputs, key=lambda own: (_ORDER.index(states[own.name]), own.name))
    return [_InputFigure(own.name, draw_shares(own), states[own.name]) for own in ordered]


def _chances(status: ModelStatus) -> dict[str, str]:
    """Return the chances that a false alarm has, as the page says them."""
    own = status.settings
    by_family = {
        "drift": own.drift_alpha,
        "error": own.error_alpha,
        "coverage": own.coverage_alpha,
        "gaps": own.gap_alpha,
    }
    charts = 3 * own.window / own.in_control_run
    all_of_them = {**by_family, "total": sum(by_family.values()), "charts": charts}
    return {name: f"{chance:.1%}" for name, chance in all_of_them.items()}


def _icon(state: CheckState) -> Markup:
    return Markup('<svg class="i" aria-hidden="true"><use href="#i-{}"/></svg>').format(state.value)


@functools.cache
def _style() -> Markup:
    return Markup(resource("report.css") + resource("model.css", "pgx_dosing.report"))  # noqa: S704 (our own files)


def _policy(style: str) -> str:
    """Allow nothing but the style of this file, by digest."""
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
