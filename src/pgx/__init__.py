"""Pharmacogenomics from a person's variants: star alleles, phenotypes, therapy advice."""

__version__ = "0.1.0"
