"""How often alleles, diplotypes and phenotypes were called, by population."""
