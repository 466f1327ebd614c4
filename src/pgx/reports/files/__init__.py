"""Results as files of one output folder: formats, names, and atomic writes of a whole set."""
