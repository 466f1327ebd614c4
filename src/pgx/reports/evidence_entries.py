"""The evidence of one call in words: what matched, and what excludes other diplotypes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from pgx.records.calls import (
    AlternativeDiplotype,
    Contradiction,
    GeneCall,
    HaplotypeEvidence,
    VariantMatch,
)
from pgx.reports.chances import percent
from pgx.reports.figures import decimal_mark
from pgx.reports.functions import function_in_words

__all__ = ["AlternativeEntry", "EvidenceEntry", "build_evidence"]

Words = Mapping[str, Any]
_LISTED: Final = 8  # positions that are named in one sentence or list


class AlternativeEntry(msgspec.Struct, frozen=True):
    """An alternative diplotype: a line that names it, and lines of what excludes it."""

    title: str
    reasons: tuple[str, ...]


class EvidenceEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What a report says in support of a call."""

    matched: tuple[str, ...] = ()
    alternatives: tuple[AlternativeEntry, ...] = ()


def build_evidence(call: GeneCall, words: Words) -> EvidenceEntry | None:
    """Return the evidence of a call in words, None where there is none."""
    if call.evidence is None:
        return None
    said = words["why"]
    return EvidenceEntry(
        matched=tuple(dict.fromkeys(_haplotype(s, said) for s in call.evidence.haplotypes)),
        alternatives=tuple(
            _alternative(alternative, words) for alternative in call.evidence.alternatives
        ),
    )


def _haplotype(haplotype: HaplotypeEvidence, said: Mapping[str, str]) -> str:
    if not haplotype.variants:
        return said["haplotype_default"].format(
            name=haplotype.name, answered=haplotype.n_answered, named=haplotype.n_named
        )
    by_state: dict[str, list[str]] = {}
    for variant in haplotype.variants:
        by_state.setdefault(variant.state, []).append(_variant(variant, said))
    seen = by_state.get("matched", [])
    text = said["haplotype" if seen else "haplotype_unseen"].format(
        name=haplotype.name,
        seen=len(seen),
        total=len(haplotype.variants),
        variants=_listed(seen, said),
    )
    rest = [
        said[state].format(variants=_listed(by_state[state], said))
        for state in ("unknown", "contradicted")
        if state in by_state
    ]
    return "; ".join([text, *rest])


def _variant(variant: VariantMatch, said: Mapping[str, str]) -> str:
    needs = said["or"].join(variant.needs) or said["undocumented"]
    return said["variant"].format(needs=needs, position=_place(variant.position, variant.rsid))


def _place(position: str, rsid: str) -> str:
    return f"{position} ({rsid})" if rsid else position


def _listed(names: Sequence[str], said: Mapping[str, str]) -> str:
    shown = ", ".join(names[:_LISTED])
    more = len(names) - _LISTED
    return said["more_positions"].format(names=shown, count=more) if more > 0 else shown


def _alternative(alternative: AlternativeDiplotype, words: Words) -> AlternativeEntry:
    said, decimal = words["why"], decimal_mark(words)
    functions = (function_in_words(function, words) for function in alternative.functions)
    known = any(alternative.functions)
    chance = "" if alternative.probability is None else percent(alternative.probability, decimal)
    title = said["alternative"].format(
        why=said.get(alternative.why, alternative.why),
        diplotype=alternative.diplotype,
        functions=said["functions"].format(names=", ".join(functions)) if known else "",
        chance=said["chance"].format(percent=chance) if chance else "",
    )
    return AlternativeEntry(title, tuple(_reasons(alternative, said)))


def _reasons(alternative: AlternativeDiplotype, said: Mapping[str, str]) -> list[str]:
    if alternative.why.startswith("fits"):
        found = []
        if alternative.open_sites:
            found.append(said["would_tell"].format(names=_listed(alternative.open_sites, said)))
        if alternative.open_phase:
            found.append(
                said["would_tell_phase"].format(names=_listed(alternative.open_phase, said))
            )
        return found or [said["cannot_tell"]]
    found = [_contradiction(c, said) for c in alternative.contradictions[:_LISTED]]
    more = len(alternative.contradictions) - len(found)
    if more:
        found.append(said["more_contradictions"].format(count=more))
    if alternative.n_alike > 1:
        others = "alike_two" if alternative.n_alike == 2 else "alike"
        found.append(said[others].format(count=alternative.n_alike - 1))
    return found


def _contradiction(found: Contradiction, said: Mapping[str, str]) -> str:
    between = "|" if found.phased else "/"
    needs = (said["or"].join(n) or said["undocumented"] for n in found.needs)
    return said["phase" if found.kind == "phase" else "needs"].format(
        position=_place(found.position, found.rsid),
        observed=between.join(found.observed),
        needs=between.join(needs),
    )
