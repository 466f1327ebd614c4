"""What advice reads of a gene's call, so that calls with equal views share their advice."""

from __future__ import annotations

from typing import Final, NamedTuple

from pgx.recommendations.result_keys import diplotype_keys
from pgx.records.calls import CallStatus, GeneCall, KeyEvidence

__all__ = ["COPY_NUMBER_NOTE", "OPEN_COPIES", "AdviceView", "advice_view"]

COPY_NUMBER_NOTE: Final = "copy_number_not_assessed"
OPEN_COPIES: Final = frozenset({COPY_NUMBER_NOTE, "structural_variant"})
"""Notes of calls whose copy number nobody determined."""


class AdviceView(NamedTuple):
    """All that advice reads of a gene's call: equal views get equal advice.

    ``settling`` is read where several keys, or none, are open; ``copies`` are the keys of other
    numbers of copies, None where these are known; ``weighed`` says whether a single key is sure;
    ``pairs`` are read by topics that go by pairs of alleles.
    """

    keys: tuple[str, ...] | None
    evidence: tuple[KeyEvidence, ...]
    settling: tuple[str, ...]
    copies: tuple[str, ...] | None
    weighed: bool
    pairs: tuple[tuple[str, float | None], ...]


def advice_view(call: GeneCall, *, by_pairs: bool) -> AdviceView:
    """Return what advice reads of a call; ``by_pairs`` for topics on pairs of alleles."""
    answered = call.status is not CallStatus.NOT_ASSESSED
    single = answered and len(call.lookup_keys) == 1 and not (by_pairs or call.key_evidence)
    return AdviceView(
        keys=call.lookup_keys if answered else None,
        evidence=call.key_evidence,
        settling=() if single else call.depends_on or call.missing,
        copies=call.copy_keys if OPEN_COPIES & set(call.notes) else None,
        weighed=call.source == "outside" or call.rest is not None,
        pairs=tuple(diplotype_keys(call)) if by_pairs else (),
    )
