"""The knowledge base: load, verify and build releases."""
