"""Diplotypes of genes named by listed variants, with proxy sites."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.genotypes.matrix import MISSING, GeneGenotypes
from pgx.haplotypes.definitions import CompiledGene
from pgx.haplotypes.matching import Observation
from pgx.haplotypes.outcome import DiplotypeSet, FunctionPair, Haplotype
from pgx.haplotypes.phasing import contained, extra_names, phasings, tries_all
from pgx.haplotypes.star import MAX_LISTED
from pgx.records.genes import bracket, format_diplotype, natural_key

__all__ = [
    "apply_proxies",
    "call_listing",
    "contradicted",
    "describe_codes",
    "in_gene_order",
    "list_findings",
    "variants_on",
]

_CONFLICT: Final = "substitute_site_conflict"


def contradicted(gene: CompiledGene, codes: npt.NDArray[np.int8]) -> list[str]:
    """Return notes on a complete haplotype where a proxy contradicts the decisive variants."""
    where = {v.position: i for i, v in enumerate(gene.gene.variants)} if gene.gene.proxies else {}
    pairs = ((where[p.decisive], where[p.substitute]) for p in gene.gene.proxies)
    return [_CONFLICT for decisive, other in pairs if codes[other] > 0 and codes[decisive] == 0]


def apply_proxies(gene: CompiledGene, observation: Observation) -> tuple[Observation, list[str]]:
    """Let the decisive site of a two-site allele decide, its substitute only where it must.

    DPYD HapB3: the intronic c.1129-5923C>G decides; the exonic c.1236G>A only where the
    intronic site is unanswered (CPIC DPYD guideline, 2024 allele definitions).
    """
    if not gene.gene.proxies:
        return observation, []
    codes, block = observation.codes.copy(), observation.block.copy()
    notes = []
    where = {v.position: i for i, v in enumerate(gene.gene.variants)}
    weighed = {site.site for site in observation.soft}
    for proxy in gene.gene.proxies:
        decisive, substitute = where[proxy.decisive], where[proxy.substitute]
        if decisive in weighed:
            continue  # its likelihoods say more than a substitute
        d, s = codes[decisive], codes[substitute]
        if (d == MISSING).all() and (s != MISSING).all():
            codes[decisive] = _stand_in(gene, substitute, s)
            block[decisive] = block[substitute]
            notes.append("substitute_site_used")
        elif block[decisive] == block[substitute] >= 0 and ((d == MISSING) & (s != MISSING)).any():
            stands_in = (d == MISSING) & (s != MISSING)
            codes[decisive] = np.where(stands_in, _stand_in(gene, substitute, s), d)
            notes.append("substitute_site_used")
        elif (d != MISSING).all() and (s != MISSING).all():
            together = block[decisive] >= 0 and block[substitute] >= 0
            if together and block[decisive] != block[substitute]:
                codes[substitute] = s if d[0] == s[0] else s[::-1]
                block[substitute] = block[decisive]
            if ((codes[substitute] > 0) & (codes[decisive] == 0)).any():
                notes.append(_CONFLICT)
    return _renumbered(codes, block, observation), notes


def _stand_in(gene: CompiledGene, site: int, codes: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
    """Return what a substitute says of the decisive site; an undocumented allele says nothing."""
    documented = codes < len(gene.gene.variants[site].alleles)
    return np.where(documented, np.minimum(codes, 1), MISSING).astype(np.int8)


def _renumbered(
    codes: npt.NDArray[np.int8], block: npt.NDArray[np.int32], observation: Observation
) -> Observation:
    block[codes[:, 0] == codes[:, 1]] = -1
    used = sorted(set(block[block >= 0].tolist()))
    numbers = {old: new for new, old in enumerate(used)}
    renumbered = np.array([numbers.get(b, -1) for b in block.tolist()], np.int32)
    return Observation(codes, renumbered, len(used), observation.haploid, observation.soft)


_Rank = tuple[int, int, tuple[bool, tuple[tuple[int, int, str], ...]]]


@dataclass(frozen=True, slots=True)
class _ListedVariant:
    """One variant on a haplotype: its name, function, value and place in the order."""

    name: str
    function: str | None
    value: str | None
    rank: _Rank


class _Option(NamedTuple):
    """One way to name a haplotype: by what is seen, or with one unanswered variant more."""

    is_seen: bool
    haplotype: Haplotype
    rank: _Rank


def call_listing(
    gene: CompiledGene, observation: Observation, genotypes: GeneGenotypes
) -> DiplotypeSet:
    """Return every diplotype that fits, variants listed by haplotype."""
    observation, notes = apply_proxies(gene, observation)
    whole = observation.n_blocks <= 1
    n_haplotypes = 1 if observation.haploid else 2
    pool = _Pool(gene)
    factors: dict[tuple[tuple[str, ...], tuple[str, ...]], None] = {}
    for phasing in phasings(observation, _serious_blocks(gene, observation)):
        options = [_options(gene, phasing[s], genotypes, whole=whole) for s in range(n_haplotypes)]
        left, right = pool.add(options[0], options[1] if n_haplotypes == 2 else None)
        factors[left, right] = None
    result = pool.result()
    result.notes = notes
    result.factors = list(factors)
    result.findings = list_findings(gene, observation, genotypes)
    result.is_partial = not tries_all(observation)
    if _has_undocumented(gene, observation):
        _widen(gene, result)
    if len(result.outcomes) > 1:
        _open(gene, observation, result)
    return result


def _has_undocumented(gene: CompiledGene, observation: Observation) -> bool:
    known = np.array([len(v.alleles) for v in gene.gene.variants])
    return bool((observation.codes >= known[:, None]).any())


def _says_uncertain(gene: CompiledGene) -> bool:
    """Whether some rule says what a haplotype of uncertain function means."""
    uncertain = gene.gene.uncertain_function or None
    return any(uncertain in (r.function_1, r.function_2) for r in gene.gene.rules)


def _widen(gene: CompiledGene, result: DiplotypeSet) -> None:
    """Let a haplotype of uncertain function have any, where no rule says what uncertain means."""
    if _says_uncertain(gene):
        return
    uncertain = gene.gene.uncertain_function or None
    seen = {tuple(sorted((o.first or "", o.second or ""))) for o in result.outcomes}
    for outcome in list(result.outcomes):
        choices = [
            (f, *gene.gene.function_order) if f == uncertain else (f,)
            for f in (outcome.first, outcome.second)
        ]
        for first, second in itertools.product(*choices):
            key = tuple(sorted((first or "", second or "")))
            if key not in seen:
                seen.add(key)
                result.outcomes.append(FunctionPair(first, second, outcome.diplotype))


class _Pool:
    """Pairs of haplotypes from all phasings, ordered and told apart as arrays.

    Order: what is seen before what is possible, then the most serious reading, then names.
    """

    def __init__(self, gene: CompiledGene) -> None:
        self.gene = gene
        self.haploid = False
        self.haplotypes: dict[str, tuple[int, Haplotype, _Rank]] = {}
        self.rows: list[npt.NDArray[np.int64]] = []

    def add(
        self, first: list[_Option], second: list[_Option] | None
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Add all pairs of two haplotypes' options; return the options' names."""
        one = self._numbered(first)
        if second is None:
            self.haploid = True
            self.rows.append(np.column_stack([one[:, 0], one[:, 0], one[:, 1]]))
            return tuple(o.haplotype.name for o in first), ()
        two = self._numbered(second)
        i = np.repeat(np.arange(len(one)), len(two))
        j = np.tile(np.arange(len(two)), len(one))
        low = np.minimum(one[i, 0], two[j, 0])
        high = np.maximum(one[i, 0], two[j, 0])
        self.rows.append(np.column_stack([low, high, one[i, 1] + two[j, 1]]))
        return tuple(o.haplotype.name for o in first), tuple(o.haplotype.name for o in second)

    def _numbered(self, options: list[_Option]) -> npt.NDArray[np.int64]:
        """Return (haplotype number, is a guess) for each option."""
        numbers = []
        for option in options:
            known = self.haplotypes.get(option.haplotype.name)
            if known is None:
                known = (len(self.haplotypes), option.haplotype, option.rank)
                self.haplotypes[option.haplotype.name] = known
            numbers.append((known[0], int(not option.is_seen)))
        return np.array(numbers, np.int64).reshape(-1, 2)

    def result(self) -> DiplotypeSet:
        """Return the pairs, each once, best first."""
        haplotypes = [entry[1] for entry in self.haplotypes.values()]
        serious = _places([entry[2] for entry in self.haplotypes.values()])
        default = self.gene.gene.default_allele
        named = _places([(s.name != default, natural_key(s.name)) for s in haplotypes])
        pairs = np.concatenate(self.rows)
        a, b, guesses = pairs[:, 0], pairs[:, 1], pairs[:, 2]
        keys = (named[a], named[b], serious[a], serious[b])
        order = np.lexsort(
            (
                np.maximum(keys[0], keys[1]),
                np.minimum(keys[0], keys[1]),
                np.maximum(keys[2], keys[3]),
                np.minimum(keys[2], keys[3]),
                guesses,
            )
        )
        pairs = pairs[order]
        _, first = np.unique(pairs[:, 0] * len(haplotypes) + pairs[:, 1], return_index=True)
        return self._described(pairs[np.sort(first), :2], haplotypes)

    def _described(self, pairs: npt.NDArray[np.int64], haplotypes: list[Haplotype]) -> DiplotypeSet:
        haploid = self.haploid
        result = DiplotypeSet(n_candidates=len(pairs))
        chosen = [self._pair(haplotypes, pair, haploid) for pair in pairs[:MAX_LISTED].tolist()]
        result.names = [self._name(pair) for pair in chosen]
        result.diplotype, result.best = result.names[0], self._ordered(chosen[0])
        kinds = _places([s.function or "" for s in haplotypes])
        low = np.minimum(kinds[pairs[:, 0]], kinds[pairs[:, 1]])
        high = np.maximum(kinds[pairs[:, 0]], kinds[pairs[:, 1]])
        _, first = np.unique(low * len(haplotypes) + high, return_index=True)
        for index in np.sort(first).tolist():
            pair = self._pair(haplotypes, pairs[index].tolist(), haploid)
            second = None if haploid else pair[1].function
            result.outcomes.append(FunctionPair(pair[0].function, second, self._name(pair)))
        return result

    @staticmethod
    def _pair(haplotypes: list[Haplotype], pair: list[int], haploid: bool) -> tuple[Haplotype, ...]:  # noqa: FBT001
        return (haplotypes[pair[0]],) if haploid else (haplotypes[pair[0]], haplotypes[pair[1]])

    def _name(self, pair: tuple[Haplotype, ...]) -> str:
        return format_diplotype([s.name for s in pair], self.gene.gene.default_allele)

    def _ordered(self, pair: tuple[Haplotype, ...]) -> tuple[Haplotype, ...]:
        default = self.gene.gene.default_allele
        return tuple(sorted(pair, key=lambda s: (s.name != default, natural_key(s.name))))


def _places(keys: list[Any]) -> npt.NDArray[np.int64]:
    """Return each key's place in the order of the distinct keys."""
    place = {key: i for i, key in enumerate(sorted(set(keys)))}
    return np.array([place[key] for key in keys], np.int64)


def _options(
    gene: CompiledGene, codes: npt.NDArray[np.int8], genotypes: GeneGenotypes, *, whole: bool
) -> list[_Option]:
    """Return the ways to name a haplotype: what is seen, then with one unanswered variant more."""
    seen = sorted(_on_haplotype(gene, codes, genotypes), key=lambda f: f.rank)
    options = [_Option(True, *_haplotype(gene, seen, whole=whole))]  # noqa: FBT003
    for allele in contained(gene, codes, missing_fits=True):
        possible = _named(gene, allele)
        if possible in seen or (seen and not whole and possible.rank[0] > seen[0].rank[0]):
            continue  # the haplotype is named by something more serious
        parts = _parts_of(gene, allele)
        more = sorted([*(f for f in seen if f.name not in parts), possible], key=lambda f: f.rank)
        named = _haplotype(gene, more if whole else [possible], whole=whole)
        options.append(_Option(False, *named))  # noqa: FBT003
    return options


def _parts_of(gene: CompiledGene, allele: int) -> set[str]:
    """Return the alleles whose variants a larger allele has as well."""
    whole = gene.masks[allele]
    inside = (~gene.needs | (gene.masks == whole)).all(axis=1) & gene.needs.any(axis=1)
    return {gene.names[a] for a in np.flatnonzero(inside).tolist() if a != allele}


def describe_codes(
    gene: CompiledGene, codes: npt.NDArray[np.int8], genotypes: GeneGenotypes, *, whole: bool
) -> tuple[Haplotype, tuple[str | None, ...]]:
    """Name a haplotype by all its variants that are seen, or by the most serious one.

    With it the functions that the haplotype may turn out to have, its own first.
    """
    seen = sorted(_on_haplotype(gene, codes, genotypes), key=lambda f: f.rank)
    haplotype = _haplotype(gene, seen, whole=whole)[0]
    uncertain = gene.gene.uncertain_function or None
    if haplotype.function != uncertain or _says_uncertain(gene):
        return haplotype, (haplotype.function,)
    return haplotype, (haplotype.function, *gene.gene.function_order)


def _haplotype(
    gene: CompiledGene, found: list[_ListedVariant], *, whole: bool
) -> tuple[Haplotype, _Rank]:
    """Name a haplotype by all its variants, or by the most serious one."""
    if not found:
        reference = _named(gene, gene.default_index)
        return Haplotype(reference.name, reference.function, reference.value, ()), reference.rank
    listed = found if whole else found[:1]
    parts = sorted((f.name for f in listed), key=natural_key) if whole else [listed[0].name]
    parts = in_gene_order(gene, parts)
    if all(part.startswith("g.") for part in parts):
        parts = [gene.gene.default_allele, *parts]
    worst = found[0]
    return Haplotype(bracket(parts), worst.function, worst.value, tuple(parts)), worst.rank


def in_gene_order(gene: CompiledGene, parts: Iterable[str]) -> list[str]:
    """Order named variants as the definition table does, ``g.`` variants last."""
    place = {name: i for i, name in enumerate(gene.names)}
    return sorted(parts, key=lambda p: (place.get(p, len(place)), p))


def _named(gene: CompiledGene, allele: int) -> _ListedVariant:
    function = gene.functions[allele]
    return _ListedVariant(
        gene.names[allele],
        function,
        gene.values[allele],
        (_seriousness(gene, function), *_preference(gene, gene.names[allele])),
    )


def _seriousness(gene: CompiledGene, function: str | None) -> int:
    order = gene.gene.function_order
    return order.index(function) if function in order else len(order)


def _preference(
    gene: CompiledGene, name: str
) -> tuple[int, tuple[bool, tuple[tuple[int, int, str], ...]]]:
    preferred = gene.gene.preferred
    place = preferred.index(name) if name in preferred else len(preferred)
    last = name == gene.gene.default_allele
    return place + last, natural_key(name)


def _on_haplotype(
    gene: CompiledGene, codes: npt.NDArray[np.int8], genotypes: GeneGenotypes
) -> list[_ListedVariant]:
    named = contained(gene, codes)
    found = [_named(gene, a) for a in named]
    uncertain = gene.gene.uncertain_function or None
    substitutes = {proxy.substitute for proxy in gene.gene.proxies}
    for index, name in extra_names(gene, codes, named, genotypes):
        variant = gene.gene.variants[index]
        if variant.position in substitutes and codes[index] < len(variant.alleles):
            continue  # the decisive site has spoken
        rank = (_seriousness(gene, uncertain), *_preference(gene, name))
        found.append(_ListedVariant(name, uncertain, None, rank))
    return found


def _serious_blocks(gene: CompiledGene, observation: Observation) -> list[int]:
    """Return the phase blocks, those with the most serious variants first."""
    worst: dict[int, int] = {}
    need = gene.needs
    for index in np.flatnonzero(observation.block >= 0).tolist():
        block = int(observation.block[index])
        ranks = [_seriousness(gene, gene.functions[a]) for a in np.flatnonzero(need[:, index])]
        worst[block] = min([worst.get(block, len(gene.names)), *ranks])
    return sorted(worst, key=lambda block: (worst[block], block))


def list_findings(
    gene: CompiledGene, observation: Observation, genotypes: GeneGenotypes
) -> list[str]:
    """Return every variant seen, whatever its phase, in the order of the definitions."""
    found: dict[str, None] = {}
    for first, second in phasings(observation):
        for codes in (first, second):
            found.update(dict.fromkeys(variants_on(gene, codes, genotypes)))
    return in_gene_order(gene, found)


def variants_on(
    gene: CompiledGene, codes: npt.NDArray[np.int8], genotypes: GeneGenotypes
) -> tuple[str, ...]:
    """Return the names of every variant seen on one haplotype of (P,) codes."""
    return tuple(item.name for item in _on_haplotype(gene, codes, genotypes))


def _open(gene: CompiledGene, observation: Observation, result: DiplotypeSet) -> None:
    """Say which unanswered positions and phases could change the outcome."""
    best = {s.function for s in result.best}
    serious = {
        p
        for allele in gene.gene.alleles
        if allele.function not in best or len(best) > 1
        for p in allele.defining
    }
    for index in np.flatnonzero(observation.missing).tolist():
        if gene.gene.variants[index].position in serious:
            result.open_sites.append(index)
    if observation.n_blocks > 1:
        result.open_phase = [int(i) for i in np.flatnonzero(observation.block >= 0)]
