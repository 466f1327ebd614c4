"""Watching a model in use: its log, and whether patients, errors and intervals are as validated."""
