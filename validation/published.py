"""Published diplotypes of reference materials: which to compare with, and what they allow.

Two readings: as published (the consensus of the reference-material programme), and as revised
(the diplotype that later sequencing gave the same cell line, or else that of the consensus as
later authors curated it, if the consensus is older; where one is published). A text may allow
several diplotypes: ``or`` and ``;`` part alternatives, parentheses hold an allele that
fewer assays confirmed. Names are translated by `validation.nomenclature`.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from validation.data import DATA, read_table
from validation.nomenclature import Pair, names_of, ordered, rules

__all__ = [
    "Known",
    "Reading",
    "dpyd_variants",
    "is_structural",
    "pairs",
    "published",
    "published_alleles",
]

_CURATED, _CURATED_IN = "GeT-RM as curated", 2023
_YEAR = re.compile(r"[a-z](20\d\d)\b")
_STRUCTURAL = re.compile(r"(?:\*|(?<![\d*]))(?:5|13|36|68|79)(?!\d)|[xX]\s*[N\d]|\+|dup")


class Reading(StrEnum):
    """Which of the published diplotypes counts."""

    PUBLISHED = "as published"
    REVISED = "as revised"


@dataclass(slots=True)
class Known:
    """What is published of one gene in one cell line: consensus, revision, and every text."""

    consensus: str = ""
    revised: str = ""
    curated: str = ""
    year: int = 0
    texts: list[str] = field(default_factory=list)

    def text(self, reading: Reading) -> str:
        """Return the text that a reading compares with."""
        later = self.revised or (self.curated if self.year < _CURATED_IN else "")
        return later or self.consensus if reading is Reading.REVISED else self.consensus


def published() -> Mapping[tuple[str, str], Known]:
    """Return what is published by (sample, gene).

    The consensus is the consolidated one, or else the last consensus row that names two
    haplotypes; CYP2D6 with more or fewer copies stands in single publications only.
    """
    found: dict[tuple[str, str], Known] = defaultdict(Known)
    for row in read_table(DATA / "truth" / "getrm_consolidated_2025.tsv"):
        found[row["sample"], row["gene"]].consensus = row["diplotype"]
    consolidated = {key for key, known in found.items() if pairs(key[1], known.consensus)}
    for row in read_table(DATA / "truth" / "getrm.tsv"):
        key, text = (row["sample"], row["gene"]), row["diplotype"]
        known = found[key]
        usable = bool(pairs(row["gene"], text)) or is_structural(row["gene"], text)
        if row["role"] == "consensus" and key not in consolidated:
            known.consensus = text if usable or not known.consensus else known.consensus
        if row["role"] == "revised" and usable:
            known.revised = text
        if row["paper"].startswith(_CURATED) and usable:
            known.curated = text
        elif row["role"] == "consensus" and pairs(row["gene"], text) == pairs(
            row["gene"], known.consensus
        ):
            known.year = max([known.year, *map(int, _YEAR.findall(row["paper"]))])
        if row["role"] in ("consensus", "revised", "validated"):
            known.texts.append(text)
    return {key: known for key, known in found.items() if known.consensus or known.revised}


@functools.cache
def published_alleles(gene: str) -> frozenset[str]:
    """Return every allele of a gene that a consensus names in any cell line."""
    rows = read_table(DATA / "truth" / "getrm.tsv")
    texts = [r["diplotype"] for r in rows if r["gene"] == gene and r["role"] == "consensus"]
    return frozenset(name for text in texts for pair in pairs(gene, text) for name in pair)


def is_structural(gene: str, text: str) -> bool:
    """Say whether a published diplotype has a deletion, duplication or hybrid of CYP2D6.

    >>> is_structural("CYP2D6", "*1/*5"), is_structural("CYP2D6", "1/5")
    (True, True)
    >>> is_structural("CYP2D6", "*1/*57"), is_structural("CYP2D6", "15/4")
    (False, False)
    """
    return gene == "CYP2D6" and bool(_STRUCTURAL.search(text))


def pairs(gene: str, text: str) -> frozenset[Pair]:
    """Return the diplotypes that a published text allows; none where it names no two haplotypes.

    >>> sorted(pairs("CYP2B6", "6/18;9/16"))
    [('*16', '*9'), ('*18', '*6')]
    >>> sorted(pairs("CYP2D6", "*2 (*45)/*10"))
    [('*10', '*2'), ('*10', '*45')]
    >>> sorted(pairs("UGT1A1", "*28, *60/*60")), sorted(pairs("CYP2C19", "*1/*1 (*1/*17)"))
    ([('*1', '*28')], [('*1', '*1'), ('*1', '*17')])
    """
    if gene == "VKORC1" and re.fullmatch("[GA]{2}", text):
        text = "/".join(text)
    text = re.sub(r"\(([^()/]*/[^()/]*)\)", r";\1", text)  # a whole diplotype in parentheses
    found = set()
    for alternative in re.split(r"\s+or\s+|;", text):
        haplotypes = [_alleles(gene, part) for part in alternative.split("/")]
        if len(haplotypes) == 2:
            found |= {ordered(a, b) for a, b in itertools.product(*haplotypes)}
    return frozenset(found)


def _alleles(gene: str, text: str) -> set[str]:
    """Return the names that one haplotype may have."""
    text = text.strip().rstrip("?")
    if gene == "VKORC1":
        return {*names_of(gene, text)}
    if gene == "UGT1A1":
        return {*names_of(gene, _one_name(gene, text))}
    if "+" in text and "(" in text:
        whole, seen = re.sub(r"[()]", "", text), re.sub(r"\([^)]*\)", "", text)
        listed = [whole, seen.strip("+ ")]
    else:
        main = re.sub(r"\([^)]*\)", "", text).strip()
        listed = [main, *",".join(re.findall(r"\(([^)]*)\)", text)).split(",")]
    return {name for raw in listed for name in names_of(gene, raw.strip().rstrip("?"))}


def _one_name(gene: str, text: str) -> str:
    """Join what stands on one haplotype, without names that are no alleles today."""
    parts = [part for part in re.split(r"[,+()\s]+", text) if part]
    kept = [part for part in parts if part not in rules(gene, "unlisted")]
    return "+".join(kept) or ("*1" if parts else "")


def dpyd_variants(text: str) -> list[dict[str, int]]:
    """Return copies of each variant, one record an alternative of the text.

    >>> dpyd_variants("5/rs67376798")
    [{'c.1627A>G (*5)': 1, 'c.2846A>T': 1}]
    """
    known, found = rules("DPYD", "variant"), []
    for alternative in text.replace("(", "").replace(")", "").split(";"):
        copies: dict[str, int] = {}
        names = [part.strip() for part in alternative.split("/")]
        starred = [n if n.startswith(("*", "rs", "c.")) else f"*{n}" for n in names]
        for name in (n.rstrip("*") for n in starred):
            variant = known.get(name, name)
            if variant != known["*1"] and (name in known or name.startswith("c.")):
                copies[variant] = copies.get(variant, 0) + 1
        if len(names) == 2:
            found.append(copies)
    return found
