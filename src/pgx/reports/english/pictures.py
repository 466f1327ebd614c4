"""Words of the report's pictures, and of searching and filtering it."""

from __future__ import annotations

from typing import Final

__all__ = ["PICTURES"]

PICTURES: Final = {
    "find": "Find a drug or gene",
    "find_group": "Show",
    "find_all": "All drugs",
    "found": "{shown} of {total} drugs shown",
    "matrix": "Drugs by gene",
    "matrix_hint": "A sign stands at each gene on whose result the advice on a drug rests; with "
    "several genes, the advice may need them all. Drugs without advice to change anything are "
    "left out.",
    "matrix_part": "Drugs by gene: {first} to {last}",
    "matrix_line": "{drug}: {cells}",
    "matrix_cell": "{gene} ({what})",
    "matrix_open": "Provisional",
    "scale": "Activity score of {gene}",
    "scale_of": "By genotype: {score}, {phenotype}.",
    "scale_others": "Also possible: {scores}.",
    "scale_converted": "With current medicines: {score}.",
    "scale_bands": "Ranges: {bands}.",
    "scale_band": "{phenotype} {range}",
    "range_point": "{low}",
    "range_closed": "{low} to {high}",
    "range_open_low": "above {low} to {high}",
    "range_below": "{low} to below {high}",
    "range_between": "above {low} to below {high}",
    "range_from": "{low} and above",
    "range_above": "above {low}",
    "mark_own": "genotype",
    "mark_possible": "also possible",
    "mark_converted": "with medicines",
    "frequency": "How common the alleles are, {gene}",
    "frequency_short": "How common the alleles are",
    "frequency_hint": "chromosomes counted, 95 % interval",
    "frequency_cell": "{group} {count} of {total} ({low}–{high} %)",
    "frequency_line": "{allele}: {cells}.",
    "posterior": "Candidates of {gene}",
    "posterior_short": "How probable the candidates are",
    "posterior_line": "{diplotype}: {percent}",
    "posterior_rest": "others ({count})",
    "copies": "Copies along {gene}",
    "copies_hint": "GRCh38, millions of base pairs; exons and introns to scale, the gap between "
    "the genes left out",
    "copies_axis": "copies",
    "copies_seen": "measured, ± standard deviation",
    "copies_expected": "expected by the most probable model",
    "copies_exon": "exon",
    "copies_line": "{gene}: {cells}.",
    "copies_cell": "exon {exon} {seen} copies measured, {expected} expected",
    "copies_unseen": "exon {exon} not measured",
    "copies_windows": "{count} windows",
    "copies_no_windows": "not measured",
    "percent": "{number} %",
    "decimal": ".",
    "group_AFR": "African",
    "group_AMR": "American",
    "group_EAS": "East Asian",
    "group_EUR": "European",
    "group_SAS": "South Asian",
}
