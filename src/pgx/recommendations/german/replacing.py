"""What to use instead, when, and what to avoid as well."""

from __future__ import annotations

from typing import Final

__all__ = ["ALTERNATIVES", "ALTERNATIVES_WHEN", "AVOID_ALSO", "JOIN"]

ALTERNATIVES: Final = {
    "not_metabolized_by": "ein nicht hauptsächlich über {0} verstoffwechseltes Arzneimittel",
    "not_dependent_on": "ein nicht von {0} abhängiges Arzneimittel",
    "not_affected_by": "ein Arzneimittel, das nicht über {0} verstoffwechselt wird oder dessen"
    " Wirkung durch die Varianten kaum beeinflusst wird",
    "antidepressant_not_by": "ein nicht hauptsächlich über {0} verstoffwechseltes Antidepressivum",
    "antidepressant_not_by_2": "ein nicht hauptsächlich über {0} oder {1} verstoffwechseltes"
    " Antidepressivum",
    "aromatase_inhibitor_postmenopausal": "einen Aromatasehemmer nach der Menopause",
    "aromatase_inhibitor_premenopausal": "einen Aromatasehemmer mit Suppression der"
    " Ovarialfunktion vor der Menopause",
    "combination_non_statin": "{drug} in Kombination mit einem Lipidsenker, der kein Statin ist",
    "statin": "ein anderes Statin mit der erforderlichen Wirkstärke",
    "non_thiopurine": "ein Immunsuppressivum, das kein Thiopurin ist",
    "non_triggering_anesthetic": "ein Anästhetikum, das keine maligne Hyperthermie auslöst",
    "nsaid_shorter_half_life": "ein über {0} verstoffwechseltes NSAR mit kürzerer Halbwertszeit",
    "opioid": "ein anderes Opioid",
    "other_drug": "ein anderes Arzneimittel",
    "p2y12_inhibitor": "einen anderen P2Y12-Inhibitor in Standarddosis",
    "another_of_class": "einen anderen Wirkstoff derselben Klasse ({0})",
    "class_hardly_metabolized_by": "ein anderes Arzneimittel, etwa ein {0}, das über {1} kaum oder"
    " gar nicht verstoffwechselt wird",
    "class_not_or_less_metabolized_by": "ein {0}, das über {1} nicht oder weniger verstoffwechselt"
    " wird",
    "other_drug_for": "ein anderes Arzneimittel bei {0:dat}",
    "other_treatment": "eine andere Behandlung",
    "outside_class": "ein Arzneimittel, das nicht zu den {0:dat} gehört",
    "p2y12_other": "einen anderen Wirkstoff derselben Klasse (P2Y12-Inhibitor)",
}

ALTERNATIVES_WHEN: Final = {
    "": "wählen Sie {instead}{alts}.",
    "available": "verwenden Sie {instead}{alts}; sichere Mittel sind breit verfügbar.",
    "consider": "erwägen Sie {instead}{alts}.",
    "or": "oder erwägen Sie {alts}.",
    "consider_if_indicated": "erwägen Sie {instead}{alts}, falls indiziert und nicht"
    " kontraindiziert.",
    "consider_particularly_if_jaundice": "erwägen Sie {instead}{alts}, vor allem wenn ein Ikterus"
    " für den Patienten belastend wäre.",
    "consider_superior_regardless": "erwägen Sie {instead}{alts}; diese wirken unabhängig vom"
    " {0}-Genotyp besser.",
    "superior_regardless": "wählen Sie {instead}{alts}; diese wirken unabhängig vom {0}-Genotyp"
    " besser.",
    "dose_above": "wenn mehr als {0} erforderlich sind, erwägen Sie {alts}.",
    "tolerated_higher_potency": "wenn {0} vertragen werden, aber eine stärkere Wirkung erforderlich"
    " ist, können Sie Folgendes erwägen: eine Dosis über {0} oder {alts}.",
    "opioid_needed": "wenn ein Opioid erforderlich ist, erwägen Sie {alts}.",
    "no_response_opioid_needed": "bei fehlendem Ansprechen, und wenn weiterhin ein Opioid"
    " erforderlich ist, erwägen Sie {alts}.",
    "non_malignant": "bei nicht malignen Erkrankungen erwägen Sie {instead}{alts}.",
    "standard_dose_if_no_contraindication": "verwenden Sie {alts} in Standarddosis, sofern nicht"
    " kontraindiziert.",
    "avoid_if_adjusting_fails": "wenn eine geänderte Dosis nicht mit vertretbaren Nebenwirkungen"
    " wirkt oder nicht nach Spiegel gesteuert werden kann, vermeiden Sie {drug} und wählen Sie"
    " {alts}.",
    "consider_unless_severe_infection_no_alternative": "erwägen Sie {instead}{alts}, es sei denn,"
    " die Infektion ist so schwer und sichere, wirksame Mittel fehlen so sehr, dass das höhere"
    " Risiko eines bleibenden Hörverlusts weniger wiegt.",
    "for_indication": "bei {0:dat} wählen Sie {instead}{alts}.",
    "for_instead_of_reduction": "bei {0:dat} können Sie anstelle einer verringerten Dosis {alts}"
    " erwägen.",
    "further_risk_factors": "bei weiteren bedeutsamen Risikofaktoren für {0} wählen Sie"
    " {instead}{alts}.",
    "higher_dose_unwanted": "wenn eine höhere Dosis wegen {0} unerwünscht ist, vermeiden Sie"
    " {drug} und wählen Sie {alts}.",
    "if_possible": "wählen Sie nach Möglichkeit anstelle von {drug} {alts}.",
    "increase_fails": "wenn dies nicht hilft, wählen Sie {alts}.",
    "or_choose": "oder wählen Sie {alts}.",
    "or_use": "oder verwenden Sie {alts}.",
    "precaution": "vorsorglich können Sie Folgendes wählen: {alts}.",
    "reconsider_with_inducer": "wenn der Patient zusätzlich einen Induktor von {1} (Stärke: {0};"
    " zum Beispiel {2}) einnimmt, wägen Sie den erwarteten Nutzen und die Wahl ({drug} oder"
    " {alts}) erneut ab.",
    "reduction_fails": "wenn eine niedrigere Dosis nicht zum gewünschten Ergebnis führt, vermeiden"
    " Sie {drug} und wählen Sie {alts}.",
    "or_avoid_and_choose": "oder vermeiden Sie {drug} und wählen Sie {alts}.",
    "with_raised": "sind {0} erhöht, wählen Sie {alts}.",
    "consider_with": "bei {0:dat} erwägen Sie {instead}{alts}.",
    "with_low_level": "bei zu niedrigem {0}-Spiegel können Sie stattdessen {alts} wählen.",
    "reconsider_with_inducer_any": "wenn der Patient zusätzlich einen Induktor von {1} (Stärke:"
    " {0}; zum Beispiel {2}) einnimmt, wägen Sie den erwarteten Nutzen und die Wahl ({drug} oder"
    " {alts}) erneut ab.",
}

JOIN: Final = {
    "or": " oder ",
    "and": " und ",
    "such_as": ", z. B. {names}",
    "instead": "stattdessen ",
    "instead_of": "anstelle von {drug} ",
    "not": " (nicht geeignet: {names})",
    "avoid_too": "Vermeiden Sie ebenso {names}.",
}

AVOID_ALSO: Final = {
    "after_stroke_or_tia": "Nach Schlaganfall oder TIA ist {0} kontraindiziert.",
    "inhibitors_of": "Vermeiden Sie Inhibitoren von {0} ({1}).",
    "as_substitute_for_in_carriers": "Bei Trägern von {1} erwägen Sie, {drug} nicht als Ersatz für"
    " {0} zu verwenden.",
    "if_used_inhibitors_of": "Falls {drug} verwendet wird, vermeiden Sie {0}-Inhibitoren, zum"
    " Beispiel {1}.",
    "not_an_alternative": "Wechseln Sie nicht zu {0}: Auch dieses wird über {1} abgebaut.",
    "not_with_risk_factors": "{0} wird nicht empfohlen, wenn weitere Risikofaktoren für {1}"
    " bestehen.",
    "or_avoid": "Oder vermeiden Sie {0} ganz.",
    "product_not_with": "{0} darf bei {1:dat} nicht angewendet werden.",
    "product_with": "Vermeiden Sie {0} bei Kombination mit {1:dat}.",
    "not_alternative_higher_risk": "Wechseln Sie nicht zu {0}: Das Risiko von {1:dat} ist hier"
    " {2}.",
    "not_alternative_worse_forms": "Wechseln Sie auch nicht zu {0}: Das Risiko von {1:dat} ist"
    " etwa gleich, und schwerere Formen ({2}) kommen vor.",
    "strong_inhibitors_contraindicated": "Die gleichzeitige Anwendung starker {0}-Inhibitoren ist"
    " kontraindiziert.",
}
