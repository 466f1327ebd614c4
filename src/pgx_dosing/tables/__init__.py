"""Tables of patients: a declared schema, and what it makes of a file."""
