"""Public releases as published: the files of a folder, and lists of variants as definitions."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import msgspec

from pgx.errors import InputError, PgxError
from pgx.knowledge.importers.published_files import SourceFile, read_head
from pgx.knowledge.tables import Row

__all__ = [
    "BASES",
    "CODES",
    "Allele",
    "PublishedRelease",
    "Skipped",
    "Variant",
    "definition",
    "position",
    "published_releases",
    "spanned",
]

MAX_FILES: Final = 20_000
"""Files in a folder; a full download of PharmCAT's repository has about 3,000."""
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


class Skipped(msgspec.Struct, frozen=True, order=True):
    """Something in a file that was not used: what it is, and why."""

    file: str
    what: str
    why: str


class PublishedRelease(msgspec.Struct, frozen=True, kw_only=True):
    """What one source gave, in the form of our own source files.

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
        """Whether nothing of the source could be used."""
        return not (
            self.definitions or self.functions or self.rules or self.guidance or self.positions
        )


Reader = Callable[[Sequence[SourceFile]], list[PublishedRelease]]


def published_releases(folder: Path) -> list[PublishedRelease]:
    """Read every public release in a folder, or in a single file.

    A file that cannot be trusted is refused on its own: it stands in ``unread`` of its release
    with the line of its error, and so does every file of no known kind.

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
        Nothing in it is recognised, nothing recognised can be used, or there are too many files.
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
    """Whether a path is a regular file that can be looked at; a pipe would wait for ever."""
    try:
        return path.is_file()
    except OSError:
        return False


def _kind(file: SourceFile) -> str:
    """Return the kind of a file; empty where it is of none."""
    if file.suffix == ".zip" or file.path.name.endswith(".haplotypes.tsv"):
        return "pharmvar"
    if file.suffix == ".csv" and _PYPGX_TABLES.fullmatch(file.stem):
        return "pypgx"
    if file.suffix in (".csv", ".json") and file.stem in _CPIC_TABLES:
        return "cpic"
    return "pharmcat" if pharmcat_kind(file) else ""


def pharmcat_kind(file: SourceFile) -> str:
    """Return what a file of PharmCAT holds; empty where it is not one."""
    if file.suffix != ".json":
        return ""
    if file.stem.endswith("_translation"):
        return "definition"
    head = read_head(file)
    return next((kind for field, kind in _PHARMCAT_JSON if field.search(head)), "")


BASES: Final = re.compile(r"[ACGT]{1,2000}")
CODES: Final = {
    "R": "AG", "Y": "CT", "S": "CG", "W": "AT", "K": "GT", "M": "AC",
    "B": "CGT", "D": "AGT", "H": "ACT", "V": "ACG", "N": "ACGT",
}  # fmt: skip
"""Bases of an IUPAC code: an allele that has either base at a position."""
_POSITION: Final = re.compile(r"[1-9][0-9]{0,8}")


class Variant(msgspec.Struct, frozen=True, order=True):
    """One variant as VCF writes it, on GRCh38."""

    position: int
    ref: str
    alt: str


class Allele(msgspec.Struct, frozen=True, kw_only=True):
    """A named allele and the variants that define it."""

    name: str
    variants: tuple[Variant, ...] = ()
    identifier: str = ""
    reference: bool = False
    structural: bool = False


def position(text: object, where: str) -> int:
    """Return a 1-based position of a chromosome.

    Raises
    ------
    InputError
        It is not a positive whole number of at most nine digits.
    """
    if not _POSITION.fullmatch(str(text) if isinstance(text, str | int) else ""):
        raise InputError("a position is not a positive whole number", where=where)
    return int(str(text))


def spanned(variants: Iterable[Variant], where: str) -> dict[int, tuple[str, dict[Variant, str]]]:
    """Return per position the longest reference sequence, and each variant's sequence over it.

    A deletion and a substitution at one position have reference sequences of unequal length; the
    shorter one is extended, as VCF does in one record.

    >>> ref, sequences = spanned([Variant(5, "AT", "A"), Variant(5, "A", "G")], "a file")[5]
    >>> ref, list(sequences.values())
    ('AT', ['A', 'GT'])

    Raises
    ------
    InputError
        Two reference sequences at one position disagree, or a sequence is not one of bases.
    """
    listed = list(dict.fromkeys(variants))
    longest: dict[int, str] = {}
    for variant in listed:
        if not BASES.fullmatch(variant.ref) or not BASES.fullmatch(variant.alt):
            raise InputError(f"no sequence of bases at {variant.position}", where=where)
        longest[variant.position] = max(longest.get(variant.position, ""), variant.ref, key=len)
    sites: dict[int, tuple[str, dict[Variant, str]]] = {p: (longest[p], {}) for p in longest}
    for variant in listed:
        ref, sequences = sites[variant.position]
        if not ref.startswith(variant.ref):
            raise InputError(f"two reference sequences at {variant.position}", where=where)
        sequences[variant] = variant.alt + ref[len(variant.ref) :]
    return sites


def definition(
    gene: str,
    alleles: Iterable[Allele],
    names: Mapping[int, str],
    about: Mapping[str, str],
) -> dict[str, Any]:
    """Return a gene's document as in ``alleles/GENE.json``.

    Parameters
    ----------
    gene
        Symbol of the gene.
    alleles
        Its alleles; exactly one is the reference, which has the reference sequence throughout.
    names
        rsIDs by position.
    about
        ``source``, ``version``, ``chromosome`` and ``refseq`` of the document.

    Raises
    ------
    InputError
        There is not one reference, a name stands twice, or the variants contradict each other.
    """
    listed = list(alleles)
    where = f"{about['source']}, {gene}"
    if sum(allele.reference for allele in listed) != 1:
        raise InputError("not exactly one allele is the reference sequence", where=where)
    if len({allele.name for allele in listed}) < len(listed):
        raise InputError("an allele stands twice", where=where)
    sites = spanned((v for allele in listed for v in allele.variants), where)
    return {
        "gene": gene,
        "source": about["source"],
        "version": about["version"],
        "build": "GRCh38",
        "chromosome": about["chromosome"],
        "refseq": about["refseq"],
        "variants": [_variant(p, *sites[p], names) for p in sorted(sites)],
        "alleles": [_allele(allele, sites, where) for allele in listed],
    }


def _variant(
    place: int,
    ref: str,
    sequences: Mapping[Variant, str],
    names: Mapping[int, str],
) -> dict[str, Any]:
    alts = sorted(set(sequences.values()) - {ref})
    plain = len(ref) == 1 and all(len(alt) == 1 for alt in alts)
    return {
        "position": place,
        "ref": ref,
        "alts": alts,
        "rsid": names.get(place),
        "hgvs_g": "; ".join(f"g.{place}{ref}>{alt}" for alt in alts) if plain else None,
    }


def _allele(
    allele: Allele, sites: Mapping[int, tuple[str, Mapping[Variant, str]]], where: str
) -> dict[str, Any]:
    places = [variant.position for variant in allele.variants]
    if len(set(places)) < len(places):
        raise InputError(f"allele {allele.name} has two sequences at one position", where=where)
    cells = {str(v.position): sites[v.position][1][v] for v in sorted(allele.variants)}
    if allele.reference:
        cells = {str(place): sites[place][0] for place in sorted(sites)}
    return {
        "name": allele.name,
        "id": allele.identifier or None,
        "reference": allele.reference,
        "structural": allele.structural,
        "core_positions": [] if allele.reference else sorted(places),
        "defining": cells,
    }
