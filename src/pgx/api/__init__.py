"""The Python interface: what `pgx.__all__` names. Nothing here is imported before it is used."""
