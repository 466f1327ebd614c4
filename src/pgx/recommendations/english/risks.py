"""What a result means for harm: side effects and their risks."""

from __future__ import annotations

from typing import Final

__all__ = ["RISKS"]

RISKS: Final = {
    "adverse_effects_reported": "adverse effects reported",
    "anemia_risk_possible": "possibly a higher risk of anemia",
    "antiplatelet_response_reduced": "weaker antiplatelet response",
    "arrhythmia_risk_increased": "higher risk of arrhythmia",
    "better_effect_or_side_effects_possible": "a better effect or more side effects possible",
    "bleeding_risk_contained_by_monitoring": "no marked rise in bleeding risk under regular"
    " monitoring",
    "bleeding_risk_hardly_increased": "little or no higher risk of bleeding with usual practice",
    "bleeding_risk_increased_at_start": "higher risk of bleeding in the first weeks",
    "bleeding_risk_not_increased": "no higher risk of bleeding",
    "bleeding_risk_possible": "bleeding may be more likely",
    "cardiotoxicity_risk_possible": "cardiotoxicity may be more likely",
    "cardiovascular_event_risk_increased": "higher risk of cardiac and cerebrovascular events",
    "cardiovascular_event_risk_increased_in": "higher risk of serious cardiac and"
    " cerebrovascular events with {0}",
    "cardiovascular_event_risk_possibly_reduced": "cardiac and cerebrovascular events may be"
    " less likely",
    "cardiovascular_risk_possible": "possibly a higher cardiovascular risk",
    "carriers_severe_skin_reaction_risk_possible": "severe skin reactions may be more likely in"
    " carriers of {0}",
    "chronic_hemolysis_exacerbation_risk_high": "high risk that chronic hemolysis flares up",
    "cns_adverse_event_risk_greatly_increased": "much higher risk of CNS adverse events",
    "cns_adverse_event_risk_increased": "higher risk of CNS adverse events",
    "cns_toxicity_risk_possible": "possibly a higher risk of CNS toxicity",
    "coma_reported_in": "coma reported in {0}",
    "contraindicated": "contraindicated with this result",
    "contraindicated_like": "contraindicated with the similar genotype {0}",
    "deaths_reported_in": "deaths reported in {0}",
    "discontinuation_for_inefficacy_increased": "stopped more often for lack of effect",
    "discontinuation_risk_greatly_increased": "much higher risk of stopping treatment",
    "discontinuation_risk_possible": "possibly a higher risk of stopping treatment",
    "discontinuation_risk_possible_at_score": "possibly a higher risk of stopping treatment at"
    " an activity score of {0}",
    "discontinuation_risk_possible_with": "possibly a higher risk of stopping treatment at an"
    " activity score of {0} with {1}",
    "dizziness_risk_increased": "dizziness more likely",
    "dress_sjs_ten_risk_increased": "higher risk of DRESS, Stevens–Johnson syndrome and toxic"
    " epidermal necrolysis",
    "fatal_respiratory_depression_possible": "fatal respiratory depression possible",
    "fatal_respiratory_depression_risk_increased": "higher risk of life-threatening or fatal"
    " respiratory depression",
    "fatal_toxicity_without_reduction": "fatal toxicity possible without a dose reduction",
    "hearing_loss_risk_normal": "normal risk of hearing loss",
    "hearing_loss_risk_not_shown": "weak or no evidence for a higher risk of hearing loss",
    "hearing_loss_risk_very_high": "very high risk of hearing loss",
    "heart_failure_risk_possible": "possibly a higher risk of heart failure",
    "hemolysis_more_pronounced": "hemolysis and Heinz bodies may be more marked, high bilirubin"
    " more frequent",
    "hemolysis_reported": "hemolysis reported",
    "hemolytic_anemia_dose_related": "hemolytic anemia often depends on the dose",
    "hemolytic_anemia_possible": "hemolysis or hemolytic anemia possible",
    "hemolytic_anemia_reported": "hemolytic anemia reported",
    "hemolytic_anemia_risk": "risk of hemolytic anemia",
    "hemolytic_anemia_risk_high": "high risk of acute hemolytic anemia",
    "hemolytic_anemia_risk_high_at": "high risk of acute hemolytic anemia at relapse-preventing"
    " doses against {2} ({0} for {1}) or higher",
    "hemolytic_anemia_risk_low": "low risk of acute hemolytic anemia",
    "hemolytic_anemia_risk_medium": "medium risk of acute hemolytic anemia",
    "hemolytic_anemia_risk_unknown": "unknown risk of acute hemolytic anemia",
    "hemolytic_anemia_risk_variable": "variable risk of acute hemolytic anemia",
    "hemolytic_crisis_risk_increased": "higher risk of a hemolytic crisis",
    "hyperbilirubinemia_risk_increased": "higher risk of hyperbilirubinemia",
    "hypersensitivity_association_moderate": "moderate link with hypersensitivity (DRESS,"
    " SJS/TEN, maculopapular eruption)",
    "hypersensitivity_risk_greatly_increased": "much higher risk of hypersensitivity",
    "hypersensitivity_risk_increased": "higher risk of hypersensitivity",
    "hypersensitivity_risk_low": "low risk of hypersensitivity",
    "hypoglycemia_risk_possible": "possibly a higher risk of hypoglycemia",
    "hypoxia_risk_possible": "possibly a higher risk of hypoxia",
    "inr_high_bleeding_risk": "INR of {1} or more, and so a higher risk of bleeding, in {0}"
    " under usual control",
    "jaundice_discontinuation_high": "jaundice likely to lead to stopping treatment",
    "jaundice_discontinuation_low": "jaundice unlikely to lead to stopping treatment",
    "jaundice_discontinuation_very_low": "jaundice very unlikely to lead to stopping treatment",
    "leukopenia_and_intolerance_frequency": "leukopenia of grade {1} or worse, and intolerance,"
    " in {0} on standard treatment",
    "leukopenia_expected": "leukopenia of {0} expected in about {1} of patients on standard"
    " treatment",
    "leukopenia_frequency": "leukopenia of grade {1} or worse in {0} on standard treatment",
    "leukopenia_grade_frequency": "leukopenia of grade {1} in {0} on standard treatment",
    "life_threatening_side_effect_risk_increased": "higher risk of serious, even"
    " life-threatening side effects, such as {0}",
    "life_threatening_side_effects_possible": "more side effects possible, some of them"
    " life-threatening",
    "life_threatening_toxicity_risk_increased": "life-threatening toxicity more likely",
    "liver_enzyme_elevation_risk_possible": "liver enzymes possibly raised more often",
    "liver_injury_risk_times": "risk of liver injury {0} times as high, though such injury is"
    " rare ({1})",
    "malignant_hyperthermia_if_prone": "a trigger of malignant hyperthermia for people prone to it",
    "malignant_hyperthermia_not_excluded": "malignant hyperthermia susceptibility not excluded"
    " (the genetic cause of about {0} of cases is unknown)",
    "malignant_hyperthermia_risk_increased": "higher risk of malignant hyperthermia",
    "methemoglobinemia_risk_increased": "higher risk of methemoglobinemia",
    "myelosuppression_risk_greatly_increased": "much higher risk of myelosuppression",
    "myelosuppression_risk_increased": "higher risk of myelosuppression",
    "myelosuppression_risk_normal": "normal risk of myelosuppression",
    "myopathy_risk_greatly_increased": "much higher risk of myopathy",
    "myopathy_risk_increased": "higher risk of myopathy",
    "myopathy_risk_possible": "possibly a higher risk of myopathy",
    "myopathy_risk_typical": "usual risk of myopathy",
    "myopathy_risk_typical_up_to": "usual risk of myopathy up to {0}",
    "myopathy_risk_unknown": "unknown risk of myopathy",
    "neutropenia_risk_increased": "higher risk of neutropenia",
    "neutropenia_risk_possible": "possibly a higher risk of neutropenia",
    "no_harm_shown_otherwise": "no harm shown in other patients",
    "ototoxicity_seen": "hearing damage seen with certain variants",
    "overanticoagulation_risk_increased_in": "higher risk of too strong anticoagulation in the {0}",
    "overanticoagulation_risk_increased_in_2": "higher risk of too strong anticoagulation ({1})"
    " in the {0}",
    "platelet_reactivity_decreased": "lower platelet reactivity on treatment",
    "platelet_reactivity_increased": "higher platelet reactivity on treatment",
    "platelet_reactivity_normal": "normal platelet reactivity on treatment",
    "platelet_reactivity_normal_or_decreased": "normal or lower platelet reactivity on treatment",
    "qt_prolongation_likelier": "QT prolongation more likely",
    "qt_prolongation_risk_changed": "risk of QT prolongation differs",
    "qt_prolongation_risk_increased": "higher risk of QT prolongation",
    "qt_prolongation_risk_theoretical": "QT prolongation more likely in theory",
    "qt_prolongation_slight": "slight, dose-dependent QT prolongation more likely",
    "recurrence_risk_increased": "higher risk of cancer recurrence",
    "rejection_risk_possible": "possibly a higher risk of rejection",
    "respiratory_depression_reported": "dangerous and fatal respiratory depression reported in {0}",
    "respiratory_depression_risk_increased": "respiratory depression more likely",
    "risk_estimate": "estimated in {0} of such patients",
    "risk_offset_by_dose_advice": "following the dose advice offsets this risk",
    "risk_raised_further_by": "{0} raise this risk further",
    "sedation_risk_increased": "higher risk of sedation",
    "serious_side_effect_risk_increased": "higher risk of serious side effects, such as {0}",
    "serious_side_effect_risk_possible": "serious side effects perhaps commoner ({0}, for example)",
    "severe_diarrhea_risk_increased": "higher risk of severe diarrhea",
    "severe_diarrhea_risk_possible": "severe diarrhea may be more likely",
    "severe_hemolysis_risk_possible": "severe hemolysis may be more likely",
    "severe_neutropenia_risk_increased": "higher risk of severe, even life-threatening,"
    " neutropenia",
    "severe_neutropenia_risk_possible": "severe neutropenia may be more likely",
    "severe_skin_reaction_risk_greatly_increased": "much higher risk of severe skin reactions",
    "severe_skin_reaction_risk_increased": "severe skin reactions more likely",
    "severe_skin_reaction_risk_low": "low risk of severe skin reactions",
    "severe_toxicity_risk_increased": "higher risk of severe or fatal toxicity",
    "severe_toxicity_risk_possible": "possibly a higher risk of severe or fatal toxicity",
    "severe_toxicity_risk_raised_but_low": "severe toxicity more likely, yet the risk stays"
    " very low",
    "side_effect_increase_not_shown": "no evidence of more side effects",
    "side_effect_increase_unproven": "too little evidence of more side effects",
    "side_effect_risk_greatly_increased_in_theory": "in theory, side effects much more likely",
    "side_effect_risk_increased": "side effects more likely",
    "side_effect_risk_increased_in": "side effects more likely in {0}",
    "side_effect_risk_possible": "side effects may be more likely",
    "side_effect_risk_possibly_changed": "risk of side effects may differ",
    "side_effect_risk_theoretical": "side effects more likely in theory",
    "side_effects_matter_at_first": "at first, side effects matter most",
    "side_effects_not_increased": "side effects apparently not more frequent",
    "side_effects_not_increased_without": "no relevant rise in side effects without {0}",
    "sjs_risk_increased": "higher risk of Stevens–Johnson syndrome",
    "sjs_risk_increased_within": "higher risk of Stevens–Johnson syndrome in the first {0}",
    "sjs_ten_possible_above_all_in": "Stevens–Johnson syndrome and toxic epidermal necrolysis"
    " possible, above all in {0} patients",
    "sjs_ten_risk_greatly_increased": "much higher risk of Stevens–Johnson syndrome and"
    " toxic epidermal necrolysis",
    "sjs_ten_risk_greatly_increased_within": "much higher risk of Stevens–Johnson syndrome and"
    " toxic epidermal necrolysis in the first {0}",
    "sjs_ten_risk_increased": "higher risk of Stevens–Johnson syndrome and toxic epidermal"
    " necrolysis",
    "sjs_ten_risk_increased_within": "higher risk of Stevens–Johnson syndrome and toxic"
    " epidermal necrolysis in the first {0}",
    "sjs_ten_risk_normal": "normal risk of Stevens–Johnson syndrome and toxic epidermal necrolysis",
    "sjs_ten_risk_possible": "possibly a higher risk of Stevens–Johnson syndrome and toxic"
    " epidermal necrolysis",
    "skin_reaction_risk_increased": "higher risk of severe and mild skin reactions (SJS/TEN,"
    " DRESS, MPE)",
    "skin_reaction_risk_normal": "normal risk of skin reactions (SJS/TEN, DRESS, MPE)",
    "thrombosis_risk_possible": "possibly a higher risk of thrombosis",
    "toxicity_risk_increased": "toxicity more likely",
    "toxicity_risk_increased_if_heterozygous": "toxicity more likely in heterozygous deficiency",
    "toxicity_risk_normal": "normal risk of toxicity",
    "toxicity_risk_possible": "toxicity may be more likely",
    "toxicity_risk_above_one_gene": "higher risk of toxicity than with one such result",
    "discontinuation_frequency": "treatment stopped in {0} of patients ({1} without this result)",
    "severe_increase_not_seen": "severe {0} not seen more often",
    "dress_sjs_ten_risk_increased_within": "higher risk of DRESS, Stevens–Johnson syndrome and"
    " toxic epidermal necrolysis in the first {0}",
    "risk_estimate_of": "{0} estimated in {1} of such patients",
    "dress_sjs_ten_possible_above_all_in": "DRESS, Stevens–Johnson syndrome and toxic epidermal"
    " necrolysis possible, above all in {0} patients",
}
