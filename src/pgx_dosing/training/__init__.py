"""Models from patient tables: recipes, fits, splits by site, intervals, site intercepts."""
