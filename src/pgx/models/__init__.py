"""Dosing models: what they need, what they say, how they are trained, kept and watched."""
