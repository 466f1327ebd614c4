"""Simulated read depth: gVCFs, or plain arrays, with depth proportional to gene copies."""
