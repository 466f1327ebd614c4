"""Posterior over structural configurations and diplotypes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.copynumber.configurations import Chromosomes, Partners, StructuralModels, is_shifted
from pgx.copynumber.evidence import CopyEvidence
from pgx.genotypes.matrix import MISSING, GeneGenotypes, SeenCopies
from pgx.haplotypes.definitions import Meanings
from pgx.haplotypes.diplotypes import DiplotypePosterior, InferredCaller
from pgx.haplotypes.evidence import Dosage, diploid_observation, haploid_observation
from pgx.haplotypes.observation import Observation
from pgx.haplotypes.outcomes import (
    MAX_LISTED,
    SEEN_FROM,
    CriticalSites,
    DiplotypeSet,
    FunctionPair,
    Haplotype,
    together,
    uncertain_sites,
)
from pgx.haplotypes.posterior import DECIMALS, LISTED_FROM, evidence
from pgx.records.genes import GeneDefinition, format_diplotype, natural_key
from pgx.records.notes import NoteCode
from pgx.records.structures import WHOLE, StructuralHaplotype, StructureEvidence

__all__ = [
    "NEGLIGIBLE_WEIGHT",
    "StructuralCaller",
    "StructuralDiplotype",
    "WeighedDiplotypes",
    "assign_haplotypes",
    "pairs_of",
    "singles_of",
    "with_counted_copies",
]


def with_counted_copies(
    found: DiplotypeSet, gene: GeneDefinition, counted: SeenCopies, *, weighed: bool
) -> DiplotypeSet:
    """Return the diplotypes given a copy number from an SV record.

    Parameters
    ----------
    found
        Diplotypes that fit the copies present: single haplotypes with a deletion, pairs with a
        duplication; ignored if both copies are deleted.
    gene, counted
        The gene, and the SV record with its copy number.
    weighed
        Whether diplotypes of the gene have probabilities.
    """
    if counted.kind != "deletion":
        return with_one_more(found, gene.uncertain_function, gene.default_allele)
    deletion = _deleted_haplotype(gene, counted)
    if counted.copies == 0:
        return both_deleted(deletion, gene.default_allele, weighed=weighed)
    return with_deletion(found, deletion, gene.default_allele)


def _deleted_haplotype(gene: GeneDefinition, seen: SeenCopies) -> Haplotype:
    """Return the haplotype of a deleted gene, with its function in the knowledge base."""
    known = {allele.name: allele for allele in gene.alleles}.get(seen.allele)
    function = known.function if known is not None else None
    value = known.activity_value if known is not None else None
    return Haplotype(
        seen.allele, function or gene.uncertain_function or None, value, (seen.allele,)
    )


def both_deleted(deletion: Haplotype, default_allele: str, *, weighed: bool) -> DiplotypeSet:
    """Return the only diplotype of two chromosomes that carry the same deletion."""
    name = format_diplotype([deletion.name, deletion.name], default_allele)
    return DiplotypeSet(
        best=(deletion, deletion),
        diplotype=name,
        names=[name],
        probabilities=[1.0] if weighed else [],
        rest=0.0 if weighed else None,
        n_candidates=1,
        outcomes=[
            FunctionPair(deletion.function, deletion.function, name, 1.0 if weighed else None)
        ],
        factors=[((deletion.name,), (deletion.name,))],
    )


def with_deletion(found: DiplotypeSet, deletion: Haplotype, default_allele: str) -> DiplotypeSet:
    """Combine a deletion with what fits the other chromosome.

    ``found`` holds single haplotypes; its names, outcomes and factors are paired with ``deletion``.
    """

    def paired(name: str) -> str:
        return format_diplotype([name, deletion.name], default_allele)

    return replace(
        found,
        best=_ordered((*found.best[:1], deletion), default_allele),
        diplotype=None if found.diplotype is None else paired(found.diplotype),
        names=[paired(name) for name in found.names],
        outcomes=[
            replace(o, second=deletion.function, diplotype=paired(o.diplotype))
            for o in found.outcomes
        ],
        factors=[(names, (deletion.name,)) for names, _ in found.factors],
    )


def with_one_more(found: DiplotypeSet, uncertain: str, default_allele: str) -> DiplotypeSet:
    """Return what fits if one chromosome has a second copy of its allele.

    Either allele may be duplicated. The function of two copies is uncertain.
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
    """Return a diplotype's names with either allele duplicated, one name if they are equal."""
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
    # Which of both alleles has the second copy is unknown: each way has half of the probability.
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
    """Return alleles of both chromosomes, either of which may be duplicated."""
    return (*left, *map(_twice, left)), (*right, *map(_twice, right))


NEGLIGIBLE_WEIGHT: Final = 1e-8
"""Share of the best one's weight below which a pair of alleles or structures is left out."""
MAX_PAIRS: Final = 300


class StructuralDiplotype(NamedTuple):
    """Alleles of both chromosomes, rows of codes, and the share of a small-variant weight."""

    first: Haplotype | None
    second: Haplotype | None
    codes: npt.NDArray[np.int8]
    weight: float


def assign_haplotypes(
    way: Chromosomes,
    pairs: Sequence[StructuralDiplotype],
    singles: Sequence[StructuralDiplotype],
    nothing: StructuralDiplotype,
) -> Iterator[StructuralDiplotype]:
    """Yield the possible alleles of the complete copies of two chromosomes.

    A hybrid carries alleles like a complete copy, but without names: it also has to explain the
    small variants. If there is no copy at all, the observed alleles come from elsewhere, and are as
    improbable as for any number of copies.
    """
    there = [bool(h.units) for h in way[:2]]
    if all(there):
        for pair in pairs:
            yield pair
            yield StructuralDiplotype(pair.second, pair.first, pair.codes[::-1], pair.weight)
    elif any(there):
        for own in singles:
            codes = own.codes if there[0] else own.codes[::-1]
            yield own._replace(codes=codes) if there[0] else _turned(own, codes)
    else:
        yield nothing


def _turned(own: StructuralDiplotype, codes: npt.NDArray[np.int8]) -> StructuralDiplotype:
    return StructuralDiplotype(None, own.first, codes, own.weight)


def pairs_of(weighed: DiplotypePosterior, *, differ: bool) -> Iterator[StructuralDiplotype]:
    """Yield the pairs of alleles with the weight of one of their two orders."""
    for (one, two), share in zip(
        weighed.posterior.pairs[:MAX_PAIRS].tolist(),
        weighed.posterior.probability[:MAX_PAIRS].tolist(),
        strict=True,
    ):
        if share < NEGLIGIBLE_WEIGHT:
            return
        # a pair of haplotypes that differ was weighed in one of its two orders
        weight = share * weighed.posterior.mass * (1.0 if differ or one == two else 0.5)
        if one == two:
            weight *= 0.5  # both orders are the same and are yielded twice
        yield StructuralDiplotype(
            weighed.haplotypes[one], weighed.haplotypes[two], weighed.codes[[one, two]], weight
        )


def singles_of(weighed: DiplotypePosterior) -> Iterator[StructuralDiplotype]:
    """Yield the alleles of one chromosome if the other has none."""
    for (one, _), share in zip(
        weighed.posterior.pairs[:MAX_PAIRS].tolist(),
        weighed.posterior.probability[:MAX_PAIRS].tolist(),
        strict=True,
    ):
        if share < NEGLIGIBLE_WEIGHT:
            return
        codes = weighed.codes[[one, one]].copy()
        # The other chromosome has no copy, so nothing is known of its alleles.
        codes[1] = -1
        yield StructuralDiplotype(
            weighed.haplotypes[one], None, codes, share * weighed.posterior.mass
        )


CONFLICT: Final = 8.0
"""Log likelihood by which depth may speak against the best model before it is a conflict."""
RARE: Final = 1e-6
"""Share of persons below which depth alone may not make a structure look sure."""
MISFIT: Final = 7.0
"""Log likelihood by which shares of reads may be off those of the best candidate.

In 30 genomes it is 4 at most; a tenth to a third of another person's reads makes it 5 to 13.
"""
UNLIKE: Final = 0.1
"""Odds of an allele with a hybrid below which the hybrid is not known to carry it."""
SHOWN: Final = 1.5
"""Copies that show at a site from which it may hold two alleles."""
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class WeighedDiplotypes:
    """Posterior over structural configurations and diplotypes.

    Attributes
    ----------
    found
        Diplotypes with structure and their probabilities.
    posterior
        (M,) float64: posterior probability of each structural model.
    conflict
        Whether copy-number data contradict the best model: another model explains the depth far
        better, the depth of the whole gene is shifted, the model is extremely rare, or no copy
        number explains the read fractions.
    """

    found: DiplotypeSet
    posterior: Floats
    conflict: bool


class _Candidate(NamedTuple):
    name: str
    haplotypes: tuple[Haplotype, ...]
    model: int
    weight: float
    is_single: bool = False
    is_odd: bool = False
    reads: float = 1.0


class StructuralCaller:
    """Calls one gene with structure; ``meanings`` gives a haplotype's function and value."""

    def __init__(
        self, caller: InferredCaller, models: StructuralModels, meanings: Meanings
    ) -> None:
        self._caller, self.models, self._meanings = caller, models, meanings
        self._default = caller.gene.gene.default_allele
        self._haplotypes: dict[str, Haplotype] = {}

    def call(
        self,
        observation: Observation,
        genotypes: GeneGenotypes,
        groups: Floats,
        critical: CriticalSites,
        evidence: CopyEvidence,
    ) -> WeighedDiplotypes | None:
        """Return every diplotype with structure that fits, with its probability.

        None if none fits: genotypes contradict all remaining structures.

        Parameters
        ----------
        observation, genotypes
            Small variants of one sample, assuming two copies.
        groups
            (G,) weights of the prior's groups.
        critical
            Positions with stricter requirements.
        evidence
            Copy-number evidence of the sample.
        """
        dosage = Dosage(self._caller.gene, self.models, observation, evidence.reads)
        pair, is_mixed = diploid_observation(observation, dosage)
        two = self._caller.weigh(pair, genotypes, groups, critical)
        single = haploid_observation(observation, dosage)
        one = self._caller.weigh(single, genotypes, groups, critical) if single else None
        weights = self._groups(observation, groups)
        ways = self._ways(weights, evidence)
        structural_diplotypes = self._structural_diplotypes(
            ways, two, one, differ=pair.n_blocks > 0
        )
        partners = Partners(self.models, weights)
        candidates = [self._candidate(*item, partners, dosage) for item in structural_diplotypes]
        total = sum(c.weight for c in candidates)
        if not total > 0:  # no structure that is left goes with the genotypes
            return None
        posterior = np.zeros(len(self.models.counts))
        for candidate in candidates:
            posterior[candidate.model] += candidate.weight / total
        ranked = _ranked(candidates, total)
        found = self._result(ranked, two, one)
        if self._is_contradicted(ranked[0], observation):
            return None
        best = ranked[0].model
        gap = evidence.log_likelihood.max() - evidence.log_likelihood[best]
        # Noise finds a rare structure that fits better than the usual one in some of many samples.
        is_rare = self.models.frequency[best] < RARE
        conflict = is_mixed or gap > CONFLICT or is_rare or self._is_off(evidence.report, best)
        # how much of a hybrid's reads shows at a site is too unsure to hold reads against it
        is_plain = not self.models.counts[best, 1:].any()
        conflict = conflict or (is_plain and dosage.misfit(ranked[0].reads) > MISFIT)
        return WeighedDiplotypes(found, posterior, conflict=bool(conflict))

    def _is_off(self, report: StructureEvidence, model: int) -> bool:
        """Whether the depth of the whole gene fits no model."""
        windows = [w for w in report.windows if w.gene == report.gene]
        if not windows or report.source != "depth":
            return False
        shown = self.models.expected([w.start for w in windows], [w.end for w in windows])
        return is_shifted(np.array([w.copies for w in windows]), shown.copies[model])

    def _is_contradicted(self, best: _Candidate, observation: Observation) -> bool:
        """Whether genotypes contradict a best candidate without a complete copy.

        A gap in the depth looks like hybrids or deletions. Then genotypes show more alleles than
        hybrid copies, alleles without any copy, or alleles that no hybrid is known to carry.
        """
        if self.models.counts[best.model, 0]:
            return False
        silent = self.models.structure.mismapped
        positions = [v.position for v in self._caller.gene.gene.variants]
        is_own = np.array([p not in silent for p in positions])
        shown = self.models.counts[best.model] @ self.models.shares(positions)
        first, second = observation.codes.T
        is_known = (first >= 0) & (second >= 0)
        contradicted = is_known & (first != second) & (shown < SHOWN)
        if not self.models.copies[best.model]:
            contradicted |= (first > 0) | (second > 0)
        return best.is_odd or bool((contradicted & is_own).any())

    # -- candidates ----------------------------------------------------------------------

    def _groups(self, observation: Observation, groups: Floats) -> Floats:
        """Return (G,) weights of the models' groups, inferred from the small variants."""
        prior = self._caller.prior
        own = dict(zip(prior.groups, groups * evidence(prior, observation), strict=True))
        weights = np.array([own.get(group, 0.0) for group in self.models.groups])
        if not weights.sum():
            weights = np.ones(len(weights))
        return np.asarray(np.round(weights / weights.sum(), DECIMALS))

    def _ways(self, groups: Floats, evidence: CopyEvidence) -> list[tuple[Chromosomes, float]]:
        """Return chromosomes that are not excluded, with likelihood times prior."""
        # Relative to the best: constants of the likelihood cancel, and exp cannot overflow.
        likely = evidence.log_likelihood - evidence.log_likelihood.max()
        _, ways = self.models.prior(groups)
        kept = [w for w in ways if likely[w.model] >= np.log(NEGLIGIBLE_WEIGHT)]
        return [(w, float(np.exp(likely[w.model] + w.log_prior))) for w in kept]

    def _structural_diplotypes(
        self,
        ways: Sequence[tuple[Chromosomes, float]],
        two: DiplotypePosterior,
        one: DiplotypePosterior | None,
        *,
        differ: bool,
    ) -> Iterator[tuple[Chromosomes, StructuralDiplotype, float]]:
        """Yield chromosomes with their alleles and joint probability, unscaled."""
        pairs = list(pairs_of(two, differ=differ))
        singles = list(singles_of(one)) if one else []
        empty = np.full((2, len(self._caller.gene.gene.variants)), MISSING, np.int8)
        nothing = StructuralDiplotype(None, None, empty, two.posterior.mass)
        for way, base in ways:
            for ordered in assign_haplotypes(way, pairs, singles, nothing):
                yield way, ordered, base * ordered.weight

    def _candidate(
        self,
        way: Chromosomes,
        ordered: StructuralDiplotype,
        weight: float,
        partners: Partners,
        dosage: Dosage,
    ) -> _Candidate:
        """Return a candidate, weighted by associations with structures and by read fractions."""
        odds, is_odd = 1.0, False
        for structure, haplotype in zip(way[:2], ordered[:2], strict=True):
            if haplotype is not None:
                own = partners.odds(structure, haplotype.name)
                odds *= own
                is_odd |= WHOLE not in structure.units and own < UNLIKE
        haplotypes = tuple(
            self._named(structure, haplotype)
            for structure, haplotype in zip(way[:2], ordered[:2], strict=True)
        )
        name = format_diplotype([s.name for s in haplotypes], self._default)
        is_single = (ordered.first is None) != (ordered.second is None)
        reads = dosage.likelihood(way, ordered.codes)
        weight *= odds * reads
        return _Candidate(name, haplotypes, way.model, weight, is_single, is_odd, reads)

    def _named(self, haplotype: StructuralHaplotype, allele: Haplotype | None) -> Haplotype:
        """Return a chromosome: ``*5``, ``*2``, ``*2x2``, ``*36+*10``."""
        whole = haplotype.units.count(WHOLE)
        allele = allele if whole else None
        hybrids = [u for u in dict.fromkeys(haplotype.units) if u != WHOLE]
        if allele is not None and whole == 1 and not hybrids:
            return allele
        if allele is None and haplotype.allele:
            parts = [haplotype.allele]
        else:
            beside = allele.name if allele is not None else ""
            own = self.models.structure.hybrid_beside(haplotype.units, beside)
            parts = [_times(own or u, haplotype.units.count(u)) for u in hybrids]
            parts += [_times(allele.name, whole)] if allele is not None else []
        name = "+".join(parts)
        known = self._haplotypes.get(name)
        if known is None:
            function, value = self._meaning(name)
            known = self._haplotypes[name] = Haplotype(name, function, value, (name,))
        return known

    def _meaning(self, name: str) -> tuple[str | None, str | None]:
        """Return function and value; copies of alleles in combination are uncertain."""
        if "[" in name:
            return self._caller.gene.gene.uncertain_function or None, None
        return self._meanings(name)

    # -- results -------------------------------------------------------------------------

    def _result(
        self, ranked: Sequence[_Candidate], two: DiplotypePosterior, one: DiplotypePosterior | None
    ) -> DiplotypeSet:
        best = ranked[0]
        base = (one if best.is_single and one is not None else two).result
        listed = [c for c in ranked[:MAX_LISTED] if c.weight >= LISTED_FROM] or [best]
        result = DiplotypeSet(n_candidates=len(ranked))
        result.names = [c.name for c in listed]
        result.probabilities = [c.weight for c in listed]
        left = 1.0 - sum(result.probabilities) if len(listed) < len(ranked) else 0.0
        result.rest = round(max(left, 0.0), DECIMALS)
        result.diplotype = best.name
        result.best = tuple(sorted(best.haplotypes, key=self._order))
        result.outcomes = self._outcomes(ranked, base)
        result.factors = [((c.haplotypes[0].name,), (c.haplotypes[1].name,)) for c in listed]
        result.unresolved_core = base.unresolved_core
        result.is_partial, result.uses_likelihoods = base.is_partial, True
        result.notes = [n for n in base.notes if n != NoteCode.COMBINATION_OR_PARTIAL]
        if any("[" in s.name for s in best.haplotypes):
            result.notes.append(NoteCode.COMBINATION_OR_PARTIAL)
        return result

    def _order(
        self, haplotype: Haplotype
    ) -> tuple[bool, tuple[bool, tuple[tuple[int, int, str], ...]]]:
        return haplotype.name != self._default, natural_key(haplotype.name)

    def _outcomes(self, ranked: Sequence[_Candidate], base: DiplotypeSet) -> list[FunctionPair]:
        """Return the distinct functions of relevant candidates, the best one's first.

        An outcome also possible from small variants alone has its discriminating sites; any other
        depends on copy number.
        """
        plain = {_key(o.first, o.second): o for o in base.outcomes}
        found: dict[tuple[str, ...], FunctionPair] = {}
        for candidate in ranked:
            first, second = (s.function for s in candidate.haplotypes)
            key = _key(first, second)
            own = found.get(key)
            if own is not None:
                share = together([own.probability or 0.0, candidate.weight])
                found[key] = replace(own, probability=share)
                continue
            by_copies = bool(found) and candidate.model != ranked[0].model
            same = plain.get(key, _NOTHING)
            found[key] = FunctionPair(
                first,
                second,
                candidate.name,
                candidate.weight,
                resolved_by=same.resolved_by if found else None,
                by_copies=by_copies,
                open_core=same.open_core,
                failed=same.failed,
            )
        best = _key(*(s.function for s in ranked[0].haplotypes))
        for key, other in plain.items():
            if key not in found and (other.open_core or other.failed):
                found[key] = replace(other, probability=0.0, by_group=())
        counted = [o for k, o in found.items() if k == best or _counts(o)]
        ranking = sorted(counted, key=lambda o: (o is not found[best], -(o.probability or 0)))
        return ranking + self._uncertain(ranked[0], set(found))

    def _uncertain(self, best: _Candidate, known: set[tuple[str, ...]]) -> list[FunctionPair]:
        """Return the best pair's outcome if a causal variant without its markers has no effect."""
        if not any(s.cause for s in best.haplotypes):
            return []
        unknown = self._caller.gene.gene.uncertain_function or None
        first, second = (unknown if s.cause else s.function for s in best.haplotypes)
        discriminating = uncertain_sites(best.haplotypes)
        uncertain = FunctionPair(first, second, best.name, resolved_by=discriminating)
        return [] if _key(first, second) in known else [uncertain]


_NOTHING: Final = FunctionPair(None, None, "")


def _counts(outcome: FunctionPair) -> bool:
    """Whether an outcome is relevant by its probability, or unresolved regardless of it."""
    is_open = bool(outcome.open_core or outcome.failed)
    return is_open or (outcome.probability or 0.0) >= SEEN_FROM


def _key(first: str | None, second: str | None) -> tuple[str, ...]:
    return tuple(sorted((first or "", second or "")))


def _times(name: str, count: int) -> str:
    return name if count == 1 else f"{name}x{count}"


def _ranked(candidates: Sequence[_Candidate], total: float) -> list[_Candidate]:
    """Sum candidates of one name and order them, the most probable first."""
    merged: dict[str, _Candidate] = {}
    for candidate in sorted(candidates, key=lambda c: (-c.weight, c.name)):
        share = candidate.weight / total
        known = merged.get(candidate.name)
        if known is None:
            merged[candidate.name] = candidate._replace(weight=share)
        else:
            merged[candidate.name] = known._replace(weight=known.weight + share)
    # Rounded before sorting: sums in another order differ in their last digits.
    rounded = [c._replace(weight=together([c.weight])) for c in merged.values()]
    return sorted(rounded, key=lambda c: (-c.weight, natural_key(c.name)))
