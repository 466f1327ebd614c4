"""Arguments of coded facts: what stands in the gaps of phrases.

An argument without a term of its own is put together from those of its parts; what is
left are amounts, see `amounts`.
"""

# ruff: noqa: E501 (a key is a whole argument)
from __future__ import annotations

from typing import Final

__all__ = ["DATIVES", "TERMS"]

TERMS: Final = {
    "(East) Asian or African": "(ost)asiatisch oder afrikanisch",
    "African": "afrikanisch",
    "Asian": "asiatisch",
    "Caucasian": "kaukasisch",
    "*1/*2 or *1/*3": "*1/*2 oder *1/*3",
    "2 mg by mouth once a day from day 6 on": "2 mg oral einmal täglich ab Tag 6",
    "1 mg by mouth once a day from day 5 on": "1 mg oral einmal täglich ab Tag 5",
    "15 mg/day (weight ≥45 kg) or 7.5 mg/day (weight <45 kg) by mouth, divided": "15 mg/Tag"
    " (Gewicht ≥45 kg) oder 7,5 mg/Tag (Gewicht <45 kg) oral, aufgeteilt",
    "15 mg/day by mouth, divided into three": "15 mg/Tag oral, aufgeteilt auf 3 Gaben",
    "8.9 mg once a day (adults) or 4.45 mg once a day (children, 40 kg)": "8,9 mg einmal täglich"
    " (Erwachsene) oder 4,45 mg einmal täglich (Kinder, 40 kg)",
    "at least 75 mg/day in total": "insgesamt mindestens 75 mg/Tag",
    "10 mg/day from 12 years of age, and under 12 years to 0.05 mg/kg/day and at most 2 mg/day": "10"
    " mg/Tag ab 12 Jahren, unter 12 Jahren auf 0,05 mg/kg/Tag und höchstens 2 mg/Tag",
    "10 mg/day, or to 300 mg/month": "10 mg/Tag oder auf 300 mg/Monat",
    "16 mg/day from 12 years of age, and under 12 years to 0.08 mg/kg/day and at most 3 mg/day": "16"
    " mg/Tag ab 12 Jahren, unter 12 Jahren auf 0,08 mg/kg/Tag und höchstens 3 mg/Tag",
    "4 mg/day (adults) or 0.05 mg/kg (children)": "4 mg/Tag (Erwachsene) oder 0,05 mg/kg (Kinder)",
    "0.75 mg/kg once weekly for 8 weeks (WHO)": "0,75 mg/kg einmal wöchentlich über 8 Wochen (WHO)",
    "45 mg once weekly for 8 weeks (CDC)": "45 mg einmal wöchentlich über 8 Wochen (CDC)",
    "1 tablet a day, in the morning": "1 Tablette am Tag, morgens",
    "1.5 times the usual dose": "das 1,5-Fache der üblichen Dosis",
    "2.5 times the standard dose": "das 2,5-Fache der Standarddosis",
    "10 times higher": "10-fach höher",
    "12 mg/day by mouth for adults and for children aged 15 years or more who weigh 51 kg or more": "12"
    " mg/Tag oral für Erwachsene und für Kinder ab 15 Jahren mit einem Gewicht ab 51 kg",
    "6 mg/day by mouth for children aged 15 years or more under 51 kg": "6 mg/Tag oral für Kinder"
    " ab 15 Jahren unter 51 kg",
    "75 mg every two weeks into the muscle": "75 mg alle 2 Wochen intramuskulär",
    "150 mg at intervals of 5 days": "150 mg im Abstand von 5 Tagen",
    "150 mg at intervals of 5 days, each third one left out": "150 mg im Abstand von 5 Tagen,"
    " wobei jede dritte Gabe entfällt",
    "2/3 of the usual dose in 1/3 of patients and at 1/3 of it in 2/3 of them": "2/3 der üblichen"
    " Dosis bei 1/3 der Patienten und mit 1/3 davon bei 2/3 der Patienten",
    "300 mg a month in one injection, at the start and afterwards": "300 mg im Monat als eine"
    " Injektion, zu Beginn und danach",
    "720 mg every 2 months in one injection": "720 mg alle 2 Monate als eine Injektion",
    "60 mg (2.4 mL), which is also the maximum": "60 mg (2,4 ml), zugleich die Höchstdosis",
    "5 mg four times a day (at bedtime and 30 minutes ahead of every meal)": "5 mg 4-mal täglich"
    " (vor dem Schlafengehen und 30 Minuten vor jeder Mahlzeit)",
    "5 mg four times a day (at bedtime and 30 minutes ahead of every meal) or 10 mg three times a day": "5"
    " mg 4-mal täglich (vor dem Schlafengehen und 30 Minuten vor jeder Mahlzeit) oder 10 mg 3-mal"
    " täglich",
    "50 mg/m² as an intravenous infusion of 90 minutes to start with and, as tolerated, 70 mg/m² in later cycles": "50"
    " mg/m² als intravenöse Infusion über 90 Minuten zu Beginn und, je nach Verträglichkeit, 70"
    " mg/m² in späteren Zyklen",
    "50, 100, 200 and 500 µg, then 1, 5, 10, 25, 50 and 100 mg": "50, 100, 200 und 500 µg, dann 1,"
    " 5, 10, 25, 50 und 100 mg",
    "50–100% higher": "50–100 % höher",
    "about 10 mg/kg/day in capsules (100 mg/day from 7 to 14 kg, 150 mg/day from 14 to 17 kg), which is 50–75% of the usual dose": "etwa"
    " 10 mg/kg/Tag als Kapseln (100 mg/Tag von 7 bis 14 kg, 150 mg/Tag von 14 bis 17 kg), das sind"
    " 50–75 % der üblichen Dosis",
    "by weight group 20 or 40 mg/day": "je nach Gewichtsgruppe 20 oder 40 mg/Tag",
    "less than about 1 in 20": "weniger als etwa 1 von 20",
    "with 2 fully active alleles": "mit 2 voll aktiven Allelen",
    "day 21": "Tag 21",
    "12 months": "12 Monate",
    "5-fluorouracil": "5-Fluorouracil",
    "A combination product": "Kombinationspräparat",
    "Ascor in GENE1 deficiency": "Ascor bei GENE1-Mangel",
    "GENE1 deficiency": "GENE1-Mangel",
    "GENE1 deficiency that is mild or moderate": "leichter oder mittelschwerer GENE1-Mangel",
    "DPD deficiency": "DPD-Mangel",
    "GENE1 ultrarapid metabolizers": "GENE1-Ultrarapid-Metabolizer",
    "GENE1 and GENE2 inhibitors": "GENE1- und GENE2-Inhibitoren",
    "GENE1 inhibitor and no strong inducer of GENE1": "GENE1-Inhibitor und keinen starken"
    " GENE1-Induktor",
    "GENE1 inhibitors": "GENE1-Inhibitoren",
    "GENE1 or GENE2 inhibitor that is moderate or strong and no strong inducer of GENE1": "mäßigen"
    " oder starken GENE1- oder GENE2-Inhibitor und keinen starken GENE1-Induktor",
    "GENE1 inhibitors (verapamil, diltiazem, amiodarone and others)": "GENE1-Inhibitoren"
    " (Verapamil, Diltiazem, Amiodaron und andere)",
    "GENE1 non-expressers": "GENE1-Non-Expresser",
    "Camptosar, alone or combined": "Camptosar (allein oder in Kombination)",
    "Children under 40 kg on a single-drug product": "Kinder unter 40 kg mit einem Monopräparat",
    "H. pylori infection and erosive esophagitis": "H.-pylori-Infektion und erosiver Ösophagitis",
    "Helicobacter pylori eradication": "Helicobacter-pylori-Eradikation",
    "INR above 4": "INR über 4",
    "Moderate GENE1 inhibitors": "Mäßige GENE1-Inhibitoren",
    "Strong GENE1 inhibitors": "Starke GENE1-Inhibitoren",
    "Strong GENE1 inducers": "Starke GENE1-Induktoren",
    "Weak GENE1 inhibitors": "Schwache GENE1-Inhibitoren",
    "GENE1 poor metabolizers": "GENE1-Poor-Metabolizer",
    "GENE1 intermediate metabolizers": "GENE1-Intermediate-Metabolizer",
    "O-desmethylvenlafaxine": "O-Desmethylvenlafaxin",
    "GENE1 inhibitor": "GENE1-Inhibitor",
    "DRESS and SJS/TEN": "DRESS und SJS/TEN",
    "TEN and SJS/TEN overlap": "TEN und SJS/TEN-Überlappung",
    "Plasmodium vivax or Plasmodium ovale": "Plasmodium vivax oder Plasmodium ovale",
    "Table 1": "Tabelle 1",
    "Table 2": "Tabelle 2",
    "The same patients with a body mass index above 25": "Dieselben Patienten mit einem"
    " Body-Mass-Index über 25",
    "Z-hydroxy nortriptyline or Z-hydroxy amitriptyline": "Z-Hydroxynortriptylin oder"
    " Z-Hydroxyamitriptylin",
    "Z-hydroxynortriptyline": "Z-Hydroxynortriptylin",
    "a GENE1 inhibitor": "ein GENE1-Inhibitor",
    "a GENE1 inhibitor of moderate or strong effect": "einen mäßigen oder starken GENE1-Inhibitor",
    "a GENE1 inhibitor that is weak or moderate": "ein schwacher oder mäßiger GENE1-Inhibitor",
    "a GENE1 inhibitor, moderate or strong": "ein mäßiger oder starker GENE1-Inhibitor",
    "a DPD activity that is 0.5% of the usual": "DPD-Aktivität von 0,5 % der üblichen",
    "a DPD activity too low to detect": "nicht nachweisbare DPD-Aktivität",
    "a gradual lowering of heart rate": "allmähliche Senkung der Herzfrequenz",
    "a high arterial or venous risk of thrombosis or thromboembolism in women, such as a known hypercoagulopathy (inherited or acquired)": "hohes"
    " arterielles oder venöses Thrombose- oder Thromboembolierisiko bei Frauen, zum Beispiel eine"
    " bekannte Thromboseneigung (erblich oder erworben)",
    "a moderate GENE1 inhibitor (such as amiodarone or fluconazole)": "ein mäßiger GENE1-Inhibitor"
    " (zum Beispiel Amiodaron oder Fluconazol)",
    "a moderate inhibitor of GENE1": "ein mäßiger GENE1-Inhibitor",
    "a single-drug product": "Monopräparat",
    "a strong GENE1 inhibitor": "ein starker GENE1-Inhibitor",
    "a strong inducer of GENE1": "ein starker GENE1-Induktor",
    "a strong inhibitor of GENE1": "ein starker GENE1-Inhibitor",
    "a strong inhibitor of GENE1 (such as clarithromycin or itraconazole)": "ein starker"
    " GENE1-Inhibitor (zum Beispiel Clarithromycin oder Itraconazol)",
    "a tendency to malignant hyperthermia": "eine Anlage zur malignen Hyperthermie",
    "a weak inhibitor of GENE1": "ein schwacher GENE1-Inhibitor",
    "adults": "Erwachsene",
    "adverse reactions": "Nebenwirkungen",
    "all other cases": "alle anderen Fälle",
    "all other indications": "alle anderen Indikationen",
    "aminoglycosides": "Aminoglykoside",
    "an active infection, hemolysis in the past, or further drugs that can set off hemolysis": "aktive"
    " Infektion, frühere Hämolyse oder weitere Arzneimittel, die eine Hämolyse auslösen können",
    "aniline": "Anilin",
    "another antidepressant": "ein anderes Antidepressivum",
    "antiarrhythmic": "Antiarrhythmikum",
    "antidepressant": "Antidepressivum",
    "antipsychotic": "Antipsychotikum",
    "antiphospholipid syndrome, ATIII deficiency, factor V Leiden and chronic liver disease": "Antiphospholipidsyndrom,"
    " Antithrombin-III-Mangel, Faktor-V-Leiden und chronische Lebererkrankung",
    "anxiety and obsessive-compulsive disorder": "Angst- und Zwangsstörungen",
    "anxiety disorders": "Angststörungen",
    "anxiety disorders and obsessive-compulsive disorder": "Angst- und Zwangsstörungen",
    "anxiety, insomnia, sedation, depression, parkinsonism, akathisia or other adverse reactions": "Angst,"
    " Schlaflosigkeit, Sedierung, Depression, Parkinsonismus, Akathisie oder anderen"
    " Nebenwirkungen",
    "as low as possible": "so niedrig wie möglich",
    "ascorbic acid and sodium ascorbate": "Ascorbinsäure und Natriumascorbat",
    "asymptomatic bradycardia": "asymptomatische Bradykardie",
    "at least 20% and up to 60%": "mindestens 20 % und bis zu 60 %",
    "azathioprine and mercaptopurine": "Azathioprin und Mercaptopurin",
    "bad sore throat with fever, frequent nosebleeds and easy bruising": "starke Halsschmerzen mit"
    " Fieber, häufiges Nasenbluten und Neigung zu Blutergüssen",
    "easy bruising, frequent nosebleeds or fever with a severe sore throat": "Neigung zu"
    " Blutergüssen, häufiges Nasenbluten oder Fieber mit starken Halsschmerzen",
    "blood pressure": "Blutdruck",
    "blood pressure control": "die Blutdruckeinstellung",
    "both a GENE1 inhibitor and a GENE2 inhibitor (each moderate or strong)": "ein GENE1-Inhibitor"
    " zusammen mit einem GENE2-Inhibitor (jeweils mäßig oder stark)",
    "bradycardia and orthostatic hypotension": "Bradykardie und orthostatische Hypotonie",
    "bradycardia with symptoms": "symptomatische Bradykardie",
    "carbamazepine, hypericum, phenobarbital, phenytoin, rifabutin and rifampicin": "Carbamazepin,"
    " Johanniskraut, Phenobarbital, Phenytoin, Rifabutin und Rifampicin",
    "cardiotoxic Z-10-hydroxy metabolites": "kardiotoxische Z-10-Hydroxymetaboliten",
    "cardiotoxic Z-10-hydroxynortriptyline": "kardiotoxisches Z-10-Hydroxynortriptylin",
    "cardiotoxic hydroxy metabolites": "kardiotoxischer Hydroxymetaboliten",
    "its cardiotoxic hydroxy metabolite": "seines kardiotoxischen Hydroxymetaboliten",
    "possibly cardiotoxic hydroxy metabolites": "möglicherweise kardiotoxischer Hydroxymetaboliten",
    "children": "Kinder",
    "children (40 kg)": "Kinder (40 kg)",
    "children and adults who weigh 40 kg or more": "Kinder und Erwachsene ab 40 kg",
    "children from 12 years": "Kinder ab 12 Jahren",
    "children on pain-relieving doses": "Kinder unter schmerzlindernden Dosen",
    "children under 3 years": "Kinder unter 3 Jahren",
    "children with intermediate metabolism": "Kinder mit Intermediate-Metabolizer-Status",
    "chorea": "die Chorea",
    "clinical vigilance": "klinische Wachsamkeit",
    "vigilance": "Wachsamkeit",
    "vigilance and care of the patient": "Wachsamkeit und Betreuung des Patienten",
    "codeine sulfate tablets": "Codeinsulfat-Tabletten",
    "cough": "Husten",
    "cystic fibrosis": "Mukoviszidose",
    "depression": "Depression",
    "desmethylclomipramine": "Desmethylclomipramin",
    "diarrhea or low counts of leukocytes, neutrophils or platelets": "Diarrhö oder niedrige"
    " Zahlen von Leukozyten, Neutrophilen oder Thrombozyten",
    "down to 400 mg/day or 200 mg/day": "bis hinunter auf 400 mg/Tag oder 200 mg/Tag",
    "dyspepsia": "Dyspepsie",
    "endoxifen": "Endoxifen",
    "erythrocytes": "Erythrozyten",
    "extensive metabolizers": "Extensive Metabolizer",
    "factor V Leiden": "Faktor-V-Leiden",
    "first 2 cycles": "in den ersten 2 Zyklen",
    "first month": "im ersten Monat",
    "gastroesophageal reflux": "gastroösophagealer Reflux",
    "gastroparesis in diabetes, acute and recurrent": "diabetische Gastroparese (akut und"
    " rezidivierend)",
    "gene activity 1": "Genaktivität 1",
    "genotype 1/1236A": "Genotyp 1/1236A",
    "genotype 1/2846T": "Genotyp 1/2846T",
    "grade 2": "Grad 2",
    "half": "die Hälfte",
    "heart failure": "Herzinsuffizienz",
    "heart failure (lower LVEF)": "Herzinsuffizienz (verringerte LVEF)",
    "hemoglobin M disease, and in smokers": "Hämoglobin-M-Krankheit sowie bei Rauchern",
    "hepatic impairment, use with a GENE1 inhibitor, or age over 60 years": "Leberfunktionsstörung,"
    " gleichzeitiger Anwendung eines GENE1-Inhibitors oder einem Alter über 60 Jahren",
    "heterozygous expresser": "heterozygoter Expresser",
    "heterozygous expressers": "heterozygote Expresser",
    "homozygous expresser": "homozygoter Expresser",
    "homozygous expressers": "homozygote Expresser",
    "hypercoagulopathy, inherited or acquired": "erbliche oder erworbene Thromboseneigung",
    "hypotension": "Hypotonie",
    "immunosuppression": "Immunsuppression",
    "immunosuppression and leukemia": "Immunsuppression und Leukämie",
    "intermediate-metabolizer adults": "Erwachsene mit Intermediate-Metabolizer-Status",
    "juvenile rheumatoid arthritis": "juvenile rheumatoide Arthritis",
    "kidney function": "Nierenfunktion",
    "kidney impairment of any degree (severe, moderate or mild), mild liver impairment, or both": "Nierenfunktionsstörung"
    " jeden Grades (schwer, mittelschwer oder leicht), leichter Leberfunktionsstörung oder"
    " beidem",
    "kidney or liver impairment": "Nieren- oder Leberfunktionsstörung",
    "kidney transplants": "Nierentransplantationen",
    "leukemia": "Leukämie",
    "liver": "Leber",
    "liver enzymes, bilirubin or both": "Leberenzyme, Bilirubin oder beides",
    "local anesthetic": "ein Lokalanästhetikum",
    "malignant hyperthermia": "maligne Hyperthermie",
    "methemoglobinemia, idiopathic or congenital": "idiopathische oder angeborene"
    " Methämoglobinämie",
    "moderate": "mäßig",
    "moderate and strong": "mäßige und starke",
    "strong to weak": "starke bis schwache",
    "mononuclear cells of peripheral blood": "mononukleäre Zellen des peripheren Blutes",
    "peripheral blood mononuclear cells": "periphere mononukleäre Blutzellen",
    "much higher": "viel höher",
    "muscle symptoms": "Muskelbeschwerden",
    "myelosuppression": "Myelosuppression",
    "neuropathic pain": "neuropathische Schmerzen",
    "neutrophil count": "Neutrophilenzahl",
    "obsessive-compulsive disorder": "Zwangsstörung",
    "obsessive-compulsive disorder and anxiety disorders": "Zwangsstörung und Angststörungen",
    "on the skin": "auf der Haut",
    "systemically": "systemisch",
    "one": "eine",
    "three": "3",
    "one adult with reduced kidney function on two GENE1 inhibitors": "ein Erwachsener mit"
    " verringerter Nierenfunktion unter 2 GENE1-Inhibitoren",
    "one or more dose levels": "eine oder mehrere Dosisstufen",
    "one quarter": "ein Viertel",
    "one quarter of the normal dose": "ein Viertel der üblichen Dosis",
    "one sixth": "ein Sechstel",
    "one third": "ein Drittel",
    "other indications": "andere Indikationen",
    "other transplants": "andere Transplantationen",
    "pain": "Schmerzen",
    "pain relief": "Schmerzlinderung",
    "patients with reduced-activity alleles": "Patienten mit Allelen verringerter Aktivität",
    "patients without such impairment (as in normal metabolizers)": "Patienten ohne solche"
    " Funktionsstörung (wie bei Normal Metabolizern)",
    "peak (1–2 hours after a dose)": "Spitzenspiegel (1–2 Stunden nach der Gabe)",
    "people without any DPD activity": "Personen ohne jede DPD-Aktivität",
    "percutaneous coronary intervention, TIA or stroke": "perkutane Koronarintervention, TIA oder"
    " Schlaganfall",
    "plasma cholinesterase": "Plasma-Cholinesterase",
    "poor and intermediate metabolizers": "Poor und Intermediate Metabolizer",
    "poor, intermediate and normal metabolizers": "Poor, Intermediate und Normal Metabolizer",
    "poor appetite, stomach pain, vomiting, constipation, sleeplessness or early awakening, sleepiness, irritability, itching and wide pupils": "Appetitlosigkeit,"
    " Bauchschmerzen, Erbrechen, Verstopfung, Schlaflosigkeit oder frühes Erwachen, Schläfrigkeit,"
    " Reizbarkeit, Juckreiz und weite Pupillen",
    "prothrombin 20210A, factor V Leiden, and deficiency of protein S, protein C or antithrombin": "Prothrombin"
    " 20210A, Faktor-V-Leiden sowie Mangel an Protein S, Protein C oder Antithrombin",
    "quinidine toxicity": "Chinidin-Toxizität",
    "rash, slurred speech, ataxia, sedation or nystagmus": "Hautausschlag, verwaschene Sprache,"
    " Ataxie, Sedierung oder Nystagmus",
    "slurred speech, ataxia, sedation, nystagmus or rash (the last above all in Asian patients)": "verwaschene"
    " Sprache, Ataxie, Sedierung, Nystagmus oder Hautausschlag (letzterer vor allem bei Patienten"
    " asiatischer Herkunft)",
    "reduced kidney function or GENE1 inhibitors": "verringerte Nierenfunktion oder"
    " GENE1-Inhibitoren",
    "respiratory depression, drowsiness, nausea, vomiting, confusion, retention of urine or constipation": "Atemdepression,"
    " Schläfrigkeit, Übelkeit, Erbrechen, Verwirrtheit, Harnverhalt oder Verstopfung",
    "side effects": "Nebenwirkungen",
    "statin myopathy": "Statin-Myopathie",
    "sulfonylureas": "Sulfonylharnstoffe",
    "tenofovir and emtricitabine": "Tenofovir und Emtricitabin",
    "the fall in heart rate": "Senkung der Herzfrequenz",
    "the provocation test that diagnoses Brugada syndrome": "Provokationstest zur Diagnose eines"
    " Brugada-Syndroms",
    "the transdermal system in women": "das transdermale System bei Frauen",
    "the usual levels at steady state": "die üblichen Spiegel im Steady State",
    "tonsillectomy or adenoidectomy": "Tonsillektomie oder Adenotomie",
    "toxicity": "Toxizität",
    "use on the skin": "Anwendung auf der Haut",
    "uses other than diagnosing Brugada syndrome": "andere Anwendungen als die Diagnose eines"
    " Brugada-Syndroms",
    "hypericum": "Johanniskraut",
    "goldenseal": "Kanadische Gelbwurz (Hydrastis canadensis)",
    "halogenated volatile anesthetics": "halogenierte Inhalationsanästhetika",
    "liposomal amphotericin B": "liposomales Amphotericin B",
    "aspirin with dipyridamole": "Acetylsalicylsäure mit Dipyridamol",
    "single-drug product": "Monopräparat",
    "clomipramine and desmethylclomipramine": "Clomipramin und Desmethylclomipramin",
    "O-desmethylvenlafaxine and venlafaxine": "O-Desmethylvenlafaxin und Venlafaxin",
    "lupus erythematosus caused by the drug": "arzneimittelinduzierter Lupus erythematodes",
    "proton pump inhibitor": "Protonenpumpenhemmer",
    "Other proton pump inhibitors": "Andere Protonenpumpenhemmer",
    "life-threatening skin reactions": "lebensbedrohliche Hautreaktionen",
    "bradycardia": "Bradykardie",
    "beta-blocker": "Betablocker",
    "10 mg/day, 300 mg/month or 720 mg/2 months": "10 mg/Tag, 300 mg/Monat oder 720 mg/2 Monate",
    "blood disorders and diarrhea, earlier too": "Blutbildveränderungen und Durchfall, auch früher",
    "jaundice and hyperbilirubinemia": "Ikterus und Hyperbilirubinämie",
    "hyperbilirubinemia": "Hyperbilirubinämie",
    "kidney impairment, liver impairment, or both": "Nierenfunktionsstörung, Leberfunktionsstörung oder beidem",
    "CYP3A inhibitors, kidney impairment and liver impairment": "CYP3A-Inhibitoren, Nieren- und Leberfunktionsstörung",
    "ezetimibe": "Ezetimib",
    "grade 2 or worse": "Grad 2 oder höher",
    "liver impairment": "Leberfunktionsstörung",
    "beta-blockers": "Betablocker",
    "moderate or strong": "mäßig stark oder stark",
    "erlotinib": "Erlotinib",
    "life-threatening": "lebensbedrohlich",
}

DATIVES: Final = {
    "(East) Asian or African": "(ost)asiatischer oder afrikanischer",
    "African": "afrikanischer",
    "Asian": "asiatischer",
    "Caucasian": "kaukasischer",
    "a gradual lowering of heart rate": "allmählicher Senkung der Herzfrequenz",
    "an active infection, hemolysis in the past, or further drugs that can set off hemolysis": "aktiver"
    " Infektion, früherer Hämolyse oder weiteren Arzneimitteln, die eine Hämolyse auslösen können",
    "cardiotoxic Z-10-hydroxy metabolites": "kardiotoxischen Z-10-Hydroxymetaboliten",
    "cardiotoxic Z-10-hydroxynortriptyline": "kardiotoxischem Z-10-Hydroxynortriptylin",
    "kidney function": "der Nierenfunktion",
    "neutrophil count": "der Neutrophilenzahl",
    "12 months": "12 Monaten",
    "GENE1 ultrarapid metabolizers": "GENE1-Ultrarapid-Metabolizern",
    "GENE1 non-expressers": "GENE1-Non-Expressern",
    "GENE1 poor metabolizers": "GENE1-Poor-Metabolizern",
    "GENE1 intermediate metabolizers": "GENE1-Intermediate-Metabolizern",
    "a GENE1 inhibitor": "einem GENE1-Inhibitor",
    "a GENE1 inhibitor that is weak or moderate": "einem schwachen oder mäßigen GENE1-Inhibitor",
    "a GENE1 inhibitor, moderate or strong": "einem mäßigen oder starken GENE1-Inhibitor",
    "a high arterial or venous risk of thrombosis or thromboembolism in women, such as a known hypercoagulopathy (inherited or acquired)": "hohem"
    " arteriellem oder venösem Thrombose- oder Thromboembolierisiko bei Frauen, zum Beispiel durch"
    " eine bekannte Thromboseneigung (erblich oder erworben)",
    "a moderate GENE1 inhibitor (such as amiodarone or fluconazole)": "einem mäßigen"
    " GENE1-Inhibitor (zum Beispiel Amiodaron oder Fluconazol)",
    "a moderate inhibitor of GENE1": "einem mäßigen GENE1-Inhibitor",
    "a strong GENE1 inhibitor": "einem starken GENE1-Inhibitor",
    "a strong inducer of GENE1": "einem starken GENE1-Induktor",
    "a strong inhibitor of GENE1": "einem starken GENE1-Inhibitor",
    "a strong inhibitor of GENE1 (such as clarithromycin or itraconazole)": "einem starken"
    " GENE1-Inhibitor (zum Beispiel Clarithromycin oder Itraconazol)",
    "a weak inhibitor of GENE1": "einem schwachen GENE1-Inhibitor",
    "adults": "Erwachsenen",
    "all other cases": "allen anderen Patienten",
    "all other indications": "allen anderen Indikationen",
    "aminoglycosides": "Aminoglykosiden",
    "both a GENE1 inhibitor and a GENE2 inhibitor (each moderate or strong)": "einem"
    " GENE1-Inhibitor und zugleich einem GENE2-Inhibitor (jeweils mäßig oder stark)",
    "bradycardia with symptoms": "symptomatischer Bradykardie",
    "children": "Kindern",
    "children (40 kg)": "Kindern (40 kg)",
    "children and adults who weigh 40 kg or more": "Kindern und Erwachsenen ab 40 kg",
    "children from 12 years": "Kindern ab 12 Jahren",
    "children on pain-relieving doses": "Kindern unter schmerzlindernden Dosen",
    "children under 3 years": "Kindern unter 3 Jahren",
    "gastroesophageal reflux": "gastroösophagealem Reflux",
    "gastroparesis in diabetes, acute and recurrent": "diabetischer Gastroparese (akut und"
    " rezidivierend)",
    "half": "der Hälfte",
    "hypercoagulopathy, inherited or acquired": "erblicher oder erworbener Thromboseneigung",
    "juvenile rheumatoid arthritis": "juveniler rheumatoider Arthritis",
    "malignant hyperthermia": "maligner Hyperthermie",
    "methemoglobinemia, idiopathic or congenital": "idiopathischer oder angeborener"
    " Methämoglobinämie",
    "mononuclear cells of peripheral blood": "mononukleären Zellen des peripheren Blutes",
    "peripheral blood mononuclear cells": "peripheren mononukleären Blutzellen",
    "neuropathic pain": "neuropathischen Schmerzen",
    "one adult with reduced kidney function on two GENE1 inhibitors": "einem Erwachsenen mit"
    " verringerter Nierenfunktion unter 2 GENE1-Inhibitoren",
    "other indications": "anderen Indikationen",
    "other transplants": "anderen Transplantationen",
    "percutaneous coronary intervention, TIA or stroke": "perkutaner Koronarintervention, TIA oder"
    " Schlaganfall",
    "sulfonylureas": "Sulfonylharnstoffen",
    "the provocation test that diagnoses Brugada syndrome": "dem Provokationstest zur Diagnose"
    " eines Brugada-Syndroms",
    "use on the skin": "der Anwendung auf der Haut",
    "uses other than diagnosing Brugada syndrome": "anderen Anwendungen als der Diagnose eines"
    " Brugada-Syndroms",
    "life-threatening skin reactions": "lebensbedrohlichen Hautreaktionen",
    "kidney impairment, liver impairment, or both": "Nierenfunktionsstörung, Leberfunktionsstörung oder beidem",
}
"""Datives of terms, by the English term."""
