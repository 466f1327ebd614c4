"""Message catalogues: the texts of a language as nested tables.

The format is gettext, which translation tools read and write. The standard library's reader is not
used for three reasons: it reads compiled files only, so a checkout would need a build; it has no
nested tables; and it falls back to English silently if a translation is missing. This reader takes
4 ms for the English file; `fluent.syntax` took 340 ms for the same texts in the Fluent format.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from pgx.errors import InvariantError, UsageError

__all__ = [
    "DEFAULT_LANGUAGE",
    "ENGLISH",
    "ENGLISH_PHRASES",
    "TERM_TABLES",
    "Message",
    "Messages",
    "Phrases",
    "catalogue",
    "languages",
    "read_messages",
]

Phrases = Mapping[str, Mapping[str, str]]
"""Clauses of recommendations: a table for each field of a statement, a text for each code."""

DEFAULT_LANGUAGE: Final = "en"
_FOLDER: Final = Path(__file__).parent
_TEMPLATE: Final = "pgx.pot"
_PHRASES: Final = "phrases"
TERM_TABLES: Final = (
    "effect", "function", "phenotype", "setting_value", "strength", "test_result",
    "phrases.dative", "phrases.term", "phrases.word",
)  # fmt: skip
"""Tables whose key is the English text itself: terms of the knowledge base, not our sentences.

English shows them as the knowledge base writes them, so its tables are empty.
"""
_ESCAPES: Final = {"\\\\": "\\", '\\"': '"', "\\n": "\n", "\\t": "\t"}


class Message(NamedTuple):
    """One entry of a catalogue.

    ``context`` is its key (``note.low_dp``), or the name of a table of terms; ``translation`` is
    empty if there is none, and always in the template.
    """

    context: str
    english: str
    translation: str


class Messages(Mapping[str, Any]):
    """The tables of one language, read on first access.

    Parameters
    ----------
    language
        Language tag, as used by ``--language`` and ``<html>``.
    part
        Name of one group of tables; by default all of them.
    """

    def __init__(self, language: str, part: str = "") -> None:
        self.language, self._part = language, part

    @functools.cached_property
    def _tables(self) -> Mapping[str, Any]:
        tables = _tables_of(self.language)
        return tables[self._part] if self._part else tables

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - a text, or a table of texts
        return self._tables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)


ENGLISH: Final = Messages(DEFAULT_LANGUAGE)
ENGLISH_PHRASES: Final = Messages(DEFAULT_LANGUAGE, _PHRASES)


def languages() -> tuple[str, ...]:
    """Return the tags of all languages, English first: one per file."""
    return (DEFAULT_LANGUAGE, *sorted(path.stem for path in _FOLDER.glob("*.po")))


def catalogue(language: str) -> Mapping[str, Any]:
    """Return the messages of a language.

    Raises
    ------
    UsageError
        The language does not exist.
    """
    known = languages()
    if language not in known:
        raise UsageError(
            f"no reports in language {language!r}", remedy=f"choose from {', '.join(known)}"
        )
    return ENGLISH if language == DEFAULT_LANGUAGE else _translated(language)


@functools.cache
def _translated(language: str) -> Messages:
    """Return one object per language, because caches use its identity as key."""
    return Messages(language)


@functools.cache
def _tables_of(language: str) -> dict[str, Any]:
    """Return the nested tables of a language; untranslated messages are in English."""
    translations: dict[tuple[str, str], str] = {}
    if language != DEFAULT_LANGUAGE:
        own = read_messages(f"{language}.po")
        translations = {(m.context, m.english): m.translation for m in own}
    tables: dict[str, Any] = {"language": language}
    for name in TERM_TABLES:
        _table(tables, name.split("."))
    for context, english, _ in read_messages(_TEMPLATE):
        said = translations.get((context, english), "")
        if context in TERM_TABLES:
            if said:
                _table(tables, context.split("."))[english] = said
            continue
        *path, code = context.split(".")
        _table(tables, path)[code] = said or english
    return tables


def _table(tables: dict[str, Any], path: list[str]) -> dict[str, Any]:
    """Return the table at a path, created on first use."""
    for name in path:
        tables = tables.setdefault(name, {})
    return tables


def read_messages(name: str) -> Iterator[Message]:
    """Yield the messages of one file in this folder, without its header.

    A translation guessed by a program (``fuzzy``) counts as missing, and a commented entry (``#~``)
    is skipped: a guess must not appear in a recommendation before a person has checked it.

    Raises
    ------
    InvariantError
        A line is not in the format, or an entry is incomplete.
    """
    text = (_FOLDER / name).read_text(encoding="utf-8")
    for entry in text.rstrip("\n").split("\n\n"):
        fields: dict[str, str] = {}
        keyword = ""
        is_guess = False
        for line in entry.split("\n"):
            if line.startswith("#"):
                is_guess |= line.startswith("#,") and "fuzzy" in line
                continue
            if not line.startswith('"'):
                keyword, _, line = line.partition(" ")
                fields[keyword] = ""
            if len(line) < 2 or line[0] != '"' or line[-1] != '"':
                raise InvariantError(f"{name}: not a line of a catalogue: {line}")
            fields[keyword] += line[1:-1]
        if not fields or ("msgctxt" not in fields and fields.get("msgid") == ""):
            continue
        try:
            context, english, said = fields["msgctxt"], fields["msgid"], fields["msgstr"]
        except KeyError as error:
            raise InvariantError(f"{name}: a message lacks {error}: {fields}") from error
        yield Message(_plain(context), _plain(english), "" if is_guess else _plain(said))


def _plain(text: str) -> str:
    """Return a text with its escapes resolved."""
    if "\\" not in text:
        return text
    parts = iter(text)
    return "".join(_ESCAPES.get(c + next(parts, ""), c) if c == "\\" else c for c in parts)
