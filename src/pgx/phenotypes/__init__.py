"""From diplotypes to clinical function, activity score and phenotype."""
