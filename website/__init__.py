"""Pages of the documentation site that are made from the knowledge base at build time."""
