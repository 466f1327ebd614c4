"""What to mind: phrases for monitoring, conditions, notes, certainty and populations."""

from __future__ import annotations

from typing import Final

__all__ = ["ADVICE", "CONDITIONS", "DURATION", "LEAD", "MONITORING", "NOTES", "POPULATION"]

MONITORING: Final = {
    "levels_guide_dose": "Let drug levels guide the dose.",
    "levels_guide_dose_strongly": "Letting drug levels guide the dose is strongly recommended.",
    "levels_careful": "Monitor drug levels with care.",
    "levels_meticulous": "Meticulous monitoring of drug levels is critical.",
    "levels_or_close_watch": "Consider drug levels; without them, watch closely for toxicity and"
    " effect.",
    "levels_response_side_effects_adjust": "Adjust later doses by drug levels, response and side"
    " effects.",
    "drug_levels": "Monitor drug levels.",
    "early_levels_stop_if_high": "Measure drug levels as early as possible and stop at once if"
    " they are too high.",
    "level_if_no_response": "Without response or adverse events after {0}, consider a drug level,"
    " {1}.",
    "level_if_still_no_response": "If the response is still inadequate after {0}, consider a drug"
    " level, {1}.",
    "level_range_if_reduced": "On the lower dose, consider steady-state levels where available"
    " (suggested range {0}).",
    "raise_if_level_below": "If the level is below {0} and the response inadequate, consider"
    " raising the dose in proportion, toward {1}.",
    "reduce_if_side_effects": "Consider a lower dose if side effects are unacceptable.",
    "may_need_above": "More than {0} may be needed.",
    "anemia_close": "Monitor closely for anemia.",
    "blood_pressure_kidney_function": "Monitor adverse events such as blood pressure and kidney"
    " function.",
    "clinical_more_often": "Monitor the patient more often.",
    "stop_at_first_skin_reaction": "Stop at the first sign of a skin reaction.",
    "skin_usual_standard": "Watch for skin reactions by the usual standard.",
    "close_toxicity_if_unknown": "If a thiopurine is required while {0} is unknown, monitor"
    " closely for toxicity.",
    "close_toxicity_if_unknown_2": "If a thiopurine is required while {0} or {1} is unknown,"
    " monitor closely for toxicity.",
    "measure_activity": "Consider measuring {0} activity in {1}.",
    "enzyme_activity": "Measure {0} enzyme activity and follow the phenotype it shows.",
    "enzyme_activity_if_needed": "If the {0} status has to be known, measure enzyme activity and"
    " follow the phenotype it shows.",
    "efficacy": "Monitor the effect.",
    "continued_efficacy": "Check that it keeps working.",
    "toxicity": "Monitor toxicity.",
    "hearing_frequent": "If it must be used, test hearing frequently.",
    "hearing_regular": "Test hearing regularly, as local guidance says.",
    "kidney_function": "Monitor kidney function.",
    "hydration": "Keep the patient hydrated.",
}

CONDITIONS: Final = {
    "higher_initial_doses": "This applies to the higher initial doses used in conditions such as"
    " {0}.",
    "not_low_dose_use": "It does not apply to low-dose use, such as in {0}.",
    "applies_transplants": "This applies to kidney, heart, lung and stem-cell transplants, and to"
    " liver transplants where donor and recipient have the same genotype.",
    "clinical_findings_guide": "Let clinical findings, family history, further genetic testing and"
    " laboratory data guide its use.",
}

DURATION: Final = {
    "lowest_dose_shortest_course": "Use the lowest dose for the shortest course.",
    "lowest_dose_shortest_time": "Use the lowest effective dose for the shortest time.",
    "shortest_course": "Keep the course as short as feasible.",
    "steady_state": "Allow {0} to steady state after each change of dose.",
    "steady_state_first": "Do not increase the dose before steady state ({0}).",
    "steady_state_first_drug": "Do not increase the dose before steady state ({0} after the first"
    " dose for {1} in poor metabolizers).",
}

LEAD: Final = {
    "based_on": "This rests on {0} alone.",
    "not_genotyped": "There is no {0} genotype.",
    "not_assignable": "No {0} phenotype could be assigned.",
}

NOTES: Final = {
    "activity_test_unreliable": "{0} activity in {1} can be falsely low at the diagnosis of"
    " leukemia and is unreliable after a recent red-cell transfusion.",
    "algorithm_ancestry": "For people of {2} ancestry, {0} (near {1}) counts as well.",
    "allele_linked": "{0} nearly always occurs together with {1}.",
    "allele_alone_unclear": "If {0} is found without {1} and {2}, the phenotype is not certain.",
    "only_allele_tested": "If only {0} was tested, one copy suggests an intermediate and two a"
    " poor metabolizer.",
    "also_metabolized_by": "{0} are also metabolized by {1}; evidence on them is limited.",
    "aromatic_anticonvulsants": "Aromatic anticonvulsants are {0}, {1}, {2}, {3}, {4}, {5} and"
    " {6}.",
    "b75_alleles": "Besides {0}, other alleles of the same serotype carry the risk: {1}, and"
    " possibly {2}.",
    "benefit_above": "A modest further benefit is seen at peak levels above {0}.",
    "biallelic_myopathy": "With two pathogenic variants in {0}, expect a recessive myopathy; a"
    " physician who knows these disorders should decide.",
    "biallelic_myopathy_2": "With two pathogenic variants in {0} or {1}, expect a recessive"
    " myopathy; a physician who knows these disorders should decide.",
    "both_intermediate": "Intermediate for both {0} and {1}, the patient may need a larger"
    " reduction than with one.",
    "check_interactions_organ_function": "First check drug interactions and dose limits for kidney"
    " and liver function.",
    "check_interactions_organ_function_ancestry": "First check drug interactions and dose limits"
    " for kidney and liver function and ancestry.",
    "check_interactions_organ_function_asian": "First check drug interactions and dose limits for"
    " kidney and liver function and Asian ancestry.",
    "interactions_raise_myopathy_risk": "Drug interactions may raise the risk of myopathy more"
    " than usual.",
    "choose_by_goals_and_risks": "Choose by treatment goals and risk of toxicity.",
    "closer_with_dose_infection_stress": "Watch more closely with high or long dosing, infection or"
    " other oxidative stress, such as several drugs of medium or low risk.",
    "consider_gene_and_patient_factors": "Also weigh {0} status, drug interactions, age, and"
    " kidney and liver function.",
    "consider_interactions_patient_factors": "Weigh drug interactions, age, and kidney and liver"
    " function.",
    "counsel_jaundice": "Tell the patient that stopping it because of jaundice is unlikely ({0}).",
    "jaundice_discontinuation": "If it is used, jaundice is likely to lead to stopping it ({0} of"
    " patients).",
    "evidence_with": "The evidence comes from use with {0}.",
    "equivalent_booster": "It should hold for {0} as for {1}.",
    "established_at_activity": "Its safety is established at an enzyme activity of {0} of normal.",
    "expresser_naming": "Unlike with other enzymes, the standard dose suits {0} poor metabolizers"
    " (non-expressers); expressers need more.",
    "extrapolated_from": "The strength of this advice is extrapolated from {0}.",
    "extrapolated_from_adults": "Extrapolated from adults.",
    "extrapolated_genotype": "Extrapolated from patients with {0}.",
    "from_malaria_guidelines": "These regimens come from WHO and CDC malaria guidelines.",
    "radical_cure": "Radical cure of {2} malaria: {0} or {1}, with close monitoring for hemolysis.",
    "gametocytocide": "Single dose against gametocytes of {2}: {0} ({1}), no monitoring for"
    " hemolysis needed.",
    "further_antifungal_factors": "Drug interactions, liver and kidney function, species, site of"
    " infection, drug levels and comorbidities may call for further changes.",
    "further_clinical_factors": "Drug interactions or liver function may call for further changes.",
    "genotype_needs_lower": "With {0}, a reduction of {1} may be needed.",
    "hearing_risk_remains": "Hearing loss remains possible without a risk variant, above all with"
    " high levels or long courses.",
    "heterozygous_needs_activity": "With two X chromosomes and one deficient (class {0}–{1}) and"
    " one non-deficient (class {2}) allele, the phenotype may be normal or deficient; only"
    " enzyme activity tells.",
    "indistinguishable": "{0} and {1} cannot be told apart in children.",
    "insufficient_data_medium_risk": "Data on {0} deficiency with chronic hemolysis are few, but"
    " all drugs of medium risk are to be avoided there.",
    "rationale_from_deficient": "Data on {0} deficiency with chronic hemolysis are lacking; the"
    " advice rests on {0} deficiency without it.",
    "intermediate_more_adverse": "Adverse events may be more frequent with liver impairment or"
    " advanced age.",
    "latency": "Such reactions start soon ({0}), usually within {1}.",
    "latency_within": "Such reactions start within {0} of regular dosing.",
    "levels_response_limited": "Data on levels and response are limited.",
    "likely_phenotype": "The phenotype is a likely one; the advice is that for the confirmed one.",
    "linked_allele_slows": "More caution with {0} in carriers of {1}: it travels with {2}, and {3}"
    " metabolizes {0} as well.",
    "low_standard_dose_no_reduction": "If the regimen already starts below the normal dose, an"
    " intermediate metabolizer may need no reduction.",
    "low_start_no_reduction": "If the normal start is already {0}, a reduction may not be needed.",
    "usual_doses_vary": "Normal starting doses differ between populations and regimens.",
    "maintenance_versus": "The maintenance dose is typically {0} than in {1}.",
    "maximum_because_qt": "The limit comes from the FDA label (QT prolongation).",
    "maximum_in_groups": "The label sets the same limit of {0} for {2} in {1}.",
    "other_drug_maximum": "For {0}, the limit is {1}, because of QT prolongation.",
    "myopathy_risk_above": "Myopathy may be more likely, above all at more than {0}.",
    "myopathy_risk_at": "Myopathy may be more likely, above all at {0}.",
    "negative_test_no_guarantee": "A negative {0} test does not rule out Stevens–Johnson syndrome"
    " or toxic epidermal necrolysis with {1}.",
    "negative_test_predicts": "A negative {0} test has a {1} negative predictive value for"
    " Stevens–Johnson syndrome and toxic epidermal necrolysis with {drug}; it guides {2} only,"
    " because for other aromatic anticonvulsants the value is below {3}.",
    "no_advice_among_aromatic": "Evidence linking {0} with other aromatic anticonvulsants is very"
    " limited, so none of them can be recommended over another.",
    "other_aromatic_caution": "Other aromatic anticonvulsants are less clearly linked with {0};"
    " choose among them with caution.",
    "other_aromatic_caution_list": "Other aromatic anticonvulsants ({1}) are less clearly linked"
    " with {0}; choose among them with caution.",
    "tolerance_does_not_carry_over": "Having tolerated it says nothing about other aromatic"
    " anticonvulsants.",
    "noninferior_lower_dose": "In untreated patients, {0} was not inferior to {1} when combined"
    " with {2}, whatever the {3} genotype.",
    "not_evaluated_above": "Doses above {0} have not been studied.",
    "nvi_limited_data": "Outcome data in neurovascular disease are limited; choose by treatment"
    " goals and risks.",
    "pediatric_levels_hard": "In children with fast metabolism, therapeutic levels are hard to"
    " reach in time; another antifungal works sooner.",
    "phenotyping_test_for_start": "If available, a phenotyping test can estimate the starting"
    " dose; the figure assumes that allele effects add up.",
    "pill_burden": "{0} may need more than one pill a day; weigh that against the benefit.",
    "precautions_if_used": "Take every precaution.",
    "raises_not_normalizes": "The higher dose raises {0} but does not normalize it.",
    "switch_no_more_recurrence": "{0} poor metabolizers switched to {1} have no higher risk of"
    " recurrence.",
    "response_related_to_level": "Poor metabolizers respond better, perhaps because of higher"
    " levels {0} after a dose.",
    "score_needs_copy_number": "The {0} activity score depends on the exact number of copies.",
    "starting_means_steady_state": "Starting dose means the recommended steady-state dose.",
    "therapeutic_range": "Proposed therapeutic range: {0}.",
}

ADVICE: Final = {
    "unknown": "{genes} could not be assessed in this input, so nothing can be said about {drug};"
    " this is not a normal result.",
    "no_statement": "No recommendation for {drug}: the guideline has no statement for {lookup}.",
    "not_read": "No recommendation for {drug}: the guideline's statement for {lookup} is not in"
    " this release; consult the guideline.",
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
    "first_use": "patients who have never taken the drug",
    "first_use_without_alternative": "patients who have never taken the drug and have no"
    " alternative",
    "used_over_3_months": "patients who have taken the drug for longer than 3 months without a"
    " skin reaction",
    "acs_or_pci": "acute coronary syndrome or percutaneous coronary intervention",
    "cardiovascular_without_acs_or_pci": "other cardiovascular indications: peripheral arterial"
    " disease, stable coronary disease",
    "neurovascular": "neurovascular indications: stroke, TIA, neurointerventions",
}
