"""Inputs besides the variants: settings, selections, outside calls, overrides, the release."""
