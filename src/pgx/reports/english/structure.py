"""Words for copies and hybrids of a gene."""

from __future__ import annotations

from typing import Final

__all__ = ["STRUCTURE"]

STRUCTURE: Final = {
    "title": "Copies and hybrids",
    "balances": "Reads of both alleles where they differ",
    "brief": "{copies}, from {source}",
    "brief_not_assessed": "copies and hybrids not assessed",
    "not_assessed": "Not assessed: {reason}",
    "not_assessed_plain": "Not assessed",
    "reason_code": "reason {code}",
    "reason": {
        "alternative_contigs": "reads of the gene were aligned to alternative contigs",
        "conflict": "what depth, reads of alleles and structural records show fits no known"
        " structure",
        "depth_too_low": "the read depth is too low to count copies",
        "depth_uneven": "the read depth is too uneven to count copies",
        "no_normaliser": "the file has no other reads to compare the depth with",
        "no_panel_windows": "the input has no depth at the places whose usual depth is known",
        "other_assembly": "the usual depths are known for another assembly than that of the input",
    },
    "source": {
        "depth": "the depth of the gVCF",
        "reads": "reads",
        "records": "structural variants of the input",
    },
    "copies_none": "no copy",
    "copies_one": "1 copy",
    "copies": "{count} copies",
    "whole_none": "no copy",
    "whole_one": "1 whole copy",
    "whole": "{count} whole copies",
    "hybrid_one": "1 hybrid {name}",
    "hybrid": "{count} hybrids {name}",
    "and": " and ",
    "chance": "{what} ({percent})",
    "else": "{first}, else {others}",
    "more": "{count} more",
    "from": "From {source}",
    "panel": "panel {name}",
    "depth": "two copies are expected to have {reads} reads",
    "controls": "{count} control windows",
    "noise": "noise {percent} %",
    "balance": "{position}: {reference} reads of the reference, {alternative} of the other allele "
    "({percent})",
}
