"""Drug–drug–gene interaction: phenoconversion of predicted phenotypes by current medicines.

Input: calls, current medicines, and tables of the knowledge base. Output: for each gene whose
enzyme a medicine inhibits or induces, the predicted and the converted phenotype. Only the strongest
inhibitor is used, effects are not added. An inhibitor and an inducer together are not converted: no
published rule combines them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import msgspec

from pgx.phenotypes import AT_LEAST, NO_SCORE, format_score
from pgx.records.calls import PHENOCONVERTED, CallStatus, GeneCall, KeyEvidence, joined_evidence
from pgx.records.genes import GeneDefinition, PhenotypeRule
from pgx.records.patient import (
    ConversionRule,
    GeneConversion,
    KnownMedicine,
    MedicineUse,
    Modulator,
    ScoreRange,
)

__all__ = ["Phenoconverter"]

_STRENGTHS: Final = ("strong", "moderate", "weak")
_LADDER: Final = (
    "Poor Metabolizer",
    "Intermediate Metabolizer",
    "Normal Metabolizer",
    "Rapid Metabolizer",
    "Ultrarapid Metabolizer",
)
_UNSURE: Final = ("Likely ", "Possible ")


class Phenoconverter:
    """Converts calls by the rules of one release."""

    def __init__(
        self,
        genes: Mapping[str, GeneDefinition],
        modulators: Iterable[Modulator],
        rules: Iterable[ConversionRule],
        ranges: Iterable[ScoreRange],
    ) -> None:
        self._genes = genes
        self._rules = {(r.gene, r.effect, r.strength): r for r in rules}
        self._acting: dict[str, list[Modulator]] = {}
        for modulator in modulators:
            self._acting.setdefault(modulator.substance.casefold(), []).append(modulator)
        self._ranges: dict[str, list[ScoreRange]] = {}
        for item in ranges:
            self._ranges.setdefault(item.gene, []).append(item)

    def acting(
        self, medicines: Iterable[KnownMedicine], but: Iterable[str] = ()
    ) -> dict[str, list[Modulator]]:
        """Return the effects of current medicines on each gene's enzyme, strongest first.

        ``but`` are substances that are omitted. Medicines applied to skin, eye or ear have no
        effect.
        """
        left_out = {name.casefold() for name in but}
        found: dict[str, dict[Modulator, None]] = {}
        for medicine in medicines:
            if medicine.use is MedicineUse.CURRENT and not medicine.local:
                for substance in {s.casefold() for s in medicine.substances} - left_out:
                    for modulator in self._acting.get(substance, ()):
                        found.setdefault(modulator.gene, {})[modulator] = None
        return {
            gene: sorted(known, key=lambda m: (_STRENGTHS.index(m.strength), m.substance, m.effect))
            for gene, known in sorted(found.items())
        }

    def convert(self, call: GeneCall, acting: Sequence[Modulator]) -> GeneConversion | None:
        """Return the phenoconversion of a call, None without an acting medicine."""
        if not acting:
            return None
        effects = {m.effect for m in acting}
        first = acting[0]
        rule = self._rules.get((call.gene, first.effect, first.strength))
        base = GeneConversion(
            gene=call.gene,
            medicines=tuple(f"{m.substance} ({m.strength} {m.effect})" for m in acting),
            effect=first.effect if len(effects) == 1 else "mixed",
            strength=first.strength,
            predicted_phenotype=call.phenotype,
            predicted_score=call.activity_score,
            sources=tuple(dict.fromkeys(m.source for m in acting)),
        )
        # No published rule weighs an inhibitor against an inducer.
        if len(effects) > 1:
            return msgspec.structs.replace(base, reason="inhibitor_and_inducer", evidence="none")
        if rule is None or rule.method == "none":
            return msgspec.structs.replace(
                base,
                reason="no_rule",
                evidence="none",
                pmids=rule.pmids if rule else (),
            )
        return self._by_rule(base, call, rule)

    def _by_rule(
        self, base: GeneConversion, call: GeneCall, rule: ConversionRule
    ) -> GeneConversion:
        keys = self._keys(call, rule)
        cited = msgspec.structs.replace(
            base,
            evidence=rule.evidence,
            pmids=rule.pmids,
            sources=tuple(dict.fromkeys((*base.sources, rule.source))),
        )
        if not keys:
            return msgspec.structs.replace(cited, reason="nothing_to_convert")
        phenotypes = self._phenotypes(call.gene, keys)
        scored = self._genes[call.gene].scored
        return msgspec.structs.replace(
            cited,
            lookup_keys=keys,
            whatever_genotype=_is_zero(rule),
            phenotype=" or ".join(phenotypes) or None,
            activity_score=_score_text(call, rule, keys) if scored else None,
            reason="" if set(keys) != set(call.lookup_keys) else "no_change",
        )

    def converted_call(self, call: GeneCall, conversion: GeneConversion) -> GeneCall:
        """Return a call with the converted keys, for an additional lookup.

        A converted key has the probability of its source keys. If a converted score is between two
        keys, the second has no probability. If the conversion is the same for every genotype,
        unresolved genotypes are irrelevant.
        """
        settled = conversion.whatever_genotype
        rule = self._rules[call.gene, conversion.effect, conversion.strength]
        return msgspec.structs.replace(
            call,
            status=CallStatus.CALLED if len(conversion.lookup_keys) == 1 else CallStatus.AMBIGUOUS,
            phenotype=conversion.phenotype,
            activity_score=conversion.activity_score,
            lookup_keys=conversion.lookup_keys,
            key_evidence=self._evidence(call, rule, conversion.lookup_keys),
            copy_keys=() if settled else self._copy_keys(call, rule),
            depends_on=() if settled else call.depends_on,
            notes=(PHENOCONVERTED,) if settled else (*call.notes, PHENOCONVERTED),
        )

    def _evidence(
        self, call: GeneCall, rule: ConversionRule, keys: Sequence[str]
    ) -> tuple[KeyEvidence, ...]:
        """Return the evidence of converted keys, the best one first; empty without a prior."""
        if _is_zero(rule):
            return (KeyEvidence(lookup_key=keys[0], probability=1.0),)
        found: dict[str, KeyEvidence] = {}
        gene = self._genes[call.gene]
        for place, item in enumerate(call.key_evidence):
            first, *others = self._one(gene, item.lookup_key, rule)
            known = found.get(first)
            found[first] = joined_evidence(known, item) if known else _under(item, first)
            for key in others:
                share = item.probability if place else None
                reading = _under(item, key, probability=None, at_most=share, by_group=())
                found.setdefault(key, reading)
        return tuple(sorted(found.values(), key=lambda e: e.lookup_key != keys[0]))

    def _copy_keys(self, call: GeneCall, rule: ConversionRule) -> tuple[str, ...]:
        gene = self._genes[call.gene]
        keys = (new for key in call.copy_keys for new in self._one(gene, key, rule))
        return tuple(dict.fromkeys(keys))

    def _phenotypes(self, gene: str, keys: Iterable[str]) -> tuple[str, ...]:
        """Return the phenotypes of keys, each once, in the order of the keys."""
        named = {r.lookup_key: r.phenotype for r in self._genes[gene].rules}
        return tuple(dict.fromkeys(named[key] for key in keys if key in named))

    def _keys(self, call: GeneCall, rule: ConversionRule) -> tuple[str, ...]:
        """Return the converted keys of every possible key of the call, best first."""
        gene = self._genes[call.gene]
        answered = call.status is not CallStatus.NOT_ASSESSED
        known = [key for key in call.lookup_keys if answered]
        if _is_zero(rule):
            # Also without a genotype: no activity is left of any.
            return self._nearest(gene, Decimal(0), open_ended=False)  # whatever the genotype
        return tuple(dict.fromkeys(new for key in known for new in self._one(gene, key, rule)))

    def _one(self, gene: GeneDefinition, key: str, rule: ConversionRule) -> tuple[str, ...]:
        """Return the converted keys of one key."""
        if rule.method == "score_factor":
            return self._scaled(gene, key, Decimal(rule.value))
        if rule.method == "phenotype_to":
            return _to(gene, key, rule.value)
        return _stepped(gene, key, int(rule.value))

    def _scaled(self, gene: GeneDefinition, key: str, factor: Decimal) -> tuple[str, ...]:
        """Return the keys of a score times a factor; a key that is not a score is unchanged."""
        try:
            score = Decimal(key.removeprefix(AT_LEAST)) * factor
        except InvalidOperation:
            return (key,)
        # Half of "at least 3" is "at least 1.5": the number of copies stays open.
        return self._nearest(gene, score, open_ended=key.startswith(AT_LEAST))

    def _nearest(
        self, gene: GeneDefinition, score: Decimal, *, open_ended: bool
    ) -> tuple[str, ...]:
        """Return the possible lookup keys of a score.

        A score that is not a key is between two: those of its phenotype are used, or both if the
        gene has no published ranges. A lower bound includes all higher keys.
        """
        scores = {
            Decimal(r.lookup_key.removeprefix(AT_LEAST)): r
            for r in sorted(gene.rules, key=lambda r: not r.lookup_key.startswith(AT_LEAST))
            if r.lookup_key not in ("", NO_SCORE)
        }
        ordered = sorted(scores)
        if open_ended:
            return tuple(scores[s].lookup_key for s in ordered if s >= score)
        if score in scores:
            return (scores[score].lookup_key,)
        below = [s for s in ordered if s < score][-1:]
        above = [s for s in ordered if s > score][:1]
        near = [scores[s] for s in (*below, *above)]
        meant = self._phenotype_at(gene.gene, score)
        # A score between two keys is looked up by the phenotype in whose range it lies.
        own = [rule for rule in near if rule.phenotype == meant]
        return tuple(rule.lookup_key for rule in own or near)

    def _phenotype_at(self, gene: str, score: Decimal) -> str:
        """Return the phenotype of a score by published ranges, "" without ranges."""
        value = float(score)
        return next((r.phenotype for r in self._ranges.get(gene, ()) if r.holds(value)), "")


def _under(item: KeyEvidence, key: str, **changes: Any) -> KeyEvidence:  # noqa: ANN401
    return msgspec.structs.replace(item, lookup_key=key, **changes)


def _is_zero(rule: ConversionRule) -> bool:
    """Whether a rule leaves no activity, regardless of genotype."""
    return rule.method == "score_factor" and Decimal(rule.value) == 0


def _score_text(call: GeneCall, rule: ConversionRule, keys: Sequence[str]) -> str | None:
    """Return the converted score, which may not be a key; None without a score."""
    if rule.method != "score_factor":
        return None
    factor = Decimal(rule.value)
    if factor == 0:
        return keys[0]
    score = call.activity_score
    if score is None:
        return None
    open_ended = AT_LEAST if score.startswith(AT_LEAST) else ""
    try:
        return open_ended + format_score(Decimal(score.removeprefix(AT_LEAST)) * factor)
    except InvalidOperation:
        return None


def _plain(term: str) -> str:
    for word in _UNSURE:
        term = term.removeprefix(word)
    return term


def _known_terms(gene: GeneDefinition) -> dict[str, PhenotypeRule]:
    return {rule.phenotype: rule for rule in gene.rules}


def _to(gene: GeneDefinition, key: str, term: str) -> tuple[str, ...]:
    """Return the key of a phenotype; one outside the gene's phenotype scale is unchanged."""
    # Indeterminate and gene-specific terms have no step up or down.
    if _plain(key) not in _LADDER:
        return (key,)
    return (_known_terms(gene)[term].lookup_key,)


def _stepped(gene: GeneDefinition, key: str, steps: int) -> tuple[str, ...]:
    """Return the key some steps along the gene's phenotype scale, within its ends."""
    known = _known_terms(gene)
    ladder: list[str] = [term for term in _LADDER if term in known]
    if _plain(key) not in ladder:
        return (key,)
    place = max(0, min(len(ladder) - 1, ladder.index(_plain(key)) + steps))
    return (known[ladder[place]].lookup_key,)
