"""Words for what supports a call and what excludes its alternative diplotypes."""

from __future__ import annotations

from typing import Final

__all__ = ["EVIDENCE_WORDS", "FUNCTIONS"]

FUNCTIONS: Final = {
    "no_function": "keine Funktion zugeordnet",
    "value": "Aktivitätswert {value}",
    "no_value": "kein Aktivitätswert",
}

EVIDENCE_WORDS: Final = {
    "fits": "Nächster Kandidat",
    "fits_other_function": "Nächster Kandidat mit anderer Funktion",
    "given": "Von anderer Methode angegeben",
    "nearest": "Ausgeschlossen",
    "nearest_other_function": "Ausgeschlossen, mit anderer Funktion",
    "alternative": "{why}: {diplotype}{functions}{chance}",
    "functions": " ({names})",
    "chance": ", {percent} der Personen mit solchen Daten",
    "alike": "{count} andere Diplotypen passen ebenso gut.",
    "alike_two": "Ein anderer Diplotyp passt ebenso gut.",
    "haplotype_default": "{name}: {answered} von {named} Positionen der Definition beantwortet, "
    "keine spricht dagegen",
    "haplotype": "{name}: {seen} von {total} Varianten gefunden: {variants}",
    "haplotype_unseen": "{name}: {seen} von {total} Varianten gefunden",
    "variant": "{needs} an {position}",
    "unknown": "nicht beantwortet: {variants}",
    "contradicted": "nicht wie in der Definition: {variants}",
    "needs": "{position}: {observed} gefunden, {needs} erforderlich",
    "phase": "{position}: {observed} gefunden, {needs} erforderlich; die Allele liegen auf den"
    " jeweils anderen Strängen",
    "or": " oder ",
    "undocumented": "ein Allel ohne Definition",
    "more_contradictions": "und an {count} weiteren Positionen",
    "would_tell": "Unterscheidbar durch den Genotyp an {names}",
    "would_tell_phase": "Unterscheidbar dadurch, welche Allele an {names} zusammenliegen",
    "cannot_tell": "Keine untersuchte Position unterscheidet ihn vom besten Kandidaten.",
    "more_positions": "{names} und {count} weitere",
}
