"""Headings of the Excel workbook; widths of columns are in characters."""

from __future__ import annotations

from typing import Final

__all__ = ["COLUMNS", "FILLS", "SHEETS", "SIGNS", "TEXTS"]

SHEETS: Final = {
    "summary": "summary",
    "recommendations": "recommendations",
    "calls": "calls",
    "positions": "positions",
    "patient": "patient",
    "phenoconversion": "phenoconversion",
    "adjusted": "with current medicines",
    "overrides": "laboratory",
    "methods": "methods",
}

COLUMNS: Final = {
    "summary": (
        ("Sample", 18), ("Genes called", 9), ("Genes ambiguous", 11), ("Genes without call", 11),
        ("Genes not assessed", 24), ("Copy number open", 18), ("Positions answered", 11),
        ("Positions", 10), ("{avoid}", 36), ("{dose}", 36), ("{care}", 36), ("{open_change}", 36),
        ("{open_maybe}", 30), ("{indeterminate}", 30), ("{open_silent}", 30), ("{unassessed}", 30),
        ("The laboratory decided on", 24),
    ),
    "recommendations": (
        ("Sample", 18), ("Drug", 22), ("What to do", 28), ("Action", 26), ("Certainty", 13),
        ("Source", 11), ("For", 22), ("Applies to this patient", 24), ("If", 24), ("Basis", 20),
        ("Result", 34),
        ("Strength", 13), ("Dose from (× standard)", 11), ("Dose to (× standard)", 11),
        ("Advice", 70), ("Otherwise", 40), ("Probability of other advice", 11),
        ("To settle it", 34), ("Implications", 50), ("Guideline", 15), ("Guideline updated", 12),
        ("PubMed", 14),
    ),
    "calls": (
        ("Sample", 18), ("Gene", 11), ("Status", 13), ("Diplotype", 22), ("Probability", 11),
        ("Phenotype", 26), ("Activity score", 9), ("Other phenotypes", 30), ("Candidates", 40),
        ("Number of candidates", 11), ("Phase", 15), ("Positions", 10), ("Not answered", 10),
        ("Which", 40), ("Alleles without a definition", 26), ("Source", 13),
        ("Copies and hybrids", 50), ("Notes", 60),
    ),
    "positions": (
        ("Sample", 18), ("Gene", 11), ("Position (GRCh38)", 19), ("rsID", 14), ("Genotype", 16),
        ("Reference", 14), ("Evidence", 20), ("Remark", 34), ("Genotype quality", 10),
        ("Read depth", 10),
    ),
    "patient": (("Sample", 18), ("What", 26), ("Value", 60), ("Detail", 60)),
    "phenoconversion": (
        ("Sample", 18), ("Gene", 11), ("Medicines", 40), ("By genotype", 30),
        ("With these medicines", 34), ("Evidence", 40), ("PubMed", 16),
    ),
    "overrides": (
        ("Sample", 18), ("Gene or drug", 20), ("Computed", 50), ("The laboratory says", 50),
        ("By", 26), ("Reason", 50),
    ),
    "methods": (("What", 34), ("Value", 100)),
}  # fmt: skip

SIGNS: Final = {
    "avoid": "✖", "dose": "◆", "care": "▲", "open_change": "◇", "open_maybe": "?",
    "indeterminate": "?", "open_silent": "?", "conditional": "✓", "information": "✓",
    "directed": "✓", "silent": "○", "unassessed": "∅",
}  # fmt: skip
"""Signs beside the colours, for those who do not see these."""

FILLS: Final = {
    "avoid": "#F9D0C9", "dose": "#FBDDB5", "care": "#FFF3B8", "open_change": "#E3D9F2",
    "open_maybe": "#E3D9F2", "indeterminate": "#E3D9F2", "open_silent": "#EFEAF7",
    "conditional": "#E4F2DC", "information": "#E4F2DC", "directed": "#D5ECC8",
    "silent": "#EEEEEE", "unassessed": "#D5D5D5",
}  # fmt: skip

TEXTS: Final = {
    "yes": "yes",
    "no": "no",
    "unknown": "open",
    "fact": "Fact",
    "medicine": "Medicine",
    "source": "Made from: {name}",
    "sign": "Sign {sign}",
    "limit": "Limit of use",
    "for_others": "For other patients",
    "genotype": "genotype",
    "phenoconverted": "with current medicines",
}
