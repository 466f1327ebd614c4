"""Resources of a result, and remarks that accompany them: decisions and current medicines."""

from __future__ import annotations

import uuid
from typing import Any, Final

import msgspec

from pgx.records.calls import PHENOCONVERTED, Override, PatientResult, Recommendation
from pgx.reports.content.release_facts import ReportFacts
from pgx.reports.fhir.vocabulary import (
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
    text_of,
)

__all__ = ["UNVERIFIED", "Names", "Sheet", "component", "text_component"]

_BY_GENOTYPE: Final = (
    "By the genotype alone. Current medicines change the phenotype: see the recommendation of basis"
    " phenoconverted."
)
_CONVERTED: Final = "For the phenotype that current medicines leave, not for the genotype alone."


class _Remarks:
    """Remarks on genes and drugs of one result, as FHIR annotations."""

    def __init__(self, result: PatientResult) -> None:
        self._decided: dict[str, list[str]] = {}
        for override in result.overrides:
            self._decided.setdefault(override.subject, []).append(_sentence(override))
        self._adjusted = {row.drug for row in result.phenoconverted}

    def on_gene(self, gene: str) -> list[Tree]:
        """Return a laboratory's decisions on a gene."""
        return [{"text": text} for text in self._decided.get(gene, ())]

    def on_advice(self, row: Recommendation) -> list[Tree]:
        """Return decisions on a drug or its genes, and whether medicines are considered."""
        notes = [note for subject in (row.drug, *row.genes) for note in self.on_gene(subject)]
        # a reader of a single resource must see that medicines are considered in it
        if row.basis == PHENOCONVERTED:
            return [*notes, {"text": _CONVERTED}]
        return notes + ([{"text": _BY_GENOTYPE}] if row.drug in self._adjusted else [])


def _sentence(override: Override) -> str:
    return text_of(
        f"A laboratory decided otherwise on {override.subject}: {override.says}"
        f" ({override.by}, {override.date}: {override.reason})"
    )


UNVERIFIED: Final = "preliminary"
"""Status of all that a program says: nobody has signed it yet."""
_SPACE: Final = uuid.uuid5(uuid.NAMESPACE_URL, OWN)


class Names:
    """Codes of genes, alleles, drugs and guidelines, as available in the release."""

    def __init__(self, facts: ReportFacts) -> None:
        self.genes = {(c.gene, c.system): c.code for c in facts.gene_codes}
        self.alleles = facts.allele_codes
        self.drugs = {drug.drug: drug.rxnorm for drug in facts.drugs if drug.rxnorm}
        self.pages = {g.guideline_id: g.url for g in facts.guidelines if g.url}

    def gene(self, gene: str) -> Tree:
        """Return a gene as HGNC concept."""
        name = text_of(gene)
        return concept(name, (HGNC, self.genes.get((gene, "HGNC"), ""), name))

    def drug(self, drug: str) -> Tree:
        """Return a drug as RxNorm ingredient."""
        name = text_of(drug)
        return concept(name, (RXNORM, self.drugs.get(drug, ""), name))

    @staticmethod
    def phenotype(term: str, text: str = "") -> Tree:
        """Return a phenotype as LOINC answer, with ``text`` if given."""
        code, display = PHENOTYPES.get(term, ("", ""))
        return concept(text_of(text or term), (LOINC, code, display))


class Sheet:
    """The resources of one result, with identifiers derived from their content.

    ``status`` is that of the report and its observations, ``patient`` what is known of the person
    beyond the sample's name, as elements of the Patient resource.
    """

    def __init__(
        self,
        result: PatientResult,
        names: Names,
        *,
        status: str = UNVERIFIED,
        patient: Tree | None = None,
    ) -> None:
        self.names = names
        self.status = status
        self.remarks = _Remarks(result)
        self.entries: list[Tree] = []
        self._known: set[str] = set()
        made = msgspec.json.encode(result.provenance, order="deterministic")
        self._space = uuid.uuid5(_SPACE, made.decode("utf-8", "replace"))
        more = patient or {}
        sample = {"system": f"{OWN}:sample", "value": text_of(result.sample)}
        self.subject = self.add(
            {
                "resourceType": "Patient",
                **more,
                "identifier": [sample, *more.get("identifier", ())],
            }
        )

    def add(self, resource: Tree) -> Tree:
        """Add a resource and return a reference to it; equal content has equal identifiers."""
        content = msgspec.json.encode(resource, order="deterministic").decode("utf-8")
        # UUID version 5 is a digest: equal content gives equal identifiers, without clock or chance
        name = str(uuid.uuid5(self._space, content))
        named = {"resourceType": resource["resourceType"], "id": name, **resource}
        if name not in self._known:
            self._known.add(name)
            self.entries.append({"fullUrl": f"urn:uuid:{name}", "resource": named})
        return {"reference": f"urn:uuid:{name}"}

    def observe(self, kind: str, key: str, **parts: Any) -> Tree:  # noqa: ANN401 - any JSON
        """Add an observation of one of the guide's kinds; ``key`` distinguishes equal kinds."""
        return self.add(
            {
                "resourceType": "Observation",
                "meta": {"profile": [profile(kind)]},
                "identifier": [{"system": f"{OWN}:{kind}", "value": text_of(key)}],
                "status": self.status,
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
    """Return a sentence as component, an empty list if there is none."""
    return [component("conclusion-string", valueString=text_of(text))] if text else []
