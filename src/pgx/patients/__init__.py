"""The patient: files of one person are read into records."""
