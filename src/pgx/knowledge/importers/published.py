"""Published source files: read within limits, recognised by kind, and converted."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import msgspec

from pgx.errors import InputError, PgxError
from pgx.knowledge.importers.source_files import Skipped, SourceFile, read_head
from pgx.knowledge.tables import Row

__all__ = [
    "PublishedRelease",
    "published_releases",
]


MAX_FILES: Final = 20_000
"""Maximum number of files in a folder; PharmCAT's full repository has about 3,000."""
_CPIC_TABLES: Final = frozenset(
    {
        "allele", "allele_definition", "allele_location_value", "drug", "gene", "gene_result",
        "gene_result_diplotype", "gene_result_lookup", "guideline", "pair", "publication",
        "recommendation", "sequence_location",
    }
)  # fmt: skip
_PYPGX_TABLES: Final = re.compile(r"[a-z]+(-[a-z]+)?-table")
_PHARMCAT_JSON: Final = (
    (re.compile(rb'"(haplotypes|activityValues|diplotypes)"'), "phenotype"),
    (re.compile(rb'"(formatVersion|namedAlleles)"'), "definition"),
    (re.compile(rb'"guidelines"'), "guidance"),
    (re.compile(rb'"(requiredPositions|ignoredPositions|ignoredAlleles)"'), "exemptions"),
)
"""Fields by which a file of PharmCAT is known where its name does not say it."""
_READERS: Final = {
    "pharmcat": "pharmcat.pharmcat_releases",
    "cpic": "cpic.cpic_releases",
    "pharmvar": "pharmvar.pharmvar_releases",
    "pypgx": "pypgx.pypgx_releases",
}
"""The kinds, in the order in which their releases are returned."""


class PublishedRelease(msgspec.Struct, frozen=True, kw_only=True):
    """Data from one source, in the form of our own source files.

    ``source``, ``name``, ``version``, ``date``, ``licence`` and ``url`` are the cells of a row of
    the table of sources. ``definitions`` hold a document as in ``alleles/GENE.json``;
    ``functions`` rows of allele, function and activity_value; ``rules`` rows of function_1,
    function_2, activity_score, phenotype and lookup_key; ``guidance`` rows as in
    ``guidelines_*.jsonl``; ``positions`` rows of gene, grch38_position, grch37_position,
    grch37_ref_seen and check.
    """

    source: str
    name: str
    version: str
    date: str
    licence: str
    url: str
    definitions: dict[str, dict[str, Any]] = {}
    functions: dict[str, list[Row]] = {}
    rules: dict[str, list[Row]] = {}
    guidance: list[dict[str, Any]] = []
    positions: list[Row] = []
    unread: list[Skipped] = []

    @property
    def is_empty(self) -> bool:
        """Whether no data of the source could be used."""
        return not (
            self.definitions or self.functions or self.rules or self.guidance or self.positions
        )


Reader = Callable[[Sequence[SourceFile]], list[PublishedRelease]]


def published_releases(folder: Path) -> list[PublishedRelease]:
    """Read every public release in a folder, or in a single file.

    A file that cannot be trusted is refused individually: it is listed in ``unread`` of its
    release with its error, and so is every file of unknown kind.

    Parameters
    ----------
    folder
        A folder of downloads, of one kind or several, or one file.

    Returns
    -------
    list of PublishedRelease
        One per source and version. Genes of PyPGx that another release defines are left out.

    Raises
    ------
    InputError
        No file is recognised, no recognised file can be used, or there are too many files.
    """
    kinds: dict[str, list[SourceFile]] = {}
    for file in _files(folder):
        kinds.setdefault(_kind(file), []).append(file)
    strangers = [Skipped(f.name, "file", "of no known kind") for f in kinds.pop("", [])]
    found: list[PublishedRelease] = []
    for kind in (kind for kind in _READERS if kind in kinds):
        try:
            found += _read(kind, kinds[kind])
        except PgxError as error:
            strangers.append(Skipped(folder.name, f"files of {kind}", error.line()))
    if all(release.is_empty for release in found):
        refused = [skipped for release in found for skipped in release.unread]
        raise _nothing(folder, [*refused, *(s for s in strangers if s.what != "file")])
    found = [_without_defined(release, found) for release in found]
    found[0] = msgspec.structs.replace(found[0], unread=[*found[0].unread, *strangers])
    return found


def _read(kind: str, files: Sequence[SourceFile]) -> list[PublishedRelease]:
    # each reader is loaded only for files of its kind
    module, name = _READERS[kind].split(".")
    reader: Reader = getattr(import_module(f"pgx.knowledge.importers.{module}"), name)
    return reader(files)


def _nothing(folder: Path, unread: Sequence[Skipped]) -> PgxError:
    if unread:
        what = f"nothing in it can be used: {unread[0].why}"
        return InputError(what, where=unread[0].file, remedy="download the files again")
    return InputError(
        "no public release is recognised",
        where=folder.name,
        remedy="give a folder with the files of PharmCAT, CPIC, PharmVar or PyPGx as published",
    )


def _without_defined(
    release: PublishedRelease, others: Sequence[PublishedRelease]
) -> PublishedRelease:
    """Return a release of PyPGx without genes that a primary source defines, with positions."""
    if not release.source.startswith("pypgx"):
        return release
    taken = {
        g: o.source for o in others if o is not release for g in (*o.definitions, *o.functions)
    }
    genes = sorted({*release.definitions, *release.functions, *release.rules} & set(taken))
    return msgspec.structs.replace(
        release,
        definitions={g: d for g, d in release.definitions.items() if g not in taken},
        functions={g: f for g, f in release.functions.items() if g not in taken},
        rules={g: r for g, r in release.rules.items() if g not in taken},
        unread=[
            *release.unread,
            *(Skipped(release.source, f"gene {g}", f"{taken[g]} has it") for g in genes),
        ],
    )


def _files(folder: Path) -> list[SourceFile]:
    """Return the regular files under a folder, by name; links to folders are not followed."""
    if _is_file(folder):
        return [SourceFile(folder, folder.name)]
    if not folder.is_dir():
        raise InputError("no such folder or file", where=folder.name, remedy="check the path")
    found: list[SourceFile] = []
    for place, _, names in os.walk(folder):
        paths = [Path(place, name) for name in names]
        found += [SourceFile(p, str(p.relative_to(folder))) for p in paths if _is_file(p)]
        if len(found) > MAX_FILES:
            raise InputError(
                f"more than {MAX_FILES} files",
                where=folder.name,
                remedy="give the folder of the download itself",
            )
    return sorted(found, key=lambda file: file.name)


def _is_file(path: Path) -> bool:
    """Whether a path is an accessible regular file; reading a pipe could block forever."""
    try:
        return path.is_file()
    except OSError:
        return False


def _kind(file: SourceFile) -> str:
    """Return the kind of a file; empty if unknown."""
    if file.suffix == ".zip" or file.path.name.endswith(".haplotypes.tsv"):
        return "pharmvar"
    if file.suffix == ".csv" and _PYPGX_TABLES.fullmatch(file.stem):
        return "pypgx"
    if file.suffix in (".csv", ".json") and file.stem in _CPIC_TABLES:
        return "cpic"
    return "pharmcat" if pharmcat_kind(file) else ""


def pharmcat_kind(file: SourceFile) -> str:
    """Return the kind of a PharmCAT file; empty if it is not one."""
    if file.suffix != ".json":
        return ""
    if file.stem.endswith("_translation"):
        return "definition"
    head = read_head(file)
    return next((kind for field, kind in _PHARMCAT_JSON if field.search(head)), "")
