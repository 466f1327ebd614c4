"""A call of another tool, its allele names written as the knowledge base writes them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

import msgspec

from pgx.records.genes import GeneDefinition
from pgx.records.notes import NoteCode

__all__ = [
    "AlleleNames",
    "OutsideCall",
    "UnusedReason",
    "split_solutions",
    "tool_call",
]

MAX_SOLUTIONS: Final = 256  # more diplotypes than this exclude hardly any: a no-call
# what tools print in place of a diplotype when they make no call
_NO_CALL_TEXTS: Final = frozenset(
    {
        "", ".", "-", "na", "n/a", "nan", "nd", "none", "null", "no_call", "no call", "nocall",
        "indeterminate", "undetermined", "unknown", "no_match", "./.", "none/none",
        "no_match/no_match", "unknown/unknown", "indeterminate/indeterminate",
    }
)  # fmt: skip


class UnusedReason(StrEnum):
    """Why the result of a tool is not used: note codes of the call reported in its place."""

    NO_RESULT = NoteCode.OUTSIDE_CALL_NO_RESULT
    NOT_PASSED = NoteCode.OUTSIDE_CALL_NOT_PASSED
    NOT_ASSIGNED = NoteCode.OUTSIDE_CALL_NOT_ASSIGNED
    NOVEL = NoteCode.OUTSIDE_CALL_NOVEL_ALLELE
    UNKNOWN = NoteCode.OUTSIDE_CALL_NOT_UNDERSTOOD


class OutsideCall(msgspec.Struct, frozen=True, kw_only=True):
    """One gene of one sample as reported by a tool or a person; ``where`` is its place in messages.

    ``tool`` is empty for PGx's own table, of which every line has to be valid. ``solutions``
    are the diplotypes that a tool cannot distinguish. ``reason`` says why the result is not
    used; the call then has neither diplotype nor solutions.
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
    tool: str, gene: str, sample: str, diplotypes: Iterable[str], where: str, reason: str = ""
) -> OutsideCall:
    """Return a tool's call: of one diplotype, of several, or of none with the reason.

    Parameters
    ----------
    tool, gene, sample, where
        Name of the tool, gene, sample (may be empty) and place for messages.
    diplotypes
        As the tool writes them; if one of several is a no-call, the gene is a no-call.
    reason
        A code of `UnusedReason` if the tool itself gives one.
    """
    found = tuple(dict.fromkeys(text.strip() for text in diplotypes))
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
    nothing = not found or any(text.casefold() in _NO_CALL_TEXTS for text in found)
    return UnusedReason.NO_RESULT.value if nothing or len(found) > MAX_SOLUTIONS else ""


_PART: Final = re.compile(
    r"\*?(?P<name>\d{1,4}[A-Z]?(?:\.\d{1,5})?)(?:[xX](?P<count>≥?[1-9]\d?|N))?", re.ASCII
)
_SUBALLELE: Final = re.compile(r"(\*\d+[A-Z]*)\.\d+", re.ASCII)
_NUMBER: Final = re.compile(r"\d+")


class AlleleNames(msgspec.Struct, frozen=True, kw_only=True):
    """Names of one gene: ``known`` alleles, ``synonyms`` of alleles, and ``hybrids``.

    ``tandem`` maps names that are hybrids only in tandem with one allele, such as ``*4.013`` in
    tandem with ``*4``, to that allele; elsewhere such a name is a suballele.
    """

    known: frozenset[str]
    synonyms: Mapping[str, str]
    hybrids: frozenset[str]
    tandem: Mapping[str, str]

    @classmethod
    def of(cls, gene: GeneDefinition) -> AlleleNames:
        """Return the names of a gene."""
        names = {a.name for a in gene.alleles}
        partners = gene.structure.partners if gene.structure else ()
        tandem = {p.hybrid: p.allele for p in partners if p.hybrid}
        hybrids = {n.name for n in gene.names if n.meaning == "hybrid"}
        return cls(
            known=frozenset(names | {_core(name) for name in names}),
            synonyms={n.name: n.allele for n in gene.names if n.meaning == "same_as"},
            hybrids=frozenset(hybrids | tandem.keys()),
            tandem=tandem,
        )

    def diplotype(self, text: str) -> str:
        """Return a diplotype with each haplotype's name as the knowledge base writes it."""
        return "/".join(self.haplotype(part) for part in text.split("/"))

    def haplotype(self, text: str) -> str:
        """Return a haplotype with its alleles in standard order.

        ``*10+*36`` becomes ``*36+*10``, hybrids first as in PharmVar; ``*2+*2`` becomes ``*2x2``.
        """
        name = text.strip()
        if name in self.known:
            return name
        if name.startswith("[") and name.endswith("]"):
            name = name[1:-1].strip()
        if name in self.synonyms:
            return self._outside_tandem(self.synonyms[name])
        parts = [_PART.fullmatch(part.strip()) for part in name.split("+")]
        if not all(parts):
            return text.strip()
        copies: dict[str, int] = {}
        open_counts = []  # counts without an upper bound, ``≥3`` or ``N``, are not added up
        found = [(self._allele(f"*{p['name']}"), p["count"] or "1") for p in parts if p]
        members = {allele for allele, _ in found}
        for named, count in found:
            allele = named if self.tandem.get(named) in members else self._outside_tandem(named)
            if count.isdigit():
                copies[allele] = copies.get(allele, 0) + int(count)
            else:
                open_counts.append((allele, f"{allele}x{count}"))
        closed = [(a, a if n == 1 else f"{a}x{n}") for a, n in copies.items()]
        return "+".join(shown for _, shown in sorted([*closed, *open_counts], key=self._order))

    def _allele(self, name: str) -> str:
        """Return the allele of a name, its core allele if need be; an unknown name as it is."""
        for candidate in (name, _core(name)):
            if candidate in self.tandem:
                return candidate
            if candidate in self.synonyms:
                return self.synonyms[candidate]
            if candidate in self.known:
                return candidate
        return name

    def _outside_tandem(self, name: str) -> str:
        """Return the name of an allele outside the tandem that would make it a hybrid."""
        return _core(name) if name in self.tandem else name

    def _order(self, part: tuple[str, str]) -> tuple[bool, int, str]:
        number = _NUMBER.search(part[0])
        return part[0] not in self.hybrids, int(number[0]) if number else 0, part[1]


def _core(name: str) -> str:
    match = _SUBALLELE.fullmatch(name)
    return match[1] if match else name
