"""The parts of a run: done one after another, kept, gone on with."""
