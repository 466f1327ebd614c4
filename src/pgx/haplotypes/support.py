"""What supports a call: sites, contradictions, alternative diplotypes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pgx.genotypes.matrix import ABSENT, MISSING, UNPHASED, Evidence, GeneGenotypes, Unknown
from pgx.haplotypes.definitions import CompiledGene, HaplotypeMasks, Meanings
from pgx.haplotypes.observation import Observation, apply_proxies
from pgx.records.calls import (
    AlternativeDiplotype,
    CallEvidence,
    Candidate,
    Contradiction,
    GeneCall,
    HaplotypeEvidence,
    SiteObservation,
    VariantMatch,
)
from pgx.records.genes import format_diplotype, natural_key

__all__ = [
    "MAX_NEAREST",
    "AlternativeDiplotypes",
    "agree",
    "allowed_alleles",
    "call_evidence",
    "count_contradictions",
    "excluded",
    "in_observed_order",
    "orientations",
    "read_sites",
    "site_observations",
    "swapped_sites",
]


MAX_NEAREST = 2
"""Excluded diplotypes that are listed; all that are excluded by as few positions are counted."""


def allowed_alleles(gene: CompiledGene, index: int, mask: int) -> tuple[str, ...]:
    """Return the allele strings that a mask allows at a position."""
    alleles = gene.gene.variants[index].alleles
    return tuple(allele for code, allele in enumerate(alleles) if mask >> code & 1)


class AlternativeDiplotypes:
    """Finds and describes the alternative diplotypes of one call.

    ``labels`` are the observed alleles by position, as printed; ``best`` the rows of the best
    diplotype, None if nothing fits. Positions that the best diplotype does not explain (variants
    beyond the two reported in an unphased variant list) do not contradict any other.
    """

    def __init__(
        self,
        gene: CompiledGene,
        haplotypes: HaplotypeMasks,
        observation: Observation,
        labels: Sequence[tuple[str, ...]],
        best: Masks | None,
    ) -> None:
        self.gene = gene
        self.haplotypes = haplotypes
        self.observation = observation
        self.labels = labels
        self.best = best
        self._free: Bools = np.zeros(len(labels), np.bool_)
        if best is not None:
            self._free = np.asarray(
                self._contradicted_at(in_observed_order(best, observation)).any(axis=0)
            )
        default = gene.gene.default_allele
        self._names = sorted(set(gene.names), key=lambda n: (n != default, natural_key(n)))
        first_row = {name: i for i, name in reversed(list(enumerate(gene.names)))}
        self._rows_of = np.array([first_row[name] for name in self._names])
        self._own_functions = [gene.functions[i] for i in self._rows_of.tolist()]
        self._kinds = sorted({f or "" for f in gene.functions})

    def of(self, call: GeneCall) -> list[AlternativeDiplotype]:
        """Return the alternative diplotypes of a call.

        The next candidate and the next one of other functions; if only one fits, the excluded ones
        with the fewest contradictions; and the nearest one of functions that none of these has.
        """
        first, second, counts = self._pairs()
        found = list(self._candidates(call)) or self._unlisted(call, first, second, counts)
        kinds = self._pair_kinds(first, second)
        known = set(kinds[counts == 0].tolist())
        functions = [self._functions(c.diplotype) for c in call.candidates]
        known |= {self._kind(f) for f in [[h.function for h in call.haplotypes], *functions]}
        if not found:
            found += self._nearest(first, second, counts, counts > 0, "nearest")
            known |= {self._kind(alternative.functions) for alternative in found}
        others = (counts > 0) & ~np.isin(kinds, list(known))
        return [
            *found,
            *self._nearest(first, second, counts, others, "nearest_other_function")[:1],
        ]

    # -- candidates ----------------------------------------------------------------------

    def _candidates(self, call: GeneCall) -> Iterator[AlternativeDiplotype]:
        others = [c for c in call.candidates if c.diplotype != call.diplotype]
        own = self._kind([h.function for h in call.haplotypes])
        if not others:
            return
        yield self._candidate(others[0], "fits")
        if self._kind(self._functions(others[0].diplotype)) != own:
            return
        for candidate in others[1:]:
            if self._kind(self._functions(candidate.diplotype)) != own:
                yield self._candidate(candidate, "fits_other_function")
                return

    def _unlisted(
        self,
        call: GeneCall,
        first: npt.NDArray[np.intp],
        second: npt.NDArray[np.intp],
        counts: npt.NDArray[np.int64],
    ) -> list[AlternativeDiplotype]:
        """Return a candidate that fits but is too improbable to be listed."""
        if call.n_candidates < 2:
            return []
        for index in np.flatnonzero(counts == 0).tolist():
            name = self._name(int(first[index]), int(second[index]))
            if name != call.diplotype:
                share = call.rest if call.n_candidates == 2 else None
                return [self._candidate(Candidate(name, share), "fits")]
        return []

    def _candidate(self, candidate: Candidate, why: str) -> AlternativeDiplotype:
        rows = self._rows(candidate.diplotype)
        sites: list[int] = []
        phase: list[int] = []
        if rows is not None and self.best is not None:
            differs = ~agree(rows, self.best)
            sites = np.flatnonzero(differs & self.observation.missing).tolist()
            phase = self._phase(rows, self.best)
        return AlternativeDiplotype(
            diplotype=candidate.diplotype,
            functions=tuple(self._functions(candidate.diplotype)),
            why=why,
            probability=candidate.probability,
            open_sites=tuple(self._position(i) for i in sites),
            open_phase=tuple(self._position(i) for i in phase),
        )

    def _phase(self, one: Masks, two: Masks) -> list[int]:
        """Return the positions whose phase differs between two fitting pairs."""
        ways = np.sign(orientations(one, self.observation) * orientations(two, self.observation))
        if not ((ways > 0).any() and (ways < 0).any()):
            return []  # alike, or one pair is named the other way round
        return np.flatnonzero(np.append(ways != 0, [False])[self.observation.block]).tolist()

    # -- excluded ------------------------------------------------------------------------

    def _pairs(self) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.int64]]:
        """Return pairs of names (indices, in the order of names) and their contradictions."""
        gene = self.gene
        of_rows = count_contradictions(gene.masks, self.observation, self._free)
        n_names = len(self._names)
        if n_names == len(gene.names):
            counts = of_rows[np.ix_(self._rows_of, self._rows_of)]
        else:  # suballeles: the one that contradicts least stands for the name
            place = {name: i for i, name in enumerate(self._names)}
            named = np.array([place[name] for name in gene.names])
            counts = np.full((n_names, n_names), 2 * len(self._free) + 1, np.int64)
            np.minimum.at(counts, (named[:, None], named[None, :]), of_rows)
        # A pair of one haplotype is an allele with itself.
        if self.observation.haploid:
            first = second = np.arange(n_names)
        else:
            first, second = np.triu_indices(n_names)
        return first, second, counts[first, second]

    def _pair_kinds(
        self, first: npt.NDArray[np.intp], second: npt.NDArray[np.intp]
    ) -> npt.NDArray[np.int64]:
        number = np.array([self._kinds.index(f or "") for f in self._own_functions])
        low = np.minimum(number[first], number[second])
        return np.asarray(low * len(self._kinds) + np.maximum(number[first], number[second]))

    def _is_uncertain(
        self, first: npt.NDArray[np.intp], second: npt.NDArray[np.intp]
    ) -> npt.NDArray[np.bool_]:
        """Whether a function of each pair is uncertain; such pairs come last."""
        unknown = (None, self.gene.gene.uncertain_function)
        unsure = np.array([f in unknown for f in self._own_functions])
        return np.asarray(unsure[first] | unsure[second])

    def _kind(self, functions: Sequence[str | None]) -> int:
        """Return a number for an unordered pair of functions; -1 if one is unknown."""
        named = [f or "" for f in functions]
        if not named or not set(named) <= set(self._kinds):
            return -1
        numbers = [self._kinds.index(f) for f in named]
        return min(numbers) * len(self._kinds) + max(numbers)

    def _nearest(
        self,
        first: npt.NDArray[np.intp],
        second: npt.NDArray[np.intp],
        counts: npt.NDArray[np.int64],
        among: Bools,
        why: str,
    ) -> list[AlternativeDiplotype]:
        if not among.any():
            return []
        near = np.flatnonzero(among & (counts == counts[among].min()))
        near = near[np.argsort(self._is_uncertain(first[near], second[near]), kind="stable")]
        found = []
        for index in near[:MAX_NEAREST].tolist():
            diplotype = self._name(int(first[index]), int(second[index]))
            found.append(
                AlternativeDiplotype(
                    diplotype=diplotype,
                    functions=tuple(self._functions(diplotype)),
                    why=why,
                    contradictions=self.contradictions(diplotype),
                    n_alike=len(near),
                )
            )
        return found

    def contradictions(self, diplotype: str) -> tuple[Contradiction, ...]:
        """Return where a diplotype contradicts the observations; empty if its name is unknown."""
        rows = self._rows(diplotype)
        return () if rows is None else tuple(self._contradictions(rows))

    def _contradictions(self, rows: Masks) -> Iterator[Contradiction]:
        ordered = in_observed_order(rows, self.observation)
        contradicted_at = self._contradicted_at(ordered)
        crossed = self._contradicted_at(ordered[::-1])
        for index in np.flatnonzero(contradicted_at.any(axis=0) & ~self._free).tolist():
            on_block = self.observation.block[index] >= 0
            variant = self.gene.gene.variants[index]
            yield Contradiction(
                position=self._position(index),
                rsid=variant.rsid,
                observed=self.labels[index],
                needs=tuple(allowed_alleles(self.gene, index, int(row[index])) for row in ordered),
                kind="phase" if on_block and not crossed[:, index].any() else "allele",
                phased=bool(
                    on_block and (self.observation.block == self.observation.block[index]).sum() > 1
                ),
            )

    def _contradicted_at(self, ordered: Masks) -> Bools:
        """(H, P) bool: where each of H haplotypes contradicts the observed one."""
        codes = self.observation.codes
        return np.array([excluded(row, codes[:, s]) for s, row in enumerate(ordered)])

    # -- names ---------------------------------------------------------------------------

    def _rows(self, diplotype: str) -> Masks | None:
        """Return the rows of a diplotype; of suballeles those with the fewest contradictions."""
        options = [[row for row, _ in self.haplotypes.rows(n)] for n in diplotype.split("/")]
        pairs = [np.array(rows) for rows in itertools.product(*options)]
        if not pairs:
            return None
        orders = [in_observed_order(rows, self.observation) for rows in pairs]
        counts = [int(self._contradicted_at(ordered).sum()) for ordered in orders]
        return pairs[counts.index(min(counts))]

    def _name(self, first: int, second: int) -> str:
        names = [self._names[first], self._names[second]]
        names = names[:1] if self.observation.haploid else names
        return format_diplotype(names, self.gene.gene.default_allele)

    def _functions(self, diplotype: str) -> list[str | None]:
        return [self.haplotypes.function(name) for name in diplotype.split("/")]

    def _position(self, index: int) -> str:
        return f"{self.gene.gene.contig}:{self.gene.gene.variants[index].position}"


UNKNOWN_ALLELE = "."


def call_evidence(
    gene: CompiledGene, call: GeneCall, meanings: Meanings | None = None
) -> CallEvidence | None:
    """Return the support for a call and the evidence against alternative diplotypes.

    Parameters
    ----------
    gene
        The definitions used for the call.
    call
        A call with its sites.
    meanings
        Function and value of copies and tandems; see `HaplotypeMasks`.

    Returns
    -------
    CallEvidence or None
        None for a call not based on positions, or without any called position.
    """
    known = {f"{gene.gene.contig}:{v.position}" for v in gene.gene.variants}
    if not any(s.position in known and set(s.alleles) - {UNKNOWN_ALLELE} for s in call.sites):
        return None
    seen = read_sites(gene, call.sites)
    observation, _ = apply_proxies(gene, seen.observation)
    haplotypes = HaplotypeMasks(gene, seen.undocumented, meanings)
    best = _best_rows(gene, haplotypes, call)
    masks = None if best is None else best[0]
    alternatives = AlternativeDiplotypes(gene, haplotypes, observation, seen.labels, masks)
    return CallEvidence(
        haplotypes=()
        if best is None
        else tuple(_haplotype_evidence(gene, call, observation, *best)),
        alternatives=tuple(alternatives.of(call)),
    )


@dataclass(frozen=True, slots=True)
class SeenSites:
    """Sites as an observation; ``labels`` are the observed alleles of each position.

    ``undocumented`` maps the ``g.`` name of an allele without a definition to its position
    index and code.
    """

    observation: Observation
    labels: list[tuple[str, ...]]
    undocumented: dict[str, tuple[int, int]]


def read_sites(gene: CompiledGene, sites: Sequence[SiteObservation]) -> SeenSites:
    """Rebuild an observation from the sites of a result; the inverse of writing them.

    Positions that the gene does not have are omitted, those absent from the sites are missing.
    """
    by_position = {site.position: site for site in sites}
    variants = gene.gene.variants
    codes = np.full((len(variants), 2), MISSING, np.int8)
    written: list[int | None] = [None] * len(variants)
    labels: list[tuple[str, ...]] = [()] * len(variants)
    undocumented: dict[str, tuple[int, int]] = {}
    ordered = [by_position.get(f"{gene.gene.contig}:{v.position}") for v in variants]
    haploid = any(s is not None and len(s.alleles) == 1 for s in ordered)
    for index, site in enumerate(ordered):
        if site is None or not 1 <= len(site.alleles) <= 2:
            continue
        labels[index] = site.alleles
        own = [_code(gene, index, allele, undocumented) for allele in site.alleles]
        codes[index] = own * 2 if len(own) == 1 else own
        written[index] = site.phase_block if site.phased else None
    if haploid:
        codes[:, 1] = codes[:, 0]
    block, count = _blocks(codes, written)
    return SeenSites(Observation(codes, block, count, haploid), labels, undocumented)


def _code(
    gene: CompiledGene, index: int, allele: str, undocumented: dict[str, tuple[int, int]]
) -> int:
    """Return an allele's code; undocumented alleles get the codes after the known ones."""
    known = gene.gene.variants[index].alleles
    if allele in known:
        return known.index(allele)
    if allele == UNKNOWN_ALLELE:
        return MISSING
    _, _, rest = allele.partition(":")
    position, _, change = rest.partition(":")
    name = f"g.{position}{change}"
    if name not in undocumented:
        taken = sum(1 for place, _ in undocumented.values() if place == index)
        undocumented[name] = (index, len(known) + taken)
    return undocumented[name][1]


def _blocks(
    codes: npt.NDArray[np.int8], written: Sequence[int | None]
) -> tuple[npt.NDArray[np.int32], int]:
    """Number the phase blocks; a position with unknown phase is a separate block."""
    block = np.full(len(codes), -1, np.int32)
    numbers: dict[int, int] = {}
    count = 0
    for index in np.flatnonzero(codes[:, 0] != codes[:, 1]).tolist():
        name = written[index]
        if name is not None and name in numbers:
            block[index] = numbers[name]
            continue
        if name is not None:
            numbers[name] = count
        block[index] = count
        count += 1
    return block, count


def _best_rows(
    gene: CompiledGene, haplotypes: HaplotypeMasks, call: GeneCall
) -> tuple[Masks, npt.NDArray[np.bool_]] | None:
    """Return masks and named positions of the best diplotype's haplotypes."""
    rows = []
    for haplotype in call.haplotypes[:2]:
        exact = [v for v in haplotype.variants[:1] if v in gene.identifiers]
        if len(haplotype.variants) == 1 and exact:
            index = gene.identifiers.index(exact[0])
            rows.append((gene.masks[index], gene.weights[index]))
        elif found := haplotypes.rows(haplotype.name):
            rows.append(found[0])
        else:
            return None
    if not rows:
        return None
    return np.array([m for m, _ in rows]), np.array([n for _, n in rows])


def _haplotype_evidence(
    gene: CompiledGene,
    call: GeneCall,
    observation: Observation,
    masks: Masks,
    named: npt.NDArray[np.bool_],
) -> list[HaplotypeEvidence]:
    swapped = swapped_sites(masks, observation).astype(np.intp)
    columns = np.arange(len(swapped))
    found = []
    for number, haplotype in enumerate(call.haplotypes[:2]):
        codes = observation.codes[columns, number ^ swapped]
        found.append(
            HaplotypeEvidence(
                name=haplotype.name,
                function=haplotype.function,
                n_named=int(named[number].sum()),
                n_answered=int((named[number] & (codes != MISSING)).sum()),
                variants=tuple(_matches(gene, masks[number], codes)),
            )
        )
    return found


def _matches(
    gene: CompiledGene, row: npt.NDArray[np.uint64], codes: npt.NDArray[np.int8]
) -> Iterator[VariantMatch]:
    """Yield a row's variants relative to the default allele, and one haplotype's data."""
    differs = (row >> gene.base.astype(np.uint64)) & np.uint64(1) == 0
    contradicted = excluded(row, codes)
    for index in np.flatnonzero(differs).tolist():
        variant = gene.gene.variants[index]
        state = "contradicted" if contradicted[index] else "matched"
        yield VariantMatch(
            position=f"{gene.gene.contig}:{variant.position}",
            rsid=variant.rsid,
            needs=allowed_alleles(gene, index, int(row[index])),
            state="unknown" if codes[index] == MISSING else state,
        )


_EVIDENCE: Final = {int(code): code.name.lower() for code in Evidence}
_REASON: Final = {int(code): code.name.lower() if code else None for code in Unknown}


def site_observations(genotypes: GeneGenotypes, sample: int) -> tuple[SiteObservation, ...]:
    """Return one sample's observations (``sample`` is a column), in the gene's order."""
    gene = genotypes.gene
    observed = []
    calls = genotypes.call[:, sample].tolist()
    blocks = genotypes.phase_block[:, sample].tolist()
    evidence = genotypes.evidence[:, sample].tolist()
    reasons = genotypes.reason[:, sample].tolist()
    gqs, dps = genotypes.gq[:, sample].tolist(), genotypes.dp[:, sample].tolist()
    for index, variant in enumerate(gene.variants):
        codes = [c for c in calls[index] if c != ABSENT]
        if blocks[index] == UNPHASED:
            codes.sort(key=lambda c: (c == MISSING, c))  # their order in the file says nothing
        alleles = tuple(_name(genotypes, index, c) for c in codes)
        phased = blocks[index] != UNPHASED and len(set(codes)) > 1
        observed.append(
            SiteObservation(
                position=f"{gene.contig}:{variant.position}",
                rsid=variant.rsid,
                alleles=alleles,
                ref=variant.ref,
                evidence=_EVIDENCE[evidence[index]],
                reason=_REASON[reasons[index]],
                phased=phased,
                phase_block=blocks[index] if phased else None,
                gq=gqs[index] if gqs[index] >= 0 else None,
                dp=dps[index] if dps[index] >= 0 else None,
                likelihoods=_likelihoods(genotypes, index, sample),
                heteroplasmy=genotypes.shares.get((index, sample)),
            )
        )
    return tuple(observed)


def _likelihoods(
    genotypes: GeneGenotypes, index: int, sample: int
) -> tuple[tuple[str, str, int], ...]:
    known = genotypes.likelihoods.get((index, sample))
    if not known:
        return ()
    return tuple(
        (_name(genotypes, index, one), _name(genotypes, index, two), phred)
        for one, two, phred in known
    )


def _name(genotypes: GeneGenotypes, index: int, code: int) -> str:
    return "." if code == MISSING else genotypes.label(index, code)


Masks = npt.NDArray[np.uint64]
Bools = npt.NDArray[np.bool_]


def excluded(masks: Masks, codes: npt.NDArray[np.int8]) -> Bools:
    """Whether masks exclude the codes of a haplotype; missing codes are never excluded.

    Shapes: ``masks`` (..., P), ``codes`` (P,); the result has the shape of ``masks``.
    """
    shift = np.maximum(codes, 0).astype(np.uint64)
    excluded = (masks >> shift) & np.uint64(1) == 0
    return np.asarray(excluded & (codes != MISSING))


def count_contradictions(
    masks: Masks, observation: Observation, free: Bools | None = None
) -> npt.NDArray[np.int64]:
    """Count, for all pairs of rows, the observed alleles that contradict them.

    Shapes: ``masks`` (R, P), ``free`` (P,) positions that are ignored; the result is (R, R),
    symmetric. Each phase block is oriented so that it contradicts less, so that a pair of
    definitions fits exactly where its count is zero. For a haploid locus a pair of equal rows
    represents one haplotype; other pairs have 2 P + 1.
    """
    counts = np.ones(masks.shape[1], np.bool_) if free is None else ~free
    first = excluded(masks, observation.codes[:, 0]) & counts
    if observation.haploid:
        alone = np.full((len(masks), len(masks)), 2 * masks.shape[1] + 1, np.int64)
        np.fill_diagonal(alone, first.sum(axis=1))
        return alone
    second = excluded(masks, observation.codes[:, 1]) & counts
    # Blocks are independent, so the best orientation of each can be added up.
    total = _sums(first, second, observation.block < 0)
    for number in range(observation.n_blocks):
        forward = _sums(first, second, observation.block == number)
        total += np.minimum(forward, forward.T)
    return total


def _sums(first: Bools, second: Bools, inside: Bools) -> npt.NDArray[np.int64]:
    """(R, R) contradicted alleles of row i on the first haplotype, row j on the second."""
    one, two = first[:, inside].sum(axis=1), second[:, inside].sum(axis=1)
    return np.asarray(one[:, None] + two[None, :], np.int64)


def orientations(pair: Masks, observation: Observation) -> npt.NDArray[np.int64]:
    """(B,) advantage of each block's given orientation over the reverse.

    Positive: the first row belongs to the first observed haplotype; negative: to the second; 0:
    both are equal. ``pair`` is (2, P), of a haploid locus (1, P).
    """
    found = np.zeros(observation.n_blocks, np.int64)
    if observation.haploid:
        return found
    codes = observation.codes
    forward = excluded(pair[0], codes[:, 0]).astype(np.int64) + excluded(pair[1], codes[:, 1])
    backward = excluded(pair[1], codes[:, 0]).astype(np.int64) + excluded(pair[0], codes[:, 1])
    better = backward - forward
    inside = observation.block >= 0
    np.add.at(found, observation.block[inside], better[inside])
    return found


def swapped_sites(pair: Masks, observation: Observation) -> Bools:
    """(P,) bool: positions at which the first row belongs to the second observed haplotype."""
    block = observation.block
    backward = np.append(orientations(pair, observation) < 0, [False])  # block -1 is the last
    return np.asarray(backward[block])


def in_observed_order(pair: Masks, observation: Observation) -> Masks:
    """Return two rows in the order of the observed haplotypes; for a haploid locus the first."""
    if observation.haploid:
        return pair[:1]
    return np.where(swapped_sites(pair, observation)[None, :], pair[::-1], pair)


def agree(one: Masks, two: Masks) -> Bools:
    """(P,) bool: whether two unordered pairs of rows may be the same alleles."""
    forward = ((one[0] & two[0]) != 0) & ((one[-1] & two[-1]) != 0)
    backward = ((one[0] & two[-1]) != 0) & ((one[-1] & two[0]) != 0)
    return np.asarray(forward | backward)
