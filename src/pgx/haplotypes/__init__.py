"""Haplotypes and diplotypes of a gene: definitions, prior, matching, posterior, filters."""
