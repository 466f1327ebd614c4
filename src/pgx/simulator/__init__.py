"""VCF files with known diplotypes, from the knowledge base alone."""
