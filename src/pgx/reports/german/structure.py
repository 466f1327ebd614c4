"""Words for copies and hybrids of a gene."""

from __future__ import annotations

from typing import Final

__all__ = ["STRUCTURE"]

STRUCTURE: Final = {
    "title": "Kopien und Hybride",
    "balances": "Reads beider Allele, wo diese verschieden sind",
    "brief": "{copies}, aus: {source}",
    "brief_not_assessed": "Kopien und Hybride nicht bestimmt",
    "not_assessed": "Nicht bestimmt: {reason}",
    "not_assessed_plain": "Nicht bestimmt",
    "reason_code": "Grund {code}",
    "reason": {
        "alternative_contigs": "Reads des Gens sind an alternative Contigs aligniert",
        "conflict": "was Lesetiefe, Reads der Allele und Einträge zu Strukturvarianten zeigen,"
        " passt zu keiner bekannten Struktur",
        "depth_too_low": "die Lesetiefe ist zu gering, um Kopien zu zählen",
        "depth_uneven": "die Lesetiefe ist zu ungleichmäßig, um Kopien zu zählen",
        "no_normaliser": "die Datei enthält keine anderen Reads, mit denen sich die Lesetiefe"
        " vergleichen ließe",
        "no_panel_windows": "die Eingabe enthält keine Lesetiefe an den Stellen, deren übliche"
        " Tiefe bekannt ist",
        "other_assembly": "die üblichen Lesetiefen sind für ein anderes Genom-Assembly bekannt als"
        " das der Eingabe",
    },
    "source": {
        "depth": "Lesetiefe der gVCF-Datei",
        "reads": "Reads",
        "records": "Strukturvarianten der Eingabe",
    },
    "copies_none": "keine Kopie",
    "copies_one": "1 Kopie",
    "copies": "{count} Kopien",
    "whole_none": "keine Kopie",
    "whole_one": "1 ganze Kopie",
    "whole": "{count} ganze Kopien",
    "hybrid_one": "1 Hybrid {name}",
    "hybrid": "{count} Hybride {name}",
    "and": " und ",
    "chance": "{what} ({percent})",
    "else": "{first}, sonst {others}",
    "more": "{count} weitere",
    "from": "Aus: {source}",
    "panel": "Vergleichswerte {name}",
    "depth": "für zwei Kopien sind {reads} Reads zu erwarten",
    "controls": "{count} Kontrollfenster",
    "noise": "Rauschen {percent} %",
    "balance": "{position}: {reference} Reads der Referenz, {alternative} des anderen Allels"
    " ({percent})",
}
