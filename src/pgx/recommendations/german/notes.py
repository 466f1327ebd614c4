"""What else a guideline says beside its advice."""

from __future__ import annotations

from typing import Final

__all__ = ["NOTES"]

NOTES: Final = {
    "activity_test_unreliable": "Die {0}-Aktivität in {1:dat} kann bei Diagnose einer Leukämie"
    " falsch niedrig sein und ist nach einer kürzlichen Erythrozytentransfusion unzuverlässig.",
    "algorithm_ancestry": "Bei Personen {2:dat} Herkunft zählt zusätzlich {0} (nahe {1}).",
    "allele_linked": "{0} tritt fast immer zusammen mit {1} auf.",
    "allele_alone_unclear": "Wird {0} ohne {1} und {2} gefunden, ist der Phänotyp nicht sicher.",
    "only_allele_tested": "Wurde nur {0} untersucht, spricht eine Kopie für einen Intermediate"
    " Metabolizer, zwei sprechen für einen Poor Metabolizer.",
    "also_metabolized_by": "Auch {0} werden über {1} verstoffwechselt; die Evidenz dazu ist"
    " begrenzt.",
    "aromatic_anticonvulsants": "Aromatische Antikonvulsiva sind {0}, {1}, {2}, {3}, {4}, {5} und"
    " {6}.",
    "b75_alleles": "Neben {0} tragen weitere Allele desselben Serotyps das Risiko: {1} und"
    " möglicherweise {2}.",
    "benefit_above": "Ein mäßiger zusätzlicher Nutzen zeigt sich bei Spitzenspiegeln über {0}.",
    "biallelic_myopathy": "Bei zwei pathogenen Varianten in {0} ist eine rezessive Myopathie zu"
    " erwarten; entscheiden sollte ein mit diesen Erkrankungen vertrauter Arzt.",
    "biallelic_myopathy_2": "Bei zwei pathogenen Varianten in {0} oder {1} ist eine rezessive"
    " Myopathie zu erwarten; entscheiden sollte ein mit diesen Erkrankungen vertrauter Arzt.",
    "both_intermediate": "Bei Intermediate-Metabolizer-Status für {0} und zugleich für {1} kann"
    " eine stärkere Dosisverringerung erforderlich sein als bei nur einem.",
    "check_interactions_organ_function": "Prüfen Sie zuvor Wechselwirkungen und Dosisgrenzen bei"
    " eingeschränkter Nieren- und Leberfunktion.",
    "check_interactions_organ_function_ancestry": "Prüfen Sie zuvor Wechselwirkungen und"
    " Dosisgrenzen nach Nieren- und Leberfunktion sowie Herkunft.",
    "check_interactions_organ_function_asian": "Prüfen Sie zuvor Wechselwirkungen und Dosisgrenzen"
    " nach Nieren- und Leberfunktion sowie bei asiatischer Herkunft.",
    "interactions_raise_myopathy_risk": "Wechselwirkungen können das Myopathierisiko stärker"
    " erhöhen als üblich.",
    "choose_by_goals_and_risks": "Wählen Sie nach Therapieziel und Toxizitätsrisiko.",
    "closer_with_dose_infection_stress": "Achten Sie verstärkt darauf bei hoher oder langer"
    " Dosierung, Infektion oder anderem oxidativem Stress, zum Beispiel durch mehrere Arzneimittel"
    " mit mittlerem oder niedrigem Risiko.",
    "consider_gene_and_patient_factors": "Berücksichtigen Sie auch {0}-Status, Wechselwirkungen,"
    " Alter sowie Nieren- und Leberfunktion.",
    "consider_interactions_patient_factors": "Berücksichtigen Sie Wechselwirkungen, Alter sowie"
    " Nieren- und Leberfunktion.",
    "counsel_jaundice": "Informieren Sie den Patienten, dass ein Absetzen wegen Ikterus"
    " unwahrscheinlich ist ({0}).",
    "jaundice_discontinuation": "Bei Anwendung führt ein Ikterus wahrscheinlich zum Absetzen ({0}"
    " der Patienten).",
    "evidence_with": "Die Evidenz stammt aus der Anwendung mit {0}.",
    "equivalent_booster": "Sie dürfte für {0} ebenso gelten wie für {1}.",
    "established_at_activity": "Die Sicherheit ist bei einer Enzymaktivität von {0} der normalen"
    " belegt.",
    "expresser_naming": "Anders als bei anderen Enzymen passt die Standarddosis für"
    " {0}-Poor-Metabolizer (Non-Expresser); Expresser benötigen mehr.",
    "extrapolated_from": "Die Stärke dieser Empfehlung ist von {0} extrapoliert.",
    "extrapolated_from_adults": "Aus Daten von Erwachsenen extrapoliert.",
    "extrapolated_genotype": "Aus Daten von Patienten mit {0} extrapoliert.",
    "from_malaria_guidelines": "Diese Schemata stammen aus den Malaria-Leitlinien von WHO und CDC.",
    "radical_cure": "Radikalbehandlung der Malaria durch {2}: {0} oder {1}, mit engmaschiger"
    " Überwachung auf Hämolyse.",
    "gametocytocide": "Einzeldosis gegen Gametozyten von {2}: {0} ({1}), keine Überwachung auf"
    " Hämolyse erforderlich.",
    "further_antifungal_factors": "Wechselwirkungen, Leber- und Nierenfunktion, Erregerspezies,"
    " Infektionsort, Wirkstoffspiegel und Begleiterkrankungen können weitere Änderungen erfordern.",
    "further_clinical_factors": "Wechselwirkungen oder die Leberfunktion können weitere Änderungen"
    " erfordern.",
    "genotype_needs_lower": "Bei {0} kann eine Verringerung um {1} erforderlich sein.",
    "hearing_risk_remains": "Ein Hörverlust bleibt auch ohne Risikovariante möglich, vor allem bei"
    " hohen Spiegeln oder langer Behandlung.",
    "heterozygous_needs_activity": "Bei zwei X-Chromosomen mit einem defizienten (Klasse {0}–{1})"
    " und einem nicht defizienten (Klasse {2}) Allel kann der Phänotyp normal oder defizient sein;"
    " nur die Enzymaktivität gibt darüber Auskunft.",
    "indistinguishable": "{0} und {1} lassen sich bei Kindern nicht unterscheiden.",
    "insufficient_data_medium_risk": "Zu {0}-Mangel mit chronischer Hämolyse gibt es wenige Daten,"
    " alle Arzneimittel mit mittlerem Risiko sind dabei jedoch zu vermeiden.",
    "rationale_from_deficient": "Zu {0}-Mangel mit chronischer Hämolyse fehlen Daten; die"
    " Empfehlung beruht auf {0}-Mangel ohne chronische Hämolyse.",
    "intermediate_more_adverse": "Unerwünschte Ereignisse können bei Leberfunktionsstörung oder in"
    " hohem Alter häufiger sein.",
    "latency": "Solche Reaktionen beginnen bald ({0}), meist innerhalb von {1:dat}.",
    "latency_within": "Solche Reaktionen beginnen innerhalb von {0:dat} regelmäßiger Einnahme.",
    "levels_response_limited": "Die Daten zu Spiegeln und Ansprechen sind begrenzt.",
    "likely_phenotype": "Der Phänotyp ist wahrscheinlich, aber nicht gesichert; die Empfehlung ist"
    " die für den gesicherten Phänotyp.",
    "linked_allele_slows": "Mehr Vorsicht mit {0} bei Trägern von {1}: Es wird zusammen mit {2}"
    " vererbt, und auch {3} baut {0} ab.",
    "low_standard_dose_no_reduction": "Beginnt das Schema bereits unter der üblichen Dosis, ist"
    " bei Intermediate Metabolizern möglicherweise keine Verringerung nötig.",
    "low_start_no_reduction": "Liegt die übliche Anfangsdosis bereits bei {0}, ist möglicherweise"
    " keine Verringerung nötig.",
    "usual_doses_vary": "Übliche Anfangsdosen unterscheiden sich zwischen Bevölkerungen und"
    " Schemata.",
    "maintenance_versus": "Die Erhaltungsdosis ist typischerweise {0} im Vergleich zu {1:dat}.",
    "maximum_because_qt": "Die Grenze stammt aus der US-Fachinformation (FDA; wegen"
    " QT-Verlängerung).",
    "maximum_in_groups": "Die US-Fachinformation setzt dieselbe Grenze von {0} für {2} bei"
    " {1:dat}.",
    "other_drug_maximum": "Für {0} beträgt die Grenze {1} (wegen QT-Verlängerung).",
    "myopathy_risk_above": "Das Myopathierisiko kann erhöht sein, vor allem bei mehr als {0}.",
    "myopathy_risk_at": "Das Myopathierisiko kann erhöht sein, vor allem bei {0}.",
    "negative_test_no_guarantee": "Ein negativer Test auf {0} schließt ein Stevens-Johnson-Syndrom"
    " oder eine toxische epidermale Nekrolyse unter {1} nicht aus.",
    "negative_test_predicts": "Ein negativer Test auf {0} hat für ein Stevens-Johnson-Syndrom oder"
    " eine toxische epidermale Nekrolyse unter {drug} einen negativen prädiktiven Wert von"
    " {1}; der Test ist nur für die Anwendung von {2} maßgeblich, da der Wert für andere"
    " aromatische Antikonvulsiva unter {3} liegt.",
    "no_advice_among_aromatic": "Die Evidenz für einen Zusammenhang von {0} mit anderen"
    " aromatischen Antikonvulsiva ist sehr begrenzt, keines kann daher einem anderen vorgezogen"
    " werden.",
    "other_aromatic_caution": "Für andere aromatische Antikonvulsiva ist der Zusammenhang mit {0}"
    " weniger klar; wählen Sie unter ihnen mit Vorsicht.",
    "other_aromatic_caution_list": "Für andere aromatische Antikonvulsiva ({1}) ist der"
    " Zusammenhang mit {0} weniger klar; wählen Sie unter ihnen mit Vorsicht.",
    "tolerance_does_not_carry_over": "Dass es vertragen wurde, besagt nichts über andere"
    " aromatische Antikonvulsiva.",
    "noninferior_lower_dose": "Bei nicht vorbehandelten Patienten war {0} gegenüber {1} in"
    " Kombination mit {2} nicht unterlegen, unabhängig vom {3}-Genotyp.",
    "not_evaluated_above": "Dosen über {0} wurden nicht untersucht.",
    "nvi_limited_data": "Daten zu Behandlungsergebnissen bei neurovaskulären Erkrankungen sind"
    " begrenzt; wählen Sie nach Therapieziel und Risiken.",
    "pediatric_levels_hard": "Bei Kindern mit schnellem Abbau sind therapeutische Spiegel schwer"
    " rechtzeitig zu erreichen; ein anderes Antimykotikum wirkt früher.",
    "phenotyping_test_for_start": "Soweit verfügbar, kann eine Phänotypisierung helfen, die"
    " Anfangsdosis abzuschätzen; die Zahl setzt voraus, dass sich die Effekte der Allele addieren.",
    "pill_burden": "{0} können mehr als eine Tablette am Tag erfordern; wägen Sie dies gegen den"
    " Nutzen ab.",
    "precautions_if_used": "Treffen Sie alle Vorsichtsmaßnahmen.",
    "raises_not_normalizes": "Die höhere Dosis erhöht {0}, normalisiert es aber nicht.",
    "switch_no_more_recurrence": "{0}-Poor-Metabolizer, die auf {1} umgestellt wurden, haben kein"
    " höheres Rezidivrisiko.",
    "response_related_to_level": "Poor Metabolizer sprechen besser an, vielleicht wegen höherer"
    " Spiegel {0} nach der Gabe.",
    "score_needs_copy_number": "Der {0}-Aktivitätsscore hängt von der genauen Zahl der Genkopien"
    " ab.",
    "starting_means_steady_state": "„Anfangsdosis“ ist hier die Dosis im Steady State, nicht die"
    " des ersten Tages: Patienten können mit einer niedrigen Dosis beginnen, die über mehrere Tage"
    " gesteigert wird.",
    "therapeutic_range": "Vorgeschlagener therapeutischer Bereich: {0}.",
    "add_inhibitor": "Bei Bedarf ergänzen Sie niedrig dosiertes {0}: Es hemmt {1} und damit die"
    " Umwandlung von {2} in {3}.",
    "algorithm_alleles": "Für Patienten {0:dat} Herkunft kennen Algorithmen meist nur {1} und {2};"
    " ein Allel mit verringerter Aktivität, das etwa so aktiv ist wie eines davon, kann als"
    " {3} eingegeben werden.",
    "algorithms_for_ancestry": "Für Personen {0:dat} Herkunft gibt es angepasste Algorithmen.",
    "also_metabolized": "{1} verstoffwechselt auch {0}.",
    "also_written": "Dieser Genotyp wird auch {0} geschrieben.",
    "any_genotype_of": "Dies gilt für jeden {0}-Genotyp.",
    "average_after_titration": "Bei {0} Patienten mit {1} endete die Titration im Mittel bei {2}"
    " der Standarddosis.",
    "both_intermediate_larger": "Bei Intermediate-Metabolizer-Status auch für {0} sind stärkere"
    " Verringerungen erforderlich.",
    "both_may_need_more": "Patienten mit Intermediate-Metabolizer-Status für {0} und für {1}"
    " benötigen möglicherweise eine stärkere Verringerung.",
    "calculation_files": "Es gibt Rechentabellen für orale Dosen und die entsprechenden"
    " intravenösen Dosen.",
    "carriers_consider_not_in_place_of": "Bei Trägern von {0} erwägen Sie, {drug} nicht anstelle"
    " von {1} zu verwenden.",
    "caution_if_homozygous": "Verwenden Sie es, wenn überhaupt, nur mit Vorsicht bei Personen, die"
    " bekanntermaßen oder vermutlich homozygot für eine atypische {0} sind ({1}).",
    "contraindicated_breastfeeding_infant": "Es ist kontraindiziert, wenn der"
    " Säugling einen {0}-Mangel oder einen unbekannten {0}-Status hat.",
    "contraindicated_if_status_unknown": "Es ist auch kontraindiziert, solange der {0}-Status"
    " unbekannt ist.",
    "contraindicated_in": "{0} ist kontraindiziert bei {1:dat}.",
    "data_too_few_for_dose": "Für eine Dosisempfehlung gibt es zu wenige Daten.",
    "dose_enough_for": "Diese Dosis reicht für {0} aus.",
    "effect_follows_sum": "Die Wirkung folgt vermutlich der Summe der Spiegel von {0} und {1}, die"
    " Nebenwirkungen anscheinend nicht.",
    "exact_reduction_unknown": "Wie stark die Dosis verringert werden sollte, ist nicht bekannt.",
    "figure_below_for": "Für {1} wurde bei {2:dat} ein Wert unter {0} berechnet; für einen genauen"
    " Wert reichten die Daten nicht aus.",
    "figure_by_analogy": "Der Wert von {0} ist analog zu {1} gewählt.",
    "figure_not_given": "Ein Zahlenwert ist nicht angegeben.",
    "gene_and_inhibitors_hardly_affect": "{0}: Weder {1} noch {2} haben darauf großen Einfluss.",
    "gene_same_inhibitors_not": "{0}: {1} hat etwa denselben Einfluss, {2} dagegen haben keinen"
    " Einfluss.",
    "gene_unspecified": "Die FDA spricht von {0}, ohne das Gen zu nennen; ClinPGx nimmt {1} an.",
    "genotype_algorithm": "Ein Algorithmus kann Anfangs- und Erhaltungsdosis für den Genotyp"
    " angeben.",
    "genotype_algorithm_such_as": "Ein Algorithmus wie der von {0} kann Anfangs- und"
    " Erhaltungsdosis für den Genotyp angeben.",
    "genotype_if_at_risk": "Besteht ein deutliches Risiko von {1:dat}, kann vor der"
    " Therapieentscheidung eine {0}-Genotypisierung erfolgen (Poor Metabolizer oder nicht).",
    "genotype_needs_no_change": "Der {0}-Genotyp erfordert keine Änderung.",
    "genotype_no_substitute_for": "Der Genotyp ersetzt {0} nicht.",
    "genotype_to_exceed": "Um {1} zu überschreiten, muss der {0}-Genotyp bekannt sein.",
    "graft_genotype_counts": "Neben dem Genotyp des Patienten zählt auch der Genotyp des"
    " Transplantats ({0}).",
    "indicated_for": "Es ist indiziert für {0}.",
    "inducer_lowers_exposure": "Nach einem pharmakokinetischen Modell verringert ein solcher"
    " Induktor die Exposition bei diesem Genotyp um {0}.",
    "inducer_lowers_exposure_2": "Nach einem pharmakokinetischen Modell verringert ein solcher"
    " Induktor die Exposition beim ähnlichen Genotyp {1} um {0}.",
    "inhibitors_do_not_matter": "{1}-Inhibitoren (zum Beispiel {2}) haben keinen Einfluss auf {0}.",
    "inhibitors_matter": "{1}-Inhibitoren (zum Beispiel {2}) haben auch auf {0} Einfluss.",
    "known_from_other_substrates": "Auch frühere Erfahrungen des Patienten mit anderen über {0}"
    " verstoffwechselten Arzneimitteln können auf einen Poor-Metabolizer-Status hinweisen.",
    "known_from_other_substrates_2": "Auch frühere Erfahrungen des Patienten mit anderen über {0}"
    " verstoffwechselten Arzneimitteln, zum Beispiel {1}, können auf einen"
    " Poor-Metabolizer-Status hinweisen.",
    "label_schedule_covers": "Die in der US-Fachinformation festgelegte Titration und Überwachung"
    " berücksichtigt Unterschiede bei {0}.",
    "larger_reduction_if_also": "Bei zusätzlichem Intermediate- oder Poor-Metabolizer-Status für"
    " {0} ist eine stärkere Verringerung erforderlich.",
    "levels_times_versus": "Bei gleicher Dosis betragen die Wirkstoffspiegel das {0}-Fache ({1} im"
    " Vergleich zu {2:dat}).",
    "limit_share_of_usual": "Die Grenze beträgt {0} der üblichen Höchstdosis.",
    "limits_toxicity": "Dies soll eine Toxizität verhindern, die weitere Gaben einschränken würde.",
    "lower_dose_effect_uncertain": "Was eine niedrigere Dosis bewirkt, ist ungewiss: Die gesamte"
    " Schmerzlinderung ändert sich mit dem Verhältnis von Wirkstoff zu aktivem Metaboliten.",
    "lower_dose_may_lose_effect": "Ob eine niedrigere Dosis die Nebenwirkungen beenden und die"
    " Wirkung erhalten kann, ist nicht bekannt.",
    "maternal_history_too": "Hörschäden durch {0} in der mütterlichen Linie zählen in gleicher"
    " Weise.",
    "metabolism_does_not_involve": "{1} ist am Abbau von {0} nicht beteiligt.",
    "metabolite_total_not_for_dose": "Die Summe der {0}-Metaboliten eignet sich nicht zur"
    " Steuerung der Dosis: Toxizität tritt schon in dem Bereich auf, der für Patienten ohne"
    " Varianten passt.",
    "more_caution_above": "Besondere Vorsicht oberhalb von {0} (zum Beispiel {1}).",
    "more_caution_with": "Besondere Vorsicht bei {0:dat}.",
    "most_tolerate_normal_dose": "Die meisten Patienten vertragen die übliche Dosis gut; einige"
    " benötigen weniger wegen {0}.",
    "myopathy_likelier_than_at_lower": "Nach Angaben der FDA ist eine Myopathie mit {0}"
    " wahrscheinlicher als mit niedrigeren Dosen.",
    "no_breastfeeding": "Vom Stillen während der Behandlung wird abgeraten.",
    "no_dose_advice_because_of_ratio": "Eine bestimmte Dosis kann nicht empfohlen werden: Die"
    " gesamte Schmerzlinderung ändert sich mit dem Verhältnis von Wirkstoff zu aktivem"
    " Metaboliten.",
    "no_dose_advice_for": "Für {0} wird keine Dosisempfehlung gegeben.",
    "no_dose_given": "Die US-Fachinformation nennt keine Dosis für dieses Ergebnis.",
    "no_reduction_below_doses": "Bei Dosen unterhalb von {0} {1} oder {2} {3} ist keine"
    " Verringerung erforderlich.",
    "no_supported_dose_change": "Veröffentlichte Daten stützen keine bestimmte Dosisänderung.",
    "no_supported_dose_reduction": "Veröffentlichte Daten stützen keine bestimmte niedrigere"
    " Dosis.",
    "not_part_of_lookup": "{0} ist nicht Teil dieser Abfrage.",
    "only_pharmacokinetic_effect": "Die FDA-Tabelle nennt nur einen Einfluss auf die"
    " Pharmakokinetik.",
    "only_safety_response_effect": "Die FDA-Tabelle nennt nur einen Einfluss auf Sicherheit oder"
    " Ansprechen.",
    "others_lower_risk": "Auch hier ist unter {0} das Risiko von {1:dat} erhöht, aber um den Faktor"
    " {2} niedriger als unter {drug}.",
    "parent_alone_works": "Bei {0:dat} wirkt nur {1}, Nebenwirkungen verursachen aber sowohl {1}"
    " als auch {2}.",
    "people_who_know_should_tell": "Personen {1:dat} Herkunft, die aus einem Test wissen, dass sie"
    " {0} tragen, sollen dies allen Behandelnden mitteilen.",
    "poor_metabolizers_reach_level_at": "In Studien konnten Poor Metabolizer mit {1} einen"
    " ausreichenden {0}-Spiegel erreichen.",
    "reduction_in_advance_unproven": "Bei {0:dat} ist nicht bekannt, ob eine Dosisverringerung im"
    " Voraus ebenso gut wirkt wie eine Verringerung wegen Toxizität.",
    "reduction_may_cost_effect": "Ob eine Verringerung bei {0:dat} die Nebenwirkungen beenden und"
    " die Wirkung erhalten kann, ist nicht bekannt.",
    "related_drugs_measure_activity": "Für {0} wird empfohlen, die verbleibende {1}-Aktivität in"
    " {2:dat} zu messen und die Anfangsdosis danach festzulegen.",
    "related_drugs_measure_activity_genotype": "Für {0} wird empfohlen, die verbleibende"
    " {1}-Aktivität in {2:dat} zu messen und die Anfangsdosis nach Phänotyp und Genotyp"
    " festzulegen.",
    "related_drugs_start": "Für {0} wird ein Beginn mit {1} der üblichen Dosis empfohlen.",
    "related_drugs_start_then_adjust": "Für {0} wird ein Beginn mit {1} der üblichen Dosis"
    " empfohlen, danach eine Anpassung nach Toxizität und Wirkung.",
    "risk_factors_include": "Zu den Risikofaktoren gehören {0}.",
    "risk_with_other_sjs_ten_drugs": "Auch andere Arzneimittel, die mit Stevens-Johnson-Syndrom"
    " oder toxischer epidermaler Nekrolyse in Verbindung stehen, können bei Trägern schwere"
    " Hautreaktionen wahrscheinlicher machen.",
    "said_of": "Die US-Fachinformation sagt dies von {0:dat}.",
    "same_with": "Dasselbe gilt bei {0:dat}.",
    "screen_before_start": "Vor der ersten oder einer erneuten Behandlung sollten alle auf {0}"
    " untersucht werden, sofern kein Ergebnis vorliegt.",
    "see_label": "Dosen: siehe US-Fachinformation (FDA).",
    "see_label_monitoring": "Dosen und Überwachung: siehe US-Fachinformation (FDA).",
    "seems_less_dependent_on": "{0} scheint weniger von {1} abzuhängen.",
    "small_part_no_difference": "{1} ist am Abbau von {0} nur wenig beteiligt und beeinflusst"
    " dessen {2} nicht.",
    "standard_algorithm_from_day": "Ab Tag {0} kann der übliche Algorithmus ohne Genotyp verwendet"
    " werden.",
    "study_mean_doses": "In einer Studie mit {0} endete die Titration im Mittel bei {1} der"
    " üblichen Dosis für {2} Patienten mit {3} und bei {4} für {5} mit {6}.",
    "study_trough_levels": "In einer Studie ({3}) hatten nach {1:dat} {2} Patienten ({4}), die mit"
    " {5} begannen, einen medianen Talspiegel von {0} (Ziel {6}).",
    "therapeutic_levels_for": "Therapeutische Spiegel bei {0:dat}: {1} {2}, dazu {3} {4}.",
    "therapeutic_range_sum": "Therapeutischer Bereich: {0} für {1} zusammen.",
    "therapeutic_range_sum_for": "Therapeutischer Bereich bei {2:dat}: {0} für {1} zusammen.",
    "tolerated_by_one": "{0} mit {1} der üblichen Dosis ({2}) wurde von einem Patienten mit"
    " folgendem Befund vertragen: {3}.",
    "too_little_evidence_for_dose": "Bei {0:dat} gibt es zu wenig Literatur zu diesem Phänotyp für"
    " eine gut begründete Dosisanpassung.",
    "toxic_level": "{0}: Spiegel über {1} gelten als toxisch.",
    "toxic_sum_above": "Mehr als {0} von {1} zusammen gelten als toxisch.",
    "variants_compare": "Varianten in {0} und in {1} verändern die Toxizität in ähnlichem Maß.",
    "variants_matter_less": "Varianten in {1} haben auf {0} weniger Einfluss.",
    "warning_without_dose": "Die US-Fachinformation warnt und nennt keine Dosis.",
    "weaker_effect_seen": "Bei {0:dat} wurde mit diesem Ergebnis eine schwächere Wirkung"
    " beobachtet.",
    "weigh_benefit_risk": "Wägen Sie vor der Anwendung Nutzen und Risiko ab.",
    "weigh_risk_factors": "Berücksichtigen Sie weitere Risikofaktoren für {0}.",
    "weigh_risk_of_alternatives": "Auch die Risiken anderer Arzneimittel müssen abgewogen werden.",
    "worst_forms_not_seen": "Die schwersten Formen ({1}) wurden unter {0} nicht beobachtet.",
    "elimination_depends_on": "Die Elimination von {0} hängt von {1:dat} ab.",
    "elimination_independent_of": "Die Elimination von {0} ist unabhängig von {1:dat}.",
    "examples_of": "{0} sind zum Beispiel {1}.",
    "figure_below_calculated": "Für {1} wurde ein Wert unter {0} berechnet; für einen genauen Wert"
    " reichten die Daten nicht aus.",
    "less_metabolized_than": "{1} verstoffwechselt auch {0}, aber weniger als {2}.",
    "levels_reached_at": "Bei {0:dat} wurden therapeutische Spiegel erreicht mit {1}.",
    "levels_too_low_with": "Bei Kombination mit {0:dat} können die Wirkstoffspiegel so weit sinken,"
    " dass es nicht wirken kann.",
    "no_data_in": "Es fehlen Daten zu Spiegeln und Wirkung bei {0:dat}.",
    "no_reduction_below_doses_for": "Bei {4:dat} ist für Dosen unterhalb von {0} {1} oder {2} {3}"
    " keine Verringerung erforderlich.",
    "normal_dose_means": "Übliche Dosis bedeutet hier die Dosis, die für den Patienten ohne"
    " Variante geeignet wäre.",
    "response_better_at": "Mit {0} (höchstens {1}) sprechen {2} besser an: alle {3} davon"
    " innerhalb von {6:dat}, dagegen {4} der Patienten {5}.",
    "share_of_start_and_maximum_with": "Die Grenze bei Kombination mit {0:dat} beträgt {1} der"
    " üblichen Anfangsdosis und {2} der mit einem solchen Inhibitor üblichen Höchstdosis.",
    "shares_of_start_and_maximum": "Diese Anfangsdosis beträgt {0} der üblichen, die Grenze {1}"
    " der üblichen Höchstdosis.",
    "side_effects_mostly_within": "Nebenwirkungen beginnen meist innerhalb der ersten {0}.",
    "similar_risk_with": "Unter {0} ist das Risiko von {1:dat} etwa gleich.",
    "study_dose_sufficed": "Bei {0} Patienten ({1}) reichten {2} ({3} der Standarddosis) für"
    " therapeutische Spiegel und für weniger oder keine Nebenwirkungen.",
    "therapeutic_levels_of": "Therapeutische Spiegel von {0}: {1}.",
    "dose_advice_only_for": "Die Dosisempfehlung der FDA gilt nur für {0}.",
    "no_dose_change_in": "Bei {0:dat} ist keine Dosisänderung erforderlich.",
    "two_reduced_alleles_measure": "Tragen beide {0}-Kopien eine Variante mit verringerter"
    " Funktion, ergibt der Genotyp allein keine Dosis: Messen Sie zuerst die {1}-Aktivität oder"
    " vermeiden Sie {drug}.",
    "annotated_as_other_drug": "{0} zählt diesen Text zu denen, die ein anderes Arzneimittel"
    " verlangen.",
    "result_leaves_open": "Dieses Ergebnis lässt offen, ob {0} vorliegt.",
    "local_note": "{0:own}",
    "no_phenotype_of_either": "Weder ein {0}- noch ein {1}-Phänotyp konnte zugeordnet werden.",
    "if_none_suits_tell_benign": "Eignet sich kein anderes Arzneimittel, erklären Sie dem"
    " Patienten, dass {0} harmlos sind, keine Leberschädigung anzeigen und auch nach langer"
    " Anwendung zurückgehen.",
    "if_none_suits_tell_of_alternatives": "Erklären Sie auch die Nachteile der anderen"
    " Arzneimittel.",
    "less_metabolized_by": "{0} werden weniger von {1} abgebaut.",
    "algorithm_below_age": "Unter {0} kann der Algorithmus von {1} Anfangs- und Erhaltungsdosis"
    " angeben; ab diesem Alter wird er nicht empfohlen, da er eine INR über dem Zielbereich"
    " wahrscheinlicher macht.",
    "carriers_weigh_risk": "Bei Trägern von {0} wägen Sie das weitere Risiko von {1:dat} gegen"
    " den Nutzen ab; eine niedrigere Dosis verringert es wahrscheinlich nicht.",
    "adding_helps_stay_below": "Zum Beispiel hilft zusätzliches {0}, unter der Grenze zu bleiben.",
}
