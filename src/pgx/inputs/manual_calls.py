"""Manually stated calls, completed with the keys by which guidelines are looked up.

A manual record states a diplotype, candidates with probabilities, or a phenotype, which are
interpreted like an outside call. Contradictory statements are refused: a wrong choice between them
could give a wrong dose.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from pgx.base.texts import did_you_mean, shape_problem
from pgx.errors import OutsideCallError, UnknownGeneError, UsageError
from pgx.inputs.choices import marker_alleles
from pgx.inputs.outside_calls import outside_gene_call
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.outside.calls import AlleleNames, OutsideCall
from pgx.phenotypes import HaplotypeFunctions, PhenotypeTable
from pgx.recommendations.index import GuidanceIndex
from pgx.records.calls import CallStatus, Candidate, GeneCall, KeyEvidence, joined_evidence
from pgx.records.genes import GeneDefinition, Ploidy, Strategy, parse_bracket
from pgx.records.tables import CALLS

__all__ = [
    "completed",
]

_REMEDY: Final = "see `pgx kb show GENE` for alleles and phenotypes"
_DERIVED: Final = ("lookup_keys", "key_evidence", "copy_keys", "depends_on")
_VARIANT: Final = re.compile(r"g\.[1-9][0-9]*[ACGTNacgtn]+>[A-Za-z*<>]+")
"""A variant in an undefined combination, as `pgx.call` writes it."""
_SETTLED: Final = (CallStatus.NO_CALL, CallStatus.NOT_ASSESSED)
_ROUNDING: Final = 1e-6  # probabilities in tables have six digits
_SIGNS: Final = (" positive", " negative")


def completed(
    calls: Iterable[GeneCall], knowledge: KnowledgeBase, guidance: GuidanceIndex
) -> Iterator[GeneCall]:
    """Yield calls with lookup keys; missing keys are derived from the other fields.

    Keys that disagree with the rest of the record show that it was edited, and are derived again.

    Raises
    ------
    UnknownGeneError, UnknownAlleleError
        The knowledge base has no such gene, or the gene no such allele.
    UsageError
        A field of another type, a phenotype that the gene does not have, contradictory
        statements, probabilities that do not add up, or a second call of a gene of one sample.
    """
    seen: set[tuple[str, str]] = set()
    for call in calls:
        _check_types(call)
        if call.gene not in knowledge.genes:
            raise UnknownGeneError(
                f"no gene {call.gene!r} in the knowledge base",
                remedy=did_you_mean(call.gene, knowledge.genes, "see `pgx kb genes` for the list"),
            )
        # which of two calls holds must not depend on their order
        if (call.sample, call.gene) in seen:
            raise UsageError(
                "two calls of one gene of one sample",
                where=call.gene,
                remedy="name the samples apart",
            )
        seen.add((call.sample, call.gene))
        gene = knowledge.genes[call.gene]
        stated = _Stated(call, gene, marker_alleles(guidance, gene.gene))
        if call.status in _SETTLED or (call.lookup_keys and stated.agrees()):
            yield call
        else:
            yield stated.complete()


def _check_types(call: GeneCall) -> None:
    """Refuse a record with a field of another type: msgspec does not check when constructing."""
    try:
        fields = {name: getattr(call, name) for name in (*CALLS, *_DERIVED)}
        msgspec.convert(msgspec.to_builtins(fields), GeneCall)
    except (msgspec.MsgspecError, TypeError) as error:
        raise UsageError(
            f"a record is not a call: {shape_problem(error, GeneCall)}",
            remedy="see help(pgx.GeneCall)",
        ) from error


class _Stated:
    """One stated call with its gene."""

    def __init__(self, call: GeneCall, gene: GeneDefinition, markers: tuple[str, ...]) -> None:
        self._call, self._gene = call, gene
        self._markers = markers
        self._is_outside = gene.strategy is Strategy.OUTSIDE

    # -- records with keys -----------------------------------------------------------------

    def agrees(self) -> bool:
        """Whether the lookup keys match the diplotype, its candidates and the phenotype."""
        call = self._call
        if call.diplotype and call.candidates and call.diplotype != call.candidates[0].diplotype:
            return False
        if call.diplotype and call.n_candidates and not call.candidates:
            return False
        if self._is_outside:
            return call.phenotypes == call.lookup_keys
        if not self._agrees_with_phenotype():
            return False
        known = {e.lookup_key: e.probability for e in call.key_evidence}
        shares: dict[str, float] = {}
        alone = (Candidate(call.diplotype),) if call.diplotype else ()
        for number, candidate in enumerate(call.candidates or alone):
            key = self._plain_key(candidate.diplotype)
            if key is None:
                continue
            if number == 0 and key != call.lookup_keys[0]:
                return False
            shares[key] = shares.get(key, 0.0) + (candidate.probability or 0.0)
        return not known or all(
            key in known and (known[key] is None or share <= (known[key] or 0.0) + _ROUNDING)
            for key, share in shares.items()
        )

    def _agrees_with_phenotype(self) -> bool:
        terms = {
            rule.phenotype
            for rule in self._gene.rules
            if rule.lookup_key == self._call.lookup_keys[0]
        }
        return not terms or self._call.phenotype is None or self._call.phenotype in terms

    def _plain_key(self, diplotype: str) -> str | None:
        """Return the key of a diplotype of named alleles, None for any other name."""
        # brackets mark an undefined combination of alleles, which has no key of its own
        if "[" in diplotype:
            return None
        try:
            return outside_gene_call(
                OutsideCall(gene=self._gene.gene, diplotype=diplotype),
                self._gene,
                self._call.sample,
                self._markers,
            ).lookup_keys[0]
        except OutsideCallError:
            return None

    # -- records without keys --------------------------------------------------------------

    def complete(self) -> GeneCall:
        """Return the call with its keys, best first, and the attributes of each."""
        bare = {"lookup_keys": (), "key_evidence": (), "copy_keys": (), "depends_on": ()}
        self._call = call = msgspec.structs.replace(self._call, **bare)
        if call.activity_score and not self._gene.scored:
            raise self._wrong("the gene has no activity scores")
        is_listed = not call.phenotypes or call.phenotype in call.phenotypes
        if call.phenotype and not is_listed and not self._is_outside:
            raise self._wrong("the phenotype is not one of the phenotypes")
        candidates = self._candidates()
        return self._by_candidates(candidates) if candidates else self._by_phenotype()

    def _by_candidates(self, candidates: Sequence[Candidate]) -> GeneCall:
        call, evidence = self._call, dict[str, KeyEvidence]()
        meanings = [self._meaning(c.diplotype, is_best=n == 0) for n, c in enumerate(candidates)]
        for candidate, meaning in zip(candidates, meanings, strict=True):
            first, *possible = meaning.lookup_keys
            keys = meaning.lookup_keys if self._is_outside else (first,)
            for key in keys:
                own = KeyEvidence(lookup_key=key, probability=candidate.probability)
                known = evidence.get(key)
                is_weighed = known is not None and known.probability is not None
                evidence[key] = joined_evidence(known, own) if known and is_weighed else own
            for key in possible if not self._is_outside else ():  # any probability up to this
                may = KeyEvidence(lookup_key=key, at_most=candidate.probability)
                evidence.setdefault(key, may)
        rest = call.rest if call.rest is not None else _rest(candidates)
        for key in self._other_keys(meanings, rest, candidates):
            evidence.setdefault(key, KeyEvidence(lookup_key=key, at_most=rest))
        best = meanings[0]
        return msgspec.structs.replace(
            call,
            diplotype=best.diplotype,
            probability=candidates[0].probability,
            candidates=tuple(candidates),
            n_candidates=max(call.n_candidates, len(candidates)),
            rest=rest,
            phenotype=call.phenotype or best.phenotype,
            activity_score=call.activity_score or best.activity_score,
            phenotypes=call.phenotypes or best.phenotypes,
            lookup_keys=tuple(evidence),
            key_evidence=tuple(evidence.values()),
            haplotypes=best.haplotypes,
            notes=tuple(dict.fromkeys((*call.notes, *best.notes))),
        )

    def _other_keys(
        self, meanings: Sequence[GeneCall], rest: float | None, candidates: Sequence[Candidate]
    ) -> list[str]:
        """Return keys of stated phenotypes that no listed candidate has.

        Raises
        ------
        UsageError
            No unlisted or undefined candidate is left that could have them.
        """
        terms = {term for meaning in meanings for term in meaning.phenotypes}
        others = [term for term in self._call.phenotypes if term not in terms]
        if not others:
            return []
        is_open = bool(rest) or any("[" in c.diplotype for c in candidates)
        if self._is_outside or not (is_open or self._call.n_candidates > len(candidates)):
            raise self._wrong("a phenotype is not that of the diplotype")
        found = (self._read(OutsideCall(gene=self._gene.gene, phenotype=t)) for t in others)
        return [key for one in found for key in one.lookup_keys]

    def _candidates(self) -> list[Candidate]:
        """Return the candidates, the diplotype of the call first, else the most probable."""
        call, listed = self._call, list(self._call.candidates)
        if not listed:
            if call.diplotype is None:
                return []
            share = call.probability
            listed = [
                Candidate(call.diplotype, 1.0 - (call.rest or 0.0) if share is None else share)
            ]
        self._check_shares(listed)
        if call.diplotype is None:
            return sorted(listed, key=lambda c: -(c.probability or 0.0))
        if call.diplotype not in {c.diplotype for c in listed}:
            raise self._wrong("the diplotype is not one of the candidates")
        first, *others = sorted(listed, key=lambda c: c.diplotype != call.diplotype)
        share = call.probability
        if share is not None and abs(share - (first.probability or 0.0)) > _ROUNDING:
            raise self._wrong("the probability is not that of the diplotype's candidate")
        return [first, *others]

    def _check_shares(self, listed: Sequence[Candidate]) -> None:
        """Refuse probabilities outside 0 to 1, or that do not add up to 1."""
        shares = [c.probability for c in listed]
        given = [share for share in (*shares, self._call.rest) if share is not None]
        if len({c.diplotype for c in listed}) < len(listed):
            raise self._wrong("a candidate is listed twice")
        if None in shares and any(share is not None for share in shares):
            raise self._wrong("some candidates have a probability and some have none")
        if not all(0.0 <= share <= 1.0 for share in given):
            raise self._wrong("a probability is not between 0 and 1")
        total = sum(given)
        is_whole = (
            bool(self._call.candidates) and self._call.rest is not None and None not in shares
        )
        if total > 1.0 + _ROUNDING or (is_whole and total < 1.0 - _ROUNDING):
            raise self._wrong("candidates and rest do not add up to 1")

    # -- interpretation of texts -----------------------------------------------------------

    def _meaning(self, diplotype: str, *, is_best: bool) -> GeneCall:
        """Return the call for a diplotype; the best one must not contradict other statements."""
        parts = [part.strip() for part in diplotype.split("/")]
        if self._gene.ploidy is Ploidy.MITOCHONDRIAL:
            if len(set(parts)) > 1:
                raise self._wrong("one haplotype of a mitochondrial gene is needed")
            diplotype = parts[0]
        if self._is_outside:
            found = self._read(OutsideCall(gene=self._gene.gene, diplotype=diplotype))
            self._check_markers(found)
            return found
        if "[" in diplotype and self._gene.rules:
            return self._undefined(parts, is_best=is_best)
        names, meanings = AlleleNames.of(self._gene), HaplotypeFunctions(self._gene)
        for part in diplotype.split("/"):
            meanings.of(names.haplotype(part))  # raises an error that names an unknown allele
        said = self._call if is_best else None
        return self._read(
            OutsideCall(
                gene=self._gene.gene,
                diplotype=diplotype,
                phenotype=(said.phenotype or "") if said else "",
                activity_score=(said.activity_score or "") if said else "",
            )
        )

    def _check_markers(self, found: GeneCall) -> None:
        """Refuse a stated marker allele status that contradicts the typed alleles."""
        if any(term not in found.lookup_keys for term in self._terms()):
            raise self._wrong("a phenotype is not that of the two alleles")

    def _terms(self) -> tuple[str, ...]:
        """Return the stated phenotypes; those of marker alleles are separated by semicolons."""
        call = self._call
        one = (call.phenotype or "").split("; ") if self._is_outside else [call.phenotype or ""]
        return tuple(dict.fromkeys(term for term in (*one, *call.phenotypes) if term))

    def _undefined(self, parts: Sequence[str], *, is_best: bool) -> GeneCall:
        """Return the call for a diplotype with an undefined combination of alleles.

        If another phenotype is stated for the best diplotype, both remain possible.
        """
        functions = [self._function(part) for part in parts]
        if len(functions) > 2:
            raise self._wrong("more than two haplotypes in the diplotype")
        second = functions[1] if len(functions) > 1 else None
        table = PhenotypeTable(self._gene)
        found = table.translate(functions[0], second, "/".join(parts))
        said = self._call.phenotype if is_best else None
        keys: tuple[str, ...] = (found.lookup_key,)
        if said and said != found.term:
            stated = self._read(OutsideCall(gene=self._gene.gene, phenotype=said)).lookup_keys
            keys = tuple(dict.fromkeys((*stated, *keys)))
        return GeneCall(
            gene=self._gene.gene,
            diplotype="/".join(parts),
            phenotype=said or found.term,
            activity_score=found.score,
            phenotypes=tuple(term for term in dict.fromkeys((said, found.term)) if term),
            lookup_keys=keys,
        )

    def _function(self, name: str) -> str | None:
        """Return the function of a haplotype, for a combination of variants if it is known.

        Genes defined by single variants take the most severe function (Amstutz et al. 2018,
        doi:10.1002/cpt.911, for DPYD); for others the function of a combination is unknown.
        """
        names, meanings = AlleleNames.of(self._gene), HaplotypeFunctions(self._gene)
        members = parse_bracket(name)
        found = [
            None if _VARIANT.fullmatch(member) else meanings.of(names.haplotype(member))[0]
            for member in members
        ]
        if len(members) == 1:
            return found[0]
        if self._gene.strategy is not Strategy.VARIANT_LIST:
            return None
        order = self._gene.function_order
        known = [function for function in found if function in order]
        return min(known, key=order.index, default=None)

    def _by_phenotype(self) -> GeneCall:
        """Return the call with the keys of its phenotypes; a single key gets the probability."""
        call, terms = self._call, self._terms()
        if self._is_outside:
            markers = [term.removesuffix(_SIGNS[0]).removesuffix(_SIGNS[1]) for term in terms]
            if len(set(markers)) < len(markers):
                raise self._wrong("a marker allele is both positive and negative")
        score = call.activity_score or ""
        said = [OutsideCall(gene=self._gene.gene, phenotype=term) for term in terms]
        if score and len(said) < 2:
            term = terms[0] if terms else ""
            said = [OutsideCall(gene=self._gene.gene, phenotype=term, activity_score=score)]
        found = [self._read(one) for one in said]
        if not found:
            return call
        keys = tuple(dict.fromkeys(key for one in found for key in one.lookup_keys))
        share = self._share()
        is_weighed = len(keys) == 1 or self._is_outside
        return msgspec.structs.replace(
            call,
            phenotype=call.phenotype or found[0].phenotype,
            activity_score=call.activity_score or found[0].activity_score,
            phenotypes=tuple(dict.fromkeys(p for one in found for p in one.phenotypes)),
            lookup_keys=keys,
            key_evidence=tuple(KeyEvidence(lookup_key=k, probability=share) for k in keys)
            if is_weighed
            else (),
        )

    def _share(self) -> float:
        """Return the probability of a stated phenotype; by default all that ``rest`` leaves."""
        share, rest = self._call.probability, self._call.rest
        given = [number for number in (share, rest) if number is not None]
        if not all(0.0 <= number <= 1.0 for number in given) or sum(given) > 1.0 + _ROUNDING:
            raise self._wrong("a probability is not between 0 and 1")
        return 1.0 - (rest or 0.0) if share is None else share

    def _read(self, said: OutsideCall) -> GeneCall:
        try:
            return outside_gene_call(said, self._gene, self._call.sample, self._markers)
        except OutsideCallError as error:
            raise self._wrong(f"{said.diplotype or said.phenotype}: {error.what}") from error

    def _wrong(self, what: str) -> UsageError:
        return UsageError(what, where=self._gene.gene, remedy=_REMEDY)


def _rest(candidates: Iterable[Candidate]) -> float | None:
    """Return the probability left by the candidates; None without probabilities."""
    shares = [c.probability for c in candidates]
    left = 1.0 - sum(share for share in shares if share is not None)
    return None if None in shares else max(0.0, round(left, 12))
