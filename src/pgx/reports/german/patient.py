"""What reports say of the patient, of medicines, and of what medicines change."""

from __future__ import annotations

from typing import Final

__all__ = ["PATIENT"]

PATIENT: Final = {
    "age_years": "Alter",
    "sex": "Geschlecht",
    "female": "weiblich",
    "male": "männlich",
    "weight_kg": "Gewicht",
    "height_cm": "Größe",
    "egfr": "Niere: geschätzte GFR",
    "creatinine_clearance": "Niere: Kreatinin-Clearance",
    "dialysis": "Dialyse",
    "pregnant": "Schwangerschaft",
    "breastfeeding": "Stillzeit",
    "child_pugh": "Leber: Child-Pugh-Klasse",
    "conditions": "Diagnosen",
    "as_of": "Stand",
    "reported": "Angaben des Patienten",
    "past_reaction": "Frühere Reaktion",
    "yes": "ja",
    "no": "nein",
    "since": "seit {date}",
    "planned": "geplant",
    "stopped": "abgesetzt",
    "unknown": "keine Angabe, ob es eingenommen wird",
    "local": "Anwendung an Haut, Auge oder Ohr: nicht als Wirkung auf Enzyme gezählt",
    "unrecognised": "nicht erkannt: {names}",
    "no_guidance": "keine Empfehlungen zu Genen in diesem Release",
    "reaction": "Frühere Reaktion: {what}",
    "score": "Aktivitätsscore {score}",
    "no_result": "kein Ergebnis",
    "evidence_established": "veröffentlichte Regel",
    "evidence_limited": "schwache Evidenz: kein Konsens zu dieser Regel",
    "evidence_label": "Fachinformation",
    "evidence_none": "keine veröffentlichte Regel",
    "reason_label_advises_against": "die Fachinformation von {drug} rät von beiden zusammen ab: Es"
    " entsteht weniger aktiver Metabolit",
    "reason_no_rule": "nicht umgerechnet: keine veröffentlichte Regel für diese Wirkung",
    "reason_inhibitor_and_inducer": "nicht umgerechnet: ein Inhibitor und ein Induktor wirken"
    " zusammen",
    "reason_nothing_to_convert": "nicht umgerechnet: der Genotyp liefert kein Ergebnis",
    "reason_no_change": "keine Änderung",
    "fit_age": "Alter des Patienten: {0} Jahre",
    "fit_weight": "Gewicht des Patienten: {0} kg",
    "fit_taken_before": "der Patient nimmt oder nahm das Arzneimittel ein",
    "fit_not_taken": "keine Anwendung dokumentiert; die Liste der Arzneimittel ist möglicherweise"
    " unvollständig",
    "fit_taken_for": "seit {0} Monaten eingenommen",
    "fit_other_indication": "dokumentiert ist eine andere Indikation",
    "fit_condition": "{0}",
    "fit_body_mass_index": "der Body-Mass-Index beträgt {0}",
    "fit_breastfeeding": "die Patientin stillt",
    "fit_not_nursing": "die Patientin stillt nicht",
    "fit_not_breastfeeding": "die Patientin stillt nicht",
    "fit_daily_dose": "laut Patientendatei beträgt die Dosis {0} mg am Tag",
    "fit_takes": "der Patient nimmt {0} ein",
    "fit_reacted": "eine Reaktion auf das Arzneimittel ist dokumentiert",
    "fit_age_unknown": "das Alter ist nicht bekannt",
    "fit_weight_unknown": "das Gewicht ist nicht bekannt",
    "fit_never_taken": "keine frühere Anwendung dokumentiert; die Liste der Arzneimittel ist"
    " möglicherweise unvollständig",
    "fit_start_unknown": "der Beginn der Behandlung ist nicht bekannt",
    "fit_condition_not_recorded": "keine solche Diagnose dokumentiert",
    "fit_no_alternative": "ob es eine Alternative gibt, ist ärztlich zu beurteilen",
    "fit_no_skin_reaction": "ob eine Hautreaktion auftrat, ist nicht dokumentiert",
    "fit_reaction_recorded": "eine Reaktion auf das Arzneimittel ist dokumentiert: ob die Haut"
    " betroffen war, ist ärztlich zu beurteilen",
    "fit_phase_of_treatment": "abhängig von der Behandlungsphase",
    "years": "Jahre",
    "egfr_unit": "ml/min pro 1,73 m²",
    "clearance_unit": "ml/min",
    "scored": "{phenotype}, {score}",
}
