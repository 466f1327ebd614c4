"""What open keys mean for advice: how probable other advice is, and what would settle it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from pgx.base.calls import AlternativeAdvice, GeneCall, KeyEvidence, Recommendation
from pgx.recommendations.index import DIPLOTYPES, Topic

__all__ = ["Advice", "settled_by", "weighed"]


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """Advice for one set of keys, without the sample: what can be remembered.

    ``open_genes`` are those whose several keys, or whose missing result, change it;
    ``unsettled`` are those of them that have a result. ``others`` holds, for each of the
    row's alternatives, the combinations of keys that lead to it.
    """

    row: Recommendation
    open_genes: tuple[str, ...] = ()
    unsettled: tuple[str, ...] = ()
    best: tuple[str, ...] = ()
    others: tuple[tuple[tuple[str, ...], ...], ...] = ()


def settled_by(topic: Topic, advice: Advice, calls: Mapping[str, GeneCall]) -> tuple[str, ...]:
    """Return the positions, phases and copy numbers that would settle the advice.

    Of a gene whose candidates are weighed, only what tells those keys apart that lead to
    other advice.
    """
    if not advice.open_genes:
        return ()
    wanted: dict[str, None] = {}
    for place, gene in enumerate(topic.genes):
        if gene not in advice.open_genes:
            continue
        call = calls.get(gene)
        rivals = {c[place] for same in advice.others for c in same} - {advice.best[place]}
        known_keys = _evidence_of(topic, place, call)
        known = [site for key, e in known_keys.items() if key in rivals for site in e.settled_by]
        if call and not known:
            known = [*(call.depends_on or call.missing)]
        wanted.update(dict.fromkeys(known or (f"{gene}:genotype",)))
    return tuple(wanted)


def _evidence_of(topic: Topic, place: int, call: GeneCall | None) -> Mapping[str, KeyEvidence]:
    """Return what is known of the keys of one gene of a topic."""
    if call is None:
        return {}
    if topic.alleles[place] == DIPLOTYPES:
        return topic.pair_evidence(place, call)
    own = topic.own_keys(place, call.lookup_keys)
    if len(own) == 1 and not call.key_evidence:
        return {own[0]: KeyEvidence(lookup_key=own[0], probability=1.0)}
    found: dict[str, KeyEvidence] = {}
    for item in call.key_evidence:
        for key in topic.own_keys(place, (item.lookup_key,)):
            found.setdefault(key, item)
    return found


def weighed(
    topic: Topic, advice: Advice, calls: Mapping[str, GeneCall]
) -> tuple[AlternativeAdvice, ...]:
    """Return the other advice with its probability, where every gene's keys are weighed."""
    if not advice.others:
        return ()
    evidence = [_evidence_of(topic, i, calls.get(g)) for i, g in enumerate(topic.genes)]
    found = []
    for alternative, same in zip(advice.row.alternatives, advice.others, strict=True):
        shares = [_share(evidence, combination) for combination in same]
        known = [share for share in shares if share is not None]
        total = min(1.0, sum(known)) if len(known) == len(shares) else None
        found.append(msgspec.structs.replace(alternative, probability=total))
    return tuple(found)


def _share(
    evidence: Sequence[Mapping[str, KeyEvidence]], combination: Sequence[str]
) -> float | None:
    """Return the probability of a combination of keys, genes being independent."""
    share = 1.0
    for known, key in zip(evidence, combination, strict=True):
        probability = known[key].probability if key in known else None
        if probability is None:
            return None
        share *= probability
    return share
