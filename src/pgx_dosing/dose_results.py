"""What models and rules answer, as flat records for programs: replies enter, records leave."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from pgx.base.calls import PatientResult
from pgx.base.doses import DoseOption, DoseResult
from pgx.knowledge.snapshot import KnowledgeBase
from pgx_dosing.doses import DoseReply, dose_replies

if TYPE_CHECKING:
    from pgx_dosing.answers import DoseAnswer
    from pgx_dosing.prediction import DoseAlternative, DosePrediction
    from pgx_dosing.rules.results import PossibleResult, RuleResult
    from pgx_dosing.rules.specification import RuleAnswer
    from pgx_dosing.rules.starting import LoadingResult
    from pgx_dosing.rules.steps import FlowOutcome, FlowResult

__all__ = ["dose_records"]

_OTHER_RELEASE = "another release of the knowledge base made the result"


def dose_records(knowledge: KnowledgeBase, result: PatientResult) -> tuple[DoseResult, ...]:
    """Return a record for each model, rule and alert that answers for the patient, drugs A–Z."""
    return tuple(
        msgspec.structs.replace(own, drug=reply.drug, asked=reply.asked.value, rank=rank)
        for reply in dose_replies(knowledge, result)
        for rank, own in enumerate(_of(reply), start=1)
    )


def _of(reply: DoseReply) -> Iterator[DoseResult]:
    if reply.answer is None:
        reason = _OTHER_RELEASE if reply.other_release else reply.reason
        yield _record("not_answered", code=reply.code, reason=reason)
        return
    answer = reply.answer
    for alert in answer.alerts:
        yield _record("alert", text=alert.text, code=alert.code)
    by_name = _by_name(answer)
    yield from (by_name[name] for name in answer.order)
    for missed in answer.not_answered:
        yield _record("not_answered", name=missed.name, code=missed.code, reason=missed.reason)


def _record(kind: str, **fields: object) -> DoseResult:
    return msgspec.structs.replace(DoseResult(drug="", asked="", rank=0, kind=kind), **fields)


def _by_name(answer: DoseAnswer) -> dict[str, DoseResult]:
    found = {own.model: _equation(own) for own in answer.models}
    found |= {own.rule: _flow(own) for own in answer.flows}
    found |= {own.rule: _loading(own) for own in answer.loading}
    return found | {own.rule: _rule(own) for own in answer.rules}


def _equation(own: DosePrediction) -> DoseResult:
    main = {item.name: item.value for item in own.inputs}

    def option(other: DoseAlternative) -> DoseOption:
        changed = (f"{n} = {v}" for n, v in other.values.items() if main.get(n) != v)
        return DoseOption(
            when=tuple(changed),
            dose=other.dose,
            low=other.lower,
            high=other.upper,
            probability=other.probability,
        )

    return _record(
        "equation",
        name=own.model,
        version=own.version,
        digest=own.digest,
        certainty=own.certainty.value,
        dose=own.dose,
        low=own.lower,
        high=own.upper,
        level=own.level,
        unit=own.unit,
        text=own.predicts,
        options=tuple(map(option, own.alternatives)),
    )


def _flow(own: FlowResult) -> DoseResult:
    def option(outcome: FlowOutcome) -> DoseOption:
        return DoseOption(
            when=outcome.when,
            dose=outcome.middle,
            low=outcome.low,
            high=outcome.high,
            text=outcome.reason,
            probability=outcome.probability,
        )

    outcomes = (own.outcome,) if own.outcome else own.alternatives
    main = own.outcome
    return _record(
        "flow",
        name=own.rule,
        version=own.as_of,
        preferred=own.preferred,
        certainty=own.certainty.value,
        dose=main.middle if main else None,
        low=main.low if main else None,
        high=main.high if main else None,
        unit=outcomes[0].unit if outcomes else "",
        text="; ".join([main.reason if main else own.title, *(a.text for a in own.alerts)]),
        depends_on=own.settled_by,
        options=tuple(map(option, own.alternatives)),
    )


def _loading(own: LoadingResult) -> DoseResult:
    days = (f"day {d.day}: {d.low:.3g}–{d.high:.3g} {d.unit}" for d in own.days)
    return _record(
        "loading",
        name=own.rule,
        version=own.as_of,
        certainty=own.certainty.value,
        text="; ".join(days),
        depends_on=own.settled_by,
    )


def _rule(own: RuleResult) -> DoseResult:
    def option(other: PossibleResult) -> DoseOption:
        ways = tuple(" and ".join(way) for way in other.when)
        said = other.answer
        return DoseOption(
            when=ways,
            dose=said.amount,
            low=said.low,
            high=said.high,
            text=said.text,
            probability=other.probability,
        )

    main: RuleAnswer | None = own.answer
    return _record(
        "rule",
        name=own.rule,
        version=own.as_of,
        certainty=own.certainty.value,
        dose=main.amount if main else None,
        low=main.low if main else None,
        high=main.high if main else None,
        unit=main.unit if main else "",
        text=main.text if main else own.title,
        depends_on=own.settled_by,
        options=tuple(map(option, own.alternatives)),
    )
