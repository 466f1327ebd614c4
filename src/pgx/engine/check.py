"""Check which genes an input can answer, position by position, before calling."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.engine.reading import Observations, read_inputs
from pgx.errors import InputError, SampleNotFoundError
from pgx.genotypes.matrix import MISSING, Evidence, GeneGenotypes, Unknown
from pgx.haplotypes.definitions import CompiledGene, compile_gene
from pgx.inputs.settings import RunSettings, SampleInfo
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.genes import GeneDefinition
from pgx.records.notes import NoteCode

__all__ = [
    "AlleleCheck",
    "CheckRun",
    "GeneCheck",
    "PositionCheck",
    "Verdict",
    "check",
]

Bools = npt.NDArray[np.bool_]


class Verdict(StrEnum):
    """How completely an input covers a gene."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    NONE = "none"
    OUTSIDE = "outside call needed"


class PositionCheck(msgspec.Struct, frozen=True, kw_only=True):
    """One defining position over all samples; numbers count samples.

    ``record``, ``reference_block`` and ``assumed_reference`` add up to ``answered``;
    ``unanswered`` counts the missing genotypes by reason. ``alleles`` are the named alleles that
    cannot be identified without the position. Lowest GQ and DP are None if the input has none.
    """

    gene: str
    position: str
    rsid: str
    ref: str
    alts: tuple[str, ...]
    required: bool
    n_samples: int
    answered: int
    record: int
    reference_block: int
    assumed_reference: int
    unanswered: dict[str, int]
    lowest_gq: int | None
    lowest_dp: int | None
    alleles: tuple[str, ...]


class AlleleCheck(msgspec.Struct, frozen=True, kw_only=True):
    """A named allele that cannot be identified in some samples; ``positions`` are the reason.

    ``matters`` is true if its function is known and differs from the default allele's.
    """

    allele: str
    function: str | None
    matters: bool
    untold: int
    positions: tuple[str, ...]


class GeneCheck(msgspec.Struct, frozen=True, kw_only=True):
    """One gene over all samples.

    ``complete``, ``partial`` and ``none`` count samples; ``answered``, ``record``,
    ``reference_block``, ``assumed_reference`` and ``unanswered`` count positions over all
    samples. ``untold`` are the alleles that cannot be identified in every sample, those that
    change the function first; ``n_alleles`` counts all alleles that positions define.
    ``structural`` alleles cannot be identified from small variants. ``copy_number`` is true if
    the gene also needs its copy number and some sample's input lacks it; ``structural_variant``
    counts samples with a structural variant over the gene.
    """

    gene: str
    verdict: Verdict
    n_samples: int
    complete: int = 0
    partial: int = 0
    none: int = 0
    n_positions: int = 0
    answered: int = 0
    record: int = 0
    reference_block: int = 0
    assumed_reference: int = 0
    unanswered: dict[str, int] = {}
    required_missing: int = 0
    n_alleles: int = 0
    untold: tuple[AlleleCheck, ...] = ()
    structural: tuple[str, ...] = ()
    copy_number: bool = False
    structural_variant: int = 0
    positions: tuple[PositionCheck, ...] = ()


class CheckRun(msgspec.Struct, frozen=True, kw_only=True):
    """Result of a check: genes A–Z, and one error for each refused input."""

    genes: tuple[GeneCheck, ...]
    samples: tuple[str, ...]
    refused: tuple[InputError, ...]
    hints: tuple[str, ...]


def check(
    paths: Sequence[str | Path],
    settings: RunSettings | None = None,
    *,
    knowledge: KnowledgeBase | None = None,
    sample_info: Mapping[str, SampleInfo] | None = None,
) -> CheckRun:
    """Read inputs as `pgx.engine.annotate.annotate` does, and report what they can answer.

    Raises
    ------
    UnknownGeneError
        A gene that the knowledge base does not have.
    SampleNotFoundError
        A sample that no input has.
    InputConflictError
        Two inputs disagree about one site of one sample.
    """
    kb = knowledge or KnowledgeBase()
    chosen = settings or RunSettings()
    wanted = {kb.gene(name).gene for name in chosen.genes} or set(kb.genes)
    genes = [gene for name, gene in kb.genes.items() if name in wanted]
    found = read_inputs(paths, genes, chosen, sample_info or {}, known=list(kb.genes.values()))
    samples = _samples(found, chosen)
    columns = np.array([found.samples.index(name) for name in samples], np.intp)
    return CheckRun(
        genes=tuple(_check_gene(gene, found, columns) for gene in genes) if samples else (),
        samples=samples,
        refused=tuple(found.refused),
        hints=tuple(found.hints),
    )


def _samples(found: Observations, settings: RunSettings) -> tuple[str, ...]:
    lacking = set(settings.samples) - set(found.samples)
    if lacking and not found.refused:  # otherwise the refused input is reported
        raise SampleNotFoundError(
            f"{len(lacking)} of the samples asked for are in no input that could be read",
            remedy="check --samples against the #CHROM line",
        )
    return tuple(n for n in found.samples if not settings.samples or n in settings.samples)


def _check_gene(
    gene: GeneDefinition, found: Observations, columns: npt.NDArray[np.intp]
) -> GeneCheck:
    if not gene.variants:
        return GeneCheck(gene=gene.gene, verdict=Verdict.OUTSIDE, n_samples=len(columns))
    genotypes = found.combined(gene)
    seen = _Seen(genotypes, columns)
    compiled = compile_gene(gene)
    told = _ToldAlleles(compiled, seen.answered)
    positions = tuple(seen.position(i, told.needing(i)) for i in range(len(gene.variants)))
    uncounted = _uncounted(gene, found, columns)
    structural = genotypes.structural[columns]
    none: Bools = np.asarray(~seen.some.any(axis=0))
    complete: Bools = np.asarray(seen.answered.all(axis=0) & ~structural & ~uncounted)
    return GeneCheck(
        gene=gene.gene,
        verdict=_verdict(complete, none),
        n_samples=len(columns),
        complete=int(complete.sum()),
        partial=int((~complete & ~none).sum()),
        none=int(none.sum()),
        n_positions=len(positions),
        answered=sum(p.answered for p in positions),
        record=sum(p.record for p in positions),
        reference_block=sum(p.reference_block for p in positions),
        assumed_reference=sum(p.assumed_reference for p in positions),
        unanswered=_added(p.unanswered for p in positions),
        required_missing=sum(p.n_samples - p.answered for p in positions if p.required),
        n_alleles=len(set(compiled.names)),
        untold=tuple(told.untold()),
        structural=tuple(a.name for a in gene.alleles if a.structural),
        copy_number=bool(uncounted.any()),
        structural_variant=int(structural.sum()),
        positions=positions,
    )


def _uncounted(gene: GeneDefinition, found: Observations, columns: npt.NDArray[np.intp]) -> Bools:
    """Return the samples, (N,) bool, whose copy number is required but unknown."""
    if NoteCode.COPY_NUMBER_NOT_ASSESSED not in gene.notes:
        return np.zeros(len(columns), np.bool_)
    held = [found.copies_of(gene.gene, found.samples[c]) for c in columns.tolist()]
    return np.array([own is None or not own.is_assessed for own in held], np.bool_)


def _verdict(complete: Bools, none: Bools) -> Verdict:
    if complete.all():
        return Verdict.COMPLETE
    return Verdict.NONE if none.all() else Verdict.PARTIAL


def _added(counts: Iterable[dict[str, int]]) -> dict[str, int]:
    """Add up counts by reason, most frequent first."""
    total: dict[str, int] = {}
    for count in counts:
        for reason, number in count.items():
            total[reason] = total.get(reason, 0) + number
    return dict(sorted(total.items(), key=lambda item: (-item[1], item[0])))


class _Seen:
    """Coverage of the chosen samples; ``answered`` and ``some`` are (P, N)."""

    def __init__(self, genotypes: GeneGenotypes, columns: npt.NDArray[np.intp]) -> None:
        self.gene = genotypes.gene
        call = genotypes.call[:, columns]
        self.answered = np.asarray((call != MISSING).all(axis=2))
        self.some = np.asarray((call >= 0).any(axis=2))
        self.evidence = genotypes.evidence[:, columns]
        self.reason = genotypes.reason[:, columns]
        self.gq, self.dp = genotypes.gq[:, columns], genotypes.dp[:, columns]

    def position(self, index: int, alleles: tuple[str, ...]) -> PositionCheck:
        """Return the counts of one position over the samples."""
        variant = self.gene.variants[index]
        answered = self.answered[index]
        source = self.evidence[index][answered]
        return PositionCheck(
            gene=self.gene.gene,
            position=f"{self.gene.contig}:{variant.position}",
            rsid=variant.rsid,
            ref=variant.ref,
            alts=variant.alts,
            required=variant.required,
            n_samples=len(answered),
            answered=int(answered.sum()),
            record=int((source == Evidence.RECORD).sum()),
            reference_block=int((source == Evidence.REFERENCE_BLOCK).sum()),
            assumed_reference=int((source == Evidence.ASSUMED_REFERENCE).sum()),
            unanswered=_added(
                {_reason_name(code): 1} for code in self.reason[index][~answered].tolist()
            ),
            lowest_gq=_lowest(self.gq[index]),
            lowest_dp=_lowest(self.dp[index]),
            alleles=alleles,
        )


def _reason_name(code: int) -> str:
    # one haplotype may be missing without a reason of its own
    return (Unknown(code) if code else Unknown.HALF_CALL).name.lower()


def _lowest(values: npt.NDArray[np.int32]) -> int | None:
    # -1 stands for a missing value
    known = values[values >= 0]
    return int(known.min()) if len(known) else None


class _ToldAlleles:
    """The named alleles that the answered positions distinguish from the default allele.

    An allele can be identified if every position at which it excludes the default allele's base
    is answered. ``answered`` is (P, N).
    """

    def __init__(self, compiled: CompiledGene, answered: Bools) -> None:
        self.compiled = compiled
        self.needs = compiled.needs
        self.open = ~_with_substitutes(compiled.gene, answered)
        # (A, N): any required position of the allele is unanswered in the sample
        self.untold_in = (self.needs.astype(np.int32) @ self.open.astype(np.int32)) > 0

    def needing(self, index: int) -> tuple[str, ...]:
        """Return the names of the alleles that need a position."""
        found = np.flatnonzero(self.needs[:, index]).tolist()
        return tuple(dict.fromkeys(self.compiled.names[a] for a in found))

    def untold(self) -> list[AlleleCheck]:
        """Return the alleles that cannot be identified in every sample, most important first."""
        gene, compiled = self.compiled.gene, self.compiled
        by_name: dict[str, list[int]] = {}
        for index, name in enumerate(compiled.names):
            by_name.setdefault(name, []).append(index)
        found: list[tuple[tuple[int, int, int], AlleleCheck]] = []
        for name, rows in by_name.items():
            untold = self.untold_in[rows].all(axis=0)  # one suballele is enough
            if untold.any():
                function = compiled.functions[rows[0]]
                weight = self._weight(function)
                where = np.flatnonzero(self.needs[rows[0]] & self.open.any(axis=1)).tolist()
                allele = AlleleCheck(
                    allele=name,
                    function=function,
                    matters=weight[0] == 0,
                    untold=int(untold.sum()),
                    positions=tuple(f"{gene.contig}:{gene.variants[i].position}" for i in where),
                )
                found.append(((*weight, -allele.untold), allele))
        return [allele for _, allele in sorted(found, key=lambda item: item[0])]

    def _weight(self, function: str | None) -> tuple[int, int]:
        """Sort key: function differs from the default allele's, then uncertain, then the same."""
        gene, compiled = self.compiled.gene, self.compiled
        order = gene.function_order
        place = order.index(function) if function in order else len(order)
        # an uncertain allele may or may not change the phenotype
        if function in (None, gene.uncertain_function):
            return 1, place
        return (2 if function == compiled.functions[compiled.default_index] else 0), place


def _with_substitutes(gene: GeneDefinition, answered: Bools) -> Bools:
    """Count a deciding site and its substitute as answered if either of them is."""
    if not gene.proxies:
        return answered
    where = {variant.position: i for i, variant in enumerate(gene.variants)}
    found = answered.copy()
    for proxy in gene.proxies:
        pair = [where[proxy.decisive], where[proxy.substitute]]
        found[pair] = answered[pair].any(axis=0)
    return found
