"""Calls of other tools: their own output files enter, calls in the tools' own names leave.

A reader knows its tool's format, not the knowledge base: whether a gene or allele is known is
decided in `pgx.inputs`, as for calls typed by hand.
"""
