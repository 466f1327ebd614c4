"""PharmVar's archive of a gene: ``GENE/GRCh38/GENE.NC_….haplotypes.tsv`` in a zip, VCFs beside it.

The table has one variant of one haplotype per row. It gives insertions and deletions without the
preceding base, which comes from the VCF files of the archive. Core alleles are used; suballeles
only if their core allele is not listed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from pgx.errors import InputError, PgxError
from pgx.knowledge.importers.gene_documents import BASES, Allele, Variant, definition, position
from pgx.knowledge.importers.published import PublishedRelease
from pgx.knowledge.importers.source_files import (
    Skipped,
    SourceFile,
    gene_symbol,
    label,
    parse_csv,
    read_bytes,
    require_columns,
    zip_members,
)
from pgx.knowledge.tables import Row

__all__ = [
    "pharmvar_releases",
]


COLUMNS: Final = (
    "Haplotype Name", "Gene", "rsID", "ReferenceSequence", "Variant Start", "Variant Stop",
    "Reference Allele", "Variant Allele", "Type",
)  # fmt: skip
_WANTED: Final = re.compile(r"(^|/)GRCh38/(.*/)?[^/]+(\.NC_\d+\.\d+\.haplotypes\.tsv|\.vcf)$")
_VERSION: Final = re.compile(r"(?:pharmvar|version)[-_=: ]*v?(\d+(?:\.\d+){0,3})", re.IGNORECASE)
_IN_NAME: Final = re.compile(r"-v?(\d+(?:\.\d+){1,3})\.zip$", re.IGNORECASE)
_CHROMOSOME: Final = re.compile(r"NC_0000(\d\d)\.(\d+)")
_MITOCHONDRIAL: Final = "NC_012920.1"
_REFERENCE: Final = "REFERENCE"
_GAP: Final = "-"
_STAR: Final = re.compile(r"(\*\d+[A-Z]?)\.\d{3}")
_NUMBERED: Final = {"23": "X", "24": "Y"}


def pharmvar_releases(files: Sequence[SourceFile]) -> list[PublishedRelease]:
    """Read PharmVar's archives or unpacked tables, one release per gene."""
    found = []
    for file in files:
        try:
            found.append(_release(file))
        except PgxError as error:
            gene = re.split(r"[-_.]", file.path.name)[0]
            refused = Skipped(file.name, "file", error.line())
            found.append(msgspec.structs.replace(_about(gene, ""), unread=[refused]))
    return found


def _about(gene: str, version: str) -> PublishedRelease:
    return PublishedRelease(
        source=f"pharmvar-{gene}-{version}" if version else f"pharmvar-{gene}",
        name=f"PharmVar allele definitions of {gene}",
        version=version,
        date="",
        licence="PharmVar terms of use, citation required; facts only",
        url=f"https://www.pharmvar.org/gene/{gene}",
    )


def _release(file: SourceFile) -> PublishedRelease:
    data = read_bytes(file)
    packed = file.suffix == ".zip"
    members = zip_members(data, file.name, _WANTED) if packed else {file.name: data}
    tables = {name: member for name, member in members.items() if name.endswith(".tsv")}
    if len(tables) != 1:
        raise InputError(
            f"{len(tables)} tables of haplotypes on GRCh38, expected one",
            where=file.name,
            remedy="download the archive of one gene",
        )
    ((name, table),) = tables.items()
    where = f"{file.name}, {name}" if name != file.name else name
    rows = parse_csv(table, where, "\t")
    require_columns(rows, COLUMNS, where)
    genes = {row["Gene"] for row in rows}
    if len(genes) != 1:
        raise InputError(f"{len(genes)} genes in one table", where=where)
    gene = gene_symbol(genes.pop(), where)
    about = _about(gene, _version(table, file))
    anchored = _anchored(members)
    document, unread = _document(rows, gene, about.version, anchored, where)
    return msgspec.structs.replace(about, definitions={gene: document}, unread=unread)


def _version(table: bytes, file: SourceFile) -> str:
    """Return the version in the first line of the table, else in the file's name."""
    first = table[:200].split(b"\n")[0].decode("utf-8", "replace")
    match = _VERSION.search(first) if first.startswith("#") else None
    match = match or _IN_NAME.search(file.path.name)
    return match[1] if match else ""


def _anchored(members: Mapping[str, bytes]) -> dict[Variant, Variant]:
    """Return VCF records of insertions and deletions by the variant without the preceding base.

    The key has the position of the first deleted base, or of the base after the insertion.
    """
    found = {}
    for name, member in members.items():
        for line in member.decode("utf-8", "replace").splitlines() if name.endswith(".vcf") else ():
            cells = line.split("\t")
            if line.startswith("#") or len(cells) < 5:
                continue
            record = Variant(position(cells[1], name), cells[3], cells[4])
            # PharmVar's table omits VCF's anchor base: the key is the variant without it
            if record.ref[:1] == record.alt[:1] and 1 in (len(record.ref), len(record.alt)):
                bare = Variant(record.position + 1, record.ref[1:], record.alt[1:])
                found[bare] = record
    return found


def _document(
    rows: Sequence[Row],
    gene: str,
    version: str,
    anchored: Mapping[Variant, Variant],
    where: str,
) -> tuple[dict[str, Any], list[Skipped]]:
    sequences = {row["ReferenceSequence"] for row in rows}
    if len(sequences) != 1:
        raise InputError("several reference sequences in one table", where=where)
    refseq = sequences.pop()
    variants: dict[str, list[Variant]] = {}
    references = []
    names: dict[int, str] = {}
    for row in rows:
        name = _name(row["Haplotype Name"], gene, where)
        own = variants.setdefault(name, [])
        if row["rsID"] == _REFERENCE:
            references.append(name)
        else:
            variant = _variant(row, anchored, where)
            own.append(variant)
            if row["rsID"].startswith("rs"):
                names[variant.position] = label(row["rsID"], "an rsID", where)
    kept, unread = _cores(variants, where)
    reference = {kept[name] for name in references if name in kept}
    alleles = [
        Allele(
            name=core, variants=tuple(dict.fromkeys(variants[name])), reference=core in reference
        )
        for name, core in kept.items()
    ]
    about = {
        "source": "PharmVar",
        "version": version,
        "chromosome": _chromosome(refseq, where),
        "refseq": label(refseq, "the reference sequence", where),
    }
    return definition(gene, alleles, names, about), unread


def _name(text: str, gene: str, where: str) -> str:
    """Return an allele's name without the gene prefix."""
    name = label(text, "an allele's name", where)
    return name.removeprefix(gene).strip() or name


def _cores(
    variants: Mapping[str, list[Variant]], where: str
) -> tuple[dict[str, str], list[Skipped]]:
    """Return the haplotypes to use with their names; core alleles replace their suballeles.

    A suballele without variants represents its core allele, if that is not listed.
    """
    kept: dict[str, str] = {}
    passed = 0
    for name, own in variants.items():
        match = _STAR.fullmatch(name)
        if match and match[1] in variants:
            passed += 1
        # a suballele with the reference sequence is its core allele
        elif match and not own:
            kept[name] = match[1]
        else:
            kept[name] = name
    why = "their core alleles are used"
    return kept, [Skipped(where, f"{passed} suballeles", why)] if passed else []


def _variant(row: Row, anchored: Mapping[Variant, Variant], where: str) -> Variant:
    start, stop = (position(row[name], where) for name in ("Variant Start", "Variant Stop"))
    ref, alt = row["Reference Allele"], row["Variant Allele"]
    if BASES.fullmatch(ref) and BASES.fullmatch(alt):
        return Variant(start, ref, alt)
    for bare in _gaps(start, stop, ref, alt):
        if bare in anchored:
            return anchored[bare]
    # without this variant its carriers would be called another allele: the gene is not used
    raise InputError(
        f"the variant at {start} has no base before it, here or in a VCF file of the archive",
        where=where,
        remedy="use the archive as it is downloaded",
    )


def _gaps(start: int, stop: int, ref: str, alt: str) -> Iterator[Variant]:
    """Return an insertion or deletion without its anchor base, the key of VCF records."""
    if ref == _GAP:
        yield Variant(stop, "", alt)
        yield Variant(start + 1, "", alt)
    elif alt == _GAP:
        yield Variant(start, ref, "")


def _chromosome(refseq: str, where: str) -> str:
    if refseq == _MITOCHONDRIAL:
        return "chrM"
    match = _CHROMOSOME.fullmatch(refseq)
    if match is None:
        raise InputError("the reference sequence is not a chromosome", where=where)
    number = match[1].lstrip("0")
    return f"chr{_NUMBERED.get(match[1], number)}"
