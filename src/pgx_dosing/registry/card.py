"""The card of a model (Model Card and TRIPOD+AI), filled from its own files only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from pgx_dosing.registry.card_facts import ITEMS, METRICS, CardFacts, answer, in_cell, number_text
from pgx_dosing.registry.files import Json
from pgx_dosing.registry.history import LifecycleState

__all__ = ["render_card"]

_NOT: Final = "not reported: the model's files do not say"
_RESAMPLED: Final = ("patients", "sites")


def render_card(facts: CardFacts) -> str:
    """Return a model's card as Markdown; the same facts give the same bytes."""
    parts = ["\n".join(_head(facts))]
    parts += ["\n".join([f"## {title}", "", *lines(facts)]) for title, lines in _SECTIONS]
    return "\n\n".join(parts) + "\n"


def _head(facts: CardFacts) -> Iterator[str]:
    name, version = (in_cell(facts.model.get(key, "")) for key in ("name", "version"))
    yield f"# {in_cell(facts.text('title')) or name}"
    yield ""
    yield from _table(
        ("", ""),
        [
            ("model", f"{name}, version {version}"),
            ("drug", in_cell(facts.text("drug"))),
            ("kind", in_cell(facts.text("kind"))),
            ("state", facts.history.state.value if facts.history else LifecycleState.DRAFT.value),
            ("predicts", in_cell(facts.outcome) or _NOT),
            ("source", in_cell(facts.source) or _NOT),
            ("SHA-256", facts.digest or "not reported: the folder is not written yet"),
        ],
    )


def _use(facts: CardFacts) -> Iterator[str]:
    intended = facts.statement("intended_use") or facts.text("population")
    excluded = facts.statement("out_of_scope")
    yield f"**Intended:** {in_cell(intended) or _NOT}"
    yield ""
    yield f"**Out of scope:** {in_cell(excluded) or 'not reported: the makers left no statement'}"
    yield ""
    if facts.inputs:
        yield "A value outside the ranges below is refused."
    yield "A prediction informs who prescribes; it does not prescribe."


def _data(facts: CardFacts) -> Iterator[str]:
    digest = facts.of_data("sha256") or facts.of_data("digest") or ""
    read = number_text(facts.of_data("n_read"))
    rows = [
        ("source", in_cell(facts.of_data("source") or "")),
        ("participants", in_cell(facts.n)),
        ("rows read", read),
        ("left out, by reason", in_cell(facts.dropped)),
        ("sites", in_cell(facts.sites)),
        ("SHA-256 of the table", in_cell(digest)),
        ("settings", in_cell(facts.settings)),
        ("split of the evaluation", in_cell(facts.metrics.get("split", ""))),
        ("can the site be told from the inputs", in_cell(facts.leakage)),
        ("made by", in_cell(facts.made_by)),
    ]
    yield from _table(("what", "value"), [(what, value or _NOT) for what, value in rows])


def _predictors(facts: CardFacts) -> Iterator[str]:
    if not facts.inputs:
        yield _NOT
        return
    rows = [
        (
            *(in_cell(own.get(key, "")) for key in ("name", "meaning", "unit")),
            in_cell(_allowed(own)),
            in_cell(str(own.get("when_unknown", "refuse")).replace("_", " ")),
        )
        for own in facts.inputs
    ]
    yield from _table(("input", "meaning", "unit", "allowed", "where unknown"), rows)


def _allowed(own: Json) -> str:
    for key in ("levels", "alleles"):
        if isinstance(own.get(key), list) and own[key]:
            return ", ".join(str(level) for level in own[key])
    low, high = (number_text(own.get(key)) for key in ("minimum", "maximum"))
    if low and high:
        return f"{low} to {high}"
    return f"at least {low}" if low else f"at most {high}" if high else ""


def _performance(facts: CardFacts) -> Iterator[str]:
    rows = [
        (in_cell(name), in_cell(value), number_text(numbers.get("n")),
         *_all_measured(numbers))
        for name, value, numbers in facts.blocks()
    ]  # fmt: skip
    if not rows:
        yield "not reported: the model has no metrics.json"
        return
    yield from _table(("group", "value", "n", *METRICS.values()), rows)
    yield ""
    yield "In brackets intervals by resampling patients or whole sites. Shares are fractions."
    if facts.remarks:
        yield ""
    for remark in facts.remarks:
        yield f"- {in_cell(remark)}"


def _all_measured(numbers: Json) -> list[str]:
    return [_measured(numbers, key) for key in METRICS]


def _measured(numbers: Json, key: str) -> str:
    """Return a metric with its intervals over patients and over sites."""
    value = number_text(numbers.get(key))
    if not value:
        return "not measured"
    intervals = numbers.get("intervals")
    own = intervals.get(key) if isinstance(intervals, dict) else None
    parts = [
        f"{name} {bounds}"
        for name in _RESAMPLED
        if isinstance(own, dict) and (bounds := _bounds(own.get(name)))
    ]
    return f"{value} ({'; '.join(parts)})" if parts else value


def _bounds(pair: object) -> str:
    if not isinstance(pair, list) or len(pair) != 2:
        return ""
    low, high = map(number_text, pair)
    return f"{low}–{high}" if low and high else ""


def _baselines(facts: CardFacts) -> Iterator[str]:
    rows = [
        (in_cell(name), number_text(numbers.get("n")), *_all_measured(numbers))
        for name, numbers in facts.baselines()
    ]
    if rows:
        yield from _table(("model", "n", *METRICS.values()), rows)
    else:
        yield "not reported: none was compared"


def _ethics(facts: CardFacts) -> Iterator[str]:
    uses = facts.uses_race if facts.inputs else None
    if uses is True:
        yield (
            "Race or ancestry is an input. It stands for what was not measured – variants, diet,"
            " care – and can carry a past inequality into a dose. Use it only if a model without"
            " it is worse for those concerned, and read the performance of each group above."
        )
    elif uses is False:
        yield (
            "Race and ancestry are no inputs. That does not make the model equally good for"
            " everybody: read the performance of each group above."
        )
    else:
        yield "Whether race or ancestry is an input is not reported: model.json does not say."
    helps = facts.model.get("helps")
    if isinstance(helps, dict):
        for group, words in helps.items():
            yield ""
            yield f"- {in_cell(group)}: {in_cell(words)}"
    own = facts.statement("ethics")
    if own:
        yield ""
        yield in_cell(own)


def _limits(facts: CardFacts) -> Iterator[str]:
    if facts.limits:
        yield from (f"- {in_cell(limit)}" for limit in facts.limits)
    else:
        yield _NOT


def _plan(facts: CardFacts) -> Iterator[str]:
    changes = facts.plan.get("changes")
    if not isinstance(changes, list) or not changes:
        yield "Nothing: the model has no change plan."
        return
    rows = [
        (
            *map(in_cell, (change.get("path", ""), change.get("what", ""), _allowed(change))),
            number_text(change.get("change_at_most")),
        )
        for change in changes
        if isinstance(change, dict)
    ]
    yield from _table(("where", "what", "values", "change at most"), rows)


def _states(facts: CardFacts) -> Iterator[str]:
    if facts.history is None:
        yield "Draft: nothing is recorded yet."
        return
    rows = [
        (
            entry.day,
            entry.state.value + (" (rollback)" if entry.is_rollback else ""),
            in_cell(entry.person),
            in_cell(entry.reason),
            in_cell(entry.protocol.title) if entry.protocol else "",
        )
        for entry in facts.history.entries
    ]
    yield from _table(("day", "state", "by", "reason", "protocol"), rows)


def _checklist(facts: CardFacts) -> Iterator[str]:
    yield "Items by number (BMJ 2024;385:e078378) in short words."
    yield ""
    rows = [(item.number, item.words, in_cell(answer(item, facts))) for item in ITEMS]
    yield from _table(("item", "of", "reported"), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a Markdown table; cells must be escaped."""
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


_SECTIONS: Final[tuple[tuple[str, Callable[[CardFacts], Iterator[str]]], ...]] = (
    ("Use", _use),
    ("Data and methods", _data),
    ("Predictors", _predictors),
    ("Performance", _performance),
    ("Other models on the same patients", _baselines),
    ("Race and ancestry", _ethics),
    ("Limits", _limits),
    ("What may change without a new approval", _plan),
    ("States", _states),
    ("TRIPOD+AI", _checklist),
)
