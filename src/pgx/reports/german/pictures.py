"""Words of the report's pictures, and of searching and filtering it."""

from __future__ import annotations

from typing import Final

__all__ = ["PICTURES"]

PICTURES: Final = {
    "find": "Arzneimittel oder Gen suchen",
    "find_group": "Anzeigen",
    "find_all": "Alle Arzneimittel",
    "found": "{shown} von {total} Arzneimitteln angezeigt",
    "matrix": "Arzneimittel nach Gen",
    "matrix_hint": "Ein Zeichen steht bei jedem Gen, auf dessen Ergebnis die Empfehlung zu einem "
    "Arzneimittel beruht; bei mehreren Genen kann die Empfehlung alle erfordern. Arzneimittel ohne "
    "empfohlene Änderung sind weggelassen.",
    "matrix_part": "Arzneimittel nach Gen: {first} bis {last}",
    "matrix_line": "{drug}: {cells}",
    "matrix_cell": "{gene} ({what})",
    "matrix_open": "Vorläufig",
    "scale": "Aktivitätsscore von {gene}",
    "scale_of": "Nach Genotyp: {score}, {phenotype}.",
    "scale_others": "Auch möglich: {scores}.",
    "scale_converted": "Mit den aktuellen Arzneimitteln: {score}.",
    "scale_bands": "Bereiche: {bands}.",
    "scale_band": "{phenotype} {range}",
    "range_point": "{low}",
    "range_closed": "{low} bis {high}",
    "range_open_low": "über {low} bis {high}",
    "range_below": "{low} bis unter {high}",
    "range_between": "über {low} bis unter {high}",
    "range_from": "{low} und mehr",
    "range_above": "über {low}",
    "mark_own": "Genotyp",
    "mark_possible": "auch möglich",
    "mark_converted": "mit Arzneimitteln",
    "frequency": "Wie häufig die Allele sind, {gene}",
    "frequency_short": "Wie häufig die Allele sind",
    "frequency_hint": "gezählte Chromosomen, 95-%-Intervall",
    "frequency_cell": "{group} {count} von {total} ({low}–{high} %)",
    "frequency_line": "{allele}: {cells}.",
    "posterior": "Kandidaten von {gene}",
    "posterior_short": "Wie wahrscheinlich die Kandidaten sind",
    "posterior_line": "{diplotype}: {percent}",
    "posterior_rest": "andere ({count})",
    "copies": "Kopien entlang {gene}",
    "copies_hint": "GRCh38, Millionen Basenpaare; Exons und Introns maßstäblich, die Lücke "
    "zwischen den Genen ausgelassen",
    "copies_axis": "Kopien",
    "copies_seen": "gemessen, ± Standardabweichung",
    "copies_expected": "nach dem wahrscheinlichsten Modell erwartet",
    "copies_exon": "Exon",
    "copies_line": "{gene}: {cells}.",
    "copies_cell": "Exon {exon}: {seen} Kopien gemessen, {expected} erwartet",
    "copies_unseen": "Exon {exon} nicht gemessen",
    "copies_windows": "{count} Fenster",
    "copies_no_windows": "nicht gemessen",
    "percent": "{number} %",
    "decimal": ",",
    "group_AFR": "Afrika",
    "group_AMR": "Amerika",
    "group_EAS": "Ostasien",
    "group_EUR": "Europa",
    "group_SAS": "Südasien",
}
