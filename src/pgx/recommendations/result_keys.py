"""Keys of one gene's result: pairs of alleles, tested alleles, and phenotypes or scores.

A statement uses one type of key for a gene: a diplotype (``diplotype *2/*3``), one tested allele
(``*57:01 positive``), or the whole gene (``Poor Metabolizer``, ``0.5``). Input: a gene's call.
Output: its keys of the types that one guideline uses. If a guideline has statements on diplotypes
and on phenotypes, each candidate diplotype is looked up directly if a statement lists it, otherwise
by its phenotype.

Below are the keys of three other things: of a call as far as advice reads it (`AdviceView`), of
all results that a gene can have (`Reach`), and of its reference genotype (`reference_keys`).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import product
from typing import Final, NamedTuple

import msgspec

from pgx.errors import UnknownAlleleError
from pgx.haplotypes.posterior import LISTED_FROM
from pgx.phenotypes import HaplotypeFunctions, PhenotypeTable
from pgx.records.advice import ANY_KEY, NO_RESULT
from pgx.records.calls import PHENOCONVERTED, CallStatus, GeneCall, KeyEvidence
from pgx.records.genes import GeneDefinition, Ploidy, Strategy, core_allele, format_diplotype
from pgx.records.notes import NoteCode

__all__ = [
    "ALLELE_TEST",
    "DIPLOTYPES",
    "NEGATIVE",
    "OPEN_COPIES",
    "OTHER_DIPLOTYPE",
    "WHOLE_GENE",
    "AdviceView",
    "PhenotypeKeys",
    "Reach",
    "advice_view",
    "allele_of_key",
    "copies_of",
    "diplotype_keys",
    "mixed_evidence",
    "pair_evidence",
    "ranked_keys",
    "reference_keys",
]

POSITIVE: Final = " positive"
NEGATIVE: Final = " negative"
DIPLOTYPES: Final = "diplotype"
"""How keys that are pairs of alleles begin, and what `allele_of_key` calls them."""
WHOLE_GENE: Final = ""
"""What `allele_of_key` calls keys about the whole gene: phenotypes and scores."""
OTHER_DIPLOTYPE: Final = f"{DIPLOTYPES} another"
"""Key of what a list of candidates leaves out."""
_ROUNDING: Final = 1e-9
"""Probabilities are printed to twelve places: what sums leave below this is rounding."""


def diplotype_keys(call: GeneCall) -> list[tuple[str, float | None]]:
    """Return the candidate diplotypes of a call, best first, with their probabilities.

    Unlisted candidates count as `OTHER_DIPLOTYPE`: with a prior if together they are as probable as
    a listed one, or if a position is missing, where an improbable one may be true.
    """
    listed = [(f"{DIPLOTYPES} {c.diplotype}", c.probability) for c in call.candidates]
    if not listed and call.diplotype:
        listed = [(f"{DIPLOTYPES} {call.diplotype}", 1.0)]
    # Without a prior every candidate weighs alike, so that an unlisted one may be the true one.
    weighed = all(probability is not None for _, probability in listed)
    weighs = not weighed or (call.rest or 0.0) >= LISTED_FROM
    if call.n_candidates > len(call.candidates) and (call.missing or weighs):
        listed.append((OTHER_DIPLOTYPE, call.rest if weighed else None))
    return listed


@functools.lru_cache(maxsize=4096)
def allele_of_key(key: str) -> str:
    """Return the allele that a key tests, or `WHOLE_GENE` for a key about the whole gene.

    Diplotypes are a separate type of key (`DIPLOTYPES`).

    >>> allele_of_key("*57:01 positive"), allele_of_key("Normal Metabolizer")
    ('*57:01', '')
    >>> allele_of_key("diplotype *1/*28")
    'diplotype'
    """
    if key.startswith(f"{DIPLOTYPES} "):
        return DIPLOTYPES
    return key.rpartition(" ")[0] if key.endswith((POSITIVE, NEGATIVE)) else WHOLE_GENE


class PhenotypeKeys:
    """Phenotype or score by which a diplotype of one gene is looked up."""

    def __init__(self, gene: GeneDefinition) -> None:
        self._meanings = HaplotypeFunctions(gene)
        self._table = PhenotypeTable(gene)
        self._known: dict[str, str | None] = {}

    def of(self, key: str) -> str | None:
        """Return the key of a diplotype's phenotype.

        Parameters
        ----------
        key
            A key of the type `DIPLOTYPES`.

        Returns
        -------
        str or None
            None if a haplotype, or one of its copies, is not a named allele: the phenotype of such
            a diplotype is known only to the call.
        """
        if key not in self._known:
            self._known[key] = self._translate(key.removeprefix(f"{DIPLOTYPES} "))
        return self._known[key]

    def _translate(self, diplotype: str) -> str | None:
        try:
            functions = [self._meanings.of(name)[0] for name in diplotype.split("/")]
        except UnknownAlleleError:
            return None
        if len(functions) > 2:
            return None
        second = functions[1] if len(functions) == 2 else None
        return self._table.translate(functions[0], second, diplotype).lookup_key


def mixed_evidence(
    call: GeneCall, named: Collection[str], phenotypes: PhenotypeKeys
) -> dict[str, KeyEvidence]:
    """Return the keys of a call for a guideline on diplotypes and phenotypes.

    A candidate in ``named`` has its own key. All others have that of their phenotype, with the
    remaining probability. A phenotype after phenoconversion is looked up as a phenotype: a
    statement on a genotype does not account for it.

    Parameters
    ----------
    call
        A gene's call with a result.
    named
        Diplotype keys used by statements of the guideline.
    phenotypes
        The gene's phenotype keys.

    Returns
    -------
    dict
        Evidence by key, best first; probabilities None without a prior.
    """
    # A converted phenotype is no property of the alleles: rows on diplotypes do not hold for it.
    pairs = [] if PHENOCONVERTED in call.notes else diplotype_keys(call)
    known = {item.lookup_key: item for item in call.key_evidence}
    found: dict[str, KeyEvidence] = {}
    taken: dict[str | None, float] = {}
    for pair, probability in pairs:
        if pair in named:
            key = phenotypes.of(pair)
            # What a named diplotype takes must not count twice, under its phenotype as well.
            taken[key] = taken.get(key, 0.0) + (probability or 0.0)
            item = known.get(key or "", KeyEvidence(lookup_key=pair))
            found[pair] = _renamed(item, pair, probability)
    others = [phenotypes.of(pair) for pair, _ in pairs if pair not in named]
    open_keys = _open_keys(call.lookup_keys, others, everything=not pairs)
    for key in dict.fromkeys((*call.lookup_keys, *known)):
        item = known.get(key, KeyEvidence(lookup_key=key))
        left = None if item.probability is None else item.probability - taken.get(key, 0.0)
        is_open = item.open_core or item.failed or item.at_most is not None
        if key in open_keys or is_open or (left is not None and left > _ROUNDING):
            share = None if left is None else max(0.0, left)
            found[key] = _renamed(item, key, share)
    return _best_first(found, pairs, named, phenotypes, call)


def _renamed(item: KeyEvidence, key: str, probability: float | None) -> KeyEvidence:
    """Return evidence of a part of a key's candidates, under another key.

    Candidates are assumed to have equal proportions in all population groups.
    """
    # No posterior by group and candidate is kept: the share of the whole stands for each group.
    whole = item.probability or 0.0
    part = (probability or 0.0) / whole if whole else 0.0
    groups = tuple(share * part for share in item.by_group)
    return msgspec.structs.replace(item, lookup_key=key, probability=probability, by_group=groups)


def _open_keys(
    keys: Sequence[str], others: Sequence[str | None], *, everything: bool
) -> frozenset[str]:
    """Return the possible phenotype keys of candidates without a diplotype statement.

    A candidate that cannot be translated may have any key of the call.
    """
    untranslated = any(key not in keys for key in others)
    return frozenset(keys if everything or untranslated else (k for k in others if k))


def _best_first(
    found: Mapping[str, KeyEvidence],
    pairs: Sequence[tuple[str, float | None]],
    named: Collection[str],
    phenotypes: PhenotypeKeys,
    call: GeneCall,
) -> dict[str, KeyEvidence]:
    """Return evidence in the order of the candidates; a single key is certain."""
    order: dict[str, None] = {}
    for place, (pair, _) in enumerate(pairs):
        key = pair if pair in named else phenotypes.of(pair)
        if key not in found and place == 0:
            key = next(iter(call.lookup_keys), None)  # the call's first key is its best candidate's
        if key is not None and key in found:
            order[key] = None
    order.update(dict.fromkeys(found))
    if len(order) == 1:
        [key] = order
        return {key: KeyEvidence(lookup_key=key, probability=1.0)}
    return {key: found[key] for key in order}


def pair_evidence(call: GeneCall, phenotypes: PhenotypeKeys | None) -> dict[str, KeyEvidence]:
    """Return the diplotypes of a call for a guideline only on diplotypes, best first.

    Unresolved data of the gene apply to every diplotype but the best one. The discriminating sites
    of a diplotype are those of its phenotype; ``phenotypes`` is None for an unknown gene.
    """
    known = {item.lookup_key: item for item in call.key_evidence}
    # Open positions are known by phenotype, not by diplotype, so each diplotype bears them all.
    core = tuple(dict.fromkeys(s for e in call.key_evidence for s in e.open_core))
    failed = tuple(dict.fromkeys(s for e in call.key_evidence for s in e.failed))
    found: dict[str, KeyEvidence] = {}
    for key, share in diplotype_keys(call):
        item = known.get(phenotypes.of(key) or "") if phenotypes else None
        evidence = _renamed(item or KeyEvidence(lookup_key=key), key, share)
        if found:
            evidence = msgspec.structs.replace(evidence, open_core=core, failed=failed)
        found[key] = evidence
    if (core or failed) and OTHER_DIPLOTYPE not in found:  # improbable, and not excluded
        found[OTHER_DIPLOTYPE] = KeyEvidence(
            lookup_key=OTHER_DIPLOTYPE, probability=call.rest or 0.0, open_core=core, failed=failed
        )
    return found


def ranked_keys(
    keys: Iterable[str], alleles: Sequence[str], answered: Collection[str]
) -> tuple[str, ...]:
    """Return the keys of several tested alleles with precedence, best first.

    The first of ``alleles`` whose test has a statement is used; if none has, the key of the first.
    An untested allele may be present or absent.

    >>> known = {"*15:02 positive", "*15:11 positive"}
    >>> ranked_keys(["*15:02 negative", "*15:11 positive"], ["*15:02", "*15:11"], known)
    ('*15:11 positive',)
    >>> ranked_keys(["*15:02 negative"], ["*15:02", "*15:11"], known)
    ('*15:02 negative', '*15:11 positive')
    """
    listed = list(keys)
    tested = [[k for k in listed if allele_of_key(k) == allele] for allele in alleles]
    if not any(tested):
        return ()
    # Both answers of a missing test stay possible: leaving it out would count as negative.
    possible = [
        own or [allele + NEGATIVE, allele + POSITIVE]
        for own, allele in zip(tested, alleles, strict=True)
    ]
    found = (
        next((key for key in combination if key in answered), combination[0])
        for combination in product(*possible)
    )
    return tuple(dict.fromkeys(found))


OPEN_COPIES: Final = frozenset({NoteCode.COPY_NUMBER_NOT_ASSESSED, NoteCode.STRUCTURAL_VARIANT})
"""Notes of calls whose copy number nobody determined."""


class AdviceView(NamedTuple):
    """The part of a gene's call used by recommendations: equal views get equal results.

    ``settling`` is used if several keys, or none, are possible; ``copies`` are the keys of other
    copy numbers, None if copy number is known; ``weighed`` means that a single key is certain;
    ``pairs`` are used by topics on diplotypes.
    """

    keys: tuple[str, ...] | None
    evidence: tuple[KeyEvidence, ...]
    settling: tuple[str, ...]
    copies: tuple[str, ...] | None
    weighed: bool
    pairs: tuple[tuple[str, float | None], ...]


def advice_view(call: GeneCall, *, by_pairs: bool) -> AdviceView:
    """Return the view of a call; ``by_pairs`` for topics on diplotypes."""
    answered = call.status is not CallStatus.NOT_ASSESSED
    # What would settle a single sure key is not read, so that more calls share their advice.
    single = answered and len(call.lookup_keys) == 1 and not (by_pairs or call.key_evidence)
    return AdviceView(
        keys=call.lookup_keys if answered else None,
        evidence=call.key_evidence,
        settling=() if single else call.depends_on or call.missing,
        copies=call.copy_keys if OPEN_COPIES & set(call.notes) else None,
        weighed=call.source == "outside" or call.rest is not None,
        pairs=tuple(diplotype_keys(call)) if by_pairs else (),
    )


ALLELE_TEST: Final = re.compile(r"\*\d{2,3}:\d{2,4} (positive|negative)", re.ASCII)
"""Key of a test of one HLA allele: two fields of the name, as guidelines use them."""


class Reach:
    """Possible lookup keys of one gene's results.

    ``keys`` are those of phenotypes and activity scores, from every pair of functions that alleles
    have, and of the function of undescribed haplotypes. They are empty for a gene that is looked up
    by its alleles.
    """

    def __init__(self, gene: GeneDefinition) -> None:
        self._gene = gene
        self._names = {name for a in gene.alleles for name in (a.name, core_allele(a.name))}
        self.keys: frozenset[str] = _keys(gene) if gene.rules else frozenset()

    def holds(self, key: str) -> bool:
        """Whether a result can have a key; a missing result and any result are included."""
        if key in (NO_RESULT, ANY_KEY) or key in self.keys:
            return True
        if self._gene.strategy is Strategy.OUTSIDE:
            return ALLELE_TEST.fullmatch(key) is not None
        if key.startswith(f"{DIPLOTYPES} "):
            return self._is_diplotype(key.removeprefix(f"{DIPLOTYPES} "))
        return not self._gene.rules and self._is_diplotype(key)

    def _is_diplotype(self, text: str) -> bool:
        names = text.split("/")
        return (
            len(names) in copies_of(self._gene)
            and self._names.issuperset(names)
            and format_diplotype(names, self._gene.default_allele) == text
        )


def _keys(gene: GeneDefinition) -> frozenset[str]:
    table = PhenotypeTable(gene)
    # None is the function of a haplotype that no source describes.
    functions = {allele.function for allele in gene.alleles} | {None}
    pairs: set[tuple[str | None, str | None]] = set()
    if gene.ploidy is not Ploidy.MITOCHONDRIAL:
        known = {function or gene.uncertain_function for function in functions}
        pairs |= {(first, second) for first in known for second in known}
    if gene.ploidy is not Ploidy.AUTOSOME:
        pairs |= {(function, None) for function in functions}
    return frozenset(table.translate(first, second, "").lookup_key for first, second in pairs)


_COPIES: Final = {
    Ploidy.AUTOSOME: (2,),
    Ploidy.X_LINKED: (1, 2),
    Ploidy.MITOCHONDRIAL: (1,),
}


def copies_of(gene: GeneDefinition) -> tuple[int, ...]:
    """Return the possible ploidies of a gene's locus: one or two for chrX."""
    return _COPIES[gene.ploidy]


def reference_keys(gene: GeneDefinition) -> tuple[str, ...]:
    """Return the lookup keys of a gene's reference genotype.

    None for a gene without alleles, for which only single alleles are tested.
    """
    # HLA genes come as tests of single alleles from other tools.
    if not gene.alleles:
        return ()
    name = gene.default_allele
    function, _ = HaplotypeFunctions(gene).of(name)
    table = PhenotypeTable(gene)
    keys = (
        table.translate(function, function if n > 1 else None, "/".join([name] * n)).lookup_key
        for n in copies_of(gene)
    )
    return tuple(dict.fromkeys(keys))
