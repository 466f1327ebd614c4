"""The VCF header: samples, contigs, assembly, and the origin of the genotypes.

Sequencing reads a base: ``0/0`` means that the base is REF. An array or an imputation panel tests
single alternatives: ``0/0`` means that *this* alternative is absent, and a position without a
record was not examined. Only the header shows which of them produced a file.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

import msgspec

from pgx.base.assemblies import (
    CANONICAL,
    MITOCHONDRION,
    Assembly,
    accession_assembly,
    assembly_of_length,
    canonical_contig,
    contig_length,
)
from pgx.errors import AssemblyMismatchError, SampleNotFoundError
from pgx.io import scan_codes
from pgx.io.faults import fault

__all__ = [
    "ORIGIN_KEYS",
    "GenotypeOrigin",
    "Platform",
    "VcfHeader",
    "check_start",
    "genotype_origin",
    "parse_header",
]


class Platform(StrEnum):
    """What produced the genotypes of a file."""

    UNKNOWN = "unknown"  # no sign of another platform: read as sequencing
    ARRAY = "array"
    IMPUTED = "imputed"


class GenotypeOrigin(NamedTuple):
    """The platform of a file's genotypes, and the part of the header that shows it."""

    platform: Platform = Platform.UNKNOWN
    sign: str = ""

    @property
    def probes_alleles(self) -> bool:
        """Whether a record is informative for its own alternatives only."""
        return self.platform is not Platform.UNKNOWN


ORIGIN_KEYS: Final = re.compile(
    r"INFO|FORMAT|FILTER|source|arrayType|extendedIlluminaManifestVersion|mis_pipeline|pipeline"
    r"|[\w+]*Command(?:Line)?",
    re.IGNORECASE,
)
"""Keys of the header's lines that `genotype_origin` reads."""

_ID: Final = re.compile(r"##(INFO|FORMAT|FILTER)=<.*?\bID=([^,>]+)")
# of reads: a file that has one of these was made from them, whatever dosages were added
_OF_READS: Final = frozenset({"AD", "DP", "PL", "GL", "MIN_DP", "AO", "DPR"})
# minimac 3 and 4 with their servers, Beagle 4 and 5, PBWT (Sanger), SNPTools and MaCH (RSQ)
_IMPUTED_INFO: Final = frozenset(
    {"IMPUTED", "TYPED", "TYPED_ONLY", "DR2", "AR2", "ER2", "AVG_CS", "RefPanelAF", "RSQ"}
)
_IMPUTED_FILTERS: Final = frozenset({"GENOTYPED", "IMPUTED", "GENOTYPED_ONLY"})  # minimac 3
_QUALITY_INFO: Final = frozenset({"R2", "INFO", "IMP"})  # imputed only beside a dosage
_DOSAGES: Final = frozenset({"DS", "GP"})
# bcftools gtc2vcf and affy2vcf, Picard's GtcToVcf
_ARRAY_FORMATS: Final = frozenset({"BAF", "LRR", "IGC", "NORMX", "NORMY", "THETA"})
_ARRAY_INFO: Final = frozenset(
    {"ALLELE_A", "ALLELE_B", "BEADSET_ID", "PROBE_A", "PROBE_B", "ILLUMINA_STRAND", "assay_type"}
)
_FEWEST_ARRAY_SIGNS: Final = 2  # callers of copy numbers write BAF or LRR, too
_PROVISIONAL: Final = re.compile(r"##INFO=<.*?\bID=PR,.*provisional reference", re.IGNORECASE)
_SOFTWARE: Final = (
    (Platform.IMPUTED, re.compile(
        r"minimac|impute ?[245](?![a-z])|glimpse|quilt|stitch v?\d|imputationserver|pbwt",
        re.IGNORECASE)),
    (Platform.ARRAY, re.compile(
        r"gtc2vcf|affy2vcf|gtctovcf|tsv2vcf|genomestudio|beadchip|axiom|affymetrix|infinium"
        r"|23andme|ancestrydna|plink ?v?[12.]|plink$",
        re.IGNORECASE)),
)  # fmt: skip


def genotype_origin(lines: Iterable[str]) -> GenotypeOrigin:
    """Return the origin of genotypes from the metadata lines of a header.

    Parameters
    ----------
    lines
        Lines that begin with ``##``; keys other than `ORIGIN_KEYS` are ignored.

    Notes
    -----
    If sequencing is taken for an array, known bases count as unknown; if an array is taken for
    sequencing, alleles that were never probed count as absent, which is worse. One clear sign
    is therefore enough. A word from example headers (``myImputationProgram``) is not one.
    """
    ids: dict[str, set[str]] = {"INFO": set(), "FORMAT": set(), "FILTER": set()}
    written_by = GenotypeOrigin()
    for line in lines:
        declared = _ID.match(line)
        if declared is None:
            written_by = written_by if written_by.probes_alleles else _software(line)
        else:
            ids[declared[1]].add(declared[2])
            if _PROVISIONAL.match(line):
                written_by = GenotypeOrigin(Platform.ARRAY, "INFO PR")
    declared_by = _imputed(ids) or _array(ids)
    return declared_by or written_by


def _software(line: str) -> GenotypeOrigin:
    """Return the platform of the program that a line names."""
    key, _, value = line[2:].partition("=")
    if ORIGIN_KEYS.fullmatch(key):
        for platform, pattern in _SOFTWARE:
            found = pattern.search(f"{key}={value}"[:_READ_OF_A_LINE].strip())
            if found:
                return GenotypeOrigin(platform, f"{key}: {found[0]}")
    return GenotypeOrigin()


_READ_OF_A_LINE: Final = 400  # command lines list every option; the program comes first


def _imputed(ids: dict[str, set[str]]) -> GenotypeOrigin | None:
    formats = ids["FORMAT"]
    has_dosage, of_reads = bool(_DOSAGES & formats), bool(_OF_READS & formats)
    signs = [f"INFO {name}" for name in sorted(_IMPUTED_INFO & ids["INFO"])]
    signs += [f"FILTER {name}" for name in sorted(_IMPUTED_FILTERS & ids["FILTER"])]
    signs += ["FORMAT HDS"] if "HDS" in formats else []
    if has_dosage and not of_reads:
        signs += [f"FORMAT {name}" for name in sorted(_DOSAGES & formats)]
    elif has_dosage:
        signs += [f"INFO {name}" for name in sorted(_QUALITY_INFO & ids["INFO"])]
    return GenotypeOrigin(Platform.IMPUTED, signs[0]) if signs else None


def _array(ids: dict[str, set[str]]) -> GenotypeOrigin | None:
    signs = [f"FORMAT {name}" for name in sorted(_ARRAY_FORMATS & ids["FORMAT"])]
    signs += [f"INFO {name}" for name in sorted(_ARRAY_INFO & ids["INFO"])]
    if len(signs) >= _FEWEST_ARRAY_SIGNS or "IGC" in ids["FORMAT"]:
        return GenotypeOrigin(Platform.ARRAY, signs[0])
    return None


_COLUMNS: Final = ("#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT")
_MOST_BYTES: Final = 4  # of a character in UTF-8
_VERSION: Final = re.compile(rb"##fileformat=VCFv4\.\d+")
_PLAIN_CONTIG: Final = re.compile(r'##contig=<ID=([^,"<>]+),length=(\d{1,11})>')
_PLAIN_CONTIGS: Final = re.compile(
    rb'(?:##contig=<ID=[^,"<>\x00-\x1f\x7f-\xff]+,length=[0-9]{1,11}>\n)++'
)
# each letter is looked at once: \b and ++ keep a long word without "=" from being tried again
_PAIR: Final = re.compile(r'\b(\w++)=("(?:[^"\\]|\\.)*"|[^,>]*)')
_TEXT_37: Final = re.compile(
    r"grch37|hg19|hs37|g1k_v37|ncbi37|(?<![a-z0-9])b37(?![a-z0-9])"
    r"|gcf_000001405\.(1[3-9]|2[0-5])(?!\d)|gca_000001405\.([1-9]|1[0-4])(?!\d)",
    re.IGNORECASE,
)
_TEXT_38: Final = re.compile(
    r"grch38|hg38|hs38|ncbi38|(?<![a-z0-9])b38(?![a-z0-9])"
    r"|gcf_000001405\.(2[6-9]|[34]\d)(?!\d)|gca_000001405\.(1[5-9]|2\d)(?!\d)",
    re.IGNORECASE,
)
_INDEL_LIMIT: Final = re.compile(
    r"(?:indelSizeToEliminateInRefModel|indel-size-to-eliminate-in-ref-model)[= ](\d+)"
)


class VcfHeader(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of a header.

    ``contigs`` maps names as written to declared lengths. ``assembly_signals`` lists what
    names an assembly and which. ``gatk_indel_limit`` is the longest indel that
    HaplotypeCaller's reference blocks rule out. ``n_lines`` counts the header's lines.
    ``origin`` says whether the genotypes come from an array or from imputation.
    """

    samples: tuple[str, ...]
    contigs: dict[str, int | None]
    assembly_signals: tuple[tuple[str, Assembly], ...]
    lists_blocks: bool
    gatk_indel_limit: int | None
    mitochondrion_length: int | None
    n_lines: int
    origin: GenotypeOrigin = GenotypeOrigin()

    @property
    def declared_assembly(self) -> Assembly | None:
        """The assembly that all signals agree on, None without any.

        Raises
        ------
        AssemblyMismatchError
            Two signals name different assemblies.
        """
        first: dict[Assembly, str] = {}
        for signal, assembly in self.assembly_signals:
            first.setdefault(assembly, signal)
        if len(first) > 1:
            both = " but ".join(f"{signal} says {which}" for which, signal in first.items())
            raise AssemblyMismatchError(
                f"the header contradicts itself: {both}",
                remedy="correct the header or convert the file again",
            )
        return next(iter(first), None)

    def expected_lengths(self) -> dict[str, int]:
        """Return contig lengths of the declared assembly by canonical name, none without one."""
        assembly = self.declared_assembly
        if assembly is None:
            return {}
        return {name: contig_length(name, assembly) for name in CANONICAL}


def check_start(start: bytes, path: str) -> None:
    """Refuse text that cannot be VCF by its first bytes, saying what it looks like.

    Raises
    ------
    VcfFormatError
        UTF-16, a byte-order mark, a web page, a git-lfs pointer, another version, or no
        ``##fileformat`` line.
    """
    if start[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in start[:4]:
        raise fault(scan_codes.FAULT_UTF16, path)
    if start.startswith(b"\xef\xbb\xbf"):
        raise fault(scan_codes.FAULT_BOM, path)
    lowered = start[:512].lstrip().lower()
    if lowered.startswith((b"<!doctype", b"<html", b"<?xml", b"<head", b"<body")):
        raise fault(scan_codes.FAULT_HTML, path)
    if start.startswith(b"version https://git-lfs"):
        raise fault(scan_codes.FAULT_LFS, path)
    if not start.startswith(b"##fileformat=VCFv"):
        raise fault(scan_codes.FAULT_NOT_VCF, path, line=1)
    if not start.startswith(b"##fileformat=VCFv4."):
        raise fault(scan_codes.FAULT_VERSION, path, line=1)


def parse_header(data: bytes, path: str) -> VcfHeader:
    """Read the header of a file.

    Parameters
    ----------
    data
        All bytes from the first line to the end of the last line that begins with ``#``.
    path
        Name for messages.

    Raises
    ------
    VcfFormatError
        A line breaks the format.
    SampleNotFoundError
        The file has no samples.
    """
    contigs: dict[str, int | None] = {}
    signals: list[tuple[str, Assembly]] = []
    indel_limits: list[int] = []
    lists_blocks = False
    columns: list[str] | None = None
    metadata: list[str] = []
    number = 0
    for number, line in _lines(data, path):
        if isinstance(line, bytes):
            if columns is not None:
                first = number - line.count(b"\n") + 1
                raise fault(scan_codes.FAULT_HEADER_IN_BODY, path, line=first)
            _read_plain_contigs(line, contigs, signals)
            continue
        if _is_comment(line):
            continue
        if columns is not None:
            raise fault(scan_codes.FAULT_HEADER_IN_BODY, path, line=number)
        if line.startswith("##contig=<"):
            _read_contig(line, contigs, signals, path, number)
        elif line.startswith(("##reference=", "##assembly=")):
            _read_text_signal(line.partition("=")[0][2:], line, signals)
        elif line.startswith(("##ALT=<ID=NON_REF,", "##ALT=<ID=*,")):
            lists_blocks = True
        elif line.startswith("##GATKCommandLine") and "HaplotypeCaller" in line:
            indel_limits.extend(int(m) for m in _INDEL_LIMIT.findall(line) if len(m) < 7)
        elif line.startswith("##"):
            metadata.append(line)
        else:
            columns = _read_columns(line, path, number)
    if columns is None:
        raise fault(scan_codes.FAULT_NO_COLUMNS_LINE, path)
    return VcfHeader(
        samples=_read_samples(columns, path, number),
        contigs=contigs,
        assembly_signals=tuple(dict.fromkeys(signals)),
        lists_blocks=lists_blocks,
        gatk_indel_limit=min(indel_limits, default=None),
        mitochondrion_length=_mitochondrion(contigs),
        n_lines=number,
        origin=genotype_origin(metadata),
    )


def _is_comment(line: str) -> bool:
    """Whether a line is neither metadata nor the columns' names, as in records."""
    return not line.startswith("##") and not line[:6].upper().startswith("#CHROM")


def _lines(data: bytes, path: str) -> Iterator[tuple[int, str | bytes]]:
    """Yield numbered header lines as text, after checking their bytes.

    Lines of plain contigs, of which a header may have thousands, come together as bytes, with
    the number of the last of them.
    """
    at = number = 0
    while at < len(data):
        contigs = _PLAIN_CONTIGS.match(data, at) if number else None
        if contigs is not None:
            number += data.count(b"\n", at, contigs.end())
            at = contigs.end()
            yield number, contigs[0]
            continue
        stop = data.find(b"\n", at)
        stop = len(data) if stop < 0 else stop
        line = data[at:stop]
        number += 1
        line = line[:-1] if line.endswith(b"\r") else line
        if b"\r" in line:
            raise fault(scan_codes.FAULT_LONE_CR, path, line=number)
        if number == 1 and not _VERSION.fullmatch(line):
            raise fault(scan_codes.FAULT_NOT_VCF, path, line=1)
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError as error:
            raise fault(scan_codes.FAULT_HEADER_TEXT, path, line=number) from error
        yield number, text
        at = stop + 1


def _read_contig(
    line: str,
    contigs: dict[str, int | None],
    signals: list[tuple[str, Assembly]],
    path: str,
    number: int,
) -> None:
    if plain := _PLAIN_CONTIG.fullmatch(line):  # most of the thousands of lines of a header
        _note_contig(plain[1], int(plain[2]), contigs, signals)
        return
    pairs = {key: value.strip('"') for key, value in _PAIR.findall(line, len("##contig=<"))}
    name = pairs.get("ID", "")
    if not name:
        raise fault(scan_codes.FAULT_HEADER_LINE, path, line=number, detail="no ID")
    text = pairs.get("length")
    if text is not None and not (text.isascii() and text.isdigit() and len(text) < 12):
        raise fault(scan_codes.FAULT_HEADER_LINE, path, line=number, detail="length")
    length = int(text) if text is not None else None
    shown = "a contig" if canonical_contig(name) is None else f"contig {name}"  # any text else
    _read_text_signal(f"assembly of {shown}", pairs.get("assembly", ""), signals)
    _note_contig(name, length, contigs, signals)


def _read_plain_contigs(
    lines: bytes, contigs: dict[str, int | None], signals: list[tuple[str, Assembly]]
) -> None:
    """Read lines that `_PLAIN_CONTIGS` matched, as `_read_contig` reads each of them."""
    for line in lines.decode("ascii").split("\n")[:-1]:
        name, _, length = line[len("##contig=<ID=") : -1].partition(",length=")
        if canonical_contig(name) is None:
            contigs[name] = int(length)
        else:
            _note_contig(name, int(length), contigs, signals)


def _note_contig(
    name: str,
    length: int | None,
    contigs: dict[str, int | None],
    signals: list[tuple[str, Assembly]],
) -> None:
    contigs[name] = length
    canonical = canonical_contig(name)
    if canonical is None:
        return
    by_name = accession_assembly(name)
    if by_name is not None:
        signals.append((f"contig name {name}", by_name))
    by_length = assembly_of_length(canonical, length) if length is not None else None
    if by_length is not None:
        signals.append((f"length of contig {name}", by_length))


def _read_text_signal(signal: str, text: str, signals: list[tuple[str, Assembly]]) -> None:
    """Note the assembly named in a text; a text that names both is ignored."""
    is_37, is_38 = bool(_TEXT_37.search(text)), bool(_TEXT_38.search(text))
    if is_37 != is_38:
        signals.append((signal, Assembly.GRCH37 if is_37 else Assembly.GRCH38))


def _read_columns(line: str, path: str, number: int) -> list[str]:
    columns = line.split("\t")
    if tuple(columns[:9]) == _COLUMNS or tuple(columns) == _COLUMNS[:8]:
        return columns
    if line.startswith("#CHROM "):
        raise fault(scan_codes.FAULT_SPACES, path, line=number)
    raise fault(scan_codes.FAULT_COLUMNS, path, line=number)


def _read_samples(columns: list[str], path: str, number: int) -> tuple[str, ...]:
    samples = tuple(columns[9:])
    if not samples:
        raise SampleNotFoundError(
            "the file has no samples", where=path, remedy="give a file with genotypes"
        )
    if not _are_plain(samples):
        for index, name in enumerate(samples):
            is_long = len(name.encode("utf-8", "surrogatepass")) > scan_codes.MAX_SAMPLE_NAME
            if not name or is_long or name != name.strip() or any(map(_is_hidden, name)):
                detail = f"sample {index + 1}"
                raise fault(scan_codes.FAULT_SAMPLE_NAME, path, line=number, detail=detail)
    if len(set(samples)) < len(samples):
        raise fault(scan_codes.FAULT_SAMPLE_TWICE, path, line=number)
    return samples


def _are_plain(names: Sequence[str]) -> bool:
    """Whether no name is empty, long, or has a space or a hidden character; tested together."""
    joined = "".join(names)
    longest = max(map(len, names))
    if longest * (1 if joined.isascii() else _MOST_BYTES) > scan_codes.MAX_SAMPLE_NAME:
        return False
    return joined.isprintable() and " " not in joined and "" not in names


def _is_hidden(character: str) -> bool:
    """Whether a character is invisible: control, format (direction), separator."""
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")


def _mitochondrion(contigs: dict[str, int | None]) -> int | None:
    for name, length in contigs.items():
        if canonical_contig(name) == MITOCHONDRION and length is not None:
            return length
    return None
