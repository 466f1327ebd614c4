"""Read VCF, gVCF and BCF strictly: bytes in, arrays of calls at wanted positions out."""
