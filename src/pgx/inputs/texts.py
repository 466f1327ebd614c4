"""Texts of files that people write: TOML or JSON as builtins, lengths, characters, days."""

from __future__ import annotations

import datetime as dt
import json
import re
import tomllib
from pathlib import Path
from typing import Any, Final

from pgx.base.texts import has_hidden
from pgx.records.calls import iso_day

__all__ = ["FormatError", "day_problem", "parse_table", "text_problem", "with_plain_days"]

_LINE: Final = re.compile(r"\(at line (\d{1,9}), column (\d{1,9})\)")


class FormatError(ValueError):
    """A file that cannot be parsed; the text gives the reason without any content."""


def parse_table(data: bytes, path: Path) -> dict[str, Any]:
    """Parse a table of TOML, or of JSON if the file's name ends in ``.json``.

    Raises
    ------
    FormatError
        It is not UTF-8 text, is malformed, has a name twice, or is not a table.
    """
    try:
        text = data.decode("utf-8-sig")
        if path.suffix.casefold() == ".json":
            found = json.loads(text, object_pairs_hook=_unique)
        else:
            found = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise FormatError("the file is not UTF-8 text") from error
    except json.JSONDecodeError as error:
        raise FormatError(f"malformed JSON at line {error.lineno}") from error
    except tomllib.TOMLDecodeError as error:
        # the parser's messages quote names of the file, which may be those of a person
        at = _LINE.search(str(error))
        raise FormatError(f"malformed TOML{f' at line {at[1]}' if at else ''}") from error
    except RecursionError as error:
        raise FormatError("nested too deeply") from error
    if not isinstance(found, dict):
        raise FormatError("not a table")
    return found


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    # a dictionary keeps the last of two equal names: one of two orders would be lost unnoticed
    if len(found) != len(pairs):
        raise FormatError("a name stands twice")
    return found


def with_plain_days(value: Any) -> Any:  # noqa: ANN401 - any TOML
    """Return a value in which TOML's own dates are texts, ``2026-11-02``.

    >>> with_plain_days({"collected": dt.date(2026, 11, 2)})
    {'collected': '2026-11-02'}
    """
    if isinstance(value, dict):
        return {name: with_plain_days(part) for name, part in value.items()}
    if isinstance(value, list):
        return [with_plain_days(part) for part in value]
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return value


def text_problem(text: str, most: int, *, allowed: str = "") -> str:
    """Return what is wrong with a text: its length or its characters; empty if nothing is.

    >>> text_problem("a" * 5, 4), text_problem("a", 4)
    ('is longer than 4 characters', '')
    """
    if len(text) > most:
        return f"is longer than {most} characters"
    return "has control or direction characters" if has_hidden(text, allowed) else ""


def day_problem(text: str) -> str:
    """Return what is wrong with a day; an empty text is none and is right.

    >>> day_problem("2026-11-02"), day_problem("2.11.2026")
    ('', 'is not a day like 2026-11-02')
    """
    return "is not a day like 2026-11-02" if text and iso_day(text) is None else ""
