"""Compare names of diplotypes whatever the order of strands and of parts on a strand."""

from __future__ import annotations

import re
from collections.abc import Collection

from pgx.alleles.names import parse_bracket

__all__ = ["Diplotype", "diplotype", "without_undocumented"]

Diplotype = tuple[tuple[str, ...], ...]
_STRANDS = re.compile(r"/(?![^\[]*\])")


def diplotype(name: str) -> Diplotype:
    """Return strands and their parts in a fixed order.

    >>> diplotype("*2/[*5 + *3]") == diplotype("[*3 + *5]/*2")
    True
    """
    strands = (parse_bracket(strand.strip()) for strand in _STRANDS.split(name) if strand.strip())
    return tuple(sorted(tuple(sorted(part.strip() for part in parts)) for parts in strands))


def without_undocumented(name: str, reference: str, undocumented: Collection[str]) -> Diplotype:
    """Return a diplotype with alleles that no definition names read as the reference.

    ``undocumented`` are the ``chrN:pos:ref>alt`` labels of the call.

    >>> without_undocumented("*3/[*1 + g.100A>T]", "*1", ["chr1:100:A>T"])
    (('*1',), ('*3',))
    """
    names = {f"g.{label.split(':', 1)[1].replace(':', '')}" for label in undocumented}
    strands = []
    for strand in diplotype(name):
        kept = tuple(part for part in strand if part not in names)
        strands.append(kept or (reference,))
    return tuple(sorted(strands))
