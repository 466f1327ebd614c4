"""All made pages by their address inside the site's sources."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pgx.knowledge.snapshot import KnowledgeBase
from website.drugs import drug_index, drug_names, drug_page, drug_uri
from website.genes import gene_index, gene_page, gene_uri
from website.markdown import rebase

__all__ = ["COPIED", "ROOT", "made_pages"]

ROOT: Final = Path(__file__).resolve().parents[1]
COPIED: Final = {
    "../CHANGELOG.md": "changelog.md",
    "../data/knowledgebase/SOURCES.md": "reference/sources.md",
}
"""Pages of the repository outside of its docs folder, and where the site has them."""


def made_pages(kb: KnowledgeBase, root: Path = ROOT) -> dict[str, str]:
    """Return Markdown by address: a page a gene, a page a drug, their lists, copied pages."""
    docs = root / "docs"
    pages = {"genes/index.md": gene_index(kb), "drugs/index.md": drug_index(kb)}
    pages |= {gene_uri(name): gene_page(kb, name, docs) for name in kb.genes}
    pages |= {drug_uri(name): drug_page(kb, name) for name in drug_names(kb)}
    for origin, uri in COPIED.items():
        text = (docs / origin).read_text(encoding="utf-8")
        pages[uri] = rebase(text, origin, uri)
    return pages
