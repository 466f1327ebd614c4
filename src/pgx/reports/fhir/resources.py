"""Parts that all resources of a bundle share: their names, status, subject and components."""

from __future__ import annotations

import uuid
from typing import Any, Final

import msgspec

from pgx.records.calls import PatientResult
from pgx.reports.facts import ReportFacts
from pgx.reports.fhir.codes import (
    CATEGORIES,
    HGNC,
    LOINC,
    OWN,
    PHENOTYPES,
    RXNORM,
    Tree,
    code_of,
    concept,
    profile,
)
from pgx.reports.fhir.extensions import text_of
from pgx.reports.fhir.remarks import Remarks

__all__ = ["UNVERIFIED", "Names", "Sheet", "component", "text_component"]

UNVERIFIED: Final = "preliminary"
"""Status of all that a program says: nobody has signed it yet."""
_SPACE: Final = uuid.uuid5(uuid.NAMESPACE_URL, OWN)


class Names:
    """Codes of genes, alleles, drugs and guidelines, as far as the release has them."""

    def __init__(self, facts: ReportFacts) -> None:
        self.genes = {(c.gene, c.system): c.code for c in facts.gene_codes}
        self.alleles = facts.allele_codes
        self.drugs = {drug.drug: drug.rxnorm for drug in facts.drugs if drug.rxnorm}
        self.pages = {g.guideline_id: g.url for g in facts.guidelines if g.url}

    def gene(self, gene: str) -> Tree:
        """Return a gene as HGNC has it."""
        name = text_of(gene)
        return concept(name, (HGNC, self.genes.get((gene, "HGNC"), ""), name))

    def drug(self, drug: str) -> Tree:
        """Return a drug as RxNorm's ingredient."""
        name = text_of(drug)
        return concept(name, (RXNORM, self.drugs.get(drug, ""), name))

    @staticmethod
    def phenotype(term: str, text: str = "") -> Tree:
        """Return a phenotype as LOINC's answer, under ``text`` if that is given."""
        code, display = PHENOTYPES.get(term, ("", ""))
        return concept(text_of(text or term), (LOINC, code, display))


class Sheet:
    """The resources of one result: each gets an identifier that its content decides."""

    def __init__(self, result: PatientResult, names: Names) -> None:
        self.names = names
        self.remarks = Remarks(result)
        self.entries: list[Tree] = []
        self._known: set[str] = set()
        made = msgspec.json.encode(result.provenance, order="deterministic")
        self._space = uuid.uuid5(_SPACE, made.decode("utf-8", "replace"))
        self.subject = self.add(
            {
                "resourceType": "Patient",
                "identifier": [{"system": f"{OWN}:sample", "value": text_of(result.sample)}],
            }
        )

    def add(self, resource: Tree) -> Tree:
        """Add a resource and return a reference to it; the same content has the same identifier."""
        content = msgspec.json.encode(resource, order="deterministic").decode("utf-8")
        name = str(uuid.uuid5(self._space, content))
        named = {"resourceType": resource["resourceType"], "id": name, **resource}
        if name not in self._known:
            self._known.add(name)
            self.entries.append({"fullUrl": f"urn:uuid:{name}", "resource": named})
        return {"reference": f"urn:uuid:{name}"}

    def observe(self, kind: str, key: str, **parts: Any) -> Tree:  # noqa: ANN401 - any JSON
        """Add an observation of one of the guide's kinds; ``key`` tells it from its like."""
        return self.add(
            {
                "resourceType": "Observation",
                "meta": {"profile": [profile(kind)]},
                "identifier": [{"system": f"{OWN}:{kind}", "value": text_of(key)}],
                "status": UNVERIFIED,
                "category": [{"coding": [{"system": s, "code": c}]} for s, c in CATEGORIES],
                "code": code_of(kind),
                "subject": self.subject,
                **{name: part for name, part in parts.items() if part},
            }
        )


def component(name: str, **value: Any) -> Tree:  # noqa: ANN401 - any JSON
    """Return a component of the guide with its value."""
    return {"code": code_of(name), **value}


def text_component(text: str) -> list[Tree]:
    """Return a sentence as component, none if there is none."""
    return [component("conclusion-string", valueString=text_of(text))] if text else []
