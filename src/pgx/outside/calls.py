"""A call of another tool, its allele names written as the knowledge base writes them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

import msgspec

from pgx.base.genes import GeneDefinition

__all__ = [
    "AlleleNames",
    "OutsideCall",
    "Unanswered",
    "split_solutions",
    "tool_call",
]

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


_PART: Final = re.compile(
    r"\*?(?P<name>\d{1,4}[A-Z]?(?:\.\d{1,5})?)(?:[xX](?P<count>≥?[1-9]\d?|N))?", re.ASCII
)
_SUBALLELE: Final = re.compile(r"(\*\d+[A-Z]*)\.\d+", re.ASCII)
_NUMBER: Final = re.compile(r"\d+")


class AlleleNames(msgspec.Struct, frozen=True, kw_only=True):
    """Names of one gene: ``known`` alleles, ``same`` as which others are, and ``hybrids``.

    ``beside`` are names that hybrids have beside one allele only, such as ``*4.013`` beside
    ``*4``; elsewhere they are suballeles.
    """

    known: frozenset[str]
    same: Mapping[str, str]
    hybrids: frozenset[str]
    beside: Mapping[str, str]

    @classmethod
    def of(cls, gene: GeneDefinition) -> AlleleNames:
        """Return the names of a gene."""
        names = {a.name for a in gene.alleles}
        partners = gene.structure.partners if gene.structure else ()
        beside = {p.hybrid: p.allele for p in partners if p.hybrid}
        hybrids = {n.name for n in gene.names if n.meaning == "hybrid"}
        return cls(
            known=frozenset(names | {_core(name) for name in names}),
            same={n.name: n.allele for n in gene.names if n.meaning == "same_as"},
            hybrids=frozenset(hybrids | beside.keys()),
            beside=beside,
        )

    def diplotype(self, text: str) -> str:
        """Return a diplotype with each haplotype's name as the knowledge base writes it."""
        return "/".join(self.haplotype(part) for part in text.split("/"))

    def haplotype(self, text: str) -> str:
        """Return what lies on one haplotype, ``*10+*36`` as ``*36+*10``, ``*2+*2`` as ``*2x2``."""
        name = text.strip()
        if name in self.known:
            return name
        if name.startswith("[") and name.endswith("]"):
            name = name[1:-1].strip()
        if name in self.same:
            return self._alone(self.same[name])
        parts = [_PART.fullmatch(part.strip()) for part in name.split("+")]
        if not all(parts):
            return text.strip()
        copies: dict[str, int] = {}
        open_counts = []
        found = [(self._allele(f"*{p['name']}"), p["count"] or "1") for p in parts if p]
        members = {allele for allele, _ in found}
        for named, count in found:
            allele = named if self.beside.get(named) in members else self._alone(named)
            if count.isdigit():
                copies[allele] = copies.get(allele, 0) + int(count)
            else:
                open_counts.append((allele, f"{allele}x{count}"))
        closed = [(a, a if n == 1 else f"{a}x{n}") for a, n in copies.items()]
        return "+".join(shown for _, shown in sorted([*closed, *open_counts], key=self._order))

    def _allele(self, name: str) -> str:
        """Return the allele of a name; a name that nobody knows as it is."""
        for own in (name, _core(name)):
            if own in self.beside:
                return own
            if own in self.same:
                return self.same[own]
            if own in self.known:
                return own
        return name

    def _alone(self, name: str) -> str:
        """Return the name of an allele that has no hybrid's partner beside it."""
        return _core(name) if name in self.beside else name

    def _order(self, part: tuple[str, str]) -> tuple[bool, int, str]:
        number = _NUMBER.search(part[0])
        return part[0] not in self.hybrids, int(number[0]) if number else 0, part[1]


def _core(name: str) -> str:
    match = _SUBALLELE.fullmatch(name)
    return match[1] if match else name
