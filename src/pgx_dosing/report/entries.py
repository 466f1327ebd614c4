"""The dose section of a report: answers of models and rules converted to report entries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from pgx.messages.arguments import in_words
from pgx.records.calls import Certainty, PatientResult
from pgx.reports.content.phrases import figure
from pgx_dosing.answers import DoseAnswer
from pgx_dosing.predicting import DosePrediction, InputContribution, InputUsed
from pgx_dosing.replies import Asked, DoseReply
from pgx_dosing.report.words import (
    DoseBar,
    DoseEntry,
    DoseFact,
    EquationEntry,
    RuleEntry,
    Teller,
    one_decimal,
    pubmed,
)
from pgx_dosing.rules.flows import FlowOutcome, FlowResult, LoadingResult
from pgx_dosing.rules.results import Missing, RuleResult
from pgx_dosing.rules.specification import RuleCitation
from pgx_dosing.specification import InputValue

__all__ = ["build_doses", "preferred_entries", "rule_entries"]

# limits of the page's lists: answers of a rule, conditions of an answer, bars
_ANSWERS: Final = 6
_WAYS: Final = 2
_NOWHERE: Final = "international"

_Result = RuleResult | FlowResult | LoadingResult
Words = Mapping[str, Any]
# a smaller contribution, in the dose's unit, would be displayed as 0.00 and gets no bar
_LEAST: Final = 0.005
_BARS: Final = 10
_PLAIN_STATES: Final = ("approved", "published")
# remarks of `pgx_dosing.predicting`, parsed so that they can be translated
_UNCOUNTED: Final = re.compile(r"(\S+): (.+) is not in the equation and counts as (\S+)")
_WITHOUT: Final = re.compile(r"(.+) not known: the dose rests less on genotype than .+")


def rule_entries(answer: DoseAnswer, teller: Teller) -> tuple[RuleEntry, ...]:
    """Return entries in reading order: flow, regimen, labels and scores.

    Flows that precede the equations are returned by `preferred_entries`.
    """
    return (
        *(_flow(own, teller) for own in answer.flows if own not in answer.preferred),
        *(_loading(own, teller) for own in answer.loading),
        *(_rule(own, teller) for own in answer.rules),
    )


def preferred_entries(answer: DoseAnswer, teller: Teller) -> tuple[RuleEntry, ...]:
    """Return entries of the flows that a guideline prefers to an equation for this person."""
    return tuple(_flow(own, teller) for own in answer.preferred)


def _rule_entry(
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
    """Return a citation with its address, which is empty if there is none."""
    # only digits become part of an address
    if not citation.pmid.isdecimal():
        return teller.english(citation.text), ""
    return f"{citation.text}, PMID {citation.pmid}", pubmed(citation.pmid)


def _labels(missing: Iterable[Missing], teller: Teller) -> dict[str, str]:
    return {item.input: teller.say(item.label) for item in missing}


def _waits(own: _Result, teller: Teller) -> str:
    """Return the inputs needed for a single answer, as text."""
    if not own.settled_by:
        return ""
    labels = _labels(own.missing, teller)
    names = ", ".join(labels.get(name, teller.short(name)) for name in own.settled_by)
    return str(teller.dose["waits"].format(names=names))


def _missing(item: Missing, teller: Teller) -> str:
    said: str = teller.dose[f"missing_{item.handled}"]
    return said.format(input=teller.say(item.label), reason=teller.reason(item.reason))


def _when(parts: Sequence[str], labels: Mapping[str, str], teller: Teller) -> str:
    """Return conditions ``input = value`` as text."""
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
        notes = teller.texts(own.answer.notes)
        return _rule_entry(own, teller, [teller.say(own.answer.text)], notes)
    labels = _labels(own.missing, teller)
    answers = []
    for other in own.alternatives[:_ANSWERS]:
        ways = [_when(way, labels, teller) for way in other.when[:_WAYS]]
        joined = teller.dose["sets"].join(filter(None, ways))
        answers.append(_if(teller.say(other.answer.text), joined, teller))
    answers += _more(len(own.alternatives), teller)
    meanwhile = [
        teller.dose["meanwhile"].format(answer=teller.say(answer.text)) for answer in own.meanwhile
    ]
    return _rule_entry(own, teller, answers, meanwhile)


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
    return _rule_entry(
        own, teller, answers, [*alerts, *(teller.say(f.note) for f in factors if f.note)]
    )


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
    return _rule_entry(own, teller, ["; ".join(days)], ())


def build_doses(
    result: PatientResult, replies: Iterable[DoseReply], words: Words
) -> tuple[tuple[DoseEntry, ...], frozenset[str]]:
    """Return the dose section of a report, and the texts left in English."""
    teller = Teller(words)
    ordered = sorted(replies, key=_is_without_amount)
    entries = tuple(
        _dose_entry(number, reply, result, teller) for number, reply in enumerate(ordered, start=1)
    )
    return entries, frozenset(teller.left)


def _is_without_amount(reply: DoseReply) -> bool:
    """Whether no equation gives a dose: doses and refusals of equations come first."""
    return reply.answer is not None and not reply.answer.models


def _dose_entry(number: int, reply: DoseReply, result: PatientResult, teller: Teller) -> DoseEntry:
    said = teller.dose
    refusal = _refusal(reply, teller)
    answer = reply.answer or DoseAnswer(drug=reply.drug)
    preferred = preferred_entries(answer, teller)
    equations = tuple(_equation(own, teller) for own in answer.models)
    rules = rule_entries(answer, teller)
    missed = tuple(
        DoseFact(n.name, teller.english(f"[{n.code}] {n.reason}"), is_open=True)
        for n in answer.not_answered
    )
    alerts = tuple(teller.say(alert.text) for alert in answer.alerts)
    silent = "" if preferred or equations or rules or not missed else missed[0].value
    return DoseEntry(
        drug=reply.drug,
        name=in_words(reply.drug, teller.words["phrases"]),
        anchor=f"dose-{number}",
        asked=said[reply.asked.value],
        brief="; ".join(
            [
                *alerts,
                _preferred_brief(answer, preferred, teller)
                or _brief(equations, rules, refusal or silent, said),
            ]
        ),
        refusal=refusal,
        notes=(*alerts, *_dose_notes(reply, result, said)),
        preferred=preferred,
        equations=equations,
        rules=rules,
        not_answered=missed,
    )


def _refusal(reply: DoseReply, teller: Teller) -> str:
    if reply.other_release:
        return str(teller.dose["other_release"])
    if reply.answer is not None:
        return ""
    code = f"[{reply.code}] " if reply.code else ""
    return teller.english(f"{code}{reply.reason}")


def _preferred_brief(answer: DoseAnswer, entries: Sequence[RuleEntry], teller: Teller) -> str:
    """Return the summary beside the drug's recommendation if a flow comes first, else ""."""
    if not entries:
        return ""
    said = [*_certain_answers(entries)]
    outcome = answer.preferred[0].outcome
    if not said or outcome is None or outcome.interval is None:
        return str(teller.dose["see"])
    span = teller.span(outcome.interval.low, outcome.interval.high)
    unit = teller.say(outcome.unit)
    return "; ".join([*said, teller.dose["flow_interval"].format(span=span, unit=unit)])


def _brief(
    equations: Sequence[EquationEntry],
    rules: Iterable[RuleEntry],
    refusal: str,
    said: Mapping[str, Any],
) -> str:
    """Return the summary beside the drug's recommendation; a dose always has its interval."""
    if refusal:
        return str(said["refused_line"].format(reason=refusal))
    if equations:
        first = equations[0]
        doubt = said["depends_brief"] if first.alternatives else ""
        return "; ".join(filter(None, (first.said, first.interval, doubt)))
    return "; ".join(_certain_answers(rules)) or str(said["see"])


def _certain_answers(rules: Iterable[RuleEntry]) -> Iterator[str]:
    """Yield the definite answers of rules."""
    for rule in rules:
        if rule.certainty == Certainty.CERTAIN.value and len(rule.answers) == 1:
            yield (
                f"{rule.jurisdiction}: {rule.answers[0]}" if rule.jurisdiction else rule.answers[0]
            )


def _dose_notes(reply: DoseReply, result: PatientResult, said: Mapping[str, Any]) -> Iterator[str]:
    """Yield the limits of the doses.

    These are a laboratory decision on a gene relevant to the drug, and that a patient already on
    the drug needs no loading dose.
    """
    if reply.answer and reply.answer.loading and reply.asked is Asked.CURRENT:
        yield said["for_start"]
    rows = (r for r in result.recommendations if r.drug.casefold() == reply.drug)
    genes = {gene for row in rows for gene in row.genes}
    decided = {held.gene for held in result.overrides if held.gene in genes}
    if decided:
        yield said["override"].format(names=", ".join(sorted(decided)))


def _equation(own: DosePrediction, teller: Teller) -> EquationEntry:
    said = teller.dose
    labels = {item.name: teller.say(item.meaning) for item in own.inputs}
    plain = own.state in _PLAIN_STATES
    state = "" if plain else said["state"].format(state=teller.english(own.state))
    return EquationEntry(
        title=teller.say(own.title),
        model=", ".join(filter(None, (f"{own.model} {own.version}", state))),
        predicts=teller.say(own.predicts),
        unit=teller.say(own.unit),
        dose=own.dose,
        typical=own.typical,
        said=_dose(own.dose, own.unit, teller),
        typical_said=_dose(own.typical, own.unit, teller),
        interval=_interval(own, teller),
        certainty=own.certainty.value,
        low=own.lower,
        high=own.upper,
        alternatives=tuple(_alternatives(own, teller)),
        bars=tuple(_bars(own.shares, teller)),
        inputs=tuple(_input(item, labels[item.name], teller) for item in own.inputs),
        remarks=tuple(_remarks(own, teller)),
        population=teller.say(own.population),
        limits=teller.texts(own.limits),
        source=own.citation.text,
        links=teller.links(own.citation.pmids),
    )


def _dose(value: float, unit: str, teller: Teller) -> str:
    return f"{teller.number(value)} {teller.say(unit)}"


def _interval(own: DosePrediction, teller: Teller) -> str:
    if own.lower is None or own.upper is None or own.level is None:
        return str(teller.dose["no_interval"])
    return str(
        teller.dose["interval"].format(
            level=teller.percent(own.level),
            low=teller.number(own.lower),
            high=teller.number(own.upper),
            unit=teller.say(own.unit),
        )
    )


def _alternatives(own: DosePrediction, teller: Teller) -> Iterator[str]:
    """Yield the other doses compatible with the data, with their conditions."""
    main = {item.name: item.value for item in own.inputs}
    for other in own.alternatives:
        changed = [_is(n, v, teller) for n, v in other.values.items() if main.get(n) != v]
        fields = {
            "dose": _dose(other.dose, own.unit, teller),
            "values": ", ".join(changed) or teller.dose["other_values"],
        }
        if other.probability is None:
            yield teller.dose["alternative"].format(**fields)
        else:
            chance = teller.percent(other.probability)
            yield teller.dose["weighed"].format(**fields, probability=chance)


def _is(name: str, value: InputValue, teller: Teller) -> str:
    return f"{teller.short(name)} {teller.value(value)}"


def _bars(shares: Sequence[InputContribution], teller: Teller) -> Iterator[DoseBar]:
    """Yield contributions of inputs, largest first; the last bar sums the remaining ones."""
    shown = [share for share in shares if abs(share.amount) >= _LEAST]
    rest = [share for share in shares if abs(share.amount) < _LEAST]
    if len(shown) > _BARS:
        shown, rest = shown[:_BARS], [*shown[_BARS:], *rest]
    for share in shown:
        name = teller.dose["joined"].join(map(teller.short, share.inputs))
        yield DoseBar(name, share.amount, _signed(share.amount, teller))
    left = sum(share.amount for share in rest)
    if abs(left) >= _LEAST:
        name = teller.dose["rest"].format(count=len(rest))
        yield DoseBar(name, left, _signed(left, teller))


def _signed(value: float, teller: Teller) -> str:
    """Return a contribution with two decimals: readers add them up."""
    return f"{'+' if value > 0 else '−'}{figure(f'{abs(value):.2f}', teller.words)}"


def _input(item: InputUsed, label: str, teller: Teller) -> DoseFact:
    reason = teller.reason(item.reason) if item.reason else ""
    said = teller.dose
    if item.handled:
        stand_in = teller.value(one_decimal(item.stand_in), item.unit)
        return DoseFact(
            label, said[item.handled].format(reason=reason, value=stand_in), is_open=True
        )
    value = teller.value(item.value, item.unit)
    if reason:
        return DoseFact(label, said["likeliest"].format(value=value, reason=reason), is_open=True)
    return DoseFact(label, value)


def _remarks(own: DosePrediction, teller: Teller) -> Iterator[str]:
    """Yield the benefit of genotype in the person's group, and further remarks."""
    said, gain = teller.dose, own.gain
    # an interval that includes 0 does not show a benefit
    if gain:
        key = "gain_none" if gain.lower <= 0.0 else "gain_some"
        yield said[key].format(
            group=teller.level(gain.value),
            gain=_plain(gain.gain, teller),
            low=_plain(gain.lower, teller),
            high=_plain(gain.upper, teller),
            n=gain.n,
            unit=teller.say(own.unit),
        )
    elif own.uses_genotype:
        yield said["gain_unknown"]
    if own.uses_race:
        yield said["race"]
    for remark in own.remarks[1 if gain else 0 :]:
        yield _remark(remark, teller)


def _plain(value: float, teller: Teller) -> str:
    return ("−" if value < 0 else "") + teller.number(abs(value))


def _remark(text: str, teller: Teller) -> str:
    """Return a model's remark in the language of the report."""
    found = _UNCOUNTED.fullmatch(text)
    if found:
        name, alleles, first = found.groups()
        said = teller.dose["uncounted"]
        return str(said.format(input=teller.short(name), alleles=alleles, first=first))
    found = _WITHOUT.fullmatch(text)
    if found:
        names = ", ".join(map(teller.short, found[1].split(", ")))
        return str(teller.dose["without_genes"].format(names=names))
    return teller.say(text)
