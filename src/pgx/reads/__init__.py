"""Aligned reads (BAM, CRAM): what they show of a gene's copies and variants."""
