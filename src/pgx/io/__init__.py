"""Strict reader of VCF, gVCF and BCF: from bytes to arrays of genotypes at wanted positions."""
