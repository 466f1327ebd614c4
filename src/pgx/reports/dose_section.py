"""The part of a report on doses: what a package that joins `pgx` must bring for it.

The document holds the entries and hands them back to be drawn; of each it reads only what
stands with the drug's advice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from markupsafe import Markup

from pgx.base.extensions import extension
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.calls import PatientResult

__all__ = ["DoseSection", "DrugDose", "dose_section"]

Words = Mapping[str, Any]


class DrugDose(Protocol):
    """What is said of the dose of one drug; ``brief`` stands with the drug's advice."""

    @property
    def drug(self) -> str:
        """Its name in small letters."""

    @property
    def anchor(self) -> str:
        """Where the page tells it in full."""

    @property
    def brief(self) -> str:
        """The dose in one line, in the report's language."""


class DoseSection(Protocol):
    """Makes the part on doses of reports."""

    def entries(
        self, result: PatientResult, knowledge: KnowledgeBase, words: Words
    ) -> tuple[tuple[DrugDose, ...], frozenset[str]]:
        """Return an entry a drug, and the texts that stayed English in them.

        Nothing is raised for a person or model that gives no dose: its entry says why.
        """

    def style(self) -> Markup:
        """Return the style of the part of the page."""

    def page(
        self,
        entries: Sequence[DrugDose],
        words: Words,
        marks: Mapping[str, Markup],
        untranslated: frozenset[str],
    ) -> Markup:
        """Return the part of the page; ``marks`` are the signs of each certainty."""

    def printed(self, entries: Sequence[DrugDose], words: Words) -> list[dict[str, Any]]:
        """Return the part of the printed report as plain data."""


def dose_section() -> DoseSection | None:
    """Return what makes the part on doses, None where no installed package brings it."""
    found: DoseSection | None = extension("pgx.report_sections", "doses")
    return found
