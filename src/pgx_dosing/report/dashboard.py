"""The dashboard of a model in use: one HTML file without network, script or clock time.

Except for the charts, its content is also in the status.
"""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

import msgspec
import numpy as np
from markupsafe import Markup

from pgx._version import __version__
from pgx.reports.figures.gene_figures import Figure
from pgx.reports.figures.svg import number, picture, shortened, text
from pgx.reports.page_template import page_template, resource
from pgx_dosing.monitoring.charts import Chart
from pgx_dosing.monitoring.drift import InputShares
from pgx_dosing.monitoring.records import CheckState, Family, ModelStatus, MonitoringCheck, worst
from pgx_dosing.monitoring.status import Monitoring

__all__ = ["draw_intervals", "draw_runs", "draw_shares", "render_dashboard"]

_Scale = Callable[[float], float]
_Shown = Callable[[float], str]
# dimensions of a chart in px
_WIDTH: Final = 340.0
_LABEL: Final = 112.0
_ROW: Final = 20.0
_ROWS: Final = 14  # rows of a chart; the others are merged into one row
_LEFT, _TOP, _PLOT = 34.0, 12.0, 130.0
# points of a line, about one per px: more would not be visible
_POINTS: Final = 300
_STATE_WORDS: Final = {
    CheckState.OK: "ok",
    CheckState.WATCH: "watch",
    CheckState.ALERT: "alert",
    CheckState.NOT_ASSESSED: "not assessed",
}
_WORDS: Final = {state: text.capitalize() for state, text in _STATE_WORDS.items()} | {
    CheckState.OK: "OK"
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


def draw_shares(own: InputShares) -> Markup:
    """Return bars of an input: the validation as an outline, the log as a filled bar."""
    rows = _rows(own)
    # at least 1%, so that an input without values does not divide by zero
    most = max(0.01, *(max(then, now) for _, then, now in rows))
    reach = _WIDTH - _LABEL - 44
    parts: list[str] = []
    for i, (label, then, now) in enumerate(rows):
        y = i * _ROW
        parts += [
            text(0, y + 14, shortened(label, _LABEL - 8)),
            _bar("band", y + 2, reach * then / most, 16),
            _bar("bar", y + 6, reach * now / most, 8),
            text(_LABEL + reach * max(then, now) / most + 5, y + 14, f"{now:.0%}", "q"),
        ]
    says = "; ".join(f"{name}: {now:.0%} now, {then:.0%} then" for name, then, now in rows)
    name = f"{own.name}: shares in the log and in the validation"
    return picture(_WIDTH, len(rows) * _ROW + 2, name, says, parts)


def _rows(own: InputShares) -> list[tuple[str, float, float]]:
    """Return label, share in the validation, share in the log; the last row is missing values."""
    rows = list(zip(own.labels, own.expected, own.found, strict=True))
    if len(rows) > _ROWS:
        rows.sort(key=lambda row: -max(row[1], row[2]))
        rest = rows[_ROWS - 1 :]
        rows = rows[: _ROWS - 1]
        rows.append((f"{len(rest)} others", sum(r[1] for r in rest), sum(r[2] for r in rest)))
    return [*rows, ("no value", *own.missing)]


def _bar(kind: str, y: float, width: float, height: float) -> str:
    return (
        f'<rect class="{kind}" x="{number(_LABEL)}" y="{number(y)}"'
        f' width="{number(max(width, 0.0))}" height="{number(height)}"/>'
    )


def draw_runs(name: str, charts: Sequence[Chart], signs: Sequence[int], since: str) -> Markup:
    """Return charts on one axis, each multiplied by its sign, with limits and day of signal."""
    n = len(charts[0].values)
    pairs = list(zip(charts, signs, strict=True))
    # 8% headroom above the largest value or limit
    peak = max(max(c.limit, float(np.abs(c.values).max())) for c in charts) * 1.08
    lowest = 0.0 if all(s > 0 for s in signs) and charts[0].kind != "ewma" else -peak
    plot = _Plot(n, lowest, peak)
    parts = [plot.level(0.0, "axis"), text(_LEFT - 5, plot.y(0) + 4, "0", "e q")]
    for chart, sign in pairs:
        limits = (chart.limit, -chart.limit) if chart.kind == "ewma" else (sign * chart.limit,)
        for limit in limits:
            parts += [
                plot.level(limit, "limit"),
                text(_LEFT - 5, plot.y(limit) + 4, f"{limit:.2g}", "e q"),
            ]
        parts.append(plot.line(chart.values * sign))
    parts += plot.dates(charts[0].dates, since)
    says = " ".join(
        f"{c.kind}: {c.values[-1]:.2g} after {n} outcomes, limit {c.limit:.2g}." for c in charts
    )
    said_since = f" First signal on {since}." if since else ""
    return picture(_WIDTH, _TOP + _PLOT + 34, name, says + said_since, parts)


class _Plot:
    """Coordinates (px) of outcomes in sequence, and of values."""

    def __init__(self, n: int, low: float, high: float) -> None:
        self.n, self.low, self.high = n, low, high

    def x(self, place: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - 4) * place / max(self.n - 1, 1)

    def y(self, value: float) -> float:
        return _TOP + _PLOT * (self.high - value) / (self.high - self.low)

    def level(self, value: float, kind: str) -> str:
        y = number(self.y(value))
        return f'<path class="{kind}" d="M{number(_LEFT)} {y}H{number(_WIDTH - 4)}"/>'

    def line(self, values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> str:
        """Return a path; of many values the extremes are drawn, so that signals stay visible."""
        places = np.arange(self.n)
        if self.n > _POINTS:
            parts = np.array_split(places, _POINTS)
            places = np.array([part[np.abs(values[part]).argmax()] for part in parts])
        points = (
            f"{number(self.x(i))} {number(self.y(float(values[i])))}" for i in places.tolist()
        )
        return f'<path class="run" d="M{"L".join(points)}"/>'

    def dates(self, dates: Sequence[str], since: str) -> Iterable[str]:
        below = _TOP + _PLOT + 16
        yield text(_LEFT, below, dates[0], "q")
        yield text(_WIDTH - 4, below, dates[-1], "e q")
        if since:
            x = self.x(dates.index(since))
            top, bottom = number(_TOP), number(_TOP + _PLOT)
            yield f'<path class="signal" d="M{number(x)} {top}V{bottom}"/>'
            yield text(min(max(x, 90), _WIDTH - 90), below + 15, f"signal on {since}", "m b")


def draw_intervals(name: str, checks: Sequence[MonitoringCheck], *, as_percent: bool) -> Markup:
    """Return a row per check: the value with its interval, and a ring at the validation's value."""
    ends = [
        end
        for c in checks
        for end in (c.lower, c.upper, c.expected, c.threshold)
        if end is not None
    ]
    low, high = min(ends), max(ends)
    # 1 stands for a range of zero, which would give no axis
    margin = 0.04 * (high - low or 1.0)
    low, high = low - margin, high + margin

    def x(value: float) -> float:
        return _LABEL + (_WIDTH - _LABEL - 6) * (value - low) / (high - low)

    def shown(value: float) -> str:
        return f"{value:.0%}" if as_percent else f"{value:.2g}"

    bottom = len(checks) * _ROW + 4
    parts: list[str] = []
    for i, check in enumerate(checks):
        parts += _interval(check, 10 + i * _ROW, x)
    parts += [
        f'<path class="axis" d="M{number(_LABEL)} {number(bottom)}H{number(_WIDTH)}"/>',
        text(x(low + margin), bottom + 15, shown(low + margin), "m q"),
        text(x(high - margin) - 4, bottom + 15, shown(high - margin), "m q"),
    ]
    says = "; ".join(_says(check, shown) for check in checks)
    return picture(_WIDTH, bottom + 20, name, says, parts)


def _interval(check: MonitoringCheck, y: float, x: _Scale) -> Iterable[str]:
    kind = f"of-{check.state}"
    yield text(0, y + 4, shortened(check.subject or "all", _LABEL - 8))
    if check.lower is not None and check.upper is not None and check.value is not None:
        ends = f"M{number(x(check.lower))} {number(y)}H{number(x(check.upper))}"
        yield f'<path class="whisker {kind}" d="{ends}"/>'
        yield f'<circle class="dot {kind}" cx="{number(x(check.value))}" cy="{number(y)}" r="4"/>'
    if check.expected is not None:
        at = number(x(check.expected))
        yield f'<path class="then" d="M{at} {number(y - 7)}V{number(y + 7)}"/>'


def _says(check: MonitoringCheck, shown: _Shown) -> str:
    value = "" if check.value is None else shown(check.value)
    return f"{check.subject or 'all'}: {value} ({_STATE_WORDS[check.state]})"


class _Row(msgspec.Struct, frozen=True):
    """A check as listed on the page."""

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
    """Return the page as HTML; all values are escaped, equal findings give equal text."""
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
    """Return the false-alarm probabilities, as worded on the page."""
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
    """Return a content security policy that permits only this file's style, by digest."""
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
