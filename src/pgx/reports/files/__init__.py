"""Results as files of one output folder: formats, names, and a set that is complete or absent."""
