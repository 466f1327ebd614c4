"""From diplotypes to the record of a call: phenotypes, keys, what would settle them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.genotypes.matrix import GeneGenotypes
from pgx.haplotypes.filters import UNCOUNTED, call_notes
from pgx.haplotypes.matching import Observation
from pgx.haplotypes.outcome import DiplotypeSet, DiscriminatingSites, FunctionPair
from pgx.phenotypes.haplotypes import HaplotypeFunctions
from pgx.phenotypes.translate import Phenotype, PhenotypeTable
from pgx.records.calls import (
    CallStatus,
    Candidate,
    GeneCall,
    HaplotypeDetail,
    KeyEvidence,
    joined_evidence,
)
from pgx.records.genes import GeneDefinition

__all__ = [
    "CallRecords",
    "best_probability",
    "undocumented_alleles",
]

MOST_FACTOR_TEXT: Final = 1 << 20
"""Letters of names beyond which the whole candidate set is not written: a small file of made-up
alleles had 9 MB of them. Results of ordinary genomes have some hundred kilobytes at most."""


class CallRecords:
    """Makes the records of one gene's calls."""

    def __init__(self, gene: GeneDefinition) -> None:
        self.gene = gene
        self.table = PhenotypeTable(gene)
        self._meanings = HaplotypeFunctions(gene)

    def with_candidates(self, base: GeneCall, found: DiplotypeSet, status: CallStatus) -> GeneCall:
        """Return a call with its candidates, and what they mean."""
        phenotypes = self._phenotypes(found)
        best = phenotypes[0]
        evidence = self._key_evidence(found, phenotypes)
        listed = self._listed(found, phenotypes)
        return msgspec.structs.replace(
            base,
            status=status,
            diplotype=found.diplotype,
            probability=best_probability(found),
            candidates=_listed(found),
            n_candidates=found.n_candidates,
            rest=found.rest,
            phenotype=best.term,
            activity_score=best.score,
            phenotypes=tuple(dict.fromkeys(p.term for p in listed if p.term)),
            lookup_keys=tuple(dict.fromkeys(p.lookup_key for p in listed)),
            key_evidence=evidence,
            copy_keys=self._copy_keys(found, best) if UNCOUNTED in base.notes else (),
            depends_on=self._depends(found, evidence, [p.lookup_key for p in listed]),
            haplotypes=tuple(
                HaplotypeDetail(
                    name=s.name,
                    function=s.function,
                    activity_value=s.value,
                    variants=s.parts,
                    contains=self._meanings.contained(s.name),
                )
                for s in found.best
            ),
            findings=tuple(found.findings),
            candidate_factors=self._bounded(found),
            notes=(*base.notes, *call_notes(found, best, single=found.is_single)),
        )

    @staticmethod
    def _bounded(found: DiplotypeSet) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
        size = sum(len(name) for factor in found.factors for names in factor for name in names)
        return tuple(found.factors) if size <= MOST_FACTOR_TEXT else ()

    def _phenotypes(self, found: DiplotypeSet) -> list[Phenotype]:
        if not self.gene.rules and not found.probabilities:
            return [Phenotype(None, None, name) for name in found.names]
        return [self.table.translate(o.first, o.second, o.diplotype) for o in found.outcomes]

    @staticmethod
    def _listed(found: DiplotypeSet, phenotypes: Sequence[Phenotype]) -> list[Phenotype]:
        """Return the phenotypes that are not too improbable to be named, the best one first."""
        if len(found.outcomes) != len(phenotypes):
            return list(phenotypes)
        pairs = zip(found.outcomes, phenotypes, strict=True)
        return [p for o, p in pairs if p is phenotypes[0] or o.is_listed]

    def _copy_keys(self, found: DiplotypeSet, best: Phenotype) -> tuple[str, ...]:
        """Return the keys that another number of copies would give, beside the best one's."""
        changed = self._meanings.other_counts([s.name for s in found.best])
        keys = (self.table.translate(one, two, "").lookup_key for one, two in changed)
        return tuple(key for key in dict.fromkeys(keys) if key != best.lookup_key)

    def _key_evidence(
        self, found: DiplotypeSet, phenotypes: Sequence[Phenotype]
    ) -> tuple[KeyEvidence, ...]:
        """Add up the outcomes' probabilities by lookup key, best first."""
        if not found.probabilities:
            return ()
        best = phenotypes[0].lookup_key
        shares: dict[str, KeyEvidence] = {}
        for outcome, phenotype in zip(found.outcomes, phenotypes, strict=True):
            key = phenotype.lookup_key
            own = self._evidence(key, outcome, is_best=key == best)
            shares[key] = joined_evidence(shares[key], own) if key in shares else own
        return tuple(shares.values())

    def _evidence(self, key: str, outcome: FunctionPair, *, is_best: bool) -> KeyEvidence:
        discriminating = [] if is_best else self._named(outcome.settled_by)
        if outcome.by_copies and not is_best:
            discriminating.append(f"{self.gene.gene}:copy_number")
        return KeyEvidence(
            lookup_key=key,
            probability=outcome.probability,
            at_most=outcome.at_most,
            by_group=outcome.by_group,
            settled_by=tuple(discriminating),
            open_core=() if is_best else tuple(map(self.position, outcome.open_core)),
            failed=() if is_best else tuple(map(self.position, outcome.failed)),
        )

    def _named(self, discriminating: DiscriminatingSites | None) -> list[str]:
        if discriminating is None:
            return []
        phases = [f"phase:{self.position(a)}+{self.position(b)}" for a, b in discriminating.phases]
        return [*(self.position(i) for i in discriminating.sites), *phases]

    def _depends(
        self, found: DiplotypeSet, evidence: Sequence[KeyEvidence], listed: Sequence[str]
    ) -> tuple[str, ...]:
        """Return what would tell the outcomes that are not too improbable to be named."""
        if found.probabilities:
            own = (e for e in evidence if e.lookup_key in listed)
            return tuple(dict.fromkeys(s for e in own for s in e.settled_by))
        sites = [self.position(i) for i in found.open_sites]
        if found.open_phase:
            sites.append("phase:" + "+".join(self.position(i) for i in found.open_phase))
        return tuple(sites)

    def position(self, index: int) -> str:
        """Return a defining position as results write it, ``chrN:pos`` on GRCh38."""
        return f"{self.gene.contig}:{self.gene.variants[index].position}"

    def positions(self, mask: npt.NDArray[np.bool_]) -> tuple[str, ...]:
        """Return the defining positions of a mask, (P,) bool."""
        return tuple(self.position(int(i)) for i in np.flatnonzero(mask))

    def required(self, observation: Observation) -> tuple[str, ...]:
        """Return the note on positions without which the gene should not be called."""
        needed = [v.required for v in self.gene.variants]
        lacking = observation.missing & np.array(needed, np.bool_)
        return ("required_position_missing",) if lacking.any() else ()


def best_probability(found: DiplotypeSet) -> float | None:
    """Return the best candidate's probability: 1 where it is the only one."""
    if found.is_single:
        return 1.0
    return found.probabilities[0] if found.probabilities else None


def _listed(found: DiplotypeSet) -> tuple[Candidate, ...]:
    if not found.probabilities:
        return tuple(Candidate(name) for name in found.names)
    pairs = zip(found.names, found.probabilities, strict=True)
    return tuple(Candidate(name, probability) for name, probability in pairs)


def undocumented_alleles(genotypes: GeneGenotypes, observation: Observation) -> tuple[str, ...]:
    """Return the labels of alleles that no definition names."""
    n_known = np.array([len(v.alts) + 1 for v in genotypes.gene.variants], np.int64)
    found: dict[str, None] = {}
    for index, haplotype in np.argwhere(observation.codes >= n_known[:, None]).tolist():
        found[genotypes.label(index, int(observation.codes[index, haplotype]))] = None
    return tuple(found)
