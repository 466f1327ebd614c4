"""Dosing models: what they need, what they say, how they are trained, validated and monitored."""
