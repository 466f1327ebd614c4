"""Outside calls: every format is recognised by content; JSON formats and the PGx table are read.

The text formats of Aldy, Stargazer, StellarPGx and PyPGx are in `pgx.outside.text_formats`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from pgx.errors import OutsideCallError
from pgx.outside import own_table
from pgx.outside import text_formats as text
from pgx.outside.calls import OutsideCall, UnusedReason, split_solutions, tool_call
from pgx.outside.file import OutsideFile, parse_rows

__all__ = ["FORMATS", "ToolFormat", "format_of", "read_calls"]


_DRAGEN: Final = "DRAGEN"
# DRAGEN's targeted callers, ``PREFIX.targeted.json``. Only targets named by star alleles are read.
# Calls of its star allele caller, which may be in the same file, are ignored: that caller takes
# positions without a record for the reference, and small variants are called by this package.
_STAR_TARGETS: Final = ("cyp2d6", "cyp2b6")
_OTHER_TARGETS: Final = ("cyp21a2", "gba", "hba", "lpa", "rh", "smn")
_DRAGEN_SUFFIX: Final = ".targeted.json"
_SAMPLE_KEYS: Final = ("sample", "sampleId", "sampleName")
_SEVERAL_GENOTYPES: Final = "more_than_one_possible_genotype"


def is_dragen(file: OutsideFile) -> bool:
    """Whether a JSON file is DRAGEN's: one of its top-level keys is the name of a target."""
    targets = {*_STAR_TARGETS, *_OTHER_TARGETS} & set(file.tree) if file.is_json else set()
    return any(isinstance(file.tree[name], dict) for name in targets)


def read_dragen(file: OutsideFile) -> list[OutsideCall]:
    """Return the calls of CYP2D6 and CYP2B6.

    Raises
    ------
    OutsideCallError
        A genotype is not a string, or neither gene was called.
    """
    calls = list(_dragen_calls(file))
    if not calls:
        raise OutsideCallError(
            f"none of the targets {', '.join(_STAR_TARGETS)} is there",
            where=file.name,
            remedy="let DRAGEN call them (--enable-targeted), or leave the file out",
        )
    return calls


def _dragen_calls(file: OutsideFile) -> Iterator[OutsideCall]:
    sample = _dragen_sample(file)
    for target in _STAR_TARGETS:
        found = file.tree.get(target)
        if found is None:
            continue
        where = f"{file.name} {target}"
        if not isinstance(found, dict):
            raise OutsideCallError(
                "not an object with genotype and genotypeFilter",
                where=where,
                remedy="let the tool write the file again",
            )
        genotype = _dragen_text(found, "genotype", where)
        passed = _dragen_text(found, "genotypeFilter", where).casefold()
        yield tool_call(
            _DRAGEN,
            target.upper(),
            sample,
            split_solutions(genotype),
            where,
            _dragen_reason(genotype, passed),
        )


def _dragen_reason(genotype: str, passed: str) -> str:
    """Return why a genotype is not used, empty if it is; an absent filter is not a passed one."""
    if not split_solutions(genotype) or genotype.casefold() == "none":
        return UnusedReason.NO_RESULT.value
    if any("/" not in part for part in split_solutions(genotype)):
        return UnusedReason.NOT_ASSIGNED.value
    expected = ("pass", _SEVERAL_GENOTYPES) if ";" in genotype else ("pass",)
    return "" if passed in expected else UnusedReason.NOT_PASSED.value


def _dragen_text(found: dict[str, object], name: str, where: str) -> str:
    value = found.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise OutsideCallError(
            f"{name} is no text", where=where, remedy="let the tool write the file again"
        )
    return value.strip()


def _dragen_sample(file: OutsideFile) -> str:
    """Return the sample that the file names, else the file name before ``.targeted.json``."""
    for name in _SAMPLE_KEYS:
        value = file.tree.get(name)
        if isinstance(value, str) and value:
            return value
    lower = file.name.lower()
    return file.name[: -len(_DRAGEN_SUFFIX)] if lower.endswith(_DRAGEN_SUFFIX) else ""


_CYRIUS: Final = "Cyrius"
# Cyrius calls CYP2D6 only and names no gene in its output
_CYRIUS_GENE: Final = "cyp2d6"
_CYRIUS_FIELDS: Final = frozenset({"Genotype", "Filter", "CNV_group"})
_PASS: Final = "pass"  # noqa: S105 - the value of a filter
# the filter of alleles that Cyrius could not assign to two haplotypes
_UNASSIGNED: Final = "not_assigned_to_haplotypes"


def is_cyrius_table(file: OutsideFile) -> bool:
    """Whether a text is Cyrius's table: its three columns, and no gene."""
    return {"sample", "genotype", "filter"} <= file.header and "gene" not in file.header


def is_cyrius_json(file: OutsideFile) -> bool:
    """Whether a JSON file is Cyrius's: every entry is a sample with genotype and CNV group."""
    entries = list(file.tree.values()) if file.is_json else []
    return bool(entries) and all(
        isinstance(e, dict) and e.keys() >= _CYRIUS_FIELDS for e in entries
    )


def read_cyrius_table(file: OutsideFile) -> list[OutsideCall]:
    """Return one call a sample.

    Raises
    ------
    OutsideCallError
        The table cannot be read, or a line has no sample.
    """
    rows = parse_rows(file.text, file.name, ("sample", "genotype", "filter"))
    return [
        _cyrius_call(row["sample"], row["genotype"], row["filter"], f"{file.name} line {number}")
        for number, row in rows
    ]


def read_cyrius_json(file: OutsideFile) -> list[OutsideCall]:
    """Return one call a sample.

    Raises
    ------
    OutsideCallError
        A genotype or filter is neither a string nor null.
    """
    return list(_cyrius_calls(file))


def _cyrius_calls(file: OutsideFile) -> Iterator[OutsideCall]:
    for number, (sample, entry) in enumerate(file.tree.items(), 1):
        where = f"{file.name} entry {number}"
        genotype, passed = (
            _cyrius_text(entry["Genotype"], where),
            _cyrius_text(entry["Filter"], where),
        )
        yield _cyrius_call(sample, genotype, passed, where)


def _cyrius_text(value: object, where: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise OutsideCallError(
            "a genotype or filter is no text",
            where=where,
            remedy="let the tool write the file again",
        )
    return value


def _cyrius_call(sample: str, genotype: str, passed: str, where: str) -> OutsideCall:
    if not sample:
        raise OutsideCallError("no sample", where=where, remedy="fill in the line or remove it")
    genotypes = split_solutions(genotype)
    return tool_call(
        _CYRIUS,
        _CYRIUS_GENE.upper(),
        sample,
        genotypes,
        where,
        _cyrius_reason(genotypes, passed.strip().casefold()),
    )


def _cyrius_reason(genotypes: list[str], passed: str) -> str:
    if not genotypes or genotypes[0].casefold() == "none":
        return UnusedReason.NO_RESULT.value
    if passed == _UNASSIGNED or any("/" not in text for text in genotypes):
        return UnusedReason.NOT_ASSIGNED.value
    expected = (_PASS, _SEVERAL_GENOTYPES) if len(genotypes) > 1 else (_PASS,)
    return "" if passed in expected else UnusedReason.NOT_PASSED.value


_STARPHASE: Final = "pb-StarPhase"
_HLA_PREFIX: Final = "HLA-"
_HLA_FIELDS: Final = re.compile(r"\d{2,3}:\d{2,4}(:\d+)*[A-Z]?", re.ASCII)


def is_starphase(file: OutsideFile) -> bool:
    """Whether a JSON file is StarPhase's."""
    return file.is_json and {"pbstarphase_version", "gene_details"} <= set(file.tree)


def read_starphase(file: OutsideFile) -> list[OutsideCall]:
    """Return one call a gene; the file names no sample.

    Raises
    ------
    OutsideCallError
        A gene's diplotypes are not of this form.
    """
    return list(_starphase_calls(file))


def _starphase_calls(file: OutsideFile) -> Iterator[OutsideCall]:
    genes = file.tree["gene_details"]
    if not isinstance(genes, dict):
        raise _starphase_error(f"{file.name} gene_details")
    for number, (gene, details) in enumerate(genes.items(), 1):
        where = f"{file.name} gene {number}"
        listed = details.get("diplotypes") if isinstance(details, dict) else None
        if not isinstance(listed, list):
            raise _starphase_error(where)
        yield tool_call(
            _STARPHASE, gene, "", [_starphase_diplotype(gene, d, where) for d in listed], where
        )


def _starphase_diplotype(gene: str, entry: object, where: str) -> str:
    named = entry if isinstance(entry, dict) else {}
    haplotypes = [s for s in (named.get("hap1"), named.get("hap2")) if isinstance(s, str)]
    if len(haplotypes) != 2:
        raise _starphase_error(where)
    # HLA haplotypes are written as fields without the asterisk of the nomenclature
    if gene.startswith(_HLA_PREFIX):
        haplotypes = [f"*{s}" if _HLA_FIELDS.fullmatch(s) else s for s in haplotypes]
    return "/".join(haplotypes)


def _starphase_error(where: str) -> OutsideCallError:
    return OutsideCallError(
        "not diplotypes with hap1 and hap2", where=where, remedy="let the tool write the file again"
    )


class ToolFormat(msgspec.Struct, frozen=True):
    """A format of a tool: how it is recognised and read."""

    tool: str
    what: str
    recognises: Callable[[OutsideFile], bool]
    read: Callable[[OutsideFile], list[OutsideCall]]


def _is_archive(file: OutsideFile) -> bool:
    return file.is_archive


PGX_TABLE: Final = ToolFormat(
    "", "table of gene and diplotype", lambda _: True, own_table.read_table
)
BARE_TABLE: Final = ToolFormat(
    "", "the same without a header", own_table.is_bare_table, own_table.read_bare_table
)
JSON_FORMATS: Final = (
    ToolFormat("DRAGEN", "PREFIX.targeted.json", is_dragen, read_dragen),
    ToolFormat("pb-StarPhase", "JSON", is_starphase, read_starphase),
    ToolFormat("Cyrius", "JSON", is_cyrius_json, read_cyrius_json),
)
# in order: formats with distinctive columns first, Aldy's header-less ``.simple`` last
TEXT_FORMATS: Final = (
    ToolFormat("Aldy", ".aldy", text.is_aldy_table, text.read_aldy_table),
    ToolFormat("Stargazer", "genotype-calls.tsv", text.is_stargazer, text.read_stargazer),
    ToolFormat("PyPGx", "data.tsv", text.is_pypgx_table, text.read_pypgx_table),
    ToolFormat("Cyrius", "table", is_cyrius_table, read_cyrius_table),
    ToolFormat("StellarPGx", ".alleles", text.is_stellarpgx, text.read_stellarpgx),
    ToolFormat("Aldy", "log", text.is_aldy_log, text.read_aldy_log),
    ToolFormat(
        "StellarPGx",
        "summary",
        text.is_stellarpgx_summary,
        text.read_stellarpgx_summary,
    ),
    ToolFormat("Aldy", ".simple", text.is_aldy_simple, text.read_aldy_simple),
)
ARCHIVES: Final = (ToolFormat("PyPGx", "results.zip", _is_archive, text.read_pypgx_archive),)
FORMATS: Final = (*JSON_FORMATS, *TEXT_FORMATS, *ARCHIVES)


def format_of(file: OutsideFile) -> ToolFormat:
    """Return the format of a file; a text that is no other tool's is taken for PGx's own table.

    Raises
    ------
    OutsideCallError
        The file is JSON of an unknown tool, or not UTF-8 text.
    """
    if file.is_archive:
        return ARCHIVES[0]
    known = JSON_FORMATS if file.is_json else TEXT_FORMATS
    for form in known:
        if form.recognises(file):
            return form
    if not file.is_json:
        return BARE_TABLE if BARE_TABLE.recognises(file) else PGX_TABLE
    tools = ", ".join(dict.fromkeys(form.tool for form in JSON_FORMATS))
    raise OutsideCallError(
        "JSON of no caller that is known",
        where=file.name,
        remedy=f"give a file of {tools}, or a table with gene and diplotype",
    )


def read_calls(name: str, data: bytes) -> list[OutsideCall]:
    """Return the calls of a file, whichever tool wrote it.

    Raises
    ------
    OutsideCallError
        The format is unknown, or the file is too large or broken. A no-call of the tool is not an
        error: it is a call with a reason.
    """
    file = OutsideFile(name, data)
    form = format_of(file)
    # tools end every line; a text without a final newline was cut while it was copied or written
    if form in TEXT_FORMATS and not file.text.endswith("\n"):
        raise OutsideCallError(
            "the last line is cut: it has no end",
            where=name,
            remedy=f"let {form.tool} write the file again, or copy it again",
        )
    return form.read(file)
