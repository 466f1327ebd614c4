"""Quality of a cohort's data: sites, samples, sexes."""
