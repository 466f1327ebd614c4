"""What enters beside the variants: settings, choices, outside calls, overrides, the release."""
