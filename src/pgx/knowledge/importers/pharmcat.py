"""PharmCAT's tables: allele definitions, exemptions, phenotypes (guidance: own module).

Definitions have format version 2. A cell is a sequence, an IUPAC code (a "wobble": either base),
two sequences separated by ``or``, or null if the allele does not specify it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any, Final

import msgspec

from pgx.errors import InputError, PgxError
from pgx.knowledge.importers.definitions import PhenotypeFile, functions_and_rules
from pgx.knowledge.importers.gene_documents import BASES, CODES
from pgx.knowledge.importers.published import PublishedRelease, pharmcat_kind
from pgx.knowledge.importers.source_files import (
    Skipped,
    SourceFile,
    gene_symbol,
    label,
    parse_json,
    read_bytes,
)

__all__ = [
    "pharmcat_releases",
]


FORMAT: Final = "2"
"""Supported format version of definitions."""
_STAMP: Final = re.compile(r"\d{4}-\d{2}-\d{2}(-\d{2}-\d{2})?")
_OR: Final = " or "
_LICENCE: Final = "CC0 1.0 (CPIC), CC BY-SA 4.0 (ClinPGx annotations; facts only)"
_FDA_LICENCE: Final = ", public domain (FDA)"
Position = Annotated[int, msgspec.Meta(ge=1, le=400_000_000)]


class _Variant(msgspec.Struct, rename="camel"):
    position: Position
    ref: str
    alts: list[str]
    rsid: str | None = None
    chromosome_hgvs_name: str | None = None


class _NamedAllele(msgspec.Struct, rename="camel"):
    name: str
    alleles: list[str | None]
    reference: bool
    id: str | None = None
    structural_variant: bool = False
    core_positions: list[Position] | None = None


class _Definition(msgspec.Struct, rename="camel"):
    gene: str
    version: str
    chromosome: str
    genome_build: str
    ref_seq_chromosome_id: str
    variants: list[_Variant]
    named_alleles: list[_NamedAllele]
    hidden_core_alleles: list[_NamedAllele] = []


class _Format(msgspec.Struct, rename="camel"):
    format_version: str | int


class _Exemption(msgspec.Struct, rename="camel"):
    required_positions: list[Position] = []


class _FileReader:
    """Reads files one by one; contents are grouped by the stamp inside the files."""

    def __init__(self) -> None:
        self.by_stamp: dict[str, PublishedRelease] = {}
        self.exemptions: dict[str, dict[str, Any]] = {}
        self.unstamped = _about("")

    def contents(self, stamp: str) -> PublishedRelease:
        known = _checked_stamp(stamp)
        return self.by_stamp.setdefault(known, _about(known))

    def read(self, file: SourceFile) -> None:
        readers = {
            "definition": self._definition,
            "phenotype": self._phenotype,
            "exemptions": self._exemptions,
            "guidance": self._guidance,
        }
        try:
            readers[pharmcat_kind(file)](read_bytes(file), file.name)
        except PgxError as error:
            self.unstamped.unread.append(Skipped(file.name, "file", error.line()))

    def _definition(self, data: bytes, name: str) -> None:
        known = parse_json(data, name, _Format).format_version
        if str(known) != FORMAT:
            raise InputError(
                f"formatVersion {label(str(known), 'formatVersion', name)} is not known",
                where=name,
                remedy=f"use a release of PharmCAT with definitions of format {FORMAT}",
            )
        source = parse_json(data, name, _Definition)
        gene, contents = gene_symbol(source.gene, name), self.contents(source.version)
        if gene in contents.definitions:
            raise InputError(f"another file defines {gene}", where=name)
        contents.definitions[gene] = _document(source, gene, name)
        contents.unread.extend(
            Skipped(name, f"allele {hidden.name}", "hidden in PharmCAT: its suballeles are used")
            for hidden in source.hidden_core_alleles
        )

    def _phenotype(self, data: bytes, name: str) -> None:
        source = parse_json(data, name, PhenotypeFile)
        gene, contents = gene_symbol(source.gene, name), self.contents(source.version)
        if gene in contents.functions:
            raise InputError(f"another file has the phenotypes of {gene}", where=name)
        functions, rules, unread = functions_and_rules(source, gene, name)
        contents.functions[gene] = functions
        contents.rules[gene] = rules
        contents.unread.extend(unread)

    def _exemptions(self, data: bytes, name: str) -> None:
        parse_json(data, name, dict[str, _Exemption])
        found = parse_json(data, name, dict[str, dict[str, Any]])
        for gene, exempt in found.items():
            notes = {key: value for key, value in exempt.items() if value and key != "gene"}
            self.exemptions[gene_symbol(gene, name)] = notes

    def _guidance(self, data: bytes, name: str) -> None:
        from pgx.knowledge.importers.pharmcat_guidance import guidance_rows

        stamp, rows, unread = guidance_rows(data, name)
        contents = self.contents(stamp) if stamp else self.unstamped
        contents.guidance.extend(rows)
        contents.unread.extend(unread)

    def releases(self) -> list[PublishedRelease]:
        """Return one release per stamp; content without a stamp belongs to the newest."""
        # content without a stamp was published with the newest
        stamp = max(self.by_stamp, default="")
        newest = self.by_stamp.setdefault(stamp, _about(stamp))
        newest.guidance.extend(self.unstamped.guidance)
        newest.unread.extend(self.unstamped.unread)
        for contents in self.by_stamp.values():
            for gene, document in contents.definitions.items():
                if self.exemptions.get(gene):
                    document["notes"] = self.exemptions[gene]
        return [_licensed(self.by_stamp[stamp]) for stamp in sorted(self.by_stamp)]


def pharmcat_releases(files: Sequence[SourceFile]) -> list[PublishedRelease]:
    """Read PharmCAT's files; files of one stamp form one release, damaged files are skipped."""
    reader = _FileReader()
    for file in files:
        reader.read(file)
    return reader.releases()


def _about(stamp: str) -> PublishedRelease:
    day = stamp[:10]
    return PublishedRelease(
        source=f"pharmcat-{day}" if day else "pharmcat",
        name="ClinPGx/PharmVar/CPIC definitions, phenotype rules and guidance, as in PharmCAT",
        version=stamp,
        date=day,
        licence=_LICENCE,
        url="https://pharmcat.clinpgx.org",
    )


def _licensed(release: PublishedRelease) -> PublishedRelease:
    """Return a release with the license of the FDA's texts, if it has any."""
    of_fda = any(row["source"].startswith("FDA") for row in release.guidance)
    licence = release.licence + (_FDA_LICENCE if of_fda else "")
    return msgspec.structs.replace(release, licence=licence)


def _checked_stamp(text: str) -> str:
    return text if _STAMP.fullmatch(text) else ""


def _document(source: _Definition, gene: str, name: str) -> dict[str, Any]:
    if not source.genome_build.startswith("GRCh38"):
        raise InputError("the definitions are not on GRCh38", where=name)
    places = [variant.position for variant in source.variants]
    names = [label(allele.name, "an allele's name", name) for allele in source.named_alleles]
    if len(set(places)) < len(places) or len(set(names)) < len(names):
        raise InputError("a position or an allele stands twice", where=name)
    # every other allele is defined by its difference from the reference
    if sum(allele.reference for allele in source.named_alleles) != 1:
        raise InputError("not exactly one allele is the reference", where=name)
    return {
        "gene": gene,
        "source": "ClinPGx/PharmVar, definition tables of PharmCAT",
        "version": _checked_stamp(source.version),
        "build": label(source.genome_build, "the assembly", name),
        "chromosome": label(source.chromosome, "the chromosome", name),
        "refseq": label(source.ref_seq_chromosome_id, "the chromosome's sequence", name),
        "variants": [_variant(variant, name) for variant in source.variants],
        "alleles": [_allele(allele, source.variants, name) for allele in source.named_alleles],
    }


def _variant(variant: _Variant, name: str) -> dict[str, Any]:
    if not all(BASES.fullmatch(sequence) for sequence in (variant.ref, *variant.alts)):
        raise InputError(f"no sequence of bases at {variant.position}", where=name)
    if not variant.alts or len({variant.ref, *variant.alts}) <= len(variant.alts):
        raise InputError(
            f"no alternative sequence, or one twice, at {variant.position}", where=name
        )
    hgvs = variant.chromosome_hgvs_name
    return {
        "position": variant.position,
        "ref": variant.ref,
        "alts": variant.alts,
        "rsid": label(variant.rsid, "an rsID", name) if variant.rsid else None,
        "hgvs_g": label(hgvs, "a variant's name", name) if hgvs else None,
    }


def _allele(allele: _NamedAllele, variants: Sequence[_Variant], name: str) -> dict[str, Any]:
    if len(allele.alleles) != len(variants):
        raise InputError(
            f"allele {allele.name}: {len(allele.alleles)} cells, expected {len(variants)}",
            where=name,
        )
    cells = {
        str(variant.position): _cell(cell, variant, allele.name, name)
        for variant, cell in zip(variants, allele.alleles, strict=True)
        if cell is not None
    }
    return {
        "name": label(allele.name, "an allele's name", name),
        "id": label(allele.id, "an allele's identifier", name) if allele.id else None,
        "reference": allele.reference,
        "structural": allele.structural_variant,
        "core_positions": allele.core_positions,
        "defining": cells,
    }


def _cell(cell: str, variant: _Variant, allele: str, name: str) -> str:
    """Return a cell whose sequences are all valid at its position."""
    known = {variant.ref, *variant.alts}
    either = {base for sequence in known for base in sequence}
    for sequence in cell.split(_OR):
        # a wobble may include bases that no allele has; one common base is enough
        bases = CODES.get(sequence, "")
        if sequence not in known and not (bases and set(bases) & either):
            raise InputError(
                f"allele {allele} has a sequence at {variant.position} that its position has not",
                where=name,
            )
    return cell
