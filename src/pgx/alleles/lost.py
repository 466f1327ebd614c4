"""Diplotypes of other than two copies: what fits one chromosome, and what the other one has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pgx.alleles.names import format_diplotype, natural_key
from pgx.alleles.outcome import DECIMALS, DiplotypeSet, FunctionPair, Haplotype, together

__all__ = ["both_lost", "with_lost", "with_one_more"]


def both_lost(lost: Haplotype, default_allele: str, *, weighed: bool) -> DiplotypeSet:
    """Return the only diplotype of two chromosomes that carry the same deletion."""
    name = format_diplotype([lost.name, lost.name], default_allele)
    return DiplotypeSet(
        best=(lost, lost),
        diplotype=name,
        names=[name],
        probabilities=[1.0] if weighed else [],
        rest=0.0 if weighed else None,
        n_candidates=1,
        outcomes=[FunctionPair(lost.function, lost.function, name, 1.0 if weighed else None)],
        factors=[((lost.name,), (lost.name,))],
    )


def with_lost(found: DiplotypeSet, lost: Haplotype, default_allele: str) -> DiplotypeSet:
    """Put a deletion beside what fits the other chromosome.

    ``found`` holds single haplotypes; its names, outcomes and factors are paired with ``lost``.
    """

    def paired(name: str) -> str:
        return format_diplotype([name, lost.name], default_allele)

    return replace(
        found,
        best=_ordered((*found.best[:1], lost), default_allele),
        diplotype=None if found.diplotype is None else paired(found.diplotype),
        names=[paired(name) for name in found.names],
        outcomes=[
            replace(o, second=lost.function, diplotype=paired(o.diplotype)) for o in found.outcomes
        ],
        factors=[(names, (lost.name,)) for names, _ in found.factors],
    )


def with_one_more(found: DiplotypeSet, uncertain: str, default_allele: str) -> DiplotypeSet:
    """Return what fits where one chromosome has a second copy of its allele.

    Either allele may be the one that is there twice. What two copies do is uncertain.
    """
    names: list[str] = []
    probabilities: list[float] = []
    for place, name in enumerate(found.names):
        ways = _doubled(name, default_allele)
        names += ways
        if found.probabilities:
            share = round(found.probabilities[place] / len(ways), DECIMALS)
            probabilities += [share] * len(ways)
    unlisted = found.n_candidates - len(found.names)
    best = _best(found.best, uncertain, default_allele)
    return replace(
        found,
        best=best,
        diplotype=names[0] if names else None,
        names=names,
        probabilities=probabilities,
        n_candidates=len(names) + 2 * unlisted,
        outcomes=_outcomes(found.outcomes, uncertain, default_allele),
        factors=[_factor(*factor) for factor in found.factors],
    )


def _twice(name: str) -> str:
    return f"{name}x2"


def _doubled(diplotype: str, default_allele: str) -> list[str]:
    """Return a diplotype's names with one more copy of either allele, once if they are alike."""
    first, second = diplotype.split("/")
    ways = ([_twice(first), second], [first, _twice(second)])
    return list(dict.fromkeys(format_diplotype(way, default_allele) for way in ways))


def _best(
    best: tuple[Haplotype, ...], uncertain: str, default_allele: str
) -> tuple[Haplotype, ...]:
    """Return the haplotypes of the first of `_doubled`'s names."""
    first, second = best
    name = _twice(first.name)
    return _ordered((Haplotype(name, uncertain, None, (name,)), second), default_allele)


def _ordered(haplotypes: Iterable[Haplotype], default_allele: str) -> tuple[Haplotype, ...]:
    return tuple(sorted(haplotypes, key=lambda s: (s.name != default_allele, natural_key(s.name))))


def _outcomes(
    outcomes: list[FunctionPair], uncertain: str, default_allele: str
) -> list[FunctionPair]:
    found: dict[tuple[str, str], FunctionPair] = {}
    for outcome in outcomes:
        alleles = (outcome.first or uncertain, outcome.second or uncertain)
        name = _doubled(outcome.diplotype, default_allele)[0]
        share = None if outcome.probability is None else outcome.probability / len(alleles)
        for kept in alleles:
            key = (uncertain, kept)
            known = found.get(key)
            if known is None:
                found[key] = replace(
                    outcome, first=uncertain, second=kept, diplotype=name, probability=share
                )
            elif known.probability is not None and share is not None:
                total = together([known.probability, share])
                found[key] = replace(known, probability=total)
    return list(found.values())


def _factor(
    left: tuple[str, ...], right: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return alleles of both chromosomes, either of which may be there twice."""
    return (*left, *map(_twice, left)), (*right, *map(_twice, right))
