"""Deep checks of a release's tables, one topic a module; each yields findings, none raises."""
