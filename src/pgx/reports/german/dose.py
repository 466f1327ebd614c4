"""Words of the part on doses."""

from __future__ import annotations

from typing import Final

__all__ = ["DOSE"]

DOSE: Final = {
    "title": "Dosis",
    "hint": "Was veröffentlichte Gleichungen, Leitlinien, Fachinformationen und Scores für diesen "
    "Patienten ergeben, zu Arzneimitteln, die eingenommen werden oder geplant sind. Eine Dosis ist "
    "hier ein Ausgangspunkt für das ärztliche Urteil, nie eine Anordnung; spätere Dosen richten "
    "sich nach Wirkung und Spiegeln.",
    "current": "wird eingenommen",
    "planned": "geplant",
    "named": "angefragt",
    "brief": "Dosis",
    "see": "siehe Abschnitt Dosis",
    "refused": "Keine Dosis",
    "refused_line": "keine Dosis: {reason}",
    "other_release": "dieses Ergebnis stammt aus einem anderen Release der Wissensbasis; pgx "
    "reinterpret erstellt es neu",
    "override": "Das Labor hat zu {names} anders entschieden; die Dosen gelten für den berechneten "
    "Genotyp.",
    "interval": "{level} solcher Patienten benötigen {low} bis {high} {unit}",
    "flow_interval": "solche Patienten benötigen nach der zugrunde liegenden Gleichung"
    " {span} {unit}",
    "no_interval": "für dieses Modell ist kein Intervall bekannt",
    "state": "Zustand dieses Modells: {state}",
    "depends": "Hängt davon ab, was die Daten offenlassen",
    "depends_brief": "vorläufig: andere Dosen sind möglich",
    "for_start": "Aufsättigungsdosen gelten für den Beginn der Behandlung; dieser Patient nimmt "
    "das Arzneimittel bereits ein.",
    "alternative": "{dose} mit {values}",
    "weighed": "{dose} mit {values} (Wahrscheinlichkeit {probability})",
    "other_values": "andere Werte",
    "makes": "Woraus sie sich ergibt",
    "typical": "typischer Patient",
    "own": "dieser Patient",
    "rest": "andere ({count})",
    "share_line": "{input}: {amount}",
    "picture": "Woraus sich die Dosis von {drug} ergibt, {unit}",
    "picture_says": "Typischer Patient {typical}. {shares}. Dieser Patient {dose}.",
    "joined": " und ",
    "inputs": "Worauf sie beruht",
    "likeliest": "{value} (oben verwendet; {reason})",
    "not_known": "nicht bekannt ({reason})",
    "assumed": "nicht bekannt ({reason}); angenommen: {value}",
    "estimated": "nicht bekannt ({reason}); geschätzt: {value}",
    "own_term": "nicht bekannt ({reason}); die Gleichung hat dafür ein eigenes Glied",
    "yes": "ja",
    "no": "nein",
    "others": "Andere Gleichungen",
    "rules": "Leitlinien, Fachinformationen und Scores",
    "value_is": "{input}: {value}",
    "if": "{answer}, wenn {values}",
    "if_none": "{answer}",
    "sets": "; oder wenn ",
    "values": " oder ",
    "waits": "offen; es hängt ab von: {names}",
    "meanwhile": "bis dahin: {answer}",
    "more": "{count} weitere Möglichkeiten, die hier nicht stehen",
    "flow": "{dose} {unit} ({equation}: {reason})",
    "base_clinical": "Gleichung ohne Genotyp",
    "base_pharmacogenetic": "Gleichung mit Genotyp",
    "maybe": "{text} (möglich)",
    "day": "Tag {day}: {dose} {unit}",
    "span": "{low} bis {high}",
    "missing_not_needed": "{input}: nicht bekannt ({reason}); wird nicht benötigt",
    "missing_all_values": "{input}: nicht bekannt ({reason}); es kommt darauf an",
    "gain_none": "Bei Patienten der Gruppe {group} bringt der Genotyp keinen messbaren Gewinn "
    "gegenüber der Gleichung ohne ihn: {gain} {unit} näher an der Dosis (95 % {low} bis {high}, "
    "{n} Patienten). Varianten, die in dieser Gruppe wichtig sind, fehlen in der Gleichung.",
    "gain_some": "Bei Patienten der Gruppe {group} liegt die Dosis mit Genotyp um {gain} {unit} "
    "näher als mit der Gleichung ohne ihn (95 % {low} bis {high}, {n} Patienten).",
    "gain_unknown": "Wie viel der Genotyp hilft, ist je nach Patientengruppe verschieden; die "
    "Gruppe dieses Patienten ist nicht bekannt.",
    "uncounted": "{input}: {alleles} fehlt in der Gleichung und zählt als {first}.",
    "without_genes": "{names} nicht bekannt: die Dosis beruht weniger auf dem Genotyp, als die "
    "Gleichung vorsieht.",
    "race": "Diese Gleichung fragt nach Herkunft oder Abstammung, wie der Patient sie angibt.",
    "made_for": "Erstellt für",
    "limits": "Grenzen",
    "source": "Quelle",
    "not_answered": "Nicht beantwortet",
    "jurisdiction_EU": "EU",
    "jurisdiction_US": "USA",
    "reason": {
        "ambiguous": "mehrere Genotypen sind möglich",
        "between_definitions": "zwischen zwei Definitionen",
        "candidates_not_listed": "mehr Genotypen sind möglich, als aufgeführt sind",
        "condition_not_recorded": "keine solche Diagnose dokumentiert",
        "copy_number_not_assessed": "Kopienzahl nicht bestimmt",
        "gene_not_in_result": "Gen nicht im Ergebnis",
        "medicine_not_recognised": "ein Arzneimittel wurde nicht erkannt",
        "medicine_use_unknown": "unklar, ob es eingenommen wird",
        "medicines_not_recorded": "keine Arzneimittel dokumentiert",
        "no_patient_file": "keine Patientendatei",
        "not_given": "keine Angabe",
        "not_in_call": "nicht im Ergebnis des Gens",
        "not_recorded": "nicht dokumentiert",
        "outside_call_without_list_of_tested_alleles": "ein externes Ergebnis ohne Liste der "
        "getesteten Allele",
        "position_half_answered": "Position teilweise beantwortet",
        "position_not_answered": "Position nicht beantwortet",
        "weight_or_height_not_recorded": "Gewicht oder Größe nicht dokumentiert",
    },
    "percent": "{number} %",
    "short": {
        "age_years": "Alter",
        "amiodarone": "Amiodaron",
        "dvt_pe": "Thrombose",
        "height_cm": "Größe",
        "inducer": "Enzyminduktor",
        "inhibitor": "Enzyminhibitor",
        "race": "Abstammung",
        "sex": "Geschlecht",
        "smoker": "Rauchen",
        "statin": "Statin",
        "target_inr": "Ziel-INR",
        "valve": "Herzklappe",
        "weight_kg": "Gewicht",
    },
}
