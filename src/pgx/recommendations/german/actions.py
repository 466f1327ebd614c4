"""What to do: phrases for primary actions, what qualifies them, and reasons."""

from __future__ import annotations

from typing import Final

__all__ = ["MAIN", "QUALIFIER", "REASON"]

MAIN: Final = {
    "avoid": "Vermeiden Sie {drug}{qualifier}{reason}.",
    "caution": "Verwenden Sie {drug} nur mit Vorsicht{reason}.",
    "caution_standard": "Verwenden Sie {drug} in Standarddosis, aber mit Vorsicht{reason}.",
    "use_as_directed": "Verwenden Sie {drug} in der Standarddosis{dose}{reason}.",
    "use_as_directed_starting": "Beginnen Sie {drug} mit der üblichen Anfangsdosis{dose}{reason}.",
    "use_as_directed_label": "Verwenden Sie {drug} wie in der US-Fachinformation"
    " angegeben{reason}.",
    "use_as_directed_age": "Verwenden Sie {drug} in der für Alter oder Gewicht zugelassenen"
    " Dosis{reason}.",
    "use_algorithm": "Bestimmen Sie die Dosis von {drug} mit einem veröffentlichten"
    " pharmakogenetischen Dosierungsalgorithmus{qualifier}{reason}.",
    "monitor": "Verwenden Sie {drug} unter Überwachung{reason}.",
    "test_first": "{drug}: Dieses Ergebnis allein reicht nicht, um über die Anwendung zu"
    " entscheiden{reason}.",
    "no_recommendation": "Keine Empfehlung zu {drug} bei diesem Ergebnis{reason}.",
    "not_coded": "{drug}: noch nicht kodiert, lesen Sie den Text{reason}.",
}

QUALIFIER: Final = {
    "if_possible": " nach Möglichkeit",
    "if_possible_with_disorder": " nach Möglichkeit bei Patienten mit {0:dat}",
    "unless_benefit_outweighs": ", es sei denn, der Nutzen überwiegt in einem besonderen"
    " Ausnahmefall das Risiko",
    "unless_severe_infection_no_alternative": ", es sei denn, die Infektion ist so schwer, dass"
    " sie das Risiko aufwiegt, und es gibt keine sichere und wirksame Alternative",
    "except_malaria_guidelines": ", außer in den unten genannten Malaria-Schemata nach den"
    " Malaria-Leitlinien",
    "algorithm_inputs": ", der {0}, {1} und {2} berücksichtigt",
    "above_doses_or_with_risk": " oberhalb von {0} bei {1:dat} oder {2} bei {3:dat} sowie bei"
    " Vorliegen eines Risikofaktors (zum Beispiel {4}) in jeder Dosis",
    "as_substitute_for": " als Ersatz für {0}",
    "complete_deficiency": " bei vollständigem {0}-Mangel",
    "for_indication": " bei {0:dat}",
    "severe_deficiency": " bei schwerem {0}-Mangel",
    "unless_benefit_clearly_outweighs": ", es sei denn, der Nutzen überwiegt das Risiko eindeutig",
    "unless_benefit_exceeds_risk": ", es sei denn, der mögliche Nutzen ist größer als das Risiko",
    "if_another_suits": ", wenn ein anderes Arzneimittel verwendet werden kann",
    "whether_given": ", gleich ob {0} oder {1} angewendet",
    "in_deficiency": " bei {0}-Mangel",
}

REASON: Final = {
    "contraindicated": ": Es ist kontraindiziert",
    "not_recommended": ": Bei diesem Ergebnis wird es nicht empfohlen",
    "permanent_hearing_loss": ": Es besteht ein hohes Risiko eines bleibenden Hörverlusts",
    "severe_skin_reactions": ": schwere Hautreaktionen sind wahrscheinlicher",
    "side_effects": ": Nebenwirkungen sind wahrscheinlicher",
    "lack_of_efficacy": ": Es wirkt möglicherweise nicht",
    "suboptimal_response": ": Das Ansprechen kann unzureichend sein",
    "less_pain_relief": ": Die Schmerzlinderung ist wahrscheinlich unzureichend",
    "serious_toxicity": ": Es besteht ein Risiko schwerwiegender Toxizität",
    "toxicity": ": Es besteht ein Toxizitätsrisiko",
    "and_prodrugs": " und jedes andere Schema mit {0} oder einem {0}-Prodrug",
    "malignant_hyperthermia": ": Es besteht eine Anlage zur malignen Hyperthermie",
    "naive": " bei Patienten, die es noch nie erhalten haben",
    "naive_to": " bei Patienten, die noch nie {0} erhalten haben",
    "naive_alternatives_available": " bei Patienten, die es noch nie erhalten haben, sofern ein"
    " anderes Arzneimittel verfügbar ist",
    "naive_no_alternative": " bei Patienten, die es noch nie erhalten haben und für die es keine"
    " Alternative gibt",
    "tolerated_over": " bei Patienten, die es bereits regelmäßig länger als {0} ohne Hautreaktion"
    " eingenommen haben",
    "tolerated_over_of": " bei Patienten, die {1} bereits durchgehend länger als {0} ohne"
    " Hautreaktion eingenommen haben",
    "no_need_to_avoid": "; aus {0} ergibt sich keine Notwendigkeit, es zu vermeiden",
    "no_reason_to_avoid": "; aus dem {0}-Status ergibt sich kein Grund, es zu vermeiden",
    "copy_number_unspecified": ": Die Zahl der {0}-Genkopien ist nicht angegeben. Bestimmen Sie"
    " diese zuerst",
    "insufficient_evidence": "; die Evidenz für eine klinische Wirkung von {0} reicht nicht aus",
    "lack_of_evidence": ": Es fehlt an Evidenz",
    "minimal_evidence_efficacy_side_effects": ": Zu Wirkung und Nebenwirkungen gibt es nur sehr"
    " wenig Evidenz",
    "minimal_evidence_pain_relief": ": Zu unerwünschten Ereignissen und Schmerzlinderung gibt es"
    " nur sehr wenig Evidenz",
    "consider_in_place_of": " als Ersatz für {0} (dies ist nur zu erwägen)",
    "contraindicated_if_prone": ": Es ist kontraindiziert, wenn eine genetische Anlage zu {0:dat}"
    " bekannt ist oder vermutet wird",
    "contraindicated_under": " bei Kindern unter {0:dat}: Es ist kontraindiziert",
    "contraindicated_under_or_adolescents_after": " bei Kindern unter {0:dat} und bei Jugendlichen"
    " nach {1:dat}: Es ist kontraindiziert",
    "contraindicated_with": ": Es ist kontraindiziert bei {0:dat}",
    "favors_arrhythmia": ": Dieses Ergebnis gehört zu den Bedingungen, die ventrikuläre"
    " Arrhythmien und eine QT-Verlängerung begünstigen",
    "if_also_poor": ", wenn der Patient auch für {0} Poor Metabolizer ist",
    "if_poor_in_both": " bei Poor Metabolizern für {0} und zugleich für {1}",
    "if_taking": ", wenn der Patient zusätzlich {0} einnimmt",
    "if_unavoidable": ", wenn {0} unvermeidbar ist",
    "in_adults": " bei Erwachsenen",
    "label_says_consider": "; die US-Fachinformation rät nur, dies zu erwägen",
    "no_safe_dose": ": Für keine Dosis ist die Sicherheit belegt",
    "one_strength": ": Es gibt nur eine Stärke, die Dosis lässt sich daher nicht anpassen",
    "poor_metabolizer_with_inhibitor": " bei Poor Metabolizern, die einen {0}-Inhibitor einnehmen",
    "prone_to_toxicity_of": ": Dieses Ergebnis macht den Patienten anfällig für Toxizität durch"
    " {0}",
    "respiratory_depression_in": ": Bei {0:dat} kann eine lebensbedrohliche Atemdepression"
    " auftreten",
    "thrombosis_with_risk_factors": ": Bei bekannten Risikofaktoren kann es das Thromboserisiko"
    " weiter erhöhen",
    "weigh_benefit_risk": ": Wägen Sie zuvor Nutzen und Risiko ab",
    "where_needed": ", soweit erforderlich",
    "without_taking": ", wenn der Patient keinen {0} einnimmt",
    "in_patients_with": " bei Patienten mit {0:dat}",
    "levels_may_be_too_low": ": Die Spiegel können für eine Wirkung zu niedrig sein",
    "too_little_data_for_dose": "; für eine Dosisempfehlung reichen die Daten nicht aus",
    "no_safe_dose_in": ": Bei {0:dat} ist für keine Dosis die Sicherheit belegt",
}
