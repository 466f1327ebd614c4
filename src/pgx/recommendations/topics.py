"""One guideline on one drug: what a sample's keys are to it, and which statement answers them.

One guideline gives one answer. Where it has statements on pairs of alleles and on phenotypes, both
are one topic and the more specific statement answers. Tests of single alleles ("*57:01 positive")
may stand side by side in one gene; a topic listens to one of them, or to several where the
knowledge base says that one statement answers for all (`pgx.records.advice.StatementSet`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import msgspec

from pgx.recommendations.result_keys import (
    DIPLOTYPES,
    WHOLE_GENE,
    PhenotypeKeys,
    allele_of_key,
    mixed_evidence,
    pair_evidence,
    ranked_keys,
)
from pgx.records.advice import ANY_KEY, NO_RESULT, UNINFORMATIVE_KEYS, Drug, Statement
from pgx.records.calls import GeneCall, KeyEvidence

__all__ = ["Combination", "Languages", "Topic"]

Combination = tuple[str, ...]
"""One key per gene."""
Languages = tuple[str, ...]
"""What keys of one gene are about, see `allele_of_key`; the first that has a statement answers."""


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """Guidance of one guideline on one drug.

    ``languages`` are, per gene, what the keys are about, the most specific first, and ``alleles``
    the first of them: the allele that the keys test, `DIPLOTYPES`, or "" for phenotypes.
    ``anything`` are genes of which any result will do. ``keys`` are, per gene, the keys that
    statements use. ``kinds`` numbers the distinct advice of statements, by statement id.
    ``phenotypes`` are, per gene, the phenotypes of diplotypes, where statements speak of both.
    ``references`` are, per gene, the keys of its reference genotype, empty where it is not known.
    ``updated`` is the date of a newer version that the release does not hold, empty without.
    A topic without populations is guidance that has not been read yet.
    """

    drug: Drug
    guideline_id: str
    genes: tuple[str, ...]
    languages: tuple[Languages, ...]
    anything: frozenset[str]
    keys: tuple[tuple[str, ...], ...]
    statements: dict[str, dict[Combination, Statement]]
    kinds: dict[str, int] = {}
    phenotypes: tuple[PhenotypeKeys | None, ...] = ()
    references: tuple[tuple[str, ...], ...] = ()
    updated: str = ""

    @property
    def alleles(self) -> tuple[str, ...]:
        """What each gene's keys are about; of several languages the most specific."""
        return tuple([languages[0] for languages in self.languages])

    @property
    def populations(self) -> tuple[str, ...]:
        """Codes of the populations with statements, A–Z."""
        return tuple(sorted(self.statements)) or ("general",)

    def keys_of(self, position: int, call: GeneCall) -> tuple[str, ...]:
        """Return those of a call's keys that this topic listens to, best first."""
        if self.languages[position][0] == DIPLOTYPES:
            return tuple(self.pair_evidence(position, call))
        return self.own_keys(position, call.lookup_keys)

    def own_keys(self, position: int, keys: Sequence[str]) -> tuple[str, ...]:
        """Return those of a gene's keys that this topic listens to, in their order."""
        languages = self.languages[position]
        if len(languages) > 1 and DIPLOTYPES not in languages:
            return ranked_keys(keys, languages, self.keys[position])
        return tuple([key for key in keys if allele_of_key(key) in languages and key != NO_RESULT])

    def pair_evidence(self, position: int, call: GeneCall) -> dict[str, KeyEvidence]:
        """Return a call's keys where the topic listens to pairs of alleles, best first."""
        phenotypes = self.phenotypes[position] if self.phenotypes else None
        if phenotypes is not None and WHOLE_GENE in self.languages[position]:
            return mixed_evidence(call, self.keys[position], phenotypes)
        return pair_evidence(call, phenotypes)

    def find(self, population: str, combination: Combination) -> Statement | None:
        """Return the statement for one key per gene, None where the guideline has none.

        A pair of alleles of which this population's statements do not speak is looked up by its
        phenotype. A result of one gene of several that says nothing (`UNINFORMATIVE_KEYS`), and of
        which the guideline does not speak, counts as no result: what the other genes say is not
        lost.
        """
        if self.anything:
            pairs = zip(self.genes, combination, strict=True)
            combination = tuple(ANY_KEY if g in self.anything else key for g, key in pairs)
        known = self.statements.get(population, {})
        for asked in self._more_general(combination):
            found = known.get(asked) or _by_the_others(known, self.genes, asked)
            if found is not None:
                return found
        return None

    def _more_general(self, combination: Combination) -> Iterator[Combination]:
        """Yield a combination, then those with phenotypes in place of pairs of alleles."""
        yield combination
        if not any(len(languages) > 1 for languages in self.languages):
            return
        choices = []
        places = zip(combination, self.phenotypes, self.languages, strict=True)
        for key, phenotypes, languages in places:
            is_pair = WHOLE_GENE in languages and allele_of_key(key) == DIPLOTYPES
            general = phenotypes.of(key) if phenotypes is not None and is_pair else None
            choices.append((key,) if general is None else (key, general))
        yield from list(product(*choices))[1:]


def _by_the_others(
    known: Mapping[Combination, Statement], genes: Sequence[str], combination: Combination
) -> Statement | None:
    """Return the statement without those genes whose result says nothing."""
    mute = {g for g, key in zip(genes, combination, strict=True) if key in UNINFORMATIVE_KEYS}
    if not 0 < len(mute) < len(genes):
        return None
    pairs = zip(genes, combination, strict=True)
    found = known.get(tuple(NO_RESULT if gene in mute else key for gene, key in pairs))
    if found is None:
        return None
    absent = {f"not_genotyped={g}": f"not_assignable={g}" for g in mute}
    notes = tuple(absent.get(note, note) for note in found.notes)
    return msgspec.structs.replace(found, notes=notes)
