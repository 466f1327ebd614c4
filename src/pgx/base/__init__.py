"""Lowest layer: errors, shared records, assemblies, kernel compilation."""
