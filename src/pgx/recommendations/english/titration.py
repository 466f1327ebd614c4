"""How to reach a dose: phrases for starts, steps and limits."""

from __future__ import annotations

from typing import Final

__all__ = ["TITRATION", "TITRATION_PHRASE"]

TITRATION_PHRASE: Final = {
    "slower": "a slower titration",
    "lower_starting": "a lower starting dose",
    "lower_maintenance": "a lower maintenance dose",
    "lower_than_standard": "a dose below the standard",
    "higher_target": "titration to a higher target dose than in normal metabolizers",
    "higher_maintenance": "titration to a higher maintenance dose",
    "higher_dose": "a higher dose of {0}",
    "higher_approved_dose": "a higher, still approved dose of {0}",
    "adjusted_dose": "an adjusted dose",
    "dose_amount": "a dose of {0}",
    "dose_by_genotype": "a dose chosen by {0} genotype",
    "dose_by_status": "a dose chosen by {0} status",
    "higher_up_to": "a higher dose, at most {0}",
    "increased_dose": "an increased dose",
    "less_frequent": "longer intervals between doses",
    "levels_lower_start": "a starting dose {0} lower",
    "low_end_start": "a starting dose at the bottom of the dosing range",
    "lower_dose": "a lower dose",
    "other_interval": "an adjusted titration interval",
    "start_by_genetic_clinical": "a starting dose chosen by genetic and clinical factors",
    "start_low_in_range": "a start near the bottom of the usual dose range",
    "start_lower_by_levels": "a starting dose lower by {0} or more dose levels",
    "stepwise_by_tolerability": "stepwise titration by tolerability",
    "very_low_starting": "a very low starting dose",
    "dose_by_label": "the dose that the FDA label gives for this result",
    "as_low_as_possible": "a dose as low as possible, for example with {0} added",
}

TITRATION: Final = {
    "to_response_few_side_effects": "Titrate to response with the fewest side effects.",
    "by_disease_guidelines": "Adjust by disease-specific guidelines.",
    "by_disease_and_population_guidelines": "Adjust by disease-specific and population-specific"
    " guidelines.",
    "by_myelosuppression": "Adjust by the degree of myelosuppression and disease-specific"
    " guidelines.",
    "by_toxicity_or_levels": "Then titrate by toxicity, or by drug levels where available.",
    "by_efficacy_side_effects": "Titrate by effect and side effects.",
    "first_dose_typical": "Give the usual first or loading dose.",
    "raise_if_tolerated": "Raise the dose if toxicity is absent or tolerable in the {0}.",
    "lower_if_not_tolerated": "Lower it if the starting dose is not tolerated.",
    "may_divide": "The daily dose may be divided.",
    "no_emphasis": "Adjust it and other myelosuppressive drugs alike, by disease-specific"
    " guidelines.",
    "raise_to": "Increase to {0} after {1}.",
    "raise_if_no_response": "Without response or adverse events, increase to {0} after {1}.",
    "reduce_this_first": "If myelosuppression occurs, reduce {drug} rather than other drugs.",
    "reduce_this_first_depending": "If myelosuppression occurs, reduce {drug} rather than other"
    " drugs, depending on the regimen.",
    "start_standard": "If it is used, start at the standard starting dose.",
    "to_trough_levels": "Titrate to therapeutic trough levels.",
    "up_to_effect_or_maximum": "Titrate with caution to effect or the maximum recommended dose.",
    "up_to_effect_or_fraction_of_maximum": "Titrate with caution to effect or {0} of the"
    " maximum recommended dose.",
    "up_to_if_tolerated": "Titrate up to {0} as tolerated.",
    "up_to_the_maximum": "Titrate up to that limit.",
    "adjust_unspecified": "Adjust the {drug} dose; how far is not stated.",
    "by_effect_levels_after": "Reassess after {0} by effect and serum level.",
    "by_individual_response": "Adjust by the patient's response.",
    "by_label_to_target_platelets": "Adjust the dose by the label to reach and hold the target"
    " platelet count.",
    "by_toxicity_and_effect": "Then adjust by toxicity and effect.",
    "divide_above": "Beyond {0}, divide the day's amount into {1} doses.",
    "dose_becomes": "That is {0}, with a loading dose of {1}.",
    "dose_unknown_by_tolerance": "The right dose with this result is unknown; go by how the"
    " patient tolerates it.",
    "expected_maintenance": "Expect a {drug} maintenance dose of {0}.",
    "expected_maintenance_if": "If {0}, expect a {drug} maintenance dose of {1}.",
    "further_to_maximum_from": "If the response calls for it, titrate further, from {1} on, to"
    " the highest dose ({0}).",
    "group_steps": "In {0}, give {1} after {2}; after {3} more, at most {4} may be given.",
    "group_titrate": "In {0}, titrate to at most {1} after {2}.",
    "increase_unlikely_needed": "A later increase will probably be unnecessary.",
    "indication_dose": "For {0}: use {1}, at most {2}.",
    "individualize": "Set the {drug} dose for each patient and adapt it to tolerability and the"
    " aim of treatment.",
    "label_titration_first": "Before that, titrate over {0} as in {1} of the label.",
    "later_by_pain_response": "Let severity of pain and response decide on the next doses.",
    "later_by_tolerance": "Adjust later by how the patient tolerates it.",
    "later_doses_by_toxicity_efficacy": "Adjust later doses by toxicity and effect.",
    "longer_intervals_may_be_needed": "Longer intervals between {drug} doses may be necessary.",
    "lower_further_if_cns_side_effects": "If central nervous side effects are troublesome even"
    " so, lower it to {0} of the normal dose.",
    "lower_may_be_needed": "A lower {drug} dose may be needed.",
    "lower_may_be_needed_for": "A lower {drug} dose may be needed for {0}.",
    "no_normalizing_platelets": "Do not try to bring the platelet count to normal.",
    "no_starter_pack": "Do not use the starter pack.",
    "partial_individualize": "In partial {0} deficiency, set the dose for each patient and"
    " adapt it to tolerability and the aim of treatment.",
    "product_dose": "{0}: use {1}.",
    "product_dose_with": "{0} together with {2}: use {1}.",
    "raise_if_inadequate": "If {1} of this dose bring too little response, a rise to {0} may be"
    " considered.",
    "raise_only_if_no_improvement": "Go to the usual target of {0} only where {1} on the first"
    " dose brought no improvement and were tolerated well.",
    "raise_only_if_tolerated": "Step the dose up only as tolerated.",
    "reduce_by_tolerability": "Reduce the {drug} dose according to how it is tolerated.",
    "reduce_to_with": "With {2}, lower {0} to {1}.",
    "share_with": "With {1}, use {0} of the normal dose.",
    "single_dose_at_most": "Give at most {0} as a single dose.",
    "slow_to_label_share": "Titrate slowly, by body weight and as tolerated, to {0} of the dose"
    " in {1} of the label.",
    "standard_start_option": "In {0}, another option is the standard dose at first and {1} of"
    " it once side effects call for less.",
    "start_and_steps_as_in": "The start and the steps of titration are about those for {0}.",
    "starter_pack": "Use the starter pack.",
    "starting_by_toxicity_counts_efficacy": "Adjust the starting dose by toxicity (blood"
    " counts) and effect.",
    "stay_if_tolerated_with": "With {1}, those already on {0} can stay on it if they tolerate it.",
    "steps_replace_usual": "Titrate through {0}; the usual steps are {1}.",
    "stop_if_inadequate_at": "Stop it if {0} also brings too little response.",
    "that_is_lower_start": "This is lower than the usual starting dose.",
    "that_is_lowest_start": "This is the lowest starting dose recommended.",
    "then_by_tolerance": "Then adjust to what the patient tolerates.",
    "tolerance_induction": "Another way is to induce tolerance first: raise the daily dose"
    " every {0} through {3}, to reach {1} on day {2}.",
    "wait_before_increase": "Let at least {0} pass before an increase.",
    "weekly_steps_to_effect": "Go up slowly, {0} once a week, until a tolerated dose eases {1}.",
    "within_metabolite_maximum": "Or titrate by the maximum dose of {0}, the active metabolite:"
    " {1}; {2}; {3}.",
    "levels_if_needed_down_or_up": "Titrate by drug levels if needed, down to {0} or, rarely,"
    " up to {1}.",
    "raise_if_start_tolerated_by": "If the start is tolerated, the dose may rise as the {0}"
    " allows.",
    "smaller_steps_or_share": "Smaller steps of titration may do instead of the lower dose, or"
    " go with it.",
    "adjust_all_myelosuppressive": "Adjust all myelosuppressive drugs as usual.",
    "reduce_this_first_combined": "If myelosuppression occurs under combination therapy, reduce"
    " {drug} rather than other drugs.",
    "carefully_to_effect_or_guideline_dose": "Titrate up with care to effect or the dose that"
    " guidelines recommend.",
}
