"""Text of conditions of recommendations, and the action while they are unknown.

A condition is a coded fact of a statement (`pgx.records.advice.split_condition`). A row shows it as
``fact: text``, several joined by ``; ``. Its sentence precedes the recommendation, unless the
statement's own clause includes it (`is_said`).
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from typing import Final

from pgx.messages.arguments import in_words, phrase
from pgx.messages.catalogue import Phrases
from pgx.records.advice import Statement, coded, split_condition
from pgx.records.calls import AlternativeAdvice, Recommendation

__all__ = [
    "REPLACED",
    "condition_phrase",
    "is_said",
    "open_conditions",
    "render_condition",
    "unconditional_action",
]

_BETWEEN: Final = "; "
_AFTER_FACT: Final = ": "


def condition_phrase(fact: str, drug: str, phrases: Phrases) -> str:
    """Return one condition as text, such as "if more than 40 mg a day is planned"."""
    _, plain = split_condition(fact)
    return phrase(phrases, "condition", plain, drug=in_words(drug, phrases))


def render_condition(
    facts: Sequence[str], drug: str, phrases: Phrases, unmet: Container[str] = ()
) -> str | None:
    """Return the conditions of a recommendation as shown in a row, None without any.

    ``unmet`` are those not met according to the patient file; they are kept and marked.
    """
    parts = []
    for fact in facts:
        action, _ = split_condition(fact)
        text = condition_phrase(fact, drug, phrases)
        if action:
            text = f"{text}, {phrase(phrases, 'condition_action', action)}"
        if fact in unmet:
            text += phrase(phrases, "condition_action", "unmet")
        parts.append(f"{fact}{_AFTER_FACT}{text}")
    return _BETWEEN.join(parts) or None


def open_conditions(row: Recommendation | AlternativeAdvice) -> tuple[tuple[str, str], ...]:
    """Return the facts and texts of a row's open conditions."""
    if row.condition is None:
        return ()
    parts = (part.partition(_AFTER_FACT) for part in row.condition.split(_BETWEEN))
    return tuple((fact, text) for fact, _, text in parts)


def unconditional_action(row: Recommendation) -> tuple[str, ...]:
    """Return the action for everybody with this result, by which a row is ranked."""
    if row.facts is None or not row.facts.unconditional:
        return row.action
    primary = any(not split_condition(fact)[0] for fact, _ in open_conditions(row))
    # A report ranks by what holds now: advice that waits for a condition is none yet.
    return row.facts.unconditional if primary else row.action


_FIELDS: Final = (
    "reason", "dose_when", "titration", "alternatives_when", "avoid_also", "monitoring",
    "conditions", "notes",
)  # fmt: skip
_SAID_BY: Final[dict[str, frozenset[str]]] = {
    "planned_dose_above": frozenset(
        {"dose_above", "if_more_needed", "maximum_dose", "tolerated_higher_potency"}
    ),
    "usual_start": frozenset({"normal_start"}),
    "above_maximum": frozenset({"maximum_dose"}),
    "not_below_dose": frozenset({"no_reduction_below_doses"}),
    "not_below_dose_for": frozenset({"no_reduction_below_doses_for"}),
    "deficiency_left_open": frozenset({"result_leaves_open"}),
    "mild_or_moderate_deficiency": frozenset({"applies_to"}),
    "not_tolerated": frozenset({"by_tolerability", "reduce_by_tolerability"}),
    "at_risk_of": frozenset({"genotype_if_at_risk"}),
    "above_doses_or_with_risk": frozenset({"above_doses_or_with_risk"}),
    "adjustment_fails": frozenset({"avoid_if_adjusting_fails"}),
    "age_below": frozenset({"contraindicated_under"}),
    "age_below_or_adolescent_after": frozenset({"contraindicated_under_or_adolescents_after"}),
    "aim_or_symptom": frozenset({"aim_or_problem"}),
    "as_substitute_for": frozenset({"as_substitute_for", "consider_in_place_of"}),
    "as_substitute_for_in": frozenset(
        {
            "as_substitute_for_in",
            "as_substitute_for_in_carriers",
            "carriers_consider_not_in_place_of",
        }
    ),
    "body_mass_index_up_to": frozenset({"body_mass_index_up_to"}),
    "adults_or_weight_from": frozenset({"as_preparation_in"}),
    "adults": frozenset({"in_adults", "no_dose_change_in"}),
    "children": frozenset({"children"}),
    "after_loading_dose": frozenset({"after_loading", "first_dose_typical"}),
    "combination_product_or_weight_below": frozenset({"combination_then_levels"}),
    "diagnosis": frozenset(
        {
            "consider_with",
            "for_instead_of_reduction",
            "if_possible_avoid_with_disorder",
            "if_possible_with_disorder",
            "indicated_with_responsive_variant",
        }
    ),
    "age_from": frozenset({"indicated_with_responsive_variant"}),
    "effective_with_side_effects": frozenset({"effective_but_causes_side_effects"}),
    "higher_dose_unwanted": frozenset({"higher_dose_unwanted"}),
    "increase_fails": frozenset({"increase_fails"}),
    "indication_or_if_needed_otherwise": frozenset({"indication_or_if_needed_otherwise"}),
    "indication_or_side_effects_in": frozenset({"indication_or_side_effects_in"}),
    "indication_other_than": frozenset(
        {"indication", "other_indications", "platelet_inhibition_other_indications"}
    ),
    "level_shows_need": frozenset(
        {"if_level_shows_need", "trough_level_then_raise_or_switch", "with_low_level"}
    ),
    "not_diagnosis": frozenset({"if_possible_avoid_with_disorder"}),
    "planned_dose_from": frozenset({"caution_from"}),
    "not_taking_inducer": frozenset({"without_taking"}),
    "not_taking_inhibitor": frozenset({"without_inhibitor", "without_taking"}),
    "not_taking_inhibitor_of_strength": frozenset({"without_taking"}),
    "other_gene_result": frozenset({"if_also_poor", "if_poor_in_both"}),
    "product": frozenset({"applies_to", "as_preparation_in", "product", "product_dose"}),
    "raised": frozenset({"with_raised"}),
    "reduction_fails": frozenset({"reduction_fails"}),
    "risk_factors": frozenset({"further_risk_factors"}),
    "side_effects_or_late_response": frozenset({"side_effects_or_late_response"}),
    "systemic_or_skin_without_activity": frozenset({"only_without_activity", "whether_given"}),
    "taking_any_inhibitor": frozenset({"poor_metabolizer_with_inhibitor", "product_dose_with"}),
    "taking_inducer": frozenset(
        {"not_recommended_with", "reconsider_with_inducer", "reconsider_with_inducer_any"}
    ),
    "taking_inhibitor": frozenset(
        {
            "alternative_else_consider_dose_with",
            "avoid_with",
            "consider_dose_with",
            "contraindicated_with",
            "dose_with",
            "if_taking",
            "not_recommended_with",
            "product_with",
            "reduce_to_with",
            "replace_other_drug_else_dose",
            "strong_inhibitors_contraindicated",
        }
    ),
    "unless_graft_differs": frozenset({"graft_same_genotype"}),
    "without_anticoagulation_clinic": frozenset({"inr_more_often_outside_clinic"}),
    "never_taken": frozenset(
        {"naive", "naive_to", "naive_alternatives_available", "naive_no_alternative"}
    ),
    "taken_without_skin_reaction": frozenset({"tolerated_over", "tolerated_over_of"}),
    "alternative_available": frozenset(
        {"if_possible", "if_another_suits", "naive_alternatives_available"}
    ),
    "no_alternative": frozenset(
        {
            "muscle_symptoms_without_risk_or_alternative",
            "naive_no_alternative",
            "no_alternative",
            "no_suitable_alternative",
            "patient_reports_poor_pain_relief_without_alternative",
        }
    ),
    "unless_benefit_outweighs": frozenset(
        {
            "unless_benefit_clearly_outweighs",
            "unless_benefit_exceeds_risk",
            "unless_benefit_outweighs",
        }
    ),
    "unless_severe_infection_no_alternative": frozenset(
        {
            "consider_unless_severe_infection_no_alternative",
            "unless_severe_infection_no_alternative",
        }
    ),
    "except_for": frozenset({"except_malaria_guidelines"}),
    "indicated_and_not_contraindicated": frozenset({"consider_if_indicated"}),
    "no_contraindication": frozenset({"standard_dose_if_no_contraindication"}),
    "contraindicated": frozenset({"aromatase_contraindicated"}),
    "malignant_disease": frozenset({"malignancy"}),
    "non_malignant_disease": frozenset({"non_malignant"}),
    "warranted": frozenset(
        {
            "if_used",
            "levels_guide_dose_if_used",
            "levels_guide_dose_if_used_strongly",
            "most_appropriate",
        }
    ),
    "needed": frozenset(
        {"close_toxicity_if_unknown", "no_response_opioid_needed", "opioid_needed"}
    ),
    "where_needed": frozenset({"enzyme_activity_if_needed", "if_needed", "where_needed"}),
    "unavoidable": frozenset(
        {
            "hearing_frequent",
            "if_systemic_unavoidable_activity_sets_start",
            "if_unavoidable",
            "if_unavoidable_activity_sets_start",
            "if_unavoidable_report_rash",
            "if_used",
            "if_used_effect_side_effects_or_levels",
        }
    ),
    "inadequate_response": frozenset(
        {
            "if_needed_for_efficacy",
            "inadequate_effect",
            "level_if_no_response",
            "level_if_still_no_response",
            "no_response_opioid_needed",
            "target_maximum_first",
        }
    ),
    "inadequate_at_maintenance": frozenset({"inadequate_at_maintenance"}),
    "treated_longer_and_effective": frozenset({"chronic_and_effective"}),
    "on_reduced_dose": frozenset({"level_range_if_reduced"}),
    "side_effects": frozenset(
        {"level_if_side_effects_then_lower", "reduce_if_side_effects", "with_side_effects"}
    ),
    "indication": frozenset({"for_indication", "indication"}),
}
REPLACED: Final = frozenset({"applies_transplants", "higher_initial_doses"})
"""Conditions with a sentence at the end, where the clause before the advice says them now."""


def is_said(statement: Statement, fact: str) -> bool:
    """Whether another fact of a statement includes a condition."""
    code = coded(split_condition(fact)[1])[0]
    return not _SAID_BY.get(code, frozenset()).isdisjoint(_codes(statement))


def _codes(statement: Statement) -> Iterator[str]:
    # The field itself is a clause: "up to 40 mg a day".
    if statement.maximum_dose:
        yield "maximum_dose"
    yield statement.dose_of
    for field in _FIELDS:
        found = getattr(statement, field)
        for fact in (found,) if isinstance(found, str) else found:
            yield coded(fact)[0]
