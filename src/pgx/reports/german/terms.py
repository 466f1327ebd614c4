"""Terms of results: phenotypes, functions, strengths; what CPIC calls them stands in brackets."""

from __future__ import annotations

from typing import Final

__all__ = ["EFFECTS", "FUNCTION_TERMS", "PHENOTYPES", "SETTING_VALUES", "STRENGTHS"]

PHENOTYPES: Final = {
    "Poor Metabolizer": "langsamer Metabolisierer (Poor Metabolizer)",
    "Intermediate Metabolizer": "intermediärer Metabolisierer (Intermediate Metabolizer)",
    "Normal Metabolizer": "normaler Metabolisierer (Normal Metabolizer)",
    "Rapid Metabolizer": "schneller Metabolisierer (Rapid Metabolizer)",
    "Ultrarapid Metabolizer": "ultraschneller Metabolisierer (Ultrarapid Metabolizer)",
    "Likely Poor Metabolizer": "wahrscheinlich langsamer Metabolisierer (Likely Poor Metabolizer)",
    "Likely Intermediate Metabolizer": "wahrscheinlich intermediärer Metabolisierer (Likely"
    " Intermediate Metabolizer)",
    "Possible Intermediate Metabolizer": "möglicherweise intermediärer Metabolisierer (Possible"
    " Intermediate Metabolizer)",
    "Normal Function": "normale Funktion (Normal Function)",
    "Decreased Function": "verringerte Funktion (Decreased Function)",
    "Possible Decreased Function": "möglicherweise verringerte Funktion (Possible Decreased"
    " Function)",
    "Increased Function": "erhöhte Funktion (Increased Function)",
    "Poor Function": "stark verringerte Funktion (Poor Function)",
    "Normal": "normal",
    "Variable": "variabel",
    "Deficient": "Mangel (Deficient)",
    "Deficient with CNSHA": "Mangel mit chronischer nichtsphärozytärer hämolytischer Anämie"
    " (Deficient with CNSHA)",
    "Indeterminate": "nicht bestimmbar (Indeterminate)",
    "Uncertain Susceptibility": "ungewisse Anfälligkeit (Uncertain Susceptibility)",
    "Malignant Hyperthermia Susceptibility": "Anlage zur malignen Hyperthermie (Malignant"
    " Hyperthermia Susceptibility)",
    "ivacaftor responsive in CF patients": "Ansprechen auf Ivacaftor bei Mukoviszidose",
    "ivacaftor non-responsive in CF patients": "kein Ansprechen auf Ivacaftor bei Mukoviszidose",
    "normal risk of aminoglycoside-induced hearing loss": "normales Risiko eines"
    " Aminoglykosid-bedingten Hörverlusts",
    "increased risk of aminoglycoside-induced hearing loss": "erhöhtes Risiko eines"
    " Aminoglykosid-bedingten Hörverlusts",
    "uncertain risk of aminoglycoside-induced hearing loss": "ungewisses Risiko eines"
    " Aminoglykosid-bedingten Hörverlusts",
}

FUNCTION_TERMS: Final = {
    "Normal function": "normale Funktion",
    "Decreased function": "verringerte Funktion",
    "Increased function": "erhöhte Funktion",
    "No function": "keine Funktion",
    "Factor V Leiden positive": "Faktor-V-Leiden positiv",
    "Factor V Leiden negative": "Faktor-V-Leiden negativ",
    "Prothrombin 20210A positive": "Prothrombin 20210A positiv",
    "Prothrombin 20210A negative": "Prothrombin 20210A negativ",
    "Uncertain function": "ungewisse Funktion",
    "Unknown function": "unbekannte Funktion",
    "I/Deficient with CNSHA": "Klasse I, Mangel mit CNSHA",
    "II/Deficient": "Klasse II, Mangel",
    "III/Deficient": "Klasse III, Mangel",
    "IV/Normal": "Klasse IV, normal",
    "Favorable response allele": "Allel mit günstigem Ansprechen",
    "Unfavorable response allele": "Allel mit ungünstigem Ansprechen",
    "Higher coumarin sensitivity": "höhere Cumarin-Empfindlichkeit",
    "Normal coumarin sensitivity": "normale Cumarin-Empfindlichkeit",
    "Malignant Hyperthermia associated": "mit maligner Hyperthermie assoziiert",
    "ivacaftor responsive": "Ansprechen auf Ivacaftor",
    "ivacaftor non-responsive": "kein Ansprechen auf Ivacaftor",
    "Normal risk of aminoglycoside-induced hearing loss": "normales Risiko eines"
    " Aminoglykosid-bedingten Hörverlusts",
    "Increased risk of aminoglycoside-induced hearing loss": "erhöhtes Risiko eines"
    " Aminoglykosid-bedingten Hörverlusts",
    "Uncertain risk of aminoglycoside-induced hearing loss": "ungewisses Risiko eines"
    " Aminoglykosid-bedingten Hörverlusts",
}

STRENGTHS: Final = {
    "Strong": "stark",
    "Moderate": "moderat",
    "Optional": "optional",
    "No recommendation": "keine Empfehlung",
}

SETTING_VALUES: Final = {
    "all": "alle",
    "average": "Mittel der Bevölkerungen (average)",
    "inferred": "aus den Daten geschlossen (inferred)",
    "recorded": "wie angegeben (recorded)",
    "population": "Bevölkerung (population)",
    "none": "keine (none)",
    "no-call": "unbekannt (no-call)",
    "reference": "Referenz (reference)",
}

EFFECTS: Final = {
    "inhibitor": "Inhibitor",
    "strong inhibitor": "starker Inhibitor",
    "moderate inhibitor": "mäßiger Inhibitor",
    "weak inhibitor": "schwacher Inhibitor",
    "strong inducer": "starker Induktor",
    "moderate inducer": "mäßiger Induktor",
    "weak inducer": "schwacher Induktor",
}
