"""Published diplotypes of reference materials: which to compare with, and what they allow.

Two readings: as published (the consensus of the reference-material programme), and as revised
(the diplotype that later sequencing gave the same cell line, or else that of the consensus as
later authors curated it, if the consensus is older; where one is published). A text may allow
several diplotypes: ``or`` and ``;`` separate alternatives, parentheses hold an allele that
fewer assays confirmed.

Names are translated into today's by the sourced rules of ``nomenclature.tsv``. No row of the truth
is dropped for its spelling: a name is translated, or it stays as it is. The rules are:

- ``renamed``: another name for the same allele;
- ``letter`` and ``suballele``: legacy letters and suballele digits go; ``kept``: letters that stay;
- ``unlisted``: no allele of its own today: it goes beside another name on a haplotype, and is the
  reference alone;
- ``optional``: a tandem that a panel may not have seen;
- ``strand``: written on the other DNA strand (VKORC1);
- ``variant``: DPYD variants; ``acetylator``: NAT2 before its revision;
- ``panel``: panels could not tell it from the other name; ``phase``: pairs that differ in phase
  only, which no panel saw; ``typed``: the one site that all panels of a gene had, whatever names
  they printed. These three are counted apart; `collapsed` applies the first two of them.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from pgx.records.genes import core_allele, natural_key
from validation.data import DATA, read_table

__all__ = [
    "Known",
    "Pair",
    "Reading",
    "collapsed",
    "dpyd_variants",
    "is_structural",
    "names_of",
    "ordered",
    "pairs",
    "published",
    "published_alleles",
    "rules",
    "table_rows",
]

Pair = tuple[str, str]
TABLE = Path(__file__).with_name("nomenclature.tsv")
_COPIES = re.compile(r"(.+?)x(\d+)")
_LETTER = re.compile(r"^(\*\d+)[A-Za-z]$")
_SMALL = re.compile(r"^(\*\d+)([a-z])$")


@functools.cache
def table_rows() -> list[dict[str, str]]:
    """Return the rows of the table: gene, published, ours, rule, source."""
    return read_table(TABLE)


@functools.cache
def rules(gene: str, rule: str) -> Mapping[str, str]:
    """Return what one rule makes of a gene's published names.

    >>> rules("SLCO1B1", "renamed")["*1B"]
    '*37'
    """
    return {
        row["published"]: row["ours"]
        for row in table_rows()
        if row["gene"] == gene and row["rule"] == rule
    }


def names_of(gene: str, name: str) -> tuple[str, ...]:
    """Return what one published name of an allele may be called today; () for no name.

    >>> names_of("SLCO1B1", "*21"), names_of("TPMT", "*3A"), names_of("CYP2C9", "*2A")
    (('*37', '*20'), ('*3A',), ('*2',))
    >>> names_of("CYP2B6", "18"), names_of("CYP2C9", "undefined")
    (('*18',), ())
    """
    if not name or name in ("undefined", "*"):
        return ()
    if name[0].isdigit():
        name = "*" + name.replace("+", "+*")
    if "+" in name:  # a tandem: each of its members by today's name
        members = [names_of(gene, part) for part in name.split("+")]
        return ("+".join(own[0] for own in members),) if all(members) else ()
    small = _SMALL.match(name)
    if small:
        name = small.group(1) + small.group(2).upper()
    for rule in ("renamed", "strand"):
        if name in rules(gene, rule):
            return tuple(rules(gene, rule)[name].split(";"))
    kept = {**rules(gene, "kept"), **rules(gene, "panel"), **rules(gene, "acetylator")}
    name = core_allele(name)
    return (name if name in kept else _LETTER.sub(r"\1", name),)


def collapsed(gene: str, found: frozenset[Pair]) -> frozenset[Pair]:
    """Return pairs with alleles and phases that panels could not tell apart as one.

    >>> collapsed("CYP2C19", frozenset([("*1", "*38")]))
    frozenset({('*1', '*1')})
    >>> collapsed("TPMT", frozenset([("*3B", "*3C")]))
    frozenset({('*1', '*3A')})
    """
    panel = rules(gene, "panel")
    one = {ordered(panel.get(a, a), panel.get(b, b)) for a, b in found}
    phase = {_pair(ours): _pair(published) for published, ours in rules(gene, "phase").items()}
    return frozenset(phase.get(pair, pair) for pair in one)


def ordered(a: str, b: str) -> Pair:
    """Return two haplotypes in a fixed order, members of a tandem too, whose order is free.

    >>> ordered("*4+*4", "*10+*36"), ordered("*4+*68", "*1")
    (('*36+*10', '*4x2'), ('*1', '*68+*4'))
    """
    first, second = sorted((_tandem(a), _tandem(b)))
    return first, second


def _tandem(name: str) -> str:
    """Return a haplotype with its members in a fixed order, alike ones counted: ``*36x2+*10``."""
    if "[" in name or "+" not in name:
        return name
    members: Counter[str] = Counter()
    for part in name.split("+"):
        match = _COPIES.fullmatch(part)
        members[match[1] if match else part] += int(match[2]) if match else 1
    listed = sorted(members, key=natural_key, reverse=True)
    return "+".join(f"{m}x{members[m]}" if members[m] > 1 else m for m in listed)


def _pair(text: str) -> Pair:
    first, second = text.split("/")
    return ordered(first, second)


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
