"""Calls of other tools: their own output files enter, calls as they were said leave.

A reader knows its tool's format, not the knowledge base: whether a gene or allele is known is
judged on the pipeline's floor, as for calls that were typed by hand.
"""
