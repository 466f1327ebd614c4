"""Fuzz targets: mutated inputs that must end in a result or in a `PgxError`, never otherwise."""
