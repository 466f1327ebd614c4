"""The prior over haplotypes: counted, documented but uncounted, and undefined ones.

A gene's known haplotypes are those counted in a population and those with a definition. Their
frequency in a group is the group's own count, shrunk towards that of all groups together.
Documented but uncounted haplotypes share the Good-Turing mass of the unseen (Good 1953: the
proportion of haplotypes counted once). An undefined haplotype is composed of known ones, by a
crossover or by conversion of one position.
"""

from __future__ import annotations

import functools
import itertools
from dataclasses import dataclass, field
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from pgx.haplotypes.definitions import CompiledGene, Floats, contained
from pgx.haplotypes.recombination import (
    ANYTHING,
    HIDDEN_FROM,
    Codes,
    Keys,
    Made,
    Mismatches,
    Recombination,
    haplotype_keys,
    joined,
)
from pgx.records.genes import GeneFrequencies, HaplotypeCount

__all__ = [
    "OTHER_SPELLING",
    "HaplotypeCounts",
    "HaplotypePrior",
    "Row",
    "build_prior",
    "count_known",
]


OTHER_SPELLING: Final = 1e-2
"""Share of an allele that carries it in a way that nobody counted."""
NEVER_ONCE: Final = 0.5
"""What stands for the number of haplotypes counted once, where there is none."""
MOST_UNSEEN: Final = 0.5
"""Largest share of what nobody counted, however few were: the counted ones keep the rest."""
NOT_SEEN: Final = 1e-3
"""Frequency of an allele that a publication looked for and did not see."""
Row = tuple[int, ...]


@dataclass(slots=True)
class HaplotypeCounts:
    """Counted haplotypes: (G,) chromosomes by codes, and the number of singletons.

    ``imputed`` are haplotypes without a definition that match a count only if untyped positions
    differ from those of a defined allele.
    """

    counts: dict[Row, Floats] = field(default_factory=dict)
    imputed: set[Row] = field(default_factory=set)
    once_described: int = 0
    once_novel: int = 0

    def share_of(self, once: int) -> float:
        """Return the total frequency of unseen haplotypes of a kind: that of the singletons."""
        total = sum(float(c.sum()) for c in self.counts.values())
        # Good and Turing: the share of the unseen is that of what was counted once.
        return min(max(float(once), NEVER_ONCE) / total, MOST_UNSEEN)


def count_known(gene: CompiledGene, frequencies: GeneFrequencies) -> HaplotypeCounts:
    """Return counts by haplotype, untyped positions imputed."""
    place = {v.position: i for i, v in enumerate(gene.gene.variants)}
    open_sites = [place[p] for p in frequencies.untyped if p in place]
    found = HaplotypeCounts()
    for haplotype in frequencies.haplotypes:
        row = _codes(gene, haplotype, place)
        if row is None:
            continue
        counts = np.array(haplotype.counts, np.float64)
        ways = _completions(gene, row, open_sites, frequencies)
        for full, share in ways:
            found.counts[full] = found.counts.get(full, 0.0) + counts * share
        described = [full for full, _ in ways if _names(gene, full)]
        if described:
            found.imputed.update({full for full, _ in ways} - set(described))
        if counts.sum() == 1:
            found.once_described += bool(described)
            found.once_novel += not described
    return found


def _codes(
    gene: CompiledGene, haplotype: HaplotypeCount, place: dict[int, int]
) -> list[int] | None:
    """Return a counted haplotype's codes, None where it has an allele without a code."""
    codes = [0] * len(gene.gene.variants)
    for position, allele in haplotype.differences.items():
        if position not in place:
            continue
        known = gene.gene.variants[place[position]].alleles
        if allele not in known:
            return None
        codes[place[position]] = known.index(allele)
    return codes


def _completions(
    gene: CompiledGene, row: list[int], open_sites: list[int], frequencies: GeneFrequencies
) -> list[tuple[Row, Floats]]:
    """Return the possible imputations of untyped positions, each with its (G,) fraction.

    They are weighted by the published frequencies of the resulting alleles; if none is published
    all are equally likely, never zero. An imputation without a definition is rare compared with a
    defined one.
    """
    even = np.ones(len(frequencies.groups))
    if not open_sites:
        return [(tuple(row), even)]
    ways: list[Row] = []
    choices = [range(len(gene.gene.variants[i].alleles)) for i in open_sites]
    for codes in itertools.product(*choices):
        full = list(row)
        for site, code in zip(open_sites, codes, strict=True):
            full[site] = code
        ways.append(tuple(full))
    names = [_names(gene, way) for way in ways]
    described = np.array([bool(known) for known in names])
    if not described.any():
        names = [_parts(gene, way) for way in ways]
    weights = np.array([_published(gene, known, frequencies) for known in names])
    # Without published frequencies of every way, none is preferred to another.
    if np.isnan(weights).any() or not weights.sum(axis=0).all():
        weights = np.ones(weights.shape)
    if described.any():
        weights[~described] = OTHER_SPELLING * weights[described].sum(axis=0)
    return list(zip(ways, weights / weights.sum(axis=0), strict=True))


def _names(gene: CompiledGene, row: Row) -> set[str]:
    """Return the alleles that describe a whole haplotype."""
    codes = np.array(row, np.uint64)
    fits = ((gene.masks >> codes[None, :]) & np.uint64(1)).astype(bool).all(axis=1)
    return {gene.names[a] for a in np.flatnonzero(fits)}


def _parts(gene: CompiledGene, row: Row) -> set[str]:
    """Return the largest allele contained in a haplotype."""
    carried = contained(gene, np.array(row, np.int8))
    return {gene.names[carried[0]] if carried else gene.gene.default_allele}


def _published(gene: CompiledGene, names: set[str], frequencies: GeneFrequencies) -> Floats:
    """Return the (G,) published frequencies of an allele by its names, NaN if there is none.

    A group without a value has the mean of the others. The default allele has the remainder of the
    other alleles, if it has no value.
    """
    found = np.full(len(frequencies.groups), np.nan)
    for index, group in enumerate(frequencies.groups):
        printed = {i.allele: i.frequency for i in frequencies.published if i.group == group}
        own = [printed[name] for name in names if name in printed]
        if own:
            found[index] = max(sum(own), NOT_SEEN)
        elif printed and gene.gene.default_allele in names:
            found[index] = max(1 - sum(printed.values()), NOT_SEEN)
    if np.isnan(found).all():
        return found if names else np.zeros(len(found))
    return np.where(np.isnan(found), np.nanmean(found), found)


SHRINKAGE: Final = 20.0
"""Chromosomes of all groups together that stand in for each group's own."""
RECOMBINATION_WEIGHT: Final = 4.0
"""Weight of crossover and conversion each, on the safe side: most that they make is known."""
_OPEN: Final = -1
_MAX_REMEMBERED: Final = 20_000
_MAX_RECENT: Final = 256
_MAX_SPELLINGS: Final = 8
_T = TypeVar("_T")
Spelling = tuple[npt.NDArray[np.intp], dict[int, npt.NDArray[np.uint64]]]
"""(K,) the allele of several spellings that each haplotype is, else -1; their (P,) masks."""


class HaplotypePrior:
    """Haplotype frequencies in G groups.

    Attributes
    ----------
    groups
        Names of the groups.
    codes
        (K, P) int8 allele codes of the known haplotypes.
    shares
        (G, K) float64, each row sums to 1.
    definition
        (K,) intp: index of the one allele whose definition describes the haplotype, else -1.
    chromosomes
        (G,) chromosomes counted in each group.
    unseen
        (K,) bool: documented but uncounted haplotypes.
    imputed
        (K,) bool: haplotypes possible by imputation, neither defined nor counted.
    keys
        (K,) keys of the known haplotypes, see `pgx.haplotypes.recombination`.
    """

    def __init__(
        self,
        groups: tuple[str, ...],
        codes: Codes,
        shares: Floats,
        definition: npt.NDArray[np.intp],
        novelty: float,
        chromosomes: Floats,
        spelling: Spelling | None = None,
        imputed: npt.NDArray[np.bool_] | None = None,
        unseen: npt.NDArray[np.bool_] | None = None,
    ) -> None:
        self.unseen = np.zeros(len(codes), np.bool_) if unseen is None else unseen
        self._n_chromosomes = float(chromosomes.sum())
        self.groups = groups
        self.chromosomes = chromosomes
        self.imputed = np.zeros(len(codes), np.bool_) if imputed is None else imputed
        self.definition = definition
        self.codes = np.ascontiguousarray(codes)
        self._counted, self._novelty = shares, novelty
        self._known: dict[bytes, npt.NDArray[np.intp]] = {}
        self._novel: dict[bytes, Floats] = {}
        self._hidden: dict[bytes, tuple[Codes, Floats]] = {}
        self._where: dict[bytes, Mismatches] = {}
        plain: Spelling = (np.full(len(codes), -1, np.intp), {})
        self._spelling, several = spelling or plain
        self._several = list(several)
        self._several_masks = np.array(list(several.values()), np.uint64).reshape(
            len(several), self.codes.shape[1]
        )
        self.keys: Keys = haplotype_keys(self.codes)
        self._rows = {row.tobytes(): i for i, row in enumerate(self.codes)}

    @functools.cached_property
    def shares(self) -> Floats:
        """(G, K) frequencies; not needed for complete phased haplotypes."""
        return _with_recombinants(
            self.codes, self._counted, self.unseen, self._novelty, self._n_chromosomes
        )

    @functools.cached_property
    def _recombination(self) -> Recombination:
        return _recombination(self.codes, self.shares, self._novelty)

    def undefined(self, novel: Codes) -> npt.NDArray[np.bool_]:
        """Return which haplotypes are neither defined nor counted in the reference panel.

        (K + n,) bool: the known ones, then (n, P) ``novel`` ones. Another version of an allele with
        several allowed bases is defined.
        """
        bits = np.uint64(1) << novel.astype(np.uint64)
        spelled = np.zeros(len(novel), np.bool_)
        for masks in self._several_masks:
            spelled |= ((masks & bits) != 0).all(axis=1)
        return np.concatenate([self.imputed, ~spelled])

    def _spellings(self, haplotype: Codes) -> npt.NDArray[np.bool_]:
        """Return alleles with several allowed bases that a haplotype fits where called."""
        bits = np.uint64(1) << np.maximum(haplotype, 0).astype(np.uint64)
        fits = ((self._several_masks & bits) != 0) | (haplotype == _OPEN)
        return np.asarray(fits.all(axis=1))

    def row_of(self, haplotype: bytes) -> int | None:
        """Return the row of a complete haplotype by the bytes of its codes, None if not known."""
        return self._rows.get(haplotype)

    def known(self, haplotype: Codes) -> npt.NDArray[np.intp]:
        """Return the rows of haplotypes that match an observed one, (P,) int8, where called."""
        key = haplotype.tobytes()
        found = self._known.get(key)
        if found is None:
            found = np.flatnonzero(self._mismatches(haplotype)[:, 0] < 0)
            _remember(self._known, key, found)
        return found

    def _mismatches(self, haplotype: Codes) -> Mismatches:
        """Return where known haplotypes contradict an observed one; recent ones are cached."""
        key = haplotype.tobytes()
        found = self._where.get(key)
        if found is None:
            if len(self._where) >= _MAX_RECENT:
                self._where.clear()
            found = self._where[key] = self._recombination.mismatches(haplotype)
        return found

    def hidden(self, haplotype: Codes, alert: tuple[int, ...] = ()) -> tuple[Codes, Floats]:
        """Return undefined haplotypes compatible with an observed one, missing positions filled.

        If known haplotypes fit, those produced at missing positions by one crossover or one
        conversion. If none fits, those that `novel` counts. Both if their fraction of all that fits
        is at least `HIDDEN_FROM`; at positions in ``alert`` the likely ones are converted
        regardless of the resulting fraction.

        Returns
        -------
        tuple
            (n, P) int8 codes and (G, n) shares.
        """
        key = haplotype.tobytes() + repr(alert).encode()
        found = self._hidden.get(key)
        if found is None:
            known = self.known(haplotype)
            if len(known):
                found = self._listed(self._hidden_beside(haplotype, known, alert))
            else:
                found = self._spelled_out(haplotype, alert)
            _remember(self._hidden, key, found)
        return found

    def _hidden_beside(
        self, haplotype: Codes, known: npt.NDArray[np.intp], alert: tuple[int, ...]
    ) -> Made:
        """Return undefined haplotypes possible at missing positions, if known ones fit."""
        if (haplotype != _OPEN).all():
            return {}
        mass = self.shares[:, known]
        made = self._recombination.hidden(haplotype, self.codes[known], mass, alert)
        least = HIDDEN_FROM * float(mass.mean(axis=0).sum())
        crossed = self._recombination.crossovers(self._mismatches(haplotype), least)
        return {key: own for key, own in joined(made, crossed).items() if key not in self._rows}

    def _spelled_out(self, haplotype: Codes, alert: tuple[int, ...]) -> tuple[Codes, Floats]:
        """Return undefined haplotypes with missing positions filled, if no known one fits."""
        total = self.novel(haplotype)
        if (haplotype != _OPEN).all():
            return haplotype[None], total[:, None]
        pieces, where = self._recombination, self._mismatches(haplotype)
        made = joined(pieces.conversions(haplotype, where), pieces.nearest(haplotype))
        made = joined(made, pieces.crossovers(where, HIDDEN_FROM * float(total.mean())))
        rows, mass = self._listed(made, HIDDEN_FROM)
        made = joined(
            dict(zip(map(bytes, rows), mass.T, strict=True)),
            pieces.hidden(haplotype, rows, mass, alert),
        )
        rows, mass = self._listed(made)
        return rows, mass * (total / mass.sum(axis=1))[:, None]

    def _listed(self, made: Made, least: float = 0.0) -> tuple[Codes, Floats]:
        """Return haplotypes of at least frequency ``least`` as (n, P) codes, and (G, n) masses."""
        mass = np.array(list(made.values()), np.float64).reshape(len(made), len(self.groups)).T
        codes = np.frombuffer(b"".join(made), np.int8).reshape(len(made), self.codes.shape[1])
        overall = mass.mean(axis=0)
        worth = overall >= least * overall.sum()
        return codes[worth], mass[:, worth]

    def novel(self, haplotype: Codes) -> Floats:
        """Return the (G,) mass of undefined haplotypes compatible with an observed one.

        For haplotypes without a matching known haplotype; elsewhere the known ones dominate.
        """
        key = haplotype.tobytes()
        found = self._novel.get(key)
        if found is None:
            where = self._mismatches(haplotype)
            found = (
                self._recombination.converted(haplotype, where)
                + self._recombination.crossed(where[None])[0]
                + ANYTHING
            )
            found += self._respelled(haplotype, where)
            _remember(self._novel, key, found)
        return found

    def is_remote(self, haplotype: Codes) -> bool:
        """Whether no crossover, conversion or other version of an allele gives a haplotype."""
        return bool((self.novel(haplotype) <= ANYTHING).all())

    def _respelled(self, haplotype: Codes, where: Mismatches) -> Floats:
        """Mass of alleles that describe the haplotype, but were not counted in this version.

        A definition allows several bases at some positions: an allele that differs from a known
        haplotype at one of them is rarer, at more of them rarer still.
        """
        mass = np.zeros(len(self.groups))
        for place in np.flatnonzero(self._spellings(haplotype)).tolist():
            mine = self._spelling == self._several[place]
            is_near = (where[mine, 1] < 0).any()
            rarity = OTHER_SPELLING if is_near else OTHER_SPELLING / _MAX_SPELLINGS
            mass += rarity * self.shares[:, mine].sum(axis=1)
        return mass


def _remember(memory: dict[bytes, _T], key: bytes, value: _T) -> None:
    if len(memory) < _MAX_REMEMBERED:
        memory[key] = value


def build_prior(gene: CompiledGene, frequencies: GeneFrequencies | None) -> HaplotypePrior | None:
    """Return the prior of one gene, None without counts and published frequencies."""
    if frequencies is None or not frequencies.groups:
        return None
    haplotype_counts = count_known(gene, frequencies)
    if not any(counts.any() for counts in haplotype_counts.counts.values()):
        return None
    documented = _documented(gene)
    order = [*haplotype_counts.counts, *sorted(documented - haplotype_counts.counts.keys())]
    table = np.zeros((len(order), len(frequencies.groups)))
    table[: len(haplotype_counts.counts)] = list(haplotype_counts.counts.values())
    codes = np.array(order, np.int8)
    spelling = _spelled(gene, codes)
    shares = _shares(table, haplotype_counts.share_of(haplotype_counts.once_described), spelling[0])
    definition = np.array([documented.get(row, -1) for row in order], np.intp)
    novelty = haplotype_counts.share_of(haplotype_counts.once_novel)
    imputed = np.array([row in haplotype_counts.imputed for row in order], np.bool_)
    return HaplotypePrior(
        frequencies.groups,
        codes,
        shares,
        definition,
        novelty,
        table.sum(axis=0),
        spelling,
        imputed,
        table.sum(axis=1) == 0,
    )


def _spelled(gene: CompiledGene, rows: Codes) -> Spelling:
    """Return each haplotype's allele with several allowed bases, and these alleles' masks."""
    found = np.full(len(rows), -1, np.intp)
    bits = np.uint64(1) << rows.astype(np.uint64)
    several = ((gene.masks & (gene.masks - np.uint64(1))) != 0).any(axis=1)
    masks = {allele: gene.masks[allele] for allele in np.flatnonzero(several).tolist()}
    for allele, own in masks.items():
        found[((own & bits) != 0).all(axis=1) & (found < 0)] = allele
    return found, masks


def _shares(counts: Floats, unseen_share: float, allele: npt.NDArray[np.intp]) -> Floats:
    """Return (G, K) frequencies from (K, G) counts.

    ``unseen_share`` is the total frequency of documented but uncounted haplotypes, ``allele`` the
    allele with several allowed bases of each haplotype.
    """
    together = counts.sum(axis=1)
    unseen = together == 0
    overall = together / together.sum()
    # Dirichlet smoothing with the pooled frequencies as its mean: a haplotype that one group lacks
    # is rare there, never impossible.
    own = counts.T + SHRINKAGE * overall
    shares = own / own.sum(axis=1, keepdims=True)
    if unseen.any():
        rare = np.where(unseen, unseen_share / unseen.sum(), 0.0)
        rare += _other_spellings(overall, unseen, allele)
        shares = shares * (1 - rare.sum()) + rare
    return np.asarray(shares)


def _with_recombinants(
    codes: Codes,
    shares: Floats,
    unseen: npt.NDArray[np.bool_],
    novelty: float,
    n_chromosomes: float,
) -> Floats:
    """Return frequencies, with crossovers and conversions that give uncounted haplotypes.

    A documented haplotype is not rarer than an undocumented one produced by the same event. Because
    none was counted, the addition is below one of all counted chromosomes.
    """
    if not unseen.any():
        return shares
    pieces = _recombination(codes[~unseen], shares[:, ~unseen], novelty)
    rows = codes[unseen]
    where = np.stack([pieces.mismatches(row) for row in rows])
    converted = [pieces.converted(row, own) for row, own in zip(rows, where, strict=True)]
    mass = (np.stack(converted) + pieces.crossed(where)).T
    found = shares.copy()
    # Bounded by one chromosome of all counted: had it been more frequent, it would have been seen.
    found[:, unseen] += mass / (1 + n_chromosomes * mass)
    return np.asarray(found / found.sum(axis=1, keepdims=True))


def _recombination(codes: Codes, shares: Floats, novelty: float) -> Recombination:
    """Return the recombination mass of known haplotypes, (K, P) codes with (G, K) frequencies."""
    # Each position at which two haplotypes differ is a way to convert one: their expected number
    # shares the novel mass.
    conversion = RECOMBINATION_WEIGHT * novelty / max(_diversity(codes, shares), 1.0)
    return Recombination(codes, shares, conversion, RECOMBINATION_WEIGHT * novelty)


def _diversity(codes: Codes, shares: Floats) -> float:
    """Return the expected number of positions at which two haplotypes differ."""
    overall = shares.mean(axis=0)
    total = 0.0
    for position in np.flatnonzero((codes != codes[0]).any(axis=0)).tolist():
        frequency = np.bincount(codes[:, position] - codes[:, position].min(), overall)
        total += 1.0 - float((frequency**2).sum())
    return total


def _other_spellings(
    overall: Floats, unseen: npt.NDArray[np.bool_], allele: npt.NDArray[np.intp]
) -> Floats:
    """Return the fraction of an allele's frequency for uncounted versions of it.

    A definition may allow several bases at some positions; the allele is as common then, and only
    this version of it is rare.
    """
    extra = np.zeros(len(overall))
    for index in np.unique(allele[unseen & (allele >= 0)]).tolist():
        mine = allele == index
        seen = overall[mine & ~unseen].sum()
        if seen:
            extra[mine & unseen] = OTHER_SPELLING * seen / (mine & unseen).sum()
    return extra


def _documented(gene: CompiledGene) -> dict[Row, int]:
    """Return the haplotypes of the definitions: each allele in each allowed version.

    The value is the allele's index, -1 if several describe the same haplotype.
    """
    masks = gene.masks
    lowest = masks & (~masks + np.uint64(1))
    codes = np.log2(lowest.astype(np.float64)).astype(np.int8)
    several = masks != lowest
    found: dict[Row, int] = {}
    for allele, row in enumerate(map(tuple, codes.tolist())):
        found[row] = -1 if row in found else allele
    for allele in np.flatnonzero(several.any(axis=1)).tolist():
        sites = np.flatnonzero(several[allele]).tolist()
        choices = [_bits(int(masks[allele, site])) for site in sites]
        # An allele with many open positions would have thousands of spellings; each would be rarer.
        for spelling in itertools.islice(itertools.product(*choices), _MAX_SPELLINGS):
            spelled = codes[allele].copy()
            spelled[sites] = spelling
            key = tuple(spelled.tolist())
            found[key] = allele if found.get(key, allele) == allele else -1
    return found


def _bits(mask: int) -> list[int]:
    return [code for code in range(mask.bit_length()) if mask >> code & 1]
