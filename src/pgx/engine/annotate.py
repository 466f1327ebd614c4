"""One run for one or a few samples: composes the floors, decides nothing itself."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pgx._version import __version__
from pgx.base.files import file_digest
from pgx.base.shipped import code_digest, data_digest
from pgx.base.texts import release_month, shown_name
from pgx.copynumber.depth import PANEL_VARIABLE
from pgx.engine.calling import Ancestry, check_ancestry, unrecorded
from pgx.engine.personal import Personal, patient_sample, sample_info_with, sample_of
from pgx.engine.reading import Observations, read_inputs
from pgx.errors import InputError
from pgx.haplotypes.caller import GeneCaller
from pgx.inputs.choices import (
    chosen_genes,
    chosen_samples,
    left_out,
    marker_alleles,
    named_drugs,
    outside_by_sample,
    strangers,
)
from pgx.inputs.outside_calls import answer, compared
from pgx.inputs.release import marked_local, unlike_overlay
from pgx.inputs.settings import INFERRED, RECORDED, Prior, RunSettings, SampleInfo
from pgx.inputs.side_files import check_overrides, overrides_by_sample
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.outside.calls import OutsideCall
from pgx.pipeline.reads import ONLY_READS, SOURCE, add_reads
from pgx.recommendations.index import GuidanceIndex, guidance_of
from pgx.recommendations.lookup import recommend
from pgx.records.calls import CallStatus, GeneCall, Override, PatientResult, Provenance
from pgx.records.genes import GeneDefinition, Strategy
from pgx.records.patient import Patient

if TYPE_CHECKING:
    from pgx.reads.sample import ReadsInput

__all__ = [
    "Run",
    "annotate",
]


def annotate(
    paths: Sequence[str | Path],
    settings: RunSettings | None = None,
    *,
    knowledge: KnowledgeBase | None = None,
    sample_info: Mapping[str, SampleInfo] | None = None,
    outside: Sequence[OutsideCall] = (),
    patient: Patient | None = None,
    overrides: Sequence[Override] = (),
    reads: ReadsInput | None = None,
    beside: Mapping[str, Path] | None = None,
) -> Run:
    """Read inputs and prepare the results of their samples.

    Parameters
    ----------
    paths
        VCF, gVCF or BCF files, or ``-``; different regions or different samples.
    settings
        How to read, call and advise.
    knowledge
        The knowledge base; the installed one by default.
    sample_info
        Sex and population by sample name.
    outside
        Calls of other tools.
    patient
        What is known of the person whose sample it is.
    overrides
        What a laboratory says of calls and advice; it stands beside them.
    reads
        Aligned reads of the one sample; genes that can be called from them are.
    beside
        The files from which the other arguments were read, by their role (``patient`` …): results
        tell their names and digests, so that they can be derived again.

    Returns
    -------
    Run
        Results by sample, and the inputs that were refused.

    Raises
    ------
    UnknownGeneError, UnknownDrugError
        A gene or drug that the knowledge base does not have.
    SampleNotFoundError
        A sample that no input has.
    OverrideFileError
        An override without person, day or reason.
    InputConflictError
        Two inputs disagree about one site of one sample, or two files about the sex.
    UsageError
        A patient file that names no sample, and several samples.
    OutsideCallError
        An outside call that cannot be used.
    ReadsFileError
        The file of reads cannot be used.
    """
    kb = knowledge or KnowledgeBase()
    chosen = settings or RunSettings()
    run = Run(
        kb, chosen, list(paths), dict(sample_info or {}), list(outside), patient, overrides, reads
    )
    run.describe(beside or {})
    return run


class Run:
    """The results of one run, made one by one in the order of the inputs' samples.

    ``with_sites``, at first that of the settings, says whether they hold what was observed.
    """

    def __init__(
        self,
        kb: KnowledgeBase,
        settings: RunSettings,
        paths: list[str | Path],
        sample_info: dict[str, SampleInfo],
        outside: list[OutsideCall],
        patient: Patient | None = None,
        overrides: Sequence[Override] = (),
        reads: ReadsInput | None = None,
    ) -> None:
        self.knowledge = kb
        drugs = named_drugs(kb, settings.drugs)  # unknown ones end the run before reading
        settings = self.settings = msgspec.structs.replace(settings, drugs=drugs)
        self.with_sites = settings.with_sites
        self.genes = chosen_genes(kb, settings)
        if settings.prior is not Prior.NONE:
            check_ancestry(settings.ancestry, kb.frequencies.values())
        self.guidance: GuidanceIndex = guidance_of(kb, settings.confidence)
        said = check_overrides(overrides, kb)
        about = sample_of(patient, settings.samples)
        if patient is not None and about:
            sample_info = sample_info_with(patient, about, sample_info)
        self._observations: Observations = read_inputs(
            paths,
            self.genes,
            settings,
            sample_info,
            known=list(kb.genes.values()),
            patient_sex=patient.sex if patient is not None and not about else "",
        )
        self._beside: tuple[dict[str, str], ...] = ()
        self._by_reads: frozenset[str] = frozenset()
        self._only_reads = reads is not None and not paths
        if reads is not None:
            self._by_reads = add_reads(
                self._observations, reads, self.genes, settings, known=list(kb.genes.values())
            )
        self._observations.hints += unlike_overlay(kb, self._observations.refused)
        self.samples = chosen_samples(self._observations.samples, settings, self.refused)
        self._overrides = overrides_by_sample(said, self._observations.samples, self.refused)
        self._personal: tuple[str, Personal] | None = None
        if patient is not None and self.samples:
            person = self._person(patient, about)
            if person:
                sample_info_with(patient, person, sample_info)
                self._personal = (person, Personal(kb, self.guidance, patient))
        self._columns = {name: i for i, name in enumerate(self._observations.samples)}
        self._observations.hints += strangers(outside, self._observations.samples)
        self._observations.hints += left_out(outside, kb)
        self._outside = outside_by_sample(outside, self.samples, kb)
        known = kb.frequencies if settings.prior is not Prior.NONE else {}
        self._callers = {
            g.gene: GeneCaller(g, known.get(g.gene), threshold=settings.threshold)
            for g in self.genes
            if g.variants
        }
        self._sample_info = sample_info
        if settings.ancestry == RECORDED and settings.prior is not Prior.NONE:
            recorded = {s: info.superpopulation for s, info in sample_info.items()}
            self._observations.hints += unrecorded(self.samples, recorded, known.values())
        self._genotypes = {
            name: self._observations.combined(c.gene) for name, c in self._callers.items()
        }

    def describe(self, beside: Mapping[str, Path]) -> None:
        """Let results tell of the files beside the variants, by role.

        A panel of depths that the user named is one of them.
        """
        panel = os.environ.get(PANEL_VARIABLE)
        beside = {**beside, **({"depth_panel": Path(panel)} if panel else {})}
        self._beside = tuple(
            {"name": shown_name(path.name), "role": role, "sha256": file_digest(path)}
            for role, path in sorted(beside.items())
        )

    def _person(self, patient: Patient, about: str) -> str:
        """Return the patient's sample, empty where it may be in an input that was refused.

        Raises
        ------
        InputError
            An input was refused, and nothing says that the patient's sample is not in it.
        """
        if self.refused and not about:
            raise self.refused[0]
        if self.refused and about not in self.samples:
            return ""
        return patient_sample(patient, self.samples)

    @property
    def refused(self) -> list[InputError]:
        """One error for each input that was refused."""
        return self._observations.refused

    @property
    def hints(self) -> list[str]:
        """What the user may want to know of the inputs."""
        return self._observations.hints

    def results(self) -> Iterator[PatientResult]:
        """Yield one result a sample, in input order."""
        for sample in self.samples:
            calls = self.calls(sample)
            plain = PatientResult(
                sample=sample,
                calls=calls,
                recommendations=tuple(
                    recommend(self.guidance, sample, calls, self.settings.drugs or None)
                ),
                provenance=self._provenance(sample),
                overrides=self._overrides.get(sample, ()),
            )
            if self._personal is not None and self._personal[0] == sample:
                plain = self._personal[1].result(plain, self.settings.drugs)
            yield plain

    def calls(self, sample: str) -> tuple[GeneCall, ...]:
        """Return one sample's calls, genes A–Z."""
        column = self._columns[sample]
        ancestry = self._ancestry(sample, column)
        notes = self._observations.notes_of(sample)
        calls = (self._call(gene, sample, column, ancestry, notes) for gene in self.genes)
        return marked_local(calls, self.knowledge.local_genes)

    def _ancestry(self, sample: str, column: int) -> Ancestry:
        info = self._sample_info.get(sample)
        evidence = {}
        if self.settings.ancestry == INFERRED:
            genotypes = self._genotypes
            evidence = {n: c.evidence(genotypes[n], column) for n, c in self._callers.items()}
        return Ancestry(self.settings.ancestry, info.superpopulation if info else "", evidence)

    def _call(
        self,
        gene: GeneDefinition,
        sample: str,
        column: int,
        ancestry: Ancestry,
        notes: tuple[str, ...],
    ) -> GeneCall:
        given = self._outside.get((sample, gene.gene))
        unused: tuple[str, ...] = ()
        if given is not None:
            found = answer(given, gene, sample, marker_alleles(self.guidance, gene.gene))
            if isinstance(found, GeneCall):
                return self._compared(found, column)
            unused = (found,)
        if gene.gene not in self._callers:
            needed = ("outside_call_needed",) if gene.strategy is Strategy.OUTSIDE else ()
            return GeneCall(
                sample=sample,
                gene=gene.gene,
                status=CallStatus.NOT_ASSESSED,
                notes=tuple(sorted((*needed, *unused))),
            )
        is_read = gene.gene in self._by_reads
        if is_read:
            notes = ()  # they are the variants'
        elif self._only_reads:
            notes = (*notes, ONLY_READS)
        call = self._callers[gene.gene].call(
            self._genotypes[gene.gene],
            column,
            with_sites=self.with_sites,
            notes=(*notes, *unused),
            ancestry=ancestry.weights(gene.gene),
            copies=self._observations.copies_of(gene.gene, sample),
        )
        return msgspec.structs.replace(call, source=SOURCE) if is_read else call

    def _compared(self, call: GeneCall, column: int) -> GeneCall:
        """Note an outside call that the input's own variants contradict."""
        caller = self._callers.get(call.gene)
        if caller is None:
            return call
        return compared(call, caller.compiled, self._genotypes[call.gene], column)

    def _provenance(self, sample: str) -> Provenance:
        mine = [i for i in self._observations.inputs if sample in i.samples]
        return Provenance(
            tool="pgx",
            version=__version__,
            knowledge_release=self.knowledge.release,
            knowledge_date=release_month(self.knowledge.release),
            knowledge_digest=self.knowledge.manifest.digest,
            data_digest=data_digest(),
            code_digest=code_digest(),
            assembly="/".join(dict.fromkeys(i.assembly.value for i in mine)),
            input=(*(i.description for i in mine), *self._beside),
            settings=self.settings.as_provenance(),
            overlay=self.knowledge.overlay.info if self.knowledge.overlay else None,
        )
