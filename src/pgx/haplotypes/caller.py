"""Call one gene for every sample: observations in, `GeneCall` records out."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Final, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.copynumber.configurations import structural_models
from pgx.copynumber.evidence import CONFLICT as CONFLICT_REASON
from pgx.copynumber.evidence import CopyEvidence, with_posterior
from pgx.genotypes.matrix import GeneGenotypes
from pgx.haplotypes.call_records import CallRecords, best_probability, undocumented_alleles
from pgx.haplotypes.copy_calls import (
    Change,
    copy_reading,
    denied,
    has_open_copies,
    heard_records,
    is_sure,
    judged,
    structural_status,
    unassessed,
    with_evidence,
)
from pgx.haplotypes.definitions import (
    CompiledGene,
    causal_alleles,
    compile_gene,
    core_sites,
    named_sites,
    without_proxy,
)
from pgx.haplotypes.evidence import call_evidence
from pgx.haplotypes.filters import (
    UNCOUNTED,
    Columns,
    columns_of,
    failed_sites,
    left_open,
    may_be_hybrid,
    open_sites,
    site_observations,
    structure_notes,
    weak_sites,
)
from pgx.haplotypes.inferred import InferredCaller
from pgx.haplotypes.listing import call_listing
from pgx.haplotypes.matching import Observation, observe, phase_state
from pgx.haplotypes.meanings import Concern
from pgx.haplotypes.outcome import DiplotypeSet, both_lost
from pgx.haplotypes.posterior import evidence
from pgx.haplotypes.prior import HaplotypePrior, build_prior
from pgx.haplotypes.star import call_star
from pgx.haplotypes.structural import StructuralCaller
from pgx.haplotypes.whole import WholeCaller, WholePair
from pgx.phenotypes.haplotypes import HaplotypeFunctions
from pgx.records.calls import CallStatus, GeneCall
from pgx.records.genes import GeneDefinition, GeneFrequencies, Strategy

__all__ = [
    "GeneCaller",
]

_MAX_REMEMBERED: Final = 20_000

_Key = TypeVar("_Key")


class GeneCaller:
    """Calls one gene; equal observations are called once and shared.

    Parameters
    ----------
    gene
        The gene's definitions and rules.
    frequencies
        What is known of its haplotypes in populations; None calls without a prior.
    threshold
        Probability from which a diplotype counts as called.
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
        self._known: dict[bytes, GeneCall] = {}
        self._whole: dict[WholePair, GeneCall] = {}
        self._columns: Columns | None = None
        self._evidence: dict[bytes, npt.NDArray[np.float64]] = {}

    @functools.cached_property
    def prior(self) -> HaplotypePrior | None:
        """Shares of haplotypes; None where nothing is known of them, or none is wanted."""
        return build_prior(self.compiled, self._frequencies)

    @functools.cached_property
    def _inferred(self) -> InferredCaller | None:
        return InferredCaller(self.compiled, self.prior) if self.prior else None

    @functools.cached_property
    def _whole_caller(self) -> WholeCaller | None:
        return WholeCaller(self.compiled, self.prior) if self.prior else None

    @functools.cached_property
    def structural(self) -> StructuralCaller | None:
        """Calls with gene copies; None of a gene whose structures are not known."""
        if self.gene.structure is None or self._inferred is None:
            return None
        models = structural_models(self.gene.structure)
        return StructuralCaller(self._inferred, models, self._meanings.of)

    @functools.cached_property
    def _meanings(self) -> HaplotypeFunctions:
        return HaplotypeFunctions(self.gene)

    @functools.cached_property
    def _wanted(self) -> npt.NDArray[np.bool_]:
        return named_sites(self.compiled, self._frequencies)

    @functools.cached_property
    def _causal(self) -> npt.NDArray[np.uint64]:
        return causal_alleles(self.compiled)

    @functools.cached_property
    def _core(self) -> npt.NDArray[np.bool_]:
        return core_sites(self.compiled, self._frequencies)

    def evidence(self, genotypes: GeneGenotypes, sample: int) -> Mapping[str, float] | None:
        """Return how well each population group explains a sample, as natural logarithms.

        None without a prior, or where nothing is answered.
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

        ``with_sites`` adds what was observed at every defining position, and what supports
        the call; ``notes`` are codes that hold for the whole input; ``ancestry`` are weights
        of population groups, all alike if not given; ``copies`` is what is known of the
        sample's gene copies.
        """
        is_open = has_open_copies(genotypes, sample)
        if self.structural is not None:
            copies, is_open = heard_records(genotypes, sample, copies)
        if copies is not None and self.structural is not None:
            genotypes, sample = judged(self.gene, genotypes, sample, copies), 0
        name = genotypes.samples[sample]
        columns = self._of(genotypes)
        is_denied = is_open and self.structural is not None
        counted = None if is_denied else self._with_copies(genotypes, sample, ancestry or {})
        if counted is not None:
            core, is_open = counted, False
        elif copies is not None and copies.is_assessed and self.structural is not None:
            core = self._structural(self.structural, genotypes, ancestry or {}, copies)
        else:
            core = self._core_call(columns, sample, ancestry or {})
            if copies is not None and not copies.is_assessed:
                core = unassessed(core, copies.report)
        all_notes = {*core.notes, *notes, *genotypes.notes.get(sample, ())}
        all_notes |= columns.reasons[sample]
        if is_open:
            all_notes.add("structural_variant")
            core = denied(left_open(core), genotypes, sample)
            all_notes |= set(core.notes)
        noted = tuple(sorted(all_notes))
        if not with_sites:
            return msgspec.structs.replace(core, sample=name, notes=noted, structure=None)
        sites = site_observations(genotypes, sample)
        call = msgspec.structs.replace(core, sample=name, notes=noted, sites=sites)
        supported = call_evidence(self.compiled, call, self._meanings.of)
        return msgspec.structs.replace(call, evidence=supported)

    def _structural(
        self,
        caller: StructuralCaller,
        genotypes: GeneGenotypes,
        ancestry: Mapping[str, float],
        copies: CopyEvidence,
    ) -> GeneCall:
        """Return the call of one sample whose gene copies were assessed."""
        observation = observe(genotypes, 0)
        missing = self.records.positions(observation.missing)
        failed = failed_sites(genotypes, 0)
        concern = self._concern(observation, failed)
        called = caller.call(observation, genotypes, self._groups(ancestry), concern, copies)
        if called is None:
            return self._contradicted(genotypes, ancestry, copies)
        report = with_posterior(copies, caller.models, called.posterior)
        notes = structure_notes(report, conflict=called.conflict)
        own = tuple(n for n in self.gene.notes if n != UNCOUNTED)
        base = GeneCall(
            sample="",
            gene=self.gene.gene,
            status=CallStatus.CALLED,
            n_positions=len(self.gene.variants),
            n_missing=len(missing),
            missing=missing,
            phased=phase_state(observation),
            undocumented=undocumented_alleles(genotypes, observation),
            notes=(*called.found.notes, *own, *notes, *self.records.required(observation)),
            structure=report,
        )
        is_gone = report.copies[0].copies == 0 and is_sure(called, self.threshold)
        if not observation.answered.any() and not is_gone:
            none = ("no_position_answered",)
            return msgspec.structs.replace(base, status=CallStatus.NOT_ASSESSED, notes=none)
        if is_gone:  # no base can be seen of what is not there
            base = msgspec.structs.replace(base, n_missing=0, missing=())
            return self.records.with_candidates(base, called.found, CallStatus.CALLED)
        half = self._is_half_unanswered(observation)
        status = structural_status(called, self.threshold, half_unanswered=half)
        call = self.records.with_candidates(base, called.found, status)
        return left_open(call) if called.conflict else call

    def _contradicted(
        self, genotypes: GeneGenotypes, ancestry: Mapping[str, float], copies: CopyEvidence
    ) -> GeneCall:
        """Return what small variants say, left open: they deny the copies that were counted."""
        report = msgspec.structs.replace(copies.report, reason=CONFLICT_REASON)
        return unassessed(self._core_call(self._of(genotypes), 0, ancestry), report)

    def _of(self, genotypes: GeneGenotypes) -> Columns:
        """Return what is told of all columns at once; samples of one input come together."""
        if self._columns is None or self._columns.genotypes is not genotypes:
            self._columns = columns_of(genotypes, whole=self._whole_caller is not None)
        return self._columns

    def _with_copies(
        self, genotypes: GeneGenotypes, sample: int, ancestry: Mapping[str, float]
    ) -> GeneCall | None:
        """Return the call of a sample whose copies a structural record says.

        None where there is no such record, or genotypes or other records deny it.
        """
        reading = copy_reading(self.gene, genotypes, sample)
        if reading is None:
            return None
        if reading.lost is None:
            core = self._call(
                reading.observation, genotypes, reading.failed, ancestry, reading.change
            )
        else:
            found = both_lost(reading.lost, self.gene.default_allele, weighed=bool(self._inferred))
            base = GeneCall(sample="", gene=self.gene.gene, status=CallStatus.CALLED)
            base = msgspec.structs.replace(base, n_positions=len(self.gene.variants))
            core = self.records.with_candidates(base, found, CallStatus.CALLED)
        return with_evidence(core, self.gene, genotypes.copies[sample])

    def _core_call(self, columns: Columns, sample: int, ancestry: Mapping[str, float]) -> GeneCall:
        """Return the call of one column, as far as it rests on its alleles and their phase."""
        pair = columns.pairs[sample]
        if pair is not None and self._whole_caller is not None:
            core = self._whole.get(pair)
            if core is None:
                core = self._call_whole(pair, self._whole_caller.call(pair, columns.genotypes))
                _remember(self._whole, pair, core)
            return core
        observation = observe(columns.genotypes, sample)
        failed = failed_sites(columns.genotypes, sample)
        key = observation.key() + failed.tobytes() + columns.extra
        key += repr(sorted(ancestry.items())).encode()
        core = self._known.get(key)
        if core is None:
            core = self._call(observation, columns.genotypes, failed, ancestry)
            _remember(self._known, key, core)
        return core

    def _call_whole(self, pair: WholePair, found: DiplotypeSet) -> GeneCall:
        """Return the call of a pair of haplotypes of which nothing is open."""
        base = GeneCall(
            sample="",
            gene=self.gene.gene,
            status=CallStatus.CALLED,
            n_positions=len(self.gene.variants),
            phased="true",
            undocumented=pair.undocumented,
            notes=(*found.notes, *self.gene.notes),
        )
        status = CallStatus.AMBIGUOUS if found.rests_on_cause else CallStatus.CALLED
        return self.records.with_candidates(base, found, status)

    def _call(
        self,
        observation: Observation,
        genotypes: GeneGenotypes,
        failed: npt.NDArray[np.bool_],
        ancestry: Mapping[str, float],
        change: Change | None = None,
    ) -> GeneCall:
        """Return the call of an observation; ``change`` adds what copies of the gene say."""
        missing = self.records.positions(observation.missing)
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
        found = self._candidates(observation, genotypes, failed, ancestry)
        found = found if change is None else change(found)
        base = msgspec.structs.replace(
            base,
            phased=phase_state(observation),
            undocumented=undocumented_alleles(genotypes, observation),
            notes=(*found.notes, *self.gene.notes, *self.records.required(observation)),
        )
        if not found.n_candidates:
            return msgspec.structs.replace(base, status=CallStatus.NO_CALL)
        return self.records.with_candidates(base, found, self._status(found, observation))

    def _candidates(
        self,
        observation: Observation,
        genotypes: GeneGenotypes,
        failed: npt.NDArray[np.bool_],
        ancestry: Mapping[str, float],
    ) -> DiplotypeSet:
        """Weigh what fits by the prior, or only list it where there is none."""
        if self._inferred is not None and self.prior is not None:
            concern = self._concern(observation, failed)
            return self._inferred.call(observation, genotypes, self._groups(ancestry), concern)
        lists = self.gene.strategy is Strategy.VARIANT_LIST
        return (call_listing if lists else call_star)(self.compiled, observation, genotypes)

    def _concern(self, observation: Observation, failed: npt.NDArray[np.bool_]) -> Concern:
        unanswered = open_sites(observation, ~failed) | weak_sites(observation)
        is_open = without_proxy(self.compiled, unanswered, ~observation.missing)
        return Concern(
            failed=open_sites(observation, failed),
            open_core=np.where(is_open, self._causal, np.uint64(0)),
            core=self._core,
            named=self._wanted,
        )

    def _groups(self, ancestry: Mapping[str, float]) -> npt.NDArray[np.float64]:
        """Return (G,) weights of the prior's groups, all alike where none is given."""
        names = self.prior.groups if self.prior is not None else ()
        groups = np.array([ancestry.get(g, 0.0) for g in names])
        if not groups.sum():
            groups = np.ones(len(groups))
        return np.asarray(groups / groups.sum())

    def _status(self, found: DiplotypeSet, observation: Observation) -> CallStatus:
        """Called: one diplotype fits, or the prior and enough answers single one out."""
        if found.rests_on_cause or may_be_hybrid(self.gene.notes, found, observation):
            return CallStatus.AMBIGUOUS
        if found.is_single:
            return CallStatus.CALLED
        probability = best_probability(found)
        weighed = probability is not None and not found.is_partial
        if not weighed or found.unsettled or self._is_half_unanswered(observation):
            return CallStatus.AMBIGUOUS
        is_sure = probability is not None and probability >= self.threshold
        return CallStatus.CALLED if is_sure else CallStatus.AMBIGUOUS

    def _is_half_unanswered(self, observation: Observation) -> bool:
        """Whether half of the core positions lack an answer; of all, where none is core."""
        wanted = self._core if self._core.any() else np.ones(len(self._core), np.bool_)
        return bool(2 * observation.missing[wanted].sum() >= wanted.sum())


def _remember(memory: dict[_Key, GeneCall], key: _Key, call: GeneCall) -> None:
    if len(memory) < _MAX_REMEMBERED:
        memory[key] = call
