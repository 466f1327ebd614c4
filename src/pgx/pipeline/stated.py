"""Calls that somebody states: completed with what guidelines are looked up by.

A record made by hand says a diplotype, candidates with their probabilities, or a phenotype. What
they mean is read as of an outside call, so that one text has one meaning.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from pgx.base.calls import CallStatus, Candidate, GeneCall, KeyEvidence, joined_evidence
from pgx.base.errors import OutsideCallError, UnknownGeneError, UsageError
from pgx.base.genes import GeneDefinition, Strategy
from pgx.base.suggest import did_you_mean
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.outside.names import AlleleNames
from pgx.phenotypes.haplotypes import HaplotypeFunctions
from pgx.phenotypes.translate import PhenotypeTable
from pgx.pipeline.choices import marker_alleles
from pgx.pipeline.outside import OutsideCall, outside_gene_call
from pgx.recommendations.index import GuidanceIndex

__all__ = ["completed"]

_REMEDY: Final = "see `pgx kb show GENE` for alleles and phenotypes"
_UNDEFINED: Final = ("[", " + ")
"""What names of combinations that have no definition hold, as `pgx.call` writes them."""
_SETTLED: Final = (CallStatus.NO_CALL, CallStatus.NOT_ASSESSED)


def completed(
    calls: Iterable[GeneCall], knowledge: KnowledgeBase, guidance: GuidanceIndex
) -> Iterator[GeneCall]:
    """Yield calls with lookup keys: those that have none get them from what they say.

    Raises
    ------
    UnknownGeneError, UnknownAlleleError
        The knowledge base has no such gene, or the gene no such allele.
    UsageError
        A phenotype that the gene does not have, two statements that contradict each other, or
        probabilities that are none.
    """
    for call in calls:
        if call.gene not in knowledge.genes:
            raise UnknownGeneError(
                f"no gene {call.gene!r} in the knowledge base",
                remedy=did_you_mean(call.gene, knowledge.genes, "see `pgx kb genes` for the list"),
            )
        if call.lookup_keys or call.status in _SETTLED:
            yield call
        else:
            gene = knowledge.genes[call.gene]
            yield _Stated(call, gene, marker_alleles(guidance, gene.gene)).complete()


class _Stated:
    """One call without lookup keys, and its gene."""

    def __init__(self, call: GeneCall, gene: GeneDefinition, markers: tuple[str, ...]) -> None:
        self._call, self._gene, self._markers = call, gene, markers

    def complete(self) -> GeneCall:
        """Return the call with its keys, best first, and what is known of each."""
        candidates = self._candidates()
        if not candidates:
            return self._by_phenotype()
        evidence: dict[str, KeyEvidence] = {}
        best = self._meaning(candidates[0].diplotype, self._call)
        for candidate in candidates:
            for key in self._meaning(candidate.diplotype).lookup_keys:
                own = KeyEvidence(lookup_key=key, probability=candidate.probability)
                known = evidence.get(key)
                evidence[key] = own if known is None else joined_evidence(known, own)
        return msgspec.structs.replace(
            self._call,
            diplotype=best.diplotype,
            probability=candidates[0].probability,
            candidates=tuple(candidates),
            n_candidates=max(self._call.n_candidates, len(candidates)),
            rest=self._call.rest if self._call.rest is not None else _rest(candidates),
            phenotype=self._call.phenotype or best.phenotype,
            activity_score=self._call.activity_score or best.activity_score,
            phenotypes=self._call.phenotypes or best.phenotypes,
            lookup_keys=tuple(evidence),
            key_evidence=tuple(evidence.values()),
            haplotypes=best.haplotypes,
        )

    def _candidates(self) -> list[Candidate]:
        """Return the candidates, the diplotype of the call first, else the most probable."""
        call = self._call
        listed = list(call.candidates)
        shares = [*(c.probability for c in listed), call.probability, call.rest]
        if not all(0.0 <= share <= 1.0 for share in shares if share is not None):
            raise self._wrong("a probability is not between 0 and 1")
        if call.diplotype is None:
            return sorted(listed, key=lambda c: -(c.probability or 0.0))
        if not listed:
            share = 1.0 if call.probability is None else call.probability
            return [Candidate(call.diplotype, share)]
        if call.diplotype not in {c.diplotype for c in listed}:
            raise self._wrong("the diplotype is none of the candidates")
        return sorted(listed, key=lambda c: c.diplotype != call.diplotype)

    def _meaning(self, diplotype: str, said: GeneCall | None = None) -> GeneCall:
        """Return what a diplotype means; ``said`` is what must not contradict it."""
        if any(mark in diplotype for mark in _UNDEFINED) and self._gene.rules:
            return self._undefined(diplotype)
        is_outside = self._gene.strategy is Strategy.OUTSIDE
        if not is_outside:
            self._check_alleles(diplotype)
        checked = None if is_outside else said
        return self._read(
            OutsideCall(
                gene=self._gene.gene,
                diplotype=diplotype,
                phenotype=(checked.phenotype or "") if checked else "",
                activity_score=(checked.activity_score or "") if checked else "",
            )
        )

    def _check_alleles(self, diplotype: str) -> None:
        """Refuse an allele that the gene does not have by its name; see `HaplotypeFunctions.of`."""
        names, meanings = AlleleNames.of(self._gene), HaplotypeFunctions(self._gene)
        for part in diplotype.split("/"):
            meanings.of(names.haplotype(part))

    def _undefined(self, diplotype: str) -> GeneCall:
        """A combination of variants that no allele is: its function is uncertain."""
        found = PhenotypeTable(self._gene).translate(None, None, diplotype)
        said = (self._call.phenotypes or (self._call.phenotype,)) if self._call.phenotype else ()
        return msgspec.structs.replace(
            self._call,
            diplotype=diplotype,
            phenotypes=tuple(p for p in said if p),
            lookup_keys=(found.lookup_key,),
        )

    def _by_phenotype(self) -> GeneCall:
        """Return the call with the keys of its phenotypes, none of them weighed but one alone."""
        call = self._call
        terms = call.phenotypes or ((call.phenotype,) if call.phenotype else ())
        said = [OutsideCall(gene=self._gene.gene, phenotype=term) for term in dict.fromkeys(terms)]
        if len(said) < 2 and (call.phenotype or call.activity_score):
            said = [
                OutsideCall(
                    gene=self._gene.gene,
                    phenotype=call.phenotype or "",
                    activity_score=call.activity_score or "",
                )
            ]
        found = [self._read(one) for one in said]
        if not found:
            return call
        keys = tuple(dict.fromkeys(key for one in found for key in one.lookup_keys))
        is_sure = len(keys) == 1 or self._gene.strategy is Strategy.OUTSIDE
        return msgspec.structs.replace(
            call,
            phenotype=call.phenotype or found[0].phenotype,
            activity_score=call.activity_score or found[0].activity_score,
            phenotypes=tuple(dict.fromkeys(p for one in found for p in one.phenotypes)),
            lookup_keys=keys,
            key_evidence=tuple(KeyEvidence(lookup_key=k, probability=1.0) for k in keys)
            if is_sure
            else (),
        )

    def _read(self, said: OutsideCall) -> GeneCall:
        try:
            return outside_gene_call(said, self._gene, self._call.sample, self._markers)
        except OutsideCallError as error:
            raise self._wrong(f"{said.diplotype or said.phenotype}: {error.what}") from error

    def _wrong(self, what: str) -> UsageError:
        return UsageError(what, where=self._gene.gene, remedy=_REMEDY)


def _rest(candidates: Iterable[Candidate]) -> float | None:
    """Return the probability that the candidates leave; None where nothing weighs them."""
    shares = [c.probability for c in candidates]
    left = 1.0 - sum(share for share in shares if share is not None)
    return None if None in shares else max(0.0, round(left, 12))
