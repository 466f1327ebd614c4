"""One gene of a cohort: each distinct call once, and which of them is whose."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.copynumber.depth import best_evidence
from pgx.copynumber.evidence import CopyEvidence
from pgx.engine.reading import GroupedInput
from pgx.errors import UsageError
from pgx.genotypes.grouping import first_of_groups, number_groups
from pgx.genotypes.matrix import GeneGenotypes
from pgx.genotypes.merge import combine
from pgx.haplotypes.caller import GeneCaller
from pgx.haplotypes.matching import observe
from pgx.inputs.choices import marker_alleles
from pgx.inputs.outside_calls import answer, contradicts
from pgx.inputs.release import marked_local
from pgx.inputs.settings import AVERAGE, INFERRED, RECORDED, Prior, RunSettings, SampleInfo
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.outside.calls import OutsideCall
from pgx.recommendations.index import GuidanceIndex
from pgx.records.calls import CallStatus, GeneCall
from pgx.records.genes import GeneDefinition, GeneFrequencies, Strategy

__all__ = [
    "Ancestry",
    "CohortCaller",
    "GeneTable",
    "Piece",
    "check_ancestry",
    "pieces_of",
    "unrecorded",
]


@dataclass(frozen=True, slots=True)
class Ancestry:
    """Weights of population groups for one sample.

    ``choice`` is the setting, ``recorded`` the sample table's group, ``evidence`` how well
    each group explains each gene (natural logarithms), where groups are inferred.
    """

    choice: str
    recorded: str
    evidence: Mapping[str, Mapping[str, float] | None]

    def weights(self, gene: str) -> Mapping[str, float] | None:
        """Return weights of groups for one gene, None for all alike.

        Inferred ones rest on the other genes, as far as they were counted in the same groups:
        what this gene shows is weighed with it.
        """
        if self.choice == INFERRED:
            own = self.evidence.get(gene) or {}
            others = (e for name, e in self.evidence.items() if name != gene and e)
            return _inferred(e for e in others if e.keys() == own.keys())
        if self.choice == AVERAGE:
            return None
        return {self.recorded if self.choice == RECORDED else self.choice: 1.0}


def _inferred(evidence: Iterable[Mapping[str, float]]) -> Mapping[str, float] | None:
    total: dict[str, float] = {}
    for gene in evidence:
        for group, value in gene.items():
            total[group] = total.get(group, 0.0) + value
    if not total or max(total.values()) == -math.inf:
        return None
    most = max(total.values())
    return {group: math.exp(value - most) for group, value in total.items()}


def unrecorded(
    samples: Iterable[str], recorded: Mapping[str, str], frequencies: Iterable[GeneFrequencies]
) -> list[str]:
    """Return a hint if the sample table gives no group of the knowledge base for some samples."""
    groups = {group for gene in frequencies for group in gene.groups}
    lacking = sum(recorded.get(sample, "") not in groups for sample in samples)
    if not lacking:
        return []
    what = f"{lacking} sample(s) have no superpopulation of the knowledge base in the sample table"
    return [f"{what}; all groups count alike for them ({', '.join(sorted(groups))})"]


def check_ancestry(choice: str, frequencies: Iterable[GeneFrequencies]) -> None:
    """Refuse an ancestry that is neither a rule nor a group of the knowledge base.

    Raises
    ------
    UsageError
        No population table has such a group.
    """
    groups = sorted({group for gene in frequencies for group in gene.groups})
    if choice not in (AVERAGE, INFERRED, RECORDED, *groups):
        raise UsageError(
            f"unknown ancestry {choice!r}",
            remedy=f"choose {AVERAGE}, {INFERRED}, {RECORDED} or one of {', '.join(groups)}",
        )


Numbers = npt.NDArray[np.int32]


@dataclass(slots=True)
class GeneTable:
    """A gene's distinct calls, of no sample, and (N,) int32 the one of each sample."""

    gene: str
    calls: list[GeneCall] = field(default_factory=list)
    index: Numbers = field(default_factory=lambda: np.zeros(0, np.int32))


class Piece(NamedTuple):
    """Samples (N,) by their numbers in the cohort, and the column of genotypes of each.

    ``copies`` is what is known of the gene's copies in each, empty where nothing is of any.
    """

    genotypes: GeneGenotypes
    samples: npt.NDArray[np.intp]
    columns: Numbers
    copies: tuple[CopyEvidence | None, ...] = ()


def pieces_of(
    gene: GeneDefinition, inputs: Sequence[GroupedInput], samples: Sequence[str]
) -> list[Piece]:
    """Return one gene's genotypes of all inputs; every sample is in exactly one piece.

    Samples of several inputs are joined as `combine` joins them, equal ones once.

    Raises
    ------
    InputConflictError
        Two inputs disagree about one site of one sample.
    """
    parts = [i for i in inputs if gene.gene in i.genes]
    if len(parts) == 1 and parts[0].samples == tuple(samples):
        own = parts[0].genes[gene.gene]
        return [Piece(own.genotypes, np.arange(len(samples)), own.groups, own.copies)]
    number = {name: i for i, name in enumerate(samples)}
    holders: list[list[tuple[int, int]]] = [[] for _ in samples]
    copies: list[list[CopyEvidence]] = [[] for _ in samples]
    for i, part in enumerate(parts):
        here = part.genes[gene.gene]
        known = here.copies or itertools.repeat(None)
        for name, group, found in zip(part.samples, here.groups.tolist(), known, strict=False):
            if name in number:
                holders[number[name]].append((i, group))
                copies[number[name]] += [found] if found is not None else []
    by_inputs: dict[tuple[int, ...], list[int]] = {}
    for sample, held in enumerate(holders):
        by_inputs.setdefault(tuple(i for i, _ in held), []).append(sample)
    best = [best_evidence(held) for held in copies]
    return [_piece(gene, parts, own, holders, best) for own in by_inputs.values()]


def _piece(
    gene: GeneDefinition,
    parts: Sequence[GroupedInput],
    own: Sequence[int],
    holders: Sequence[Sequence[tuple[int, int]]],
    copies: Sequence[CopyEvidence | None],
) -> Piece:
    """Join samples that the same inputs hold."""
    held = [tuple(holders[sample]) for sample in own]
    columns = number_groups(held)
    distinct = list(dict.fromkeys(held))
    names = tuple(map(str, range(len(distinct))))
    taken = []
    for place, (i, _) in enumerate(distinct[0]):
        groups = np.array([d[place][1] for d in distinct])
        taken.append(parts[i].genes[gene.gene].genotypes.take(groups, names))
    inputs = [parts[i].name for i, _ in distinct[0]]
    whole = combine(taken, gene, names, inputs) if taken else GeneGenotypes.empty(gene, names)
    known = tuple(copies[sample] for sample in own)
    return Piece(whole, np.array(own), columns, known if any(known) else ())


class CohortCaller:
    """Calls the genes of a cohort; the calls are those of `pgx.engine.annotate.Run`.

    Parameters
    ----------
    knowledge, guidance
        The knowledge base, and the index of its guidance.
    settings
        How to call.
    sample_info
        Population by sample name.
    outside
        Calls of other tools by sample and gene.
    """

    def __init__(
        self,
        knowledge: KnowledgeBase,
        guidance: GuidanceIndex,
        settings: RunSettings,
        sample_info: Mapping[str, SampleInfo],
        outside: Mapping[tuple[str, str], OutsideCall],
    ) -> None:
        self._knowledge, self._guidance, self._settings = knowledge, guidance, settings
        self._info, self._outside = sample_info, outside
        self._frequencies = knowledge.frequencies if settings.prior is not Prior.NONE else {}

    def caller(self, gene: GeneDefinition) -> GeneCaller:
        """Return what calls a gene of which variants are known."""
        known = self._frequencies.get(gene.gene)
        return GeneCaller(gene, known, threshold=self._settings.threshold)

    def call(
        self,
        gene: GeneDefinition,
        inputs: Sequence[GroupedInput],
        samples: Sequence[str],
        evidence: Mapping[str, Sequence[Mapping[str, float] | None]],
    ) -> GeneTable:
        """Call one gene of all samples.

        ``evidence`` holds, where ancestry is inferred, what each gene says of each sample's
        groups (`evidence_of`); else it is empty.

        Raises
        ------
        InputConflictError
            Two inputs disagree about one site of one sample.
        """
        table = _Distinct(gene.gene, len(samples), self._knowledge.local_genes)
        if not gene.variants:
            note = ("outside_call_needed",) if gene.strategy is Strategy.OUTSIDE else ()
            call = GeneCall(sample="", gene=gene.gene, status=CallStatus.NOT_ASSESSED, notes=note)
            table.index[:] = table.number(call)
            self._add_outside(table, gene, samples, None, [])
            return table.finished()
        caller = self.caller(gene)
        pieces = pieces_of(gene, inputs, samples)
        notes = _notes_of(inputs, samples)
        for piece in pieces:
            self._add_piece(table, caller, piece, samples, notes, evidence)
        self._add_outside(table, gene, samples, caller, pieces)
        return table.finished()

    def evidence_of(
        self, gene: GeneDefinition, inputs: Sequence[GroupedInput], samples: Sequence[str]
    ) -> list[Mapping[str, float] | None]:
        """Return how well each group explains what each sample shows at one gene."""
        caller = self.caller(gene)
        found: list[Mapping[str, float] | None] = [None] * len(samples)
        for piece in pieces_of(gene, inputs, samples):
            n_columns = len(piece.genotypes.samples)
            known = [caller.evidence(piece.genotypes, column) for column in range(n_columns)]
            for sample, column in zip(piece.samples.tolist(), piece.columns.tolist(), strict=True):
                found[sample] = known[column]
        return found

    def _add_piece(
        self,
        table: _Distinct,
        caller: GeneCaller,
        piece: Piece,
        samples: Sequence[str],
        notes: list[tuple[str, ...]],
        evidence: Mapping[str, Sequence[Mapping[str, float] | None]],
    ) -> None:
        """Call the samples of a piece, those alike once."""
        units = piece.columns
        if len(set(notes)) > 1:
            keys = [notes[s] for s in piece.samples.tolist()]
            units = number_groups(list(zip(units.tolist(), keys, strict=True)))
        if self._settings.ancestry == INFERRED or piece.copies:
            units = np.arange(len(piece.samples), dtype=np.int32)
        first = first_of_groups(units, int(units.max(initial=-1)) + 1)
        numbers = np.empty(len(first), np.int32)
        owners = zip(piece.samples[first].tolist(), piece.columns[first].tolist(), strict=True)
        for unit, (sample, column) in enumerate(owners):
            own = piece.copies[unit] if piece.copies else None
            weights = self._ancestry(samples[sample], sample, evidence).weights(table.gene)
            call = caller.call(
                piece.genotypes,
                column,
                with_sites=False,
                notes=notes[sample],
                ancestry=weights,
                copies=own,
            )
            numbers[unit] = table.number(msgspec.structs.replace(call, sample=""))
        table.index[piece.samples] = numbers[units]

    def _ancestry(
        self,
        name: str,
        sample: int,
        evidence: Mapping[str, Sequence[Mapping[str, float] | None]],
    ) -> Ancestry:
        info = self._info.get(name)
        own = {gene: known[sample] for gene, known in evidence.items()}
        return Ancestry(self._settings.ancestry, info.superpopulation if info else "", own)

    def _add_outside(
        self,
        table: _Distinct,
        gene: GeneDefinition,
        samples: Sequence[str],
        caller: GeneCaller | None,
        pieces: Sequence[Piece],
    ) -> None:
        """Put calls of other tools in the place of our own; note those that variants contradict."""
        given = {s: call for (s, name), call in self._outside.items() if name == gene.gene}
        if not given:
            return
        markers = marker_alleles(self._guidance, gene.gene)
        own = table.calls()
        for sample, name in enumerate(samples):
            if name not in given:
                continue
            found = answer(given[name], gene, "", markers)
            if isinstance(found, str):
                notes = tuple(sorted({*own[table.index[sample]].notes, found}))
                found = msgspec.structs.replace(own[table.index[sample]], notes=notes)
            elif caller is not None:
                found = _compared(found, caller, sample, pieces)
            table.index[sample] = table.number(found)


def _compared(call: GeneCall, caller: GeneCaller, sample: int, pieces: Sequence[Piece]) -> GeneCall:
    for piece in pieces:
        at = np.flatnonzero(piece.samples == sample)
        if len(at):
            seen = observe(piece.genotypes, int(piece.columns[at[0]]))
            if contradicts(call, caller.compiled, seen):
                notes = (*call.notes, "outside_call_contradicts_vcf")
                return msgspec.structs.replace(call, notes=notes)
    return call


def _notes_of(inputs: Sequence[GroupedInput], samples: Sequence[str]) -> list[tuple[str, ...]]:
    """Return, for each sample, the note codes of the inputs that hold it."""
    if all(i.notes == inputs[0].notes for i in inputs):
        return [inputs[0].notes if inputs else ()] * len(samples)
    found: dict[str, dict[str, None]] = {}
    for item in inputs:
        for name in item.samples:
            found.setdefault(name, {}).update(dict.fromkeys(item.notes))
    return [tuple(found.get(name, ())) for name in samples]


class _Distinct:
    """Numbers distinct calls of one gene in the order in which they first appear."""

    def __init__(self, gene: str, n_samples: int, local: frozenset[str]) -> None:
        self.gene = gene
        self.index: Numbers = np.zeros(n_samples, np.int32)
        self._local = local
        self._numbers: dict[GeneCall, int] = {}

    def number(self, call: GeneCall) -> int:
        """Return the number of a call of no sample."""
        (marked,) = marked_local((call,), self._local)
        return self._numbers.setdefault(marked, len(self._numbers))

    def calls(self) -> list[GeneCall]:
        """Return the calls so far, by their numbers."""
        return list(self._numbers)

    def finished(self) -> GeneTable:
        """Return the table."""
        return GeneTable(self.gene, self.calls(), self.index)
