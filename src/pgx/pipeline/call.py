"""Call one gene for every sample: observations in, `GeneCall` records out."""

from __future__ import annotations

import msgspec
import numpy as np

from pgx.alleles.definitions import CompiledGene, compile_gene
from pgx.alleles.evidence import call_evidence
from pgx.alleles.listing import call_listing
from pgx.alleles.observation import Observation, observe, phase_state
from pgx.alleles.outcome import DiplotypeSet
from pgx.alleles.star import call_star
from pgx.base.calls import CallStatus, Candidate, GeneCall, HaplotypeDetail, SiteObservation
from pgx.base.genes import GeneDefinition, Strategy
from pgx.genotypes.matrix import ABSENT, MISSING, UNPHASED, Evidence, GeneGenotypes, Unknown
from pgx.phenotypes.translate import Phenotype, PhenotypeTable

__all__ = ["GeneCaller"]

_REASON_NOTES = {
    Unknown.LOW_GQ: "low_gq",
    Unknown.LOW_DP: "low_dp",
    Unknown.AD_CONTRADICTS: "ad_contradicts_gt",
    Unknown.FILTERED: "filtered",
    Unknown.PLOIDY: "ploidy",
    Unknown.REF_MISMATCH: "ref_mismatch",
    Unknown.CONFLICT: "conflict",
    Unknown.INDEL_NOT_EXCLUDED: "indel_not_excluded",
    Unknown.AMBIGUOUS_BASE: "ambiguous_base",
    Unknown.UNTYPED: "untyped_sites",
}


class GeneCaller:
    """Calls one gene; equal observations are called once and shared."""

    def __init__(self, gene: GeneDefinition) -> None:
        self.gene = gene
        self.compiled: CompiledGene = compile_gene(gene)
        self.table = PhenotypeTable(gene)
        self._known: dict[bytes, GeneCall] = {}

    def call(
        self,
        genotypes: GeneGenotypes,
        sample: int,
        *,
        with_sites: bool,
        notes: tuple[str, ...] = (),
    ) -> GeneCall:
        """Return the call of one sample (``sample`` is a column of ``genotypes``).

        ``with_sites`` adds what was observed at every defining position, and what supports
        the call; ``notes`` are codes that hold for the whole input.
        """
        observation = observe(genotypes, sample)
        key = observation.key() + repr(genotypes.extra if genotypes.extra else "").encode()
        structural = bool(genotypes.structural[sample])
        core = self._known.get(key)
        if core is None:
            core = self._call(observation, genotypes)
            self._known[key] = core
        all_notes = {*core.notes, *notes, *genotypes.notes.get(sample, ())}
        all_notes |= _reason_notes(genotypes, sample)
        if structural:
            all_notes.add("structural_variant")
            core = _made_ambiguous(core)
        call = msgspec.structs.replace(
            core,
            sample=genotypes.samples[sample],
            notes=tuple(sorted(all_notes)),
            sites=_sites(genotypes, sample) if with_sites else (),
        )
        if not with_sites:
            return call
        return msgspec.structs.replace(call, evidence=call_evidence(self.compiled, call))

    def _call(self, observation: Observation, genotypes: GeneGenotypes) -> GeneCall:
        missing = self._positions(observation.missing)
        base = GeneCall(
            sample="",
            gene=self.gene.gene,
            status=CallStatus.NOT_ASSESSED,
            n_positions=len(self.gene.variants),
            n_missing=len(missing),
            missing=missing,
        )
        if not observation.answered.any():
            return msgspec.structs.replace(base, notes=("no_position_answered",))
        lists = self.gene.strategy is Strategy.VARIANT_LIST
        found = (call_listing if lists else call_star)(self.compiled, observation, genotypes)
        base = msgspec.structs.replace(
            base,
            phased=phase_state(observation),
            undocumented=_undocumented(genotypes, observation),
            notes=(*found.notes, *self.gene.notes, *self._required(observation)),
        )
        if not found.n_candidates:
            return msgspec.structs.replace(base, status=CallStatus.NO_CALL)
        return self._with_candidates(base, found)

    def _with_candidates(self, base: GeneCall, found: DiplotypeSet) -> GeneCall:
        phenotypes = self._phenotypes(found)
        best = phenotypes[0]
        single = found.n_candidates == 1 and not found.is_partial
        notes = base.notes
        if best.term is None:
            notes = (*notes, "no_phenotype_defined")
        if found.n_candidates > len(found.names) or found.is_partial:
            notes = (*notes, "candidates_not_all_listed")
        return msgspec.structs.replace(
            base,
            status=CallStatus.CALLED if single else CallStatus.AMBIGUOUS,
            diplotype=found.diplotype,
            probability=1.0 if single else None,
            candidates=tuple(Candidate(name) for name in found.names),
            n_candidates=found.n_candidates,
            phenotype=best.term,
            activity_score=best.score,
            phenotypes=tuple(dict.fromkeys(p.term for p in phenotypes if p.term)),
            lookup_keys=tuple(dict.fromkeys(p.lookup_key for p in phenotypes)),
            depends_on=self._depends(found),
            haplotypes=tuple(
                HaplotypeDetail(
                    name=s.name, function=s.function, activity_value=s.value, variants=s.parts
                )
                for s in found.best
            ),
            findings=tuple(found.findings),
            candidate_factors=tuple(found.factors),
            notes=notes,
        )

    def _phenotypes(self, found: DiplotypeSet) -> list[Phenotype]:
        if not self.gene.rules:
            return [Phenotype(None, None, name) for name in found.names]
        return [self.table.translate(o.first, o.second, o.diplotype) for o in found.outcomes]

    def _depends(self, found: DiplotypeSet) -> tuple[str, ...]:
        sites = [self._position(i) for i in found.open_sites]
        if found.open_phase:
            sites.append("phase:" + "+".join(self._position(i) for i in found.open_phase))
        return tuple(sites)

    def _position(self, index: int) -> str:
        return f"{self.gene.contig}:{self.gene.variants[index].position}"

    def _positions(self, mask: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> tuple[str, ...]:
        return tuple(self._position(int(i)) for i in np.flatnonzero(mask))

    def _required(self, observation: Observation) -> tuple[str, ...]:
        needed = [v.required for v in self.gene.variants]
        lacking = observation.missing & np.array(needed, np.bool_)
        return ("required_position_missing",) if lacking.any() else ()


def _made_ambiguous(call: GeneCall) -> GeneCall:
    """A structural variant over the gene leaves every small-variant call open."""
    if call.status not in (CallStatus.CALLED, CallStatus.AMBIGUOUS):
        return call
    return msgspec.structs.replace(
        call,
        status=CallStatus.AMBIGUOUS,
        probability=None,
        depends_on=(*call.depends_on, f"{call.gene}:copy_number"),
    )


def _reason_notes(genotypes: GeneGenotypes, sample: int) -> set[str]:
    reasons = set(genotypes.reason[:, sample].tolist())
    return {note for reason, note in _REASON_NOTES.items() if reason in reasons}


def _undocumented(genotypes: GeneGenotypes, observation: Observation) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for index, variant in enumerate(genotypes.gene.variants):
        for code in observation.codes[index].tolist():
            if code >= len(variant.alleles):
                found[genotypes.label(index, code)] = None
    return tuple(found)


def _sites(genotypes: GeneGenotypes, sample: int) -> tuple[SiteObservation, ...]:
    gene = genotypes.gene
    observed = []
    calls = genotypes.call[:, sample].tolist()
    blocks = genotypes.phase_block[:, sample].tolist()
    evidence = genotypes.evidence[:, sample].tolist()
    reasons = genotypes.reason[:, sample].tolist()
    gqs, dps = genotypes.gq[:, sample].tolist(), genotypes.dp[:, sample].tolist()
    for index, variant in enumerate(gene.variants):
        codes = [c for c in calls[index] if c != ABSENT]
        alleles = tuple("." if c == MISSING else genotypes.label(index, c) for c in codes)
        phased = blocks[index] != UNPHASED and len(set(codes)) > 1
        observed.append(
            SiteObservation(
                position=f"{gene.contig}:{variant.position}",
                rsid=variant.rsid,
                alleles=alleles,
                ref=variant.ref,
                evidence=Evidence(evidence[index]).name.lower(),
                reason=Unknown(reasons[index]).name.lower() if reasons[index] else None,
                phased=phased,
                phase_block=blocks[index] if phased else None,
                gq=gqs[index] if gqs[index] >= 0 else None,
                dp=dps[index] if dps[index] >= 0 else None,
            )
        )
    return tuple(observed)
