"""Arguments of coded facts: patterns for amounts, units and cases."""

from __future__ import annotations

from typing import Final

__all__ = ["DATIVE_PATTERNS", "PATTERNS"]

PATTERNS: Final = {
    r"(?<=\d)\.(?=\d)": r",",
    r"(?<=\d)%": "\u00a0%",
    r"\bby mouth\b": r"oral",
    r"\bonce a day\b": r"einmal täglich",
    r"\btwice a day\b": r"zweimal täglich",
    r"\bonce weekly\b": r"einmal wöchentlich",
    r"\bfour times a day\b": r"4-mal täglich",
    r"\bthree times a day\b": r"3-mal täglich",
    r"\b(\d+)-hourly\b": r"alle \1 Stunden",
    r"/day\b": r"/Tag",
    r"/month\b": r"/Monat",
    r"\ba day\b": r"am Tag",
    r"\ba month\b": r"im Monat",
    r"\bmcg\b": r"µg",
    r"mL\b": r"ml",
    r"\bdays a week\b": r"Tagen pro Woche",
    r"\bdays\b": r"Tage",
    r"\bday (?=\d)": r"Tag ",
    r"\bweeks\b": r"Wochen",
    r"\bmonths\b": r"Monate",
    r"\byears of age\b": r"Jahre",
    r"\byears\b": r"Jahre",
    r"\bhours after a dose\b": r"Stunden nach der Gabe",
    r"\bhours\b": r"Stunden",
    r"\bminutes\b": r"Minuten",
    r"\bgrade (?=\d)": r"Grad ",
    r"\bat least\b": r"mindestens",
    r"\bat most\b": r"höchstens",
    r"\bless than\b": r"weniger als",
    r"\babout\b": r"etwa",
    r"\band up to\b": r"und bis zu",
    r"\bper 1000\b": r"pro 1000",
    r"\bin total\b": r"insgesamt",
    r"\bas tablets\b": r"als Tabletten",
    r"\bas drops\b": r"als Tropfen",
    r"\bin a single dose\b": r"als Einzeldosis",
    r"\bin one injection\b": r"als eine Injektion",
    r"\bof the usual dose\b": r"der üblichen Dosis",
    r"\bof the normal dose\b": r"der üblichen Dosis",
    r"\babove (?=\d)": r"über ",
    r"\bbelow (?=\d)": r"unter ",
    r"\bdown to (?=\d)": r"bis hinunter auf ",
    r"(?<=\d) in (?=\d)": r"von ",
    r"(?<=\d) of (?=\d)": r"von ",
    r"\bis (?=\*|CC|TT)": r"",
    r"(?<=[CT]) is (?=C|T)": r" ",
    r", then (?=\d)": r", dann ",
    r", and (?=\w)": r"und ",
    r"\band\b": r"und",
    r"\bor\b": r"oder",
    r"\bpoor metabolizers\b": r"Poor Metabolizer",
    r"\bultrarapid metabolizers\b": r"Ultrarapid Metabolizer",
    r"\bintermediate metabolizers\b": r"Intermediate Metabolizer",
    r"\bnormal metabolizers\b": r"Normal Metabolizer",
    r"\binhibitors\b": r"Inhibitoren",
    r"\bmoderate or strong\b": r"mäßig oder stark",
    r"\bother\b": r"andere",
}
"""Regular expressions for amounts and units, applied in this order."""

DATIVE_PATTERNS: Final = {
    r"\bTage\b": r"Tagen",
    r"\bMonate\b": r"Monaten",
    r"\bJahre\b": r"Jahren",
    r"Metabolizer\b": r"Metabolizern",
    r"Inhibitoren\b": r"Inhibitoren",
    r"\bKinder\b": r"Kindern",
    r"\bPersonen\b": r"Personen",
}
"""Regular expressions that turn a term into its dative, where none is listed."""
