"""What a report says of flows, regimens, label tables and scores on one drug."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from pgx_dosing.answers import DoseAnswer
from pgx_dosing.report.dose_records import RuleEntry
from pgx_dosing.report.dose_words import Teller, pubmed
from pgx_dosing.rules.results import Missing, RuleResult
from pgx_dosing.rules.specification import RuleAnswer, RuleCitation
from pgx_dosing.rules.starting import LoadingResult
from pgx_dosing.rules.steps import FlowOutcome, FlowResult

__all__ = ["preferred_entries", "rule_entries"]

_ANSWERS: Final = 6
_WAYS: Final = 2
_NOWHERE: Final = "international"

_Result = RuleResult | FlowResult | LoadingResult


def rule_entries(answer: DoseAnswer, teller: Teller) -> tuple[RuleEntry, ...]:
    """Return entries in the order of what is asked first: flow, regimen, labels and scores.

    Flows that come before the equations have entries of their own, see `preferred_entries`.
    """
    return (
        *(_flow(own, teller) for own in answer.flows if own not in answer.preferred),
        *(_loading(own, teller) for own in answer.loading),
        *(_rule(own, teller) for own in answer.rules),
    )


def preferred_entries(answer: DoseAnswer, teller: Teller) -> tuple[RuleEntry, ...]:
    """Return entries of the flows that a guideline prefers to an equation for this person."""
    return tuple(_flow(own, teller) for own in answer.preferred)


def _entry(
    own: _Result,
    teller: Teller,
    answers: Iterable[str],
    notes: Iterable[str],
    open_words: str = "",
) -> RuleEntry:
    where = "" if own.jurisdiction == _NOWHERE else own.jurisdiction
    return RuleEntry(
        title=teller.say(own.title),
        jurisdiction=str(teller.dose.get(f"jurisdiction_{where}", where)) if where else "",
        certainty=own.certainty.value,
        answers=tuple(answers),
        open=open_words or _waits(own, teller),
        notes=tuple(notes),
        missing=tuple(_missing(item, teller) for item in own.missing),
        population=teller.say(own.population),
        limits=teller.texts(own.limits),
        source=teller.say(own.source),
        links=tuple(_link(citation, teller) for citation in own.citations),
    )


def _link(citation: RuleCitation, teller: Teller) -> tuple[str, str]:
    """Return a paper with its address, which is empty where there is none."""
    if not citation.pmid.isdecimal():
        return teller.english(citation.text), ""
    return f"{citation.text}, PMID {citation.pmid}", pubmed(citation.pmid)


def _labels(missing: Iterable[Missing], teller: Teller) -> dict[str, str]:
    return {item.input: teller.say(item.label) for item in missing}


def _waits(own: _Result, teller: Teller) -> str:
    """Say what would have to be known for one answer."""
    if not own.settled_by:
        return ""
    labels = _labels(own.missing, teller)
    names = ", ".join(labels.get(name, teller.short(name)) for name in own.settled_by)
    return str(teller.dose["waits"].format(names=names))


def _missing(item: Missing, teller: Teller) -> str:
    said: str = teller.dose[f"missing_{item.handled}"]
    return said.format(input=teller.say(item.label), reason=teller.reason(item.reason))


def _when(parts: Sequence[str], labels: Mapping[str, str], teller: Teller) -> str:
    """Put ``input = value`` into words."""
    said = []
    for part in parts:
        name, sign, value = part.partition(" = ")
        if sign:
            label = labels.get(name, teller.short(name))
            said.append(teller.dose["value_is"].format(input=label, value=teller.level(value)))
        else:
            said.append(teller.say(part))
    return ", ".join(said)


def _if(answer: str, when: str, teller: Teller) -> str:
    return str(teller.dose["if"].format(answer=answer, values=when)) if when else answer


def _rule(own: RuleResult, teller: Teller) -> RuleEntry:
    if own.answer:
        return _entry(own, teller, [teller.say(own.answer.text)], _notes(own.answer, teller))
    labels = _labels(own.missing, teller)
    answers = []
    for other in own.alternatives[:_ANSWERS]:
        ways = [_when(way, labels, teller) for way in other.when[:_WAYS]]
        joined = teller.dose["sets"].join(filter(None, ways))
        answers.append(_if(teller.say(other.answer.text), joined, teller))
    answers += _more(len(own.alternatives), teller)
    notes = [
        teller.dose["meanwhile"].format(answer=teller.say(answer.text)) for answer in own.meanwhile
    ]
    return _entry(own, teller, answers, notes)


def _notes(answer: RuleAnswer, teller: Teller) -> tuple[str, ...]:
    return teller.texts(answer.notes)


def _more(count: int, teller: Teller) -> Iterator[str]:
    if count > _ANSWERS:
        yield teller.dose["more"].format(count=count - _ANSWERS)


def _flow(own: FlowResult, teller: Teller) -> RuleEntry:
    outcomes = (own.outcome,) if own.outcome else own.alternatives
    labels = _labels(own.missing, teller)
    answers = [
        _if(_outcome(outcome, teller), _when(outcome.when, labels, teller), teller)
        for outcome in outcomes[:_ANSWERS]
    ]
    answers += _more(len(outcomes), teller)
    alerts = [
        teller.say(alert.text)
        if alert.sure
        else teller.dose["maybe"].format(text=teller.say(alert.text))
        for alert in own.alerts
    ]
    factors = own.outcome.contributions if own.outcome else ()
    return _entry(own, teller, answers, [*alerts, *(teller.say(f.note) for f in factors if f.note)])


def _outcome(own: FlowOutcome, teller: Teller) -> str:
    equation = teller.dose.get(f"base_{own.equation}", own.equation)
    return str(
        teller.dose["flow"].format(
            dose=teller.span(own.low, own.high),
            unit=teller.say(own.unit),
            equation=equation,
            reason=teller.say(own.reason),
        )
    )


def _loading(own: LoadingResult, teller: Teller) -> RuleEntry:
    days = (
        teller.dose["day"].format(
            day=day.day, dose=teller.span(day.low, day.high), unit=teller.say(day.unit)
        )
        for day in own.days
    )
    return _entry(own, teller, ["; ".join(days)], ())
