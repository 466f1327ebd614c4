"""Call one gene for every sample: evidence, candidates, posterior, filters, status."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.copynumber.configurations import structural_models
from pgx.copynumber.evidence import CopyEvidence
from pgx.genotypes.matrix import GeneGenotypes
from pgx.haplotypes.definitions import CompiledGene, compile_gene
from pgx.haplotypes.diplotypes import InferredCaller
from pgx.haplotypes.evidence import SampleEvidence, sample_evidence
from pgx.haplotypes.filters import (
    CallFilter,
    CopyFindings,
    CoreSites,
    best_probability,
    call_filters,
    call_notes,
    call_status,
    copy_findings,
    core_tables,
    critical_sites,
)
from pgx.haplotypes.matching import call_listing, call_star
from pgx.haplotypes.naming import PhasedCaller
from pgx.haplotypes.observation import (
    Columns,
    Observation,
    PhasedPair,
    columns_of,
    failed_sites,
    observe,
    phase_state,
    undocumented_alleles,
)
from pgx.haplotypes.outcomes import DiplotypeSet, DiscriminatingSites, FunctionPair
from pgx.haplotypes.posterior import evidence
from pgx.haplotypes.prior import HaplotypePrior, build_prior
from pgx.haplotypes.structural import StructuralCaller, WeighedDiplotypes, with_counted_copies
from pgx.haplotypes.support import call_evidence, site_observations
from pgx.phenotypes import HaplotypeFunctions, Phenotype, PhenotypeTable
from pgx.records.calls import (
    CallStatus,
    Candidate,
    GeneCall,
    HaplotypeDetail,
    KeyEvidence,
    joined_evidence,
)
from pgx.records.genes import GeneDefinition, GeneFrequencies, Strategy
from pgx.records.notes import NoteCode

__all__ = [
    "CallRecords",
    "GeneCaller",
]


MOST_FACTOR_TEXT: Final = 1 << 20
"""Letters of names beyond which the whole candidate set is not written: a small file of made-up
alleles had 9 MB of them. Results of ordinary genomes have some hundred kilobytes at most."""


class CallRecords:
    """Builds the records of one gene's calls."""

    def __init__(self, gene: GeneDefinition) -> None:
        self.gene = gene
        self.table = PhenotypeTable(gene)
        self._required = np.array([v.required for v in gene.variants], np.bool_)
        self.meanings = HaplotypeFunctions(gene)

    def with_candidates(self, base: GeneCall, found: DiplotypeSet) -> GeneCall:
        """Return a call with its candidates and their phenotypes."""
        phenotypes = self._phenotypes(found)
        best = phenotypes[0]
        evidence = self._key_evidence(found, phenotypes)
        listed = self._listed(found, phenotypes)
        return msgspec.structs.replace(
            base,
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
            copy_keys=self._copy_keys(found, best)
            if NoteCode.COPY_NUMBER_NOT_ASSESSED in base.notes
            else (),
            depends_on=self._depends(found, evidence, [p.lookup_key for p in listed]),
            haplotypes=tuple(
                HaplotypeDetail(
                    name=s.name,
                    function=s.function,
                    activity_value=s.value,
                    variants=s.parts,
                    contains=self.meanings.contained(s.name),
                )
                for s in found.best
            ),
            findings=tuple(found.findings),
            candidate_factors=self._bounded(found),
            notes=(*base.notes, *call_notes(found, best, single=found.is_single)),
        )

    @staticmethod
    def _bounded(found: DiplotypeSet) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
        # The set is written for later interpretation of a saved result, never for calling.
        size = sum(len(name) for factor in found.factors for names in factor for name in names)
        return tuple(found.factors) if size <= MOST_FACTOR_TEXT else ()

    def _phenotypes(self, found: DiplotypeSet) -> list[Phenotype]:
        if not self.gene.rules and not found.probabilities:
            return [Phenotype(None, None, name) for name in found.names]
        return [self.table.translate(o.first, o.second, o.diplotype) for o in found.outcomes]

    @staticmethod
    def _listed(found: DiplotypeSet, phenotypes: Sequence[Phenotype]) -> list[Phenotype]:
        """Return the phenotypes above the reporting threshold, the best one first."""
        if len(found.outcomes) != len(phenotypes):
            return list(phenotypes)
        # The best one is always named, even where it is the only one below the limit.
        pairs = zip(found.outcomes, phenotypes, strict=True)
        return [p for o, p in pairs if p is phenotypes[0] or o.is_listed]

    def _copy_keys(self, found: DiplotypeSet, best: Phenotype) -> tuple[str, ...]:
        """Return the lookup keys of other copy numbers, in addition to the best one's."""
        changed = self.meanings.other_counts([s.name for s in found.best])
        keys = (self.table.translate(one, two, "").lookup_key for one, two in changed)
        return tuple(key for key in dict.fromkeys(keys) if key != best.lookup_key)

    def _key_evidence(
        self, found: DiplotypeSet, phenotypes: Sequence[Phenotype]
    ) -> tuple[KeyEvidence, ...]:
        """Sum the outcomes' probabilities by lookup key, best first."""
        if not found.probabilities:
            return ()
        best = phenotypes[0].lookup_key
        shares: dict[str, KeyEvidence] = {}
        for outcome, phenotype in zip(found.outcomes, phenotypes, strict=True):
            key = phenotype.lookup_key
            own = self._evidence(phenotype, outcome, is_best=key == best)
            shares[key] = joined_evidence(shares[key], own) if key in shares else own
        return tuple(shares.values())

    def _evidence(
        self, phenotype: Phenotype, outcome: FunctionPair, *, is_best: bool
    ) -> KeyEvidence:
        discriminating = [] if is_best else self._named(outcome.resolved_by)
        if outcome.by_copies and not is_best:
            discriminating.append(f"{self.gene.gene}:copy_number")
        return KeyEvidence(
            lookup_key=phenotype.lookup_key,
            diplotype=outcome.diplotype,
            phenotype=phenotype.term or "",
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
        """Return what discriminates the outcomes above the reporting threshold."""
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
        """Return the note on missing required positions."""
        lacking = observation.missing & self._required
        return (NoteCode.REQUIRED_POSITION_MISSING,) if lacking.any() else ()


def _listed(found: DiplotypeSet) -> tuple[Candidate, ...]:
    if not found.probabilities:
        return tuple(Candidate(name) for name in found.names)
    pairs = zip(found.names, found.probabilities, strict=True)
    return tuple(Candidate(name, probability) for name, probability in pairs)


_MAX_REMEMBERED: Final = 20_000
"""Calls that a caller keeps. A cohort repeats few observations often; more than these would
only fill the memory."""

_Key = PhasedPair | bytes


class _Called(NamedTuple):
    """The call of an observation, and its filters."""

    call: GeneCall
    filters: frozenset[CallFilter]


class GeneCaller:
    """Calls one gene; equal observations are called once and share the result.

    Parameters
    ----------
    gene
        The gene's definitions and rules.
    frequencies
        Haplotype frequencies in populations; None calls without a prior.
    threshold
        Posterior probability from which a diplotype is called, 0-1.
    """

    def __init__(
        self,
        gene: GeneDefinition,
        frequencies: GeneFrequencies | None = None,
        *,
        threshold: float = 0.95,
    ) -> None:
        self.gene = gene
        self.threshold = threshold
        self.compiled: CompiledGene = compile_gene(gene)
        self.records = CallRecords(gene)
        self._frequencies = frequencies
        self._known: dict[_Key, _Called] = {}
        self._columns: Columns | None = None
        self._evidence: dict[bytes, npt.NDArray[np.float64]] = {}

    @functools.cached_property
    def prior(self) -> HaplotypePrior | None:
        """Haplotype frequencies; None if unknown or disabled."""
        return build_prior(self.compiled, self._frequencies)

    @functools.cached_property
    def _inferred(self) -> InferredCaller | None:
        return InferredCaller(self.compiled, self.prior) if self.prior else None

    @functools.cached_property
    def _phased(self) -> PhasedCaller | None:
        return PhasedCaller(self.compiled, self.prior) if self.prior else None

    @functools.cached_property
    def structural(self) -> StructuralCaller | None:
        """Calls with structural models; None for a gene without any, or without a prior."""
        if self.gene.structure is None or self._inferred is None:
            return None
        models = structural_models(self.gene.structure)
        return StructuralCaller(self._inferred, models, self.records.meanings.of)

    @functools.cached_property
    def _core(self) -> CoreSites:
        return core_tables(self.compiled, self._frequencies)

    def evidence(self, genotypes: GeneGenotypes, sample: int) -> Mapping[str, float] | None:
        """Return the log likelihood of a sample in each population group (natural logarithm).

        None without a prior, or where no position has a call.
        """
        observation = observe(genotypes, sample)
        if self.prior is None or not observation.answered.any() or sample in genotypes.copies:
            return None
        key = observation.key()
        found = self._evidence.get(key)
        if found is None:
            with np.errstate(divide="ignore"):
                found = np.log(evidence(self.prior, observation))
            self._evidence[key] = found
        return dict(zip(self.prior.groups, found.tolist(), strict=True))

    def call(
        self,
        genotypes: GeneGenotypes,
        sample: int,
        *,
        with_sites: bool,
        notes: tuple[str, ...] = (),
        ancestry: Mapping[str, float] | None = None,
        copies: CopyEvidence | None = None,
    ) -> GeneCall:
        """Return the call of one sample (``sample`` is a column of ``genotypes``).

        Evidence, then candidates (structural configuration and diplotype) with their
        posterior, then filters, then the status.

        Parameters
        ----------
        genotypes, sample
            Observations of the gene, and a column of them.
        with_sites
            Whether to add what was observed at every defining position, and what supports the
            call.
        notes
            Note codes of the whole input.
        ancestry
            Weights of population groups, equal if not given.
        copies
            Evidence on the sample's gene copies from depth or reads.
        """
        shown = sample_evidence(genotypes, sample, copies, has_models=self.structural is not None)
        weighed = self._weigh_structures(shown, ancestry or {})
        called = self._called(shown, weighed, ancestry or {})
        models = self.structural.models if self.structural is not None else None
        findings = copy_findings(shown, weighed, models, called.filters)
        filters = called.filters
        if findings.is_open:
            filters |= {CallFilter.COPIES_OPEN}
        return self._finished(shown, called.call, filters, findings, notes, with_sites=with_sites)

    # -- candidates and posterior ----------------------------------------------------------

    def _weigh_structures(
        self, shown: SampleEvidence, ancestry: Mapping[str, float]
    ) -> WeighedDiplotypes | None:
        """Return the posterior over structural configurations and diplotypes.

        None if the likelihood of copies is flat, or if no remaining configuration explains the
        genotypes: two complete copies are then assumed, and a filter is set.
        """
        if self.structural is None or shown.copies is None or not shown.has_likelihood:
            return None
        critical = critical_sites(self.compiled, self._core, shown)
        groups = self._groups(ancestry)
        return self.structural.call(
            shown.observation, shown.genotypes, groups, critical, shown.copies
        )

    def _called(
        self,
        shown: SampleEvidence,
        weighed: WeighedDiplotypes | None,
        ancestry: Mapping[str, float],
    ) -> _Called:
        """Return the call of a sample's alleles; equal observations of two copies share it."""
        if weighed is not None:
            return self._describe(shown, weighed, weighed.found)
        if shown.counted is not None:
            return self._describe(shown, None, self._diplotypes(shown, ancestry))
        key = self._key(shown, ancestry)
        known = self._known.get(key)
        if known is None:
            known = self._describe(shown, None, self._diplotypes(shown, ancestry))
            if len(self._known) < _MAX_REMEMBERED:
                self._known[key] = known
        return known

    def _columns_of(self, genotypes: GeneGenotypes) -> Columns:
        """Return the data of all columns at once; samples of one input are contiguous."""
        if self._columns is None or self._columns.genotypes is not genotypes:
            self._columns = columns_of(genotypes, whole=self._phased is not None)
        return self._columns

    def _key(self, shown: SampleEvidence, ancestry: Mapping[str, float]) -> _Key:
        """Return the key of a call of two copies."""
        columns = self._columns_of(shown.genotypes)
        # a fully phased pair has one candidate, whatever the weights of the groups are
        pair = columns.pairs[shown.sample]
        if pair is not None:
            return pair
        # not the evidence's own properties: remembering these for one look-up costs more
        observation = observe(shown.genotypes, shown.sample)
        failed = failed_sites(shown.genotypes, shown.sample)
        key = observation.key() + failed.tobytes() + columns.extra
        return key + repr(sorted(ancestry.items())).encode()

    def _diplotypes(self, shown: SampleEvidence, ancestry: Mapping[str, float]) -> DiplotypeSet:
        """Return the candidates of assumed or counted copies, weighted if there is a prior."""
        pair = self._columns_of(shown.genotypes).pairs[shown.sample]
        if pair is not None and shown.counted is None and self._phased is not None:
            return self._phased.call(pair, shown.genotypes)
        found = DiplotypeSet()
        if shown.observation.answered.any() and not shown.is_deleted:
            found = self._of_alleles(shown, ancestry)
        if shown.counted is None or not (found.n_candidates or shown.is_deleted):
            return found
        is_weighed = self._inferred is not None
        return with_counted_copies(found, self.gene, shown.counted, weighed=is_weighed)

    def _of_alleles(self, shown: SampleEvidence, ancestry: Mapping[str, float]) -> DiplotypeSet:
        """Return the diplotypes that explain the alleles of the copies that are present."""
        if self._inferred is not None:
            critical = critical_sites(self.compiled, self._core, shown)
            groups = self._groups(ancestry)
            return self._inferred.call(shown.observation, shown.genotypes, groups, critical)
        is_listing = self.gene.strategy is Strategy.VARIANT_LIST
        match = call_listing if is_listing else call_star
        return match(self.compiled, shown.observation, shown.genotypes)

    def _groups(self, ancestry: Mapping[str, float]) -> npt.NDArray[np.float64]:
        """Return (G,) weights of the prior's groups, equal if not given."""
        names = self.prior.groups if self.prior is not None else ()
        # Groups of the input that the prior does not have get no weight; if none is left, all are
        # alike.
        groups = np.array([ancestry.get(g, 0.0) for g in names])
        if not groups.sum():
            groups = np.ones(len(groups))
        return np.asarray(groups / groups.sum())

    # -- filters, status, record -----------------------------------------------------------

    def _describe(
        self, shown: SampleEvidence, weighed: WeighedDiplotypes | None, found: DiplotypeSet
    ) -> _Called:
        """Return the record of candidates and its filters, which determine the status."""
        base = GeneCall(gene=self.gene.gene, n_positions=len(self.gene.variants))
        if shown.is_deleted:  # no base can be seen of a deleted gene
            return _Called(self.records.with_candidates(base, found), frozenset())
        pair = self._columns_of(shown.genotypes).pairs[shown.sample]
        if pair is not None and weighed is None and shown.counted is None:
            return self._describe_phased(base, pair, found)
        filters = call_filters(found, shown, weighed, self._core, self.threshold)
        observation = shown.observation
        base = self._with_observation(base, shown, weighed, found)
        if self._is_deleted(weighed):
            filters = frozenset()
            base = msgspec.structs.replace(base, n_missing=0, missing=())
        elif CallFilter.NO_POSITION in filters:
            phased = phase_state(observation) if weighed is not None else None
            none = (NoteCode.NO_POSITION_ANSWERED,)
            return _Called(msgspec.structs.replace(base, notes=none, phased=phased), filters)
        elif CallFilter.NO_CANDIDATE in filters:
            return _Called(base, filters)
        return _Called(self.records.with_candidates(base, found), filters)

    def _describe_phased(self, base: GeneCall, pair: PhasedPair, found: DiplotypeSet) -> _Called:
        """Return the record of a fully phased sample, as `_describe` would."""
        # One diplotype without a gap fails no filter of gaps, phase or probability. In a cohort
        # every new pair comes here, and testing all filters would take twice the time.
        base = msgspec.structs.replace(
            base,
            phased="true",
            undocumented=pair.undocumented,
            notes=(*found.notes, *self.gene.notes),
        )
        filters = {CallFilter.CAUSE_ALONE} if found.rests_on_cause else ()
        return _Called(self.records.with_candidates(base, found), frozenset(filters))

    def _with_observation(
        self,
        base: GeneCall,
        shown: SampleEvidence,
        weighed: WeighedDiplotypes | None,
        found: DiplotypeSet,
    ) -> GeneCall:
        """Return a record with missing positions, phase and notes."""
        observation = shown.observation
        missing = self.records.positions(observation.missing)
        # the copies are counted: that the gene's copies are not assessed does not hold
        own = (
            n for n in self.gene.notes if weighed is None or n != NoteCode.COPY_NUMBER_NOT_ASSESSED
        )
        return msgspec.structs.replace(
            base,
            n_missing=len(missing),
            missing=missing,
            phased=phase_state(observation),
            undocumented=undocumented_alleles(shown.genotypes, observation),
            notes=(*found.notes, *own, *self.records.required(observation)),
        )

    def _is_deleted(self, weighed: WeighedDiplotypes | None) -> bool:
        """Whether both copies are certainly deleted; then no position can have a call."""
        if weighed is None or weighed.conflict or self.structural is None:
            return False
        copies = np.bincount(self.structural.models.copies, weights=weighed.posterior)
        return int(copies.argmax()) == 0 and weighed.found.probabilities[0] >= self.threshold

    def _finished(
        self,
        shown: SampleEvidence,
        core: GeneCall,
        filters: frozenset[CallFilter],
        findings: CopyFindings,
        notes: tuple[str, ...],
        *,
        with_sites: bool,
    ) -> GeneCall:
        """Return the call with its status, all notes, and its sites if requested."""
        genotypes, sample = shown.genotypes, shown.sample
        status = call_status(filters)
        all_notes = {*core.notes, *notes, *genotypes.notes.get(sample, ())}
        all_notes |= self._columns_of(genotypes).reasons[sample]
        all_notes.update(findings.notes)
        call = msgspec.structs.replace(
            core, sample=genotypes.samples[sample], status=status, notes=tuple(sorted(all_notes))
        )
        if findings.is_open and status is CallStatus.AMBIGUOUS:
            unresolved = f"{call.gene}:copy_number"
            depends = tuple(dict.fromkeys((*call.depends_on, unresolved)))
            call = msgspec.structs.replace(call, probability=None, depends_on=depends)
        if not with_sites:
            return call
        sites = site_observations(genotypes, sample)
        call = msgspec.structs.replace(call, structure=findings.report, sites=sites)
        supported = call_evidence(self.compiled, call, self.records.meanings.of)
        return msgspec.structs.replace(call, evidence=supported)
