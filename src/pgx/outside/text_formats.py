"""Text formats of other callers: Aldy, Stargazer, StellarPGx and PyPGx.

Each format has a function that recognises a file by its content and one that reads its calls.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Final

from pgx.errors import OutsideCallError
from pgx.outside.calls import OutsideCall, UnusedReason, split_solutions, tool_call
from pgx.outside.file import OutsideFile, parse_rows

__all__ = [
    "is_aldy_log",
    "is_aldy_simple",
    "is_aldy_table",
    "is_gene",
    "is_pypgx_table",
    "is_stargazer",
    "is_stellarpgx",
    "is_stellarpgx_summary",
    "read_aldy_log",
    "read_aldy_simple",
    "read_aldy_table",
    "read_pypgx_archive",
    "read_pypgx_table",
    "read_stargazer",
    "read_stellarpgx",
    "read_stellarpgx_summary",
]


# Aldy lists solutions, all of which count alike. An allele with a variant outside its definition
# (``*1-like``, ``*41+rs368858603``) is novel: its function is unknown.
_ALDY: Final = "Aldy"
_ALDY_COLUMNS: Final = ("sample", "gene", "solutionid", "major")
_GENE_SYMBOL: Final = re.compile(r"[A-Z][A-Z0-9-]{1,15}", re.ASCII)
_ALDY_DIPLOTYPE: Final = re.compile(r"\*?\d[^/\t]*/\s*\*?\d[^/\t]*", re.ASCII)
_SAMPLE_LINE: Final = re.compile(r"\s*(?:Best|Potential) (\S+) star-alleles for (.+):", re.ASCII)
_RESULTS_TITLE: Final = re.compile(r"\s*(\S+) results:", re.ASCII)
_RESULT_LINE: Final = re.compile(r"\s+(?:- )?(\*\d[^()\n]*?)\s*(?:\(.*)?", re.ASCII)
_DEFINED_ALLELE: Final = re.compile(r"\*?\d+[A-Z]*(\.\d+)?X?(_\d+)?(x\d+)?", re.ASCII)
_ALDY_SUFFIX: Final = ".ALDY"  # marks allele names that only Aldy's database defines

_SampleGene = tuple[str, str]


def is_aldy_table(file: OutsideFile) -> bool:
    """Whether a text is a decomposition (``.aldy``), by its columns."""
    return file.header >= {*_ALDY_COLUMNS, "minor", "copy", "allele"}


def read_aldy_table(file: OutsideFile) -> list[OutsideCall]:
    """Return one call of each gene and sample, of all its solutions.

    Raises
    ------
    OutsideCallError
        A line has too few columns, or a sample's solution has two diplotypes.
    """
    header = [c.lower().lstrip("#") for c in file.cells[0]]
    places = [header.index(name) for name in _ALDY_COLUMNS]
    found: dict[_SampleGene, dict[str, str]] = {}
    where: dict[_SampleGene, str] = {}
    for (number, line), cells in zip(file.lines, file.cells, strict=True):
        if line.startswith("#"):
            continue
        place = f"{file.name} line {number}"
        if len(cells) <= max(places):
            raise _aldy_error("too few columns", place)
        sample, gene, solution, major = (cells[i] for i in places)
        known = found.setdefault((sample, gene), {})
        where.setdefault((sample, gene), place)
        if known.setdefault(solution, major) != major:
            raise _aldy_error("one solution has two diplotypes", place)
    if not found:
        raise _aldy_error("no solution is listed", file.name)
    return [
        _aldy_call(*key, list(diplotypes.values()), where[key]) for key, diplotypes in found.items()
    ]


def is_aldy_simple(file: OutsideFile) -> bool:
    """Whether a text is the simple form (``.simple``): sample, gene, pairs of solutions."""
    lines = file.cells  # twenty lines tell the format; each line is checked when it is read
    return bool(lines) and all(_is_simple(cells) for cells in lines[:20])


def _is_simple(cells: Sequence[str]) -> bool:
    if len(cells) < 2 or not cells[0] or not _GENE_SYMBOL.fullmatch(cells[1]):
        return False
    majors = [c for c in cells[2::2] if c]
    return all(_ALDY_DIPLOTYPE.fullmatch(major) for major in majors)


def read_aldy_simple(file: OutsideFile) -> list[OutsideCall]:
    """Return one call a line; a line without solutions is a no-call.

    Raises
    ------
    OutsideCallError
        A line has another form.
    """
    calls = []
    for (number, _), cells in zip(file.lines, file.cells, strict=True):
        where = f"{file.name} line {number}"
        if not _is_simple(cells):
            raise _aldy_error("not a sample, a gene and pairs of solutions", where)
        calls.append(_aldy_call(cells[0], cells[1], [c for c in cells[2::2] if c], where))
    return calls


def is_aldy_log(file: OutsideFile) -> bool:
    """Whether a text names Aldy near its beginning and has a line ``GENE results:``."""
    # Aldy prints its version first; a later mention may be a file name or a comment
    return "Aldy v" in file.text[:2_000] and any(_RESULTS_TITLE.fullmatch(n) for _, n in file.lines)


def read_aldy_log(file: OutsideFile) -> list[OutsideCall]:
    """Return one call of each gene that has results.

    Raises
    ------
    OutsideCallError
        No gene has results.
    """
    calls = list(_log_calls(file))
    if not calls:
        raise _aldy_error("no result is listed", file.name)
    return calls


def _log_calls(file: OutsideFile) -> Iterator[OutsideCall]:
    samples: dict[str, str] = {}
    lines = file.lines
    for place, (number, line) in enumerate(lines):
        if named := _SAMPLE_LINE.fullmatch(line):
            samples[named[1]] = named[2].strip()
        if opened := _RESULTS_TITLE.fullmatch(line):
            diplotypes = []
            for _, below in lines[place + 1 :]:
                if not below.startswith(" "):
                    break
                if result := _RESULT_LINE.fullmatch(below):
                    diplotypes.append(result[1])
            gene = opened[1]
            yield _aldy_call(samples.get(gene, ""), gene, diplotypes, f"{file.name} line {number}")


def _aldy_call(sample: str, gene: str, diplotypes: Sequence[str], where: str) -> OutsideCall:
    plain = [_diplotype_text(text) for text in diplotypes]
    alleles = [a for text in plain for haplotype in text.split("/") for a in haplotype.split("+")]
    # a novel allele has no function in any guideline, so the whole call is not used
    reason = "" if all(map(_DEFINED_ALLELE.fullmatch, alleles)) else UnusedReason.NOVEL.value
    return tool_call(_ALDY, gene.upper(), sample, plain, where, reason if any(plain) else "")


def _diplotype_text(text: str) -> str:
    """Return a diplotype without spaces and without the suffix of Aldy's own allele names."""
    return re.sub(r"\s+", "", text).replace(_ALDY_SUFFIX, "")


def _aldy_error(what: str, where: str) -> OutsideCallError:
    return OutsideCallError(what, where=where, remedy="let the tool write the file again")


_STARGAZER: Final = "Stargazer"
_STARGAZER_COLUMNS: Final = ("name", "hap1_main", "hap2_main")
_MAX_CELL: Final = 1_000_000  # a cell lists all variants of a haplotype
# values of the column status of a gene that was genotyped
_GENOTYPED: Final = frozenset({"", "g", "genotyped"})


def is_stargazer(file: OutsideFile) -> bool:
    """Whether a text has Stargazer's columns."""
    return file.header >= set(_STARGAZER_COLUMNS)


def read_stargazer(file: OutsideFile) -> list[OutsideCall]:
    """Return one call a line; the gene is from a column, else from the file's name.

    Raises
    ------
    OutsideCallError
        The table cannot be read, a line has no sample, or the gene is not named.
    """
    gene = "" if "gene" in file.header else file.gene_in_name()
    rows = parse_rows(file.text, file.name, _STARGAZER_COLUMNS, max_cell=_MAX_CELL)
    return [_stargazer_call(row, gene, f"{file.name} line {number}") for number, row in rows]


def _stargazer_call(row: dict[str, str], gene: str, where: str) -> OutsideCall:
    symbol = gene or row["gene"].upper()
    if not row["name"] or not symbol:
        raise OutsideCallError(
            "no sample, or no gene", where=where, remedy="fill in the line or remove it"
        )
    haplotypes = (row["hap1_main"], row["hap2_main"])
    genotyped = row.get("status", "").casefold() in _GENOTYPED
    is_missing = not genotyped or any(haplotype in ("", ".") for haplotype in haplotypes)
    reason = UnusedReason.NO_RESULT.value if is_missing else ""
    return tool_call(_STARGAZER, symbol, row["name"], ["/".join(haplotypes)], where, reason)


_STELLARPGX: Final = "StellarPGx"
_TITLE: Final = re.compile(r"^(\S+) Star Allele Calling with StellarPGx", re.MULTILINE)
_ALLELES_FILE: Final = re.compile(r"(.+)_[^_.]+\.alleles", re.IGNORECASE)
# the families of the guidelines' genes, without coagulation factors: these names are also those
# of wells on a plate, and so of samples
_GENE_CELL: Final = re.compile(
    r"(CYP|HLA-|UGT|SLCO|NUDT|NAT|ABCG|CACNA|IFNL|MT-RNR|RYR|VKORC)[A-Z0-9]+"
    r"|(CFT|DPY|G6P|TPM)[A-Z]",
    re.ASCII,
)
_RESULT_HEADING: Final = "result:"
_NOVEL: Final = "novel allele"
# results that state a copy-number change without naming the diplotype
_UNASSIGNED_MARKS: Final = ("duplication present", "deletion (*5) present")


def is_stellarpgx(file: OutsideFile) -> bool:
    """Whether a text has StellarPGx's title."""
    return _TITLE.search(file.text[:2_000]) is not None


def read_stellarpgx(file: OutsideFile) -> list[OutsideCall]:
    """Return the call of the one gene; only the file's name has the sample.

    Raises
    ------
    OutsideCallError
        No line says ``Result:``, or more than one.
    """
    title = _TITLE.search(file.text[:2_000])
    places = [
        i for i, (_, line) in enumerate(file.lines) if line.strip().casefold() == _RESULT_HEADING
    ]
    if title is None or len(places) != 1:
        raise OutsideCallError(
            f"{len(places)} lines say Result:, expected one",
            where=file.name,
            remedy="let the tool write the file again",
        )
    named = _ALLELES_FILE.fullmatch(file.name)
    below = file.lines[places[0] + 1 :]
    number, result = below[0] if below else (file.lines[-1][0], "")
    sample = named[1] if named else ""
    return [_stellarpgx_call(title[1].upper(), sample, result, f"{file.name} line {number}")]


def is_stellarpgx_summary(file: OutsideFile) -> bool:
    """Whether every line has a sample and a result, and no line is a header."""
    lines = file.cells
    return bool(lines) and all(_is_summary(cells) for cells in lines)


def is_gene(cell: str) -> bool:
    """Whether a cell is the symbol of a pharmacogene, which no sample is named after."""
    return _GENE_CELL.fullmatch(cell) is not None


def _is_summary(cells: list[str]) -> bool:
    if not 2 <= len(cells) <= 3 or not cells[0] or is_gene(cells[0]):
        return False  # a gene in the first column: a table of genes without its header
    return cells[1].lstrip("[").startswith("*") or _NOVEL in cells[1].casefold()


def read_stellarpgx_summary(file: OutsideFile) -> list[OutsideCall]:
    """Return one call a sample; the gene is in the file's name.

    Raises
    ------
    OutsideCallError
        The file's name has no gene.
    """
    gene = file.gene_in_name()
    return [
        _stellarpgx_call(gene, cells[0], "\t".join(cells[1:]), f"{file.name} line {number}")
        for (number, _), cells in zip(file.lines, file.cells, strict=True)
    ]


def _stellarpgx_call(gene: str, sample: str, result: str, where: str) -> OutsideCall:
    text = result.casefold()
    reason = ""
    if _NOVEL in text or "[" in text:  # brackets hold the known alleles that it resembles
        reason = UnusedReason.NOVEL.value
    elif any(mark in text for mark in _UNASSIGNED_MARKS):
        reason = UnusedReason.NOT_ASSIGNED.value
    elif "*" not in text:
        reason = UnusedReason.NO_RESULT.value
    return tool_call(_STELLARPGX, gene, sample, split_solutions(result), where, reason)


_PYPGX: Final = "PyPGx"
_DATA_FILE, _METADATA_FILE = "data.tsv", "metadata.txt"
# semantic types of PyPGx archives whose table has genotypes
_RESULT_TYPES: Final = frozenset({"SampleTable[Results]", "SampleTable[Genotypes]"})
_SAMPLE_COLUMNS: Final = ("", "sample", "samplename", "name")
_GENE_COLUMNS: Final = ("gene", "symbol")


def is_pypgx_table(file: OutsideFile) -> bool:
    """Whether a text has the columns of PyPGx's results."""
    return {"genotype", "haplotype1", "haplotype2"} <= file.header


def read_pypgx_table(file: OutsideFile) -> list[OutsideCall]:
    """Return one call a line; the gene from a column, else from the file's name.

    Raises
    ------
    OutsideCallError
        The table cannot be read, or the gene is not named.
    """
    has_gene = not file.header.isdisjoint(_GENE_COLUMNS)
    return _pypgx_calls(file.text, file.name, "" if has_gene else file.gene_in_name())


def read_pypgx_archive(file: OutsideFile) -> list[OutsideCall]:
    """Return one call a line of every table of results.

    Raises
    ------
    OutsideCallError
        The archive cannot be read, or has no table of results.
    """
    members = file.members()
    calls: list[OutsideCall] = []
    for path, data in members.items():
        if PurePosixPath(path).name != _DATA_FILE:
            continue
        beside = members.get(str(PurePosixPath(path).with_name(_METADATA_FILE)))
        metadata = _archive_metadata(OutsideFile(file.name, beside or b"").text)
        if metadata.get("SemanticType") not in _RESULT_TYPES or not metadata.get("Gene"):
            continue
        calls += _pypgx_calls(OutsideFile(file.name, data).text, file.name, metadata["Gene"])
    if not calls:
        raise OutsideCallError(
            "the archive has no table of results",
            where=file.name,
            remedy="give results.zip of pypgx run-ngs-pipeline",
        )
    return calls


def _archive_metadata(text: str) -> dict[str, str]:
    pairs = (line.partition("=") for line in text.split("\n"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def _pypgx_calls(text: str, name: str, gene: str) -> list[OutsideCall]:
    calls = []
    for number, row in parse_rows(text, name, ("genotype",), max_cell=_MAX_CELL):
        where = f"{name} line {number}"
        sample = next((row[c] for c in _SAMPLE_COLUMNS if row.get(c)), "")
        symbol = gene or next((row[c] for c in _GENE_COLUMNS if row.get(c)), "")
        if not sample or not symbol:
            raise OutsideCallError(
                "no sample, or no gene", where=where, remedy="fill in the line or remove it"
            )
        calls.append(tool_call(_PYPGX, symbol, sample, split_solutions(row["genotype"]), where))
    return calls
