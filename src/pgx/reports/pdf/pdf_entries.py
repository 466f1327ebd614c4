"""Drugs and genes of the printed report: entries converted to short texts as plain data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from pgx.reports.content.document import ReportDocument
from pgx.reports.content.drug_entries import AdviceRow, Basis, DrugEntry
from pgx.reports.content.gene_entries import GeneEntry, SiteRow
from pgx.reports.figures.copy_number import copies_title, print_copies
from pgx.reports.figures.figure_data import CopyPicture, GenePictures
from pgx.reports.safe_text import shown

__all__ = [
    "copy_figures",
    "dose_briefs",
    "drug_data",
    "gene_data",
    "is_changed",
    "lines_of",
    "listed_name",
    "marked_name",
    "source_of",
    "whom",
]

Words = Mapping[str, Any]
_CHANGED: Final = "\u00a0†"
_WIDTH: Final = 66
"""Characters of a line: 8 pt in half of an A4 page."""


def drug_data(drug: DrugEntry, words: Words) -> dict[str, Any]:
    """Return the printed data of a drug: the leading recommendation in full, others by headline."""
    label = words["label"]
    first = drug.rows[0] if drug.rows else None
    return {
        "drug": drug.drug.casefold(),
        "name": f"{drug.name} ({label['taken_now']})" if drug.is_taken else drug.name,
        "headline": first.headline if first else label["not_for_any"],
        "basis": "; ".join(_basis(basis, words) for basis in drug.basis),
        "whom": whom(first, label) if first else "",
        "text": first.text if first else "",
        "source": _cited(first, label) if first else "",
        "open": [*_open(first, label)] if first else [],
        "more": [*_more(drug, words)],
        "with": label["with_medicines"].format(medicines=drug.adjusted.medicines)
        if drug.adjusted
        else "",
        "adjusted": [*_adjusted(drug, label)],
    }


def dose_briefs(document: ReportDocument, words: Words) -> dict[str, str]:
    """Return the dose of each drug in one line; the section that some name is in the annex."""
    elsewhere = {words["dose"]["see"]: words["print"]["dose_elsewhere"]}
    return {dose.drug: elsewhere.get(dose.brief, dose.brief) for dose in document.doses}


def source_of(row: AdviceRow) -> str:
    """Name the source of a row, with the strength of its recommendation."""
    return f"{row.source}: {row.strength}" if row.strength else row.source


def _cited(row: AdviceRow, label: Mapping[str, str]) -> str:
    """Name the guideline with year and paper, as far as known, and the strength."""
    names = [name for name, _ in row.links if not name.endswith(label["details"])]
    # a link that begins with its source does not repeat the name
    cited = names if names and names[0].startswith(row.source) else [row.source, *names]
    return f"{', '.join(cited)}: {row.strength}" if row.strength else ", ".join(cited)


def _basis(basis: Basis, words: Words) -> str:
    said = f"{basis.gene} {basis.result}".strip()
    return f"{said}, {words['status'][basis.status]}" if basis.status else said


def is_changed(drug: DrugEntry, group: str) -> bool:
    """Whether a drug is in its group because of current medicines, not genotype alone."""
    row = drug.decisive(group)
    return row is not None and row not in drug.rows


def marked_name(drug: DrugEntry, group: str) -> str:
    """Name a drug; one in its group because of current medicines alone is marked."""
    return f"{drug.name}{_CHANGED}" if is_changed(drug, group) else drug.name


def listed_name(drug: DrugEntry) -> str:
    """Name a drug in lists without further text.

    Recommendations with current medicines, and known functions of alleles of unknown effect, are
    added.
    """
    is_unclear = bool(drug.rows) and drug.rows[0].bucket == "indeterminate"
    is_told = bool(drug.brief) and (drug.adjusted is not None or is_unclear)
    return f"{drug.name} ({drug.brief})" if is_told else drug.name


def whom(row: AdviceRow, label: Mapping[str, str]) -> str:
    """Return the population of a row, empty if it applies to everyone."""
    return f"{label['for_whom']} {'; '.join(row.populations)}" if row.populations else ""


def _open(row: AdviceRow, label: Mapping[str, str]) -> Iterable[str]:
    """Yield the alternative recommendations, what would resolve them, and the reviewer."""
    for other in row.alternatives:
        text = f": {other.text}" if other.text else ""
        yield f"{label['otherwise']}: {other.headline} {other.when}{text}"
    if row.settle:
        yield f"{label['settle']}: {'; '.join(row.settle)}"
    if row.footnote:
        yield row.footnote
    if row.review:
        yield row.review


def _more(drug: DrugEntry, words: Words) -> Iterable[str]:
    """Yield the comparison of sources, and the headline of every further row."""
    label = words["label"]
    if drug.standing:
        yield f"{drug.standing}."
    for row in drug.rows[1:]:
        who = whom(row, label)
        yield (
            f"{who}: {row.headline} ({source_of(row)})"
            if who
            else (f"{row.headline} ({source_of(row)})")
        )
    yield from drug.newer
    if drug.silent:
        yield f"{label['silent_sources']} {', '.join(drug.silent)}"
    if drug.folded:
        yield label["not_for_summary"].format(count=len(drug.folded))


def _adjusted(drug: DrugEntry, label: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """Yield the effect of current medicines: headlines, and the first text if it is new."""
    if drug.adjusted is None:
        return
    said = drug.rows[0].text if drug.rows else ""
    for number, row in enumerate(drug.adjusted.rows):
        who = whom(row, label)
        headline = f"{who}: {row.headline}" if who else row.headline
        # the recommendation for the converted phenotype often repeats that of the genotype
        text = row.text if number == 0 and row.text not in said else ""
        yield f"{headline} ({source_of(row)})", text


def gene_data(gene: GeneEntry, words: Words) -> dict[str, Any]:
    """Return a gene's result, evidence, limits, and a summary of its tested positions."""
    return {
        "gene": gene.gene,
        "diplotype": gene.diplotype,
        "best_of": gene.best_of,
        "status": gene.status,
        "status_word": gene.status_word,
        "phenotype": ", ".join(filter(None, (gene.phenotype, gene.score))),
        "others": gene.others,
        "unsure": gene.unsure,
        "alleles": "; ".join(gene.alleles),
        "evidence": [*_evidence(gene, words)],
        "facts": [*_facts(gene, words)],
        "limits": [*gene.open_questions, *gene.notes],
        "positions": _positions(gene.sites),
    }


def copy_figures(
    genes: Iterable[GeneEntry], pictures: Iterable[GenePictures], words: Words
) -> list[dict[str, Any]]:
    """Return copy-number figures of genes with their captions, ready for typesetting."""
    found = []
    for gene, facts in zip(genes, pictures, strict=True):
        if facts.copies is None or gene.structure is None:
            continue
        drawn, alt = print_copies(_printable(facts.copies), words)
        found.append(
            {
                "title": shown(copies_title(facts.copies, words)),
                "hint": words["picture"]["copies_hint"],
                "drawn": drawn,
                "alt": shown(alt),
            }
        )
    return found


def _printable(picture: CopyPicture) -> CopyPicture:
    """Return a figure whose names have glyphs: drawn text is not escaped later."""
    panels = tuple(
        msgspec.structs.replace(panel, gene=shown(panel.gene)) for panel in picture.panels
    )
    return msgspec.structs.replace(picture, gene=shown(picture.gene), panels=panels)


def _evidence(gene: GeneEntry, words: Words) -> Iterable[str]:
    """Yield the matches, then each alternative diplotype with the evidence against it, by line."""
    if gene.evidence is None:
        return
    yield from gene.evidence.matched
    alternative = words["print"]["alternative"]
    for other in gene.evidence.alternatives:
        reasons = "; ".join(other.reasons)
        yield alternative.format(title=other.title, reasons=reasons) if reasons else other.title


def _facts(gene: GeneEntry, words: Words) -> Iterable[tuple[str, str]]:
    label: Mapping[str, str] = words["label"]
    said = {
        "candidates": gene.all_candidates,
        "findings": ", ".join(gene.findings),
        "undocumented": ", ".join(gene.undocumented),
        "source": gene.origin,
    }
    for name, text in said.items():
        if text:
            yield label[name], text
    if gene.structure:
        yield words["structure"]["title"], "; ".join(gene.structure.lines)


def _positions(sites: Iterable[SiteRow]) -> dict[str, Any]:
    """Return positions by observation: variant ones in full, the others as counts.

    Missing positions are grouped by reason, the most frequent first.
    """
    variant, reference, chromosome = [], [], ""
    unanswered: dict[str, list[str]] = {}
    for site in sites:
        chromosome, _, number = site.position.partition(":")
        if site.kind == "variant":
            variant.append(" ".join(filter(None, (number, site.rsid, site.genotype))))
        elif site.kind == "unknown":
            unanswered.setdefault(site.remark, []).append(number)
        else:
            reference.append(number)
    # the most frequent reason first, then by name: equal results give equal pages
    by_reason = sorted(unanswered.items(), key=lambda item: (-len(item[1]), item[0]))
    return {
        "chromosome": chromosome,
        "variant": ", ".join(variant),
        "unanswered": [(reason, ", ".join(numbers)) for reason, numbers in by_reason],
        "reference": ", ".join(reference),
    }


def lines_of(value: Any, width: int = _WIDTH) -> int:  # noqa: ANN401 - any plain data
    """Estimate the lines of all texts of a value, each of which begins a line.

    >>> lines_of(["a" * 70, ("b", "")], 60)
    3
    """
    if isinstance(value, str):
        return -(-len(value) // width)
    if isinstance(value, Mapping):
        value = value.values()
    return sum(lines_of(part, width) for part in value or ())
