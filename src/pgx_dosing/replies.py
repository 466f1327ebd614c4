"""Doses for a result with a patient: the drugs to dose, and the reply for each.

A result holds the answers of the models in use when it was made; a report recomputes doses by the
models in use at that time. Dosing models are loaded only for a patient who takes, or is to
take, a drug that has models.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import msgspec

from pgx.errors import InvariantError, PgxError, UnknownDrugError
from pgx.inputs.release import is_of_release
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.calls import DoseOption, DoseResult, PatientContext, PatientResult
from pgx.records.patient import MedicineUse
from pgx_dosing.folders import drugs_in_folders

if TYPE_CHECKING:
    from pgx_dosing.answers import DoseAnswer
    from pgx_dosing.predicting import DoseAlternative, DosePrediction
    from pgx_dosing.rules.flows import FlowOutcome, FlowResult, LoadingResult
    from pgx_dosing.rules.results import PossibleResult, RuleResult
    from pgx_dosing.rules.specification import RuleAnswer

__all__ = ["Asked", "DoseReply", "asked_drugs", "dose_records", "dose_replies"]

_ALL: Final = "all"
_OTHER_RELEASE = "another release of the knowledge base made the result"


class Asked(StrEnum):
    """Why a drug is dosed."""

    CURRENT = "current"
    PLANNED = "planned"
    NAMED = "named"


class DoseReply(msgspec.Struct, frozen=True, kw_only=True):
    """The reply on the dose of one drug.

    ``answer`` is None without a dose: ``code`` and ``reason`` then say why. ``other_release`` says
    that none was computed because the result was made by another release of the knowledge base.
    """

    drug: str
    asked: Asked
    answer: DoseAnswer | None = None
    code: str = ""
    reason: str = ""
    other_release: bool = False


def asked_drugs(result: PatientResult) -> dict[str, Asked]:
    """Return the drugs that may be dosed: taken, planned, or named for the run.

    In lower case. Drugs for skin or eyes are excluded; without a patient the result is empty.
    """
    if result.context is None:
        return {}
    found = dict.fromkeys(_named(result), Asked.NAMED)
    for use, asked in ((MedicineUse.PLANNED, Asked.PLANNED), (MedicineUse.CURRENT, Asked.CURRENT)):
        found |= dict.fromkeys(_used(result.context, use), asked)
    return found


def _named(result: PatientResult) -> Iterator[str]:
    for name in result.provenance.settings.get("drugs", _ALL).split(";"):
        if name != _ALL:
            yield name.casefold()


def _used(context: PatientContext, use: MedicineUse) -> Iterator[str]:
    for medicine in context.medicines:
        if medicine.use is use and not medicine.local:
            yield from (name.casefold() for name in (*medicine.drugs, *medicine.substances))


def dose_replies(knowledge: KnowledgeBase, result: PatientResult) -> tuple[DoseReply, ...]:
    """Return a reply for each drug of the patient that has a model or a rule, A–Z.

    A person or model without a dose raises nothing: the reply says why. ``knowledge`` is the
    installed release; a result of another release is not dosed.
    """
    asked = asked_drugs(result)
    # a patient whose drugs have no model loads none: the folders' small files suffice to decide
    dosed = drugs_in_folders() if asked else frozenset()
    replies = (_reply(knowledge, d, asked[d], result) for d in sorted(asked) if d in dosed)
    return tuple(reply for reply in replies if reply is not None)


def _reply(
    knowledge: KnowledgeBase, drug: str, asked: Asked, result: PatientResult
) -> DoseReply | None:
    """Return the reply for one drug, None if its models are all retired."""
    if not is_of_release(knowledge, result):
        return DoseReply(drug=drug, asked=asked, other_release=True)
    from pgx_dosing.answers import Dosing, person_of

    try:
        answer = Dosing(drug).answer(person_of(knowledge, result, None))
    except UnknownDrugError:
        return None
    except PgxError as error:
        reason = "; ".join(filter(None, (error.told, error.remedy)))
        return DoseReply(drug=drug, asked=asked, code=error.code, reason=reason)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - the report's other advice is worth more
        reason = f"{type(error).__name__} in pgx itself"
        return DoseReply(drug=drug, asked=asked, code=InvariantError.default_code, reason=reason)
    return DoseReply(drug=drug, asked=asked, answer=answer)


def dose_records(knowledge: KnowledgeBase, result: PatientResult) -> tuple[DoseResult, ...]:
    """Return a record for each model, rule and alert that applies to the patient, drugs A–Z."""
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
