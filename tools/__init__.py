"""Programs of the repository that users of an installed pgx never run."""
