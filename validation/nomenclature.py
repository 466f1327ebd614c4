"""Published allele names in today's words, by the sourced rules of ``nomenclature.tsv``.

No row of the truth is dropped for its spelling: a name is translated, or it stays as it is. The
rules are: ``renamed`` (another name for the same allele), ``letter`` and ``suballele`` (legacy
letters and suballele digits go), ``kept`` (letters that stay), ``unlisted`` (no allele of its own
today: goes beside another name on a haplotype, and is the reference alone), ``optional`` (a tandem
that a panel may not have seen), ``haplotype`` (written on the other haplotype), ``variant`` (DPYD
variants), ``acetylator`` (NAT2 before its revision), ``panel`` (panels could not tell it from the
other name), ``phase`` (pairs that differ in phase only, which no panel saw) and ``typed`` (the one
site that all panels of a gene had, whatever names they printed). The last three are counted apart;
`collapsed` applies the first two of them.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from pgx.records.genes import core_allele, natural_key
from validation.data import read_table

__all__ = ["Pair", "collapsed", "names_of", "ordered", "rules", "table_rows"]

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
