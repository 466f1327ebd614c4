"""Records of why a call is what it is: what matched, and what speaks against the others.

Positions are ``chrN:pos`` on GRCh38.
"""

from __future__ import annotations

import msgspec

__all__ = [
    "AlternativeDiplotype",
    "CallEvidence",
    "Contradiction",
    "HaplotypeEvidence",
    "VariantMatch",
]


class VariantMatch(msgspec.Struct, frozen=True, kw_only=True):
    """A variant that a named allele asks for.

    ``needs`` lists the alleles that would do. ``state`` is ``matched``, ``unknown`` (the
    position is not answered) or ``contradicted``.
    """

    position: str
    rsid: str
    needs: tuple[str, ...]
    state: str


class HaplotypeEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """One haplotype of the best diplotype.

    ``n_named`` counts the positions that its definition names, ``n_answered`` those of them
    that the input answers. ``variants`` are those that tell it from the default allele.
    """

    name: str
    function: str | None
    n_named: int
    n_answered: int
    variants: tuple[VariantMatch, ...] = ()


class Contradiction(msgspec.Struct, frozen=True, kw_only=True):
    """A position at which a diplotype cannot be what was observed.

    ``needs`` has, for each haplotype, the alleles that the diplotype allows there. ``kind`` is
    ``allele``, or ``phase`` where the alleles are right but are on the opposite haplotypes.
    """

    position: str
    rsid: str
    observed: tuple[str, ...]
    needs: tuple[tuple[str, ...], ...]
    kind: str
    phased: bool


class AlternativeDiplotype(msgspec.Struct, frozen=True, kw_only=True):
    """A diplotype beside the best one.

    ``why`` is ``fits`` (the next candidate), ``fits_other_function`` (the next candidate of
    other functions), ``nearest`` (excluded, by the fewest observed alleles) or
    ``nearest_other_function``; or ``given``: the outside call itself, where the input contradicts
    it. ``contradictions`` say what excludes it; ``open_sites`` and
    ``open_phase`` what would tell a candidate from the best. ``n_alike`` counts the
    diplotypes that are excluded by as few alleles.
    """

    diplotype: str
    functions: tuple[str | None, ...]
    why: str
    probability: float | None = None
    contradictions: tuple[Contradiction, ...] = ()
    open_sites: tuple[str, ...] = ()
    open_phase: tuple[str, ...] = ()
    n_alike: int = 1


class CallEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """What supports a call, haplotype by haplotype, and what excludes other diplotypes."""

    haplotypes: tuple[HaplotypeEvidence, ...] = msgspec.field(default=(), name="strands")
    alternatives: tuple[AlternativeDiplotype, ...] = msgspec.field(default=(), name="rivals")
