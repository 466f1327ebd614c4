"""Arguments of conditions of advice: terms and their datives, as in `terms`."""

# ruff: noqa: E501 (a key is a whole argument)
from __future__ import annotations

from typing import Final

__all__ = ["CONDITION_DATIVES", "CONDITION_TERMS"]

CONDITION_TERMS: Final = {
    "8.9 mg once a day (adults) or 4.45 mg once a day (children)": "8,9 mg einmal täglich"
    " (Erwachsene) oder 4,45 mg einmal täglich (Kinder)",
    "17.8 mg once a day (adults and children of 40 kg or more) or 8.9 mg once a day (children under 40 kg)": "17,8"
    " mg einmal täglich (Erwachsene und Kinder ab 40 kg) oder 8,9 mg einmal täglich (Kinder unter"
    " 40 kg)",
    "a thiopurine": "ein Thiopurin",
    "an opioid": "ein Opioid",
    "an aromatase inhibitor": "ein Aromatasehemmer",
    "children of 40 kg or more": "Kinder ab 40 kg",
    "children under 40 kg": "Kinder unter 40 kg",
    "kidney impairment": "Nierenfunktionsstörung",
    "kidney, heart, lung or stem-cell": "Niere, Herz, Lunge oder Stammzellen",
    "mild liver impairment": "leichte Leberfunktionsstörung",
    "moderate or strong": "mäßig oder stark",
    "percutaneous coronary intervention": "perkutane Koronarintervention",
    "poor metabolizer": "Poor Metabolizer",
    "strong": "stark",
    "stroke": "Schlaganfall",
    "transient ischemic attack": "transitorische ischämische Attacke",
    "the malaria regimens of expert guidelines": "die Malaria-Schemata der Expertenleitlinien",
    "weak": "schwach",
}

CONDITION_DATIVES: Final = {
    "children of 40 kg or more": "Kindern ab 40 kg",
    "children under 40 kg": "Kindern unter 40 kg",
    "mild liver impairment": "leichter Leberfunktionsstörung",
    "percutaneous coronary intervention": "perkutaner Koronarintervention",
    "transient ischemic attack": "transitorischer ischämischer Attacke",
    "the malaria regimens of expert guidelines": "den Malaria-Schemata der Expertenleitlinien",
}
