"""Results as tables: TSV, polars frames, Excel, and files with one line per sample."""
