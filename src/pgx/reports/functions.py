"""Functions of alleles and phenotypes as they stand inside a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pgx.messages.catalogue import ENGLISH
from pgx.reports.figures import figure

__all__ = ["function_in_words", "phenotype_in_words"]


def function_in_words(function: str | None, words: Mapping[str, Any] = ENGLISH) -> str:
    """Return a function as it stands inside a sentence; of scored genes it is the value.

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
    return function[:1].lower() + function[1:] if function[1:2].islower() else function


def phenotype_in_words(name: str, words: Mapping[str, Any] = ENGLISH) -> str:
    """Return a phenotype, or the result of a test of one allele, in the language of words."""
    known = words["phenotype"].get(name)
    if known is not None:
        return str(known)
    for result, said in words["test_result"].items():
        name = name.replace(f" {result}", f" {said}")
    return name
