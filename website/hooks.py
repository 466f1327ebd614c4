"""Hooks of mkdocs: made pages join the written ones, links out of the folder are turned.

Run mkdocs as ``python -m mkdocs`` in the repository's folder, so that this package is found.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from pgx.knowledge.snapshot import KnowledgeBase
from website.genes import gene_uri
from website.markdown import relink, unescape_bars
from website.pages import COPIED, made_pages

__all__ = ["on_config", "on_files", "on_page_content", "on_page_markdown"]


_SECTIONS: Final = {
    "how-to": "How to",
    "explanation": "Explanation",
    "implementation": "Implementation",
}
_LAST: Final = "Reference"


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the genes under their heading, and pages that the order does not name last in theirs."""
    sections = {title: pages for entry in config.nav or [] for title, pages in entry.items()}
    sections["Genes"] += [{name: gene_uri(name)} for name in KnowledgeBase().genes]
    named = set(_addresses(config.nav))
    for path in sorted(Path(config.docs_dir).rglob("*.md")):
        uri = path.relative_to(config.docs_dir).as_posix()
        if uri not in named:
            sections[_SECTIONS.get(uri.partition("/")[0], _LAST)].append(uri)
    return config


def _addresses(nav: object) -> Iterator[str]:
    """Yield every page of a nested order of pages."""
    if isinstance(nav, str):
        yield nav
    elif isinstance(nav, dict | list):
        for inner in nav.values() if isinstance(nav, dict) else nav:
            yield from _addresses(inner)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the made pages."""
    for uri, text in made_pages(KnowledgeBase()).items():
        files.append(File.generated(config, uri, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Let links to pages outside of the docs folder lead to their copies."""
    del config, files
    return relink(markdown, page.file.src_uri, COPIED)


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Take the backslash from bars in code of tables, which GitHub needs and this site shows."""
    del page, config, files
    return unescape_bars(html)
