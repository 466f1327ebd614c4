"""Print and order names of alleles and diplotypes (PharmVar, CPIC and ClinPGx style)."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence

__all__ = [
    "bracket",
    "core_allele",
    "format_diplotype",
    "natural_key",
    "parse_bracket",
]

_NUMBERS = re.compile(r"(\d+)")
_SUBALLELE = re.compile(r"^(\*\d+[A-Z]?)\.\d+$")


@functools.lru_cache(maxsize=1 << 14)
def natural_key(name: str) -> tuple[bool, tuple[tuple[int, int, str], ...]]:
    """Return a sort key: plain names before bracketed ones, numbers by value.

    >>> sorted(["*10", "[*2 + *3]", "*2", "*1"], key=natural_key)
    ['*1', '*2', '*10', '[*2 + *3]']
    """
    parts = _NUMBERS.split(name)
    key = tuple((0, int(p), "") if p.isdigit() else (1, 0, p) for p in parts if p)
    return name.startswith("["), key


def core_allele(name: str) -> str:
    """Return the core allele of a suballele name, any other name as it is.

    >>> core_allele("*45.001")
    '*45'
    """
    match = _SUBALLELE.match(name)
    return match.group(1) if match else name


def bracket(parts: Iterable[str]) -> str:
    """Join what lies on one haplotype; a single part stands without brackets unless partial.

    >>> bracket(["*6", "*14"]), bracket(["*2"])
    ('[*6 + *14]', '*2')
    """
    listed = list(parts)
    return listed[0] if len(listed) == 1 else f"[{' + '.join(listed)}]"


def parse_bracket(name: str) -> list[str]:
    """Return the parts of a haplotype's name; inverse of `bracket`.

    >>> parse_bracket("[*6 + *14]"), parse_bracket("*2")
    (['*6', '*14'], ['*2'])
    """
    return name[1:-1].split(" + ") if name.startswith("[") else [name]


def format_diplotype(names: Sequence[str], default_allele: str) -> str:
    """Join haplotype names: the gene's default allele first, else natural order.

    >>> format_diplotype(["*17", "*2"], "*1"), format_diplotype(["*4", "*1"], "*1")
    ('*2/*17', '*1/*4')
    """
    return "/".join(sorted(names, key=lambda n: (n != default_allele, natural_key(n))))
