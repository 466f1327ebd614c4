"""How to reach a dose: phrases for starts, steps and limits."""

from __future__ import annotations

from typing import Final

__all__ = ["TITRATION", "TITRATION_PHRASE"]

TITRATION_PHRASE: Final = {
    "slower": "eine langsamere Titration",
    "lower_starting": "eine niedrigere Anfangsdosis",
    "lower_maintenance": "eine niedrigere Erhaltungsdosis",
    "lower_than_standard": "eine Dosis unterhalb der Standarddosis",
    "higher_target": "eine Titration auf eine höhere Zieldosis als bei Normal Metabolizern",
    "higher_maintenance": "eine Titration auf eine höhere Erhaltungsdosis",
    "higher_dose": "eine höhere Dosis von {0}",
    "higher_approved_dose": "eine höhere, noch zugelassene Dosis von {0}",
    "adjusted_dose": "eine angepasste Dosis",
    "dose_amount": "eine Dosis von {0}",
    "dose_by_genotype": "eine nach {0}-Genotyp gewählte Dosis",
    "dose_by_status": "eine nach {0}-Status gewählte Dosis",
    "higher_up_to": "eine höhere Dosis, höchstens {0}",
    "increased_dose": "eine erhöhte Dosis",
    "less_frequent": "längere Dosierungsintervalle",
    "levels_lower_start": "eine um {0} niedrigere Anfangsdosis",
    "low_end_start": "eine Anfangsdosis am unteren Ende des Dosisbereichs",
    "lower_dose": "eine niedrigere Dosis",
    "other_interval": "ein angepasstes Titrationsintervall",
    "start_by_genetic_clinical": "eine nach genetischen und klinischen Faktoren gewählte"
    " Anfangsdosis",
    "start_low_in_range": "einen Beginn nahe dem unteren Ende des üblichen Dosisbereichs",
    "start_lower_by_levels": "eine um {0} oder mehrere Dosisstufen niedrigere Anfangsdosis",
    "stepwise_by_tolerability": "eine schrittweise Titration nach Verträglichkeit",
    "very_low_starting": "eine sehr niedrige Anfangsdosis",
    "dose_by_label": "die Dosis, die die US-Fachinformation (FDA) für dieses Ergebnis nennt",
    "as_low_as_possible": "eine möglichst niedrige Dosis, zum Beispiel durch zusätzliches {0}",
}

TITRATION: Final = {
    "to_response_few_side_effects": "Titrieren Sie bis zum Ansprechen mit möglichst wenigen"
    " Nebenwirkungen.",
    "by_disease_guidelines": "Passen Sie die Dosis nach krankheitsspezifischen Leitlinien an.",
    "by_disease_and_population_guidelines": "Passen Sie die Dosis nach krankheits- und"
    " bevölkerungsspezifischen Leitlinien an.",
    "by_myelosuppression": "Passen Sie die Dosis nach dem Ausmaß der Myelosuppression und nach"
    " krankheitsspezifischen Leitlinien an.",
    "by_toxicity_or_levels": "Titrieren Sie danach nach Toxizität oder, soweit verfügbar, nach"
    " Wirkstoffspiegeln.",
    "by_efficacy_side_effects": "Titrieren Sie nach Wirkung und Nebenwirkungen.",
    "first_dose_typical": "Geben Sie die übliche erste oder Aufsättigungsdosis.",
    "raise_if_tolerated": "Bleibt Toxizität {0} aus oder ist sie erträglich, erhöhen Sie die"
    " Dosis.",
    "lower_if_not_tolerated": "Verringern Sie sie, wenn die Anfangsdosis nicht vertragen wird.",
    "may_divide": "Die Tagesdosis kann aufgeteilt werden.",
    "no_emphasis": "Passen Sie die Dosis dieses und anderer myelosuppressiver Arzneimittel"
    " gleichermaßen nach krankheitsspezifischen Leitlinien an.",
    "raise_to": "Erhöhen Sie nach {1:dat} auf {0}.",
    "raise_if_no_response": "Ohne Ansprechen und ohne unerwünschte Ereignisse erhöhen Sie nach"
    " {1:dat} auf {0}.",
    "reduce_this_first": "Bei Myelosuppression verringern Sie eher die Dosis von {drug} als die"
    " anderer Arzneimittel.",
    "reduce_this_first_depending": "Bei Myelosuppression verringern Sie je nach Schema eher die"
    " Dosis von {drug} als die anderer Arzneimittel.",
    "start_standard": "Bei Anwendung beginnen Sie mit der üblichen Anfangsdosis.",
    "to_trough_levels": "Titrieren Sie auf therapeutische Talspiegel.",
    "up_to_effect_or_maximum": "Titrieren Sie vorsichtig bis zur Wirkung oder bis zur empfohlenen"
    " Höchstdosis.",
    "up_to_effect_or_fraction_of_maximum": "Titrieren Sie vorsichtig bis zur Wirkung oder bis {0}"
    " der empfohlenen Höchstdosis.",
    "up_to_if_tolerated": "Titrieren Sie je nach Verträglichkeit bis {0}.",
    "up_to_the_maximum": "Titrieren Sie bis zu dieser Grenze.",
    "adjust_unspecified": "Passen Sie die Dosis von {drug} an; in welchem Maß, ist nicht"
    " angegeben.",
    "by_effect_levels_after": "Beurteilen Sie nach {0:dat} Wirkung und Serumspiegel neu.",
    "by_individual_response": "Passen Sie die Dosis nach dem Ansprechen des Patienten an.",
    "by_label_to_target_platelets": "Passen Sie die Dosis nach der US-Fachinformation an, um die"
    " Ziel-Thrombozytenzahl zu erreichen und zu halten.",
    "by_toxicity_and_effect": "Passen Sie die Dosis danach nach Toxizität und Wirkung an.",
    "divide_above": "Oberhalb von {0} teilen Sie die Tagesmenge auf {1} Gaben auf.",
    "dose_becomes": "Das sind {0}, mit einer Aufsättigungsdosis von {1}.",
    "dose_unknown_by_tolerance": "Die richtige Dosis bei diesem Ergebnis ist nicht bekannt;"
    " richten Sie sich nach der Verträglichkeit.",
    "expected_maintenance": "Für {drug} ist eine Erhaltungsdosis von {0} zu erwarten.",
    "expected_maintenance_if": "Bei {0} ist für {drug} eine Erhaltungsdosis von {1} zu erwarten.",
    "further_to_maximum_from": "Erfordert es das Ansprechen, titrieren Sie ab {1} weiter bis zur"
    " Höchstdosis ({0}).",
    "group_steps": "Bei {0:dat} geben Sie nach {2:dat} {1}; nach weiteren {3:dat} dürfen höchstens"
    " {4} gegeben werden.",
    "group_titrate": "Bei {0:dat} titrieren Sie nach {2:dat} auf höchstens {1}.",
    "increase_unlikely_needed": "Eine spätere Erhöhung wird wahrscheinlich nicht nötig sein.",
    "indication_dose": "Bei {0:dat}: Verwenden Sie {1}, höchstens {2}.",
    "individualize": "Legen Sie die Dosis von {drug} für jeden Patienten fest und passen Sie sie"
    " an Verträglichkeit und Therapieziel an.",
    "label_titration_first": "Titrieren Sie zuvor über {0} nach {1:dat} der US-Fachinformation.",
    "later_by_pain_response": "Richten Sie die nächsten Dosen nach Schmerzstärke und Ansprechen.",
    "later_by_tolerance": "Passen Sie die Dosis später nach der Verträglichkeit an.",
    "later_doses_by_toxicity_efficacy": "Passen Sie spätere Dosen nach Toxizität und Wirkung an.",
    "longer_intervals_may_be_needed": "Längere Dosierungsintervalle für {drug} können erforderlich"
    " sein.",
    "lower_further_if_cns_side_effects": "Bei dennoch störenden zentralnervösen Nebenwirkungen"
    " verringern Sie die Dosis auf {0} der üblichen Dosis.",
    "lower_may_be_needed": "Eine niedrigere Dosis von {drug} kann erforderlich sein.",
    "lower_may_be_needed_for": "Für {0} kann eine niedrigere Dosis von {drug} erforderlich sein.",
    "no_normalizing_platelets": "Streben Sie keine Normalisierung der Thrombozytenzahl an.",
    "no_starter_pack": "Verwenden Sie nicht die Starterpackung.",
    "partial_individualize": "Bei partiellem {0}-Mangel legen Sie die Dosis für jeden Patienten"
    " fest und passen Sie sie an Verträglichkeit und Therapieziel an.",
    "product_dose": "{0}: Verwenden Sie {1}.",
    "product_dose_with": "{0} bei Kombination mit {2:dat}: Verwenden Sie {1}.",
    "raise_if_inadequate": "Führen {1} mit dieser Dosis zu keinem ausreichenden Ansprechen, kann"
    " eine Erhöhung auf {0} erwogen werden.",
    "raise_only_if_no_improvement": "Erhöhen Sie nur dann auf die übliche Zieldosis von {0}, wenn"
    " {1} mit der ersten Dosis keine Besserung brachten und gut vertragen wurden.",
    "raise_only_if_tolerated": "Erhöhen Sie die Dosis schrittweise nur bei Verträglichkeit.",
    "reduce_by_tolerability": "Verringern Sie die Dosis von {drug} je nach Verträglichkeit.",
    "reduce_to_with": "Bei Kombination mit {2:dat} verringern Sie {0} auf {1}.",
    "share_with": "Bei Kombination mit {1:dat} verwenden Sie {0} der üblichen Dosis.",
    "single_dose_at_most": "Geben Sie höchstens {0} als Einzeldosis.",
    "slow_to_label_share": "Titrieren Sie langsam, nach Körpergewicht und Verträglichkeit, auf {0}"
    " der Dosis nach {1:dat} der US-Fachinformation.",
    "standard_start_option": "Bei {0:dat} ist auch möglich, mit der Standarddosis zu beginnen und"
    " auf {1} davon zu verringern, sobald Nebenwirkungen dies erfordern.",
    "start_and_steps_as_in": "Beginn und Titrationsschritte sind etwa die für {0}.",
    "starter_pack": "Verwenden Sie die Starterpackung.",
    "starting_by_toxicity_counts_efficacy": "Passen Sie die Anfangsdosis nach Toxizität (Blutbild)"
    " und Wirkung an.",
    "stay_if_tolerated_with": "Bei Kombination mit {1:dat} können Patienten, die bereits {0}"
    " erhalten, dabei bleiben, wenn sie es vertragen.",
    "steps_replace_usual": "Titrieren Sie über die Schritte {0}; die üblichen Schritte sind {1}.",
    "stop_if_inadequate_at": "Setzen Sie das Arzneimittel ab, wenn auch {0} zu keinem ausreichenden"
    " Ansprechen führt.",
    "that_is_lower_start": "Dies ist weniger als die übliche Anfangsdosis.",
    "that_is_lowest_start": "Dies ist die niedrigste empfohlene Anfangsdosis.",
    "then_by_tolerance": "Passen Sie die Dosis danach an die Verträglichkeit an.",
    "tolerance_induction": "Eine andere Möglichkeit ist, zuerst eine Toleranz zu induzieren:"
    " Erhöhen Sie die Tagesdosis alle {0} über die Stufen {3}, um {1} am Tag {2} zu erreichen.",
    "wait_before_increase": "Warten Sie vor einer Erhöhung mindestens {0} ab.",
    "weekly_steps_to_effect": "Erhöhen Sie langsam um {0} pro Woche, bis eine verträgliche Dosis"
    " {1} lindert.",
    "within_metabolite_maximum": "Oder titrieren Sie nach der Höchstdosis von {0}, dem aktiven"
    " Metaboliten: {1}; {2}; {3}.",
    "levels_if_needed_down_or_up": "Titrieren Sie bei Bedarf nach Wirkstoffspiegeln bis hinunter"
    " auf {0} oder, selten, bis hinauf auf {1}.",
    "raise_if_start_tolerated_by": "Wird die Anfangsdosis vertragen, kann die Dosis je nach {0:dat}"
    " erhöht werden.",
    "smaller_steps_or_share": "Kleinere Titrationsschritte können die niedrigere Dosis ersetzen"
    " oder ergänzen.",
    "adjust_all_myelosuppressive": "Passen Sie die Dosen aller myelosuppressiven Arzneimittel wie"
    " üblich an.",
    "reduce_this_first_combined": "Bei Myelosuppression unter Kombinationstherapie verringern Sie"
    " eher die Dosis von {drug} als die anderer Arzneimittel.",
    "carefully_to_effect_or_guideline_dose": "Titrieren Sie vorsichtig bis zur Wirkung oder bis"
    " zur in Leitlinien empfohlenen Dosis.",
}
