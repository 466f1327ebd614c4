"""Phenoconversion: every rule of the table is reached, and agrees with a plain oracle."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import one_test
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.recommendations.phenoconversion import Phenoconverter
from pgx.records.calls import CallStatus, GeneCall, KeyEvidence
from pgx.records.patient import KnownMedicine, MedicineUse, Modulator
from recommendations.made import call

KNOWLEDGE = KnowledgeBase()
FACTS = KNOWLEDGE.medicines
CONVERTER = Phenoconverter(
    KNOWLEDGE.genes, FACTS.modulators, FACTS.conversion_rules, FACTS.score_ranges
)
SCORES = tuple(dict.fromkeys(r.lookup_key for r in KNOWLEDGE.genes["CYP2D6"].rules))
NUMBERS = tuple(key for key in SCORES if key != "n/a")
TERMS = tuple(dict.fromkeys(r.lookup_key for r in KNOWLEDGE.genes["CYP2C19"].rules))
METHODS_OF_SCORES = ("score_factor", "none")


def modulator(gene, effect, strength, substance="x"):
    return Modulator(substance=substance, gene=gene, effect=effect, strength=strength, source="s")


def converted(gene, keys, *acting, **fields):
    return CONVERTER.convert(call(gene, *keys, **fields), acting)


def moderate(*keys, **fields):
    return converted("CYP2D6", keys, modulator("CYP2D6", "inhibitor", "moderate"), **fields)


def strong(*keys, **fields):
    return converted("CYP2D6", keys, modulator("CYP2D6", "inhibitor", "strong"), **fields)


def taken(name, use=MedicineUse.CURRENT, **fields):
    return KnownMedicine(name=name, use=use, substances=(name,), **fields)


def acting(*medicines, but=()):
    found = CONVERTER.acting(medicines, but)
    return {gene: [(m.substance, m.strength) for m in own] for gene, own in found.items()}


# who acts


def test_what_is_taken_acts_strongest_first():
    found = acting(taken("duloxetine"), taken("Paroxetine"))
    assert found["CYP2D6"] == [("paroxetine", "strong"), ("duloxetine", "moderate")]


@pytest.mark.parametrize("use", [use for use in MedicineUse if use is not MedicineUse.CURRENT])
def test_what_is_not_taken_now_does_not_act(use):
    assert acting(taken("paroxetine", use)) == {}


def test_what_stays_on_the_skin_does_not_act():
    assert acting(taken("terbinafine", local=True)) == {}
    assert acting(taken("terbinafine"))["CYP2D6"] == [("terbinafine", "strong")]


def test_a_part_of_a_combination_acts_and_the_same_twice_once():
    both = KnownMedicine(
        name="Nuedexta", use=MedicineUse.CURRENT, substances=("dextromethorphan", "quinidine")
    )
    assert acting(both, taken("quinidine"))["CYP2D6"] == [("quinidine", "strong")]


def test_what_is_left_out_does_not_act():
    medicines = (taken("paroxetine"), taken("duloxetine"))
    assert acting(*medicines, but=["PAROXETINE"])["CYP2D6"] == [("duloxetine", "moderate")]


def test_without_modulators_nothing_is_said():
    assert CONVERTER.convert(call("CYP2D6", "2.0"), ()) is None


# the rule of CYP2D6


@one_test
@pytest.mark.parametrize("keys", [(), *((key,) for key in SCORES), ("2.0", "0.5", "n/a")])
def test_a_strong_inhibitor_leaves_nothing_whatever_the_genotype(keys):
    found = strong(*keys)
    assert (found.phenotype, found.activity_score) == ("Poor Metabolizer", "0.0")
    assert (found.lookup_keys, found.whatever_genotype) == (("0.0",), True)
    assert found.evidence == "established"
    assert found.reason == ("no_change" if keys == ("0.0",) else "")


def test_of_a_strong_and_a_moderate_inhibitor_the_strong_one_counts():
    both = [modulator("CYP2D6", "inhibitor", s, s) for s in ("strong", "moderate")]
    found = converted("CYP2D6", ["2.0"], *both)
    assert found.lookup_keys == ("0.0",)
    assert found.medicines == ("strong (strong inhibitor)", "moderate (moderate inhibitor)")


def test_two_moderate_inhibitors_do_not_add_up():
    both = [modulator("CYP2D6", "inhibitor", "moderate", name) for name in "ab"]
    assert converted("CYP2D6", ["2.0"], *both).lookup_keys == ("1.0",)


def band(score: Fraction) -> str:
    """CPIC's phenotypes of CYP2D6 by score, written out."""
    if score == 0:
        return "Poor Metabolizer"
    if score < Fraction("1.25"):
        return "Intermediate Metabolizer"
    return "Normal Metabolizer" if score <= Fraction("2.25") else "Ultrarapid Metabolizer"


def halved(key: str) -> tuple[set[str], Fraction | None]:
    """Return the phenotypes that half a score may have, and that score."""
    if key == "n/a":
        return {"Indeterminate"}, None
    half = Fraction(key.lstrip("≥")) / 2
    if not key.startswith("≥"):
        return {band(half)}, half
    more = [Fraction(k.lstrip("≥")) for k in NUMBERS]
    return {band(half), *(band(score) for score in more if score >= half)}, half


@one_test
@pytest.mark.parametrize("key", SCORES)
def test_half_a_score_against_the_oracle(key):
    score = None if key == "n/a" else key
    found = moderate(key, activity_score=score, phenotype="before")
    phenotypes, half = halved(key)
    assert set((found.phenotype or "").split(" or ")) == phenotypes
    if half is None:
        assert (found.activity_score, found.reason) == (None, "no_change")
        return
    shown = found.activity_score
    assert Fraction(shown.lstrip("≥")) == half
    assert shown.startswith("≥") == key.startswith("≥")
    assert (found.reason == "no_change") == (found.lookup_keys == (key,))
    assert (found.reason == "no_change") == (key in ("0.0", "0.25"))
    for new in found.lookup_keys:  # no key further from the score than its neighbours
        between = [
            k for k in NUMBERS
            if min(half, value(new)) < value(k) < max(half, value(new)) and not k.startswith("≥")
        ]  # fmt: skip
        assert not between or key.startswith("≥")
    assert (found.predicted_phenotype, found.predicted_score) == ("before", key)


def value(key: str) -> Fraction:
    return Fraction(key.lstrip("≥"))


@one_test
@pytest.mark.parametrize(
    ("key", "keys"),
    [
        ("2.0", ("1.0",)), ("1.25", ("0.5", "0.75")), ("0.25", ("0.25",)), ("2.25", ("1.0",)),
        ("2.5", ("1.25",)), ("2.75", ("1.25", "1.5")), ("3.0", ("1.5",)), ("4.0", ("2.0",)),
    ],
)  # fmt: skip
def test_half_scores_by_hand(key, keys):
    assert moderate(key).lookup_keys == keys


def test_half_of_at_least_three_leaves_more_open():
    found = moderate("≥3.0", activity_score="≥3.0")
    assert found.lookup_keys[0] == "1.5"
    assert found.activity_score == "≥1.5"
    assert found.phenotype == "Normal Metabolizer or Ultrarapid Metabolizer"
    assert not set(found.lookup_keys) & {"0.0", "0.25", "0.5", "0.75", "1.0", "1.25"}


@given(st.lists(st.sampled_from(SCORES), min_size=1, max_size=6, unique=True))
def test_every_key_that_a_call_leaves_open_is_converted(keys):
    found = moderate(*keys)
    assert set(found.lookup_keys) == {new for key in keys for new in moderate(key).lookup_keys}
    assert found.lookup_keys[: len(moderate(keys[0]).lookup_keys)] == moderate(keys[0]).lookup_keys
    phenotypes = set().union(*(halved(key)[0] for key in keys))
    assert set(found.phenotype.split(" or ")) == phenotypes


def test_a_score_that_is_no_number_stays_unknown():
    found = moderate("n/a", activity_score="n/a")
    assert (found.lookup_keys, found.activity_score) == (("n/a",), None)


def test_without_a_result_only_a_strong_inhibitor_says_something():
    found = moderate()
    assert (found.reason, found.lookup_keys, found.phenotype) == ("nothing_to_convert", (), None)
    not_called = call("CYP2D6", "2.0", activity_score="2.0")
    left = CONVERTER.convert(
        GeneCall(sample="S", gene="CYP2D6", status=CallStatus.NOT_ASSESSED,
                 lookup_keys=not_called.lookup_keys),
        [modulator("CYP2D6", "inhibitor", "moderate")],
    )  # fmt: skip
    assert left.lookup_keys == ()


def test_the_prediction_is_never_changed():
    before = call("CYP2D6", "2.0", phenotype="Normal Metabolizer", activity_score="2.0",
                  diplotype="*1/*1", notes=("copy_number_not_assessed",))  # fmt: skip
    found = CONVERTER.convert(before, [modulator("CYP2D6", "inhibitor", "moderate")])
    assert (found.predicted_phenotype, found.predicted_score) == ("Normal Metabolizer", "2.0")
    after = CONVERTER.converted_call(before, found)
    assert (after.diplotype, after.lookup_keys) == ("*1/*1", ("1.0",))
    assert (before.lookup_keys, before.phenotype) == (("2.0",), "Normal Metabolizer")


def test_an_unknown_copy_number_stays_open_unless_nothing_is_left():
    before = call("CYP2D6", "2.0", activity_score="2.0", notes=("copy_number_not_assessed",),
                  depends_on=("chr22:1",))  # fmt: skip
    for strength, kept in (("moderate", True), ("strong", False)):
        found = CONVERTER.convert(before, [modulator("CYP2D6", "inhibitor", strength)])
        after = CONVERTER.converted_call(before, found)
        assert ("copy_number_not_assessed" in after.notes) is kept
        assert bool(after.depends_on) is kept


def test_several_keys_are_ambiguous():
    found = moderate("1.25")
    assert CONVERTER.converted_call(call("CYP2D6", "1.25"), found).status is CallStatus.AMBIGUOUS
    assert (
        CONVERTER.converted_call(call("CYP2D6", "2.0"), moderate("2.0")).status is CallStatus.CALLED
    )


def test_probabilities_follow_their_keys():
    evidence = (
        KeyEvidence(lookup_key="2.0", probability=0.98),
        KeyEvidence(lookup_key="1.0", probability=0.015, settled_by=("chr22:1",)),
        KeyEvidence(lookup_key="0.0", probability=0.005, open_core=("chr22:2",)),
    )
    before = call("CYP2D6", "2.0", "1.0", "0.0", key_evidence=evidence, copy_keys=("≥3.0",))
    found = CONVERTER.convert(before, [modulator("CYP2D6", "inhibitor", "moderate")])
    after = CONVERTER.converted_call(before, found)
    assert [(e.lookup_key, e.probability) for e in after.key_evidence] == [
        ("1.0", 0.98), ("0.5", 0.015), ("0.0", 0.005),
    ]  # fmt: skip
    assert after.key_evidence[2].open_core == ("chr22:2",)
    assert after.copy_keys[0] == "1.5"


def test_a_score_between_two_keys_leaves_the_second_without_a_probability():
    evidence = (KeyEvidence(lookup_key="1.25", probability=1.0),)
    before = call("CYP2D6", "1.25", key_evidence=evidence)
    after = CONVERTER.converted_call(before, moderate("1.25"))
    assert [(e.lookup_key, e.probability) for e in after.key_evidence] == [
        ("0.5", 1.0), ("0.75", None),
    ]  # fmt: skip


def test_a_conversion_whatever_the_genotype_is_certain():
    evidence = (
        KeyEvidence(lookup_key="2.0", probability=0.6),
        KeyEvidence(lookup_key="1.0", probability=0.4),
    )
    before = call("CYP2D6", "2.0", "1.0", key_evidence=evidence)
    found = CONVERTER.convert(before, [modulator("CYP2D6", "inhibitor", "strong")])
    after = CONVERTER.converted_call(before, found)
    assert [(e.lookup_key, e.probability) for e in after.key_evidence] == [("0.0", 1.0)]


# the rules of CYP2C19

LADDER = (
    "Poor Metabolizer", "Intermediate Metabolizer", "Normal Metabolizer", "Rapid Metabolizer",
    "Ultrarapid Metabolizer",
)  # fmt: skip


@one_test
@pytest.mark.parametrize("term", TERMS)
@pytest.mark.parametrize("strength", ["strong", "moderate"])
def test_inhibitors_of_cyp2c19(term, strength):
    found = converted("CYP2C19", [term], modulator("CYP2C19", "inhibitor", strength))
    plain = term.removeprefix("Likely ").removeprefix("Possible ")
    expected = term
    if plain in LADDER:
        expected = LADDER[max(0, LADDER.index(plain) - 1)] if strength == "moderate" else LADDER[0]
    assert found.lookup_keys == (expected,)
    assert found.phenotype == expected
    assert found.evidence == "limited"
    assert not found.whatever_genotype
    assert (found.reason == "no_change") == (expected == term)


def test_an_inhibitor_and_an_inducer_are_not_weighed():
    found = converted(
        "CYP2C19", ["Normal Metabolizer"], modulator("CYP2C19", "inhibitor", "strong"),
        modulator("CYP2C19", "inducer", "weak"),
    )  # fmt: skip
    assert (found.effect, found.reason, found.lookup_keys) == ("mixed", "inhibitor_and_inducer", ())
    assert found.phenotype is None


# the whole table


@one_test
@pytest.mark.parametrize(
    "rule", FACTS.conversion_rules, ids=lambda r: f"{r.gene}-{r.strength}-{r.effect}"
)
def test_every_rule_is_reached(rule):
    gene = KNOWLEDGE.genes[rule.gene]
    key = "Normal Metabolizer" if not gene.scored else "2.0"
    found = converted(rule.gene, [key], modulator(rule.gene, rule.effect, rule.strength))
    assert (found.effect, found.strength) == (rule.effect, rule.strength)
    assert found.pmids == rule.pmids
    assert found.evidence == rule.evidence
    assert (rule.method == "score_factor") <= gene.scored <= (rule.method in METHODS_OF_SCORES)
    if rule.method == "none":
        assert (found.reason, found.lookup_keys, found.phenotype) == ("no_rule", (), None)
    else:
        assert found.lookup_keys
        assert rule.source in found.sources


def test_every_effect_of_a_medicine_has_a_rule_and_a_gene():
    rules = {(r.gene, r.effect, r.strength) for r in FACTS.conversion_rules}
    for item in FACTS.modulators:
        assert (item.gene, item.effect, item.strength) in rules, item
        assert item.gene in KNOWLEDGE.genes


def test_the_published_bands_hold_every_score():
    for rule in KNOWLEDGE.genes["CYP2D6"].rules:
        if rule.lookup_key != "n/a":
            assert band(value(rule.lookup_key)) == rule.phenotype, rule
