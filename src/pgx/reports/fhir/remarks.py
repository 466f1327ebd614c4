"""What has to be read beside a call or a row of advice: decisions, and current medicines."""

from __future__ import annotations

from typing import Final

from pgx.records.calls import PHENOCONVERTED, Override, PatientResult, Recommendation
from pgx.reports.drug_ranks import NO_CHANGE, plain_bucket
from pgx.reports.fhir.codes import Tree
from pgx.reports.fhir.extensions import text_of
from pgx.reports.patient_entries import PatientView

__all__ = ["Remarks"]

_BY_GENOTYPE: Final = (
    "By the genotype alone. Current medicines change the phenotype: see the recommendation of basis"
    " phenoconverted."
)
_CONVERTED: Final = "For the phenotype that current medicines leave, not for the genotype alone."


class Remarks:
    """Sentences on genes and drugs of one result, as FHIR's annotations."""

    def __init__(self, result: PatientResult) -> None:
        self._decided: dict[str, list[str]] = {}
        for override in result.overrides:
            self._decided.setdefault(override.subject, []).append(_sentence(override))
        self._adjusted = {row.drug for row in result.phenoconverted}
        self._patient = PatientView(result)

    def is_alert(self, row: Recommendation) -> bool:
        """Whether a row's action is to be proposed to somebody, and is not mere information."""
        is_usual = plain_bucket(row.action) in NO_CHANGE
        return is_usual or self._patient.judged(row).may_alert

    def on_gene(self, gene: str) -> list[Tree]:
        """Return what a laboratory decided on a gene."""
        return [{"text": text} for text in self._decided.get(gene, ())]

    def on_advice(self, row: Recommendation) -> list[Tree]:
        """Return what was decided on a drug or its genes, and whether medicines are counted."""
        notes = [note for subject in (row.drug, *row.genes) for note in self.on_gene(subject)]
        if row.basis == PHENOCONVERTED:
            return [*notes, {"text": _CONVERTED}]
        return notes + ([{"text": _BY_GENOTYPE}] if row.drug in self._adjusted else [])


def _sentence(override: Override) -> str:
    return text_of(
        f"A laboratory decided otherwise on {override.subject}: {override.says}"
        f" ({override.by}, {override.date}: {override.reason})"
    )
