"""How genes that list variants are named where phase is not known: CPIC's convention."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pgx.alleles.outcome import DiplotypeSet, Strand

__all__ = ["follow_convention"]


def follow_convention(
    weighed: DiplotypeSet, plain: DiplotypeSet, candidates: Sequence[tuple[str, float, Strands]]
) -> None:
    """Name candidates alike that mean what the two most serious variants in trans mean.

    Unphased, such a gene is named by its two most serious variants, taken to lie in trans
    (CPIC DPYD guideline). Which strand the others lie on is left open by the name, so that
    candidates that differ in nothing else are one; those of other functions stay apart.

    Parameters
    ----------
    weighed
        The candidates by probability; changed in place.
    plain
        What the convention says.
    candidates
        Name, probability and strands of every candidate, most probable first.
    """
    target = _functions(plain.best)
    same = [c for c in candidates if _functions(c[2]) == target]
    if not same or plain.diplotype is None:
        return
    others = [c for c in candidates if _functions(c[2]) != target]
    named = [(plain.diplotype, sum(c[1] for c in same), plain.best), *others]
    named.sort(key=lambda c: -c[1])
    listed = named[: max(1, len(weighed.names) - len(same) + 1)]
    weighed.names = [c[0] for c in listed]
    weighed.probabilities = [min(1.0, c[1]) for c in listed]
    weighed.diplotype, _, weighed.best = named[0]
    weighed.n_candidates = len(named)
    if len(listed) == len(named):
        weighed.rest = 0.0
    weighed.outcomes = [
        replace(o, diplotype=plain.diplotype) if _key(o.first, o.second) == target else o
        for o in weighed.outcomes
    ]


Strands = tuple[Strand, ...]


def _functions(strands: Strands) -> tuple[str, ...]:
    return _key(*(s.function for s in strands))


def _key(*functions: str | None) -> tuple[str, ...]:
    return tuple(sorted(f or "" for f in functions))
