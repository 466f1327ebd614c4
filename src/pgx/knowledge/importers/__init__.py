"""Convert published source files to tables of the knowledge base."""
