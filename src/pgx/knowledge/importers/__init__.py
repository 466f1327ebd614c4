"""Turn published source files into tables of the knowledge base."""
