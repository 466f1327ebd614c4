"""Records of what a report says of one drug."""

from __future__ import annotations

import msgspec

__all__ = [
    "AdjustedEntry",
    "AdviceRow",
    "Basis",
    "DrugEntry",
    "FoldedRow",
    "OtherAdvice",
]


class Basis(msgspec.Struct, frozen=True, kw_only=True):
    """What a gene contributes to advice; ``status`` is the call's, empty where it is sure."""

    gene: str
    anchor: str
    result: str
    status: str = ""


class OtherAdvice(msgspec.Struct, frozen=True, kw_only=True):
    """Advice that would hold if another candidate were true.

    ``text`` is given where the headline alone would not tell it from the row's advice.
    """

    when: str
    headline: str
    text: str


class AdviceRow(msgspec.Struct, frozen=True, kw_only=True):
    """One advice, with all populations for which it reads the same.

    ``review`` tells the source and the reviewer of a laboratory's own advice; ``genes`` are those
    on whose results it rests, ``bucket`` the group that it asks for. ``lead`` is the beginning of
    ``text`` that says why the advice is provisional; ``settle`` says it, too. ``footnote`` names
    the posterior probability of other advice that was accepted.
    """

    populations: tuple[str, ...]
    headline: str
    text: str
    certainty: str
    certainty_word: str
    source: str
    strength: str
    settle: tuple[str, ...] = ()
    alternatives: tuple[OtherAdvice, ...] = ()
    implications: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    review: str = ""
    genes: tuple[str, ...] = ()
    bucket: str = ""
    lead: str = ""
    footnote: str = ""


class FoldedRow(msgspec.Struct, frozen=True, kw_only=True):
    """Advice for other patients than this one, and why it is not for this one."""

    why: str
    row: AdviceRow


class AdjustedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Advice for the phenotype that current medicines leave, beside the genotype's own.

    ``basis`` names each gene's change and the evidence for its rule.
    """

    medicines: str
    basis: tuple[str, ...]
    rows: tuple[AdviceRow, ...]


class DrugEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A drug with all its advice, the most serious row first.

    ``brief`` is what the overview adds to the name, empty where the group says it all.
    ``standing`` says how several sources stand to each other, ``contradicts`` whether they ask
    for opposite things, ``positions`` are each source's name, advice and strength; empty where
    one source speaks. ``silent`` names the sources that have the drug and no advice for this
    result. ``is_taken`` marks a current medicine, ``folded`` is advice for other patients,
    ``adjusted`` what current medicines make of it. ``newer`` says which changes of guidance the
    release has not.
    """

    drug: str
    name: str
    anchor: str
    brief: str
    basis: tuple[Basis, ...]
    rows: tuple[AdviceRow, ...]
    standing: str = ""
    positions: tuple[tuple[str, str, str], ...] = ()
    silent: tuple[str, ...] = ()
    contradicts: bool = False
    is_taken: bool = False
    folded: tuple[FoldedRow, ...] = ()
    adjusted: AdjustedEntry | None = None
    newer: tuple[str, ...] = ()
