"""A cohort's results as files."""
