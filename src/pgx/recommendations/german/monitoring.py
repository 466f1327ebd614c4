"""What to watch and for how long."""

from __future__ import annotations

from typing import Final

__all__ = ["DURATION", "MONITORING"]

MONITORING: Final = {
    "levels_guide_dose": "Steuern Sie die Dosis nach den Wirkstoffspiegeln.",
    "levels_guide_dose_strongly": "Eine Steuerung der Dosis nach den Wirkstoffspiegeln wird"
    " dringend empfohlen.",
    "levels_guide_dose_if_used": "Wird {drug} dennoch verwendet, steuern Sie die Dosis nach den"
    " Wirkstoffspiegeln.",
    "levels_guide_dose_if_used_strongly": "Wird {drug} dennoch verwendet, wird eine Steuerung der"
    " Dosis nach den Wirkstoffspiegeln dringend empfohlen.",
    "levels_careful": "Überwachen Sie die Wirkstoffspiegel sorgfältig.",
    "levels_meticulous": "Eine besonders genaue Überwachung der Wirkstoffspiegel ist entscheidend.",
    "levels_or_close_watch": "Erwägen Sie Spiegelbestimmungen; ohne sie achten Sie engmaschig auf"
    " Toxizität und Wirkung.",
    "levels_response_side_effects_adjust": "Passen Sie die weiteren Dosen nach Wirkstoffspiegel,"
    " Ansprechen und Nebenwirkungen an.",
    "drug_levels": "Überwachen Sie die Wirkstoffspiegel.",
    "early_levels_stop_if_high": "Bestimmen Sie die Wirkstoffspiegel so früh wie möglich und setzen"
    " Sie das Arzneimittel sofort ab, wenn sie zu hoch sind.",
    "level_if_no_response": "Ohne Ansprechen und ohne unerwünschte Ereignisse nach {0:dat} erwägen"
    " Sie eine Spiegelbestimmung, {1}.",
    "level_if_still_no_response": "Bei weiterhin unzureichendem Ansprechen nach {0:dat} erwägen"
    " Sie eine Spiegelbestimmung, {1}.",
    "level_range_if_reduced": "Bei verringerter Dosis erwägen Sie Spiegelbestimmungen im Steady"
    " State, soweit verfügbar (vorgeschlagener Bereich {0}).",
    "raise_if_level_below": "Liegt der Spiegel unter {0} und ist das Ansprechen unzureichend,"
    " erwägen Sie, die Dosis proportional zu erhöhen, mit dem Ziel {1}.",
    "reduce_if_side_effects": "Erwägen Sie eine niedrigere Dosis, wenn Nebenwirkungen nicht"
    " vertretbar sind.",
    "may_need_above": "Mehr als {0} können erforderlich sein.",
    "anemia_close": "Überwachen Sie den Patienten engmaschig auf Anämie.",
    "blood_pressure_kidney_function": "Überwachen Sie auf unerwünschte Ereignisse, zum Beispiel"
    " anhand von Blutdruck und Nierenfunktion.",
    "clinical_more_often": "Überwachen Sie den Patienten häufiger.",
    "stop_at_first_skin_reaction": "Setzen Sie das Arzneimittel beim ersten Anzeichen einer"
    " Hautreaktion ab.",
    "skin_usual_standard": "Achten Sie im üblichen Rahmen auf Hautreaktionen.",
    "close_toxicity_if_unknown": "Ist ein Thiopurin erforderlich, während {0} unbekannt ist,"
    " überwachen Sie den Patienten engmaschig auf Toxizität.",
    "close_toxicity_if_unknown_2": "Ist ein Thiopurin erforderlich, während {0} oder {1} unbekannt"
    " ist, überwachen Sie den Patienten engmaschig auf Toxizität.",
    "measure_activity": "Erwägen Sie eine Messung der {0}-Aktivität in {1:dat}.",
    "enzyme_activity": "Messen Sie die {0}-Enzymaktivität und richten Sie sich nach dem Phänotyp,"
    " den sie anzeigt.",
    "enzyme_activity_if_needed": "Muss der {0}-Status bekannt sein, messen Sie die Enzymaktivität"
    " und richten Sie sich nach dem Phänotyp, den sie anzeigt.",
    "efficacy": "Überwachen Sie die Wirkung.",
    "continued_efficacy": "Prüfen Sie, ob die Wirkung anhält.",
    "toxicity": "Überwachen Sie den Patienten auf Toxizität.",
    "hearing_frequent": "Ist die Anwendung unvermeidbar, prüfen Sie häufig das Gehör.",
    "hearing_regular": "Prüfen Sie das Gehör regelmäßig nach den örtlichen Vorgaben.",
    "kidney_function": "Überwachen Sie die Nierenfunktion.",
    "hydration": "Sorgen Sie für ausreichende Flüssigkeitszufuhr.",
    "activity_and_genotype_set_start_or_avoid": "Messen Sie die verbleibende {0}-Aktivität in"
    " {1:dat} und legen Sie die Anfangsdosis nach Genotyp und Phänotyp fest; oder vermeiden Sie"
    " {2}.",
    "adverse_reactions": "Achten Sie auf unerwünschte Wirkungen.",
    "adverse_reactions_close": "Achten Sie engmaschig auf Nebenwirkungen.",
    "adverse_reactions_increased": "Achten Sie auf Nebenwirkungen, die häufiger auftreten können.",
    "adverse_reactions_more_often": "Prüfen Sie in kürzeren Abständen auf Nebenwirkungen.",
    "adverse_reactions_more_often_1": "Prüfen Sie in kürzeren Abständen auf Nebenwirkungen (zum"
    " Beispiel {0}).",
    "adverse_reactions_such_as": "Achten Sie auf Nebenwirkungen wie {0}.",
    "blood_counts": "Überwachen Sie das Blutbild.",
    "blood_counts_more_often": "Kontrollieren Sie das Blutbild häufiger als üblich.",
    "blood_may_be_needed": "Blutuntersuchungen können erforderlich sein, vor allem zusammen mit"
    " anderen Arzneimitteln, die eine Hämolyse auslösen.",
    "clinical_watch": "Achten Sie weiterhin auf klinische Zeichen.",
    "ecg": "Leiten Sie ein EKG ab.",
    "effect_side_effects_or_drug_levels": "Überwachen Sie Nebenwirkungen und Nutzen oder die"
    " Wirkstoffspiegel.",
    "effect_side_effects_or_levels": "Überwachen Sie Nebenwirkungen und Nutzen oder die Spiegel"
    " von {0}.",
    "effect_side_effects_or_levels_set_maintenance": "Ermitteln Sie die Erhaltungsdosis durch"
    " Überwachung von Nebenwirkungen und Nutzen oder der Spiegel von {0}.",
    "end_or_treat_if_persistent": "Klingen solche Wirkungen nicht ab, erwägen Sie eine gezielte"
    " Behandlung oder das Absetzen von {drug}.",
    "halt_titration_if": "Bei {0:dat} unterbrechen Sie die Titration und verringern Sie die Dosis.",
    "hemoglobin_blood_count": "Kontrollieren Sie Blutbild und Hämoglobin.",
    "hemolytic_anemia": "Achten Sie auf eine hämolytische Anämie.",
    "hemolytic_anemia_close": "Achten Sie engmaschig auf eine hämolytische Anämie.",
    "hemolytic_anemia_with_others": "Achten Sie auf eine hämolytische Anämie, vor allem zusammen"
    " mit anderen Arzneimitteln, die eine Hämolyse auslösen.",
    "if_unavoidable_activity_sets_start": "Sind {drug} und {2} unvermeidbar, messen Sie die"
    " verbleibende {0}-Aktivität in {1:dat} und legen Sie die Anfangsdosis danach fest.",
    "if_used_effect_side_effects_or_levels": "Ist {drug} unvermeidbar, überwachen Sie"
    " Nebenwirkungen und Nutzen oder die Spiegel von {0}.",
    "if_used_level_of": "Wird {drug} verwendet, kontrollieren Sie den {0}-Spiegel.",
    "inr_guides_dose": "Überwachen Sie die INR und richten Sie die Dosis danach.",
    "inr_more_often_outside_clinic": "Wird der Patient nicht von einer Gerinnungsambulanz betreut,"
    " kontrollieren Sie die INR häufiger.",
    "levels_guide_later_doses": "Steuern Sie danach die Dosis nach den Wirkstoffspiegeln.",
    "liver_function_any_genotype": "Überwachen Sie die Leberfunktion, unabhängig vom Genotyp.",
    "liver_function_before_and_after": "Kontrollieren Sie die Leberfunktion vor Behandlungsbeginn"
    " und später, soweit durchführbar.",
    "lower_sum_of_levels": "Achten Sie auf eine niedrigere Summe der Spiegel von {0} und {1}.",
    "methemoglobin_consider": "Erwägen Sie eine Bestimmung des Methämoglobins.",
    "methemoglobinemia_close": "Achten Sie engmaschig auf eine Methämoglobinämie.",
    "muscle_symptoms_without_risk_or_alternative": "Ohne solche Risikofaktoren, oder wenn kein"
    " anderes Arzneimittel möglich ist, soll der Patient bei Muskelbeschwerden ärztlichen Rat"
    " einholen.",
    "neutropenia_close": "Achten Sie während der Behandlung und danach engmaschig auf eine"
    " Neutropenie.",
    "neutropenia_close_during_and_after": "Achten Sie für die Dauer der Behandlung und danach"
    " engmaschig auf eine Neutropenie.",
    "patient_close": "Überwachen Sie den Patienten engmaschig.",
    "patient_reports_poor_effect": "Der Patient soll eine unzureichende Wirkung mitteilen.",
    "patient_reports_poor_pain_relief_without_alternative": "Wird kein anderes Arzneimittel"
    " verwendet, soll der Patient eine unzureichende Schmerzlinderung mitteilen.",
    "patient_reports_side_effects": "Der Patient soll Nebenwirkungen mitteilen, zum Beispiel {0}.",
    "patient_seeks_help_if_reduced_dose": "Weisen Sie den Patienten unter der verringerten Dosis"
    " an, bei Anzeichen von {0:dat} (zum Beispiel {1}) ärztliche Hilfe zu suchen.",
    "platelet_inhibition_other_indications": "Bei anderen Indikationen messen Sie, wie stark"
    " {drug} die Thrombozytenaggregation hemmt; bei unzureichendem Ansprechen erwägen Sie ein"
    " anderes Arzneimittel, zum Beispiel {0}.",
    "raised_levels_of": "Achten Sie auf erhöhte Spiegel von {0:dat}.",
    "reduced_effect_alert": "Achten Sie auf eine schwächere Wirkung.",
    "reduced_effect_alert_strongly": "Achten Sie besonders sorgfältig auf eine schwächere Wirkung.",
    "relapse_more": "Achten Sie verstärkt auf ein Rezidiv.",
    "relapse_more_with": "Dies gilt auch bei Kombination mit {0:dat}.",
    "response_side_effects_or_levels_guide_dose": "Richten Sie die Dosis nach Nebenwirkungen und"
    " Ansprechen, nach Wirkstoffspiegeln oder nach beidem.",
    "see_doctor_about": "Weisen Sie den Patienten an, bei {0:dat} ärztlichen Rat einzuholen.",
    "serum_levels_total": "Überwachen Sie die Serumspiegel und halten Sie die Gesamtkonzentration"
    " von {0} innerhalb von {1}.",
    "severe_neutropenia_close": "Achten Sie engmaschig auf eine schwere Neutropenie.",
    "side_effects": "Achten Sie auf Nebenwirkungen.",
    "side_effects_more_often": "Achten Sie häufiger auf Nebenwirkungen.",
    "stop_if_early_severe": "Treten akute Reaktionen früh oder ungewöhnlich schwer auf, setzen Sie"
    " {drug} aus oder endgültig ab; entscheiden Sie nach deren Beginn, Dauer und Ausmaß.",
    "stop_if_hemolysis": "Setzen Sie das Arzneimittel bei einer Hämolyse ab; diese endet nach dem"
    " Absetzen.",
    "stop_if_toxic_or_hypersensitive": "Setzen Sie das Arzneimittel sofort ab, wenn Toxizität oder"
    " eine Überempfindlichkeit auftritt.",
    "stop_if_toxicity_early_or_severe": "Achten Sie auf Toxizität: Tritt sie früh oder"
    " ungewöhnlich schwer auf, setzen Sie {drug} aus oder ab.",
    "tolerance": "Prüfen Sie, wie gut die Behandlung vertragen wird.",
    "trough_levels_guide_dose": "Messen Sie Talspiegel im Vollblut und richten Sie die Dosis"
    " danach.",
    "watch_for": "Achten Sie auf {0}.",
    "drug_levels_as_precaution": "Überwachen Sie vorsorglich die Wirkstoffspiegel.",
    "if_systemic_unavoidable_activity_sets_start": "Sind {drug} in systemischer Anwendung und {2}"
    " unvermeidbar, messen Sie die verbleibende {0}-Aktivität in {1:dat} und legen Sie die"
    " Anfangsdosis danach fest.",
    "if_unavoidable_report_rash": "Ist {drug} unvermeidbar, soll der Patient einen Hautausschlag"
    " sofort mitteilen.",
    "level_if_side_effects_then_lower": "Bei Nebenwirkungen bestimmen Sie den Wirkstoffspiegel und"
    " verringern Sie erforderlichenfalls die Dosis.",
    "liver_function_regular": "Kontrollieren Sie regelmäßig die Leberfunktion.",
    "more_often_in": "Bei {0:dat} überwachen Sie häufiger.",
    "reduced_effect_for": "Bei {0:dat} achten Sie auf eine schwächere Wirkung.",
    "report_if_persists": "Weisen Sie den Patienten an, ärztlichen Rat einzuholen, wenn"
    " {0} anhält.",
    "severe_toxicity": "Achten Sie auf schwere Toxizität, zum Beispiel {0}.",
    "stop_if_severe": "Setzen Sie das Arzneimittel bei schwerer Toxizität ab.",
    "patient_reports": "Der Patient soll {0} mitteilen.",
    "patient_reports_if_reduced_dose": "Unter der verringerten Dosis soll der Patient Anzeichen"
    " von {0:dat} mitteilen (zum Beispiel {1}).",
    "more_closely_for": "Überwachen Sie engmaschiger auf {0}.",
    "trough_level_then_raise_or_switch": "Messen Sie den Talspiegel von {0}; liegt er unter {1},"
    " erhöhen Sie die Dosis oder wechseln Sie das Arzneimittel.",
    "side_effects_strongly": "Achten Sie besonders sorgfältig auf Nebenwirkungen.",
}

DURATION: Final = {
    "lowest_dose_shortest_course": "Verwenden Sie die niedrigste Dosis über die kürzestmögliche"
    " Behandlungsdauer.",
    "lowest_dose_shortest_time": "Verwenden Sie die niedrigste wirksame Dosis über die"
    " kürzestmögliche Zeit.",
    "shortest_course": "Halten Sie die Behandlung so kurz wie möglich.",
    "steady_state": "Warten Sie nach jeder Dosisänderung den Steady State ab ({0}).",
    "steady_state_first": "Erhöhen Sie die Dosis nicht vor Erreichen des Steady State ({0}).",
    "steady_state_first_drug": "Erhöhen Sie die Dosis nicht vor Erreichen des Steady State ({0}"
    " nach der ersten Dosis für {1} bei Poor Metabolizern).",
    "no_increase_before": "Erhöhen Sie die Dosis nicht, bevor {0} vergangen sind.",
}
