"""Languages of reports: each is a catalogue of words, loaded when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final

from pgx.base.errors import UsageError

__all__ = ["DEFAULT_LANGUAGE", "LANGUAGES", "catalogue"]

DEFAULT_LANGUAGE: Final = "en"
LANGUAGES: Final = {
    "en": ("pgx.reports.english", "ENGLISH"),
    "de": ("pgx.reports.german", "GERMAN"),
}
"""Module and name of each catalogue, by the tag that ``--language`` takes and ``<html>`` bears."""


def catalogue(language: str) -> Mapping[str, Any]:
    """Return the words of a language.

    Raises
    ------
    UsageError
        There is no such language.
    """
    if language not in LANGUAGES:
        raise UsageError(
            f"no reports in language {language!r}", remedy=f"choose from {', '.join(LANGUAGES)}"
        )
    module, name = LANGUAGES[language]
    words: Mapping[str, Any] = getattr(import_module(module), name)
    return words
