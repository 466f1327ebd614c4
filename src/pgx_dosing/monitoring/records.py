"""Records of monitoring results, and the reference values from a model's validation."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Any, Final

import msgspec

from pgx.errors import ModelFolderError
from pgx_dosing.json_records import decode, doc
from pgx_dosing.registry.folder import ModelFolder
from pgx_dosing.specification import Link

__all__ = [
    "STATUS_SCHEMA",
    "CheckState",
    "Family",
    "GroupReference",
    "LevelReference",
    "LogFinding",
    "ModelIdentity",
    "ModelStatus",
    "MonitoredModel",
    "MonitoringCheck",
    "NumberReference",
    "ResidualReference",
    "Settings",
    "ValidationReference",
    "check_id",
    "check_of",
    "level_name",
    "monitored_model",
    "not_assessed",
    "number_words",
    "worst",
]

STATUS_SCHEMA: Final = "1.0"
"""Version of the format of a status; its schema is ``docs/schema/pgx-model-status-1.0.json``."""
# written by model training, see `pgx_dosing.training.run.reference_of`
METRICS: Final = "metrics.json"
_SUM: Final = 0.01  # tolerance of a sum of shares, which are rounded


class CheckState(StrEnum):
    """What a check says: nothing to see, look at it, act, or not enough to say."""

    OK = "ok"
    WATCH = "watch"
    ALERT = "alert"
    NOT_ASSESSED = "not_assessed"


class Family(StrEnum):
    """What is monitored."""

    DRIFT = "drift"
    RESIDUALS = "residuals"
    ERROR = "error"
    COVERAGE = "coverage"
    GAPS = "gaps"


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How closely a model is monitored.

    Each ``*_alpha`` applies to one window of patients drawn from the validation's population, and
    is divided among the checks of the family.
    """

    window: Annotated[
        int,
        doc("number of latest predictions and outcomes to use; charts use all outcomes"),
    ] = 500
    min_n: Annotated[int, doc("fewer than these are not assessed")] = 50
    min_group: Annotated[int, doc("fewer outcomes in a group are not assessed")] = 30
    drift_alpha: Annotated[
        float, doc("chance that any check of drift departs from ok without cause")
    ] = 0.02
    error_alpha: Annotated[float, doc("the same of the checks of error")] = 0.005
    coverage_alpha: Annotated[float, doc("the same of the checks of coverage")] = 0.005
    gap_alpha: Annotated[float, doc("the same of the gaps between groups")] = 0.005
    in_control_run: Annotated[
        float, doc("outcomes until one chart signals without cause, on average")
    ] = 100_000.0
    shift_sd: Annotated[
        float, doc("shift for which cumulative sums are fastest, in standard deviations")
    ] = 0.25
    ewma_weight: Annotated[float, doc("weight of the newest outcome in the moving average")] = 0.05


class MonitoringCheck(msgspec.Struct, frozen=True, kw_only=True):
    """One figure held against what the validation lets expect."""

    id: Annotated[str, doc("stable name: family, kind and subject joined by dots")]
    family: Annotated[Family, doc("what is monitored")]
    kind: Annotated[str, doc("which figure")]
    subject: Annotated[str, doc("input, or group as NAME=VALUE; empty for all")]
    state: Annotated[CheckState, doc("ok, watch, alert or not_assessed")]
    n: Annotated[int, doc("predictions or outcomes that it rests on")]
    reason: Annotated[str, doc("what was found, or why nothing can be said")]
    value: Annotated[float | None, doc("the figure")] = None
    lower: Annotated[float | None, doc("lower end of its interval")] = None
    upper: Annotated[float | None, doc("upper end of its interval")] = None
    expected: Annotated[float | None, doc("the same figure in the validation")] = None
    threshold: Annotated[float | None, doc("from where the figure is beyond chance at this n")] = (
        None
    )
    material: Annotated[float | None, doc("from where, beyond chance, it is an alert")] = None
    since: Annotated[str | None, doc("day on which a chart first signalled")] = None
    started: Annotated[str | None, doc("day on which the shift is likely to have begun")] = None
    advice: Annotated[str, doc("what to do; empty where nothing is to be done")] = ""


class LogFinding(msgspec.Struct, frozen=True, kw_only=True):
    """Something odd in the log."""

    code: Annotated[str, doc("stable code")]
    n: Annotated[int, doc("how often")]
    lines: Annotated[tuple[int, ...], doc("the first lines of the log where it was seen")]
    text: Annotated[str, doc("what it is")]


class ModelIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """Which model made the predictions."""

    model: Annotated[str, doc("name")]
    version: Annotated[str, doc("version")]
    digest: Annotated[str, doc("digest of the model's files, as the log names it")]


class ModelStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What a log of predictions says of a model in use."""

    schema_version: Annotated[str, doc("version of this format")]
    state: Annotated[CheckState, doc("the worst state of all checks")]
    model: Annotated[ModelIdentity, doc("which model is monitored")]
    unit: Annotated[str, doc("unit of predictions, outcomes and errors")]
    first_date: Annotated[str, doc("day of the first prediction, YYYY-MM-DD")]
    last_date: Annotated[str, doc("day of the last prediction, YYYY-MM-DD")]
    n_predictions: Annotated[int, doc("predictions of the model in the log")]
    n_outcomes: Annotated[int, doc("predictions whose outcome is known")]
    n_by_state: Annotated[dict[str, int], doc("number of checks by state")]
    settings: Annotated[Settings, doc("how closely the model was monitored")]
    checks: Annotated[
        tuple[MonitoringCheck, ...], doc("each figure beside what the validation lets expect")
    ]
    findings: Annotated[
        tuple[LogFinding, ...], doc("what is odd in the log and no reason to refuse it")
    ]


def worst(states: Iterable[CheckState]) -> CheckState:
    """Return the overall state: the worst one, ``not_assessed`` if none was assessed."""
    found = set(states)
    order = (CheckState.ALERT, CheckState.WATCH, CheckState.OK)
    return next((state for state in order if state in found), CheckState.NOT_ASSESSED)


def check_of(
    family: Family,
    kind: str,
    subject: str,
    state: CheckState,
    n: int,
    reason: str,
    advice: str = "",
    **figures: Any,  # noqa: ANN401 - numbers and dates of `MonitoringCheck`
) -> MonitoringCheck:
    """Return a check with its stable id."""
    return MonitoringCheck(
        id=check_id(family, kind, subject), family=family, kind=kind, subject=subject,
        state=state, n=n, reason=reason, advice=advice, **figures,
    )  # fmt: skip


def not_assessed(family: Family, kind: str, subject: str, n: int, reason: str) -> MonitoringCheck:
    """Return a check that was not assessed, with the reason."""
    return check_of(family, kind, subject, CheckState.NOT_ASSESSED, n, reason)


def check_id(family: Family, kind: str, subject: str) -> str:
    """Return the stable id of a check.

    >>> check_id(Family.DRIFT, "psi", "age_years")
    'drift.psi.age_years'
    """
    return f"{family}.{kind}.{subject}" if subject else f"{family}.{kind}"


def number_words(value: float) -> str:
    """Return a figure with three significant digits, as text.

    >>> number_words(0.12345), number_words(8.0), number_words(123.456)
    ('0.123', '8', '123')
    """
    return f"{value:.3g}"


class NumberReference(msgspec.Struct, frozen=True, tag_field="kind", tag="number"):
    """Shares of the training patients between ``edges``; the two outer edges may be omitted."""

    edges: tuple[float, ...]
    shares: tuple[float, ...]
    missing: float = 0.0

    def inner_edges(self) -> tuple[float, ...]:
        """Return the edges between bins: one fewer than shares."""
        return self.edges if len(self.edges) < len(self.shares) else self.edges[1:-1]


class LevelReference(msgspec.Struct, frozen=True, tag_field="kind", tag="levels"):
    """Shares of the training patients by level."""

    shares: dict[str, float]
    missing: float = 0.0


class ResidualReference(msgspec.Struct, frozen=True):
    """Outcome minus prediction, both on one scale, of patients unseen by the model.

    ``quantiles`` are equally spaced over 0..1.
    """

    mean: float
    sd: float
    scale: Link = Link.IDENTITY
    quantiles: tuple[float, ...] = ()


class GroupReference(msgspec.Struct, frozen=True):
    """Performance of the model in one group of the validation."""

    n: int
    mae: float | None = None
    coverage: float | None = None


class ValidationReference(msgspec.Struct, frozen=True, kw_only=True):
    """Reference values for a log; None where the validation did not measure them.

    ``n`` is the number of patients underlying the shares and errors.
    """

    inputs: dict[str, NumberReference | LevelReference] = {}
    residual: ResidualReference | None = None
    coverage: float | None = None
    mae: float | None = None
    within_20_percent: float | None = None
    n: int | None = None
    groups: dict[str, dict[str, GroupReference]] = {}


class MonitoredModel(msgspec.Struct, frozen=True):
    """A monitored model; ``digest`` is None if any digest of the log is accepted."""

    model: str
    version: str
    unit: str
    reference: ValidationReference
    digest: str | None = None


class _Metrics(msgspec.Struct, frozen=True):
    reference: ValidationReference


def monitored_model(folder: ModelFolder) -> MonitoredModel:
    """Return the identity of a verified model and its validation reference.

    Raises
    ------
    ModelFolderError
        Its metrics hold no reference, or an invalid one.
    """
    where = f"{folder.label}/{METRICS}"
    metrics: _Metrics = decode(
        folder.files.get(METRICS, b"{}"),
        _Metrics,
        "holds no reference to monitor a model by",
        where,
        remedy="train or validate the model with this version of pgx",
    )
    _check(metrics.reference, where)
    unit = str(folder.model.get("unit", ""))
    return MonitoredModel(folder.name, folder.version, unit, metrics.reference, folder.digest)


def _check(reference: ValidationReference, where: str) -> None:
    """Refuse invalid shares, unsorted edges and an invalid spread."""
    for name, own in reference.inputs.items():
        shares = own.shares.values() if isinstance(own, LevelReference) else own.shares
        if not _is_distribution(list(shares)) or not _is_share(own.missing):
            raise ModelFolderError(f"the shares of {name!r} are invalid", where=where)
        if isinstance(own, NumberReference) and not _are_edges(own):
            raise ModelFolderError(f"the edges of {name!r} do not match its shares", where=where)
    residual = reference.residual
    if residual and not (math.isfinite(residual.mean) and 0 < residual.sd < math.inf):
        raise ModelFolderError("the spread of the residuals is invalid", where=where)
    if residual and (
        len(residual.quantiles) == 1 or not _rises(residual.quantiles, strictly=False)
    ):
        raise ModelFolderError("the quantiles of the residuals are not increasing", where=where)
    _check_shares(reference, where)


def _check_shares(reference: ValidationReference, where: str) -> None:
    groups = [own for named in reference.groups.values() for own in named.values()]
    shares = [reference.coverage, reference.within_20_percent, *(g.coverage for g in groups)]
    errors = [reference.mae, *(g.mae for g in groups)]
    numbers = [reference.n, *(g.n for g in groups)]
    if not all(share is None or _is_share(share) for share in shares):
        raise ModelFolderError("a coverage is not between 0 and 1", where=where)
    if not all(error is None or 0 <= error < math.inf for error in errors):
        raise ModelFolderError("a mean absolute error is invalid", where=where)
    if not all(number is None or number > 0 for number in numbers):
        raise ModelFolderError("a number of patients is invalid", where=where)


def _is_share(value: float) -> bool:
    return 0.0 <= value <= 1.0


def _is_distribution(shares: list[float]) -> bool:
    return bool(shares) and all(map(_is_share, shares)) and abs(math.fsum(shares) - 1) < _SUM


def _are_edges(own: NumberReference) -> bool:
    return abs(len(own.edges) - len(own.shares)) == 1 and _rises(own.inner_edges(), strictly=True)


def _rises(values: tuple[float, ...], *, strictly: bool) -> bool:
    pairs = itertools.pairwise(values)
    is_finite = all(map(math.isfinite, values))
    return is_finite and all(a < b if strictly else a <= b for a, b in pairs)


def level_name(value: float | str, shares: Mapping[str, float]) -> str:
    """Return the name of a level in the reference.

    Yes and no have several spellings; a genotype may be written in either order.

    >>> level_name(True, {"1": 0.1, "0": 0.9}), level_name("Asian", {"Asian": 1.0})
    ('1', 'Asian')
    >>> level_name("*3/*1", {"*1/*3": 1.0})
    '*1/*3'
    """
    if isinstance(value, str):
        turned = "/".join(reversed(value.split("/")))
        return turned if value not in shares and turned in shares else value
    written = ("true", "True", "yes", "1", "1.0") if value else ("false", "False", "no", "0", "0.0")
    is_flag = isinstance(value, bool) or value in (0.0, 1.0)
    return next((name for name in written if is_flag and name in shares), f"{value:g}")
