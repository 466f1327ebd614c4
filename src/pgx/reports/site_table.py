"""The folded table of a gene's tested positions.

Most rows of a page are here, so what HTML implies is left out: end tags of cells and rows, and
that a heading before data cells is that of its row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from markupsafe import Markup, escape

from pgx.reports.gene_entries import GeneEntry, SiteRow
from pgx.reports.text import visible

__all__ = ["draw_sites"]

_CLASS_OF: Final = {"variant": " class=v", "unknown": " class=u", "": ""}
_PLAIN_CELLS = re.compile("[A-Za-z0-9:./|, -]*")  # nothing to escape: most rows


def draw_sites(gene: GeneEntry, label: Mapping[str, str]) -> Markup:
    """Return the table of tested positions, by evidence; empty where none was tested."""
    if not gene.sites:
        return Markup("")
    title = escape(f"{label['tested']}: {visible(gene.gene)}")
    summary = escape(label["tested_summary"].format(count=len(gene.sites)))
    remarks = any(site.remark for site in gene.sites)
    width = 6 if remarks else 5
    bodies = "".join(_body(evidence, rows, width) for evidence, rows in _by_evidence(gene.sites))
    return Markup(  # noqa: S704 (every part is escaped)
        f"<details><summary>{summary}</summary>"
        f'<div class="scroll" role="region" tabindex="0" aria-label="{title}">'
        f'<table class="sites"><thead><tr>{_heads(label, remarks=remarks)}</thead>'
        f"{bodies}</table></div></details>"
    )


def _heads(label: Mapping[str, str], *, remarks: bool) -> str:
    plain = "".join(
        f"<th scope=col>{escape(label[name])}" for name in ("position", "rsid", "genotype")
    )
    short = "".join(
        f'<th scope=col><abbr title="{escape(label[long])}">{escape(label[name])}</abbr>'
        for name, long in (("gq", "gq_long"), ("dp", "dp_long"))
    )
    return f"{plain}{short}" + (f"<th scope=col>{escape(label['remark'])}" if remarks else "")


def _by_evidence(sites: Iterable[SiteRow]) -> Iterable[tuple[str, list[SiteRow]]]:
    """Put rows of one kind of evidence together, those with something to see first."""
    found: dict[str, list[SiteRow]] = {}
    for site in sorted(sites, key=lambda s: not s.kind):
        found.setdefault(site.evidence, []).append(site)
    return found.items()


def _body(evidence: str, rows: list[SiteRow], width: int) -> str:
    head = f"<tr><th scope=rowgroup colspan={width}>{escape(visible(evidence))} ({len(rows)})"
    return f"<tbody>{head}\n{''.join(map(_row, rows))}</tbody>"


def _row(site: SiteRow) -> str:
    cells: tuple[str, ...] = (site.position, site.rsid, site.genotype, site.gq, site.dp)
    cells = (*cells, site.remark) if site.remark else cells
    if not _PLAIN_CELLS.fullmatch("".join(cells)):
        cells = tuple(escape(visible(text)) for text in cells)
    return f"<tr{_CLASS_OF[site.kind]}><th>{'<td>'.join(cells)}\n"
