"""The answer of a report: what its first screen and first page show, in the order of both.

Current and planned medicines, most serious first; genes, those with a finding first; drugs to avoid
or change by therapeutic class; one line for unresolved genotypes and one for what was not tested.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from pgx.records.calls import CallStatus, GeneCall, PatientResult
from pgx.records.patient import MedicineUse
from pgx.reports.content.drug_groups import DrugGroup, drug_areas, in_atc_order
from pgx.reports.content.drug_lines import DrugLine, LineMaker, MedicineLine
from pgx.reports.content.drug_ranking import ACTIONABLE
from pgx.reports.content.gene_entries import GeneEntry
from pgx.reports.content.gene_lines import GeneLine, UsualGenes, gene_line, is_usual, usual_genes
from pgx.reports.content.patient_entries import PatientEntry
from pgx.reports.content.provisional_lines import provisional_lines
from pgx.reports.content.release_facts import ReportFacts

__all__ = ["ClassLine", "ReportSummary", "build_summary"]

Words = Mapping[str, Any]
_UNASSESSED: Final = "unassessed"
_NO_RESULT: Final = (CallStatus.NOT_ASSESSED, CallStatus.NO_CALL)
_TAKEN: Final = (MedicineUse.CURRENT.value, MedicineUse.PLANNED.value)


class ClassLine(msgspec.Struct, frozen=True):
    """The drugs of a therapeutic class, the most serious first."""

    title: str
    drugs: tuple[DrugLine, ...]


class ReportSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of a report.

    ``medicines`` are current and planned, most serious first; ``stopped`` the others.
    ``findings`` are genes with a result other than the usual one, or an unresolved one; ``usual``
    the others that were called. ``avoid`` are drugs to avoid or replace, ``by_class`` these and
    those that need another change, both by therapeutic class and without the medicines; ``drugs``
    are all drugs, the most serious first. ``unresolved``, ``provisional`` (see
    `provisional_lines`) and ``not_tested`` are sentences, empty if there is nothing to say.
    """

    medicines: tuple[MedicineLine, ...] = ()
    stopped: tuple[MedicineLine, ...] = ()
    without_guidance: tuple[str, ...] = ()
    findings: tuple[GeneLine, ...] = ()
    usual: tuple[UsualGenes, ...] = ()
    avoid: tuple[ClassLine, ...] = ()
    by_class: tuple[ClassLine, ...] = ()
    drugs: tuple[DrugLine, ...] = ()
    unresolved: str = ""
    provisional: str = ""
    not_tested: str = ""

    @property
    def own(self) -> tuple[DrugLine, ...]:
        """The drugs of the medicines, the most serious first."""
        mine = {drug.drug for medicine in self.medicines for drug in medicine.drugs}
        return tuple(drug for drug in self.drugs if drug.drug in mine)

    @property
    def n_change(self) -> int:
        """The number of drugs, the medicines apart, that need a change other than to be avoided."""
        listed = (drug for line in self.by_class for drug in line.drugs)
        return sum(not drug.is_avoided for drug in listed)


def build_summary(
    result: PatientResult,
    groups: Sequence[DrugGroup],
    genes: Sequence[GeneEntry],
    patient: PatientEntry | None,
    facts: ReportFacts,
    words: Words,
) -> ReportSummary:
    """Return the answer of a report; ``genes`` are the entries of the result's calls, A–Z."""
    calls = {call.gene: call for call in result.calls}
    usual = {name for name, call in calls.items() if is_usual(call)}
    lines = {gene.gene: gene_line(gene, calls[gene.gene], words) for gene in genes}
    maker = LineMaker(lines, usual, words)
    drugs = [maker.drug(entry, group.key) for group in groups for entry in group.drugs]
    told = maker.medicines(patient, drugs) if patient else []
    taken = [line for line in told if line.use in _TAKEN]
    silent = [line for line in taken if _is_without_guidance(line, words)]
    own = {drug.drug for line in taken for drug in line.drugs}
    by_class = functools.partial(_by_class, areas=drug_areas(facts, words["area"]), words=words)
    unresolved, provisional = provisional_lines(calls, groups, genes, words)
    return ReportSummary(
        medicines=tuple(line for line in taken if line not in silent),
        stopped=tuple(line for line in told if line.use not in _TAKEN),
        without_guidance=tuple(line.name for line in silent),
        findings=tuple(
            lines[gene.gene]
            for gene in genes
            if gene.gene not in usual and calls[gene.gene].status not in _NO_RESULT
        ),
        usual=usual_genes(
            [(calls[gene.gene], lines[gene.gene]) for gene in genes if gene.gene in usual],
            words["answer"],
        ),
        avoid=by_class(d for d in drugs if d.is_avoided and d.drug not in own),
        by_class=by_class(d for d in drugs if d.kind in ACTIONABLE and d.drug not in own),
        drugs=tuple(drugs),
        unresolved=unresolved,
        provisional=provisional,
        not_tested=_not_tested(calls.values(), groups, words),
    )


def _is_without_guidance(line: MedicineLine, words: Words) -> bool:
    is_bare = not (line.drugs or line.acts or line.reported)
    return is_bare and line.remark == words["patient"]["no_guidance"]


def _by_class(
    drugs: Iterable[DrugLine], areas: Mapping[str, str], words: Words
) -> tuple[ClassLine, ...]:
    """Return drugs by therapeutic class in ATC order, those without a code last."""
    titles: Mapping[str, str] = words["area"]
    found: dict[str, list[DrugLine]] = {}
    for drug in drugs:
        found.setdefault(areas.get(drug.drug, titles[""]), []).append(drug)
    return tuple(ClassLine(title, tuple(found[title])) for title in in_atc_order(found, titles))


def _not_tested(calls: Iterable[GeneCall], groups: Sequence[DrugGroup], words: Words) -> str:
    said: Mapping[str, str] = words["answer"]
    names = sorted(call.gene for call in calls if call.status in _NO_RESULT)
    if not names:
        return ""
    count = sum(len(group.drugs) for group in groups if group.key == _UNASSESSED)
    key = "not_tested_alone" if not count else "not_tested_one" if count == 1 else "not_tested"
    return said[key].format(genes=", ".join(names), count=count)
