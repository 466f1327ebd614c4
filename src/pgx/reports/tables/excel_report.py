"""``results.xlsx``: a run as one Excel workbook, written result by result."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, BinaryIO, Final

from pgx.messages.catalogue import ENGLISH
from pgx.records.calls import (
    PHENOCONVERTED,
    CallStatus,
    Candidate,
    GeneCall,
    PatientResult,
    Recommendation,
)
from pgx.records.patient import Applies, ConditionFit, PopulationFit
from pgx.reports.content.deidentification import is_deidentified
from pgx.reports.content.document import build_methods
from pgx.reports.content.drug_groups import build_overview
from pgx.reports.content.drug_ranking import bucket, in_order
from pgx.reports.content.overrides import build_overrides
from pgx.reports.content.patient_entries import PatientEntry, PatientView, build_patient, fit_reason
from pgx.reports.content.phrases import listed_actions, percent
from pgx.reports.content.release_facts import ReportFacts
from pgx.reports.content.structure_entries import build_structure
from pgx.reports.tables.excel_workbook import Book, Column, Value, WorkbookSheet, open_book

__all__ = [
    "FILLS",
    "SIGNS",
    "TEXTS",
    "write_xlsx",
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
# column of the first group of drugs in the summary, counted from 0
_FIRST_GROUP: Final = 8
# column with the color of the recommendation
_TO_DO: Final = 2


def _summary_row(result: PatientResult, words: Words) -> Row:
    """Return the overview of one sample: genes by status, drugs by action."""
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


def _advice_rows(result: PatientResult, words: Words) -> Iterator[Row]:
    """Yield the rows of recommendations, current medicines first, then drugs A–Z."""
    view = PatientView(result)
    for row in in_order(result):
        yield _advice(row, view.fit(row), words)


def _adjusted_rows(result: PatientResult, words: Words) -> Iterator[Row]:
    """Yield the rows of recommendations for phenotypes after phenoconversion."""
    view = PatientView(result)
    for row in in_order(result):
        if row.basis == PHENOCONVERTED:
            yield _advice(row, view.fit(row), words)


def _advice(row: Recommendation, fit: PopulationFit | ConditionFit | None, words: Words) -> Row:
    group = bucket(row)
    to_do = words["bucket"][group]
    if fit is not None and fit.applies is Applies.NO:
        # rows for other patients are kept, with the fill of sources without a recommendation
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


def _call_rows(result: PatientResult, words: Words) -> Iterator[Row]:
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


def _site_rows(result: PatientResult, words: Words) -> Iterator[Row]:
    """Yield the observations at each defining position."""
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


def _patient_rows(result: PatientResult, words: Words) -> Iterator[Row]:
    """Yield the content of the patient file, in the wording of the report."""
    entry = _patient(result, words)
    if entry is None:
        return
    for name, value in entry.facts:
        yield (result.sample, name, value, ""), {}
    for medicine in (*entry.current, *entry.other):
        detail = (medicine.detail, medicine.remark, *medicine.acts, *medicine.reported)
        yield (result.sample, TEXTS["medicine"], medicine.name, _listed(filter(None, detail))), {}


def _conversion_rows(result: PatientResult, words: Words) -> Iterator[Row]:
    """Yield the genes affected by current medicines."""
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


def _override_rows(result: PatientResult, words: Words) -> Iterator[Row]:
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


_ALWAYS: Final = ("summary", "recommendations", "calls")
_LIKE: Final = {"adjusted": "recommendations"}
_Rows = Iterator[tuple[tuple[Any, ...], dict[int, str]]]

_SHEETS: Final = {
    "summary": "summary",
    "recommendations": "recommendations",
    "calls": "calls",
    "positions": "positions",
    "patient": "patient",
    "phenoconversion": "phenoconversion",
    "adjusted": "with current medicines",
    "overrides": "laboratory",
    "methods": "methods",
}

_COLUMNS: Final = {
    "summary": (
        ("Sample", 18), ("Genes called", 9), ("Genes ambiguous", 11), ("Genes without call", 11),
        ("Genes not assessed", 24), ("Copy number open", 18), ("Positions answered", 11),
        ("Positions", 10), ("{avoid}", 36), ("{dose}", 36), ("{care}", 36), ("{open_change}", 36),
        ("{open_maybe}", 30), ("{indeterminate}", 30), ("{open_silent}", 30), ("{unassessed}", 30),
        ("The laboratory decided on", 24),
    ),
    "recommendations": (
        ("Sample", 18), ("Drug", 22), ("What to do", 28), ("Action", 26), ("Certainty", 13),
        ("Source", 11), ("For", 22), ("Applies to this patient", 24), ("If", 24), ("Basis", 20),
        ("Result", 34),
        ("Strength", 13), ("Dose from (× standard)", 11), ("Dose to (× standard)", 11),
        ("Advice", 70), ("Otherwise", 40), ("Probability of other advice", 11),
        ("To settle it", 34), ("Implications", 50), ("Guideline", 15), ("Guideline updated", 12),
        ("PubMed", 14),
    ),
    "calls": (
        ("Sample", 18), ("Gene", 11), ("Status", 13), ("Diplotype", 22), ("Probability", 11),
        ("Phenotype", 26), ("Activity score", 9), ("Other phenotypes", 30), ("Candidates", 40),
        ("Number of candidates", 11), ("Phase", 15), ("Positions", 10), ("Not answered", 10),
        ("Which", 40), ("Alleles without a definition", 26), ("Source", 13),
        ("Copies and hybrids", 50), ("Notes", 60),
    ),
    "positions": (
        ("Sample", 18), ("Gene", 11), ("Position (GRCh38)", 19), ("rsID", 14), ("Genotype", 16),
        ("Reference", 14), ("Evidence", 20), ("Remark", 34), ("Genotype quality", 10),
        ("Read depth", 10),
    ),
    "patient": (("Sample", 18), ("What", 26), ("Value", 60), ("Detail", 60)),
    "phenoconversion": (
        ("Sample", 18), ("Gene", 11), ("Medicines", 40), ("By genotype", 30),
        ("With these medicines", 34), ("Evidence", 40), ("PubMed", 16),
    ),
    "overrides": (
        ("Sample", 18), ("Gene or drug", 20), ("Computed", 50), ("The laboratory says", 50),
        ("By", 26), ("Reason", 50),
    ),
    "methods": (("What", 34), ("Value", 100)),
}  # fmt: skip

FILLS: Final = {
    "avoid": "#F9D0C9", "dose": "#FBDDB5", "care": "#FFF3B8", "open_change": "#E3D9F2",
    "open_maybe": "#E3D9F2", "indeterminate": "#E3D9F2", "open_silent": "#EFEAF7",
    "conditional": "#E4F2DC", "information": "#E4F2DC", "directed": "#D5ECC8",
    "silent": "#EEEEEE", "unassessed": "#D5D5D5",
}  # fmt: skip


@contextlib.contextmanager
def write_xlsx(handle: BinaryIO, facts: ReportFacts) -> Iterator[Callable[[PatientResult], None]]:
    """Yield a function that takes results one by one; see ``docs/reference/columns.md``.

    Raises
    ------
    UsageError
        The extra ``excel`` is not installed.
    """
    with open_book(handle, FILLS) as book:
        sheets = _Sheets(book)
        yield sheets.add
        sheets.finish(facts)


class _Sheets:
    """The sheets of a run; patient sheets are added if there is a patient."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._sheets: dict[str, WorkbookSheet] = {}
        self._only: PatientResult | None = None
        self._count = 0
        self._methods: dict[tuple[str, str], None] = {}
        for name in _ALWAYS:
            self._sheet(name)

    def add(self, result: PatientResult) -> None:
        """Write one sample's rows."""
        self._count += 1
        # positions of a whole cohort would fill the workbook: only a single sample has them
        self._only = result if self._count == 1 else None
        self._write("summary", iter([_summary_row(result, ENGLISH)]))
        self._write("recommendations", _advice_rows(result, ENGLISH))
        self._write("calls", _call_rows(result, ENGLISH))
        self._write("patient", _patient_rows(result, ENGLISH))
        self._write("phenoconversion", _conversion_rows(result, ENGLISH))
        self._write("adjusted", _adjusted_rows(result, ENGLISH))
        self._write("overrides", _override_rows(result, ENGLISH))
        # results of one run share most provenance: equal lines are written once
        self._methods.update(dict.fromkeys(build_methods(result, ENGLISH)))

    def finish(self, facts: ReportFacts) -> None:
        """Write the positions of a single sample, and the provenance."""
        if self._only is not None:
            self._write("positions", _site_rows(self._only, ENGLISH))
        methods = self._sheet("methods")
        for pair in self._methods:
            methods.add(pair)
        for source in facts.sources:
            methods.add((TEXTS["source"].format(name=source.name), source.version))
        for key, sign in SIGNS.items():
            said = f"{ENGLISH['bucket'][key]}. {ENGLISH['bucket_hint'][key]}"
            methods.add((TEXTS["sign"].format(sign=sign), said), {0: key})
        for limit in ENGLISH["limit"].values():
            methods.add((TEXTS["limit"], limit))

    def _write(self, name: str, rows: _Rows) -> None:
        for values, styles in rows:
            self._sheet(name).add(values, styles)

    def _sheet(self, name: str) -> WorkbookSheet:
        if name not in self._sheets:
            columns = [
                Column(title.format_map(ENGLISH["bucket"]), width)
                for title, width in _COLUMNS[_LIKE.get(name, name)]
            ]
            self._sheets[name] = self._book.sheet(_SHEETS[name], columns)
        return self._sheets[name]
