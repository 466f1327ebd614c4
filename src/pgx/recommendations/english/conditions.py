"""In whom and on what grounds: conditions, leading words, populations, certainty."""

from __future__ import annotations

from typing import Final

__all__ = ["ADVICE", "CONDITIONS", "LEAD", "POPULATION"]

CONDITIONS: Final = {
    "higher_initial_doses": "This applies to the higher initial doses used in conditions such"
    " as {0}.",
    "not_low_dose_use": "This does not apply to low-dose use, such as in {0}.",
    "applies_transplants": "This applies to kidney, heart, lung and stem-cell transplants, and"
    " to liver transplants where donor and recipient have the same genotype.",
    "clinical_findings_guide": "Let clinical findings, family history, further genetic testing"
    " and laboratory data guide its use.",
    "adults_from_age_limit": "Adults from {0} of age: no more than {1}.",
    "applies_to": "This applies to {0}.",
    "graft_same_genotype": "In {0} transplantation, this multiple holds only if the"
    " transplanted {0} comes from a {1} too; with another {0} genotype, evidence is too thin for"
    " dose advice.",
    "indicated_with_responsive_variant": "Its indication is {0} from the age of {1}, with one"
    " {2} variant shown by clinical or laboratory data, or both, to respond to {drug}.",
    "multiple_of_suitable_start": "In {0}, multiply the starting dose that works in {1}.",
    "no_action_for": "For {0}, no change is needed.",
    "no_action_up_to_doses_without_risk": "Up to these doses and without such risk factors, no"
    " change is needed.",
    "weigh_risk": "Carefully balance the risk of {0} against the benefit.",
    "alternative_else_consider_dose_with": "With {0}, find an alternative; if there is none,"
    " consider {1} and watch for side effects.",
    "avoid_with": "With {0} it is contraindicated and must be avoided.",
    "combination_then_levels": "{0}: start it as it is and titrate its {drug} dose by drug"
    " levels if needed ({1}).",
    "consider_dose_with": "With {0}, consider {1} and watch for side effects.",
    "contraindicated_with": "With {0} it is contraindicated; find an alternative where possible.",
    "dose_with": "With {0}, use {1}.",
    "limit_with": "With {0}, no more than {1}.",
    "not_recommended_with": "With {0} it is not recommended; find an alternative where possible.",
    "only_without_activity": "The advice on {0} holds only where hardly any enzyme activity is"
    " left.",
    "replace_other_drug_else_dose": "With {0}, replace that drug if possible; if not, use {1}"
    " and watch for side effects.",
    "standard_start_then_levels_in": "{0}: give the usual dose at first and titrate it by drug"
    " levels if needed.",
    "start_then_levels_in": "{0}: start with {1} and titrate by drug levels if needed ({2}).",
    "variants_on_separate_alleles": "With {0} different no-function variants ({1}, for"
    " example), the advice on {3} holds only if they lie on separate alleles. On one allele they"
    " give an activity score of {2}, which has shown no higher risk of severe, even fatal"
    " toxicity from {3}. Only a measurement of enzyme activity tells these apart.",
    "caution_from": "Use caution from {0} on.",
    "if_possible_avoid_with_disorder": "It is not recommended in {0}: avoid it there if possible.",
}

LEAD: Final = {
    "based_on": "This rests on {0} alone.",
    "not_genotyped": "There is no {0} genotype.",
    "not_assignable": "No {0} phenotype could be assigned.",
}

ADVICE: Final = {
    "unknown": "{genes} could not be assessed in this input, so nothing can be said about"
    " {drug}; this is not a normal result.",
    "no_statement": "No recommendation for {drug}: the guideline has no statement for {lookup}.",
    "no_statement_local": "The laboratory's rules name no advice on {drug} for {lookup}.",
    "no_statement_fda_label": "The FDA label of {drug} names no advice for this result.",
    "no_statement_fda_table": "The FDA's table of pharmacogenetic associations names no advice"
    " on {drug} for this result.",
    "not_read": "No recommendation for {drug}: the guideline's statement for {lookup} is not in"
    " this release; consult the guideline.",
    "words": "{source}'s text: “{text}”",
    "words_fda_label": "Text of the FDA label: “{text}”",
    "words_fda_table": "Text of the FDA table: “{text}”",
    "pending": "No recommendation for {drug}: its guideline ({genes}) is not in this release;"
    " consult the guideline.",
    "missing_matters": "No result for {missing}, which could change this advice. ",
    "missing": "No result for {missing}. ",
    "provisional": "Provisional ({why}): ",
    "unsettled": "{genes} not settled by this input",
    "uncounted": "{genes} copy number not determined",
    "and": " and ",
}

POPULATION: Final = {
    "general": "all patients",
    "cystic_fibrosis": "people with cystic fibrosis",
    "adults": "adults",
    "pediatrics": "children",
    "adults_and_children_over_40_kg": "adults, and children over 40 kg",
    "single_injection_start": "the single injection that starts the treatment",
    "monthly_injections": "the regular injections",
    "first_use": "patients who have never taken the drug",
    "first_use_without_alternative": "patients who have never taken the drug and have no"
    " alternative",
    "used_over_3_months": "patients who have taken the drug for longer than 3 months without a"
    " skin reaction",
    "acs_or_pci": "acute coronary syndrome or percutaneous coronary intervention",
    "cardiovascular_without_acs_or_pci": "other cardiovascular indications: peripheral arterial"
    " disease, stable coronary disease",
    "kidney_or_liver_impairment": "kidney or liver impairment",
    "neurovascular": "neurovascular indications: stroke, TIA, neurointerventions",
}
