"""The function of an allele as it stands inside a sentence."""

from __future__ import annotations

from pgx.reports.english.evidence import FUNCTIONS

__all__ = ["function_in_words"]


def function_in_words(function: str | None) -> str:
    """Return a function as it stands inside a sentence; of scored genes it is the value.

    >>> function_in_words("No function"), function_in_words("0.5"), function_in_words("IV/Normal")
    ('no function', 'activity value 0.5', 'IV/Normal')
    """
    if not function:
        return FUNCTIONS["no_function"]
    if function == "n/a":
        return FUNCTIONS["no_value"]
    if function.lstrip("≥").replace(".", "", 1).isdigit():
        return FUNCTIONS["value"].format(value=function)
    return function[:1].lower() + function[1:] if function[1:2].islower() else function
