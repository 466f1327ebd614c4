"""Refine a dose by the course of treatment so far: INRs and patient reports."""
