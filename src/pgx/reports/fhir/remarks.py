"""What has to be read beside a call or a row of advice: decisions, and current medicines."""

from __future__ import annotations

from typing import Final

from pgx.base.calls import PatientResult
from pgx.base.local import Override
from pgx.reports.fhir.codes import Tree
from pgx.reports.fhir.extensions import text_of

__all__ = ["Remarks"]

_MEDICINES: Final = "For what this patient takes now the advice is another one: see the report."


class Remarks:
    """Sentences on genes and drugs of one result, as FHIR's annotations."""

    def __init__(self, result: PatientResult) -> None:
        self._decided: dict[str, list[str]] = {}
        for override in result.overrides:
            self._decided.setdefault(override.subject, []).append(_sentence(override))
        adjusted = result.context.adjusted if result.context else ()
        self._adjusted = {row.drug for row in adjusted}

    def on_gene(self, gene: str) -> list[Tree]:
        """Return what a laboratory decided on a gene."""
        return [{"text": text} for text in self._decided.get(gene, ())]

    def on_advice(self, drug: str, genes: tuple[str, ...]) -> list[Tree]:
        """Return what was decided on a drug or its genes, and that medicines change the advice."""
        notes = [note for subject in (drug, *genes) for note in self.on_gene(subject)]
        return notes + ([{"text": _MEDICINES}] if drug in self._adjusted else [])


def _sentence(override: Override) -> str:
    return text_of(
        f"A laboratory decided otherwise on {override.subject}: {override.says}"
        f" ({override.by}, {override.date}: {override.reason})"
    )
