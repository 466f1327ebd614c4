"""How genes that list variants are named where phase is not known: CPIC's convention."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pgx.alleles.outcome import (
    DECIMALS,
    LISTED_FROM,
    DiplotypeSet,
    FunctionPair,
    Haplotype,
    together,
)
from pgx.alleles.star import MAX_LISTED

__all__ = ["follow_convention"]


def follow_convention(
    weighed: DiplotypeSet,
    plain: DiplotypeSet,
    candidates: Sequence[tuple[str, float, Haplotypes]],
) -> None:
    """Name candidates alike that mean what the two most serious variants in trans mean.

    Unphased, such a gene is named by its two most serious variants, taken to be in trans
    (CPIC DPYD guideline), even where it is more probable that they are in cis. Which haplotype
    carries the others is left open by the name, so that candidates that differ in nothing else
    are one; those of other functions stay apart.

    Parameters
    ----------
    weighed
        The candidates by probability; changed in place.
    plain
        What the convention says.
    candidates
        Name, probability and haplotypes of every candidate, most probable first.
    """
    target = _functions(plain.best)
    same = [c for c in candidates if _functions(c[2]) == target]
    if not same or plain.diplotype is None:
        return
    others = [c for c in candidates if _functions(c[2]) != target]
    share = together(c[1] for c in same)
    named = [(plain.diplotype, share, plain.best), *sorted(others, key=lambda c: -c[1])]
    listed = [named[0], *(c for c in named[1:MAX_LISTED] if c[1] >= LISTED_FROM)]
    weighed.names = [c[0] for c in listed]
    weighed.probabilities = [c[1] for c in listed]
    weighed.rest = 0.0
    if len(listed) < len(named):
        weighed.rest = round(max(0.0, 1 - sum(weighed.probabilities)), DECIMALS)
    weighed.diplotype, _, weighed.best = named[0]
    weighed.n_candidates = len(named)
    outcomes = [
        replace(o, diplotype=plain.diplotype) if _key(o.first, o.second) == target else o
        for o in weighed.outcomes
    ]
    weighed.outcomes = _best_first(outcomes, _functions(weighed.best))


def _best_first(outcomes: list[FunctionPair], best: tuple[str, ...]) -> list[FunctionPair]:
    """Move the best diplotype's outcome to the front; what settles it settles the one before."""
    place = next((i for i, o in enumerate(outcomes) if _key(o.first, o.second) == best), 0)
    if place == 0:
        return outcomes
    first, before = outcomes[place], outcomes[0]
    others = [o for o in outcomes if o not in (first, before)]
    swapped = replace(before, settled_by=first.settled_by)
    return [replace(first, settled_by=None), swapped, *others]


Haplotypes = tuple[Haplotype, ...]


def _functions(haplotypes: Haplotypes) -> tuple[str, ...]:
    return _key(*(s.function for s in haplotypes))


def _key(*functions: str | None) -> tuple[str, ...]:
    return tuple(sorted(f or "" for f in functions))
