"""What to do: phrases for actions, reasons, doses, titration and alternatives."""

from __future__ import annotations

from typing import Final

__all__ = [
    "ALTERNATIVES",
    "ALTERNATIVES_WHEN",
    "AVOID_ALSO",
    "DOSE",
    "DOSE_AS",
    "DOSE_OF",
    "DOSE_WHEN",
    "JOIN",
    "MAIN",
    "QUALIFIER",
    "REASON",
    "SHARE_OF",
    "TITRATION",
    "TITRATION_PHRASE",
]

MAIN: Final = {
    "avoid": "Avoid {drug}{qualifier}{reason}.",
    "caution": "Use {drug} only with caution{reason}.",
    "caution_standard": "Use {drug} at standard doses, with caution{reason}.",
    "use_as_directed": "Use {drug} at its standard dose{dose}{reason}.",
    "use_as_directed_starting": "Start {drug} at its standard starting dose{dose}{reason}.",
    "use_as_directed_label": "Use {drug} as labeled{reason}.",
    "use_as_directed_age": "Use {drug} at the labeled dose for age or weight{reason}.",
    "use_algorithm": "Choose the {drug} dose with a published pharmacogenetic dosing algorithm"
    "{qualifier}{reason}.",
    "monitor": "Use {drug} with monitoring{reason}.",
    "test_first": "{drug}: this result alone cannot guide its use{reason}.",
    "no_recommendation": "No recommendation for {drug} on this result{reason}.",
}

QUALIFIER: Final = {
    "if_possible": " if possible",
    "unless_benefit_outweighs": " unless, in extraordinary circumstances, the benefit outweighs"
    " the risk",
    "unless_severe_infection_no_alternative": " unless the infection is severe enough to outweigh"
    " the risk and no safe, effective alternative exists",
    "except_malaria_guidelines": " except in the malaria regimens below, as malaria guidelines"
    " set out",
    "algorithm_inputs": " that takes in {0}, {1} and {2}",
}

REASON: Final = {
    "contraindicated": ": it is contraindicated",
    "not_recommended": ": it is not recommended with this result",
    "permanent_hearing_loss": ": high risk of permanent hearing loss",
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
    "minimal_evidence_efficacy_side_effects": ": there is very little evidence on effect or side"
    " effects",
    "minimal_evidence_pain_relief": ": there is very little evidence on adverse events or pain"
    " relief",
}

DOSE_OF: Final = {
    "": "dose",
    "starting": "starting dose",
    "maintenance": "maintenance dose",
    "daily": "daily dose",
    "starting_daily": "starting daily dose",
    "starting_and_maintenance": "starting dose and maintenance dose",
    "lowest_starting": "lowest recommended starting dose",
    "normal": "dose",
}

SHARE_OF: Final = {
    "starting": "the normal starting dose",
    "normal": "the normal dose",
    "lowest_starting": "the lowest recommended starting dose",
}

DOSE_AS: Final = {
    "reduce_by": "a {of} reduced by {percent}",
    "reduce_by_about": "a {of} reduced by about {percent} from the second dose on",
    "increase_by": "a {of} increased by {percent}",
    "increase_by_at_least": "a {of} increased by {percent} or more",
    "to_percent": "{percent} of {share}",
    "below_percent": "less than {percent} of {share}",
    "times": "{factor} times the standard {of}",
    "fold_lower": "a {fold}-fold lower {of}",
}

DOSE: Final = {
    "lead": "{drug}: ",
    "use": "use",
    "consider": "consider",
    "and": " and ",
    "starting": "a starting dose of {0}",
    "example": " (for example {0})",
    "maximum": "a dose limited to {0}",
    "frequency": ", given on {0} instead of daily",
    "lowest_starting": "the lowest recommended starting dose",
    "standard": " ({0})",
    "standard_qualifier": " at the standard dose ({0})",
}

DOSE_WHEN: Final = {
    "if_used": "if {drug} is still needed",
    "most_appropriate": "if {drug} is still judged the most suitable drug",
    "malignancy": "for malignant disease",
    "normal_start": "where the normal starting dose is {0}",
    "no_suitable_alternative": "only if no other drug is suitable",
    "assume_additive": "without a phenotyping test",
    "inadequate_at_maintenance": "if the usual maintenance dose does not work well enough",
    "indication": "for {0}",
    "chronic_and_effective": "once treatment has lasted over {0} and works",
    "aromatase_contraindicated": "if an aromatase inhibitor is contraindicated",
    "if_needed_for_efficacy": "and the effect is too small",
}

TITRATION_PHRASE: Final = {
    "slower": "a slower titration",
    "lower_starting": "a lower starting dose",
    "lower_maintenance": "a lower maintenance dose",
    "lower_than_standard": "a dose below the standard",
    "higher_target": "titration to a higher target dose than in normal metabolizers",
    "higher_maintenance": "titration to a higher maintenance dose",
    "higher_dose": "a higher dose of {0}",
    "higher_approved_dose": "a higher, still approved dose of {0}",
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
    "up_to_effect_or_fraction_of_maximum": "Titrate with caution to effect or {0} of the maximum"
    " recommended dose.",
    "up_to_if_tolerated": "Titrate up to {0} as tolerated.",
    "up_to_the_maximum": "Titrate up to that limit.",
}

ALTERNATIVES: Final = {
    "not_metabolized_by": "a drug not mainly metabolized by {0}",
    "not_dependent_on": "a drug that does not depend on {0}",
    "not_affected_by": "a drug that {0} does not metabolize or whose effect its variants hardly"
    " change",
    "antidepressant_not_by": "an antidepressant not mainly metabolized by {0}",
    "antidepressant_not_by_2": "an antidepressant not mainly metabolized by {0} or {1}",
    "aromatase_inhibitor_postmenopausal": "an aromatase inhibitor after menopause",
    "aromatase_inhibitor_premenopausal": "an aromatase inhibitor with suppression of ovarian"
    " function before menopause",
    "combination_non_statin": "{drug} combined with a non-statin lipid-lowering drug",
    "statin": "another statin of the potency needed",
    "non_thiopurine": "an immunosuppressant that is not a thiopurine",
    "non_triggering_anesthetic": "an anesthetic that does not trigger malignant hyperthermia",
    "nsaid_shorter_half_life": "an NSAID that {0} metabolizes but with a shorter half-life",
    "opioid": "another opioid",
    "other_drug": "another drug",
    "p2y12_inhibitor": "another P2Y12 inhibitor at its standard dose",
}

ALTERNATIVES_WHEN: Final = {
    "": "{instead}choose {alts}.",
    "available": "{instead}use {alts}; safe ones are widely available.",
    "consider": "{instead}consider {alts}.",
    "or": "Or consider {alts}.",
    "consider_if_indicated": "{instead}consider {alts}, if indicated and not contraindicated.",
    "consider_particularly_if_jaundice": "{instead}consider {alts}, above all where jaundice would"
    " trouble the patient.",
    "consider_superior_regardless": "{instead}consider {alts}; these work better whatever the {0}"
    " genotype.",
    "superior_regardless": "{instead}choose {alts}; these work better whatever the {0} genotype.",
    "dose_above": "If more than {0} is needed, consider {alts}.",
    "tolerated_higher_potency": "If {0} is tolerated but more effect is needed, a dose above {0},"
    " or {alts}, can be considered.",
    "opioid_needed": "If an opioid is needed, consider {alts}.",
    "no_response_opioid_needed": "Without response, and if an opioid is still needed, consider"
    " {alts}.",
    "non_malignant": "For non-malignant disease, {instead}consider {alts}.",
    "standard_dose_if_no_contraindication": "Use {alts} at the standard dose, unless"
    " contraindicated.",
}

JOIN: Final = {
    "or": " or ",
    "and": " and ",
    "such_as": ", such as {names}",
    "instead": "instead, ",
    "instead_of": "instead of {drug}, ",
    "not": " (not {names})",
    "avoid_too": "Avoid {names} as well.",
}

AVOID_ALSO: Final = {
    "after_stroke_or_tia": "After a stroke or TIA, {0} is contraindicated.",
    "inhibitors_of": "Avoid {1} {0} inhibitors.",
}
