"""What to use instead, when, and what to avoid as well."""

from __future__ import annotations

from typing import Final

__all__ = ["ALTERNATIVES", "ALTERNATIVES_WHEN", "AVOID_ALSO", "JOIN"]

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
    "another_of_class": "another {0}",
    "class_hardly_metabolized_by": "another drug, for example an {0} that {1} hardly"
    " metabolizes, if at all",
    "class_not_or_less_metabolized_by": "an {0} that {1} does not metabolize or metabolizes less",
    "other_drug_for": "another drug for {0}",
    "other_treatment": "another treatment",
    "outside_class": "a drug that does not belong to the {0}",
    "p2y12_other": "another P2Y12 inhibitor",
}

ALTERNATIVES_WHEN: Final = {
    "": "{instead}choose {alts}.",
    "available": "{instead}use {alts}; safe ones are widely available.",
    "consider": "{instead}consider {alts}.",
    "or": "Or consider {alts}.",
    "consider_if_indicated": "{instead}consider {alts}, if indicated and not contraindicated.",
    "consider_particularly_if_jaundice": "{instead}consider {alts}, above all where jaundice"
    " would trouble the patient.",
    "consider_superior_regardless": "{instead}consider {alts}; these work better whatever the"
    " {0} genotype.",
    "superior_regardless": "{instead}choose {alts}; these work better whatever the {0} genotype.",
    "dose_above": "If more than {0} is needed, consider {alts}.",
    "tolerated_higher_potency": "If {0} is tolerated but more effect is needed, a dose above"
    " {0}, or {alts}, can be considered.",
    "opioid_needed": "If an opioid is needed, consider {alts}.",
    "no_response_opioid_needed": "Without response, and if an opioid is still needed, consider"
    " {alts}.",
    "non_malignant": "For non-malignant disease, {instead}consider {alts}.",
    "standard_dose_if_no_contraindication": "Use {alts} at the standard dose, unless"
    " contraindicated.",
    "avoid_if_adjusting_fails": "If a changed dose does not work with acceptable side effects,"
    " or drug levels cannot guide it, avoid {drug} and choose {alts}.",
    "consider_unless_severe_infection_no_alternative": "{instead}consider {alts}, unless the"
    " infection is so severe, and safe, effective drugs so lacking, that the higher risk of"
    " lasting hearing loss weighs less.",
    "for_indication": "For {0}, {instead}choose {alts}.",
    "for_instead_of_reduction": "For {0}, {alts} may be considered in place of a reduced dose.",
    "further_risk_factors": "With further major risk factors for {0}, {instead}choose {alts}.",
    "higher_dose_unwanted": "If raising the dose is unwanted because of {0}, avoid {drug} and"
    " choose {alts}.",
    "if_possible": "If possible, choose {alts} instead of {drug}.",
    "increase_fails": "If that does not help, choose {alts}.",
    "or_choose": "Or choose {alts}.",
    "or_use": "Or use {alts}.",
    "precaution": "As a precaution, one may choose {alts}.",
    "reconsider_with_inducer": "If the patient also takes a {1} inducer of {0} strength ({2},"
    " for example), weigh the expected benefit again and the choice between {drug} and {alts}.",
    "reduction_fails": "If a lower dose does not bring the wanted result, avoid {drug} and"
    " choose {alts}.",
    "or_avoid_and_choose": "Or avoid {drug} and choose {alts}.",
    "with_raised": "If {0} are raised, choose {alts}.",
    "consider_with": "With {0}, {instead}consider {alts}.",
    "with_low_level": "If the {0} level is too low, a change to {alts} is the other choice.",
    "reconsider_with_inducer_any": "If the patient also takes a {0} {1} inducer ({2}, for"
    " example), weigh the expected benefit again and the choice between {drug} and {alts}.",
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
    "as_substitute_for_in_carriers": "In carriers of {1}, consider not using {drug} as a"
    " substitute for {0}.",
    "if_used_inhibitors_of": "If {drug} is used, avoid {0} inhibitors, for example {1}.",
    "not_an_alternative": "Do not switch to {0}: {1} breaks it down too.",
    "not_with_risk_factors": "{0} is not advised where there are further risk factors for {1}.",
    "or_avoid": "Or avoid {0} altogether.",
    "product_not_with": "{0} must not be used in {1}.",
    "product_with": "Avoid {0} together with {1}.",
    "not_alternative_higher_risk": "Do not switch to {0}: its risk of {1} is {2} here.",
    "not_alternative_worse_forms": "Do not switch to {0} either: the risk of {1} is about the"
    " same, and worse forms ({2}) do occur.",
    "strong_inhibitors_contraindicated": "Strong {0} inhibitors together with it are"
    " contraindicated.",
}
