"""Compose the floors for one run; decides nothing itself."""
