"""``pgx_mqc.json``: what MultiQC shows of a run, as its custom content (a table).

MultiQC puts names and texts into a page as they are, and takes a name with a slash for a path,
of which it keeps the end. Characters that would act there, or in the spreadsheets it writes, are
shown as ``⟨U+003C⟩``.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Final

from pgx.records.calls import CallStatus, PatientResult
from pgx.reports.facts import ReportFacts
from pgx.reports.overview import ACTIONABLE, build_overview
from pgx.reports.text import cell, escape_json

__all__ = ["HEADERS", "inert", "multiqc_row", "write_multiqc"]

_COUNT: Final = {"min": 0, "format": "{:,.0f}"}
HEADERS: Final[dict[str, dict[str, Any]]] = {
    "call_rate": {
        "title": "Positions answered",
        "description": "Share of the genes' defining positions that the input answers",
        "min": 0, "max": 100, "suffix": "%", "scale": "RdYlGn", "format": "{:,.1f}",
    },
    "missing": {
        "title": "Missing",
        "description": "Defining positions that the input does not answer",
        "scale": "OrRd", **_COUNT,
    },
    "called": {
        "title": "Called", "description": "Genes with one diplotype", "scale": "Greens", **_COUNT,
    },
    "ambiguous": {
        "title": "Ambiguous",
        "description": "Genes for which several diplotypes fit",
        "scale": "Oranges", **_COUNT,
    },
    "no_call": {
        "title": "No call",
        "description": "Genes with data for which no diplotype fits",
        "scale": "Reds", **_COUNT,
    },
    "not_assessed": {
        "title": "Not assessed",
        "description": "Genes that the input cannot answer; this is no normal result",
        "scale": "Purples", **_COUNT,
    },
    "actionable": {
        "title": "Drugs to act on",
        "description": "Drugs for which the result asks for something else than the usual use",
        "scale": "Blues", **_COUNT,
    },
    "drugs_not_assessed": {
        "title": "Drugs not assessed",
        "description": "Drugs of which no gene could be assessed; this is no normal result",
        "scale": "Purples", **_COUNT,
    },
    "actionable_drugs": {
        "title": "Which drugs", "description": "Drugs to act on, A–Z", "hidden": True,
    },
}  # fmt: skip
_SECTION: Final[dict[str, Any]] = {
    "id": "pgx_samples",
    "parent_id": "pgx",
    "parent_name": "Pharmacogenomics (pgx)",
    "section_name": "Genes and drugs by sample",
    "description": "How far the input answers the pharmacogenes, and drugs to act on.",
    "plot_type": "table",
    "pconfig": {
        "id": "pgx_samples_table",
        "title": "pgx: genes and drugs by sample",
        "namespace": "pgx",
        "col1_header": "Sample",
    },
    "headers": {name: {**head, "namespace": "pgx"} for name, head in HEADERS.items()},
}
_ACTING = re.compile(r"[<>&\"'`\\{}]")
_PATH = re.compile(r"/|^\s|\s$")  # two samples must not become one
_LEADING = re.compile(r"^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")


@contextlib.contextmanager
def write_multiqc(
    handle: BinaryIO, facts: ReportFacts
) -> Iterator[Callable[[PatientResult], None]]:
    """Yield a function that takes results one by one and writes each as it comes."""
    del facts
    head = json.dumps(_SECTION, indent=1, ensure_ascii=False).removesuffix("\n}")
    handle.write(f'{head},\n "data": {{'.encode())
    between = "\n"
    taken: set[str] = set()

    def add(result: PatientResult) -> None:
        nonlocal between
        shown = _PATH.sub(_shown, inert(result.sample))
        while shown in taken:  # names that differ in a tab alone
            shown += "′"
        taken.add(shown)
        name = json.dumps(shown, ensure_ascii=False)
        row = json.dumps(multiqc_row(result), ensure_ascii=False)
        handle.write(escape_json(f"{between}  {name}: {row}").encode("utf-8"))
        between = ",\n"

    yield add
    handle.write(b"\n }\n}\n")


def multiqc_row(result: PatientResult) -> dict[str, Any]:
    """Return one sample's cells by the names of `HEADERS`; no call rate without positions."""
    overview = build_overview(result)
    total, lacking = overview.n_positions, overview.n_missing
    drugs = overview.drugs_in(*ACTIONABLE)
    row: dict[str, Any] = {"call_rate": 100.0 * (total - lacking) / total} if total else {}
    return row | {
        "missing": lacking,
        "called": len(overview.genes[CallStatus.CALLED]),
        "ambiguous": len(overview.genes[CallStatus.AMBIGUOUS]),
        "no_call": len(overview.genes[CallStatus.NO_CALL]),
        "not_assessed": len(overview.genes[CallStatus.NOT_ASSESSED]),
        "actionable": len(drugs),
        "drugs_not_assessed": sum(d.unassessed for d in overview.drugs),
        "actionable_drugs": inert("; ".join(drugs)),
    }


def inert(text: str) -> str:
    """Return text that neither a page nor a spreadsheet acts on; others stay different."""
    shown = _ACTING.sub(_shown, cell(text))
    return _LEADING.sub(lambda match: "".join(map(_code, match[0])), shown)


def _shown(match: re.Match[str]) -> str:
    return _code(match[0])


def _code(character: str) -> str:
    return f"⟨U+{ord(character):04X}⟩"
