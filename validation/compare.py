"""Compare names of diplotypes whatever the order of haplotypes and of parts on a haplotype."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection

from pgx.records.genes import core_allele, parse_bracket

__all__ = ["Diplotype", "Haplotype", "diplotype", "haplotype", "without_undocumented"]

Haplotype = tuple[str, ...]
Diplotype = tuple[Haplotype, ...]
_HAPLOTYPES = re.compile(r"/(?![^\[]*\])")


@functools.lru_cache(maxsize=65536)
def haplotype(name: str) -> Haplotype:
    """Return the parts of one haplotype in a fixed order, suballeles by their core allele.

    >>> haplotype("[*5 + *3]"), haplotype("*45.001")
    (('*3', '*5'), ('*45',))
    """
    return tuple(sorted(core_allele(part.strip()) for part in parse_bracket(name.strip())))


@functools.lru_cache(maxsize=65536)
def diplotype(name: str) -> Diplotype:
    """Return haplotypes and their parts in a fixed order.

    >>> diplotype("*2/[*5 + *3]") == diplotype("[*3 + *5]/*2")
    True
    """
    return tuple(sorted(haplotype(part) for part in _HAPLOTYPES.split(name) if part.strip()))


def without_undocumented(name: str, reference: str, undocumented: Collection[str]) -> Diplotype:
    """Return a diplotype with alleles that no definition names read as the reference.

    ``undocumented`` are the ``chrN:pos:ref>alt`` labels of the call.

    >>> without_undocumented("*3/[*1 + g.100A>T]", "*1", ["chr1:100:A>T"])
    (('*1',), ('*3',))
    """
    names = {f"g.{label.split(':', 1)[1].replace(':', '')}" for label in undocumented}
    haplotypes = []
    for parts in diplotype(name):
        kept = tuple(part for part in parts if part not in names)
        haplotypes.append(kept or (reference,))
    return tuple(sorted(haplotypes))
