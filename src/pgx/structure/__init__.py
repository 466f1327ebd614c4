"""Gene copies and hybrids: from depth, reads or structural records to what each model says."""
