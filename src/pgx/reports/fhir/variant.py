"""Variants that the input shows at a gene's defining positions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from pgx.records.calls import GeneCall, SiteObservation
from pgx.reports.fhir.codes import ASSEMBLIES, DBSNP, LOINC, REFSEQ, STATES, Tree, concept
from pgx.reports.fhir.extensions import text_of
from pgx.reports.fhir.resources import Sheet, component

__all__ = ["add_variants"]

_SHORTENED: Final = re.compile(r"\(\d+_bases_[0-9a-f]{8}\)$")  # `pgx.genotypes.sites.shortened`
_RSID: Final = re.compile(r"rs[0-9]+")
_UNKNOWN: Final = "."
_ASSEMBLY: Final = "GRCh38"


def add_variants(sheet: Sheet, call: GeneCall) -> list[Tree]:
    """Add an observation for each allele that is not the reference's; return references."""
    return [
        sheet.observe(
            "variant",
            f"{call.gene}/{site.position}:{site.ref}>{alt}",
            valueCodeableConcept=concept("Present", (LOINC, "LA9633-4", "Present")),
            component=list(_components(sheet, call.gene, site, alt)),
        )
        for site in call.sites
        for alt in sorted(set(site.alleles) - {site.ref, _UNKNOWN, ""})
    ]


def _components(sheet: Sheet, gene: str, site: SiteObservation, alt: str) -> Iterator[Tree]:
    yield component("gene-studied", valueCodeableConcept=sheet.names.gene(gene))
    if site.rsid:
        rsid = text_of(site.rsid)
        code = rsid if _RSID.fullmatch(rsid) else ""
        yield component("variation-code", valueCodeableConcept=concept(rsid, (DBSNP, code, rsid)))
    yield from _place(sheet, gene, site.position)
    ref, _, other = alt.rpartition(">")  # an undocumented allele is written chrN:pos:ref>alt
    if not _SHORTENED.search(ref):
        yield component("ref-allele", valueString=text_of(ref.rpartition(":")[2] or site.ref))
    if not _SHORTENED.search(other or alt):  # no sequence; the variant's text has its name
        yield component("alt-allele", valueString=text_of(other or alt))
    state = _state(site, alt)
    if state:
        coded = (LOINC, *STATES[state]) if state in STATES else (LOINC, "", "")
        yield component("allelic-state", valueCodeableConcept=concept(state, coded))
    if site.dp is not None:
        yield component("allelic-read-depth", valueQuantity={"value": site.dp, "unit": "reads"})


def _place(sheet: Sheet, gene: str, position: str) -> Iterator[Tree]:
    """Yield assembly, chromosome and position; ``position`` is ``chrN:pos``, 1-based."""
    assembly = concept(_ASSEMBLY, (LOINC, ASSEMBLIES[_ASSEMBLY], _ASSEMBLY))
    yield component("reference-sequence-assembly", valueCodeableConcept=assembly)
    contig, _, place = position.partition(":")
    name = text_of(contig or position)
    sequence = concept(name, (REFSEQ, sheet.names.genes.get((gene, "REFSEQ"), ""), name))
    yield component("genomic-ref-seq", valueCodeableConcept=sequence)
    if place.isascii() and place.isdigit():
        based = concept("1-based", (LOINC, "LA30102-0", "1-based character counting"))
        yield component("coordinate-system", valueCodeableConcept=based)
        where = {"low": {"value": int(place)}, "high": {"value": int(place)}}
        yield component("exact-start-end", valueRange=where)


def _state(site: SiteObservation, alt: str) -> str:
    """Return how many haplotypes carry an allele, in a word; empty where a haplotype is unknown."""
    if _UNKNOWN in site.alleles:
        return ""
    if len(site.alleles) == 1:
        return "hemizygous" if site.position.startswith("chrX:") else "one haplotype"
    return "homozygous" if set(site.alleles) == {alt} else "heterozygous"
