"""What a result means for the drug"s levels: metabolism, exposure, dose needed."""

from __future__ import annotations

from typing import Final

__all__ = ["LEVELS"]

LEVELS: Final = {
    "active_metabolite_changed": "veränderte Menge des aktiven Metaboliten",
    "active_metabolite_greatly_reduced": "stark verringerte Menge des aktiven Metaboliten",
    "active_metabolite_in_milk_increased": "erhöhte Menge des aktiven Metaboliten in der"
    " Muttermilch",
    "active_metabolite_increased": "erhöhte Menge des aktiven Metaboliten",
    "active_metabolite_likely_reduced": "wahrscheinlich verringerte Menge des aktiven Metaboliten",
    "active_metabolite_normal": "erwartete Menge des aktiven Metaboliten",
    "active_metabolite_normal_or_increased": "normale oder erhöhte Menge des aktiven Metaboliten",
    "active_metabolite_possibly_increased": "möglicherweise erhöhte Menge des aktiven Metaboliten",
    "active_metabolite_reduced": "verringerte Menge des aktiven Metaboliten",
    "active_metabolite_therapeutic": "therapeutische Spiegel des aktiven Metaboliten",
    "active_nucleotides_high": "mäßig erhöhte bis hohe Thioguanin-Nukleotide",
    "active_nucleotides_usual": "niedrigere, übliche Thioguanin-Nukleotide",
    "active_nucleotides_versus": "Thioguanin-Nukleotide {0}-mal so hoch wie nach {1:dat}",
    "active_nucleotides_very_high": "extrem hohe Thioguanin-Nukleotide",
    "active_sum_decreased": "niedrigere Summe aus Wirkstoff und aktivem Metaboliten",
    "active_sum_increased": "höhere Summe aus Wirkstoff und aktivem Metaboliten",
    "activity_greatly_reduced": "Enzymaktivität deutlich verringert",
    "activity_normal": "normale Enzymaktivität",
    "activity_reduced": "Enzymaktivität etwas verringert",
    "activity_reduced_to": "Enzymaktivität {0} der normalen",
    "autoinhibition_lowers_phenotype": "der Wirkstoff hemmt mit steigender Dosis seinen eigenen"
    " Abbau",
    "autoinhibition_minimal": "Selbsthemmung des Abbaus minimal",
    "autoinhibition_unclear": "Ausmaß der Selbsthemmung des Abbaus unklar",
    "change_within_normal_variation": "Dosiseffekt innerhalb der normalen Schwankung",
    "dose_need_changed": "abweichender Dosisbedarf",
    "dose_requirement_increased": "höherer Dosisbedarf",
    "dose_requirement_possibly_increased": "möglicherweise höherer Dosisbedarf",
    "dose_requirement_possibly_reduced": "möglicherweise niedrigerer Dosisbedarf",
    "dose_requirement_reduced": "niedrigerer Dosisbedarf",
    "drug_and_metabolite_changed": "veränderte Spiegel von Wirkstoff und Metabolit",
    "enzyme_deficiency_complete": "vollständiger Enzymmangel",
    "exposure_about_times": "Wirkstoffspiegel etwa {0}-mal so hoch",
    "exposure_barely_changed": "Wirkstoffspiegel kaum verändert",
    "exposure_changed": "veränderte Wirkstoffspiegel",
    "exposure_decreased": "niedrigere Wirkstoffspiegel",
    "exposure_greatly_increased": "stark erhöhte Wirkstoffspiegel",
    "exposure_higher_normal": "höhere (übliche) Wirkstoffspiegel",
    "exposure_increase_possible": "möglicherweise höhere Wirkstoffspiegel",
    "exposure_increased": "höhere Wirkstoffspiegel",
    "exposure_increased_if_also_poor": "höhere Wirkstoffspiegel und vielleicht mehr"
    " Nebenwirkungen, wenn auch für {0} Poor-Metabolizer-Status besteht",
    "exposure_likely_increased": "wahrscheinlich höhere Wirkstoffspiegel",
    "exposure_lower_by_about": "Wirkstoffspiegel um etwa {0} niedriger",
    "exposure_lower_than_poor_metabolizers": "niedrigere Wirkstoffspiegel als bei Poor"
    " Metabolizern",
    "exposure_may_be_decreased": "Wirkstoffspiegel können niedriger sein",
    "exposure_may_be_increased": "Wirkstoffspiegel können höher sein",
    "exposure_mostly_therapeutic": "Wirkstoffspiegel bei den meisten Patienten noch therapeutisch",
    "exposure_mostly_toxic": "toxische Wirkstoffspiegel bei den meisten Patienten unter"
    " Standarddosis",
    "exposure_normal": "normale Wirkstoffspiegel",
    "exposure_possibly_changed": "Wirkstoffspiegel können abweichen",
    "exposure_possibly_increased": "möglicherweise höhere Wirkstoffspiegel von zweifelhafter"
    " Bedeutung",
    "exposure_slightly_decreased": "leicht verringerte Wirkstoffspiegel",
    "exposure_slightly_increased": "leicht erhöhte Wirkstoffspiegel",
    "exposure_times": "Wirkstoffspiegel {0}-mal so hoch",
    "exposure_times_possible": "Wirkstoffspiegel möglicherweise {0}-mal so hoch",
    "exposure_variable": "Wirkstoffspiegel können zwischen Patienten stark schwanken",
    "final_dose_lower": "niedrigere Enddosis erforderlich",
    "half_life_prolonged": "verlängerte Halbwertszeit",
    "higher_start_helps_target_outcome_unproven": "mit höherer Anfangsdosis werden Zielspiegel"
    " möglicherweise früher erreicht, bessere Behandlungsergebnisse sind nicht belegt",
    "maintenance_dose_possibly_lower": "möglicherweise niedrigere Erhaltungsdosis erforderlich",
    "metabolism_greatly_reduced": "stark verringerter Abbau",
    "metabolism_increased": "erhöhter Abbau",
    "metabolism_mildly_reduced": "gering verringerter Abbau",
    "metabolism_moderately_reduced": "mäßig verringerter Abbau",
    "metabolism_normal": "normaler Abbau",
    "metabolism_reduced": "verringerter Abbau",
    "metabolism_reduced_at_start_or_low_dose": "verringerter Abbau zu Behandlungsbeginn oder bei"
    " niedriger Dosis",
    "metabolism_slightly_increased": "leicht erhöhter Abbau",
    "metabolism_slightly_reduced": "leicht verringerter Abbau",
    "metabolite_conversion_decreased": "verringerte Umwandlung in das sekundäre Amin, die"
    " Ansprechen oder Nebenwirkungen verändern kann",
    "metabolite_conversion_increased": "verstärkte Umwandlung in das sekundäre Amin, die"
    " Ansprechen oder Nebenwirkungen verändern kann",
    "metabolite_increased": "mehr Metabolit",
    "metabolite_ratio_greatly_reduced": "stark verringertes Verhältnis von Metabolit zu Wirkstoff",
    "metabolite_ratio_increased": "erhöhtes Verhältnis von Metabolit zu Wirkstoff",
    "metabolite_ratio_reduced": "verringertes Verhältnis von Metabolit zu Wirkstoff",
    "methylated_metabolites_absent": "keine methylierten Metaboliten",
    "methylated_metabolites_higher": "höhere, übliche methylierte Metaboliten",
    "methylated_metabolites_low": "wenige methylierte Metaboliten",
    "predicted_from_inhibitors": "aus der Anwendung mit Inhibitoren des Enzyms abgeleitet",
    "sensitivity_increased": "höhere Empfindlichkeit gegenüber dem Wirkstoff",
    "target_concentration_less_likely": "Zielspiegel wird weniger wahrscheinlich erreicht",
    "target_concentration_likelier": "Zielspiegel wird eher erreicht",
    "target_concentration_modest": "mäßige Chance, den Zielspiegel zu erreichen ({0})",
    "target_concentration_unlikely": "Zielspiegel mit Standarddosen unwahrscheinlich",
    "target_concentration_unlikely_with": "geringe Chance, den Zielspiegel zu erreichen ({0})",
    "target_concentration_variable": "wechselnde Chance, den Zielspiegel zu erreichen ({0})",
    "total_exposure_unchanged": "Summe aus Wirkstoff und aktivem Metaboliten kaum oder nicht"
    " verändert",
    "usual_dose_too_high": "die übliche Dosis ist zu hoch",
}
