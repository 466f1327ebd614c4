"""Page one of the printed report: the answer, in the order of the page on screen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pgx.reports.content.document import ReportDocument
from pgx.reports.content.drug_entries import AdviceRow
from pgx.reports.content.drug_lines import DrugLine, MedicineLine
from pgx.reports.content.gene_lines import GeneLine
from pgx.reports.pdf.pdf_entries import dose_briefs, is_changed, lines_of, whom

__all__ = ["Decisions", "answer_data", "decisions", "otherwise"]

Words = Mapping[str, Any]
_SHORT: Final = 60
"""Lines that surely fit: the typesetter then need not try smaller sizes, which takes time."""
_UNASSESSED: Final = "unassessed"
_ONE_COLUMN: Final = 3
"""Genes in one column; more are divided into two."""
_DIPLOTYPE: Final = 22
_PHENOTYPE: Final = 33
"""Characters of a line of these columns of the table of genes."""
_ENGLISH_TERM: Final = re.compile(r" \([A-Z][^()]*\)$")
Decisions = Mapping[str, str]
"""The laboratory's decisions by gene or drug, as one text each."""


def answer_data(
    document: ReportDocument, words: Words, decided: Decisions, above: int = 0
) -> dict[str, Any]:
    """Return medicines, genes, drugs by class, and what is unresolved or was not tested.

    ``above`` is the number of lines that the identity takes of the page.
    """
    summary = document.summary
    maker = _MedicineLines(document, words, decided)
    data = {
        "alerts": document.alerts,
        "medicines": [maker.medicine(line) for line in summary.medicines],
        "without_guidance": _listed(words["answer"]["without_guidance"], summary.without_guidance),
        "findings": _halves([_gene(line, decided) for line in summary.findings]),
        "usual": [
            {
                "heading": usual.heading,
                "phenotype": usual.phenotype,
                "genes": [_gene(g, decided) for g in usual.genes],
            }
            for usual in summary.usual
        ],
        "classes": [
            {"title": line.title, "drugs": [*map(maker.listed, line.drugs)]}
            for line in summary.by_class
        ],
        "stopped": [maker.medicine(line) for line in summary.stopped],
        "unresolved": summary.unresolved,
        "provisional": summary.provisional,
        "not_tested": summary.not_tested,
    }
    return {**data, "is_short": above + _height(data) <= _SHORT}


def _height(data: Mapping[str, Any]) -> float:
    """Estimate the lines of page one at its largest size."""
    told = [
        max(lines_of(f"{m['name']} {m['detail']}", 38) + lines_of(m["notes"], 38),
            lines_of([" ".join(map(str, drug.values())) for drug in m["drugs"]], 75))
        for m in data["medicines"]
    ]  # fmt: skip
    classes = [" ".join(f"   {d['name']} {d['word']}" for d in c["drugs"]) for c in data["classes"]]
    usual = " ".join(str(gene) for group in data["usual"] for gene in group["genes"])
    rows = max((sum(map(_gene_lines, half)) for half in data["findings"]), default=0)
    return (
        sum(told)
        + 1.3 * lines_of(classes, 85)
        + 1.2 * rows
        + lines_of(usual, 200)
        + lines_of(
            [*data["alerts"], *(data[key] for key in ("unresolved", "provisional", "not_tested"))],
            110,
        )
    )


class _MedicineLines:
    """Makes the lines of medicines and drugs."""

    def __init__(self, document: ReportDocument, words: Words, decided: Decisions) -> None:
        self._entries = {drug.drug: drug for group in document.groups for drug in group.drugs}
        self._briefs = dose_briefs(document, words)
        self._decided = decided
        self._words = words

    def medicine(self, line: MedicineLine) -> dict[str, Any]:
        """Return a medicine with a line for each of its drugs."""
        return {
            "name": line.name,
            "detail": line.detail,
            "kind": line.kind or "silent",
            "drugs": [self._told(drug) for drug in line.drugs],
            "remark": line.remark,
            "notes": [*line.acts, *line.reported],
        }

    def _told(self, line: DrugLine) -> dict[str, Any]:
        entry = self._entries[line.drug]
        first = entry.rows[0] if entry.rows else None
        is_unassessed = line.kind == _UNASSESSED
        positions = "; ".join(f"{source}: {said}" for source, said, _ in entry.positions)
        return {
            "kind": line.kind,
            "name": line.name,
            # not assessed differs from assessed without a recommendation
            "action": self._words["bucket"][_UNASSESSED] if is_unassessed else line.action,
            "reason": line.reason,
            "otherwise": [*otherwise(first)] if first else [],
            "whom": whom(first, self._words["label"]) if first else "",
            # sources that contradict each other must not look like one voice
            "against": f"{entry.standing}. {positions}." if entry.contradicts else "",
            # a drug to avoid has no dose on page one
            "dose": "" if line.is_avoided else self._briefs.get(line.drug, ""),
            "decision": self._decided.get(line.drug, ""),
        }

    def listed(self, line: DrugLine) -> dict[str, Any]:
        """Return a drug of a therapeutic class: name, group and action word."""
        return {
            "kind": line.kind,
            "name": line.name,
            "word": line.word,
            "is_changed": is_changed(self._entries[line.drug], line.kind),
            "is_decided": line.drug in self._decided,
        }


def otherwise(row: AdviceRow) -> Iterable[str]:
    """Yield the alternatives of an unresolved recommendation, if their headline differs."""
    for other in row.alternatives:
        # the headline of a provisional row ends with that of its own recommendation
        if not row.headline.casefold().endswith(other.headline.casefold()):
            yield f"{other.headline} {other.when}"


def _gene(line: GeneLine, decided: Decisions) -> dict[str, Any]:
    return {
        "gene": line.gene,
        "diplotype": line.diplotype,
        # the column has the name of the score
        "score": line.score.rpartition(" ")[2],
        "phenotype": line.phenotype,
        # a translated phenotype ends with CPIC's own term: left out where the page is full
        "phenotype_brief": _ENGLISH_TERM.sub("", line.phenotype),
        "status": "ambiguous" if line.is_unsure else line.status,
        "note": line.note,
        "decision": decided.get(line.gene, ""),
    }


def _halves(genes: Sequence[Mapping[str, str]]) -> list[Sequence[Mapping[str, str]]]:
    """Divide genes into two columns of about the same height; few genes are in one."""
    if len(genes) <= _ONE_COLUMN:
        return [genes] if genes else []
    lines = [*map(_gene_lines, genes)]
    # of two equal divisions the one with the longer first column
    cut = min(reversed(range(len(genes) + 1)), key=lambda n: max(sum(lines[:n]), sum(lines[n:])))
    return [genes[:cut], genes[cut:]]


def _gene_lines(gene: Mapping[str, str]) -> int:
    phenotype = f"{gene['phenotype']} {gene['decision']}"
    return max(lines_of(gene["diplotype"], _DIPLOTYPE), lines_of(phenotype, _PHENOTYPE), 1)


def _listed(text: str, names: tuple[str, ...]) -> str:
    return text.format(names=", ".join(names)) if names else ""


def decisions(document: ReportDocument, label: Mapping[str, str]) -> dict[str, str]:
    """Return the laboratory's decisions by gene or drug.

    A drug also has the decisions on its genes.
    """
    said: dict[str, list[str]] = {}
    for held in document.overrides:
        said.setdefault(held.subject, []).append(f"{held.says} ({held.who})")
    resting = {
        drug.drug: [
            f"{b.gene}: {text}"
            for b in drug.basis
            if b.gene != drug.drug
            for text in said.get(b.gene, ())
        ]
        for group in document.groups
        for drug in group.drugs
    }
    for subject, texts in resting.items():
        said[subject] = [*said.get(subject, ()), *texts]
    return {
        subject: f"{label['override_of']}: {'; '.join(texts)}"
        for subject, texts in said.items()
        if texts
    }
