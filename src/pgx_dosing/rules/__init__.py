"""Published rules other than regressions: label tables, scores, dose adjustments.

A rule is data, `data/models/NAME/rules.json`; the code contains no gene or drug. An unknown input
takes all its possible values, and an answer is definite only if every one of them leads to it.
"""
