"""What a run would read and call: headers and side files are read, records are not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pgx.base.errors import InputError, SampleNotFoundError
from pgx.base.genes import Assembly
from pgx.io.source import open_source
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.pipeline.assembly import decide_assembly
from pgx.pipeline.drugs import named_drugs
from pgx.pipeline.settings import RunSettings

if TYPE_CHECKING:
    from pgx.reads.sample import ReadsInput

__all__ = ["PlannedInput", "RunPlan", "plan"]


class PlannedInput(msgspec.Struct, frozen=True, kw_only=True):
    """One input by its header: ``assembly`` is the one that it would be read on."""

    name: str
    assembly: Assembly
    samples: tuple[str, ...]


class RunPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What a run would do.

    ``samples`` are those that would be called, in input order; ``genes`` those that variants
    can answer, ``outside`` those that need an outside call. Empty ``drugs`` mean all.
    """

    inputs: tuple[PlannedInput, ...]
    refused: tuple[InputError, ...]
    samples: tuple[str, ...]
    genes: tuple[str, ...]
    outside: tuple[str, ...]
    drugs: tuple[str, ...]


def plan(
    paths: Sequence[str | Path],
    settings: RunSettings,
    *,
    knowledge: KnowledgeBase | None = None,
    reads: ReadsInput | None = None,
) -> RunPlan:
    """Read the headers of inputs and say what `pgx.pipeline.run.annotate` would do with them.

    A record that breaks the format, or bases of another assembly, are found by the run alone.

    Raises
    ------
    UnknownGeneError, UnknownDrugError
        A gene or drug that the knowledge base does not have.
    SampleNotFoundError
        A sample that no input has.
    ReadsFileError, AssemblyMismatchError
        The file of reads cannot be used.
    """
    kb = knowledge or KnowledgeBase()
    drugs = named_drugs(kb, settings.drugs)
    wanted = {kb.gene(name).gene for name in settings.genes} or set(kb.genes)
    genes = [gene for name, gene in kb.genes.items() if name in wanted]
    inputs: list[PlannedInput] = []
    refused: list[InputError] = []
    for path in paths:
        try:
            inputs.append(_read_header(path, settings))
        except InputError as error:
            refused.append(error)
    if reads is not None:
        inputs.append(_open_reads(reads, settings, inputs))
    return RunPlan(
        inputs=tuple(inputs),
        refused=tuple(refused),
        samples=_samples(inputs, settings, any_refused=bool(refused)),
        genes=tuple(gene.gene for gene in genes if gene.variants),
        outside=tuple(gene.gene for gene in genes if not gene.variants),
        drugs=drugs,
    )


def _read_header(path: str | Path, settings: RunSettings) -> PlannedInput:
    with open_source(path) as source:
        assembly = decide_assembly(source.header, settings.assembly, source.path)
        return PlannedInput(name=source.path, assembly=assembly, samples=source.header.samples)


def _open_reads(
    reads: ReadsInput, settings: RunSettings, others: Sequence[PlannedInput]
) -> PlannedInput:
    """Open a file of reads; a sample without a name of its own is the other inputs'."""
    from pgx.reads.source import open_reads

    with open_reads(reads.path, reads.reference, settings.assembly) as file:
        named = (file.sample,) if file.sample else ()
        known = named or tuple(dict.fromkeys(s for i in others for s in i.samples))
        samples = known or (Path(reads.path).stem,)
        return PlannedInput(name=file.name, assembly=file.assembly, samples=samples)


def _samples(
    inputs: Sequence[PlannedInput], settings: RunSettings, *, any_refused: bool
) -> tuple[str, ...]:
    found = dict.fromkeys(name for item in inputs for name in item.samples)
    lacking = [name for name in settings.samples if name not in found]
    if lacking and not any_refused:  # else the refusal says why
        raise SampleNotFoundError(
            f"{len(lacking)} of the samples asked for are in no input that could be read",
            remedy="check --samples against the #CHROM line",
        )
    return tuple(n for n in found if not settings.samples or n in settings.samples)
