"""Parts of FHIR R4 resources as plain values: days, codes, words, answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from pgx.patients.fhir_codes import SYSTEMS

__all__ = ["Tree", "answers", "codes_of", "codings", "day_of", "is_before", "words_of"]

Tree = Mapping[str, Any]
DAY: Final = len("2026-01-31")


def day_of(value: object) -> str:
    """Return the day of a FHIR date or time, empty where it has less than a day."""
    text = str(value or "")[:DAY]
    return text if len(text) == DAY else ""


def is_before(value: object, day: str) -> bool:
    """Whether a FHIR date or time, which may be a year or a month, ended before a day.

    >>> is_before("2025", "2026-01-31"), is_before("2026-01", "2026-01-31")
    (True, False)
    """
    text = str(value or "")[:DAY]
    return bool(text and day) and text < day[: len(text)]


def codings(concept: Tree) -> dict[str, str]:
    """Return the first code of each system that is known here, by its short name."""
    found: dict[str, str] = {}
    for coding in concept.get("coding") or ():
        system = SYSTEMS.get(str(coding.get("system")))
        if system and coding.get("code"):
            found.setdefault(system, str(coding["code"]).strip())
    return found


def codes_of(resource: Tree, name: str) -> set[str]:
    """Return all codes of a status that is a concept, and its words, in lower case."""
    concept = resource.get(name) or {}
    found = [c.get("code") or c.get("display") for c in concept.get("coding") or ()]
    return {str(text).strip().casefold() for text in (*found, concept.get("text")) if text}


def words_of(concept: Tree) -> str:
    """Return a concept in words."""
    shown = [c.get("display") for c in concept.get("coding") or ()]
    named = next(
        (str(text) for text in (concept.get("text"), *shown, concept.get("display")) if text), ""
    )
    return " ".join(named.split())


def _quantity(value: Tree) -> str:
    amount = f"{value.get('comparator') or ''}{value.get('value', '')}"
    return f"{amount} {value.get('unit') or value.get('code') or ''}".strip()


_VALUES: Final[Mapping[str, Callable[[Any], str]]] = {
    "valueCoding": lambda v: str(v.get("display") or v.get("code") or ""),
    "valueQuantity": _quantity,
    "valueBoolean": lambda v: {True: "yes", False: "no"}[v],
}
_PLAIN: Final = ("valueString", "valueInteger", "valueDecimal", "valueDate", "valueDateTime")


def answers(items: Iterable[Tree]) -> Iterator[tuple[str, str]]:
    """Yield question and answer of a questionnaire, depth first."""
    for item in items:
        question = str(item.get("text") or item.get("linkId") or "")
        for answer in item.get("answer") or ():
            shown = [say(answer[name]) for name, say in _VALUES.items() if name in answer]
            shown += [str(answer[name]) for name in _PLAIN if name in answer]
            if shown and shown[0]:
                yield question, shown[0]
            yield from answers(answer.get("item") or ())
        yield from answers(item.get("item") or ())
