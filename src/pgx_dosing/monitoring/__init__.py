"""Monitoring of a model in use: its log, and drift, errors and coverage against validation."""
