"""Models from tables of patients: recipes, fits, splits by site, intervals, local intercepts."""
