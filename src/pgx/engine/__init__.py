"""Run any number of samples: identical calls and recommendations are computed once and shared."""
