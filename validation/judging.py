"""One call held against the truth: whether it is right, and the truth among the candidates.

Diplotypes are compared by name, whatever the order of haplotypes and of parts in brackets. Genes
that list variants and name only the two most serious ones of unphased data (`BY_PHENOTYPE`) are
compared by phenotype and activity score. Where the cohort's call set could not type a defining
position, the truth is known up to that position: every diplotype that fits the typed ones is right.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from pgx.genotypes.matrix import GeneGenotypes
from pgx.records.calls import CallStatus, GeneCall
from validation import callers
from validation.compare import Diplotype, diplotype, haplotype
from validation.reading import cohort_genotypes

__all__ = [
    "BY_PHENOTYPE",
    "Judged",
    "Truth",
    "among_all",
    "judge",
    "judge_people",
    "median_size",
    "truths",
]

BY_PHENOTYPE = frozenset({"DPYD", "RYR1"})

COMBINATION = "no definition covers a true haplotype, and defined alleles fit as well"
RANKED = "the truth fits and is ranked lower"
UNLISTED = "the truth fits; it is too unlikely to be listed"
NOT_SPELLED_OUT = "combinations that missing positions may add are not spelled out"
UNEXPLAINED = "unexplained"


@dataclass(frozen=True, slots=True)
class Judged:
    """One person's call of one gene against the truth.

    ``listed`` and ``among`` say whether the truth is among the listed candidates and among all
    that fit; ``size`` is how many fit; ``reason`` is empty where the best is right.
    """

    gene: str
    sample: str
    truth: str
    ours: str
    status: CallStatus
    right: bool
    listed: bool
    among: bool
    probability: float | None
    size: int
    reason: str = ""

    @property
    def assessed(self) -> bool:
        """Whether the input says anything about the gene."""
        return self.status is not CallStatus.NOT_ASSESSED


@dataclass(frozen=True, slots=True)
class Truth:
    """The call from complete, phased data, and every diplotype that counts as true."""

    call: GeneCall
    names: frozenset[Diplotype]

    @classmethod
    def of(cls, call: GeneCall, *others: GeneCall) -> Truth:
        """Return the truth of one call; the candidates of the others count as true too."""
        names = [call.diplotype or "", *(c.diplotype for o in others for c in o.candidates)]
        return cls(call, frozenset(diplotype(name) for name in names))


@functools.cache
def truths(gene: str) -> tuple[Truth | None, ...]:
    """Return the truth of every person of the cohort; None where phased data leave it open."""
    phased = cohort_genotypes(gene)
    untyped = callers.open_where_untyped(phased)
    # a caller keeps what it knows of all columns of one object: one object after the other
    kinds = [phased] if untyped is phased else [phased, untyped]
    calls = [[callers.call(g, column) for column in range(len(g.samples))] for g in kinds]
    return tuple(
        Truth.of(*own) if own[0].status is CallStatus.CALLED else None
        for own in zip(*calls, strict=True)
    )


def judge_people(
    genotypes: GeneGenotypes, known: Sequence[Truth | None], columns: Iterable[int]
) -> list[Judged]:
    """Judge the calls of some people (columns); those without a known truth are left out."""
    judged = []
    for column in columns:
        truth = known[column]
        if truth is not None:
            judged.append(judge(callers.call(genotypes, column), truth))
    return judged


def judge(call: GeneCall, known: Truth) -> Judged:
    """Hold a call against the truth."""
    truth = known.call
    if call.gene in BY_PHENOTYPE:
        right, listed, among = _by_phenotype(call, truth)
    else:
        right, listed, among = _by_name(call, known.names)
    return Judged(
        gene=call.gene,
        sample=call.sample,
        truth=_text(truth),
        ours=_text(call),
        status=call.status,
        right=right,
        listed=listed,
        among=among,
        probability=call.probability,
        size=call.n_candidates,
        reason="" if right else _reason(call, truth, listed=listed, among=among),
    )


def _text(call: GeneCall) -> str:
    name = call.diplotype or call.status.value
    if call.gene not in BY_PHENOTYPE:
        return name
    scored = f", score {call.activity_score}" if call.activity_score else ""
    return f"{name}: {call.phenotype}{scored}"


def _by_name(call: GeneCall, wanted: frozenset[Diplotype]) -> tuple[bool, bool, bool]:
    right = call.diplotype is not None and diplotype(call.diplotype) in wanted
    listed = right or any(diplotype(c.diplotype) in wanted for c in call.candidates)
    return right, listed, listed or any(among_all(call, name) for name in wanted)


def _by_phenotype(call: GeneCall, truth: GeneCall) -> tuple[bool, bool, bool]:
    result = call.phenotype, call.activity_score
    right = call.diplotype is not None and result == (truth.phenotype, truth.activity_score)
    possible = {*truth.lookup_keys} <= {*call.lookup_keys} and truth.phenotype in call.phenotypes
    return right, possible, possible


def among_all(call: GeneCall, wanted: Sequence[tuple[str, ...]]) -> bool:
    """Say whether a diplotype is in the whole candidate set, listed or not."""
    for factor in call.candidate_factors:
        first, second = _parsed(factor[0]), _parsed(factor[1])
        if not second:
            if len(wanted) == 1 and wanted[0] in first:
                return True
        elif len(wanted) == 2:
            one, two = wanted
            if (one in first and two in second) or (two in first and one in second):
                return True
    return False


@functools.lru_cache(maxsize=4096)
def _parsed(names: tuple[str, ...]) -> frozenset[tuple[str, ...]]:
    return frozenset(haplotype(name) for name in names)


def _reason(call: GeneCall, truth: GeneCall, *, listed: bool, among: bool) -> str:
    if call.status in (CallStatus.NOT_ASSESSED, CallStatus.NO_CALL):
        return call.status.value
    if listed:
        return RANKED
    if among:
        return UNLISTED
    if "[" in (truth.diplotype or ""):
        return COMBINATION
    if "candidates_not_all_listed" in call.notes:
        return NOT_SPELLED_OUT
    return UNEXPLAINED


def median_size(judged: Iterable[Judged]) -> str:
    """Return the median number of diplotypes that fit where anything was assessed."""
    sizes = [j.size for j in judged if j.assessed]
    return f"{median(sizes):g}" if sizes else "–"
