"""What a result means for benefit: effect, response, and what is not known."""

from __future__ import annotations

from typing import Final

__all__ = ["EFFECTS"]

EFFECTS: Final = {
    "not_coded": "“{0}” (not yet coded)",
    "clinical_effect_unclear": "clinical effect unclear",
    "clinical_effect_unproven": "clinical effect not proven",
    "consequences_mostly": "clinical consequences mostly no more than {0}",
    "counts_as_hypercoagulopathy": "{0} counts as an inherited clotting tendency",
    "dose_hard_to_adjust": "the dose may be hard to adjust",
    "drug_potentiates": "the drug potentiates {0}",
    "effect_small": "small effect",
    "effective_dose_unknown": "no well-founded dose that works in all {0}",
    "efficacy_changed": "effect differs",
    "efficacy_increased": "more likely to work",
    "efficacy_increased_if_tolerated": "works better if tolerated",
    "efficacy_increased_in": "works better in {0}",
    "efficacy_likely_increased": "probably more likely to work",
    "efficacy_lower_than_poor_metabolizers": "less effective than in poor metabolizers",
    "efficacy_possibly_lower_than_slower_metabolizers": "may fail more often than in slower"
    " metabolizers",
    "efficacy_possibly_reduced": "may be less likely to work",
    "efficacy_probably_absent": "will probably not work",
    "efficacy_reduced": "less likely to work",
    "efficacy_reduced_in": "less likely to work in {0}",
    "efficacy_reduction_not_shown": "no evidence of a weaker effect",
    "label_dose_range_by_result": "the label's expected dose range depends on this result",
    "limited_data": "very limited data",
    "lipid_lowering_increased": "stronger lipid lowering",
    "little_difference_at": "at a target of {0}, no difference in {1} and hardly any in {2}",
    "low_doses_mostly_tolerated": "the body makes {0} from some of the drug, low {0} doses ({1}"
    " of the usual) are mostly tolerated",
    "lower_dose_for_usual_levels": "lower doses may be needed for the usual levels",
    "minimal_evidence_of_effect": "minimal evidence of an effect",
    "no_added_efficacy_of": "{0} is unlikely to add to the effect, while its side effects can"
    " still occur",
    "no_clinically_relevant_change": "no clinically relevant change seen",
    "no_data": "no data",
    "no_relevant_effect_expected": "no effect on benefit or side effects expected",
    "no_responsive_variant": "no variant that responds to the drug",
    "normal_dose_ineffective": "the normal dose does not work",
    "not_even_little_tolerated": "not even a little {0}, which the body makes from some of the"
    " drug, is tolerated",
    "pain_relief_possibly_reduced": "pain relief may be weaker",
    "pain_relief_reduced": "less pain relief",
    "product_contains": "the product contains {0}",
    "response_lower_than_poor_metabolizers": "lower response than in poor metabolizers",
    "responsive_variant": "a variant that responds to the drug",
    "share_of_population": "such a defect is found in about {0} of people",
    "switch_likelier": "switch to {0} more likely",
    "treatment_failure_increased": "treatment fails more often ({1} of patients, not {0})",
    "usual_start_problems_unproven": "too little evidence of problems with the usual start",
    "usual_treatment_fits": "common result to which usual treatment is geared",
}
