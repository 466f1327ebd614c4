"""Whether core positions and their proxies fit the definitions of their gene."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from pgx.base.findings import FaultCode, Finding
from pgx.base.genes import CorePosition, GeneDefinition

__all__ = ["core_position_findings"]

_TIERS: Final = (1, 2, 3)


def core_position_findings(gene: GeneDefinition) -> Iterator[Finding]:
    """Yield causal variants and proxies that definitions lack, and terms out of their range."""
    rows = Counter((c.allele, c.position, c.alt) for c in gene.core_positions)
    for (allele, position, alt), count in rows.items():
        if count > 1:
            what = f"{alt} at {position} stands twice for {allele}"
            yield _finding(FaultCode.TWICE, "core_positions", gene, what)
    variants = {v.position: v.alts for v in gene.variants}
    definitions = {a.name: a.defining for a in gene.alleles}
    for core in gene.core_positions:
        if core.tier not in _TIERS:
            what = f"tier {core.tier} of {core.allele} is not one of 1, 2, 3"
            yield _finding(FaultCode.RANGE, "core_positions", gene, what)
        yield from _undefined(gene, core, variants, definitions)
        yield from _proxies(gene, core, variants)


def _undefined(
    gene: GeneDefinition,
    core: CorePosition,
    variants: dict[int, tuple[str, ...]],
    definitions: dict[str, dict[int, str]],
) -> Iterator[Finding]:
    """Yield a causal variant that its allele's definition does not ask for."""
    if core.allele not in definitions:
        what = f"there is no allele {core.allele}"
        yield _finding(FaultCode.DANGLING, "core_positions", gene, what)
    elif core.alt not in variants.get(core.position, ()):
        what = f"there is no variant {core.alt} at {core.position}"
        yield _finding(FaultCode.DANGLING, "core_positions", gene, what)
    elif definitions[core.allele].get(core.position) != core.alt:
        what = f"{core.allele} is not defined by {core.alt} at {core.position}"
        yield _finding(FaultCode.CONTRADICTION, "core_positions", gene, what)


def _proxies(
    gene: GeneDefinition, core: CorePosition, variants: dict[int, tuple[str, ...]]
) -> Iterator[Finding]:
    for proxy in core.proxies:
        if proxy.position == core.position or proxy.alt not in variants.get(proxy.position, ()):
            what = f"{proxy.alt} at {proxy.position} cannot be a proxy of {core.position}"
            yield _finding(FaultCode.DANGLING, "core_proxies", gene, what)
        if not (0 < proxy.r2 <= 1 and 0 < proxy.sensitivity <= 1 and proxy.carriers > 0):
            what = f"r2, sensitivity or carriers of {proxy.position} are out of range"
            yield _finding(FaultCode.RANGE, "core_proxies", gene, what)


def _finding(code: FaultCode, table: str, gene: GeneDefinition, what: str) -> Finding:
    return Finding(code=code, table=table, where=gene.gene, what=what)
