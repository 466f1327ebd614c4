"""The pgx command."""
