"""Frozen records that cross packages: genes, calls, advice, patients, tables of results."""
