"""How much: phrases for shares of a dose, amounts, and when another dose is meant."""

from __future__ import annotations

from typing import Final

__all__ = ["DOSE", "DOSE_AS", "DOSE_OF", "DOSE_WHEN", "SHARE_OF"]

DOSE_OF: Final = {
    "": "Dosis",
    "starting": "Anfangsdosis",
    "maintenance": "Erhaltungsdosis",
    "daily": "Tagesdosis",
    "starting_daily": "Anfangs-Tagesdosis",
    "starting_and_maintenance": "Anfangs- und Erhaltungsdosis",
    "lowest_starting": "niedrigste empfohlene Anfangsdosis",
    "normal": "Dosis",
    "after_loading": "Dosis nach der Aufsättigungsdosis",
}

SHARE_OF: Final = {
    "starting": "der üblichen Anfangsdosis",
    "normal": "der üblichen Dosis",
    "lowest_starting": "der niedrigsten empfohlenen Anfangsdosis",
    "after_loading": "der üblichen Dosis nach der Aufsättigungsdosis",
    "maintenance": "der üblichen Erhaltungsdosis",
}

DOSE_AS: Final = {
    "reduce_by": "eine um {percent} verringerte {of}",
    "reduce_by_about": "ab der zweiten Gabe eine um etwa {percent} verringerte {of}",
    "increase_by": "eine um {percent} erhöhte {of}",
    "increase_by_at_least": "eine um mindestens {percent} erhöhte {of}",
    "to_percent": "{percent} {share}",
    "half": "die Hälfte {share}",
    "at_most": "höchstens {percent} {share}",
    "below_percent": "weniger als {percent} {share}",
    "times": "das {factor}-Fache der üblichen {of}",
    "fold_lower": "eine um den Faktor {fold} niedrigere {of}",
}

DOSE: Final = {
    "lead": "{drug}: ",
    "use": "verwenden Sie",
    "consider": "erwägen Sie",
    "and": " und ",
    "starting": "eine Anfangsdosis von {0}",
    "example": " (zum Beispiel {0})",
    "maximum": "eine auf {0} begrenzte Dosis",
    "frequency": ", gegeben an {0} statt täglich",
    "lowest_starting": "die niedrigste empfohlene Anfangsdosis",
    "standard": " ({0})",
    "standard_qualifier": " in der Standarddosis ({0})",
}

DOSE_WHEN: Final = {
    "if_used": "falls {drug} dennoch erforderlich ist,",
    "most_appropriate": "falls {drug} weiterhin als das am besten geeignete Arzneimittel gilt,",
    "malignancy": "bei malignen Erkrankungen",
    "normal_start": "bei einer üblichen Anfangsdosis von {0}",
    "no_suitable_alternative": "nur falls kein anderes Arzneimittel geeignet ist,",
    "assume_additive": "jedoch keine Phänotypisierung vorliegt,",
    "inadequate_at_maintenance": "falls die übliche Erhaltungsdosis nicht ausreichend wirkt,",
    "indication": "bei {0:dat}",
    "chronic_and_effective": "sobald die Behandlung länger als {0} dauert und wirkt,",
    "aromatase_contraindicated": "falls ein Aromatasehemmer kontraindiziert ist,",
    "if_needed_for_efficacy": "jedoch nicht ausreichend wirkt,",
    "adults_up_to_age": "bei Erwachsenen bis {0}",
    "children": "bei Kindern",
    "effective_but_causes_side_effects": "falls es wirkt, aber Nebenwirkungen verursacht,",
    "if_level_shows_need": "bei Bedarf laut {0}-Spiegel",
    "if_more_needed": "falls mehr als {0} erforderlich sind,",
    "if_needed": "bei Bedarf",
    "inadequate_effect": "bei unzureichender Wirkung",
    "indication_or_side_effects_in": "bei {0:dat}, oder bei {1:dat}, sobald Nebenwirkungen"
    " auftreten,",
    "no_alternative": "bei fehlender Alternative",
    "or_else": "andernfalls",
    "other_indications": "bei anderen Indikationen",
    "product": "für {0}",
    "side_effects_or_late_response": "falls Nebenwirkungen auftreten oder das Ansprechen länger"
    " als {0} dauert,",
    "with_side_effects": "jedoch Nebenwirkungen verursacht,",
    "adults_under_age": "bei Erwachsenen unter {0:dat}",
    "aim_or_problem": "bei angestrebter {0:dat} oder bei {1:dat}",
    "as_preparation_in": "als {0} bei {1:dat}",
    "body_mass_index_up_to": "bei einem Body-Mass-Index bis {0}",
    "indication_or_if_needed_otherwise": "bei {0:dat} und, falls erforderlich, bei anderen"
    " Indikationen",
    "target_maximum_first": "zunächst die Höchstdosis der Indikation anstreben; falls diese nicht"
    " ausreichend wirkt,",
    "without_inhibitor": "falls der Patient keinen {0}-Inhibitor einnimmt,",
    "without_taking": "falls der Patient keinen {0} einnimmt,",
    "by_tolerability": "je nach Verträglichkeit",
    "other_genotypes": "bei jedem anderen Genotyp",
}
