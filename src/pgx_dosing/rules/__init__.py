"""Published rules that are no regression: label tables, scores, adjustments of a dose.

A rule is data, `data/models/NAME/rules.json`; the code knows no gene and no drug. What is not known
about a person enters as all values that are possible, and an answer is given only where every
one of them leads to it.
"""
