"""The patient: files of one person enter, records leave."""
