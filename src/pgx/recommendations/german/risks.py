"""What a result means for harm: side effects and their risks."""

from __future__ import annotations

from typing import Final

__all__ = ["RISKS"]

RISKS: Final = {
    "adverse_effects_reported": "unerwünschte Wirkungen berichtet",
    "anemia_risk_possible": "möglicherweise höheres Anämierisiko",
    "antiplatelet_response_reduced": "schwächere Thrombozytenhemmung",
    "arrhythmia_risk_increased": "höheres Arrhythmierisiko",
    "better_effect_or_side_effects_possible": "bessere Wirkung oder mehr Nebenwirkungen möglich",
    "bleeding_risk_contained_by_monitoring": "kein deutlicher Anstieg des Blutungsrisikos bei"
    " regelmäßiger Kontrolle",
    "bleeding_risk_hardly_increased": "unter üblichem Vorgehen kein oder kaum erhöhtes"
    " Blutungsrisiko",
    "bleeding_risk_increased_at_start": "höheres Blutungsrisiko in den ersten Wochen",
    "bleeding_risk_not_increased": "kein erhöhtes Blutungsrisiko",
    "bleeding_risk_possible": "möglicherweise höheres Blutungsrisiko",
    "cardiotoxicity_risk_possible": "möglicherweise höheres Kardiotoxizitätsrisiko",
    "cardiovascular_event_risk_increased": "höheres Risiko kardialer und zerebrovaskulärer"
    " Ereignisse",
    "cardiovascular_event_risk_increased_in": "höheres Risiko schwerwiegender kardialer und"
    " zerebrovaskulärer Ereignisse bei {0:dat}",
    "cardiovascular_event_risk_possibly_reduced": "kardiale und zerebrovaskuläre Ereignisse"
    " möglicherweise seltener",
    "cardiovascular_risk_possible": "möglicherweise höheres kardiovaskuläres Risiko",
    "carriers_severe_skin_reaction_risk_possible": "möglicherweise höheres Risiko schwerer"
    " Hautreaktionen bei Trägern von {0}",
    "chronic_hemolysis_exacerbation_risk_high": "hohes Risiko einer Verschlimmerung der"
    " chronischen Hämolyse",
    "cns_adverse_event_risk_greatly_increased": "stark erhöhtes Risiko zentralnervöser"
    " unerwünschter Ereignisse",
    "cns_adverse_event_risk_increased": "höheres Risiko zentralnervöser unerwünschter Ereignisse",
    "cns_toxicity_risk_possible": "möglicherweise höheres Risiko zentralnervöser Toxizität",
    "coma_reported_in": "Koma berichtet bei {0:dat}",
    "contraindicated": "bei diesem Ergebnis kontraindiziert",
    "contraindicated_like": "kontraindiziert beim ähnlichen Genotyp {0}",
    "deaths_reported_in": "Todesfälle berichtet bei {0:dat}",
    "discontinuation_for_inefficacy_increased": "häufigeres Absetzen wegen fehlender Wirkung",
    "discontinuation_risk_greatly_increased": "stark erhöhtes Risiko eines Therapieabbruchs",
    "discontinuation_risk_possible": "möglicherweise höheres Risiko eines Therapieabbruchs",
    "discontinuation_risk_possible_at_score": "möglicherweise höheres Risiko eines"
    " Therapieabbruchs bei einem Aktivitätsscore von {0}",
    "discontinuation_risk_possible_with": "möglicherweise höheres Risiko eines Therapieabbruchs"
    " bei einem Aktivitätsscore von {0} mit {1}",
    "dizziness_risk_increased": "Schwindel wahrscheinlicher",
    "dress_sjs_ten_risk_increased": "höheres Risiko für DRESS, Stevens-Johnson-Syndrom und"
    " toxische epidermale Nekrolyse",
    "fatal_respiratory_depression_possible": "tödliche Atemdepression möglich",
    "fatal_respiratory_depression_risk_increased": "höheres Risiko einer lebensbedrohlichen oder"
    " tödlichen Atemdepression",
    "fatal_toxicity_without_reduction": "tödliche Toxizität ohne Dosisverringerung möglich",
    "hearing_loss_risk_normal": "normales Risiko eines Hörverlusts",
    "hearing_loss_risk_not_shown": "schwache oder keine Evidenz für ein höheres Risiko eines"
    " Hörverlusts",
    "hearing_loss_risk_very_high": "sehr hohes Risiko eines Hörverlusts",
    "heart_failure_risk_possible": "möglicherweise höheres Risiko einer Herzinsuffizienz",
    "hemolysis_more_pronounced": "Hämolyse und Heinz-Körper möglicherweise ausgeprägter, hohes"
    " Bilirubin häufiger",
    "hemolysis_reported": "Hämolyse berichtet",
    "hemolytic_anemia_dose_related": "hämolytische Anämie oft dosisabhängig",
    "hemolytic_anemia_possible": "Hämolyse oder hämolytische Anämie möglich",
    "hemolytic_anemia_reported": "hämolytische Anämie berichtet",
    "hemolytic_anemia_risk": "Risiko einer hämolytischen Anämie",
    "hemolytic_anemia_risk_high": "hohes Risiko einer akuten hämolytischen Anämie",
    "hemolytic_anemia_risk_high_at": "hohes Risiko einer akuten hämolytischen Anämie bei Dosen zur"
    " Rezidivprophylaxe gegen {2} ({0} über {1}) oder höher",
    "hemolytic_anemia_risk_low": "niedriges Risiko einer akuten hämolytischen Anämie",
    "hemolytic_anemia_risk_medium": "mittleres Risiko einer akuten hämolytischen Anämie",
    "hemolytic_anemia_risk_unknown": "unbekanntes Risiko einer akuten hämolytischen Anämie",
    "hemolytic_anemia_risk_variable": "unterschiedlich hohes Risiko einer akuten hämolytischen"
    " Anämie",
    "hemolytic_crisis_risk_increased": "höheres Risiko einer hämolytischen Krise",
    "hyperbilirubinemia_risk_increased": "höheres Risiko einer Hyperbilirubinämie",
    "hypersensitivity_association_moderate": "mäßiger Zusammenhang mit Überempfindlichkeit (DRESS,"
    " SJS/TEN, makulopapulöses Exanthem)",
    "hypersensitivity_risk_greatly_increased": "stark erhöhtes Risiko einer Überempfindlichkeit",
    "hypersensitivity_risk_increased": "höheres Risiko einer Überempfindlichkeit",
    "hypersensitivity_risk_low": "niedriges Risiko einer Überempfindlichkeit",
    "hypoglycemia_risk_possible": "möglicherweise höheres Hypoglykämierisiko",
    "hypoxia_risk_possible": "möglicherweise höheres Hypoxierisiko",
    "inr_high_bleeding_risk": "INR von {1} oder mehr und damit höheres Blutungsrisiko bei {0} der"
    " Patienten unter üblicher Kontrolle",
    "jaundice_discontinuation_high": "Absetzen wegen Ikterus wahrscheinlich",
    "jaundice_discontinuation_low": "Absetzen wegen Ikterus unwahrscheinlich",
    "jaundice_discontinuation_very_low": "Absetzen wegen Ikterus sehr unwahrscheinlich",
    "leukopenia_and_intolerance_frequency": "Leukopenie vom Grad {1} oder schwerer und"
    " Unverträglichkeit bei {0} der Patienten unter Standardbehandlung",
    "leukopenia_expected": "Leukopenie ({0}) bei etwa {1} der Patienten unter Standardbehandlung"
    " zu erwarten",
    "leukopenia_frequency": "Leukopenie vom Grad {1} oder schwerer bei {0} der Patienten unter"
    " Standardbehandlung",
    "leukopenia_grade_frequency": "Leukopenie vom Grad {1} bei {0} der Patienten unter"
    " Standardbehandlung",
    "life_threatening_side_effect_risk_increased": "höheres Risiko schwerwiegender, auch"
    " lebensbedrohlicher Nebenwirkungen, zum Beispiel {0}",
    "life_threatening_side_effects_possible": "mehr Nebenwirkungen möglich, darunter"
    " lebensbedrohliche",
    "life_threatening_toxicity_risk_increased": "lebensbedrohliche Toxizität wahrscheinlicher",
    "liver_enzyme_elevation_risk_possible": "Leberwerte möglicherweise häufiger erhöht",
    "liver_injury_risk_times": "Risiko einer Leberschädigung {0}-mal so hoch, eine solche"
    " Schädigung ist jedoch selten ({1})",
    "malignant_hyperthermia_if_prone": "Auslöser einer malignen Hyperthermie bei entsprechender"
    " Anlage",
    "malignant_hyperthermia_not_excluded": "Anlage zur malignen Hyperthermie nicht ausgeschlossen"
    " (die genetische Ursache ist bei etwa {0:dat} der Fälle unbekannt)",
    "malignant_hyperthermia_risk_increased": "höheres Risiko einer malignen Hyperthermie",
    "methemoglobinemia_risk_increased": "höheres Risiko einer Methämoglobinämie",
    "myelosuppression_risk_greatly_increased": "stark erhöhtes Risiko einer Myelosuppression",
    "myelosuppression_risk_increased": "höheres Risiko einer Myelosuppression",
    "myelosuppression_risk_normal": "normales Risiko einer Myelosuppression",
    "myopathy_risk_greatly_increased": "stark erhöhtes Myopathierisiko",
    "myopathy_risk_increased": "höheres Myopathierisiko",
    "myopathy_risk_possible": "möglicherweise höheres Myopathierisiko",
    "myopathy_risk_typical": "übliches Myopathierisiko",
    "myopathy_risk_typical_up_to": "übliches Myopathierisiko bis {0}",
    "myopathy_risk_unknown": "unbekanntes Myopathierisiko",
    "neutropenia_risk_increased": "höheres Neutropenierisiko",
    "neutropenia_risk_possible": "möglicherweise höheres Neutropenierisiko",
    "no_harm_shown_otherwise": "bei anderen Patienten kein Schaden gezeigt",
    "ototoxicity_seen": "Hörschäden bei bestimmten Varianten beobachtet",
    "overanticoagulation_risk_increased_in": "{0} höheres Risiko einer zu starken Antikoagulation",
    "overanticoagulation_risk_increased_in_2": "{0} höheres Risiko einer zu starken Antikoagulation"
    " ({1})",
    "platelet_reactivity_decreased": "geringere Thrombozytenreaktivität unter Behandlung",
    "platelet_reactivity_increased": "höhere Thrombozytenreaktivität unter Behandlung",
    "platelet_reactivity_normal": "normale Thrombozytenreaktivität unter Behandlung",
    "platelet_reactivity_normal_or_decreased": "normale oder geringere Thrombozytenreaktivität"
    " unter Behandlung",
    "qt_prolongation_likelier": "QT-Verlängerung wahrscheinlicher",
    "qt_prolongation_risk_changed": "abweichendes Risiko einer QT-Verlängerung",
    "qt_prolongation_risk_increased": "höheres Risiko einer QT-Verlängerung",
    "qt_prolongation_risk_theoretical": "QT-Verlängerung theoretisch wahrscheinlicher",
    "qt_prolongation_slight": "leichte, dosisabhängige QT-Verlängerung wahrscheinlicher",
    "recurrence_risk_increased": "höheres Risiko eines Krebsrezidivs",
    "rejection_risk_possible": "möglicherweise höheres Abstoßungsrisiko",
    "respiratory_depression_reported": "gefährliche und tödliche Atemdepression berichtet bei"
    " {0:dat}",
    "respiratory_depression_risk_increased": "Atemdepression wahrscheinlicher",
    "risk_estimate": "geschätzt bei {0} solcher Patienten",
    "risk_offset_by_dose_advice": "bei Befolgen der Dosisempfehlung wird dieses Risiko"
    " ausgeglichen",
    "risk_raised_further_by": "{0} erhöhen dieses Risiko weiter",
    "sedation_risk_increased": "höheres Sedierungsrisiko",
    "serious_side_effect_risk_increased": "höheres Risiko schwerwiegender Nebenwirkungen, zum"
    " Beispiel {0}",
    "serious_side_effect_risk_possible": "schwerwiegende Nebenwirkungen möglicherweise häufiger"
    " (zum Beispiel {0})",
    "severe_diarrhea_risk_increased": "höheres Risiko schwerer Diarrhö",
    "severe_diarrhea_risk_possible": "möglicherweise höheres Risiko schwerer Diarrhö",
    "severe_hemolysis_risk_possible": "möglicherweise höheres Risiko einer schweren Hämolyse",
    "severe_neutropenia_risk_increased": "höheres Risiko einer schweren, auch lebensbedrohlichen"
    " Neutropenie",
    "severe_neutropenia_risk_possible": "möglicherweise höheres Risiko einer schweren Neutropenie",
    "severe_skin_reaction_risk_greatly_increased": "stark erhöhtes Risiko schwerer Hautreaktionen",
    "severe_skin_reaction_risk_increased": "schwere Hautreaktionen wahrscheinlicher",
    "severe_skin_reaction_risk_low": "niedriges Risiko schwerer Hautreaktionen",
    "severe_toxicity_risk_increased": "höheres Risiko schwerer oder tödlicher Toxizität",
    "severe_toxicity_risk_possible": "möglicherweise höheres Risiko schwerer oder tödlicher"
    " Toxizität",
    "severe_toxicity_risk_raised_but_low": "schwere Toxizität wahrscheinlicher, das Risiko bleibt"
    " jedoch sehr niedrig",
    "side_effect_increase_not_shown": "keine Evidenz für mehr Nebenwirkungen",
    "side_effect_increase_unproven": "zu wenig Evidenz für mehr Nebenwirkungen",
    "side_effect_risk_greatly_increased_in_theory": "Risiko von Nebenwirkungen theoretisch stark"
    " erhöht",
    "side_effect_risk_increased": "Nebenwirkungen wahrscheinlicher",
    "side_effect_risk_increased_in": "Nebenwirkungen wahrscheinlicher bei {0:dat}",
    "side_effect_risk_possible": "möglicherweise höheres Risiko von Nebenwirkungen",
    "side_effect_risk_possibly_changed": "möglicherweise abweichendes Nebenwirkungsrisiko",
    "side_effect_risk_theoretical": "Nebenwirkungen theoretisch wahrscheinlicher",
    "side_effects_matter_at_first": "zu Beginn sind Nebenwirkungen am bedeutsamsten",
    "side_effects_not_increased": "Nebenwirkungen anscheinend nicht häufiger",
    "side_effects_not_increased_without": "keine relevante Zunahme von Nebenwirkungen ohne {0}",
    "sjs_risk_increased": "höheres Risiko eines Stevens-Johnson-Syndroms",
    "sjs_risk_increased_within": "höheres Risiko eines Stevens-Johnson-Syndroms in den ersten"
    " {0:dat}",
    "sjs_ten_possible_above_all_in": "Stevens-Johnson-Syndrom und toxische epidermale Nekrolyse"
    " möglich, vor allem bei Patienten {0:dat} Herkunft",
    "sjs_ten_risk_greatly_increased": "stark erhöhtes Risiko für Stevens-Johnson-Syndrom und"
    " toxische epidermale Nekrolyse",
    "sjs_ten_risk_greatly_increased_within": "stark erhöhtes Risiko für Stevens-Johnson-Syndrom"
    " und toxische epidermale Nekrolyse in den ersten {0:dat}",
    "sjs_ten_risk_increased": "höheres Risiko für Stevens-Johnson-Syndrom und toxische epidermale"
    " Nekrolyse",
    "sjs_ten_risk_increased_within": "höheres Risiko für Stevens-Johnson-Syndrom und toxische"
    " epidermale Nekrolyse in den ersten {0:dat}",
    "sjs_ten_risk_normal": "normales Risiko für Stevens-Johnson-Syndrom und toxische epidermale"
    " Nekrolyse",
    "sjs_ten_risk_possible": "möglicherweise höheres Risiko für Stevens-Johnson-Syndrom und"
    " toxische epidermale Nekrolyse",
    "skin_reaction_risk_increased": "höheres Risiko schwerer und leichter Hautreaktionen (SJS/TEN,"
    " DRESS, MPE)",
    "skin_reaction_risk_normal": "normales Risiko von Hautreaktionen (SJS/TEN, DRESS, MPE)",
    "thrombosis_risk_possible": "möglicherweise höheres Thromboserisiko",
    "toxicity_risk_increased": "Toxizität wahrscheinlicher",
    "toxicity_risk_increased_if_heterozygous": "Toxizität bei heterozygotem Mangel"
    " wahrscheinlicher",
    "toxicity_risk_normal": "normales Toxizitätsrisiko",
    "toxicity_risk_possible": "möglicherweise höheres Toxizitätsrisiko",
    "toxicity_risk_above_one_gene": "höheres Toxizitätsrisiko als bei nur einem solchen Ergebnis",
    "discontinuation_frequency": "Absetzen bei {0} der Patienten ({1} ohne dieses Ergebnis)",
    "severe_increase_not_seen": "schwere {0} nicht häufiger beobachtet",
    "dress_sjs_ten_risk_increased_within": "höheres Risiko für DRESS, Stevens-Johnson-Syndrom und"
    " toxische epidermale Nekrolyse in den ersten {0:dat}",
    "risk_estimate_of": "{0} geschätzt bei {1} solcher Patienten",
    "dress_sjs_ten_possible_above_all_in": "DRESS, Stevens-Johnson-Syndrom und toxische"
    " epidermale Nekrolyse möglich, vor allem bei Patienten {0:dat} Herkunft",
}
