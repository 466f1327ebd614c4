"""Simulated read depth: gVCFs, or plain arrays, whose depth follows the copies of a gene."""
