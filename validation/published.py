"""Published diplotypes of reference materials in one spelling.

Names differ between publications: ``1/5``, ``*1(*5)/*1(*22)``, ``*6/*18;*9/*16``,
``*28, *60/*60``, ``*1A/*1B``. `pairs` gives every diplotype that a text allows: ``or`` and ``;``
part alternatives, parentheses hold an allele that fewer assays confirmed.
"""

from __future__ import annotations

import itertools
import re

from pgx.alleles.names import core_allele

__all__ = ["Pair", "collapsed", "dpyd_variants", "is_structural", "nat2_phenotypes", "pairs"]

Pair = tuple[str, str]

# one allele under another name: SLCO1B1 before PharmVar, VKORC1 on the coding strand
_RENAMED: dict[str, dict[str, tuple[str, ...]]] = {
    "SLCO1B1": {
        "*1A": ("*1",),
        "*1B": ("*37",),
        "*17": ("*15",),
        "*21": ("*37", "*20"),
        "*35": ("*20",),
    },
    "VKORC1": {"G": ("rs9923231 reference (C)",), "A": ("rs9923231 variant (T)",)},
}
# alleles that older panels did not tell apart
_COLLAPSED: dict[str, dict[str, str]] = {
    "CYP2C19": {"*38": "*1"},
    "CYP3A4": {"*1B": "*1", "*36": "*1"},
    "UGT1A1": {"*60": "*1", "*80+*28": "*28", "*80+*37": "*37"},
}
_KEEP_LETTERS = {"TPMT", "CYP3A4"}
_LEGACY = re.compile(r"^(\*\d+)[A-Z]$")
_STRUCTURAL = re.compile(r"\*5(?!\d)|[xX]\s*[N\d]|\+|\*(13|36|68|79)(?!\d)")
_DPYD = {
    "*2": "c.1905+1G>A (*2A)",
    "*4": "c.1601G>A (*4)",
    "*5": "c.1627A>G (*5)",
    "*6": "c.2194G>A (*6)",
    "*9": "c.85T>C (*9A)",
    "*13": "c.1679T>G (*13)",
    "c.1601G>A": "c.1601G>A (*4)",
    "rs67376798": "c.2846A>T",
    "rs17376848": "c.1896T>C",
}
_NAT2_RAPID = {"*4", "*12", "*13"}
_NAT2_SLOW = {"*5", "*6", "*7", "*14"}
_NAT2_PHENOTYPES = ("Poor Metabolizer", "Intermediate Metabolizer", "Rapid Metabolizer")


def pairs(gene: str, text: str) -> frozenset[Pair]:
    """Return the diplotypes that a published text allows; none where it names no two strands.

    >>> sorted(pairs("CYP2B6", "6/18;9/16"))
    [('*16', '*9'), ('*18', '*6')]
    >>> sorted(pairs("CYP2D6", "*2 (*45)/*10"))
    [('*10', '*2'), ('*10', '*45')]
    >>> sorted(pairs("UGT1A1", "*28, *60/*60"))
    [('*28', '*60')]
    """
    if gene == "VKORC1" and re.fullmatch("[GA]{2}", text):
        text = "/".join(text)
    found = set()
    for alternative in re.split(r"\s+or\s+|;", text):
        strands = [_alleles(gene, part) for part in alternative.split("/")]
        if len(strands) == 2:
            found |= {_sorted(a, b) for a, b in itertools.product(*strands)}
    return frozenset(found)


def _sorted(a: str, b: str) -> Pair:
    return (a, b) if a <= b else (b, a)


def _alleles(gene: str, text: str) -> set[str]:
    """Return the names that one strand may have."""
    text = text.strip().rstrip("?")
    names: list[str] = []
    if gene == "UGT1A1":
        parts = [part for part in re.split(r"[,+()\s]+", text) if part]
        names = ["+".join(part for part in parts if part != "*60") or "*60"]
    else:
        main = re.sub(r"\([^)]*\)", "", text).strip()
        inner = ",".join(re.findall(r"\(([^)]*)\)", text)) if gene != "VKORC1" else ""
        names = [main, *inner.split(",")]
    return {name for raw in names for name in _name(gene, raw.strip())}


def _name(gene: str, name: str) -> tuple[str, ...]:
    if not name or name in ("undefined", "*"):
        return ()
    if name[0].isdigit():
        name = "*" + name.replace("+", "+*")
    renamed = _RENAMED.get(gene, {}).get(name)
    if renamed:
        return renamed
    name = core_allele(name)
    return (name if gene in _KEEP_LETTERS else _LEGACY.sub(r"\1", name),)


def collapsed(gene: str, found: frozenset[Pair]) -> frozenset[Pair]:
    """Return diplotypes with alleles that older panels could not tell apart as one.

    >>> collapsed("CYP2C19", frozenset([("*1", "*38")]))
    frozenset({('*1', '*1')})
    """
    one = _COLLAPSED.get(gene, {})
    return frozenset(_sorted(one.get(a, a), one.get(b, b)) for a, b in found)


def is_structural(gene: str, text: str) -> bool:
    """Say whether a published diplotype has a deletion, duplication or hybrid of CYP2D6."""
    return gene == "CYP2D6" and bool(_STRUCTURAL.search(text))


def dpyd_variants(text: str) -> list[dict[str, int]]:
    """Return copies of each variant, one record an alternative of the text.

    >>> dpyd_variants("5/rs67376798")
    [{'c.1627A>G (*5)': 1, 'c.2846A>T': 1}]
    """
    found = []
    for alternative in text.replace("(", "").replace(")", "").split(";"):
        copies: dict[str, int] = {}
        names = [part.strip() for part in alternative.split("/")]
        starred = [n if n.startswith(("*", "rs", "c.")) else f"*{n}" for n in names]
        for name in (n.rstrip("*") for n in starred):
            if name in _DPYD or name.startswith("c."):
                variant = _DPYD.get(name, name)
                copies[variant] = copies.get(variant, 0) + 1
        if len(names) == 2:
            found.append(copies)
    return found


def nat2_phenotypes(text: str) -> set[str]:
    """Return the acetylator phenotypes that a diplotype of the old nomenclature allows.

    >>> nat2_phenotypes("*5/(*12)")
    {'Intermediate Metabolizer'}
    """
    known = _NAT2_RAPID | _NAT2_SLOW
    return {
        _NAT2_PHENOTYPES[sum(name in _NAT2_RAPID for name in pair)]
        for pair in pairs("NAT2", text)
        if known.issuperset(pair)
    }
