"""Keys of one gene's result: pairs of alleles, tested alleles, and phenotypes or scores.

A statement speaks of a gene in one language: of a pair of alleles (``diplotype *2/*3``), of one
tested allele (``*57:01 positive``), or of the gene as a whole (``Poor Metabolizer``, ``0.5``).
Enters: a gene's call. Leaves: its keys in the languages that one guideline uses. Where a guideline
has statements on pairs of alleles and on phenotypes, each candidate diplotype is looked up by
itself if some statement names it, and by its phenotype otherwise.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import product
from typing import Final

import msgspec

from pgx.errors import UnknownAlleleError
from pgx.haplotypes.outcome import LISTED_FROM
from pgx.phenotypes.haplotypes import HaplotypeFunctions
from pgx.phenotypes.translate import PhenotypeTable
from pgx.records.calls import PHENOCONVERTED, GeneCall, KeyEvidence
from pgx.records.genes import GeneDefinition

__all__ = [
    "DIPLOTYPES",
    "NEGATIVE",
    "OTHER_DIPLOTYPE",
    "WHOLE_GENE",
    "PhenotypeKeys",
    "allele_of_key",
    "diplotype_keys",
    "mixed_evidence",
    "pair_evidence",
    "ranked_keys",
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
    """Return the diplotypes that a call leaves possible, best first, with their probabilities.

    What the list of candidates leaves out counts as `OTHER_DIPLOTYPE`: of weighed candidates
    where together they are as probable as one that is listed, or a position is unknown, for
    there the improbable may be true.
    """
    listed = [(f"{DIPLOTYPES} {c.diplotype}", c.probability) for c in call.candidates]
    if not listed and call.diplotype:
        listed = [(f"{DIPLOTYPES} {call.diplotype}", 1.0)]
    weighed = all(probability is not None for _, probability in listed)
    weighs = not weighed or (call.rest or 0.0) >= LISTED_FROM
    if call.n_candidates > len(call.candidates) and (call.missing or weighs):
        listed.append((OTHER_DIPLOTYPE, call.rest if weighed else None))
    return listed


@functools.lru_cache(maxsize=4096)
def allele_of_key(key: str) -> str:
    """Return the allele that a key tests, or `WHOLE_GENE` for a key about the whole gene.

    A pair of alleles is a language of its own (`DIPLOTYPES`).

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
            A key in the language `DIPLOTYPES`.

        Returns
        -------
        str or None
            None where a haplotype is not a named allele, or its copies are not: what such a
            diplotype means is known to the call alone.
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
    """Return the keys of a call where a guideline speaks of diplotypes and of phenotypes.

    A candidate that ``named`` holds has its own key. All others have that of their phenotype,
    with the probability that the named candidates leave of it. A phenotype that medicines have
    converted is looked up as a phenotype: a statement on a genotype does not know of them.

    Parameters
    ----------
    call
        A gene's call that has a result.
    named
        Diplotype keys that some statement of the guideline uses.
    phenotypes
        The gene's phenotype keys.

    Returns
    -------
    dict
        Evidence by key, best first; probabilities None where nothing weighs the key.
    """
    pairs = [] if PHENOCONVERTED in call.notes else diplotype_keys(call)
    known = {item.lookup_key: item for item in call.key_evidence}
    found: dict[str, KeyEvidence] = {}
    taken: dict[str | None, float] = {}
    for pair, probability in pairs:
        if pair in named:
            key = phenotypes.of(pair)
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

    Population groups are taken to divide the candidates alike.
    """
    whole = item.probability or 0.0
    part = (probability or 0.0) / whole if whole else 0.0
    groups = tuple(share * part for share in item.by_group)
    return msgspec.structs.replace(item, lookup_key=key, probability=probability, by_group=groups)


def _open_keys(
    keys: Sequence[str], others: Sequence[str | None], *, everything: bool
) -> frozenset[str]:
    """Return the phenotype keys that candidates without a statement of their own may have.

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
    """Return evidence in the order of the candidates; one key alone is sure."""
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
    """Return the diplotypes of a call, where a guideline speaks of nothing else, best first.

    What is open of the gene is open of every diplotype but the best one. What could show a
    diplotype is what could show its phenotype; ``phenotypes`` is None for a gene that is not known.
    """
    known = {item.lookup_key: item for item in call.key_evidence}
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
    """Return the keys of several tested alleles of which one statement answers, best first.

    The first of ``alleles`` whose test has a statement answers; where none has, the key is that of
    the first. An allele that was not tested may be there or not.

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
    possible = [
        own or [allele + NEGATIVE, allele + POSITIVE]
        for own, allele in zip(tested, alleles, strict=True)
    ]
    found = (
        next((key for key in combination if key in answered), combination[0])
        for combination in product(*possible)
    )
    return tuple(dict.fromkeys(found))
