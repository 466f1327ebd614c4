"""Copy-number evidence: from depth, reads or structural records to structural haplotypes."""
