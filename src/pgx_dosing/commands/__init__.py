"""``pgx dose`` and ``pgx model``: the commands of dosing models."""
