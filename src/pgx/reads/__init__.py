"""Aligned reads (BAM, CRAM): copy number and variants of one gene."""
