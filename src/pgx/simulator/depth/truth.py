"""The table of what simulated samples carry, as results name it; it can be simulated again."""

from __future__ import annotations

from collections.abc import Mapping

from pgx.base.genes import GeneDefinition
from pgx.simulator.depth.people import true_diplotypes
from pgx.simulator.files import COLUMNS, SampleTable

__all__ = ["truth_table"]


def truth_table(genes: Mapping[str, GeneDefinition], table: SampleTable) -> str:
    """Return tab-separated lines of sample, gene and diplotype, for every gene that is named.

    Raises
    ------
    UnknownGeneError, UsageError
        A gene or name that cannot be read.
    """
    rows = [COLUMNS]
    for sample, diplotypes in table.samples.items():
        if sample in table.sex_of:
            rows.append((sample, "sex", table.sex_of[sample].value))
        named = true_diplotypes(genes, diplotypes)
        rows += [(sample, gene, named[gene]) for gene in sorted(named)]
    return "".join("\t".join(row) + "\n" for row in rows)
