"""What another tool says of one gene of one sample."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

import msgspec

__all__ = ["OutsideCall", "Unanswered", "split_solutions", "tool_call"]

MAX_SOLUTIONS: Final = 256
_NOTHING: Final = frozenset(
    {
        "", ".", "-", "na", "n/a", "nan", "nd", "none", "null", "no_call", "no call", "nocall",
        "indeterminate", "undetermined", "unknown", "no_match", "./.", "none/none",
        "no_match/no_match", "unknown/unknown", "indeterminate/indeterminate",
    }
)  # fmt: skip


class Unanswered(StrEnum):
    """Why a tool's result is not used: note codes of the call that stands instead."""

    NO_RESULT = "outside_call_no_result"
    NOT_PASSED = "outside_call_not_passed"
    NOT_ASSIGNED = "outside_call_not_assigned"
    NOVEL = "outside_call_novel_allele"
    UNKNOWN = "outside_call_not_understood"


class OutsideCall(msgspec.Struct, frozen=True, kw_only=True):
    """One gene of one sample as a tool or a person says it; ``where`` names it for messages.

    ``tool`` is empty for a table of our own, of which every line has to be right. ``solutions``
    are the diplotypes among which a tool cannot tell. ``reason`` says why a tool's result is
    not used; it has neither diplotype nor solutions then.
    """

    gene: str
    sample: str = ""
    diplotype: str = ""
    phenotype: str = ""
    activity_score: str = ""
    where: str = ""
    tool: str = ""
    solutions: tuple[str, ...] = ()
    reason: str = ""


def split_solutions(text: str) -> list[str]:
    """Return the diplotypes of a text that separates them by ``;`` or ``or``.

    >>> split_solutions("*1/*46;*43/*45"), split_solutions("*1/*2 or *3/*4")
    (['*1/*46', '*43/*45'], ['*1/*2', '*3/*4'])
    """
    return [part.strip() for part in text.replace(" or ", ";").split(";") if part.strip()]


def tool_call(
    tool: str, gene: str, sample: str, said: Iterable[str], where: str, reason: str = ""
) -> OutsideCall:
    """Return a tool's call: of one diplotype, of several, or of none with the reason.

    Parameters
    ----------
    tool, gene, sample, where
        Name of the tool, gene, sample (may be empty) and place for messages.
    said
        Diplotypes as the tool writes them; one of several that is no result makes it none.
    reason
        A code of `Unanswered` that the tool itself gives.
    """
    found = tuple(dict.fromkeys(text.strip() for text in said))
    if not reason:
        reason = _reason(found)
    if reason:
        return OutsideCall(gene=gene, sample=sample, where=where, tool=tool, reason=reason)
    return OutsideCall(
        gene=gene,
        sample=sample,
        diplotype=found[0] if len(found) == 1 else "",
        solutions=found if len(found) > 1 else (),
        where=where,
        tool=tool,
    )


def _reason(found: tuple[str, ...]) -> str:
    nothing = not found or any(text.casefold() in _NOTHING for text in found)
    return Unanswered.NO_RESULT.value if nothing or len(found) > MAX_SOLUTIONS else ""
