"""From diplotypes to the record of a call: phenotypes, keys, what would settle them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.alleles.observation import Observation
from pgx.alleles.outcome import DECIMALS, DiplotypeSet
from pgx.alleles.settling import Settling
from pgx.base.calls import CallStatus, Candidate, GeneCall, HaplotypeDetail, KeyEvidence
from pgx.base.genes import GeneDefinition
from pgx.genotypes.matrix import GeneGenotypes
from pgx.phenotypes.translate import Phenotype, PhenotypeTable
from pgx.pipeline.doubts import call_notes

__all__ = ["CallRecords", "best_probability", "undocumented_alleles"]


class CallRecords:
    """Makes the records of one gene's calls."""

    def __init__(self, gene: GeneDefinition) -> None:
        self.gene = gene
        self.table = PhenotypeTable(gene)

    def with_candidates(self, base: GeneCall, found: DiplotypeSet, status: CallStatus) -> GeneCall:
        """Return a call with its candidates, and what they mean."""
        phenotypes = self._phenotypes(found)
        best = phenotypes[0]
        evidence = self._key_evidence(found, phenotypes)
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
            phenotypes=tuple(dict.fromkeys(p.term for p in phenotypes if p.term)),
            lookup_keys=tuple(dict.fromkeys(p.lookup_key for p in phenotypes)),
            key_evidence=evidence,
            depends_on=self._depends(found, evidence),
            haplotypes=tuple(
                HaplotypeDetail(
                    name=s.name, function=s.function, activity_value=s.value, variants=s.parts
                )
                for s in found.best
            ),
            findings=tuple(found.findings),
            candidate_factors=tuple(found.factors),
            notes=(*base.notes, *call_notes(found, best, single=found.is_single)),
        )

    def _phenotypes(self, found: DiplotypeSet) -> list[Phenotype]:
        if not self.gene.rules and not found.probabilities:
            return [Phenotype(None, None, name) for name in found.names]
        return [self.table.translate(o.first, o.second, o.diplotype) for o in found.outcomes]

    def _key_evidence(
        self, found: DiplotypeSet, phenotypes: Sequence[Phenotype]
    ) -> tuple[KeyEvidence, ...]:
        """Add up the outcomes' probabilities by lookup key, best first."""
        if not found.probabilities:
            return ()
        shares: dict[str, float | None] = {}
        sites: dict[str, dict[str, None]] = {}
        for outcome, phenotype in zip(found.outcomes, phenotypes, strict=True):
            key, share = phenotype.lookup_key, outcome.probability
            known = shares.get(key)
            added = share if known is None else round(known + (share or 0.0), DECIMALS)
            shares[key] = added
            if key != phenotypes[0].lookup_key:
                settling = dict.fromkeys(self._named(outcome.settled_by))
                if outcome.by_copies:
                    settling[f"{self.gene.gene}:copy_number"] = None
                sites.setdefault(key, {}).update(settling)
        return tuple(
            KeyEvidence(lookup_key=key, probability=share, settled_by=tuple(sites.get(key, ())))
            for key, share in shares.items()
        )

    def _named(self, settling: Settling | None) -> list[str]:
        if settling is None:
            return []
        phases = [f"phase:{self.position(a)}+{self.position(b)}" for a, b in settling.phases]
        return [*(self.position(i) for i in settling.sites), *phases]

    def _depends(self, found: DiplotypeSet, evidence: Sequence[KeyEvidence]) -> tuple[str, ...]:
        if found.probabilities:
            return tuple(dict.fromkeys(s for e in evidence for s in e.settled_by))
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
    for index, strand in np.argwhere(observation.codes >= n_known[:, None]).tolist():
        found[genotypes.label(index, int(observation.codes[index, strand]))] = None
    return tuple(found)
