"""QR code of the wallet card: results as one line of plain text, without identity.

The text is described in ``docs/reference/card-code.md``.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from pgx.base.extensions import load_extra
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.calls import CallStatus, GeneCall, PatientResult
from pgx.records.notes import NoteCode

__all__ = ["MAX_BYTES", "CardCode", "build_code", "code_picture"]

MAX_BYTES: Final = 300
"""At level M version 13 holds 331 bytes: 69 modules, of at least 0.4 mm on a card."""
_FORMAT: Final = "PGX1"
_QUIET: Final = 4
"""Modules of the white margin that ISO/IEC 18004 demands."""
_NO_RESULT: Final = (CallStatus.NOT_ASSESSED, CallStatus.NO_CALL)
_SHORT_PHENOTYPES: Final = {
    "Poor Metabolizer": "PM",
    "Intermediate Metabolizer": "IM",
    "Normal Metabolizer": "NM",
    "Rapid Metabolizer": "RM",
    "Ultrarapid Metabolizer": "UM",
    "Poor Function": "PF",
    "Decreased Function": "DF",
    "Normal Function": "NF",
    "Increased Function": "IF",
    "Indeterminate": "IND",
    "Normal": "N",
    "Variable": "VAR",
    "Deficient": "DEF",
    "Deficient with CNSHA": "DEF CNSHA",
    "Uncertain Susceptibility": "US",
    "Malignant Hyperthermia Susceptibility": "MHS",
    "normal risk of aminoglycoside-induced hearing loss": "NR",
    "increased risk of aminoglycoside-induced hearing loss": "IR",
    "uncertain risk of aminoglycoside-induced hearing loss": "UR",
}
"""Abbreviations of CPIC's terms; any other phenotype is written in full."""
_TEST: Final = re.compile(r"(\S+) (positive|negative)")
_ALWAYS_REFERENCE: Final = re.compile(r"\*1|Reference|rs\d+ reference \([ACGT]+\)")
_ONE_SITE: Final = re.compile(r"(rs\d+) [^/]*\(([ACGT]+)\)(?:/\1 [^/]*\(([ACGT]+)\))?")
_ALIAS: Final = re.compile(r" \(\*\w+\)")
# what separates fields and entries, and characters outside plain ASCII, are never in a name
_NOT_A_NAME: Final = re.compile(r"[^ -:<-~]")


class CardCode(msgspec.Struct, frozen=True):
    """The text of a code, and the genes whose result did not fit into it."""

    text: str
    left_out: tuple[str, ...] = ()


def build_code(
    result: PatientResult, first: Sequence[str], knowledge: KnowledgeBase | None = None
) -> CardCode:
    """Return the results other than reference as text of at most `MAX_BYTES` bytes.

    Parameters
    ----------
    result
        Calls and provenance; the name of the sample is not used.
    first
        Genes whose results must not be left out if others can be, the most important first.
    knowledge
        Release that names each gene's reference allele. Without it, a result is left out only if
        its name alone shows that it is the reference.
    """
    calls = {call.gene: call for call in result.calls}
    untested = sorted(gene for gene, call in calls.items() if call.status in _NO_RESULT)
    told = [gene for gene, call in calls.items() if not _is_reference(call, knowledge)]
    rank = {gene: place for place, gene in enumerate(first)}
    ordered = sorted(
        (gene for gene in told if gene not in untested), key=lambda g: (rank.get(g, len(rank)), g)
    )
    made = result.provenance
    head = f"{_FORMAT} {_name(made.knowledge_release)} {_name(made.assembly)} {len(calls)}"
    # genes without a result come first: an absent gene must never pass for a reference result
    start = [head, *([f"-{','.join(map(_name, untested))}"] if untested else [])]
    return _filled(start, {gene: _entry(calls[gene]) for gene in ordered})


def _filled(start: Sequence[str], entries: Mapping[str, str]) -> CardCode:
    """Add entries as long as they fit; the last field counts those left out."""
    kept, left_out = list(start), list[str]()
    # room for the count, should one be needed
    spare = len(";+00")
    for gene, entry in entries.items():
        is_last = gene == list(entries)[-1] and not left_out
        if len(";".join([*kept, entry])) + (0 if is_last else spare) <= MAX_BYTES:
            kept.append(entry)
        else:
            left_out.append(gene)
    if left_out:
        kept.append(f"+{len(left_out)}")
    return CardCode(";".join(kept), tuple(left_out))


def _is_reference(call: GeneCall, knowledge: KnowledgeBase | None) -> bool:
    if call.status is not CallStatus.CALLED or NoteCode.COPY_NUMBER_NOT_ASSESSED in call.notes:
        return False
    names = {haplotype.name for haplotype in call.haplotypes}
    gene = knowledge.genes.get(call.gene) if knowledge else None
    known = {a.name for a in gene.alleles if a.is_reference} if gene else set()
    return bool(names) and all(n in known or _ALWAYS_REFERENCE.fullmatch(n) for n in names)


def _entry(call: GeneCall) -> str:
    """Return a result as gene, diplotype, phenotype and activity score; ``?`` if unresolved."""
    is_open = call.status is not CallStatus.CALLED or (
        NoteCode.COPY_NUMBER_NOT_ASSESSED in call.notes
    )
    fields = (
        _name(call.gene),
        ("?" if is_open else "") + _short(call.diplotype or ""),
        _phenotype(call.phenotype or ""),
        _name(call.activity_score or ""),
    )
    return " ".join(filter(None, fields))


def _phenotype(name: str) -> str:
    """Return a phenotype, abbreviated; of tests of single alleles the positive ones.

    >>> _phenotype("*57:01 positive; *58:01 negative"), _phenotype("*31:01 negative")
    ('*57:01+', '-')
    >>> _phenotype("Poor Metabolizer"), _phenotype("-1639 AG")
    ('PM', '')
    """
    # VKORC1's phenotypes repeat the genotype by an older name
    if name.startswith("-"):
        return ""
    tests = [_TEST.fullmatch(part) for part in name.split("; ")]
    if all(tests):
        return ",".join(f"{t[1]}+" for t in tests if t and t[2] == "positive") or "-"
    return _SHORT_PHENOTYPES.get(name, _name(name))


def _short(diplotype: str) -> str:
    """Return a diplotype without what its site or allele alone says already.

    >>> _short("rs6025 reference (C)/rs6025 Factor V Leiden (T)"), _short("c.85T>C (*9A)/Reference")
    ('rs6025 C/T', 'c.85T>C/Ref')
    """
    match = _ONE_SITE.fullmatch(diplotype)
    if match:
        return f"{match[1]} {'/'.join(filter(None, match.group(2, 3)))}"
    return _name(_ALIAS.sub("", diplotype).replace("Reference", "Ref"))


def _name(text: str) -> str:
    return _NOT_A_NAME.sub("_", text)


def code_picture(text: str) -> dict[str, Any]:
    """Return a QR code of level M as SVG with its quiet zone; ``modules`` is its side.

    Raises
    ------
    UsageError
        The extra ``pdf`` is not installed.
    """
    # more error correction that costs no room is used
    made = load_extra("segno", "pdf").make(
        text, error="m", micro=False, mode="byte", encoding="iso-8859-1"
    )
    buffer = io.BytesIO()
    made.save(buffer, kind="svg", border=_QUIET, xmldecl=False, svgclass=None, lineclass=None)
    modules = made.symbol_size(border=_QUIET)[0]
    return {"drawn": buffer.getvalue().decode("ascii"), "modules": modules, "text": text}
