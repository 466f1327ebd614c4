"""What else a guideline says beside its advice."""

from __future__ import annotations

from typing import Final

__all__ = ["NOTES"]

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
    "check_interactions_organ_function": "First check drug interactions and dose limits for"
    " kidney and liver function.",
    "check_interactions_organ_function_ancestry": "First check drug interactions and dose"
    " limits for kidney and liver function and ancestry.",
    "check_interactions_organ_function_asian": "First check drug interactions and dose limits"
    " for kidney and liver function and Asian ancestry.",
    "interactions_raise_myopathy_risk": "Drug interactions may raise the risk of myopathy more"
    " than usual.",
    "choose_by_goals_and_risks": "Choose by treatment goals and risk of toxicity.",
    "closer_with_dose_infection_stress": "Watch more closely with high or long dosing,"
    " infection or other oxidative stress, such as several drugs of medium or low risk.",
    "consider_gene_and_patient_factors": "Also weigh {0} status, drug interactions, age, and"
    " kidney and liver function.",
    "consider_interactions_patient_factors": "Weigh drug interactions, age, and kidney and"
    " liver function.",
    "counsel_jaundice": "Tell the patient that stopping it because of jaundice is unlikely ({0}).",
    "jaundice_discontinuation": "If it is used, jaundice is likely to lead to stopping it ({0}"
    " of patients).",
    "evidence_with": "The evidence comes from use with {0}.",
    "equivalent_booster": "It should hold for {0} as for {1}.",
    "established_at_activity": "Its safety is established at an enzyme activity of {0} of normal.",
    "expresser_naming": "Unlike with other enzymes, the standard dose suits {0} poor"
    " metabolizers (non-expressers); expressers need more.",
    "extrapolated_from": "The strength of this advice is extrapolated from {0}.",
    "extrapolated_from_adults": "Extrapolated from adults.",
    "extrapolated_genotype": "Extrapolated from patients with {0}.",
    "from_malaria_guidelines": "These regimens come from WHO and CDC malaria guidelines.",
    "radical_cure": "Radical cure of {2} malaria: {0} or {1}, with close monitoring for hemolysis.",
    "gametocytocide": "Single dose against gametocytes of {2}: {0} ({1}), no monitoring for"
    " hemolysis needed.",
    "further_antifungal_factors": "Drug interactions, liver and kidney function, species, site"
    " of infection, drug levels and comorbidities may call for further changes.",
    "further_clinical_factors": "Drug interactions or liver function may call for further changes.",
    "genotype_needs_lower": "With {0}, a reduction of {1} may be needed.",
    "hearing_risk_remains": "Hearing loss remains possible without a risk variant, above all"
    " with high levels or long courses.",
    "heterozygous_needs_activity": "With two X chromosomes and one deficient (class {0}–{1})"
    " and one non-deficient (class {2}) allele, the phenotype may be normal or deficient; only"
    " enzyme activity tells.",
    "indistinguishable": "{0} and {1} cannot be told apart in children.",
    "insufficient_data_medium_risk": "Data on {0} deficiency with chronic hemolysis are few,"
    " but all drugs of medium risk are to be avoided there.",
    "rationale_from_deficient": "Data on {0} deficiency with chronic hemolysis are lacking; the"
    " advice rests on {0} deficiency without it.",
    "intermediate_more_adverse": "Adverse events may be more frequent with liver impairment or"
    " advanced age.",
    "latency": "Such reactions start soon ({0}), usually within {1}.",
    "latency_within": "Such reactions start within {0} of regular dosing.",
    "levels_response_limited": "Data on levels and response are limited.",
    "likely_phenotype": "The phenotype is a likely one; the advice is that for the confirmed one.",
    "linked_allele_slows": "More caution with {0} in carriers of {1}: it travels with {2}, and"
    " {3} metabolizes {0} as well.",
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
    "negative_test_no_guarantee": "A negative {0} test does not rule out Stevens–Johnson"
    " syndrome or toxic epidermal necrolysis with {1}.",
    "negative_test_predicts": "A negative {0} test has a {1} negative predictive value for"
    " Stevens–Johnson syndrome and toxic epidermal necrolysis with {drug}; it guides {2} only,"
    " because for other aromatic anticonvulsants the value is below {3}.",
    "no_advice_among_aromatic": "Evidence linking {0} with other aromatic anticonvulsants is"
    " very limited, so none of them can be recommended over another.",
    "other_aromatic_caution": "Other aromatic anticonvulsants are less clearly linked with {0};"
    " choose among them with caution.",
    "other_aromatic_caution_list": "Other aromatic anticonvulsants ({1}) are less clearly"
    " linked with {0}; choose among them with caution.",
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
    "starting_means_steady_state": "“Starting dose” here is the dose at steady state, not that of"
    " the first day: patients may begin with a low dose that is raised over several days.",
    "therapeutic_range": "Proposed therapeutic range: {0}.",
    "add_inhibitor": "If needed, add low-dose {0}: it inhibits {1} and so the conversion of {2}"
    " to {3}.",
    "algorithm_alleles": "For {0} patients, algorithms mostly know only {1} and {2}; a"
    " reduced-activity allele about as active as one of these can be entered as {3}.",
    "algorithms_for_ancestry": "Adapted algorithms exist for people of {0} ancestry.",
    "also_metabolized": "{1} metabolizes {0} as well.",
    "also_written": "This genotype is also written {0}.",
    "any_genotype_of": "This holds for every {0} genotype.",
    "average_after_titration": "Among {0} patients with {1}, titration ended at {2} of the"
    " standard on average.",
    "both_intermediate_larger": "In an intermediate metabolizer for {0} as well, larger"
    " reductions are needed.",
    "both_may_need_more": "Patients intermediate for both {0} and {1} may need a larger reduction.",
    "calculation_files": "Spreadsheets exist that calculate doses by mouth and the matching"
    " intravenous ones.",
    "carriers_consider_not_in_place_of": "For carriers of {0}, consider not using {drug} in"
    " place of {1}.",
    "caution_if_homozygous": "Be cautious, if it is given at all, in people known or thought to"
    " be homozygous for atypical {0} ({1}).",
    "contraindicated_breastfeeding_infant": "It is contraindicated if the infant"
    " has {0} deficiency or an unknown {0} status.",
    "contraindicated_if_status_unknown": "It is also contraindicated while the {0} status is"
    " unknown.",
    "contraindicated_in": "{0} is contraindicated in {1}.",
    "data_too_few_for_dose": "Data are too few to advise a dose.",
    "dose_enough_for": "That dose is enough for {0}.",
    "effect_follows_sum": "The effect is thought to follow the sum of {0} and {1} levels; side"
    " effects seem not to.",
    "exact_reduction_unknown": "How large the reduction should be is not known.",
    "figure_below_for": "For {1} in {2}, a figure below {0} was calculated; data were too few"
    " for an exact one.",
    "figure_by_analogy": "The figure of {0} is taken by analogy with {1}.",
    "figure_not_given": "No figure is given.",
    "gene_and_inhibitors_hardly_affect": "{0}: neither {1} nor {2} affect it much.",
    "gene_same_inhibitors_not": "{0}: {1} affects them about as much, but {2} do not.",
    "gene_unspecified": "The FDA speaks of {0} without saying which gene; ClinPGx takes it to"
    " be {1}.",
    "genotype_algorithm": "An algorithm can give the starting and maintenance doses for the"
    " genotype.",
    "genotype_algorithm_such_as": "An algorithm such as that of {0} can give the starting and"
    " maintenance doses for the genotype.",
    "genotype_if_at_risk": "Where {1} is a marked risk, {0} genotyping (poor metabolizer or"
    " not) may come before the decision on treatment.",
    "genotype_needs_no_change": "The {0} genotype calls for no change.",
    "genotype_no_substitute_for": "The genotype is no substitute for {0}.",
    "genotype_to_exceed": "To go beyond {1}, the {0} genotype must be known.",
    "graft_genotype_counts": "The genotype of a transplanted {0} counts as well as the"
    " patient's own.",
    "indicated_for": "It is indicated for {0}.",
    "inducer_lowers_exposure": "By a pharmacokinetic model, such an inducer lowers the exposure"
    " by {0} with this genotype.",
    "inducer_lowers_exposure_2": "By a pharmacokinetic model, such an inducer lowers the"
    " exposure by {0} with the similar genotype {1}.",
    "inhibitors_do_not_matter": "{1} inhibitors ({2}, for example) do not affect {0}.",
    "inhibitors_matter": "{1} inhibitors ({2}, for example) affect {0} too.",
    "known_from_other_substrates": "How the patient handled other drugs that {0} metabolizes"
    " may also show poor metabolism.",
    "known_from_other_substrates_2": "How the patient handled other drugs that {0} metabolizes,"
    " such as {1}, may also show poor metabolism.",
    "label_schedule_covers": "The titration and monitoring laid down in the label take"
    " differences in {0} into account.",
    "larger_reduction_if_also": "Intermediate or poor metabolizers of {0} as well need a larger"
    " reduction.",
    "levels_times_versus": "With equal doses, drug levels are {0} times as high in {1} as in {2}.",
    "limit_share_of_usual": "The limit is {0} of the usual maximum.",
    "limits_toxicity": "This is meant to prevent toxicity that would restrict further dosing.",
    "lower_dose_effect_uncertain": "What a lower dose does is uncertain: total pain relief"
    " shifts with the ratio of drug to active metabolite.",
    "lower_dose_may_lose_effect": "Whether a lower dose can end the side effects and keep the"
    " effect is unknown.",
    "maternal_history_too": "Hearing damage from {0} on the mother's side counts in the same way.",
    "metabolism_does_not_involve": "{1} does not metabolize {0}.",
    "metabolite_total_not_for_dose": "The total of {0} metabolites cannot guide the dose:"
    " toxicity occurs within the range that suits patients without variants.",
    "more_caution_above": "Be most careful above {0} (such as {1}).",
    "more_caution_with": "Be most careful with {0}.",
    "most_tolerate_normal_dose": "Most patients do well on the normal dose; some need less on"
    " account of {0}.",
    "myopathy_likelier_than_at_lower": "According to the FDA, myopathy is more likely with {0}"
    " than with lower doses.",
    "no_breastfeeding": "Breastfeeding is advised against during treatment.",
    "no_dose_advice_because_of_ratio": "No specific dose can be advised: total pain relief"
    " shifts with the ratio of drug to active metabolite.",
    "no_dose_advice_for": "No advice on the dose is given for {0}.",
    "no_dose_given": "The label names no dose for this result.",
    "no_reduction_below_doses": "No reduction is needed below {0} of {1} or {2} of {3}.",
    "no_supported_dose_change": "Published data do not support a specific change of dose.",
    "no_supported_dose_reduction": "Published data do not support a specific lower dose.",
    "not_part_of_lookup": "{0} is not part of this lookup.",
    "only_pharmacokinetic_effect": "The FDA table only states an effect on pharmacokinetics.",
    "only_safety_response_effect": "The FDA table only states an effect on safety or response.",
    "others_lower_risk": "{0} carry a higher risk of {1} here too, but {2} times lower than"
    " with {drug}.",
    "parent_alone_works": "In {0}, only {1} works, but {1} and {2} both cause side effects.",
    "people_who_know_should_tell": "People with {1} ancestry who know from a test that they"
    " carry {0} should inform whoever treats them.",
    "poor_metabolizers_reach_level_at": "In studies, poor metabolizers could reach an adequate"
    " {0} level at {1}.",
    "reduction_in_advance_unproven": "In {0}, whether lowering the dose beforehand works as"
    " well as lowering it for toxicity is unknown.",
    "reduction_may_cost_effect": "Whether a reduction can end side effects in {0} and keep the"
    " effect is not known.",
    "related_drugs_measure_activity": "For {0}, measuring what {1} activity is left in {2} and"
    " setting the starting dose by it is advised.",
    "related_drugs_measure_activity_genotype": "For {0}, measuring what {1} activity is left in"
    " {2} and setting the starting dose by phenotype and genotype is advised.",
    "related_drugs_start": "For {0}, a start at {1} of the normal dose is advised.",
    "related_drugs_start_then_adjust": "For {0}, a start at {1} of the normal dose is advised,"
    " to be adjusted by toxicity and effect.",
    "risk_factors_include": "Risk factors include {0}.",
    "risk_with_other_sjs_ten_drugs": "Other drugs linked with Stevens–Johnson syndrome or toxic"
    " epidermal necrolysis may also make severe skin reactions more likely in carriers.",
    "said_of": "The label says this of {0}.",
    "same_with": "The same holds with {0}.",
    "screen_before_start": "Everyone should be screened for {0} before a first or renewed"
    " course, unless a result is on record.",
    "see_label": "See the FDA label for doses.",
    "see_label_monitoring": "See the FDA label for doses and monitoring.",
    "seems_less_dependent_on": "{0} seems to depend less on {1}.",
    "small_part_no_difference": "{1} plays a small part in the metabolism of {0} and makes no"
    " difference to its {2}.",
    "standard_algorithm_from_day": "From day {0}, the usual algorithm that leaves out the"
    " genotype can be used.",
    "study_mean_doses": "In one study of {0}, titration ended on average at {1} of the normal"
    " dose in {2} patients with {3} and at {4} in {5} with {6}.",
    "study_trough_levels": "In one study of {3}, after {1}, {2} {4} started on {5} had a median"
    " trough of {0} (target {6}).",
    "therapeutic_levels_for": "Therapeutic levels in {0}: {1} {2}, with {3} {4}.",
    "therapeutic_range_sum": "Therapeutic range: {0} for {1} together.",
    "therapeutic_range_sum_for": "Therapeutic range in {2}: {0} for {1} together.",
    "tolerated_by_one": "{0} at {1} of the usual dose ({2}) was tolerated by one patient with {3}.",
    "too_little_evidence_for_dose": "For {0}, there is too little literature on this phenotype"
    " for a well-founded dose adjustment.",
    "toxic_level": "Levels of {0} above {1} count as toxic.",
    "toxic_sum_above": "More than {0} of {1} together counts as toxic.",
    "variants_compare": "{0} and {1} variants change toxicity to a similar degree.",
    "variants_matter_less": "{1} variants affect {0} less.",
    "warning_without_dose": "The label warns and gives no dose.",
    "weaker_effect_seen": "A weaker effect was seen in {0} with this result.",
    "weigh_benefit_risk": "Weigh benefit and risk before use.",
    "weigh_risk_factors": "Weigh further risk factors for {0}.",
    "weigh_risk_of_alternatives": "The risks of other drugs must be weighed too.",
    "worst_forms_not_seen": "The worst forms ({1}) were not seen with {0}.",
    "elimination_depends_on": "The elimination of {0} depends on {1}.",
    "elimination_independent_of": "The elimination of {0} is independent of {1}.",
    "examples_of": "{0} are, for example, {1}.",
    "figure_below_calculated": "For {1}, a figure below {0} was calculated; data were too few"
    " for an exact one.",
    "less_metabolized_than": "{1} metabolizes {0} as well, but less than {2}.",
    "levels_reached_at": "In {0}, therapeutic levels were reached at {1}.",
    "levels_too_low_with": "With {0}, drug levels may fall so far that it cannot work.",
    "no_data_in": "Data on drug levels and effects in {0} are lacking.",
    "no_reduction_below_doses_for": "For {4}, no reduction is needed below {0} of {1} or {2} of"
    " {3}.",
    "normal_dose_means": "Normal dose means the one suited to the patient without a variant.",
    "response_better_at": "At {0} (at most {1}), {2} respond better: all {3} of them did within"
    " {6}, and {4} of those {5}.",
    "share_of_start_and_maximum_with": "The limit with {0} is {1} of the usual start and {2} of"
    " the maximum usual with such an inhibitor.",
    "shares_of_start_and_maximum": "This start is {0} of the usual one and the limit {1} of the"
    " usual maximum.",
    "side_effects_mostly_within": "Side effects mostly begin within the first {0}.",
    "similar_risk_with": "With {0}, the risk of {1} is about the same.",
    "study_dose_sufficed": "In {0} {1}, {2} ({3} of the standard) was enough for therapeutic"
    " levels and for fewer or no side effects.",
    "therapeutic_levels_of": "Therapeutic levels of {0}: {1}.",
    "dose_advice_only_for": "The FDA's advice on the dose is for {0} only.",
    "no_dose_change_in": "No change of dose is needed in {0}.",
    "two_reduced_alleles_measure": "If both {0} copies carry a variant of decreased function,"
    " the genotype alone gives no dose: measure {1} activity first, or avoid {drug}.",
    "annotated_as_other_drug": "{0} counts this text among those that call for another drug.",
    "result_leaves_open": "This result leaves it open whether there is {0}.",
    "local_note": "{0}",  # a laboratory's own words; no release uses it
    "no_phenotype_of_either": "Neither a {0} nor a {1} phenotype could be assigned.",
    "if_none_suits_tell_benign": "If no other drug suits, tell the patient that {0} are harmless,"
    " no sign of liver damage, and reversible even after long use.",
    "if_none_suits_tell_of_alternatives": "Explain the disadvantages of the other drugs as well.",
    "less_metabolized_by": "{0} are metabolized less by {1}.",
    "algorithm_below_age": "Below the age of {0}, the algorithm of {1} can give the starting and"
    " maintenance doses; from that age on it is not recommended, since it makes an INR above the"
    " range more likely.",
    "carriers_weigh_risk": "In carriers of {0}, weigh the further risk of {1} against the"
    " benefit; a lower dose probably does not reduce it.",
    "adding_helps_stay_below": "Adding {0}, for example, helps to stay below the limit.",
}
