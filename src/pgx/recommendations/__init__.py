"""Join phenotypes with guideline statements and render recommendations."""
