"""Dosing models and rules: inputs, predictions, training, validation and monitoring."""
