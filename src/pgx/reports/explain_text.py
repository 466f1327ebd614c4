"""``pgx explain`` as text: sections of lines from a call with its evidence.

Strings of a saved result are untrusted: hidden characters are made visible.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from pgx.messages.catalogue import ENGLISH
from pgx.records.calls import GeneCall
from pgx.reports.content.gene_entries import GeneEntry, SiteRow, build_evidence, build_gene
from pgx.reports.content.structure_entries import StructureEntry
from pgx.reports.content.uncertainty import best_of
from pgx.reports.safe_text import visible

__all__ = ["Section", "explain_call", "site_rows"]

Words = Mapping[str, Any]
_SITE_HEADS: Final = ("position", "rsid", "genotype", "found_in", "gq", "dp", "remark")


class Section(msgspec.Struct, frozen=True):
    """A heading and its items, each with its lines."""

    title: str
    items: tuple[tuple[str, tuple[str, ...]], ...]


def explain_call(call: GeneCall, release: str, words: Words = ENGLISH) -> list[Section]:
    """Return the explanation of a call, the conclusion first; positions are listed separately."""
    label = words["label"]
    entry = build_gene(call, words)
    why = build_evidence(call, words)
    title = " ".join(part for part in (call.gene, entry.diplotype) if part)
    sections = [
        Section(title, tuple((f"{n}: {v}", ()) for n, v in _facts(call, entry, release, words)))
    ]
    if entry.structure:
        sections.append(_structure(entry.structure, words))
    if why is None or call.source == "outside":  # the input can only contradict an outside call
        sections.append(Section(label["why"], ((label["no_evidence"], ()),)))
    if why is not None:
        if why.matched:
            sections.append(Section(label["matched"], tuple((line, ()) for line in why.matched)))
        if why.alternatives:
            alternatives = tuple(
                (alternative.title, alternative.reasons) for alternative in why.alternatives
            )
            heading = "against" if call.source == "outside" else "alternatives"
            sections.append(Section(label[heading], alternatives))
    if entry.missing:
        sections.append(Section(label["missing"], tuple((line, ()) for line in entry.missing)))
    return [_harmless(section) for section in sections]


def _structure(found: StructureEntry, words: Words) -> Section:
    """Return copies, models and their basis, then the allele counts by site."""
    said = words["structure"]
    items = tuple((line, ()) for line in found.lines)
    reads = ((said["balances"], found.balances),) if found.balances else ()
    return Section(said["title"], (*items, *reads))


def _harmless(section: Section) -> Section:
    return Section(
        visible(section.title),
        tuple((visible(line), tuple(map(visible, more))) for line, more in section.items),
    )


def _facts(
    call: GeneCall, entry: GeneEntry, release: str, words: Words
) -> Iterator[tuple[str, str]]:
    """Yield label and value of the facts of a call, without empty ones."""
    label = words["label"]
    known: list[tuple[str, str]] = [
        (label["sample"], call.sample),
        (label["knowledge"], release),
        (label["status"], entry.status_word),
        (label["fit"], _fit(call, words)),
        (label["phenotype"], entry.scored_phenotype),
        (label["haplotypes"], "; ".join(entry.alleles)),
        (label["candidates"], entry.all_candidates),
        (label["findings"], ", ".join(entry.findings)),
        (label["undocumented"], ", ".join(entry.undocumented)),
        (label["source"], entry.origin),
        *((label["open"], question) for question in entry.open_questions),
        *((label["notes"], note) for note in entry.notes),
    ]
    yield from ((name, value) for name, value in known if value)


def _fit(call: GeneCall, words: Words) -> str:
    if call.n_candidates == 1:
        return str(words["label"]["only_fit"])
    return best_of(call, words)


def site_rows(
    call: GeneCall, *, everything: bool, words: Words = ENGLISH
) -> tuple[list[dict[str, str]], str]:
    """Return the tested positions as rows of cells, and a line on omitted ones.

    Positions at which every haplotype carries the reference are omitted, unless ``everything``.
    """
    label = words["label"]
    sites = build_gene(call, words).sites
    # most positions of a gene carry the reference on both haplotypes
    shown = [site for site in sites if everything or site.kind]
    folded = [site for site in sites if not (everything or site.kind)]
    rows = [_site_row(site, label) for site in shown]
    return rows, visible(_folded(folded, label)) if folded else ""


def _site_row(site: SiteRow, label: Mapping[str, str]) -> dict[str, str]:
    cells = (
        site.position, site.rsid, site.genotype, site.evidence, site.gq, site.dp, site.remark,
    )  # fmt: skip
    names = (label[name] for name in _SITE_HEADS)
    return {name: visible(cell) for name, cell in zip(names, cells, strict=True)}


def _folded(sites: Sequence[SiteRow], label: Mapping[str, str]) -> str:
    sources = Counter(site.evidence for site in sites)
    return label["folded"].format(
        count=len(sites),
        sources=", ".join(f"{name} {count}" for name, count in sources.most_common()),
    )
