"""Who takes a step with a model, why and when: somebody with a name, for a reason, by today."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from typing import Final

import msgspec

from pgx.base.errors import ModelStateError
from pgx_dosing.registry.history import is_day

__all__ = ["Note", "note_of"]

_LONGEST: Final = 300
_FEWEST_LETTERS: Final = 2
_NOBODY: Final = frozenset(
    {
        "admin", "administrator", "anonymous", "anyone", "approver", "fixme", "foo", "bar", "name",
        "nobody", "none", "null", "person", "placeholder", "root", "someone", "somebody", "system",
        "tba", "tbd", "test", "tester", "todo", "unknown", "user", "reason", "xxx", "your",
    }
)  # fmt: skip
_NOBODY_IN_FULL: Final = frozenset(
    {
        "erika mustermann", "jane doe", "john doe", "max mustermann", "n/a", "na", "nn", "n.n.",
        "no one",
    }
)  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """Who takes a step, why, and on which day (YYYY-MM-DD)."""

    person: str
    reason: str
    day: str


def note_of(person: str, reason: str, day: str | None = None, *, today: date | None = None) -> Note:
    """Return a note, checked.

    Raises
    ------
    ModelStateError
        The person is nobody, the reason says nothing, or the day is none or still to come.
    """
    today = today or datetime.now().astimezone().date()
    day = day or today.isoformat()
    if not is_day(day) or day > today.isoformat():
        raise ModelStateError(
            f"{day!r} is no day up to today", remedy="write the day as YYYY-MM-DD"
        )
    person, reason = (unicodedata.normalize("NFC", " ".join(t.split())) for t in (person, reason))
    if not _is_person(person):
        raise ModelStateError(
            f"{person!r} is no name of a person",
            remedy="give the name of who answers for this step with --by",
        )
    if not _says_something(reason):
        raise ModelStateError("no reason is given", remedy="say why with --reason")
    return Note(person=person, reason=reason, day=day)


def _letters(text: str) -> int:
    return sum(letter.isalpha() for letter in text)


def _is_placeholder(text: str) -> bool:
    """Whether a text stands where something is still to be written."""
    words = {word.casefold() for word in _WORD.findall(text)}
    return (
        words <= _NOBODY or text.casefold() in _NOBODY_IN_FULL or bool(set("<>{}[]$?") & set(text))
    )


def _is_person(text: str) -> bool:
    is_of_length = _letters(text) >= _FEWEST_LETTERS and len(text) <= _LONGEST
    return is_of_length and text.isprintable() and not _is_placeholder(text)


def _says_something(text: str) -> bool:
    words = {word.casefold() for word in _WORD.findall(text)}
    is_of_length = _letters(text) > _FEWEST_LETTERS and len(text) <= 10 * _LONGEST
    return is_of_length and text.isprintable() and not words <= _NOBODY
