"""Results with reports for one or a few samples, including genes called from aligned reads."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

from pgx._version import __version__
from pgx.base.assemblies import Assembly
from pgx.base.files import file_digest
from pgx.base.shipped import code_digest, data_digest
from pgx.base.texts import release_month, shown_name
from pgx.copynumber.depth import PANEL_VARIABLE
from pgx.engine.calling import SOURCE_READS, CalledFromReads, ChunkCaller, GeneTable, notes_of
from pgx.engine.engine import Engine, refused_of
from pgx.engine.personal import Personal, patient_sample, sample_info_with, sample_of
from pgx.engine.reading import GroupedGene, Inputs, Piece, ReadInput, pieces_of, read_of
from pgx.errors import InputConflictError, InputError, UsageError
from pgx.inputs.choices import chosen_genes
from pgx.inputs.release import named_drugs
from pgx.inputs.settings import RunSettings, SampleInfo
from pgx.inputs.side_files import check_overrides, overrides_by_sample
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.outside.calls import OutsideCall
from pgx.records.calls import GeneCall, Override, PatientResult, Provenance
from pgx.records.genes import GeneDefinition, Ploidy
from pgx.records.patient import Patient

if TYPE_CHECKING:
    from pgx.reads.sample import ReadsInput

__all__ = [
    "Run",
    "add_reads",
    "annotate",
    "control_regions",
]

# Calls that keep per-position observations are specific to a sample and hold thousands of records:
# larger chunks slow every garbage collection by more than the sharing of calls saves.
_CHUNK_WITH_SITES: Final = 16
_CHUNK: Final = 4096
"""Samples per chunk if calls hold no observations and can therefore be shared."""


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
        What is known about the patient whose sample it is.
    overrides
        A laboratory's overrides of calls and recommendations, reported next to the computed ones.
    reads
        Aligned reads of the single sample; every gene that supports it is called from them.
    beside
        The files from which the other arguments were read, by role (``patient`` …). Results record
        their names and digests, so that a result can be reproduced.

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
    asked = settings or RunSettings()
    # unknown drugs and genes raise an error before any input is read
    chosen = msgspec.structs.replace(asked, drugs=named_drugs(kb, asked.drugs))
    genes = chosen_genes(kb, chosen)
    info, about = dict(sample_info or {}), sample_of(patient, chosen.samples)
    if patient is not None and about:
        info = sample_info_with(patient, about, info)
    engine = Engine(kb, chosen, genes, info, outside)
    decisions = check_overrides(overrides, kb)
    # a patient file without a sample name: its sex applies to the samples that are read
    others_sex = patient.sex if patient is not None and not about else ""
    inputs = engine.reader(is_grouped=False, patient_sex=others_sex).read_all(paths)
    from_reads = _add_reads(engine, inputs, reads, is_alone=not paths)
    samples = engine.samples(inputs)
    names = tuple(dict.fromkeys(name for item in read_of(inputs) for name in item.samples))
    run = Run(
        engine,
        inputs,
        samples,
        hints=engine.hints(inputs, samples),
        caller=engine.caller(samples, from_reads),
        overrides=overrides_by_sample(decisions, names, refused_of(inputs)),
        beside=_described(beside or {}),
        with_sites=chosen.with_sites,
    )
    if patient is not None and samples:
        person = _person(run, patient, about)
        if person:
            # checked here too: the patient's sample may be known only now
            sample_info_with(patient, person, info)
            run.personal = person, Personal(kb, engine.guidance, patient)
    return run


def _add_reads(
    engine: Engine,
    inputs: list[ReadInput | InputError],
    reads: ReadsInput | None,
    *,
    is_alone: bool,
) -> CalledFromReads:
    """Add the evidence of aligned reads to the inputs; return the genes called from it."""
    read = read_of(inputs)
    # with every other input refused, the sample of the reads cannot be determined
    if reads is None or (inputs and not read):
        return CalledFromReads(is_alone=reads is not None and is_alone)

    known = list(engine.knowledge.genes.values())
    found = add_reads(read, reads, list(engine.genes.values()), engine.settings, known=known)
    inputs[:] = [*read, *refused_of(inputs)]
    return CalledFromReads(found, is_alone)


def _described(beside: Mapping[str, Path]) -> tuple[dict[str, str], ...]:
    """Return name, role and digest of the side files.

    A depth panel named by the user is included.
    """
    panel = os.environ.get(PANEL_VARIABLE)
    files = {**beside, **({"depth_panel": Path(panel)} if panel else {})}
    return tuple(
        {"name": shown_name(path.name), "role": role, "sha256": file_digest(path)}
        for role, path in sorted(files.items())
    )


def _person(run: Run, patient: Patient, about: str) -> str:
    """Return the patient's sample, empty if it may be in an input that was refused.

    Raises
    ------
    InputError
        An input was refused, and the patient's sample may be in it.
    """
    if run.refused and not about:
        raise run.refused[0]
    if run.refused and about not in run.samples:
        return ""
    return patient_sample(patient, run.samples)


@dataclass(slots=True)
class Run:
    """Samples whose results are computed chunk by chunk, in input order.

    Attributes
    ----------
    engine, inputs
        The engine of the run, and the inputs, read or refused.
    samples, hints
        The samples of the run, and hints about the inputs for the user.
    caller
        Calls the genes of these samples.
    overrides, beside
        A laboratory's overrides by sample; name, role and digest of the side files.
    with_sites
        Whether results include the observations at each position.
    personal
        The patient's sample, and the object that adds the patient to its result.
    """

    engine: Engine
    inputs: Inputs
    samples: tuple[str, ...]
    hints: list[str]
    caller: ChunkCaller
    overrides: Mapping[str, tuple[Override, ...]]
    beside: tuple[dict[str, str], ...]
    with_sites: bool
    personal: tuple[str, Personal] | None = None
    _pieces: dict[str, list[Piece]] = field(init=False)

    def __post_init__(self) -> None:
        read = read_of(self.inputs)
        self._pieces = {
            name: pieces_of(gene, read, self.samples)
            for name, gene in self.engine.genes.items()
            if gene.variants
        }

    @property
    def knowledge(self) -> KnowledgeBase:
        """The knowledge base."""
        return self.engine.knowledge

    @property
    def settings(self) -> RunSettings:
        """The settings of the run."""
        return self.engine.settings

    @property
    def input_samples(self) -> tuple[str, ...]:
        """Every sample of the inputs, whether chosen or not."""
        found = (name for item in read_of(self.inputs) for name in item.samples)
        return tuple(dict.fromkeys(found))

    @property
    def refused(self) -> list[InputError]:
        """One error for each input that was refused."""
        return refused_of(self.inputs)

    def results(self) -> Iterator[PatientResult]:
        """Yield one result per sample, in input order."""
        for first, last in self._chunks():
            tables = self._called(first, last)
            advice = self.engine.advice(tables)
            for number, rows in enumerate(advice.of_samples(0, last - first).tolist()):
                sample = self.samples[first + number]
                plain = PatientResult(
                    sample=sample,
                    calls=_calls_of(tables, number, sample),
                    recommendations=tuple(
                        [msgspec.structs.replace(advice.rows[row], sample=sample) for row in rows]
                    ),
                    provenance=self._provenance(sample),
                    overrides=self.overrides.get(sample, ()),
                )
                if self.personal is not None and self.personal[0] == sample:
                    plain = self.personal[1].result(plain, self.settings.drugs)
                yield plain

    def calls(self) -> Iterator[GeneCall]:
        """Yield the calls of all samples in input order, genes A–Z within a sample."""
        for first, last in self._chunks():
            tables = self._called(first, last)
            for number in range(last - first):
                yield from _calls_of(tables, number, self.samples[first + number])

    def _chunks(self) -> Iterator[tuple[int, int]]:
        """Yield the first and last sample of each chunk, half-open."""
        step = _CHUNK_WITH_SITES if self.with_sites else _CHUNK
        for first in range(0, len(self.samples), step):
            yield first, min(first + step, len(self.samples))

    def _called(self, first: int, last: int) -> list[GeneTable]:
        """Return the calls of a chunk of samples, genes A–Z."""
        samples = self.samples[first:last]
        pieces = {n: [own.chunk(first, last) for own in of] for n, of in self._pieces.items()}
        notes = notes_of(read_of(self.inputs), samples)
        genes = self.engine.genes
        evidence = {
            name: self.caller.evidence_of(genes[name], pieces[name], len(samples))
            for name in self.engine.inferring
        }
        return [
            self.caller.call(
                gene,
                pieces.get(name, ()),
                samples,
                notes,
                evidence,
                with_sites=self.with_sites,
            )
            for name, gene in genes.items()
        ]

    def _provenance(self, sample: str) -> Provenance:
        mine = [i for i in read_of(self.inputs) if sample in i.samples]
        return Provenance(
            tool="pgx",
            version=__version__,
            knowledge_release=self.knowledge.release,
            knowledge_date=release_month(self.knowledge.release),
            knowledge_digest=self.knowledge.manifest.digest,
            data_digest=data_digest(),
            code_digest=code_digest(),
            assembly="/".join(dict.fromkeys(i.assembly.value for i in mine)),
            input=(*(i.description for i in mine), *self.beside),
            settings=self.settings.as_provenance(),
            overlay=self.knowledge.overlay.info if self.knowledge.overlay else None,
        )


def _calls_of(tables: Sequence[GeneTable], number: int, sample: str) -> tuple[GeneCall, ...]:
    """Return the calls of one sample of a chunk, given its index and name."""
    found = (table.calls[table.index[number]] for table in tables)
    return tuple([msgspec.structs.replace(call, sample=sample) for call in found])


if TYPE_CHECKING:
    from pgx.reads.sample import ReadsEvidence, ReadsInput
    from pgx.reads.source import Region


# A margin of one read length of common sequencers around a defining position: its depth is
# that of the reads which cover the position.
_REACH: Final = 100
_MOST_OF_A_GENE: Final = 4


def add_reads(
    inputs: list[ReadInput],
    source: ReadsInput,
    genes: Sequence[GeneDefinition],
    settings: RunSettings,
    *,
    known: Sequence[GeneDefinition],
) -> frozenset[str]:
    """Read a file of aligned reads; its evidence replaces that of variants for the genes it covers.

    ``genes`` are the genes of the run, ``known`` all genes of the knowledge base; those on other
    chromosomes serve to normalise depth. Returns the genes that were read; empty if none of the
    run's genes is.

    Raises
    ------
    ReadsFileError, AssemblyMismatchError
        The file of reads cannot be used.
    InputConflictError
        The reads belong to another sample than the other inputs, or these have several samples.
    UsageError
        None of the run's genes can be called from reads.
    """
    from pgx.reads.sample import ReadLimits, can_be_read, read_gene

    wanted = [gene for gene in genes if can_be_read(gene)]
    if not wanted:
        names = ", ".join(g.gene for g in known if can_be_read(g))
        raise UsageError("no gene asked for is called from reads", remedy=f"those are: {names}")
    limits = ReadLimits(settings.min_gq, settings.min_dp)
    for gene in wanted:
        controls = {a: control_regions(known, a, but=gene) for a in Assembly}
        own = read_gene(source, gene, limits, controls=controls, assembly=settings.assembly)
        sample = _sample(inputs, own, Path(source.path))
        _replace(inputs, gene.gene, sample, own)
    return frozenset(gene.gene for gene in wanted)


def _sample(inputs: Sequence[ReadInput], own: ReadsEvidence, place: Path) -> str:
    """Return the sample of the reads: the only sample of the other inputs, else the file's own."""
    others = tuple(s for i in inputs if i.name != own.name for s in i.samples)
    names = dict.fromkeys(others)
    if not names:
        return own.sample or place.name.removesuffix(place.suffix)
    # reads of one sample must not be assigned to one of several
    if len(names) > 1:
        raise InputConflictError(
            f"reads of one sample, and variants of {len(names)}",
            where=own.name,
            remedy="give the VCF file of that sample alone",
        )
    (name,) = names
    if own.sample and own.sample != name:
        raise InputConflictError(
            "the sample of the reads (SM of the read groups) is not that of the variants",
            where=own.name,
            remedy="if both are of the same person, give the reads its name: samtools"
            " addreplacerg, or samtools reheader",
        )
    return name


def _replace(inputs: list[ReadInput], gene: str, sample: str, own: ReadsEvidence) -> None:
    """Remove a gene from the other inputs and add the reads as a separate input."""
    for item in inputs:
        item.genes.pop(gene, None)
    own.genotypes.samples = (sample,)
    inputs.append(
        ReadInput(
            name=own.name,
            sha256=own.digest,
            assembly=own.assembly,
            samples=(sample,),
            notes=(),
            hints=[],
            genes={gene: GroupedGene(own.genotypes, np.zeros(1, np.int32), (own.copies,))},
            role=SOURCE_READS,
        )
    )


def control_regions(
    known: Sequence[GeneDefinition], assembly: Assembly, *, but: GeneDefinition
) -> list[Region]:
    """Return regions around defining positions of other genes on other autosomes.

    At most four regions per gene, spread over the gene, so that no gene outweighs the others.
    """
    found: list[Region] = []
    for gene in known:
        # a control must have two copies: no sex chromosome, no known structural variants, and no
        # gene of the same contig
        elsewhere = gene.contig != but.contig and gene.ploidy is Ploidy.AUTOSOME
        if not elsewhere or gene.structure is not None or not gene.variants:
            continue
        old = assembly is Assembly.GRCH37
        places = sorted(v.position_grch37 if old else v.position for v in gene.variants)
        step = max(len(places) // _MOST_OF_A_GENE, 1)
        chosen = places[step // 2 :: step][:_MOST_OF_A_GENE]
        found += [(gene.contig, p - _REACH, p + _REACH) for p in chosen]
    return found
