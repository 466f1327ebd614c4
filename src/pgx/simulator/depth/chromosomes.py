"""Names of what a chromosome carries, such as ``*36+*10``: read, and written as results do."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from pgx.base.allele_names import natural_key
from pgx.base.errors import UnknownAlleleError, UsageError
from pgx.base.genes import GeneDefinition
from pgx.base.structures import WHOLE, GeneStructure
from pgx.simulator.haplotypes import SimulatedHaplotype, allele_haplotype
from pgx.simulator.settings import AmbiguityChoice

__all__ = ["MOST_COPIES", "Copy", "chromosome_name", "copy_haplotype", "parse_chromosome"]

MOST_COPIES: Final = 8
_PART: Final = re.compile(r"(\[[^\[\]]*\]|[^+\[\]]+?)(?:x(\d{1,3}))?(?:\+|$)")


class Copy(NamedTuple):
    """One copy on a chromosome: its unit (`WHOLE` or a hybrid), and its allele's name."""

    unit: str
    allele: str


def parse_chromosome(definition: GeneDefinition, name: str) -> tuple[Copy, ...]:
    """Return the copies that a name describes, in its order; none for a deletion.

    A gene without a structure has one whole copy of the named allele.

    Raises
    ------
    UsageError
        Not a name, no number of copies, or more than `MOST_COPIES`.
    """
    structure = definition.structure
    if structure is None:
        return (Copy(WHOLE, name),)
    if any(not h.units and h.allele == name for h in structure.haplotypes):
        return ()
    copies: list[Copy] = []
    for part, times in _parts(definition, name):
        copies += [Copy(_unit(structure, part), part)] * times
        if len(copies) > MOST_COPIES:
            raise UsageError(
                f"{definition.gene}: more than {MOST_COPIES} copies on one chromosome",
                remedy="name fewer copies",
            )
    return tuple(copies)


def _unit(structure: GeneStructure, name: str) -> str:
    """Return the unit that a name is of: a hybrid's kind, else a whole copy."""
    named = structure.hybrid_named(name)
    hybrids = named.units if named else (name,)
    return next((u for u in structure.unit_names[1:] if u in hybrids), WHOLE)


def _parts(definition: GeneDefinition, name: str) -> list[tuple[str, int]]:
    """Split a name into alleles and how often each is there."""
    found, at = [], 0
    for match in _PART.finditer(name):
        if match.start() != at or not match[0]:
            break
        found.append((match[1].strip(), int(match[2] or 1)))
        at = match.end()
    if at != len(name) or not found or name.endswith("+") or not all(n for _, n in found):
        raise UsageError(
            f"{name!r} names no copies of {definition.gene}",
            remedy="write it like *1, *2x2, *36+*10, or *5 for a deletion",
        )
    return found


def chromosome_name(definition: GeneDefinition, copies: Sequence[Copy]) -> str:
    """Return the name of a chromosome as results write it: hybrids first, ``xN`` for N alike.

    Raises
    ------
    UsageError
        No copies, and no name for a deletion.
    """
    structure = definition.structure
    if not copies:
        return _deletion(definition)
    units = structure.unit_names if structure else (WHOLE,)
    order = (*units[1:], WHOLE)
    ranked = sorted(copies, key=lambda c: (order.index(c.unit), natural_key(c.allele)))
    parts = []
    for copy, group in itertools.groupby(ranked):
        times = len(list(group))
        parts.append(copy.allele + (f"x{times}" if times > 1 else ""))
    return "+".join(parts)


def _deletion(definition: GeneDefinition) -> str:
    haplotypes = definition.structure.haplotypes if definition.structure else ()
    for haplotype in haplotypes:
        if not haplotype.units:
            return haplotype.allele
    raise UsageError(f"{definition.gene} has no name for a deletion")


def copy_haplotype(
    definition: GeneDefinition,
    copy: Copy,
    ambiguity: AmbiguityChoice = AmbiguityChoice.REFERENCE,
    common: Mapping[str, Mapping[int, str]] | None = None,
) -> SimulatedHaplotype:
    """Return what one copy carries at every defining position.

    A hybrid that the knowledge base does not define in small variants carries in its own part
    what the allele has that it is named for or that is most often beside it, elsewhere the
    reference, and at positions where reads of the paralogue are aligned to the gene the first
    alternative.

    Raises
    ------
    UnknownAlleleError, UsageError
        As `allele_haplotype`.
    """
    spellings = common or {}
    if copy.unit == WHOLE or _is_defined(definition, copy.allele):
        return allele_haplotype(definition, copy.allele, ambiguity, spellings.get(copy.allele))
    structure = definition.structure
    if structure is None:
        raise UnknownAlleleError(f"{definition.gene} has no hybrid {copy.unit!r}")
    named = structure.hybrid_named(copy.allele)
    beside = named.allele if named else usual_partner(structure, copy.unit)
    beside = beside or definition.default_allele
    haplotype = allele_haplotype(definition, beside, ambiguity, spellings.get(beside))
    return _hybrid(definition, structure, copy.unit, haplotype)


def _is_defined(definition: GeneDefinition, name: str) -> bool:
    return any(a.name == name and a.defining for a in definition.alleles)


def usual_partner(structure: GeneStructure, unit: str) -> str:
    """Return the allele that is most often beside one hybrid on a chromosome, else nothing."""
    odds = {p.allele: p.odds for p in structure.partners if p.units == (unit, WHOLE) and p.allele}
    return max(odds, key=odds.__getitem__, default="")


def _hybrid(
    definition: GeneDefinition, structure: GeneStructure, unit: str, beside: SimulatedHaplotype
) -> SimulatedHaplotype:
    foreign = [s for u in structure.units if u.name == unit for s in u.segments if s.own < 0.5]
    haplotype = dict(beside)
    for variant in definition.variants:
        if any(s.start <= variant.position <= s.end for s in foreign):
            is_mismapped = variant.position in structure.mismapped
            haplotype[variant.position] = variant.alts[0] if is_mismapped else variant.ref
    return haplotype
