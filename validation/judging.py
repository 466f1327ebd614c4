"""One call held against the truth: whether it is right, and the truth among the candidates.

Diplotypes are compared by name, whatever the order of strands and of parts in brackets. Genes
that list variants and name only the two most serious ones of unphased data (`BY_PHENOTYPE`) are
compared by phenotype and activity score.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from pgx.base.calls import CallStatus, GeneCall
from pgx.genotypes.matrix import GeneGenotypes
from validation import callers
from validation.compare import diplotype, strand

__all__ = ["BY_PHENOTYPE", "Judged", "among_all", "judge", "judge_people", "median_size", "truths"]

BY_PHENOTYPE = frozenset({"DPYD", "RYR1"})

COMBINATION = "no definition covers a true strand, and defined alleles fit as well"
RANKED = "the truth fits and is ranked lower"
UNLISTED = "the truth fits; it is not among the 50 listed"
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


def truths(genotypes: GeneGenotypes) -> list[GeneCall | None]:
    """Return the call of every person from complete, phased data; None where it is open."""
    found = (callers.call(genotypes, column) for column in range(len(genotypes.samples)))
    return [call if call.status is CallStatus.CALLED else None for call in found]


def judge_people(
    genotypes: GeneGenotypes, known: Sequence[GeneCall | None], columns: Iterable[int]
) -> list[Judged]:
    """Judge the calls of some people (columns); those without a known truth are left out."""
    judged = []
    for column in columns:
        truth = known[column]
        if truth is not None:
            judged.append(judge(callers.call(genotypes, column), truth))
    return judged


def judge(call: GeneCall, truth: GeneCall) -> Judged:
    """Hold a call against the truth."""
    decide = _by_phenotype if call.gene in BY_PHENOTYPE else _by_name
    right, listed, among = decide(call, truth)
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


def _by_name(call: GeneCall, truth: GeneCall) -> tuple[bool, bool, bool]:
    wanted = diplotype(truth.diplotype or "")
    right = call.diplotype is not None and diplotype(call.diplotype) == wanted
    listed = right or any(diplotype(c.diplotype) == wanted for c in call.candidates)
    return right, listed, listed or among_all(call, wanted)


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
    return frozenset(strand(name) for name in names)


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
