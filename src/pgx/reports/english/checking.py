"""Words of ``pgx check``."""

from __future__ import annotations

from typing import Final

__all__ = ["CHECK", "CHECK_HEADS", "VERDICTS"]

VERDICTS: Final = {
    "complete": "every defining position is answered",
    "partial": "a call leaves open, or cannot see, what the last column names",
    "none": "no position is answered: not_assessed in results, never normal",
    "outside call needed": "give the result of another method with --outside-calls",
}

CHECK_HEADS: Final = {
    "gene": "gene",
    "verdict": "verdict",
    "answered": "answered",
    "record": "record",
    "block": "block",
    "assumed": "assumed",
    "unseen": "what cannot be seen, and why",
    "position": "position",
    "rsid": "rsID",
    "change": "alleles",
    "answer": "answer",
    "gq": "GQ",
    "dp": "DP",
    "needed": "needed for",
}

CHECK: Final = {
    "summary": "{genes} in {samples}: {verdicts}",
    "one_gene": "1 gene",
    "genes": "{count} genes",
    "one_sample": "1 sample",
    "samples": "{count} samples",
    "of": "{part} of {total}",
    "verdict_count": "{count} {verdict}",
    "complete_in": "complete in {share}",
    "because": "{reason}: {count}",
    "alleles": "{names} ({function})",
    "more": "{count} more",
    "others": "{count} others ({function})",
    "one_other": "1 other ({function})",
    "copies": "copies and hybrid genes: needs an outside call",
    "structural": "a structural variant over the gene: {count}",
    "required": "a position without which it should not be called: {count}",
    "all": "all {count} alleles",
}
