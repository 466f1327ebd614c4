"""What to watch and for how long."""

from __future__ import annotations

from typing import Final

__all__ = ["DURATION", "MONITORING"]

MONITORING: Final = {
    "levels_guide_dose": "Let drug levels guide the dose.",
    "levels_guide_dose_strongly": "Letting drug levels guide the dose is strongly recommended.",
    "levels_guide_dose_if_used": "If {drug} is used all the same, let drug levels guide the dose.",
    "levels_guide_dose_if_used_strongly": "If {drug} is used all the same, letting drug levels"
    " guide the dose is strongly recommended.",
    "levels_careful": "Monitor drug levels with care.",
    "levels_meticulous": "Meticulous monitoring of drug levels is critical.",
    "levels_or_close_watch": "Consider drug levels; without them, watch closely for toxicity"
    " and effect.",
    "levels_response_side_effects_adjust": "Adjust later doses by drug levels, response and"
    " side effects.",
    "drug_levels": "Monitor drug levels.",
    "early_levels_stop_if_high": "Measure drug levels as early as possible and stop at once if"
    " they are too high.",
    "level_if_no_response": "Without response or adverse events after {0}, consider a drug"
    " level, {1}.",
    "level_if_still_no_response": "If the response is still inadequate after {0}, consider a"
    " drug level, {1}.",
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
    "enzyme_activity_if_needed": "If the {0} status has to be known, measure enzyme activity"
    " and follow the phenotype it shows.",
    "efficacy": "Monitor the effect.",
    "continued_efficacy": "Check that it keeps working.",
    "toxicity": "Monitor toxicity.",
    "hearing_frequent": "If it must be used, test hearing frequently.",
    "hearing_regular": "Test hearing regularly, as local guidance says.",
    "kidney_function": "Monitor kidney function.",
    "hydration": "Keep the patient hydrated.",
    "activity_and_genotype_set_start_or_avoid": "Measure the remaining {0} activity in {1} and"
    " set the initial dose by genotype and phenotype; or avoid {2}.",
    "adverse_reactions": "Watch for adverse reactions.",
    "adverse_reactions_close": "Watch closely for adverse reactions.",
    "adverse_reactions_increased": "Watch for adverse reactions, which may be more frequent.",
    "adverse_reactions_more_often": "Check for adverse reactions at shorter intervals.",
    "adverse_reactions_more_often_1": "Check for adverse reactions, such as {0}, at shorter"
    " intervals.",
    "adverse_reactions_such_as": "Watch for adverse reactions such as {0}.",
    "blood_counts": "Monitor blood counts.",
    "blood_counts_more_often": "Check blood counts more often than usual.",
    "blood_may_be_needed": "Blood tests may be needed, above all together with other drugs that"
    " cause hemolysis.",
    "clinical_watch": "Keep up clinical watchfulness.",
    "ecg": "Record an ECG.",
    "effect_side_effects_or_drug_levels": "Monitor side effects and benefit, or drug levels.",
    "effect_side_effects_or_levels": "Monitor side effects and benefit, or levels of {0}.",
    "effect_side_effects_or_levels_set_maintenance": "Find the maintenance dose by monitoring"
    " side effects and benefit, or levels of {0}.",
    "end_or_treat_if_persistent": "Where such effects do not settle, consider a specific"
    " treatment for them or ending {drug}.",
    "halt_titration_if": "With {0}, halt the titration and lower the dose.",
    "hemoglobin_blood_count": "Follow blood counts and hemoglobin.",
    "hemolytic_anemia": "Look out for hemolytic anemia.",
    "hemolytic_anemia_close": "Look out closely for hemolytic anemia.",
    "hemolytic_anemia_with_others": "Look out for hemolytic anemia, above all together with"
    " other drugs that cause hemolysis.",
    "if_unavoidable_activity_sets_start": "If {drug} and {2} cannot be avoided, measure the"
    " remaining {0} activity in {1} and set the initial dose by it.",
    "if_used_effect_side_effects_or_levels": "If {drug} cannot be avoided, monitor side effects"
    " and benefit, or levels of {0}.",
    "if_used_level_of": "If {drug} is used, check the {0} level.",
    "inr_guides_dose": "Monitor the INR and let it guide the dose.",
    "inr_more_often_outside_clinic": "Unless an anticoagulation clinic monitors the patient,"
    " check the INR more often.",
    "levels_guide_later_doses": "After that, let drug levels guide the dose.",
    "liver_function_any_genotype": "Monitor liver function, whatever the genotype.",
    "liver_function_before_and_after": "Check liver function before the start and later on,"
    " where feasible.",
    "lower_sum_of_levels": "Watch for a lower sum of {0} and {1} levels.",
    "methemoglobin_consider": "Consider measuring methemoglobin.",
    "methemoglobinemia_close": "Watch closely for methemoglobinemia.",
    "muscle_symptoms_without_risk_or_alternative": "Without such risk factors, or if no other"
    " drug is possible, the patient should see a doctor about muscle symptoms.",
    "neutropenia_close": "Watch closely for neutropenia, on treatment and after it.",
    "neutropenia_close_during_and_after": "Watch closely for neutropenia, while treatment lasts"
    " and after it.",
    "patient_close": "Monitor the patient closely.",
    "patient_reports_poor_effect": "The patient should report an insufficient effect.",
    "patient_reports_poor_pain_relief_without_alternative": "Where no other drug is used, the"
    " patient should report poor pain relief.",
    "patient_reports_side_effects": "The patient should report side effects, for example {0}.",
    "patient_seeks_help_if_reduced_dose": "On the reduced dose, tell the patient to seek"
    " medical help for signs of {0}, such as {1}.",
    "platelet_inhibition_other_indications": "For other indications, measure how far {drug}"
    " inhibits platelet aggregation; in poor responders, consider another drug, such as {0}.",
    "raised_levels_of": "Watch for raised levels of {0}.",
    "reduced_effect_alert": "Watch for a weaker effect.",
    "reduced_effect_alert_strongly": "Watch with extra care for a weaker effect.",
    "relapse_more": "Watch more closely for relapse.",
    "relapse_more_with": "Do so too with {0}.",
    "response_side_effects_or_levels_guide_dose": "Let side effects and response, drug levels,"
    " or both guide the dose.",
    "see_doctor_about": "Tell the patient to see the doctor about {0}.",
    "serum_levels_total": "Monitor serum levels and keep total {0} within {1}.",
    "severe_neutropenia_close": "Watch closely for severe neutropenia.",
    "side_effects": "Watch for side effects.",
    "side_effects_more_often": "Watch for side effects more often.",
    "stop_if_early_severe": "If acute reactions come early or are unusually severe, withhold"
    " {drug} or stop it for good, judging by their onset, duration and degree.",
    "stop_if_hemolysis": "Stop it if hemolysis sets in; it ends once the drug is withdrawn.",
    "stop_if_toxic_or_hypersensitive": "Stop it at once if it proves toxic or hypersensitivity"
    " appears.",
    "stop_if_toxicity_early_or_severe": "Watch for toxicity: if it comes early or is unusually"
    " severe, withhold or stop {drug}.",
    "tolerance": "Check how well treatment is tolerated.",
    "trough_levels_guide_dose": "Measure trough levels in whole blood and let them guide the dose.",
    "watch_for": "Watch for {0}.",
    "drug_levels_as_precaution": "As a precaution, monitor drug levels.",
    "if_systemic_unavoidable_activity_sets_start": "If systemic {drug} and {2} cannot be"
    " avoided, measure the remaining {0} activity in {1} and set the initial dose by it.",
    "if_unavoidable_report_rash": "If {drug} cannot be avoided, the patient should report a"
    " rash at once.",
    "level_if_side_effects_then_lower": "On side effects, take a drug level and lower the dose"
    " where needed.",
    "liver_function_regular": "Check liver function regularly.",
    "more_often_in": "In {0}, monitor more often.",
    "reduced_effect_for": "For {0}, watch for a weaker effect.",
    "report_if_persists": "Tell the patient to see or inform the doctor if {0} goes on.",
    "severe_toxicity": "Watch for severe toxicity, for example {0}.",
    "stop_if_severe": "Stop it if toxicity is severe.",
    "patient_reports": "The patient should report {0}.",
    "patient_reports_if_reduced_dose": "On the reduced dose, the patient should report signs of"
    " {0}, such as {1}.",
    "more_closely_for": "Monitor more closely for {0}.",
    "trough_level_then_raise_or_switch": "Measure the trough level of {0}; below {1}, raise the"
    " dose or change the drug.",
    "side_effects_strongly": "Watch with extra care for side effects.",
}

DURATION: Final = {
    "lowest_dose_shortest_course": "Use the lowest dose for the shortest course.",
    "lowest_dose_shortest_time": "Use the lowest effective dose for the shortest time.",
    "shortest_course": "Keep the course as short as feasible.",
    "steady_state": "Allow {0} to steady state after each change of dose.",
    "steady_state_first": "Do not increase the dose before steady state ({0}).",
    "steady_state_first_drug": "Do not increase the dose before steady state ({0} after the"
    " first dose for {1} in poor metabolizers).",
    "no_increase_before": "Do not raise the dose before {0} have passed.",
}
