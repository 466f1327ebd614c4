"""``pgx_cohort_mqc.json``: what MultiQC shows of a cohort, from counts alone.

A cohort has too many samples for a table of samples. MultiQC gets a line a gene: how many
samples are called, and how much of the gene's positions the input answers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from pgx.errors import InvariantError
from pgx.reports.multiqc import HEADERS, inert
from pgx.reports.text import escape_json

__all__ = ["COHORT_HEADERS", "GeneCounts", "multiqc_of_cohort"]


class GeneCounts(msgspec.Struct, frozen=True, kw_only=True):
    """One gene in all samples of a cohort.

    The four states count samples and add up to the cohort. ``n_positions`` counts defining
    positions over all samples (positions of the gene times samples), ``n_missing`` those of
    them that the input does not answer.
    """

    called: int
    ambiguous: int
    no_call: int
    not_assessed: int
    n_positions: int
    n_missing: int

    @property
    def n_samples(self) -> int:
        """Samples that have a result of this gene, whatever its state."""
        return self.called + self.ambiguous + self.no_call + self.not_assessed


_WORDS: Final = {
    "call_rate": "Share of the gene's defining positions that the input answers, over all samples",
    "called": "Samples with one diplotype",
    "ambiguous": "Samples for which several diplotypes fit",
    "no_call": "Samples with data for which no diplotype fits",
    "not_assessed": "Samples for which the input cannot answer; this is no normal result",
}
COHORT_HEADERS: Final[dict[str, dict[str, Any]]] = {
    name: {**HEADERS[name], "description": words} for name, words in _WORDS.items()
}
_SECTION: Final[dict[str, Any]] = {
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
        Counts by gene, in the order in which they are to be shown.

    Raises
    ------
    InvariantError
        A gene's states do not add up to the samples, or more is missing than there is.

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
        **_SECTION,
        "description": f"How far the input answers the pharmacogenes of {words}",
        "headers": {
            name: {**head, "namespace": "pgx cohort"} for name, head in COHORT_HEADERS.items()
        },
        "data": {inert(gene): _row(gene, n_samples, counts) for gene, counts in genes.items()},
    }
    return (escape_json(json.dumps(tree, indent=1, ensure_ascii=False)) + "\n").encode()


def _row(gene: str, n_samples: int, counts: GeneCounts) -> dict[str, Any]:
    """Return a gene's cells; there is no call rate without positions."""
    if counts.n_samples != n_samples or not 0 <= counts.n_missing <= counts.n_positions:
        raise InvariantError(f"counts of {gene} do not add up to the cohort")
    answered = counts.n_positions - counts.n_missing
    rate = {"call_rate": 100.0 * answered / counts.n_positions} if counts.n_positions else {}
    states = ("called", "ambiguous", "no_call", "not_assessed")
    return rate | {name: getattr(counts, name) for name in states}
