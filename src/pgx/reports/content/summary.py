"""The answer of a report: what its first screen and first page show, in the order of both.

Current and planned medicines, most serious first; genes, those with a finding first; drugs to avoid
or change by therapeutic class; one line for unresolved genotypes and one for what was not tested.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from pgx.records.calls import CallStatus, GeneCall, PatientResult
from pgx.records.notes import NoteCode
from pgx.records.patient import MedicineUse
from pgx.reports.content.drug_entries import AdviceRow, DrugEntry
from pgx.reports.content.drug_groups import DrugGroup, drug_areas, in_atc_order
from pgx.reports.content.drug_ranking import ACTIONABLE
from pgx.reports.content.gene_entries import GeneEntry
from pgx.reports.content.patient_entries import MedicineEntry, PatientEntry
from pgx.reports.content.phrases import phenotype_in_words, within
from pgx.reports.content.release_facts import ReportFacts

__all__ = [
    "ClassLine",
    "DrugLine",
    "GeneLine",
    "MedicineLine",
    "ReportSummary",
    "UsualGenes",
    "build_summary",
    "medicine_name",
    "short_diplotype",
]

Words = Mapping[str, Any]
_OPEN_GROUPS: Final = ("open_change", "open_maybe", "open_silent")
_AVOID: Final = "avoid"
_OPEN_CHANGE: Final = "open_change"
_REPLACED: Final = ("avoid", "alternative")
_SILENT: Final = "silent"
_UNASSESSED: Final = "unassessed"
_NO_RESULT: Final = (CallStatus.NOT_ASSESSED, CallStatus.NO_CALL)
_TAKEN: Final = (MedicineUse.CURRENT.value, MedicineUse.PLANNED.value)
_LAST: Final = 1 << 20
"""Rank of a medicine without a recommendation."""
_LONG: Final = 16
"""Characters of a haplotype's name from which a homozygous one is named once."""
_TWO_LINES: Final = 200
"""Characters of action and reason that two lines of the page hold."""
_NAMED_GENES: Final = 2
"""Genes named as the reason of a line; the entry of the drug lists all."""
_USUAL_PHENOTYPES: Final = frozenset(
    {
        *("Normal Metabolizer", "Normal Function", "Normal"),
        "normal risk of aminoglycoside-induced hearing loss",
    }
)
_USUAL_FUNCTIONS: Final = frozenset(
    {
        *("Normal function", "IV/Normal", "Normal coumarin sensitivity"),
        *("Favorable response allele", "ivacaftor non-responsive"),
        *("Factor V Leiden negative", "Prothrombin 20210A negative"),
    }
)
"""CPIC's and ClinPGx's terms for alleles that people without a variant have."""
_REFERENCE_NAME: Final = re.compile(r"\*1|Reference|rs\d+ reference \([ACGT]+\)")
_NEGATIVE: Final = " negative"
_UNCERTAIN: Final = "Uncertain"
_ONE_SITE: Final = re.compile(r"(rs\d+) [^/]*\(([ACGT]+)\)(?:/\1 [^/]*\(([ACGT]+)\))?")


class DrugLine(msgspec.Struct, frozen=True, kw_only=True):
    """A drug in one line: ``kind`` is its group, ``word`` the action in one or two words.

    ``action`` is the headline with dose and condition, ``reason`` the genes and their results.
    ``is_avoided`` says that it is to be avoided or replaced, also where that is provisional.
    """

    drug: str
    name: str
    anchor: str
    kind: str
    word: str
    action: str
    reason: str
    is_avoided: bool = False


class MedicineLine(msgspec.Struct, frozen=True, kw_only=True):
    """A medicine of the patient with a line for each of its drugs, the most serious first.

    ``use`` is one of `MedicineUse`; ``acts`` are its effects on enzymes, ``remark`` says
    why there is no recommendation.
    """

    name: str
    detail: str
    use: str
    kind: str
    drugs: tuple[DrugLine, ...] = ()
    acts: tuple[str, ...] = ()
    reported: tuple[str, ...] = ()
    remark: str = ""


class GeneLine(msgspec.Struct, frozen=True, kw_only=True):
    """A gene in one line; ``status`` is that of the call, ``note`` what is open about it."""

    gene: str
    anchor: str
    diplotype: str
    score: str
    phenotype: str
    status: str
    is_unsure: bool
    note: str = ""


class UsualGenes(msgspec.Struct, frozen=True):
    """Genes without a finding that share a phenotype.

    ``heading`` says what the absence of a variant means: most phenotypes are normal, but CPIC
    gives RYR1 and CACNA1S an uncertain susceptibility, since untested variants may cause it.
    """

    heading: str
    phenotype: str
    genes: tuple[GeneLine, ...]


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
    are all drugs, the most serious first. ``unresolved`` and ``not_tested`` are sentences, empty if
    there is nothing to say.
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
    usual = {name for name, call in calls.items() if _is_usual(call)}
    lines = {gene.gene: _gene_line(gene, calls[gene.gene], words) for gene in genes}
    maker = _LineMaker(lines, usual, words)
    drugs = [maker.drug(entry, group.key) for group in groups for entry in group.drugs]
    told = maker.medicines(patient, drugs) if patient else []
    taken = [line for line in told if line.use in _TAKEN]
    silent = [line for line in taken if _is_without_guidance(line, words)]
    own = {drug.drug for line in taken for drug in line.drugs}
    by_class = functools.partial(_by_class, areas=drug_areas(facts, words["area"]), words=words)
    return ReportSummary(
        medicines=tuple(line for line in taken if line not in silent),
        stopped=tuple(line for line in told if line.use not in _TAKEN),
        without_guidance=tuple(line.name for line in silent),
        findings=tuple(
            lines[gene.gene]
            for gene in genes
            if gene.gene not in usual and calls[gene.gene].status not in _NO_RESULT
        ),
        usual=_usual_genes(
            [(calls[gene.gene], lines[gene.gene]) for gene in genes if gene.gene in usual],
            words["answer"],
        ),
        avoid=by_class(d for d in drugs if d.is_avoided and d.drug not in own),
        by_class=by_class(d for d in drugs if d.kind in ACTIONABLE and d.drug not in own),
        drugs=tuple(drugs),
        unresolved=_unresolved(result, groups, words),
        not_tested=_not_tested(calls.values(), groups, words),
    )


def _is_usual(call: GeneCall) -> bool:
    """Whether a gene was called and its result is the one of people without a variant."""
    if call.status is not CallStatus.CALLED or NoteCode.COPY_NUMBER_NOT_ASSESSED in call.notes:
        return False
    phenotype = call.phenotype or ""
    if phenotype in _USUAL_PHENOTYPES:
        return True
    if phenotype.endswith(_NEGATIVE):
        return all(part.endswith(_NEGATIVE) for part in phenotype.split("; "))
    # genes without a phenotype, or whose phenotype is never "normal", go by their alleles
    return bool(call.haplotypes) and all(
        haplotype.function in _USUAL_FUNCTIONS
        if haplotype.function
        else _REFERENCE_NAME.fullmatch(haplotype.name)
        for haplotype in call.haplotypes
    )


def _gene_line(gene: GeneEntry, call: GeneCall, words: Words) -> GeneLine:
    label: Mapping[str, str] = words["label"]
    has_phenotype = gene.phenotype not in ("", label["no_phenotype"])
    is_counted = NoteCode.COPY_NUMBER_NOT_ASSESSED not in call.notes
    return GeneLine(
        gene=gene.gene,
        anchor=gene.anchor,
        diplotype=short_diplotype(gene.diplotype),
        score=gene.score,
        phenotype=_told(call, gene, words) if has_phenotype else "",
        status=gene.status,
        is_unsure=call.status is not CallStatus.CALLED or not is_counted,
        note=words["answer"]["copies_short"] if not is_counted else "",
    )


def _told(call: GeneCall, gene: GeneEntry, words: Words) -> str:
    """Return the phenotype; of several test results the positive ones, all if none is."""
    parts = (call.phenotype or "").split("; ")
    telling = [part for part in parts if not part.endswith(_NEGATIVE)]
    if not telling or len(telling) == len(parts):
        return gene.phenotype
    return phenotype_in_words("; ".join(telling), words)


def short_diplotype(diplotype: str) -> str:
    """Return a diplotype of a single site as the site and its bases; a long name only once.

    >>> short_diplotype("rs6025 reference (C)/rs6025 Factor V Leiden (T)"), short_diplotype("*1/*2")
    ('rs6025 C/T', '*1/*2')
    """
    match = _ONE_SITE.fullmatch(diplotype)
    if match is None:
        first, _, second = diplotype.partition("/")
        return first if first == second and len(first) > _LONG else diplotype
    return f"{match[1]} {'/'.join(filter(None, (match[2], match[3])))}"


def _usual_genes(
    found: Iterable[tuple[GeneCall, GeneLine]], said: Mapping[str, str]
) -> tuple[UsualGenes, ...]:
    """Return genes by heading, then phenotype; the phenotype that most genes share comes first."""
    groups: dict[tuple[bool, str], list[GeneLine]] = {}
    for call, line in found:
        is_uncertain = (call.phenotype or "").startswith(_UNCERTAIN)
        groups.setdefault((is_uncertain, line.phenotype), []).append(line)
    ordered = sorted(groups.items(), key=lambda i: (i[0][0], i[0][1] == "", -len(i[1])))
    return tuple(
        UsualGenes(said["usual_uncertain" if is_uncertain else "usual"], phenotype, tuple(genes))
        for (is_uncertain, phenotype), genes in ordered
    )


class _LineMaker:
    """Makes the lines of drugs and medicines; ``usual`` are the genes without a finding."""

    def __init__(self, genes: Mapping[str, GeneLine], usual: set[str], words: Words) -> None:
        self._genes = genes
        self._usual = usual
        self._words = words

    def drug(self, entry: DrugEntry, kind: str) -> DrugLine:
        first = entry.rows[0] if entry.rows else None
        adjusted = entry.adjusted
        # the group of a drug may be that of its recommendation with current medicines
        is_changed = adjusted is not None and (first is None or first.bucket != kind)
        decisive = adjusted.rows[0] if adjusted and is_changed else first
        action = self._action(entry, first, is_changed=is_changed)
        reason = self._reason(entry, first)
        if adjusted and is_changed:
            reason = "; ".join(adjusted.changes)
        return DrugLine(
            drug=entry.drug,
            name=entry.name,
            anchor=entry.anchor,
            kind=kind,
            word=self._word(decisive),
            action=action,
            is_avoided=_is_avoided(kind, decisive),
            # a condition must not be cut off for a reason that the drug's entry gives too
            reason=reason if len(action) + len(reason) <= _TWO_LINES else "",
        )

    def _word(self, row: AdviceRow | None) -> str:
        said: Mapping[str, str] = self._words["action_word"]
        if row is None:
            return ""
        word = said.get(row.action, "")
        is_provisional = row.bucket.startswith("open_")
        return said["provisional"].format(word=word) if is_provisional and word else word

    def _action(self, entry: DrugEntry, first: AdviceRow | None, *, is_changed: bool) -> str:
        label: Mapping[str, str] = self._words["label"]
        said = first.headline if first else label["not_for_any"]
        if entry.adjusted is None:
            return said
        headline = entry.adjusted.rows[0].headline
        if headline == said:
            return said
        changed = label["with_brief"].format(advice=within(headline, self._words))
        # the recommendation by genotype alone, which is milder, is in the drug's entry
        return _capital(changed) if is_changed else f"{said}; {changed}"

    def _reason(self, entry: DrugEntry, first: AdviceRow | None) -> str:
        names = first.genes if first else tuple(basis.gene for basis in entry.basis)
        lines = [self._genes[name] for name in names if name in self._genes]
        telling = [line for line in lines if line.gene not in self._usual] or lines
        return "; ".join(map(self._result, telling[:_NAMED_GENES]))

    def _result(self, line: GeneLine) -> str:
        said = ", ".join(filter(None, (line.diplotype, line.phenotype)))
        return f"{line.gene} {said}"

    def medicines(self, patient: PatientEntry, drugs: Sequence[DrugLine]) -> list[MedicineLine]:
        """Return all medicines, the most serious first, then in the order of the patient file."""
        # the groups' order is that of seriousness
        rank = {line.drug: (place, line) for place, line in enumerate(drugs)}
        found = [
            self._medicine(m, sorted(rank[d] for d, _ in m.drugs if d in rank))
            for m in (*patient.current, *patient.other)
        ]
        found.sort(key=lambda pair: pair[0])
        return [line for _, line in found]

    def _medicine(
        self, medicine: MedicineEntry, drugs: Sequence[tuple[int, DrugLine]]
    ) -> tuple[int, MedicineLine]:
        place = drugs[0][0] if drugs else _LAST
        kind = drugs[0][1].kind if drugs else ""
        return place, MedicineLine(
            name=medicine_name(medicine),
            detail=medicine.detail,
            use=medicine.use,
            kind=kind,
            drugs=tuple(line for _, line in drugs),
            acts=medicine.acts,
            reported=medicine.reported,
            remark="; ".join(filter(None, (self._not_asked(medicine, drugs), medicine.remark))),
        )

    def _not_asked(self, medicine: MedicineEntry, drugs: Sequence[tuple[int, DrugLine]]) -> str:
        """Name drugs in a medicine that the release covers and this run did not include."""
        shown = {line.drug for _, line in drugs}
        names = [name for name, _ in medicine.drugs if name not in shown]
        return f"{', '.join(names)}: {self._words['print']['not_asked']}" if names else ""


def _is_avoided(kind: str, row: AdviceRow | None) -> bool:
    # the most serious action must not be hidden among changes of dose while it is provisional
    is_provisional = kind == _OPEN_CHANGE and row is not None and row.action in _REPLACED
    return kind == _AVOID or is_provisional


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def medicine_name(medicine: MedicineEntry) -> str:
    """Name a medicine, and the drugs in it that its name does not show."""
    # brand names do not show the substance
    own = medicine.name.casefold()
    untold = [drug for drug, _ in medicine.drugs if drug.casefold() not in own]
    return f"{medicine.name} ({', '.join(untold)})" if untold else medicine.name


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


def _unresolved(result: PatientResult, groups: Sequence[DrugGroup], words: Words) -> str:
    """Name the genes whose result leaves recommendations provisional, and count their drugs."""
    said: Mapping[str, str] = words["answer"]
    opened = [d for group in groups if group.key in _OPEN_GROUPS for d in group.drugs]
    if not opened:
        return ""
    concerned = {gene for drug in opened for row in drug.rows for gene in row.open_genes}
    uncounted = {c.gene for c in result.calls if NoteCode.COPY_NUMBER_NOT_ASSESSED in c.notes}
    named = (
        said["copies"].format(gene=gene) if gene in uncounted else gene
        for gene in sorted(concerned)
    )
    key = "unresolved_one" if len(opened) == 1 else "unresolved"
    return said[key].format(genes=", ".join(named), count=len(opened))


def _not_tested(calls: Iterable[GeneCall], groups: Sequence[DrugGroup], words: Words) -> str:
    said: Mapping[str, str] = words["answer"]
    names = sorted(call.gene for call in calls if call.status in _NO_RESULT)
    if not names:
        return ""
    count = sum(len(group.drugs) for group in groups if group.key == _UNASSESSED)
    key = "not_tested_alone" if not count else "not_tested_one" if count == 1 else "not_tested"
    return said[key].format(genes=", ".join(names), count=count)
