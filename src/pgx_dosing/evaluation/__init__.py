"""How good a model is: errors, calibration, groups, benefit, all with intervals."""
