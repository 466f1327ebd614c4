"""Hooks of mkdocs: made pages join the written ones, links out of the folder are turned.

Run mkdocs as ``python -m mkdocs`` in the repository's folder, so that this package is found.
"""

from __future__ import annotations

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from pgx.knowledge.snapshot import KnowledgeBase
from website.genes import gene_uri
from website.markdown import relink
from website.pages import COPIED, made_pages

__all__ = ["on_config", "on_files", "on_page_markdown"]


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the genes of the release under their heading."""
    for entry in config.nav or []:
        if "Genes" in entry:
            entry["Genes"] = [
                "genes/index.md",
                *({name: gene_uri(name)} for name in KnowledgeBase().genes),
            ]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the made pages."""
    for uri, text in made_pages(KnowledgeBase()).items():
        files.append(File.generated(config, uri, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Let links to pages outside of the docs folder lead to their copies."""
    del config, files
    return relink(markdown, page.file.src_uri, COPIED)
