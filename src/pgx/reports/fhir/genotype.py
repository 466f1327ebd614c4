"""A gene's call: genotype, haplotypes with their function, and the phenotype."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from pgx.messages.catalogue import ENGLISH
from pgx.records.calls import CallStatus, GeneCall, HaplotypeDetail
from pgx.records.structures import StructureEvidence
from pgx.reports.fhir.codes import CLINPGX, Tree, concept, own_concept
from pgx.reports.fhir.extensions import own, text_of
from pgx.reports.fhir.resources import Sheet, component, text_component
from pgx.reports.fhir.variant import add_variants
from pgx.reports.structure_entries import build_structure

__all__ = ["ABSENT", "CALL_FIELDS", "PHENOTYPE", "SCORE", "add_call", "value_of"]

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
_SHOWN: Final = 5


def add_call(sheet: Sheet, call: GeneCall) -> tuple[Tree, list[Tree]]:
    """Add a call's resources; return a reference to its genotype, and those to all."""
    variants = add_variants(sheet, call)
    haplotypes, consequences = _haplotypes(sheet, call)
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
    # A result read from JSON holds notes as text: as valueString they are the same either way.
    return values | {"notes": tuple(map(str, call.notes))}


def _structure(call: GeneCall) -> StructureEvidence | None:
    """Return what was seen of copies without the depth of each window and the exons."""
    if call.structure is None:
        return None
    return msgspec.structs.replace(call.structure, windows=(), exons=())


def _copies(call: GeneCall) -> list[Tree]:
    """Return what is said of copies and hybrids, as an annotation."""
    found = build_structure(call, ENGLISH)
    if found is None:
        return []
    said = f"{call.gene}, {ENGLISH['structure']['title']}: {'; '.join(found.lines)}"
    return [{"text": text_of(said)}]


def _gene(sheet: Sheet, call: GeneCall) -> Tree:
    return component("gene-studied", valueCodeableConcept=sheet.names.gene(call.gene))


def value_of(call: GeneCall) -> Tree:
    """Return what a reader sees; one of several is never shown as if it were the only one."""
    if call.status in _WHY:
        code, text = _WHY[call.status]
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
    """Add what each haplotype carries, and what that does; nothing where the call is not sure."""
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
    """Return the function in words; of some genes it is a number."""
    if detail.function and detail.function == detail.activity_value:
        return f"Activity value {detail.function}"
    return detail.function or ""


def _is_sure(call: GeneCall) -> bool:
    return call.status is CallStatus.CALLED


def _phenotype(sheet: Sheet, call: GeneCall, genotype: Tree) -> Iterator[Tree]:
    """Add what the diplotype means, apart from any drug."""
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
