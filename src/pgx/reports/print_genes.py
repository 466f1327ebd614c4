"""A gene's part of the printed report: an entry enters, plain data leaves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from pgx.reports.gene_entries import GeneEntry, SiteRow
from pgx.reports.pictures.copies import copies_title, print_copies
from pgx.reports.pictures.copy_facts import CopyPicture
from pgx.reports.pictures.facts import GenePictures
from pgx.reports.print_text import shown

__all__ = ["copy_figures", "gene_data"]

Words = Mapping[str, Any]


def gene_data(gene: GeneEntry, words: Words) -> dict[str, Any]:
    """Return a gene's result, evidence, limits, and its tested positions in short."""
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
    """Return pictures of copies along genes, with what stands above each, ready to be set."""
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
    """Return a picture whose names have glyphs: what is drawn is not spelled out later."""
    panels = tuple(
        msgspec.structs.replace(panel, gene=shown(panel.gene)) for panel in picture.panels
    )
    return msgspec.structs.replace(picture, gene=shown(picture.gene), panels=panels)


def _evidence(gene: GeneEntry, words: Words) -> Iterable[str]:
    """Yield what matched, then each alternative diplotype with what excludes it, a line each."""
    if gene.evidence is None:
        return
    yield from gene.evidence.matched
    alternative = words["print"]["alternative"]
    for other in gene.evidence.alternatives:
        reasons = "; ".join(other.reasons)
        yield alternative.format(title=other.title, reasons=reasons) if reasons else other.title


def _facts(gene: GeneEntry, words: Words) -> Iterable[tuple[str, str]]:
    label: Mapping[str, str] = words["label"]
    candidates = [*gene.candidates, *([gene.more_candidates] if gene.more_candidates else [])]
    said = {
        "candidates": ", ".join(candidates),
        "findings": ", ".join(gene.findings),
        "undocumented": ", ".join(gene.undocumented),
        "source": ", ".join(filter(None, (gene.source, gene.coverage, gene.phased))),
    }
    for name, text in said.items():
        if text:
            yield label[name], text
    if gene.structure:
        yield words["structure"]["title"], "; ".join(gene.structure.lines)


def _positions(sites: Iterable[SiteRow]) -> dict[str, Any]:
    """Return positions by what was seen: differing ones in full, the others by number alone.

    Those that are not answered come by reason, the most frequent first.
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
    by_reason = sorted(unanswered.items(), key=lambda item: (-len(item[1]), item[0]))
    return {
        "chromosome": chromosome,
        "variant": ", ".join(variant),
        "unanswered": [(reason, ", ".join(numbers)) for reason, numbers in by_reason],
        "reference": ", ".join(reference),
    }
