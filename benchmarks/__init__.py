"""Measurements of speed; each prints ratios to a yardstick of the same run."""
