"""The Python interface: the names in `pgx.__all__`, each imported on first use."""
