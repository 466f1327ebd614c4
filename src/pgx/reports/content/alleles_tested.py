"""Named alleles that a result could have detected, by gene, with their tier in AMP's lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.calls import CallStatus, GeneCall, PatientResult
from pgx.records.genes import AlleleDefinition, GeneDefinition, core_allele

__all__ = ["AllelesTested", "NamedTier", "alleles_text", "amp_tiers", "build_alleles_tested"]

Words = Mapping[str, Any]
_TIERS: Final = "core_alleles"
_MEASURED: Final = frozenset({"depth", "reads"})
"""Evidence of structure that covers the whole gene; records name single variants only."""
_NO_TIER: Final = 9
"""Sorts alleles that AMP's lists do not name last."""
_TOO_MANY: Final = 60
"""Named alleles of a gene from which a report counts them, and an annex names them."""


_Reported = tuple[str, frozenset[int], bool]
"""A core allele, the positions that give it its function, whether it is structural."""
_KEPT: Final[dict[str, tuple[GeneDefinition, list[_Reported]]]] = {}


class NamedTier(msgspec.Struct, frozen=True):
    """A named allele; ``tier`` is AMP's (1 or 2), None if this release has none for it."""

    name: str
    tier: int | None = None


class AllelesTested(msgspec.Struct, frozen=True, kw_only=True):
    """The named alleles of one gene, by whether the input can show them.

    An allele is tested if every position that gives it its function was answered. The default
    allele is in neither list: it is reported where no other allele is found.

    Attributes
    ----------
    gene, method
        The gene, and how its result was obtained (``vcf``, ``reads`` or ``outside``) in words.
    tested, not_tested
        Alleles in the order of the knowledge base; empty for calls of other methods.
    has_list
        Whether AMP has published a list of alleles for the gene that this release holds.
    summary
        One sentence: numbers of both, and the tiers.
    is_long
        Whether the names belong in an annex.
    """

    gene: str
    method: str
    tested: tuple[NamedTier, ...] = ()
    not_tested: tuple[NamedTier, ...] = ()
    has_list: bool = False
    summary: str = ""
    is_long: bool = False


def amp_tiers(knowledge: KnowledgeBase) -> dict[tuple[str, str], int]:
    """Return AMP's tier by gene and allele, as far as the release has them."""
    if _TIERS not in knowledge.table_names:
        return {}
    return {(row["gene"], row["allele"]): int(row["tier"]) for row in knowledge.table(_TIERS)}


def build_alleles_tested(
    result: PatientResult,
    genes: Mapping[str, GeneDefinition],
    tiers: Mapping[tuple[str, str], int],
    words: Words,
) -> tuple[AllelesTested, ...]:
    """Return the alleles of each gene, A–Z.

    Parameters
    ----------
    result
        The result; its ``missing`` positions decide what was tested.
    genes
        Definitions of the release that made the result; a gene without one is left out, except
        where another method called it.
    tiers
        See `amp_tiers`.
    words
        The catalogue of the report's language.
    """
    listed = {gene for gene, _ in tiers}
    return tuple(
        _of_gene(call, genes.get(call.gene), tiers, words, has_list=call.gene in listed)
        for call in sorted(result.calls, key=lambda c: c.gene)
        if call.gene in genes
    )


def _of_gene(
    call: GeneCall,
    gene: GeneDefinition | None,
    tiers: Mapping[tuple[str, str], int],
    words: Words,
    *,
    has_list: bool,
) -> AllelesTested:
    said, method = words["alleles"], words["source"].get(call.source, call.source)
    if gene is None or not gene.variants or call.source == "outside":
        is_given = call.source == "outside" and call.status is not CallStatus.NOT_ASSESSED
        summary = said["other_method"] if is_given else said["not_tested_at_all"]
        return AllelesTested(gene=call.gene, method=method if is_given else "", summary=summary)
    tested: list[NamedTier] = []
    missed: list[NamedTier] = []
    for name, is_tested in _named(call, gene).items():
        entry = NamedTier(name, tiers.get((call.gene, name)))
        (tested if is_tested else missed).append(entry)
    return AllelesTested(
        gene=call.gene,
        method=method,
        tested=tuple(tested),
        not_tested=tuple(missed),
        has_list=has_list,
        summary=_summary(tested, missed, said, has_list=has_list),
        is_long=len(tested) + len(missed) >= _TOO_MANY,
    )


def _named(call: GeneCall, gene: GeneDefinition) -> dict[str, bool]:
    """Return whether each named allele was tested; suballeles count for their core allele."""
    missing = {int(place.rpartition(":")[2]) for place in call.missing}
    has_data = call.status is not CallStatus.NOT_ASSESSED
    structure = call.structure
    measured = bool(structure and structure.is_assessed and structure.source in _MEASURED)
    found: dict[str, bool] = {}
    for name, needed, is_structural in _reported(gene):
        is_answered = has_data and bool(needed) and needed.isdisjoint(missing)
        found[name] = found.get(name, False) or (measured if is_structural else is_answered)
    for structural in gene.structural_alleles:
        found.setdefault(structural.allele, measured)
    return found


def _reported(gene: GeneDefinition) -> list[_Reported]:
    """Return the alleles of a gene; those of the last release are kept for its next report."""
    kept = _KEPT.get(gene.gene)
    if kept is None or kept[0] is not gene:
        kept = _KEPT[gene.gene] = (gene, list(_alleles(gene)))
    return kept[1]


def _alleles(gene: GeneDefinition) -> Iterator[_Reported]:
    causal: dict[str, set[int]] = {}
    for core in gene.core_positions:
        causal.setdefault(core.allele, set()).add(core.position)
    default = next((a for a in gene.alleles if a.name == gene.default_allele), None)
    usual = default.defining if default else {}
    structural_names = {structural.allele for structural in gene.structural_alleles}
    for allele in gene.alleles:
        name = core_allele(allele.name)
        if name != gene.default_allele:
            needed = causal.get(allele.name) or _needed(allele, usual)
            is_structural = allele.name in structural_names or _is_structural(allele)
            yield name, frozenset(needed), is_structural


def _is_structural(allele: AlleleDefinition) -> bool:
    return allele.structural or not (allele.defining or allele.is_reference)


def _needed(allele: AlleleDefinition, usual: Mapping[int, str]) -> set[int]:
    """Return the positions at which an allele differs from those of the default allele."""
    defining = allele.defining
    return {p for p in (*defining, *usual) if defining.get(p) != usual.get(p)}


def _summary(
    tested: list[NamedTier], missed: list[NamedTier], said: Mapping[str, str], *, has_list: bool
) -> str:
    text = said["counts"].format(tested=len(tested), total=len(tested) + len(missed))
    return f"{text}; {'; '.join(_tiers(tested, missed, said)) if has_list else said['no_list']}"


def _tiers(
    tested: list[NamedTier], missed: list[NamedTier], said: Mapping[str, str]
) -> Iterator[str]:
    for tier in (1, 2):
        n_tested = sum(entry.tier == tier for entry in tested)
        n_missed = sum(entry.tier == tier for entry in missed)
        if n_tested + n_missed:
            yield said["tier"].format(tier=tier, tested=n_tested, total=n_tested + n_missed)


def alleles_text(alleles: AllelesTested, words: Words) -> str:
    """Return the alleles tested, AMP's tiers first, then those not tested."""
    said: Mapping[str, str] = words["alleles"]
    by_tier: dict[int, list[str]] = {}
    for entry in alleles.tested:
        by_tier.setdefault(entry.tier or _NO_TIER, []).append(entry.name)
    parts = []
    for tier in sorted(by_tier):
        names = ", ".join(_runs(by_tier[tier]))
        is_tier = tier != _NO_TIER
        parts.append(f"{said['tier_of'].format(tier=tier)}: {names}" if is_tier else names)
    if alleles.not_tested:
        missed = ", ".join(_runs([entry.name for entry in alleles.not_tested]))
        parts.append(said["not_tested_names"].format(names=missed))
    return "; ".join(parts)


def _runs(names: Sequence[str]) -> Iterator[str]:
    """Yield names; three or more star alleles of consecutive numbers as one range.

    >>> [*_runs(["*2", "*3", "*4", "*6", "*7", "*9A"])]
    ['*2–*4', '*6', '*7', '*9A']
    """
    run: list[str] = []
    for name in (*names, ""):
        is_next = run and name == f"*{int(run[-1][1:]) + 1}"
        if not is_next:
            yield from [f"{run[0]}–{run[-1]}"] if len(run) > 2 else run
            run = []
        if name.removeprefix("*").isdecimal() and name.startswith("*"):
            run.append(name)
        elif name:
            yield name
