"""``matrix.tsv``: one line a sample, for loading into a health record; see ``columns.md``."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import BinaryIO, Final

import msgspec

from pgx.base.files import nameless_file
from pgx.records.calls import CallStatus, PatientResult
from pgx.reports.facts import ReportFacts
from pgx.reports.overview import DrugOverview, Overview, build_overview
from pgx.reports.render_tsv import render_rows

__all__ = ["FIRST_COLUMNS", "column_names", "matrix_row", "write_matrix"]

FIRST_COLUMNS: Final = (
    "sample", "knowledge_release", "assembly", "n_positions", "n_missing", "genes_not_assessed",
    "genes_no_call", "genes_ambiguous", "genes_copies_open", "drugs_not_assessed",
    "drugs_partly_assessed", "drugs_not_settled", "laboratory_decisions",
)  # fmt: skip
GENE_PARTS: Final = ("status", "diplotype", "phenotype", "activity_score")
DRUG_PARTS: Final = ("action", "certainty", "source", "with_medicines")
_OPEN: Final = ("open_change", "open_maybe", "indeterminate", "open_silent")
_UNSAFE = re.compile(r"[^a-z0-9]+")
_Row = dict[str, dict[str, list[str]]]


@contextlib.contextmanager
def write_matrix(handle: BinaryIO, facts: ReportFacts) -> Iterator[Callable[[PatientResult], None]]:
    """Yield a function that takes results one by one; the table is written at the end.

    Which genes and drugs there are is known only then, so that rows wait in a nameless file.
    """
    del facts
    genes: set[str] = set()
    drugs: set[str] = set()
    with nameless_file() as waiting:

        def add(result: PatientResult) -> None:
            row = matrix_row(result)
            genes.update(row["genes"])
            drugs.update(row["drugs"])
            waiting.write(msgspec.json.encode(row) + b"\n")

        yield add
        names = {"gene": column_names("gene", genes), "drug": column_names("drug", drugs)}
        handle.write(render_rows(_header(names), ()).encode("utf-8"))
        waiting.seek(0)
        for line in waiting:
            cells = _cells(msgspec.json.decode(line), names)
            text = render_rows((), [cells]).removeprefix("\n")
            handle.write(text.encode("utf-8"))


def matrix_row(result: PatientResult) -> _Row:
    """Return one sample's cells: ``first`` (one list), ``genes`` and ``drugs`` by name."""
    overview = build_overview(result)
    genes = {
        c.gene: [c.status.value, c.diplotype or "", c.phenotype or "", c.activity_score or ""]
        for c in result.calls
    }
    drugs = {entry.drug: _drug_cells(entry) for entry in overview.drugs}
    return {"first": {"": _first(result, overview)}, "genes": genes, "drugs": drugs}


def column_names(kind: str, names: Iterable[str]) -> dict[str, str]:
    """Return the beginning of a column's name for each gene or drug, A–Z.

    Lower case, letters, digits and ``_`` alone. Where two names would give the same, each has
    a digest of its name at the end, which does not depend on the other.

    >>> column_names("drug", ["b / c", "A-1"])
    {'A-1': 'drug_a_1', 'b / c': 'drug_b_c'}
    """
    ordered = sorted(names, key=lambda name: (name.casefold(), name))
    plain = [f"{kind}_{_UNSAFE.sub('_', name.lower()).strip('_')}" for name in ordered]
    digests = (
        hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest() for name in ordered
    )
    return {
        name: stem if plain.count(stem) == 1 else f"{stem}_{digest[:8]}"
        for name, stem, digest in zip(ordered, plain, digests, strict=True)
    }


def _first(result: PatientResult, overview: Overview) -> list[str]:
    genes, drugs = overview.genes, overview.drugs
    lists = (
        genes[CallStatus.NOT_ASSESSED],
        genes[CallStatus.NO_CALL],
        genes[CallStatus.AMBIGUOUS],
        overview.copies_open,
        tuple(d.drug for d in drugs if d.unassessed),
        tuple(d.drug for d in drugs if d.unknown and not d.unassessed),
        overview.drugs_in(*_OPEN),
        tuple(override.subject for override in result.overrides),
    )
    return [
        result.sample,
        result.provenance.knowledge_release,
        result.provenance.assembly,
        str(overview.n_positions),
        str(overview.n_missing),
        *(";".join(name.replace(";", ",") for name in names) for names in lists),
    ]


def _drug_cells(entry: DrugOverview) -> list[str]:
    adjusted = entry.adjusted.action[0] if entry.adjusted and entry.adjusted.action else ""
    row = entry.row
    if row is None:
        return ["", "", "", adjusted]
    return [row.action[0] if row.action else "", row.certainty.value, row.source, adjusted]


def _header(names: Mapping[str, Mapping[str, str]]) -> list[str]:
    genes = [f"{stem}_{part}" for stem in names["gene"].values() for part in GENE_PARTS]
    drugs = [f"{stem}_{part}" for stem in names["drug"].values() for part in DRUG_PARTS]
    return [*FIRST_COLUMNS, *genes, *drugs]


def _cells(row: _Row, names: Mapping[str, Mapping[str, str]]) -> list[str]:
    genes = (row["genes"].get(name, [""] * len(GENE_PARTS)) for name in names["gene"])
    drugs = (row["drugs"].get(name, [""] * len(DRUG_PARTS)) for name in names["drug"])
    return [*row["first"][""], *(c for cs in genes for c in cs), *(c for cs in drugs for c in cs)]
