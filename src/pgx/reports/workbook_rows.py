"""Rows of the workbook: a result enters, cells and their styles by column leave."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from pgx.records.calls import (
    PHENOCONVERTED,
    CallStatus,
    Candidate,
    GeneCall,
    PatientResult,
    Recommendation,
)
from pgx.records.patient import Applies, ConditionFit, PopulationFit
from pgx.reports.chances import percent
from pgx.reports.conditional import listed_actions
from pgx.reports.deidentify import is_deidentified
from pgx.reports.drug_ranks import bucket
from pgx.reports.local_entries import build_overrides
from pgx.reports.order import in_order
from pgx.reports.overview import build_overview
from pgx.reports.patient_entries import PatientEntry, PatientView, build_patient, fit_reason
from pgx.reports.structure_entries import build_structure
from pgx.reports.workbook import Value

__all__ = [
    "SIGNS",
    "TEXTS",
    "adjusted_rows",
    "advice_rows",
    "call_rows",
    "conversion_rows",
    "override_rows",
    "patient_rows",
    "site_rows",
    "summary_row",
]

Words = Mapping[str, Any]
Row = tuple[tuple[Value, ...], dict[int, str]]
SIGNS: Final = {
    "avoid": "✖", "dose": "◆", "care": "▲", "open_change": "◇", "open_maybe": "?",
    "indeterminate": "?", "open_silent": "?", "conditional": "✓", "information": "✓",
    "directed": "✓", "silent": "○", "unassessed": "∅",
}  # fmt: skip
"""Signs beside the colours, for those who do not see these."""

TEXTS: Final = {
    "yes": "yes",
    "no": "no",
    "unknown": "open",
    "fact": "Fact",
    "medicine": "Medicine",
    "source": "Made from: {name}",
    "sign": "Sign {sign}",
    "limit": "Limit of use",
    "for_others": "For other patients",
    "genotype": "genotype",
    "phenoconverted": "with current medicines",
}
_SUMMARY_GROUPS: Final = (
    "avoid", "dose", "care", "open_change", "open_maybe", "indeterminate", "open_silent",
    "unassessed",
)  # fmt: skip
_FIRST_GROUP: Final = 8
_TO_DO: Final = 2


def summary_row(result: PatientResult, words: Words) -> Row:
    """Return one sample at a glance: genes by status, drugs by what to do."""
    del words
    overview = build_overview(result)
    drugs = [overview.drugs_in(group) for group in _SUMMARY_GROUPS]
    cells: tuple[Value, ...] = (
        result.sample,
        *(len(overview.genes[s]) for s in (CallStatus.CALLED, CallStatus.AMBIGUOUS,
                                           CallStatus.NO_CALL)),
        _listed(overview.genes[CallStatus.NOT_ASSESSED]),
        _listed(overview.copies_open),
        overview.n_positions - overview.n_missing,
        overview.n_positions,
        *(_listed(names) for names in drugs),
        _listed(override.subject for override in result.overrides),
    )  # fmt: skip
    found = zip(_SUMMARY_GROUPS, drugs, strict=True)
    styles = {_FIRST_GROUP + i: group for i, (group, names) in enumerate(found) if names}
    return cells, styles


def advice_rows(result: PatientResult, words: Words) -> Iterator[Row]:
    """Yield the rows of advice, current medicines first, then drugs A–Z."""
    view = PatientView(result)
    for row in in_order(result):
        yield _advice(row, view.fit(row), words)


def adjusted_rows(result: PatientResult, words: Words) -> Iterator[Row]:
    """Yield the rows of advice for what current medicines leave of a phenotype."""
    view = PatientView(result)
    for row in in_order(result):
        if row.basis == PHENOCONVERTED:
            yield _advice(row, view.fit(row), words)


def _advice(row: Recommendation, fit: PopulationFit | ConditionFit | None, words: Words) -> Row:
    group = bucket(row)
    to_do = words["bucket"][group]
    if fit is not None and fit.applies is Applies.NO:
        group, to_do = "silent", TEXTS["for_others"]
    cells = (
        row.sample,
        row.drug,
        f"{SIGNS[group]} {to_do}",
        _listed(listed_actions(row, words)),
        words["certainty"][row.certainty.value],
        words["authority"].get(row.source, row.source),
        words["phrases"]["population"].get(row.population, row.population),
        _fit(fit, words),
        row.condition,
        TEXTS[row.basis],
        row.lookup,
        row.classification or "",
        row.dose_factor_min,
        row.dose_factor_max,
        row.text,
        _listed(_alternative(a.lookup, a.action, a.probability, words) for a in row.alternatives),
        row.residual,
        _listed(row.depends_on),
        _listed(row.implications),
        row.guideline_id,
        row.updated,
        _listed(row.pmids),
    )
    return cells, {_TO_DO: group}


def _fit(fit: PopulationFit | ConditionFit | None, words: Words) -> str:
    if fit is None:
        return ""
    why = fit_reason(fit, words) if fit.reason else ""
    return ": ".join(filter(None, (TEXTS[fit.applies.value], why)))


def _alternative(
    lookup: str, action: Iterable[str], probability: float | None, words: Words
) -> str:
    said = ", ".join(words["action"].get(code, code) for code in action)
    chance = "" if probability is None else f" ({percent(probability)})"
    return f"{lookup}: {said}{chance}"


def call_rows(result: PatientResult, words: Words) -> Iterator[Row]:
    """Yield the rows of calls, genes A–Z."""
    for call in sorted(result.calls, key=lambda c: c.gene):
        yield _call(call, words), {2: "" if call.status is CallStatus.CALLED else "unassessed"}


def _call(call: GeneCall, words: Words) -> tuple[Value, ...]:
    structure = build_structure(call, words)
    return (
        call.sample,
        call.gene,
        words["status"][call.status.value],
        call.diplotype or "",
        call.probability,
        call.phenotype or "",
        call.activity_score or "",
        _listed(name for name in call.phenotypes if name != call.phenotype),
        _listed(map(_candidate, call.candidates if call.n_candidates > 1 else ())),
        call.n_candidates,
        words["phased"].get(call.phased or "", ""),
        call.n_positions,
        call.n_missing,
        _listed(call.missing),
        _listed(call.undocumented),
        words["source"].get(call.source, call.source),
        _listed(structure.lines if structure else ()),
        _listed(words["note"].get(code, code) for code in call.notes),
    )


def _candidate(candidate: Candidate) -> str:
    if candidate.probability is None:
        return candidate.diplotype
    return f"{candidate.diplotype} ({percent(candidate.probability)})"


def site_rows(result: PatientResult, words: Words) -> Iterator[Row]:
    """Yield what was observed at each defining position."""
    for call in sorted(result.calls, key=lambda c: c.gene):
        for site in call.sites:
            yield (
                (
                    call.sample,
                    call.gene,
                    site.position,
                    site.rsid,
                    ("|" if site.phased else "/").join(site.alleles),
                    site.ref,
                    words["evidence"].get(site.evidence, site.evidence),
                    words["reason"].get(site.reason, site.reason) if site.reason else "",
                    site.gq,
                    site.dp,
                ),
                {7: "unassessed" if site.reason else ""},
            )


def patient_rows(result: PatientResult, words: Words) -> Iterator[Row]:
    """Yield what the patient file says, in the words of the report."""
    entry = _patient(result, words)
    if entry is None:
        return
    for name, value in entry.facts:
        yield (result.sample, name, value, ""), {}
    for medicine in (*entry.current, *entry.other):
        detail = (medicine.detail, medicine.remark, *medicine.acts, *medicine.reported)
        yield (result.sample, TEXTS["medicine"], medicine.name, _listed(filter(None, detail))), {}


def conversion_rows(result: PatientResult, words: Words) -> Iterator[Row]:
    """Yield the genes that current medicines act on."""
    entry = _patient(result, words)
    for found in entry.conversions if entry else ():
        yield (
            (
                result.sample,
                found.gene,
                found.medicines,
                found.predicted,
                found.converted,
                found.evidence,
                _listed(found.pmids),
            ),
            {},
        )


def override_rows(result: PatientResult, words: Words) -> Iterator[Row]:
    """Yield the decisions of a laboratory."""
    for found in build_overrides(result, {}, words):
        yield (
            (
                result.sample,
                found.subject,
                found.computed,
                found.says,
                found.who,
                found.reason,
            ),
            {},
        )


def _patient(result: PatientResult, words: Words) -> PatientEntry | None:
    return build_patient(result.context, {}, words, is_capped=is_deidentified(result))


def _listed(items: Iterable[str]) -> str:
    return "; ".join(items)
