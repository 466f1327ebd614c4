"""Core positions of the knowledge base: causal variants of named alleles, and typed proxies."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Final

from pgx.base.genes import CorePosition, CoreProxy
from pgx.knowledge.tables import Row

__all__ = ["CORE_TABLES", "core_rows", "read_core_positions"]

CORE_TABLES: Final = ("core_positions", "core_proxies")


def read_core_positions(
    tables: Mapping[str, Sequence[Row]],
) -> dict[str, tuple[CorePosition, ...]]:
    """Return the core positions of each gene from the rows of `CORE_TABLES`, which may be absent.

    Raises
    ------
    ValueError
        A cell is not a number.
    """
    proxies: dict[tuple[str, str, str], list[CoreProxy]] = {}
    for row in tables.get("core_proxies", ()):
        key = (row["gene"], row["position_grch38"], row["alt"])
        proxies.setdefault(key, []).append(_proxy(row))
    found: dict[str, list[CorePosition]] = {}
    for row in tables.get("core_positions", ()):
        key = (row["gene"], row["position_grch38"], row["alt"])
        found.setdefault(row["gene"], []).append(_position(row, proxies.get(key, ())))
    return {gene: tuple(positions) for gene, positions in found.items()}


def _position(row: Row, proxies: Sequence[CoreProxy]) -> CorePosition:
    return CorePosition(
        position=int(row["position_grch38"]),
        alt=row["alt"],
        allele=row["allele"],
        tier=int(row["tier"]),
        proxies=tuple(proxies),
    )


def _proxy(row: Row) -> CoreProxy:
    return CoreProxy(
        position=int(row["proxy_position_grch38"]),
        alt=row["proxy_alt"],
        r2=float(row["r2"]),
        sensitivity=float(row["sensitivity"]),
        carriers=int(row["carriers"]),
    )


def core_rows(
    tables: Mapping[str, list[Row]],
    alleles: Container[tuple[str, str]],
    positions: Container[tuple[str, str]],
) -> dict[str, list[Row]]:
    """Return the rows of `CORE_TABLES` on alleles and positions that a release has.

    Parameters
    ----------
    tables
        All rows by table.
    alleles, positions
        Gene and allele name, and gene and GRCh38 position, of what the release defines.
    """
    core = [
        row
        for row in tables.get("core_positions", [])
        if (row["gene"], row["allele"]) in alleles
        and (row["gene"], row["position_grch38"]) in positions
    ]
    known = {(row["gene"], row["position_grch38"], row["alt"]) for row in core}
    proxies = [
        row
        for row in tables.get("core_proxies", [])
        if (row["gene"], row["position_grch38"], row["alt"]) in known
        and (row["gene"], row["proxy_position_grch38"]) in positions
    ]
    found = {"core_positions": core, "core_proxies": proxies}
    return {name: rows for name, rows in found.items() if rows}
