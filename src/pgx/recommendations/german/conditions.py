"""In whom and on what grounds: conditions, leading words, populations, certainty."""

from __future__ import annotations

from typing import Final

__all__ = ["ADVICE", "CONDITIONS", "LEAD", "POPULATION"]

CONDITIONS: Final = {
    "higher_initial_doses": "Dies gilt für die höheren Anfangsdosen, wie sie zum Beispiel bei"
    " {0:dat} verwendet werden.",
    "not_low_dose_use": "Dies gilt nicht für die niedrig dosierte Anwendung, zum Beispiel bei"
    " {0:dat}.",
    "applies_transplants": "Dies gilt für Nieren-, Herz-, Lungen- und Stammzelltransplantationen"
    " sowie für Lebertransplantationen, bei denen Spender und Empfänger denselben Genotyp haben.",
    "clinical_findings_guide": "Entscheiden Sie über die Anwendung anhand von klinischen Befunden,"
    " Familienanamnese, weiteren genetischen Tests und Laborwerten.",
    "adults_from_age_limit": "Erwachsene ab {0:dat}: höchstens {1}.",
    "applies_to": "Dies gilt für: {0}.",
    "graft_same_genotype": "Bei einer {0}-Transplantation gilt dieses Vielfache nur, wenn auch das"
    " Transplantat ({0}) von einem Spender dieses Typs stammt ({1}); bei einem anderen Genotyp"
    " des Transplantats ({0}) reicht die Evidenz für eine Dosisempfehlung nicht aus.",
    "indicated_with_responsive_variant": "Die Indikation ist {0} ab einem Alter von {1:dat} mit"
    " einer {2}-Variante, für die klinische oder Labordaten oder beides ein Ansprechen auf {drug}"
    " zeigen.",
    "multiple_of_suitable_start": "Bei {0:dat} multiplizieren Sie die Anfangsdosis, die für {1}"
    " geeignet ist, mit diesem Faktor.",
    "no_action_for": "Bei {0:dat} ist keine Änderung erforderlich.",
    "no_action_up_to_doses_without_risk": "Bis zu diesen Dosen und ohne solche Risikofaktoren ist"
    " keine Änderung erforderlich.",
    "weigh_risk": "Wägen Sie das Risiko von {0:dat} sorgfältig gegen den Nutzen ab.",
    "alternative_else_consider_dose_with": "Bei Kombination mit {0:dat} suchen Sie eine"
    " Alternative; gibt es keine, erwägen Sie {1} und achten Sie auf Nebenwirkungen.",
    "avoid_with": "Bei Kombination mit {0:dat} ist es kontraindiziert und muss vermieden werden.",
    "combination_then_levels": "{0}: Unverändert beginnen und die Dosis von {drug} darin bei"
    " Bedarf nach Spiegel titrieren ({1}).",
    "consider_dose_with": "Bei Kombination mit {0:dat} erwägen Sie {1} und achten Sie auf"
    " Nebenwirkungen.",
    "contraindicated_with": "Bei Kombination mit {0:dat} ist es kontraindiziert; suchen Sie nach"
    " Möglichkeit eine Alternative.",
    "dose_with": "Bei Kombination mit {0:dat} verwenden Sie {1}.",
    "limit_with": "Bei Kombination mit {0:dat} höchstens {1}.",
    "not_recommended_with": "Bei Kombination mit {0:dat} wird es nicht empfohlen; suchen Sie nach"
    " Möglichkeit eine Alternative.",
    "only_without_activity": "Die Empfehlung für {0} gilt nur, wenn kaum noch Enzymaktivität"
    " vorhanden ist.",
    "replace_other_drug_else_dose": "Bei Kombination mit {0:dat} ersetzen Sie nach Möglichkeit das"
    " andere Arzneimittel; andernfalls verwenden Sie {1} und achten Sie auf Nebenwirkungen.",
    "standard_start_then_levels_in": "{0}: Zunächst die übliche Dosis geben und sie bei Bedarf"
    " nach Spiegel titrieren.",
    "start_then_levels_in": "{0}: Mit {1} beginnen und bei Bedarf nach Spiegel titrieren ({2}).",
    "variants_on_separate_alleles": "Bei {0} verschiedenen Varianten ohne Funktion (zum Beispiel"
    " {1}) gilt die Empfehlung für {3} nur, wenn sie auf verschiedenen Allelen liegen. Auf einem"
    " Allel ergeben sie einen Aktivitätsscore von {2}, für den kein höheres Risiko schwerer, auch"
    " tödlicher Toxizität durch {3} gezeigt wurde. Nur eine Messung der Enzymaktivität kann dies"
    " unterscheiden.",
    "caution_from": "Ab {0} ist Vorsicht geboten.",
    "if_possible_avoid_with_disorder": "Bei {0:dat} wird es nicht empfohlen: vermeiden Sie es"
    " dann nach Möglichkeit.",
}

LEAD: Final = {
    "based_on": "Dies beruht allein auf {0}.",
    "not_genotyped": "Ein {0}-Genotyp liegt nicht vor.",
    "not_assignable": "Ein {0}-Phänotyp konnte nicht zugeordnet werden.",
}

ADVICE: Final = {
    "unknown": "Ohne Ergebnis für {genes} ist mit diesen Daten keine Aussage zu {drug} möglich."
    " Dies ist kein unauffälliges Ergebnis.",
    "no_statement": "Keine Empfehlung zu {drug}: Die Leitlinie enthält keine Aussage zu {lookup}.",
    "no_statement_local": "Die Regeln des Labors nennen keine Empfehlung zu {drug} bei {lookup}.",
    "no_statement_fda_label": "Die US-Fachinformation (FDA) zu {drug} enthält keine Empfehlung zu"
    " diesem Ergebnis.",
    "no_statement_fda_table": "Die FDA-Tabelle pharmakogenetischer Zusammenhänge nennt keine"
    " Empfehlung zu {drug} bei diesem Ergebnis.",
    "not_read": "Keine Empfehlung zu {drug}: Die Aussage der Leitlinie zu {lookup} ist in diesem"
    " Release nicht enthalten; ziehen Sie die Leitlinie heran.",
    "words": "Text von {source}: “{text}”",
    "words_fda_label": "Text der US-Fachinformation (FDA): “{text}”",
    "words_fda_table": "Text der FDA-Tabelle: “{text}”",
    "pending": "Keine Empfehlung zu {drug}: Die Leitlinie ({genes}) ist in diesem Release nicht"
    " enthalten; ziehen Sie die Leitlinie heran.",
    "missing_matters": "Kein Ergebnis für {missing}; es könnte diese Empfehlung ändern. ",
    "missing": "Kein Ergebnis für {missing}. ",
    "provisional": "Vorläufig ({why}): ",
    "unsettled": "{genes} mit diesen Daten nicht abschließend geklärt",
    "uncounted": "Zahl der Genkopien von {genes} nicht bestimmt",
    "and": " und ",
}

POPULATION: Final = {
    "general": "alle Patienten",
    "cystic_fibrosis": "Personen mit Mukoviszidose",
    "adults": "Erwachsene",
    "pediatrics": "Kinder",
    "adults_and_children_over_40_kg": "Erwachsene sowie Kinder über 40 kg",
    "single_injection_start": "die einmalige Injektion zu Behandlungsbeginn",
    "monthly_injections": "die regelmäßigen Injektionen",
    "first_use": "Patienten, die das Arzneimittel noch nie erhalten haben",
    "first_use_without_alternative": "Patienten, die das Arzneimittel noch nie erhalten haben und"
    " für die es keine Alternative gibt",
    "used_over_3_months": "Patienten, die das Arzneimittel länger als 3 Monate ohne Hautreaktion"
    " eingenommen haben",
    "acs_or_pci": "akutes Koronarsyndrom oder perkutane Koronarintervention",
    "cardiovascular_without_acs_or_pci": "andere kardiovaskuläre Indikationen: periphere"
    " arterielle Verschlusskrankheit, stabile koronare Herzkrankheit",
    "kidney_or_liver_impairment": "Nieren- oder Leberfunktionsstörung",
    "neurovascular": "neurovaskuläre Indikationen: Schlaganfall, TIA, neurovaskuläre Eingriffe",
}
