"""Named alleles: which haplotypes and diplotypes fit what was observed."""
