"""Bundles held against the compiled profiles of the Genomics Reporting guide, without a network."""
