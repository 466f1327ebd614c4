"""Report sections and figures for doses, and the dashboard of a model in use."""
