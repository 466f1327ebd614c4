"""What is unresolved about a call or a recommendation, in one sentence, and what resolves it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from pgx.messages.arguments import join_names
from pgx.records.calls import CallStatus, Candidate, GeneCall, KeyEvidence
from pgx.records.notes import NoteCode
from pgx.reports.content.phrases import figure, percent, phenotype_in_words

__all__ = [
    "best_of",
    "candidate_text",
    "other_phenotypes",
    "resolved_by",
    "unresolved_advice",
    "unresolved_call",
]

Words = Mapping[str, Any]

_NAMED: Final = 2
"""Alternatives named in a sentence: the entry lists all."""
_NAMED_SITES: Final = 3
"""Positions named in a sentence."""
_AGREED: Final = 1.0 - 1e-9
"""From this posterior on all candidates agree; what is left is rounding."""
_PHASE: Final = "phase:"
_COPY_NUMBER: Final = ":copy_number"
_GENOTYPE: Final = ":genotype"


def candidate_text(candidate: Candidate, words: Words) -> str:
    """Name a candidate diplotype with its posterior probability, if it has one."""
    if candidate.probability is None:
        return candidate.diplotype
    return f"{candidate.diplotype} ({percent(candidate.probability, words)})"


def best_of(call: GeneCall, words: Words) -> str:
    """Return of how many candidates a diplotype is the most likely, and the next one.

    Without a prior no candidate is more likely than another. Empty for a single candidate.
    """
    if call.n_candidates <= 1:
        return ""
    label: Mapping[str, str] = words["label"]
    text = label["one_of"].format(count=call.n_candidates)
    if call.probability is not None:
        chance = label["probability"].format(percent=percent(call.probability, words))
        text = f"{label['best_of'].format(count=call.n_candidates)} ({chance})"
    others = [c for c in call.candidates if c.diplotype != call.diplotype]
    if call.status is not CallStatus.AMBIGUOUS or not others:
        return text
    key = "other_candidate" if call.probability is None else "next"
    return label[key].format(best=text, name=candidate_text(others[0], words))


def other_phenotypes(call: GeneCall, words: Words) -> str:
    """Return the other possible phenotypes, or how far the candidates agree on the one shown.

    Empty for a called gene on whose phenotype all candidates agree. If copy number was not
    assessed, agreement of the candidates does not imply certainty.
    """
    label: Mapping[str, str] = words["label"]
    copies = label["copies_open"] if _lacks_copies(call) else ""
    others = _other_phenotypes(call)
    if others:
        shown = (phenotype_in_words(name, words) for name in others)
        listed = label["or_lead"].format(names=", ".join(shown))
        return f"{listed}; {copies}" if copies else listed
    if copies or not call.phenotype or call.n_candidates <= 1 or len(call.lookup_keys) != 1:
        return copies
    if all_agree(call):
        return "" if call.status is CallStatus.CALLED else label["same_for_all"]
    share = _phenotype_share(call)
    return "" if share is None else label["agreeing"].format(percent=percent(share, words))


def _other_phenotypes(call: GeneCall) -> list[str]:
    """Return the phenotypes that the call's does not contain: a test of each allele is a part."""
    known = {call.phenotype, *(call.phenotype or "").split("; ")}
    return [name for name in call.phenotypes if name not in known]


def all_agree(call: GeneCall) -> bool:
    """Whether every candidate, listed or not, has the phenotype of the call."""
    if NoteCode.CANDIDATES_NOT_ALL_LISTED in call.notes:
        return False
    if _other_phenotypes(call) or len(call.lookup_keys) != 1:
        return False
    # without a prior there is no posterior to sum: the keys are then those of all candidates
    share = _phenotype_share(call)
    is_whole = not call.key_evidence or (share is not None and share >= _AGREED)
    return is_whole and not any(_is_possible(e, call) for e in call.key_evidence)


def _is_possible(evidence: KeyEvidence, call: GeneCall) -> bool:
    """Whether a lookup key other than the call's can be true; its probability may be rounded."""
    if evidence.lookup_key == call.lookup_keys[0]:
        return False
    return bool(evidence.at_most or evidence.open_core or evidence.failed) or (
        evidence.probability is not None and evidence.probability > 1.0 - _AGREED
    )


def _phenotype_share(call: GeneCall) -> float | None:
    """Return the posterior probability of the call's phenotype, None if it was not computed."""
    found = [e.probability for e in call.key_evidence if e.lookup_key in call.lookup_keys[:1]]
    return found[0] if found else None


def _lacks_copies(call: GeneCall) -> bool:
    return NoteCode.COPY_NUMBER_NOT_ASSESSED in call.notes and bool(call.diplotype)


def unresolved_call(call: GeneCall, words: Words) -> str:
    """Return what is unresolved about a call; empty if a single phenotype is possible.

    "Unresolved: most likely *1/*2 (posterior 98.7%); *2/*3 (1.3%) would mean Poor Metabolizer;
    resolved by genotyping chr10:94781859".
    """
    others = list(_alternatives(call, words))
    is_open = call.status is CallStatus.AMBIGUOUS or bool(others)
    # candidates of a called gene matter only if they may differ in phenotype
    is_open |= call.n_candidates > 1 and not all_agree(call)
    is_answered = call.status in (CallStatus.CALLED, CallStatus.AMBIGUOUS)
    if not is_answered or not (is_open or _lacks_copies(call)):
        return ""
    said: Mapping[str, str] = words["unresolved"]
    named = others[:_NAMED]
    if len(others) > _NAMED:
        named.append(said["more"].format(count=len(others) - _NAMED))
    parts = [_lead(call, words), *(named or [_agreement(call, words)])]
    if _lacks_copies(call):
        parts.append(words["label"]["copies_open"])
    parts.append(resolved_by(call.depends_on, words))
    return "; ".join(filter(None, parts))


def _lead(call: GeneCall, words: Words) -> str:
    said: Mapping[str, str] = words["unresolved"]
    is_open = call.status is CallStatus.AMBIGUOUS
    if not call.diplotype:
        return said["lead_bare"] if is_open else ""
    if call.probability is not None and call.n_candidates > 1:
        key = "lead" if is_open else "called"
        chance = percent(call.probability, words)
        return said[key].format(name=call.diplotype, percent=chance)
    if is_open and call.n_candidates > 1:
        names = [c.diplotype for c in call.candidates] or [call.diplotype]
        shown = _with_more(names, call.n_candidates - len(names), words)
        return said["lead_plain"].format(count=call.n_candidates, names=shown)
    key = "lead_one" if is_open else "called_plain"
    return said[key].format(name=call.diplotype)


def _alternatives(call: GeneCall, words: Words) -> Iterator[str]:
    """Yield a clause for each other phenotype, or score, among the listed ones."""
    said: Mapping[str, str] = words["unresolved"]
    evidence = {e.lookup_key: e for e in call.key_evidence if e.diplotype}
    keys = [key for key in call.lookup_keys[1:] if key in evidence]
    if not keys:
        # older results, and calls without a prior, do not say which candidate has which phenotype
        for name in _other_phenotypes(call):
            yield said["phenotype"].format(phenotype=phenotype_in_words(name, words))
        return
    for key in keys:
        yield _alternative(call, evidence[key], words)


def _alternative(call: GeneCall, evidence: KeyEvidence, words: Words) -> str:
    said: Mapping[str, str] = words["unresolved"]
    name, share = evidence.diplotype, evidence.probability
    chance = "" if share is None else f" ({percent(share, words)})"
    # the probability of the diplotype itself: several may have this key
    own = next((c for c in call.candidates if c.diplotype == name), Candidate(name))
    if evidence.lookup_key == name or not evidence.phenotype:
        # the gene has no phenotypes: guidelines use the diplotype
        return said["also"].format(name=name) + chance
    meaning = phenotype_in_words(evidence.phenotype, words)
    if evidence.phenotype == call.phenotype:
        meaning = words["label"]["score"].format(score=figure(evidence.lookup_key, words))
    if name == call.diplotype:
        return said["uncertain"].format(phenotype=meaning) + chance
    key = "could" if share is None else "would"
    sentence = said[key].format(name=candidate_text(own, words), phenotype=meaning)
    return sentence if own.probability is not None else sentence + chance


def _agreement(call: GeneCall, words: Words) -> str:
    """Return how far the candidates agree on the phenotype; empty if nothing is known of it."""
    if call.n_candidates <= 1 or not call.phenotype or len(call.lookup_keys) != 1:
        return ""
    said: Mapping[str, str] = words["unresolved"]
    name = phenotype_in_words(call.phenotype, words)
    if all_agree(call):
        return said["all"].format(phenotype=name)
    share = _phenotype_share(call)
    if share is None:
        return ""
    return said["agreed"].format(phenotype=name, percent=percent(share, words))


def unresolved_advice(others: Sequence[str], depends_on: Sequence[str], words: Words) -> str:
    """Return why a recommendation is provisional and what resolves it.

    ``others`` are other possible recommendations, each with the result under which it applies.
    """
    said: Mapping[str, str] = words["unresolved"]
    named = list(others[:_NAMED])
    if len(others) > _NAMED:
        named.append(said["more_advice"].format(count=len(others) - _NAMED))
    return "; ".join(filter(None, (said["advice"], *named, resolved_by(depends_on, words))))


def resolved_by(codes: Iterable[str], words: Words) -> str:
    """Return what would resolve a call or recommendation; empty for no codes.

    Parameters
    ----------
    codes
        As in `GeneCall.depends_on`: ``chrN:pos``, ``phase:chrN:pos+chrN:pos``,
        ``GENE:copy_number`` or ``GENE:genotype``.
    words
        Messages of the language.
    """
    said: Mapping[str, str] = words["unresolved"]
    positions: list[str] = []
    phased: list[str] = []
    ways: list[str] = []
    for code in codes:
        if code.startswith(_PHASE):
            phased += code.removeprefix(_PHASE).split("+")
        elif code.endswith(_COPY_NUMBER):
            ways.append(said["counting"].format(gene=code.removesuffix(_COPY_NUMBER)))
        elif code.endswith(_GENOTYPE):
            ways.append(said["calling"].format(gene=code.removesuffix(_GENOTYPE)))
        else:
            positions.append(code)
    for key, names in (("phasing", phased), ("genotyping", positions)):
        if names:
            distinct = list(dict.fromkeys(names))
            ways.insert(0, said[key].format(names=_with_more(distinct, 0, words)))
    if not ways:
        return ""
    return said["resolved"].format(what=join_names(ways, said["and_by"]))


def _with_more(names: Sequence[str], unlisted: int, words: Words) -> str:
    """Join the first names; the number of others follows."""
    label: Mapping[str, str] = words["label"]
    more = len(names) - _NAMED_SITES + unlisted
    if more <= 0:
        return join_names(names, label["and"])
    shown = ", ".join(names[:_NAMED_SITES])
    return f"{shown} {label['more_positions'].format(count=more)}"
