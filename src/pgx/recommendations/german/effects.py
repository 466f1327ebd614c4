"""What a result means for benefit: effect, response, and what is not known."""

from __future__ import annotations

from typing import Final

__all__ = ["EFFECTS"]

EFFECTS: Final = {
    "not_coded": "“{0}” (noch nicht kodiert)",
    "clinical_effect_unclear": "klinische Bedeutung unklar",
    "clinical_effect_unproven": "klinische Bedeutung nicht belegt",
    "consequences_mostly": "klinische Folgen meist beschränkt auf {0}",
    "counts_as_hypercoagulopathy": "{0} gilt als erbliche Thromboseneigung",
    "dose_hard_to_adjust": "die Dosis ist möglicherweise schwer einzustellen",
    "drug_potentiates": "der Wirkstoff verstärkt die Wirkung von {0}",
    "effect_small": "geringe Auswirkung",
    "effective_dose_unknown": "keine gut begründete Dosis, die bei allen {0:dat} wirkt",
    "efficacy_changed": "veränderte Wirksamkeit",
    "efficacy_increased": "höhere Wahrscheinlichkeit der Wirksamkeit",
    "efficacy_increased_if_tolerated": "bei guter Verträglichkeit bessere Wirksamkeit",
    "efficacy_increased_in": "bessere Wirksamkeit bei {0:dat}",
    "efficacy_likely_increased": "wahrscheinlich bessere Wirksamkeit",
    "efficacy_lower_than_poor_metabolizers": "geringere Wirksamkeit als bei Poor Metabolizern",
    "efficacy_possibly_lower_than_slower_metabolizers": "möglicherweise häufiger unwirksam als bei"
    " langsameren Metabolisierern",
    "efficacy_possibly_reduced": "möglicherweise verringerte Wirksamkeit",
    "efficacy_probably_absent": "wahrscheinlich unwirksam",
    "efficacy_reduced": "verringerte Wahrscheinlichkeit der Wirksamkeit",
    "efficacy_reduced_in": "verringerte Wirksamkeit bei {0:dat}",
    "efficacy_reduction_not_shown": "keine Hinweise auf eine schwächere Wirkung",
    "label_dose_range_by_result": "der in der US-Fachinformation erwartete Dosisbereich hängt von"
    " diesem Ergebnis ab",
    "limited_data": "sehr begrenzte Daten",
    "lipid_lowering_increased": "stärkere Lipidsenkung",
    "little_difference_at": "bei einem Ziel von {0} kein Unterschied ({1}) oder kaum ein"
    " Unterschied ({2})",
    "low_doses_mostly_tolerated": "der Körper bildet aus einem Teil des Wirkstoffs {0}, niedrige"
    " Dosen von {0} ({1} der üblichen) werden meist vertragen",
    "lower_dose_for_usual_levels": "für die üblichen Spiegel möglicherweise niedrigere Dosen"
    " erforderlich",
    "minimal_evidence_of_effect": "sehr geringe Evidenz für eine Auswirkung",
    "no_added_efficacy_of": "eine zusätzliche Wirkung von {0} ist unwahrscheinlich, dessen"
    " Nebenwirkungen sind aber möglich",
    "no_clinically_relevant_change": "keine klinisch relevante Veränderung beobachtet",
    "no_data": "keine Daten",
    "no_relevant_effect_expected": "kein Einfluss auf Nutzen oder Nebenwirkungen erwartet",
    "no_responsive_variant": "keine Variante, die auf den Wirkstoff anspricht",
    "normal_dose_ineffective": "die übliche Dosis wirkt nicht",
    "not_even_little_tolerated": "auch geringe Mengen von {0}, das der Körper aus einem Teil des"
    " Wirkstoffs bildet, werden nicht vertragen",
    "pain_relief_possibly_reduced": "Schmerzlinderung möglicherweise geringer",
    "pain_relief_reduced": "geringere Schmerzlinderung",
    "product_contains": "das Präparat enthält {0}",
    "response_lower_than_poor_metabolizers": "geringeres Ansprechen als bei Poor Metabolizern",
    "responsive_variant": "eine Variante, die auf den Wirkstoff anspricht",
    "share_of_population": "ein solcher Defekt findet sich bei etwa {0} der Menschen",
    "switch_likelier": "Wechsel auf {0} wahrscheinlicher",
    "treatment_failure_increased": "häufigeres Therapieversagen (bei {1} der Patienten statt bei"
    " {0})",
    "usual_start_problems_unproven": "zu wenig Evidenz für Probleme mit dem üblichen"
    " Behandlungsbeginn",
    "usual_treatment_fits": "häufiges Ergebnis, auf das die übliche Behandlung ausgelegt ist",
}
