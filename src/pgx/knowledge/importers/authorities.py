"""Who issues advice: where its rows are found in the source files, and where it is published."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from pgx.knowledge.importers.layers import SourceFolders, release_of

__all__ = ["AUTHORITIES", "Authority"]

_GUIDELINES: Final = ("guidelines_*.jsonl", "guidance/changed_*.jsonl")
_LABELS: Final = ("fda_*.jsonl",)
_SITE: Final = "https://www.clinpgx.org/"


class Authority(msgspec.Struct, frozen=True, kw_only=True):
    """One issuer of advice.

    ``files`` are the patterns of its source files, ``rows`` how the ``source`` of its rows
    begins, ``page`` the address of a guideline without its identifier. Where ``algorithms``
    is true, advice to use a dosing algorithm holds for every result of its genes. A
    ``selective`` issuer speaks of some results only: no statement means no advice.
    """

    name: str
    files: tuple[str, ...]
    rows: str
    page: str
    algorithms: bool = False
    selective: bool = False

    @property
    def slug(self) -> str:
        """Name in file names and in names of releases."""
        return self.name.lower().replace("_", "-")

    def files_in(self, sources: SourceFolders) -> list[Path]:
        """Return the source files in folders, the oldest first."""
        found = [path for pattern in self.files for path in sources.files(pattern)]
        return sorted(found, key=lambda path: (release_of(path), path.name))


AUTHORITIES: Final = (
    Authority(
        name="CPIC",
        files=_GUIDELINES,
        rows="CPIC",
        page=_SITE + "guidelineAnnotation/",
        algorithms=True,
    ),
    Authority(name="DPWG", files=_GUIDELINES, rows="DPWG", page=_SITE + "guidelineAnnotation/"),
    Authority(
        name="FDA_LABEL",
        files=_LABELS,
        rows="FDA_LABEL",
        page=_SITE + "labelAnnotation/",
        selective=True,
    ),
    Authority(
        name="FDA_TABLE",
        files=_LABELS,
        rows="FDA_TABLE",
        page=_SITE + "fdaPgxAssociations#",
        selective=True,
    ),
)
"""Issuers in the order in which advice is shown."""
