"""Numbers, dates, probabilities, functions and conditions formatted in a report's language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pgx.errors import SnapshotSchemaError
from pgx.messages.catalogue import ENGLISH
from pgx.recommendations.conditions import condition_phrase, open_conditions
from pgx.records.advice import split_condition
from pgx.records.calls import AlternativeAdvice, Recommendation

__all__ = [
    "conditional_headline",
    "day",
    "days",
    "decimal_mark",
    "figure",
    "function_in_words",
    "listed_actions",
    "percent",
    "phenotype_in_words",
    "within",
]

Words = Mapping[str, Any]
_POINT: Final = re.compile(r"(?<=\d)\.(?=\d)")
_DAY: Final = re.compile(r"(?<![\w.-])(\d{4})-(\d{2})-(\d{2})(?![\w-])", re.ASCII)
_MONTH: Final = re.compile(r"(\d{4})-(\d{2})", re.ASCII)


def decimal_mark(words: Words) -> str:
    """Return the decimal separator, the same in recommendations, reports and figures."""
    return str(words["phrases"]["number"]["decimal"])


def figure(text: str, words: Words) -> str:
    """Return a number, or a text of numbers only, with the decimal separator of the language.

    >>> figure("≥3.0", {"phrases": {"number": {"decimal": ","}}})
    '≥3,0'
    """
    return _POINT.sub(decimal_mark(words), text)


def day(text: str, words: Words) -> str:
    """Return a date or month, given as YYYY-MM-DD or YYYY-MM, in the format of the language.

    Any other text is unchanged.

    >>> day("2026-11-05", {"style": {"day": "{day}.{month}.{year}"}}), day("soon", {})
    ('05.11.2026', 'soon')
    """
    match = _MONTH.fullmatch(text)
    if match is None:
        return days(text, words) if _DAY.fullmatch(text) else text
    form: str = words["style"]["month"]
    return form.format(year=match[1], month=match[2])


def days(text: str, words: Words) -> str:
    """Return a text with every date in it in the format of the language.

    >>> days("rash, 2026-11-05", {"style": {"day": "{day}.{month}.{year}"}})
    'rash, 05.11.2026'
    """
    form: str = words["style"]["day"]
    return _DAY.sub(lambda m: form.format(year=m[1], month=m[2], day=m[3]), text)


def within(headline: str, words: Words) -> str:
    """Return a headline for use within a sentence; unchanged if the language capitalizes nouns.

    >>> within("Reduce the dose", {"style": {"within": "small"}})
    'reduce the dose'
    """
    is_small = words["style"]["within"] == "small"
    return headline[:1].lower() + headline[1:] if is_small else headline


def percent(share: float, decimal: str = ".") -> str:
    """Return a probability as a percentage: whole numbers, with decimals only near the ends.

    A posterior from population frequencies has no more than about two meaningful digits, and is
    never certain. ``decimal`` is the decimal separator.

    >>> percent(0.97234), percent(0.9962), percent(0.99999), percent(1.0)
    ('97 %', '99.6 %', '>99.9 %', '>99.9 %')
    >>> percent(0.0321), percent(0.0042), percent(0.00002), percent(0.0)
    ('3 %', '0.4 %', '<0.1 %', '<0.1 %')
    """
    # posteriors are based on allele frequencies: neither 100 % nor 0 % is ever justified
    if share > 0.999:
        return f">99{decimal}9 %"
    if share < 0.001:
        return f"<0{decimal}1 %"
    digits = 0 if 0.01 <= share <= 0.99 else 1
    return f"{share * 100:.{digits}f} %".replace(".", decimal)


def function_in_words(function: str | None, words: Mapping[str, Any] = ENGLISH) -> str:
    """Return a function for use within a sentence; for scored genes it is the value.

    >>> function_in_words("No function"), function_in_words("0.5"), function_in_words("IV/Normal")
    ('no function', 'activity value 0.5', 'IV/Normal')
    """
    said: Mapping[str, str] = words["functions"]
    if not function:
        return said["no_function"]
    if function == "n/a":
        return said["no_value"]
    if function.lstrip("≥").replace(".", "", 1).isdigit():
        return said["value"].format(value=figure(function, words))
    term = words["function"].get(function)
    if term is not None:
        return str(term)
    # "IV/Normal" is a name: only ordinary words are changed to lower case
    return function[:1].lower() + function[1:] if function[1:2].islower() else function


def phenotype_in_words(name: str, words: Mapping[str, Any] = ENGLISH) -> str:
    """Return a phenotype, or the result of a test of one allele, in the given language."""
    known = words["phenotype"].get(name)
    if known is not None:
        return str(known)
    for result, said in words["test_result"].items():
        name = name.replace(f" {result}", f" {said}")
    return name


def conditional_headline(
    row: Recommendation | AlternativeAdvice, said: str, drug: str, words: Words
) -> str:
    """Return the headline of an action with the conditions of the primary action, if any.

    "Use an alternative (if more than 40 mg a day is planned)": action and dose come first, as
    guidelines write them. Conditions of further actions are in the text and in the row's own
    column.
    """
    clauses = [
        _clause(fact, text, drug, words)
        for fact, text in open_conditions(row)
        if not split_condition(fact)[0]
    ]
    if not clauses or not said:
        return said
    both: str = words["phrases"]["join"]["and"]
    return f"{said} ({both.join(clauses)})"


def listed_actions(row: Recommendation, words: Words) -> Iterator[str]:
    """Yield every action of a row, each with its conditions."""
    for place, action in enumerate(row.action):
        owner = "" if place == 0 else action
        clauses = [
            _clause(fact, text, row.drug, words)
            for fact, text in open_conditions(row)
            if split_condition(fact)[0] == owner
        ]
        named: str = words["action"].get(action, action)
        yield f"{named} ({', '.join(clauses)})" if clauses else named


def _clause(fact: str, text: str, drug: str, words: Words) -> str:
    """Return a condition in the report's language; one of another release as saved."""
    try:
        return condition_phrase(fact, drug, words["phrases"])
    except SnapshotSchemaError:
        return text
