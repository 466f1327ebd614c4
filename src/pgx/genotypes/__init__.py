"""Observed alleles at defining positions, with masks, reasons and phase."""
