"""What a gene's call says of an input: every level or count that some candidate gives."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from pgx.base.allele_names import core_allele
from pgx.base.calls import CallStatus, GeneCall
from pgx.base.genes import GeneDefinition
from pgx.recommendations.views import COPY_NUMBER_NOTE
from pgx_dosing.rules.possible import Possible, PossibleValues, untold
from pgx_dosing.rules.specification import UNLISTED, RuleInput, Value

__all__ = ["observed_gene"]

_NEGLIGIBLE: Final = 1e-3
"""Candidates that are not listed count, if their probability together is at least this."""
_NOT_LISTED: Final = "candidates_not_listed"
_ANSWERED: Final = (CallStatus.CALLED, CallStatus.AMBIGUOUS)

_Shares = dict[Value, float | None]


def observed_gene(
    item: RuleInput, call: GeneCall | None, gene: GeneDefinition | None
) -> PossibleValues:
    """Return the values of an input that a call leaves possible, likeliest first.

    What the call could not see (copies that nobody counted, positions without an answer, alleles
    for which an outside laboratory may not have looked) leaves every value possible; those that
    the call gives then come first and carry no probability.
    """
    if call is None:
        return untold(item.name, "gene_not_in_result")
    if call.status not in _ANSWERED:
        return untold(item.name, call.status.value)
    if item.observe.kind == "variant_count" and call.sites:
        return _variant_count(item, call)
    shares = _SHARES[item.observe.kind](item, call, gene)
    if not shares:
        return untold(item.name, "not_in_call")
    blind = _blind(item, call)
    if blind == _NOT_LISTED and item.observe.other == UNLISTED and call.rest is not None:
        _add(shares, UNLISTED, call.rest)  # a model weighs them as what it does not know
        blind = ""
    if blind:
        every: Iterable[Value] = (*shares, *_allowed(item))
        values = tuple(Possible(value) for value in dict.fromkeys(every))
        return PossibleValues(input=item.name, values=values, reason=blind)
    listed = sorted(shares.items(), key=lambda kept: -(kept[1] or 0.0))
    values = tuple(Possible(value, share) for value, share in listed)
    return PossibleValues(
        input=item.name, values=values, reason="ambiguous" if len(values) > 1 else ""
    )


def _allowed(item: RuleInput) -> Iterable[Value]:
    if item.kind == "level":
        return item.levels
    return range(int(item.low or 0), int(item.high or 0) + 1)


def _blind(item: RuleInput, call: GeneCall) -> str:
    """Return a code of what the call could not see, "" where it saw all that matters."""
    if COPY_NUMBER_NOTE in call.notes or f"{call.gene}:copy_number" in call.depends_on:
        return "copy_number_not_assessed"
    if set(item.observe.positions) & set(call.missing):
        return "position_not_answered"
    counted = item.observe.kind == "allele_count" and item.observe.positions
    if counted and call.source == "outside":
        return "outside_call_without_list_of_tested_alleles"
    unlisted = call.n_candidates > len(call.candidates) and item.observe.kind != "phenotype"
    if unlisted and (call.rest is None or call.rest >= _NEGLIGIBLE):
        return _NOT_LISTED
    return ""


def _add(shares: _Shares, value: Value, share: float | None) -> None:
    if value not in shares:
        shares[value] = share
        return
    old = shares[value]
    shares[value] = None if old is None or share is None else old + share


def _diplotypes(call: GeneCall) -> list[tuple[str, float | None]]:
    """Return each diplotype that fits, as core alleles, with its probability."""
    found = [(c.diplotype, c.probability) for c in call.candidates]
    if not found and call.diplotype is not None:
        found = [(call.diplotype, call.probability)]
    if len(found) == 1 and call.n_candidates <= 1:
        return [(found[0][0], 1.0)]
    return found


def _haplotypes(diplotype: str) -> list[str]:
    return [core_allele(name) for name in diplotype.split("/")]


def _by_diplotype(item: RuleInput, call: GeneCall, _gene: GeneDefinition | None) -> _Shares:
    """Return the levels that candidates are; the order of the haplotypes does not matter."""
    levels = {tuple(sorted(level.split("/"))): level for level in item.levels}
    shares: _Shares = {}
    for diplotype, share in _diplotypes(call):
        level = levels.get(tuple(sorted(_haplotypes(diplotype))), item.observe.other)
        if not level:
            return {}
        _add(shares, level, share)
    return shares


def _by_phenotype(item: RuleInput, call: GeneCall, gene: GeneDefinition | None) -> _Shares:
    """Return the phenotypes that candidates give; one that is no level leaves all open."""
    terms = {rule.lookup_key: rule.phenotype for rule in gene.rules} if gene else {}
    shares: _Shares = {}
    for evidence in call.key_evidence:
        term = terms.get(evidence.lookup_key, evidence.lookup_key)
        _add(shares, term, evidence.probability)
    # without a definition a key may be a score, which is no phenotype: then nothing is weighed
    if not shares or not set(shares) <= set(call.phenotypes):
        named = call.phenotypes or ((call.phenotype,) if call.phenotype else ())
        shares = {term: 1.0 if len(named) == 1 else None for term in named}
    return shares if set(shares) <= set(item.levels) else {}


def _by_alleles(item: RuleInput, call: GeneCall, _gene: GeneDefinition | None) -> _Shares:
    """Return how often the counted alleles stand in candidates.

    A haplotype that combines alleles, or one that is listed as unsure, may count or not.
    """
    shares: _Shares = {}
    for diplotype, share in _diplotypes(call):
        counts = [_counts(item, name) for name in _haplotypes(diplotype)]
        totals = {sum(each) for each in itertools.product(*counts)}
        for total in sorted(totals):
            _add(shares, total, share if len(totals) == 1 else None)
    return shares


def _counts(item: RuleInput, name: str) -> tuple[int, ...]:
    how = item.observe
    if name in how.alleles:
        return (1,)
    plain = not any(sign in name for sign in "[]+") and "x" not in name.rpartition("*")[2]
    if name in how.unsure or not plain:
        return (0, 1)
    return (0,)


def _variant_count(item: RuleInput, call: GeneCall) -> PossibleValues:
    """Return how many haplotypes carry a base at a position; unknown haplotypes may or may not."""
    how = item.observe
    site = next((s for s in call.sites if s.position in how.positions), None)
    if site is None or not site.alleles or set(site.alleles) == {"."}:
        return untold(item.name, (site.reason if site else None) or "position_not_answered")
    carried = sum(allele == how.base for allele in site.alleles)
    unknown = sum(allele == "." for allele in site.alleles)
    counts = range(carried, carried + unknown + 1)
    return PossibleValues(
        input=item.name,
        values=tuple(Possible(n) for n in counts),
        reason="position_half_answered" if unknown else "",
    )


_SHARES: Final[Mapping[str, Callable[[RuleInput, GeneCall, GeneDefinition | None], _Shares]]] = {
    "diplotype": _by_diplotype,
    "phenotype": _by_phenotype,
    "allele_count": _by_alleles,
    "variant_count": _by_alleles,
}
