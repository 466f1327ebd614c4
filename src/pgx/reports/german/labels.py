"""Labels and sentences of the report"s frame."""

from __future__ import annotations

from typing import Final

__all__ = [
    "ACTIONS",
    "AUTHORITIES",
    "BUCKETS",
    "BUCKET_HINTS",
    "CERTAINTY",
    "LABELS",
    "LIMITS",
    "LIMIT_OF_PATIENT",
    "PHASED",
    "SETTINGS",
    "SOURCES",
    "STANDINGS",
    "STANDING_REASONS",
    "STATUS",
]

ACTIONS: Final = {
    "use_as_directed": "Anwendung wie üblich",
    "avoid": "Vermeiden",
    "alternative": "Alternative anwenden",
    "reduce_dose": "Dosis verringern",
    "increase_dose": "Dosis erhöhen",
    "adjust_initial_dose": "Anfangsdosis anpassen",
    "use_algorithm": "Dosis berechnen",
    "monitor": "Überwachen",
    "caution": "Mit Vorsicht anwenden",
    "test_first": "Zuerst testen",
    "no_recommendation": "Keine Empfehlung",
    "not_coded": "Noch nicht kodiert: Text lesen",
}

BUCKETS: Final = {
    "avoid": "Vermeiden oder ersetzen",
    "dose": "Dosis ändern",
    "care": "Zuerst testen, überwachen oder Vorsicht",
    "open_change": "Änderung empfohlen, Genotyp ungeklärt",
    "open_maybe": "Genotyp ungeklärt: keine Standarddosierung voraussetzen",
    "indeterminate": "Phänotyp unbestimmt: keine Standarddosierung voraussetzen",
    "open_silent": "Genotyp ungeklärt: keine Änderung bekannt",
    "conditional": "Anwendung wie üblich, mit Bedingungen",
    "information": "Zur Information: kein Befund",
    "directed": "Anwendung wie üblich",
    "silent": "Keine Empfehlung",
    "unassessed": "Nicht beurteilt",
}

BUCKET_HINTS: Final = {
    "avoid": "Das genetische Ergebnis spricht gegen das übliche Arzneimittel.",
    "dose": "Das genetische Ergebnis erfordert eine andere Dosis als die Standarddosis.",
    "care": "Das genetische Ergebnis erfordert einen Test, eine Überwachung oder Vorsicht.",
    "open_change": "Das am besten passende Ergebnis erfordert eine Änderung, die Daten lassen aber"
    " andere Ergebnisse zu. Klären Sie die offene Frage, bevor Sie sich darauf verlassen.",
    "open_maybe": "Das am besten passende Ergebnis erfordert keine Änderung, ein anderes mögliches"
    " Ergebnis oder eine andere Zahl von Genkopien aber möglicherweise schon. Dies ist keine"
    " Entwarnung.",
    "indeterminate": "Die Wirkung dieser Allele oder ihrer Kombination ist nicht bekannt. Keine"
    " Leitlinie kann dazu etwas empfehlen; was über die Allele bekannt ist, steht bei jedem"
    " Arzneimittel.",
    "open_silent": "Das am besten passende Ergebnis erfordert keine Änderung; für die anderen"
    " möglichen Ergebnisse gibt die Leitlinie keine Empfehlung. Dies ist keine Entwarnung.",
    "information": "Leitlinien empfehlen Menschen mit dem Referenzgenotyp dasselbe, oder sie"
    " sprechen nur von Menschen mit einer Krankheit, die bei dieser Person nicht bekannt ist. Das"
    " Ergebnis gibt keinen Anlass zu einer Änderung.",
    "conditional": "Übliche Anwendung mit den im Text genannten Bedingungen.",
    "directed": "Übliche Anwendung bei jedem plausiblen Genotyp. Andere Gründe zur Vorsicht bleiben"
    " davon unberührt.",
    "silent": "Die Leitlinie gibt zu diesem Ergebnis keine Empfehlung oder ist in diesem Release"
    " nicht enthalten.",
    "unassessed": "Kein Gen dieser Arzneimittel konnte beurteilt werden. Dies ist kein"
    " unauffälliges Ergebnis.",
}

CERTAINTY: Final = {
    "certain": "Eindeutig",
    "depends": "Vorläufig",
    "unknown": "Nicht beurteilt",
}

STATUS: Final = {
    "called": "Bestimmt",
    "ambiguous": "Mehrdeutig",
    "no_call": "Kein Ergebnis",
    "not_assessed": "Nicht beurteilt",
}

PHASED: Final = {
    "true": "phasiert",
    "partial": "teilweise phasiert",
    "false": "nicht phasiert",
}

AUTHORITIES: Final = {
    "CPIC": "CPIC",
    "DPWG": "DPWG",
    "FDA_LABEL": "FDA-Fachinfo",
    "FDA_TABLE": "FDA-Tabelle",
    "LOCAL": "Regel des Labors",
}

STANDINGS: Final = {
    "alone": "",
    "agree": "Die Quellen stimmen überein",
    "degree": "Die Quellen unterscheiden sich im Ausmaß",
    "contradict": "Die Quellen widersprechen einander",
}

STANDING_REASONS: Final = {
    "population": "für verschiedene Patienten",
    "genes": "nach verschiedenen Genen",
    "bins": "Ergebnisse verschieden zusammengefasst",
    "version": "aus verschiedenen Jahren",
}

SOURCES: Final = {
    "vcf": "diese Eingabe",
    "outside": "andere Methode",
    "reads": "Reads",
}

SETTINGS: Final = {
    "absent": "Position ohne Eintrag bedeutet",
    "ancestry": "Herkunft",
    "deidentified": "Namen und freie Texte weggelassen, Datumsangaben nur als Jahr",
    "drugs": "Arzneimittel",
    "genes": "Gene",
    "min_dp": "Niedrigste Lesetiefe",
    "min_gq": "Niedrigste Genotypqualität",
    "prior": "A-priori-Häufigkeiten der Bevölkerung",
    "threshold": "Wahrscheinlichkeit, ab der ein Diplotyp als bestimmt gilt",
    "untyped_sites": "Als nicht typisiert benannte Positionen",
}

LABELS: Final = {
    "title": "Pharmakogenetischer Befundbericht",
    "sample": "Probe",
    "skip": "Zur Übersicht springen",
    "sections": "Abschnitte",
    "glance": "Auf einen Blick",
    "genes": "Gene",
    "evidence": "Belege nach Gen",
    "methods": "Methoden",
    "limits": "Grenzen der Anwendung",
    "patient": "Patient",
    "current": "Aktuelle Arzneimittel",
    "medicine": "Arzneimittel",
    "other_medicines": "Geplante und abgesetzte Arzneimittel",
    "taken_now": "wird eingenommen",
    "enzymes": "Wirkung der aktuellen Arzneimittel auf Enzyme",
    "enzyme_hint": "Arzneimittel können verändern, was ein Genotyp vorhersagt. Beides ist"
    " angegeben; die Empfehlung nach dem Genotyp bleibt unverändert, die Empfehlung für die"
    " veränderte Aktivität steht daneben. Die Leitlinien (CPIC 2023) haben sich nicht auf ein"
    " Verfahren dafür geeinigt.",
    "acting": "Arzneimittel",
    "predicted": "Nach Genotyp",
    "converted": "Mit diesen Arzneimitteln",
    "with_medicines": "Mit den aktuellen Arzneimitteln ({medicines})",
    "with_brief": "mit den aktuellen Arzneimitteln: {advice}",
    "not_for_summary": "Für andere Patienten ({count})",
    "not_for_any": "Keine Empfehlung für diesen Patienten",
    "maybe_for": "gilt möglicherweise: {why}",
    "local_source": "{laboratory} (Regel des Labors)",
    "reviewed_rule": "Quelle {source}, geprüft von {reviewer}, {date}",
    "overlay": "Regeln des Labors",
    "overlay_digest": "SHA-256 der Regeln des Labors",
    "overrides": "Entscheidungen des Labors",
    "override_hint": "Hier sagt das Labor etwas anderes, als dieser Bericht berechnet hat. Beides"
    " ist angegeben; Ergebnisse und Empfehlungen bleiben so, wie sie berechnet wurden.",
    "override_of": "Entscheidung des Labors",
    "override_subject": "Gen oder Arzneimittel",
    "computed": "Berechnet",
    "laboratory_says": "Aussage des Labors",
    "because": "Grund",
    "not_in_report": "nicht Teil dieses Berichts",
    "gaps": "Was nicht beurteilt wurde",
    "no_gaps": "Jedes Gen dieses Berichts wurde bestimmt, und zu jedem Arzneimittel gibt es eine"
    " geklärte Empfehlung.",
    "gap_english": "Empfehlungen, die nur auf Englisch vorliegen und unverändert wiedergegeben"
    " sind, weil die Wissensbasis dieses Ergebnisses hier nicht vorliegt: {count}",
    "gap_genes": "Nicht beurteilte Gene: {names}",
    "gap_no_call": "Gene ohne Ergebnis, obwohl Daten vorlagen: {names}",
    "gap_copies": "Zahl der Genkopien nicht bestimmt: {names}",
    "gap_positions": "Nicht beantwortete Positionen: {missing} von {total}, in {names}",
    "gap_drugs_one": "1 Arzneimittel konnte gar nicht beurteilt werden",
    "gap_drugs": "{count} Arzneimittel konnten gar nicht beurteilt werden",
    "gap_medicines": "Nicht erkannte Arzneimittel, zu denen daher weder Empfehlungen noch"
    " Wirkungen auf Enzyme nachgeschlagen wurden: {names}",
    "gap_pending": "Leitlinie bekannt, aber nicht in diesem Release enthalten: {names}",
    "gap_old": "Die Wissensbasis war am Tag dieses Berichts {months} Monate alt, mehr als die "
    "erlaubten {limit}: Leitlinien können sich seither geändert haben.",
    "gap_newer": "Empfehlungen, die sich seit dem Stand dieses Release geändert haben: {names}",
    "newer": "{source} hat die Empfehlungen geändert ({date}); die Änderung ist nicht oder nicht"
    " vollständig in diesem Release enthalten.",
    "an_authority": "Eine Fachinstanz",
    "gap_partial": "Leitlinie nur teilweise ausgewertet: {names}",
    "drug": "Arzneimittel",
    "drug_one": "1 Arzneimittel",
    "drugs": "{count} Arzneimittel",
    "for_whom": "Für",
    "otherwise": "Andernfalls",
    "if": "bei",
    "indeterminate": "nicht bestimmbar (Indeterminate)",
    "to_dose": "{action} auf {dose}",
    "as_reference": "Wie beim Referenzgenotyp: {advice}",
    "provisional": "Vorläufig: {advice}",
    "else": "sonst: {advice}",
    "with_conditions": "Anwendung wie üblich, mit Bedingungen",
    "settle": "Zur Klärung",
    "guideline": "Leitlinie",
    "details": "Einzelheiten",
    "link": "{source}: {kind}",
    "silent_sources": "Keine Empfehlung zu diesem Ergebnis:",
    "by_source": "Empfehlungen nach Quelle",
    "of_standard": "{range} der Standarddosis",
    "below_standard": "unter {high} der Standarddosis",
    "at_most_standard": "höchstens {high} der Standarddosis",
    "above_standard": "mindestens {low} der Standarddosis",
    "gene": "Gen",
    "diplotype": "Diplotyp",
    "phenotype": "Phänotyp",
    "score": "Aktivitätsscore {score}",
    "status": "Status",
    "function": "Funktion",
    "no_function": "keine Funktion zugeordnet",
    "contains": ", enthält die Varianten von {names}",
    "value": "Aktivitätswert {value}",
    "best_of": "beste Übereinstimmung von {count} Kandidaten",
    "next": "{best}; nächster {name}",
    "probability": "{percent} der Personen mit solchen Daten",
    "or_lead": "oder: {names}",
    "copies_open": "Zahl der Genkopien nicht bestimmt",
    "residual": "Posterior-Wahrscheinlichkeit einer anderen Empfehlung: {percent} (akzeptiert)",
    "same_for_all": "für alle Kandidaten gleich",
    "agreeing": "Posterior-Wahrscheinlichkeit {percent}",
    "no_phenotype": "nicht definiert",
    "no_diplotype": "kein Ergebnis",
    "not_given": "nicht angegeben",
    "positions": "{answered} von {total} Positionen beantwortet",
    "no_positions": "keine Positionen aus dieser Eingabe",
    "from_outside": "aus anderer Methode",
    "candidates": "Kandidaten",
    "more_positions": "und {count} weitere",
    "more_candidates": "und {count} weitere",
    "rest": "nicht aufgeführt: {percent}",
    "haplotypes": "Allele",
    "findings": "Gefundene Varianten",
    "undocumented": "Allele ohne Definition",
    "notes": "Anmerkungen",
    "open": "Offene Fragen",
    "source": "Herkunft des Ergebnisses",
    "missing": "Nicht beantwortete Positionen",
    "why": "Begründung dieses Ergebnisses",
    "matched": "Was übereinstimmt",
    "alternatives": "Die nächstbesten",
    "against": "Was die Eingabe dagegen zeigt",
    "no_evidence": "Das Ergebnis beruht nicht auf Positionen dieser Eingabe.",
    "fit": "Übereinstimmung",
    "only_fit": "der einzige passende Diplotyp",
    "folded": "{count} weitere zeigen nur das Referenzallel ({sources})",
    "tested": "Untersuchte Positionen",
    "tested_summary": "Untersuchte Positionen ({count})",
    "position": "Position (GRCh38)",
    "rsid": "rsID",
    "genotype": "Genotyp",
    "found_in": "Beleg",
    "gq": "GQ",
    "gq_long": "Genotypqualität",
    "dp": "DP",
    "dp_long": "Lesetiefe",
    "remark": "Bemerkung",
    "settle_position": "Genotyp an {names}",
    "settle_positions": "Genotyp an {count} Positionen",
    "settle_phase": "ob die Varianten an {names} auf einer oder auf zwei Chromosomenkopien liegen",
    "settle_phases": "wie die Varianten an {count} Positionen auf den beiden Chromosomenkopien"
    " liegen",
    "settle_copy_number": "Zahl der Genkopien",
    "settle_genotype": "ein Ergebnis für das Gen",
    "settle_phase_of": "welche Allele gemeinsam auf einer Chromosomenkopie liegen: {names}",
    "assembly": "Genom-Assembly",
    "knowledge": "Wissensbasis",
    "release_dated": "{release} ({date})",
    "release_aged": "{release} ({date}; am Tag dieses Berichts {months} Monate alt)",
    "release_aged_one": "{release} ({date}; am Tag dieses Berichts {months} Monat alt)",
    "program": "Programm",
    "input_digest": "SHA-256 der Eingabe",
    "knowledge_digest": "SHA-256 der Wissensbasis",
    "settings": "Einstellungen",
    "made_from": "Leitlinien und Definitionen",
    "method": "Die Genotypen an den definierenden Positionen benannter Allele werden mit jedem"
    " Paar von Alleldefinitionen verglichen. Jedes passende Paar ist ein Kandidat; eine Position"
    " ohne Antwort schließt nichts aus. Phänotypen und Empfehlungen folgen für jeden Kandidaten"
    " den Tabellen der Wissensbasis; eine Empfehlung ist eindeutig, wenn die"
    " Posterior-Wahrscheinlichkeit einer anderen innerhalb der akzeptierten Grenze liegt und keine"
    " untypisierte Kernposition sie ändern könnte.",
    "marks": "Zeichen",
    "mark_certain": "dieselbe Empfehlung für jeden plausiblen Genotyp",
    "mark_depends": "Empfehlung zum wahrscheinlichsten Genotyp; ein anderer würde sie ändern",
    "mark_unknown": "kein Gen des Arzneimittels konnte beurteilt werden",
    "reviewed": "Geprüft von",
    "date": "Datum",
    "screen_only": "Die Belege zu jedem Ergebnis und die untersuchten Positionen stehen im"
    " elektronischen Bericht.",
    "page": "Seite",
    "and": " und ",
    "result_of": "{diplotype}: {said}",
}

LIMITS: Final = (
    (
        "Dieser Bericht unterstützt eine ärztliche oder pharmazeutische Entscheidung und ersetzt "
        "sie nicht. Beginnen, beenden oder ändern Sie keine Arzneimitteltherapie allein aufgrund "
        "dieses Berichts."
    ),
    (
        "Untersucht wurden nur die aufgeführten Gene und Positionen. Eine Variante an anderer "
        "Stelle, eine seltene Variante ohne Definition oder eine Strukturvariante kann ein "
        "Ergebnis verändern."
    ),
    (
        "Andere Arzneimittel, Leber- und Nierenfunktion, Alter, Gewicht und Schwangerschaft "
        "verändern das Ansprechen auf ein Arzneimittel und wurden nicht berücksichtigt."
    ),
    (
        "Leitlinien ändern sich. Die Empfehlungen sind die des oben genannten Release der "
        "Wissensbasis."
    ),
    (
        "Die Ergebnisse sind nur so gut wie die Eingabe: Die Identität der Probe und die Qualität "
        "der Sequenzierung wurden nicht geprüft."
    ),
)

LIMIT_OF_PATIENT: Final = (
    "Andere Arzneimittel, Leber- und Nierenfunktion, Alter, Gewicht und Schwangerschaft verändern"
    " das Ansprechen auf ein Arzneimittel. Sie wurden nur dort berücksichtigt, wo dieser Bericht"
    " es angibt."
)
"""Stands for the limit above where a patient file was given."""
