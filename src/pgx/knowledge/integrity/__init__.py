"""Deep checks of a release's tables, one topic per module; each yields findings."""
