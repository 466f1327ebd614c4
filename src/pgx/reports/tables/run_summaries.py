"""Files with one line per sample or gene: ``matrix.tsv``, and the MultiQC content of a run."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, BinaryIO, Final

import msgspec

from pgx.base.files import nameless_file
from pgx.errors import InvariantError
from pgx.records.calls import CallStatus, PatientResult
from pgx.reports.content.drug_groups import DrugOverview, Overview, build_overview
from pgx.reports.content.drug_ranking import ACTIONABLE
from pgx.reports.content.release_facts import ReportFacts
from pgx.reports.safe_text import cell, escape_json, spelled_out
from pgx.reports.tables.tsv_tables import render_rows

__all__ = [
    "COHORT_HEADERS",
    "FIRST_COLUMNS",
    "HEADERS",
    "GeneCounts",
    "column_names",
    "inert",
    "multiqc_of_cohort",
    "write_matrix",
    "write_multiqc",
]

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

    Genes and drugs are known only then, so rows wait in an unnamed temporary file.
    """
    del facts
    genes: set[str] = set()
    drugs: set[str] = set()
    with nameless_file() as waiting:

        def add(result: PatientResult) -> None:
            row = _matrix_row(result)
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


def _matrix_row(result: PatientResult) -> _Row:
    """Return one sample's cells: ``first`` (one list), ``genes`` and ``drugs`` by name."""
    overview = build_overview(result)
    genes = {
        c.gene: [c.status.value, c.diplotype or "", c.phenotype or "", c.activity_score or ""]
        for c in result.calls
    }
    drugs = {entry.drug: _drug_cells(entry) for entry in overview.drugs}
    return {"first": {"": _first(result, overview)}, "genes": genes, "drugs": drugs}


def column_names(kind: str, names: Iterable[str]) -> dict[str, str]:
    """Return the column name prefix of each gene or drug, A–Z.

    Lower case, letters, digits and ``_`` only. Names that would give the same prefix each get
    a digest of the name as suffix, independent of the other names.

    >>> column_names("drug", ["b / c", "A-1"])
    {'A-1': 'drug_a_1', 'b / c': 'drug_b_c'}
    """
    ordered = sorted(names, key=lambda name: (name.casefold(), name))
    plain = [f"{kind}_{_UNSAFE.sub('_', name.lower()).strip('_')}" for name in ordered]
    digests = (
        hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest() for name in ordered
    )
    return {
        # the digest does not depend on which other name collides with this one
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
        # all recommendations are for other patients: no cell may appear to be this patient's
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
_PATH = re.compile(r"/|^\s|\s$")  # distinct samples must not be merged
_LEADING = re.compile(r"^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")


@contextlib.contextmanager
def write_multiqc(
    handle: BinaryIO, facts: ReportFacts
) -> Iterator[Callable[[PatientResult], None]]:
    """Yield a function that takes results one by one and writes each as it comes."""
    del facts
    # the JSON object remains open: samples are written as they arrive
    head = json.dumps(_SECTION, indent=1, ensure_ascii=False).removesuffix("\n}")
    handle.write(f'{head},\n "data": {{'.encode())
    between = "\n"
    taken: set[str] = set()

    def add(result: PatientResult) -> None:
        nonlocal between
        shown = _PATH.sub(spelled_out, inert(result.sample))
        while shown in taken:  # names that differ only by a tab
            shown += "′"
        taken.add(shown)
        name = json.dumps(shown, ensure_ascii=False)
        row = json.dumps(_multiqc_row(result), ensure_ascii=False)
        handle.write(escape_json(f"{between}  {name}: {row}").encode("utf-8"))
        between = ",\n"

    yield add
    handle.write(b"\n }\n}\n")


def _multiqc_row(result: PatientResult) -> dict[str, Any]:
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
    """Return text that is inert in pages and spreadsheets; distinct texts stay distinct."""
    shown = _ACTING.sub(spelled_out, cell(text))
    return _LEADING.sub(spelled_out, shown)


class GeneCounts(msgspec.Struct, frozen=True, kw_only=True):
    """One gene in all samples of a cohort.

    The four states count samples and add up to the cohort. ``n_positions`` counts defining
    positions over all samples (positions of the gene times samples), ``n_missing`` those
    without a genotype in the input.
    """

    called: int
    ambiguous: int
    no_call: int
    not_assessed: int
    n_positions: int
    n_missing: int

    @property
    def n_samples(self) -> int:
        """Samples with a result for this gene, whatever its state."""
        return self.called + self.ambiguous + self.no_call + self.not_assessed


_COHORT_WORDS: Final = {
    "call_rate": "Share of the gene's defining positions that the input answers, over all samples",
    "called": "Samples with one diplotype",
    "ambiguous": "Samples for which several diplotypes fit",
    "no_call": "Samples with data for which no diplotype fits",
    "not_assessed": "Samples for which the input cannot answer; this is no normal result",
}
COHORT_HEADERS: Final[dict[str, dict[str, Any]]] = {
    name: {**HEADERS[name], "description": words} for name, words in _COHORT_WORDS.items()
}
_COHORT_SECTION: Final[dict[str, Any]] = {
    "id": "pgx_genes",
    "parent_id": "pgx",
    "parent_name": "Pharmacogenomics (pgx)",
    "section_name": "Genes of the cohort",
    "plot_type": "table",
    "pconfig": {
        "id": "pgx_genes_table",
        "title": "pgx: genes of the cohort",
        "namespace": "pgx cohort",
        "col1_header": "Gene",
    },
}


def multiqc_of_cohort(n_samples: int, genes: Mapping[str, GeneCounts]) -> bytes:
    """Return the file's content, the same bytes for the same counts.

    Parameters
    ----------
    n_samples
        Samples of the cohort.
    genes
        Counts by gene, in display order.

    Raises
    ------
    InvariantError
        A gene's states do not add up to the samples, or more positions are missing than exist.

    Examples
    --------
    >>> counts = GeneCounts(
    ...     called=2, ambiguous=1, no_call=0, not_assessed=1, n_positions=40, n_missing=10
    ... )
    >>> json.loads(multiqc_of_cohort(4, {"GENE": counts}))["data"]["GENE"]["call_rate"]
    75.0
    """
    words = f"{n_samples} samples; each state counts samples."
    tree = {
        **_COHORT_SECTION,
        "description": f"How far the input answers the pharmacogenes of {words}",
        "headers": {
            name: {**head, "namespace": "pgx cohort"} for name, head in COHORT_HEADERS.items()
        },
        "data": {inert(gene): _gene_row(gene, n_samples, counts) for gene, counts in genes.items()},
    }
    return (escape_json(json.dumps(tree, indent=1, ensure_ascii=False)) + "\n").encode()


def _gene_row(gene: str, n_samples: int, counts: GeneCounts) -> dict[str, Any]:
    """Return a gene's cells; there is no call rate without positions."""
    if counts.n_samples != n_samples or not 0 <= counts.n_missing <= counts.n_positions:
        raise InvariantError(f"counts of {gene} do not add up to the cohort")
    answered = counts.n_positions - counts.n_missing
    rate = {"call_rate": 100.0 * answered / counts.n_positions} if counts.n_positions else {}
    states = ("called", "ambiguous", "no_call", "not_assessed")
    return rate | {name: getattr(counts, name) for name in states}
