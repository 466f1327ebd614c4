"""One sentence for each stable code; the codes are listed in ``docs/reference/notes.md``."""

from __future__ import annotations

from typing import Final

__all__ = ["EVIDENCE", "NOTES", "REASONS"]

NOTES: Final = {
    "ad_contradicts_gt": "An einigen Positionen sprechen die Reads für einen anderen Genotyp als"
    " den angegebenen; beide zählen, keiner gilt als gesichert.",
    "ambiguous_base": "An einigen Positionen ist eine Base als Mehrdeutigkeitscode geschrieben;"
    " diese Positionen gelten als unbekannt.",
    "candidates_not_all_listed": "Es passen mehr Diplotypen, als aufgeführt sind.",
    "causal_variant_alone": "Ein Haplotyp trägt die Variante, die die Funktion eines Allels"
    " ändert, aber nicht dessen übrige Varianten. Die Wirkung der Variante zählt; das Ergebnis"
    " bleibt offen.",
    "combination_or_partial": "Kein einzelnes benanntes Allel erklärt, was auf einer"
    " Chromosomenkopie liegt; es ist als Kombination angegeben.",
    "conflict": "Einträge zu einer Position widersprechen einander; die Position gilt als"
    " unbekannt.",
    "copy_number_conflict": "Was die Eingabe über Genkopien aussagt, widerspricht ihren Genotypen;"
    " das Ergebnis bleibt offen.",
    "copy_number_from_depth": "Die Zahl der Genkopien und Hybridgene wurde aus der Lesetiefe der"
    " Eingabe bestimmt.",
    "copy_number_from_reads": "Die Zahl der Genkopien und Hybridgene wurde aus Reads bestimmt.",
    "copy_number_from_records": "Die Zahl der Genkopien stammt aus Strukturvarianten, die in der"
    " Eingabe genannt sind.",
    "copy_number_not_assessed": "Die Zahl der Genkopien und Hybridgene wurden nicht bestimmt;"
    " angenommen werden zwei intakte Kopien.",
    "copy_number_uncertain": "Mehr als eine Zahl von Genkopien oder Hybridgenen ist möglich; die"
    " genannte ist die wahrscheinlichste.",
    "filtered": "Einige Positionen haben die Filter der Eingabe nicht bestanden; diese Positionen"
    " gelten als unbekannt.",
    "haploid_in_female": "Einige Positionen haben ein Allel, obwohl das Geschlecht weiblich ist;"
    " diese Positionen gelten als unbekannt.",
    "haploid_on_autosome": "Einige Positionen haben ein Allel auf einem Chromosom, das bei allen"
    " Menschen zweifach vorliegt; diese Positionen gelten als unbekannt.",
    "heteroplasmy": "Heteroplasmie: An einer mitochondrialen Position wurden beide Allele gefunden;"
    " das veränderte zählt.",
    "heteroplasmy_below_limit": "Einige Reads an einer mitochondrialen Position zeigen das"
    " veränderte Allel, aber weniger als 5 % oder weniger als 3 Reads; sie zählen nicht.",
    "indel_not_excluded": "An einigen Positionen lässt sich mit der Eingabe eine Insertion oder"
    " Deletion nicht ausschließen; diese Positionen gelten als unbekannt.",
    "likelihoods_weighed": "Genotypen niedriger Qualität wurden danach gewichtet, wie"
    " wahrscheinlich die Reads sie jeweils machen.",
    "local_definitions": "Das Gen oder eines seiner Allele ist vom Labor definiert, nicht durch"
    " das Release der Wissensbasis.",
    "low_dp": "Einige Positionen haben zu wenige Reads; diese Positionen gelten als unbekannt.",
    "low_gp": "Einige Genotypen sind mit zu niedriger Wahrscheinlichkeit oder Imputationsqualität"
    " imputiert; diese Positionen gelten als unbekannt.",
    "low_gq": "Einige Positionen haben eine zu niedrige Genotypqualität; diese Positionen gelten"
    " als unbekannt.",
    "male_heterozygous": "Einige Positionen haben zwei Allele, obwohl das Geschlecht männlich ist;"
    " diese Positionen gelten als unbekannt.",
    "mixed_ploidy": "Positionen mit einem und mit zwei Allelen kommen gemischt vor, und das"
    " Geschlecht ist nicht angegeben; das Gen gilt als unbekannt.",
    "no_depth": "Die Eingabe enthält weder Lesetiefe noch Genotypqualität; die Genotypen wurden"
    " übernommen, wie sie angegeben sind.",
    "no_phenotype_defined": "Für dieses Ergebnis ist kein Phänotyp definiert; die Leitlinien"
    " verwenden den Genotyp.",
    "no_position_answered": "Die Eingabe beantwortet keine Position dieses Gens: kein Eintrag,"
    " kein Referenzblock oder keiner, der zählt.",
    "only_reads_given": "Nur Reads sind angegeben, und dieses Gen wird nicht aus Reads bestimmt;"
    " die Varianten (VCF) mit angeben.",
    "outside_call_contradicts_vcf": "Die Varianten der Eingabe können nicht zu dem Ergebnis"
    " gehören, das eine andere Methode geliefert hat; das gelieferte Ergebnis zählt.",
    "outside_call_needed": "Dieses Gen lässt sich aus kleinen Varianten nicht bestimmen; ein"
    " Ergebnis einer anderen Methode ist erforderlich.",
    "paralogue_reads": "An einigen Positionen können Reads eines ähnlichen Gens für die dieses Gens"
    " gehalten worden sein; was sie nicht klären, gilt als unbekannt.",
    "null_allele": "Eines der typisierten Allele ist ein Null-Allel (Suffix N): Es wird nicht"
    " exprimiert und zählt nicht als vorhanden.",
    "outside_call_no_result": "Eine andere Methode hat für dieses Gen kein Ergebnis geliefert; das"
    " Ergebnis hier ist das dieser Eingabe.",
    "outside_call_not_assigned": "Eine andere Methode konnte die Allele dieses Gens nicht den"
    " beiden Chromosomenkopien zuordnen; das Ergebnis hier ist das dieser Eingabe.",
    "outside_call_not_passed": "Eine andere Methode kennzeichnet ihr eigenes Ergebnis für dieses"
    " Gen als nicht verlässlich; das Ergebnis hier ist das dieser Eingabe.",
    "outside_call_not_understood": "Das Ergebnis einer anderen Methode nennt ein Allel, das die"
    " Wissensbasis nicht kennt; das Ergebnis hier ist das dieser Eingabe.",
    "outside_call_novel_allele": "Eine andere Methode hat ein Allel dieses Gens gefunden, das"
    " keinen Namen hat; das Ergebnis hier ist das dieser Eingabe.",
    "ploidy": "Einige Positionen haben eine unerwartete Zahl von Allelen; diese Positionen gelten"
    " als unbekannt.",
    "core_position_missing": "Eine Position eines Allels, das ein Test unterscheiden sollte, ist"
    " unbekannt, und nichts anderes in der Eingabe klärt dies.",
    "rests_on_prior": "Die Daten lassen mehr als ein Ergebnis offen; das genannte ist nach der"
    " Häufigkeit seiner Allele in Bevölkerungen das wahrscheinlichste.",
    "ref_mismatch": "An einigen Positionen stimmt die Referenzbase der Eingabe nicht mit der des"
    " Genom-Assemblys überein; diese Positionen gelten als unbekannt.",
    "required_position_missing": "Eine Position, ohne die das Gen nicht bestimmt werden sollte,"
    " ist unbekannt.",
    "sex_unknown": "Das Geschlecht ist nicht angegeben; die Zahl der Allele wurde übernommen, wie"
    " sie angegeben ist.",
    "spanning_deletion": "Eine Deletion, die kein benanntes Allel hat, überdeckt eine Position.",
    "structural_variant": "Die Eingabe enthält eine Strukturvariante über dem Gen, die unsicher"
    " oder kein bekanntes Allel ist; das Ergebnis aus kleinen Varianten bleibt offen.",
    "substitute_site_conflict": "Die entscheidende Position und ihre Ersatzposition widersprechen"
    " einander; die entscheidende Position zählt.",
    "substitute_site_used": "Die entscheidende Position ist unbekannt; verwendet wurde eine"
    " Position, die fast immer mit ihr übereinstimmt.",
    "untyped_sites": "Einige Positionen sind als von diesem Call-Set nicht typisiert benannt; sie"
    " gelten als unbekannt.",
}

REASONS: Final = {
    "ad_contradicts": "Reads widersprechen dem Genotyp",
    "unreadable": "Qualität oder Tiefe ist keine Zahl",
    "ambiguous_base": "mehrdeutige Base",
    "conflict": "Einträge widersprechen einander",
    "filtered": "Filter nicht bestanden",
    "half_call": "ein Allel nicht bestimmt",
    "haploid_on_autosome": "ein Allel, wo zwei erwartet werden",
    "indel_not_excluded": "Insertion oder Deletion nicht ausgeschlossen",
    "low_dp": "zu wenige Reads",
    "low_gp": "imputierter Genotyp nicht sicher genug",
    "low_gq": "Genotypqualität zu niedrig",
    "male_heterozygous": "zwei Allele bei männlichem Geschlecht",
    "no_genotype": "kein Genotyp bestimmt",
    "no_record": "kein Eintrag",
    "paralogue": "Reads eines ähnlichen Gens",
    "ploidy": "unerwartete Zahl von Allelen",
    "ref_mismatch": "abweichende Referenzbase",
    "untyped": "vom Call-Set nicht typisiert",
}

EVIDENCE: Final = {
    "assumed_reference": "Referenz angenommen",
    "none": "keiner",
    "record": "Eintrag",
    "reference_block": "Referenzblock",
}
