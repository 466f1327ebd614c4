"""What to do: phrases for primary actions, what qualifies them, and reasons."""

from __future__ import annotations

from typing import Final

__all__ = ["MAIN", "QUALIFIER", "REASON"]

MAIN: Final = {
    "avoid": "Avoid {drug}{qualifier}{reason}.",
    "caution": "Use {drug} only with caution{reason}.",
    "caution_standard": "Use {drug} at standard doses, with caution{reason}.",
    "use_as_directed": "Use {drug} at its standard dose{dose}{reason}.",
    "use_as_directed_starting": "Start {drug} at its standard starting dose{dose}{reason}.",
    "use_as_directed_label": "Use {drug} as labeled{reason}.",
    "use_as_directed_age": "Use {drug} at the labeled dose for age or weight{reason}.",
    "use_algorithm": "Choose the {drug} dose with a published pharmacogenetic dosing"
    " algorithm{qualifier}{reason}.",
    "monitor": "Use {drug} with monitoring{reason}.",
    "test_first": "{drug}: this result alone cannot guide its use{reason}.",
    "no_recommendation": "No recommendation for {drug} on this result{reason}.",
    "not_coded": "{drug}: not yet coded, read the text{reason}.",
}

QUALIFIER: Final = {
    "if_possible": " if possible",
    "if_possible_with_disorder": " if possible in patients with {0}",
    "unless_benefit_outweighs": " unless, in extraordinary circumstances, the benefit outweighs"
    " the risk",
    "unless_severe_infection_no_alternative": " unless the infection is severe enough to"
    " outweigh the risk and no safe, effective alternative exists",
    "except_malaria_guidelines": " except in the malaria regimens below, as malaria guidelines"
    " set out",
    "algorithm_inputs": " that takes in {0}, {1} and {2}",
    "above_doses_or_with_risk": " above {0} in {1} or {2} in {3}, and at any dose with a risk"
    " factor, for example {4}",
    "as_substitute_for": " as a substitute for {0}",
    "complete_deficiency": " in complete {0} deficiency",
    "for_indication": " for {0}",
    "severe_deficiency": " with severe {0} deficiency",
    "unless_benefit_clearly_outweighs": " unless the benefit clearly outweighs the risk",
    "unless_benefit_exceeds_risk": " unless the potential benefit is greater than the risk",
    "if_another_suits": " if another drug can be used",
    "whether_given": ", whether given {0} or {1}",
    "in_deficiency": " in {0} deficiency",
}

REASON: Final = {
    "contraindicated": ": it is contraindicated",
    "not_recommended": ": it is not recommended with this result",
    "permanent_hearing_loss": ": high risk of permanent hearing loss",
    "severe_skin_reactions": ": severe skin reactions are more likely",
    "side_effects": ": side effects are more likely",
    "lack_of_efficacy": ": it may not work",
    "suboptimal_response": ": the response may be inadequate",
    "less_pain_relief": ": pain relief is likely to be poor",
    "serious_toxicity": ": risk of serious toxicity",
    "toxicity": ": risk of toxicity",
    "and_prodrugs": " and every other {0} or {0} prodrug regimen",
    "malignant_hyperthermia": ": susceptible to malignant hyperthermia",
    "naive": " in a patient who has never taken it",
    "naive_to": " in a patient who has never taken {0}",
    "naive_alternatives_available": " in a patient who has never taken it, if another drug is"
    " available",
    "naive_no_alternative": " in a patient who has never taken it and has no alternative",
    "tolerated_over": ", in a patient who has already taken it regularly for longer than {0}"
    " without a skin reaction",
    "tolerated_over_of": ", in a patient who has already taken {1} continuously for longer than"
    " {0} without a skin reaction",
    "no_need_to_avoid": "; {0} gives no need to avoid it",
    "no_reason_to_avoid": "; {0} status gives no reason to avoid it",
    "copy_number_unspecified": ": the number of {0} copies is not stated. Determine it first",
    "insufficient_evidence": "; evidence for a clinical effect of {0} is insufficient",
    "lack_of_evidence": ": evidence is lacking",
    "minimal_evidence_efficacy_side_effects": ": there is very little evidence on effect or"
    " side effects",
    "minimal_evidence_pain_relief": ": there is very little evidence on adverse events or pain"
    " relief",
    "consider_in_place_of": " in place of {0} (advice to consider)",
    "contraindicated_if_prone": ": it is contraindicated where a genetic tendency to {0} is"
    " known or suspected",
    "contraindicated_under": " in children younger than {0}: it is contraindicated",
    "contraindicated_under_or_adolescents_after": " in children younger than {0} and in"
    " adolescents who have had {1}: it is contraindicated",
    "contraindicated_with": ": it is contraindicated with {0}",
    "favors_arrhythmia": ": this result is one of the conditions that favor ventricular"
    " arrhythmia and QT prolongation",
    "if_also_poor": " if the patient is a poor metabolizer by {0} as well",
    "if_poor_in_both": " in poor metabolizers of both {0} and {1}",
    "if_taking": " if the patient also takes {0}",
    "if_unavoidable": " when a {0} cannot be avoided",
    "in_adults": " in adults",
    "label_says_consider": "; the label asks to consider this, no more",
    "no_safe_dose": ": no dose has been shown to be safe",
    "one_strength": ": it comes in a single strength, so the dose cannot be adapted",
    "poor_metabolizer_with_inhibitor": " in poor metabolizers taking a {0} inhibitor",
    "prone_to_toxicity_of": ": this result makes the patient prone to {0} toxicity",
    "respiratory_depression_in": ": in {0}, breathing may be depressed to a life-threatening"
    " degree",
    "thrombosis_with_risk_factors": ": it may add to the risk of thrombosis in people with"
    " known risk factors",
    "weigh_benefit_risk": ": set its benefit against the risk first",
    "where_needed": " where needed",
    "without_taking": " if the patient takes no {0}",
    "in_patients_with": " in patients with {0}",
    "levels_may_be_too_low": ": levels may be too low for it to work",
    "too_little_data_for_dose": "; data do not suffice for advice on the dose",
    "no_safe_dose_in": ": in {0}, no dose has been shown to be safe",
}
