"""Join phenotypes with guideline statements and word the advice."""
