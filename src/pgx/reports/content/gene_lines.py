"""Genes of a report in one line each, and which of them have a result without a finding."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from pgx.records.calls import CallStatus, GeneCall
from pgx.records.notes import NoteCode
from pgx.reports.content.gene_entries import GeneEntry
from pgx.reports.content.phrases import phenotype_in_words

__all__ = ["GeneLine", "UsualGenes", "gene_line", "is_usual", "short_diplotype", "usual_genes"]

Words = Mapping[str, Any]
_LONG: Final = 16
"""Characters of a haplotype's name from which a homozygous one is named once."""
_USUAL_PHENOTYPES: Final = frozenset(
    {
        *("Normal Metabolizer", "Normal Function", "Normal"),
        "normal risk of aminoglycoside-induced hearing loss",
    }
)
_USUAL_FUNCTIONS: Final = frozenset(
    {
        *("Normal function", "IV/Normal", "Normal coumarin sensitivity"),
        *("Favorable response allele", "ivacaftor non-responsive"),
        *("Factor V Leiden negative", "Prothrombin 20210A negative"),
    }
)
"""CPIC's and ClinPGx's terms for alleles that people without a variant have."""
_REFERENCE_NAME: Final = re.compile(r"\*1|Reference|rs\d+ reference \([ACGT]+\)")
_NEGATIVE: Final = " negative"
_UNCERTAIN: Final = "Uncertain"
_ONE_SITE: Final = re.compile(r"(rs\d+) [^/]*\(([ACGT]+)\)(?:/\1 [^/]*\(([ACGT]+)\))?")


class GeneLine(msgspec.Struct, frozen=True, kw_only=True):
    """A gene in one line; ``status`` is that of the call, ``note`` what is open about it."""

    gene: str
    anchor: str
    diplotype: str
    score: str
    phenotype: str
    status: str
    is_unsure: bool
    note: str = ""


class UsualGenes(msgspec.Struct, frozen=True):
    """Genes without a finding that share a phenotype.

    ``heading`` says what the absence of a variant means: most phenotypes are normal, but CPIC
    gives RYR1 and CACNA1S an uncertain susceptibility, since untested variants may cause it.
    """

    heading: str
    phenotype: str
    genes: tuple[GeneLine, ...]


def is_usual(call: GeneCall) -> bool:
    """Whether a gene was called and its result is the one of people without a variant."""
    if call.status is not CallStatus.CALLED or NoteCode.COPY_NUMBER_NOT_ASSESSED in call.notes:
        return False
    phenotype = call.phenotype or ""
    if phenotype in _USUAL_PHENOTYPES:
        return True
    if phenotype.endswith(_NEGATIVE):
        return all(part.endswith(_NEGATIVE) for part in phenotype.split("; "))
    # genes without a phenotype, or whose phenotype is never "normal", go by their alleles
    return bool(call.haplotypes) and all(
        haplotype.function in _USUAL_FUNCTIONS
        if haplotype.function
        else _REFERENCE_NAME.fullmatch(haplotype.name)
        for haplotype in call.haplotypes
    )


def gene_line(gene: GeneEntry, call: GeneCall, words: Words) -> GeneLine:
    """Return the line of a gene; ``gene`` is the report entry of ``call``."""
    label: Mapping[str, str] = words["label"]
    has_phenotype = gene.phenotype not in ("", label["no_phenotype"])
    is_counted = NoteCode.COPY_NUMBER_NOT_ASSESSED not in call.notes
    return GeneLine(
        gene=gene.gene,
        anchor=gene.anchor,
        diplotype=short_diplotype(gene.diplotype),
        score=gene.score,
        phenotype=_told(call, gene, words) if has_phenotype else "",
        status=gene.status,
        is_unsure=call.status is not CallStatus.CALLED or not is_counted,
        note=words["answer"]["copies_short"] if not is_counted else "",
    )


def _told(call: GeneCall, gene: GeneEntry, words: Words) -> str:
    """Return the phenotype; of several test results the positive ones, all if none is."""
    parts = (call.phenotype or "").split("; ")
    telling = [part for part in parts if not part.endswith(_NEGATIVE)]
    if not telling or len(telling) == len(parts):
        return gene.phenotype
    return phenotype_in_words("; ".join(telling), words)


def short_diplotype(diplotype: str) -> str:
    """Return a diplotype of a single site as the site and its bases; a long name only once.

    >>> short_diplotype("rs6025 reference (C)/rs6025 Factor V Leiden (T)"), short_diplotype("*1/*2")
    ('rs6025 C/T', '*1/*2')
    """
    match = _ONE_SITE.fullmatch(diplotype)
    if match is None:
        first, _, second = diplotype.partition("/")
        return first if first == second and len(first) > _LONG else diplotype
    return f"{match[1]} {'/'.join(filter(None, (match[2], match[3])))}"


def usual_genes(
    found: Iterable[tuple[GeneCall, GeneLine]], said: Mapping[str, str]
) -> tuple[UsualGenes, ...]:
    """Return genes by heading, then phenotype; the phenotype that most genes share comes first."""
    groups: dict[tuple[bool, str], list[GeneLine]] = {}
    for call, line in found:
        is_uncertain = (call.phenotype or "").startswith(_UNCERTAIN)
        groups.setdefault((is_uncertain, line.phenotype), []).append(line)
    ordered = sorted(groups.items(), key=lambda i: (i[0][0], i[0][1] == "", -len(i[1])))
    return tuple(
        UsualGenes(said["usual_uncertain" if is_uncertain else "usual"], phenotype, tuple(genes))
        for (is_uncertain, phenotype), genes in ordered
    )
