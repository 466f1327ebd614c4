"""A gene's call as resources: genotype, haplotypes with function, variants, and phenotype."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from pgx.messages.catalogue import ENGLISH
from pgx.records.calls import CallStatus, GeneCall, HaplotypeDetail, SiteObservation
from pgx.records.structures import StructureEvidence
from pgx.reports.content.structure_entries import build_structure
from pgx.reports.fhir.resources import Sheet, component, text_component
from pgx.reports.fhir.vocabulary import (
    ASSEMBLIES,
    CLINPGX,
    DBSNP,
    LOINC,
    REFSEQ,
    STATES,
    Tree,
    concept,
    own,
    own_concept,
    text_of,
)

__all__ = ["ABSENT", "CALL_FIELDS", "PHENOTYPE", "SCORE", "add_call", "value_of"]

_SHORTENED: Final = re.compile(r"\(\d+_bases_[0-9a-f]{8}\)$")  # `pgx.genotypes.sites.shortened`
_RSID: Final = re.compile(r"rs[0-9]+")
_UNKNOWN: Final = "."
_ASSEMBLY: Final = "GRCh38"


def _add_variants(sheet: Sheet, call: GeneCall) -> list[Tree]:
    """Add an observation for each non-reference allele; return references."""
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
    """Return the allelic state; empty if a haplotype is unknown."""
    if _UNKNOWN in site.alleles:
        return ""
    if len(site.alleles) == 1:
        return "hemizygous" if site.position.startswith("chrX:") else "one haplotype"
    return "homozygous" if set(site.alleles) == {alt} else "heterozygous"


ABSENT: Final = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
CALL_FIELDS: Final = (
    "status", "diplotype", "probability", "candidates", "n_candidates", "rest", "phenotypes",
    "phased", "n_positions", "n_missing", "missing", "undocumented", "source", "notes",
    "structure",
)  # fmt: skip
"""Fields of a call that stand in its extension; gene, phenotype and score have places."""
PHENOTYPE: Final = "phenotype"
SCORE: Final = "activity-score"
_WHY: Final = {
    CallStatus.NO_CALL: ("unknown", "no call: no known diplotype fits what was observed"),
    CallStatus.NOT_ASSESSED: ("not-performed", "not assessed: the input cannot answer it"),
}
# the extension lists the candidates for programs; the text is for readers
_SHOWN: Final = 5


def add_call(sheet: Sheet, call: GeneCall, *, is_full: bool) -> tuple[Tree, list[Tree]]:
    """Add a call's resources; return a reference to its genotype, and references to all.

    Haplotypes, their function and variants are added if ``is_full``; genotype and phenotype
    always.
    """
    variants = _add_variants(sheet, call) if is_full else []
    haplotypes, consequences = _haplotypes(sheet, call) if is_full else ([], [])
    genotype = sheet.observe(
        "genotype",
        call.gene,
        extension=own("call", {**_fields(call), "structure": _structure(call)}),
        valueCodeableConcept=value_of(call),
        note=[*sheet.remarks.on_gene(call.gene), *_copies(call)],
        derivedFrom=[*haplotypes, *variants],
        component=[_gene(sheet, call)],
    )
    meaning = _phenotype(sheet, call, genotype)
    return genotype, [genotype, *meaning, *haplotypes, *consequences, *variants]


def _fields(call: GeneCall) -> dict[str, object]:
    values = {name: getattr(call, name) for name in CALL_FIELDS}
    # a result read from JSON holds notes as text, which gives the same valueString
    return values | {"notes": tuple(map(str, call.notes))}


def _structure(call: GeneCall) -> StructureEvidence | None:
    """Return the structural evidence without the depth of each window and the exons."""
    if call.structure is None:
        return None
    # the JSON result holds the depth of each window
    return msgspec.structs.replace(call.structure, windows=(), exons=())


def _copies(call: GeneCall) -> list[Tree]:
    """Return the text on copy number and hybrid genes, as an annotation."""
    found = build_structure(call, ENGLISH)
    if found is None:
        return []
    said = f"{call.gene}, {ENGLISH['structure']['title']}: {'; '.join(found.lines)}"
    return [{"text": text_of(said)}]


def _gene(sheet: Sheet, call: GeneCall) -> Tree:
    return component("gene-studied", valueCodeableConcept=sheet.names.gene(call.gene))


def value_of(call: GeneCall) -> Tree:
    """Return the displayed value; one of several candidates is never shown as the only one."""
    if call.status in _WHY:
        code, text = _WHY[call.status]
        # FHIR's element for the reason of a missing value
        absent = [{"url": ABSENT, "valueCode": code}]
        return {"extension": absent, "text": text_of(f"{call.gene} {text}")}
    if call.status is CallStatus.AMBIGUOUS:
        return {"text": text_of(f"{call.gene} ambiguous: {_listed(call)}")}
    return {"text": text_of(f"{call.gene} {call.diplotype}")}


def _listed(call: GeneCall) -> str:
    names = [c.diplotype for c in call.candidates] or [call.diplotype or ""]
    more = max(call.n_candidates, len(names)) - _SHOWN
    return " or ".join(names[:_SHOWN]) + (f" or {more} others" if more > 0 else "")


def _haplotypes(sheet: Sheet, call: GeneCall) -> tuple[list[Tree], list[Tree]]:
    """Add each haplotype and its function; nothing if the call is uncertain."""
    haplotypes, consequences = [], []
    for number, detail in enumerate(call.haplotypes, 1) if _is_sure(call) else ():
        key = f"{call.gene}/{number}"
        code = sheet.names.alleles.get((call.gene, detail.name), "")
        name = text_of(f"{call.gene} {detail.name}")
        haplotype = sheet.observe(
            "haplotype",
            key,
            valueCodeableConcept=concept(name, (CLINPGX, code, name)),
            component=[_gene(sheet, call)],
        )
        haplotypes.append(haplotype)
        if detail.function:
            effect = concept(text_of(_function(detail)))
            consequences.append(
                sheet.observe(
                    "molecular-consequence",
                    key,
                    derivedFrom=[haplotype],
                    component=[component("functional-effect", valueCodeableConcept=effect)],
                )
            )
    return haplotypes, consequences


def _function(detail: HaplotypeDetail) -> str:
    """Return the function as text; for some genes it is a number."""
    if detail.function and detail.function == detail.activity_value:
        return f"Activity value {detail.function}"
    return detail.function or ""


def _is_sure(call: GeneCall) -> bool:
    return call.status is CallStatus.CALLED


def _phenotype(sheet: Sheet, call: GeneCall, genotype: Tree) -> Iterator[Tree]:
    """Add the phenotype of the diplotype, independent of any drug."""
    if not call.phenotype and not call.activity_score:
        return
    found = list(text_component(_caution(call)))
    if call.phenotype:
        term = sheet.names.phenotype(call.phenotype)
        found.append(component("therapeutic-implication", valueCodeableConcept=term))
    if call.activity_score:
        code = own_concept(SCORE, "Activity score")
        found.append({"code": code, "valueString": text_of(call.activity_score)})
    yield sheet.observe(
        "therapeutic-implication",
        f"{PHENOTYPE}/{call.gene}",
        note=sheet.remarks.on_gene(call.gene),
        derivedFrom=[genotype],
        component=found,
    )


def _caution(call: GeneCall) -> str:
    if _is_sure(call) and len(call.phenotypes) < 2:
        return ""
    others = [term for term in call.phenotypes if term != call.phenotype]
    if others:
        return f"Of the best of several diplotypes of {call.gene}; others give: {'; '.join(others)}"
    return f"Of the best of several diplotypes of {call.gene}; all give the same"
