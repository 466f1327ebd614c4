"""German words of printed reports: the frame, therapeutic areas, the page in plain language."""

from __future__ import annotations

from typing import Final

__all__ = ["AREAS", "PLAIN", "PRINT"]

PRINT: Final = {
    "lang": "de",
    "page_of": "Seite {page} von {pages}",
    "for_sample": "Probe {sample}",
    "date": "Datum",
    "director": "Leitung",
    "accreditation": "Akkreditierung",
    "tested": "Untersucht",
    "tested_genes": "{called} von {genes} Genen bestimmt, {answered} von {total} Positionen"
    " beantwortet",
    "tested_list": "Bestimmt: {names}",
    "ambiguous_list": "Mehrdeutig: {names}",
    "not_answered_list": "Ohne Ergebnis: {names}",
    "no_medicines": "Es sind keine aktuellen Arzneimittel verzeichnet.",
    "no_patient": "Es wurde keine Patientendatei angegeben: Die aktuellen Arzneimittel sind nicht"
    " bekannt.",
    "by_area": "Weitere Arzneimittel, bei denen das Ergebnis eine Rolle spielt",
    "by_area_alone": "Arzneimittel, bei denen das Ergebnis eine Rolle spielt",
    "none_by_area": "Keine unter den beurteilten Arzneimitteln.",
    "maybe": "Genotyp ungeklärt: keine Standarddosierung voraussetzen",
    "area_column": "Gebiet",
    "drugs_column": "Arzneimittel",
    "advice_column": "Empfehlung",
    "advice": "Empfehlungen je Arzneimittel",
    "advice_hint": "Die schwerwiegendste Empfehlung im Wortlaut, die anderer Quellen und für andere"
    " Patienten als Überschrift. Alle Texte stehen im elektronischen Bericht (HTML, JSON).",
    "others": "Arzneimittel ohne Änderung oder ohne Empfehlung",
    "genes": "Gen für Gen",
    "evidence_of_gene": "Belege",
    "limits_of_gene": "Grenzen",
    "alternative": "{title}: {reasons}",
    "positions": "Untersuchte Positionen (GRCh38)",
    "positions_hint": "Position, Kennung und Genotyp, wo die Probe von der Referenz abweicht;"
    " Positionen ohne Antwort; alle anderen zeigen die Referenz.",
    "variant": "Variante",
    "reference": "Referenz",
    "unanswered": "Nicht beantwortet",
    "not_asked": "nicht unter den Arzneimitteln dieses Berichts: keine Empfehlung nachgesehen",
    "changed_note": "†: wegen aktueller Arzneimittel, nicht wegen der Gene allein.",
    "no_tested": "Keine Positionen aus diesen Daten.",
    "sign_off": "Freigabe",
    "signature": "Unterschrift",
    "card_title": "Pharmakogenetischer Ausweis",
    "card_genes": "Gene",
    "card_avoid": "Vermeiden oder ersetzen",
    "card_dose": "Andere Dosis",
    "card_care": "Testen, überwachen oder Vorsicht",
    "card_open": "Vorläufig",
    "card_maybe": "Genotyp ungeklärt: keine Standarddosierung voraussetzen",
    "card_indeterminate": "Phänotyp unbestimmt: keine Standarddosierung voraussetzen",
    "card_count": "{count} Arzneimittel, siehe Bericht",
    "card_decided": "Entscheidung des Labors, siehe Bericht: {names}.",
    "card_unsure": "◐: vorläufig.",
    "card_other_genes": "Weitere Gene: siehe Bericht.",
    "card_note": "Vor jeder Änderung ärztlichen oder pharmazeutischen Rat einholen. Nicht"
    " untersuchte Gene sind nicht aufgeführt.",
}

AREAS: Final = {
    "A": "Verdauung und Stoffwechsel",
    "A02": "Magen",
    "A03": "Übelkeit und Erbrechen",
    "A04": "Übelkeit und Erbrechen",
    "A10": "Diabetes",
    "B": "Blut und Gerinnung",
    "C": "Herz und Kreislauf",
    "C10": "Blutfette",
    "D": "Haut",
    "G": "Harnwege und Sexualhormone",
    "H": "Hormone",
    "J": "Infektionen",
    "L": "Krebs und Immunsystem",
    "L01": "Krebs",
    "L02": "Krebs",
    "L03": "Immunsystem",
    "L04": "Immunsystem",
    "M": "Muskeln und Knochen",
    "M01": "Schmerz und Entzündung",
    "M02": "Schmerz und Entzündung",
    "M03": "Narkose",
    "M04": "Gicht",
    "N": "Nervensystem",
    "N01": "Narkose",
    "N02": "Schmerz und Entzündung",
    "N03": "Epilepsie",
    "N04": "Bewegungsstörungen",
    "N05": "Psychose, Angst und Schlaf",
    "N06": "Depression, Aufmerksamkeit, Gedächtnis",
    "N07": "Andere Störungen des Nervensystems",
    "P": "Infektionen",
    "R": "Atemwege und Allergie",
    "S": "Auge und Ohr",
    "V": "Weitere",
    "": "Weitere",
}
"""Names of therapeutic areas by the beginning of an ATC code; the longest beginning counts."""

PLAIN: Final = {
    "title": "Ihre Gene und Ihre Arzneimittel",
    "intro": "Gene können beeinflussen, wie Ihr Körper mit einem Arzneimittel umgeht. Diese Seite"
    " fasst zusammen, was Ihr Ergebnis bedeutet. Der ausführliche Bericht ist für Ihre Ärztin,"
    " Ihren Arzt oder Ihre Apotheke.",
    "rule": "Setzen Sie wegen dieser Seite kein Arzneimittel ab, beginnen Sie kein neues und ändern"
    " Sie nichts an der Anwendung. Sprechen Sie zuerst mit Ihrer Ärztin, Ihrem Arzt oder Ihrer"
    " Apotheke.",
    "current": "Arzneimittel, die Sie jetzt anwenden",
    "current_avoid": "Fragen Sie, ob ein anderes Arzneimittel besser zu Ihnen passt.",
    "current_dose": "Fragen Sie, ob die Dosis für Sie richtig ist.",
    "current_care": "Fragen Sie, ob ein Test oder genauere Kontrollen nötig sind.",
    "current_open_change": "Ihr Ergebnis steht noch nicht endgültig fest, eine Änderung kann aber"
    " nötig sein. Fragen Sie Ihre Ärztin oder Ihren Arzt.",
    "current_open_maybe": "Ihr Ergebnis steht noch nicht endgültig fest. Fragen Sie, ob es für"
    " dieses Arzneimittel eine Rolle spielt.",
    "current_indeterminate": "Die Wirkung Ihrer Gene auf dieses Arzneimittel ist nicht bekannt."
    " Fragen Sie Ihre Ärztin oder Ihren Arzt.",
    "current_open_silent": "Ihr Ergebnis steht noch nicht endgültig fest. Bisher ist nicht bekannt,"
    " dass eine Änderung nötig ist.",
    "current_conditional": "Ihre Gene erfordern keine Änderung; es gelten aber einige Bedingungen."
    " Ihre Ärztin oder Ihr Arzt kennt sie.",
    "current_information": "Ihre Gene erfordern keine Änderung.",
    "current_directed": "Ihre Gene erfordern keine Änderung.",
    "current_silent": "Für Ihr Ergebnis gibt es keine Empfehlung.",
    "current_unassessed": "Die Gene für dieses Arzneimittel konnten nicht untersucht werden.",
    "current_none": "Für dieses Arzneimittel gibt es keine Empfehlungen, die sich auf einen Gentest"
    " stützen.",
    "current_unrecognised": "Dieser Name wurde nicht erkannt; deshalb wurde nichts nachgeschlagen.",
    "current_part": "Ein Teil dieses Arzneimittels wurde nicht erkannt; dazu wurde nichts"
    " nachgeschlagen.",
    "current_not_asked": "Dieses Arzneimittel wurde für diesen Bericht nicht nachgeschlagen.",
    "for_others": "Die Empfehlung zu diesem Arzneimittel gilt für andere Patienten.",
    "matters": "Weitere Arzneimittel, bei denen Ihre Gene eine Rolle spielen",
    "matters_alone": "Arzneimittel, bei denen Ihre Gene eine Rolle spielen",
    "matters_hint": "Weisen Sie in der Arzt- oder Zahnarztpraxis und in der Apotheke darauf hin,"
    " bevor Sie eines davon bekommen.",
    "avoid": "Ein anderes Arzneimittel ist oft besser",
    "dose": "Eine andere Dosis kann nötig sein",
    "care": "Ein Test oder genauere Kontrollen können nötig sein",
    "open_change": "Eine Änderung kann nötig sein; das Ergebnis steht noch nicht endgültig fest",
    "open_maybe": "Noch nicht klar",
    "indeterminate": "Die Wirkung Ihrer Gene ist nicht bekannt",
    "none": "Keine unter den nachgeschlagenen Arzneimitteln.",
    "none_tested": "Es lässt sich nichts sagen: Die Gene haben kein Ergebnis. Das ist kein"
    " normales Ergebnis.",
    "decided": "Das Labor hat selbst entschieden zu: {names}. Fragen Sie in Ihrer Arztpraxis.",
    "not_tested": "Worüber dieser Test nichts sagt",
    "not_tested_genes": "Kein Ergebnis für: {names}.",
    "not_tested_drugs": "Arzneimittel, die sich nicht beurteilen ließen, weil ihre Gene kein"
    " Ergebnis haben: {count}.",
    "not_tested_copies": "Für {names} konnte der Test die Genkopien nicht zählen; das Ergebnis kann"
    " sich daher ändern.",
    "not_tested_rest": "Auch andere Gene, andere Arzneimittel, Alter, Krankheiten, Ernährung sowie"
    " Nieren- und Leberfunktion spielen eine Rolle. Dass ein Arzneimittel hier nicht"
    " aufgeführt ist, bedeutet nicht, dass es für Sie unbedenklich ist.",
    "keep": "Bewahren Sie diese Seite auf. Ihre Gene ändern sich nicht, das Wissen über sie schon:"
    " Fragen Sie von Zeit zu Zeit nach einem neuen Bericht.",
    "made_from": "Probe {sample}. Wissensbasis {release}.",
}
